"""What the pages of a site are made from, as plain data: all of it comes in, so that making a page reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.payments.decide import FINAL
from pipelines.reports.pages import card

Data = dict[str, Any]
Key = tuple[str, str, str, str]
"""Contract, trigger, claim period and settlement."""


def no_verdicts(number: int) -> Data | None:  # noqa: ARG001
    """The verdicts of an entry where no evidence is kept."""
    return None


@dataclass(frozen=True)
class Material:
    """`board` is that of `publication.board_of`, plain; its rows may have a `kind`, and it may have `waterfalls` by contract, as `flows.flows` gives
    them. `terms` are the contracts as plain data, `sealed` their hand-overs by contract, `counted` what an indicator counts, by pin. `entries` are those
    of the ledger as plain data, `evidence` the numbers of those with a bundle, `verdicts` gives what a bundle's `verdicts.json` says. `cohorts` has by
    contract the people of each cohort by role, status and reason; `agreed` by contract and language the agreement in words, as blocks; `rooms` how far its caps are used;
    `registers` what there is to show of each register; `amended` by contract what its versions changed of how something is measured after results
    of it were seen."""

    board: Data
    terms: tuple[Data, ...]
    sealed: Mapping[str, Data] = field(default_factory=dict)
    counted: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Data, ...] = ()
    evidence: frozenset[int] = frozenset()
    verdicts: Callable[[int], Data | None] = no_verdicts
    cohorts: Mapping[str, list[Data]] = field(default_factory=dict)
    agreed: Mapping[str, Data] = field(default_factory=dict)
    rooms: Mapping[str, list[Data]] = field(default_factory=dict)
    registers: tuple[Data, ...] = ()
    amended: Mapping[str, list[Data]] = field(default_factory=dict)


def key_of(row: Data) -> Key:
    """The claim that a row of the board or a decision is of."""
    return row["contract"], row["trigger"], row["claim_period"], row.get("kind") or FINAL


def undated(row: Data) -> list[Data]:
    """What a hold waits for, without how many days it has stood: that is on the board, and every other page may stand until something changes."""
    return [{name: value for name, value in item.items() if name != "days"} for item in row.get("waits") or []]


def claims(material: Material, terms: Data) -> list[Data]:
    """Every claim of a contract in the order of its board: its row, and its decision of tonight where there is one. A decision whose row is not on the
    board is shown as it was decided."""
    name = terms["contract"]
    decided = {key_of(item): item for item in (material.sealed.get(name) or {}).get("decisions") or []}
    rows = {key_of(row): row for row in material.board["rows"] if row["contract"] == name and row["trigger"] != "-"}
    own = [{"row": row, "decision": decided.get(key), "id": card(row)} for key, row in rows.items()]
    more = [{"row": {**item, "entry": None, "tonight": ""}, "decision": item, "id": card(item)} for key, item in decided.items() if key not in rows]
    return [*own, *more]


def entries_about(entries: tuple[Data, ...]) -> dict[Key, list[Data]]:
    """The entries that speak of a claim, by claim, oldest first."""
    found: dict[Key, list[Data]] = {}
    for entry in entries:
        parts = entry["about"].split("/")
        if len(parts) == 5:  # noqa: PLR2004  contract, trigger, claim period, beneficiary group, settlement
            found.setdefault((parts[0], parts[1], parts[2], parts[4]), []).append(entry)
    return found
