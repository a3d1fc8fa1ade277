"""The command that says what other texts of the contracts would change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import as_of_day
from pipelines.errors import WouldChangeError
from pipelines.reports.progress import progress


def plan(
    contracts: Annotated[Path | None, typer.Option("--contracts", metavar="DIR", help="The folder that is proposed. Default: the one in force (UDBYTTE_CONTRACTS).")] = None,
    against: Annotated[Path | None, typer.Option("--against", metavar="DIR", help="The folder it is held against. Default: what the home's last night ran by.")] = None,
    contract: Annotated[str | None, typer.Option("--contract", metavar="NAME", help="Tell of this contract alone.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day whose knowledge counts. Default: that of the last night.")] = None,
    as_json: Json = False,
) -> None:
    """Say which claims, people and amounts other texts of the contracts would change, before anything is applied. Nothing is written to the home.

    Texts are contracts, registers, code lists and gate profiles. Ends with exit code 11 when a claim would change, and 0 when none would.

    Example: udbytte plan --contracts proposed/data_contracts --contract tarp
    """
    from pipelines import clock
    from pipelines.settings import Home, contracts_folder

    begun = clock.seconds()
    with progress("Deciding by both texts"):
        from pipelines.planning.plan import Wanted, planned

        found = planned(Home.here(), Wanted(contracts or contracts_folder(), against, contract, as_of_day(as_of)))
    if as_json:
        from pipelines.canonical import plain

        _print_json(plain(found))
    else:
        from pipelines.reports.plan_words import print_plan

        print_plan(found, seconds=clock.seconds() - begun)
    if found["problems"]:
        raise typer.Exit(1)
    if found["rows"]:
        number = len(found["rows"])
        raise WouldChangeError(f"{number} claim{'' if number == 1 else 's'} would come out otherwise", next_step="nothing is applied; see above")


def _print_json(found: object) -> None:
    import json

    print(json.dumps(found, indent=2, ensure_ascii=False))
