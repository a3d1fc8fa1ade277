"""Commands of the command line about estimates that an evaluator gives: a form to fill in, signing it, and giving it to a home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day, contract_names, say, shown_path
from pipelines.settings import Home

Signed = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write. Default: beside it, as NAME.signed.json.")]

estimate_app = typer.Typer(help="An evaluator's estimate, which stands in for a computed one.", no_args_is_help=True)


@estimate_app.command("form")
def form(
    contract: Annotated[str, typer.Argument(help="The contract.", autocompletion=contract_names)],
    outcome: Annotated[str, typer.Argument(help="The outcome whose estimate is given.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write.")] = Path("estimate.json"),
    claim_period: Annotated[str, typer.Option("--claim-period", help="Which claim period, where each has a result of its own.")] = "",
    as_json: Json = False,
) -> None:
    """Write an estimate to fill in, as JSON, with everything that the contract says of it. Needs no home.

    Example: udbytte estimate form tarp rearrest_52_weeks --out estimate.json
    """
    from pipelines.errors import EstimateRefusedError
    from pipelines.estimates.keeping import unsigned
    from pipelines.payments.vocabulary import catalogue

    made = unsigned(catalogue(), contract, outcome, claim_period)
    if out.exists():
        raise EstimateRefusedError("a file stands there, and is not written over", where=out.name, next_step="give another with --out")
    out.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    words = f"{shown_path(out)} waits for the figures. Next: fill it in, and `udbytte estimate sign {shown_path(out)} --key KEY`"
    say(words, {"file": str(out), "estimate": made}, as_json=as_json)


@estimate_app.command("sign")
def sign(
    file: Annotated[Path, typer.Argument(help="The estimate, as JSON.")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="Your own key, as `udbytte key new` made it.")],
    out: Signed = None,
    as_json: Json = False,
) -> None:
    """Sign an estimate by your own key, as the evaluator: check its form, and write it with its seal. Needs no home and no contract.

    Example: udbytte estimate sign estimate.json --key ~/inge.key
    """
    from pipelines.estimates.keeping import signed
    from pipelines.estimates.shape import read
    from pipelines.files import write_atomically
    from pipelines.ledger.signing import read_key

    found, place = read(_bytes(file), file.name), out or file.with_suffix(".signed.json")
    write_atomically(place, signed(found, read_key(key)))
    words = f"Signed: {shown_path(place)}, sha256 {found.sha256()}. Next: have it given with `udbytte estimate give` where {found.contract} is measured"
    say(words, {"file": str(place), "sha256": found.sha256(), "contract": found.contract, "outcome": found.outcome, "claim_period": found.claim_period}, as_json=as_json)


@estimate_app.command("give")
def give(file: Annotated[Path, typer.Argument(help="The signed estimate.")], as_of: AsOf = None, as_json: Json = False) -> None:
    """Give a signed estimate to the home that measures: prove whose it is, hold it against the contract, keep it and enter it in the ledger.

    It counts from the first day that no night has decided. One that does not hold is kept apart with the reason; ends with exit code 17.

    Example: udbytte estimate give estimate.signed.json --as-of 2026-06-30
    """
    from pipelines.estimates import keeping
    from pipelines.ledger.journal import Journal
    from pipelines.locking import locked
    from pipelines.payments.vocabulary import catalogue

    home, day, raw = Home.here().require(), as_of_day(as_of), _bytes(file)
    with locked(home):
        found, entry = keeping.give(home, catalogue(), Journal(home), raw, file.name, home.as_of(day))
    known_from = entry.body["known_from"] if entry else None
    words = f"Posted {entry.name()}. It is known from {known_from}; next: udbytte run --as-of {known_from}" if entry else "It is the newest one given already."
    told = {"sha256": found.sha256(), "subject": found.subject, "entry": entry.seq if entry else None, "known_from": known_from, "is_new": entry is not None}
    say(words, told, as_json=as_json)


def _bytes(path: Path) -> bytes:
    from pipelines.errors import EstimateRefusedError

    try:
        return path.read_bytes()
    except OSError:
        raise EstimateRefusedError("there is no such file that can be read", where=path.name, next_step="check the path") from None
