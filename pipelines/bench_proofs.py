"""Telling what was measured of the ledger: its speed, and whether kills and flipped bits come out as they must."""

from __future__ import annotations

import json
from typing import Any

import typer


def tell(ledger: int | None, kills: int | None, flips: int | None, *, as_json: bool) -> None:
    """Measure one of them and print. Ends with exit code 1 when a kill changed the ledger, or a flip was not found."""
    found, said, is_well = _measured(ledger, kills, flips)
    print(json.dumps(found, indent=2) if as_json else said)
    if not is_well:
        raise typer.Exit(1)


def _measured(ledger: int | None, kills: int | None, flips: int | None) -> tuple[dict[str, Any], str, bool]:
    if kills:
        from pipelines.bench_kills import kills_table, measure_kills

        found = measure_kills(kills)
        return found, kills_table(found), found["same"] == kills
    if flips:
        from pipelines.bench_flips import flips_table, measure_flips

        found = measure_flips(flips)
        return found, flips_table(found), found["found"] == flips
    from pipelines.bench_ledger import ledger_table, measure_ledger

    found = measure_ledger(ledger or 1)
    return found, ledger_table(found), not found["fault"] and not found.get("otherwise")
