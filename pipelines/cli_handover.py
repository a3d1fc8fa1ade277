"""Commands of the command line that carry sealed hand-overs between a home that measures and one that settles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day, say
from pipelines.settings import Home


def handover(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write.")],
    contract: Annotated[str, typer.Argument(help="The contract. Default: every one that was decided.")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Write the sealed hand-over of the last night, or of a day, for carrying: as JSON, as a page and as a workbook, each with the same seal.

    Example: udbytte handover tarp --out carried
    """
    from pipelines.ledger.handover import public_key
    from pipelines.locking import locked
    from pipelines.reports.handing_over import write

    home = Home.here().require()
    with locked(home):
        paths = write(home, contract, as_of_day(as_of), out)
    if as_json:
        print(json.dumps({"files": [str(path) for path in paths], "public_key": public_key(home)}, indent=2))
        return
    print("\n".join(str(path) for path in paths))
    print(f"Signed by {public_key(home)}\nNext, where it is settled: udbytte trust that key, once, and udbytte settle any one of the forms")


def settle(
    files: Annotated[list[Path], typer.Argument(help="Hand-overs, as JSON, page or workbook; several are taken by their days.")],
    trust: Annotated[list[str] | None, typer.Option("--trust", metavar="KEY", help="Take what this key signed as well, for this once.")] = None,
    as_json: Json = False,
) -> None:
    """Take sealed hand-overs that were carried here: prove seal and signature, then post what changed. Reads no data of persons.

    Example: udbytte settle carried/2026-06-30-tarp-0123456789abcdef.xlsx
    """
    from pipelines.ledger import carrying
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.settle import settle_carried
    from pipelines.ledger.trust import trusted
    from pipelines.locking import locked

    home = Home.here().require()
    shown: list[dict[str, Any]] = []
    with locked(home):
        known = trusted(home, *(trust or []))
        for _, path in sorted((carrying.read(path, known)[0].as_of, path) for path in files):
            found, made, is_known = settle_carried(home, Journal(home), path, known)
            shown.append({"file": str(path), "contract": found.contract, "as_of": str(found.as_of), "sha256": found.sha256, "taken_before": is_known})
            shown[-1]["posted"] = [entry.name() for entry in made]
            if not as_json:
                print("\n".join(_told(path, is_known, shown[-1]["posted"])))
    if as_json:
        print(json.dumps(shown, indent=2, ensure_ascii=False))


def _told(path: Path, is_known: bool, posted: list[str]) -> list[str]:
    if is_known:
        return [f"{path.name} was taken before; nothing is posted."]
    return [f"{path.name} is taken; {len(posted)} entries are posted.", *(f"  {name}" for name in posted)]


def trust(
    key: Annotated[str, typer.Argument(help="The key of a home that measures, in hex; `udbytte verify` prints it there.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Whose home that is.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take no more hand-overs of this key; what was settled stands.")] = False,
    as_json: Json = False,
) -> None:
    """Enter the key of a measuring home whose hand-overs are to be taken here. Makes an empty home where there is none.

    Example: UDBYTTE_HOME=settling udbytte trust KEY --name "The municipality's research machine"; udbytte trust KEY --withdraw
    """
    from pipelines.ledger import trust as trusting
    from pipelines.locking import locked

    home = Home.here()
    with locked(home):
        if withdraw:
            whose = trusting.withdraw(home, key)
            say(f"Hand-overs signed by {key} are taken here no more. They were those of {whose}.", {"key": key, "name": whose, "is_taken": False}, as_json=as_json)
            return
        is_new = trusting.record(home, key, name)
    words = f"Hand-overs signed by {key} are taken here, as those of {name}." if is_new else "It is known already, by that name."
    say(words, {"key": key, "name": name, "is_taken": True, "is_new": is_new}, as_json=as_json)
