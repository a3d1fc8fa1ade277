"""Commands of the command line about what people do to a posted decision: who signs, approving, disputing, paying, and where a claim stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day, day_of
from pipelines.errors import ContractError, LedgerError
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.contracts.outcome import OutcomeContract

Claim = Annotated[str, typer.Argument(help="The claim: contract/trigger/claim period/all/final, or .../on_account.")]
Key = Annotated[Path, typer.Option("--key", metavar="FILE", help="Your own key, as `udbytte key new` made it.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence; it stands in the ledger.")]
Payer = Annotated[str, typer.Option("--payer", help="Whose part, where several pay.")]

key_app = typer.Typer(help="A person's own key.", no_args_is_help=True)
signatory_app = typer.Typer(help="Who signs for a party of a contract.", no_args_is_help=True)


@key_app.command("new")
def key_new(file: Annotated[Path, typer.Argument(help="A new file outside the home, which only you can read.")]) -> None:
    """Make your own key, and print the public half for `udbytte signatory add`.

    Example: udbytte key new ~/anna.key
    """
    from pipelines.ledger.signing import new_key

    print(new_key(file, Home.here()))


@signatory_app.command("add")
def signatory_add(
    contract: Annotated[str, typer.Argument(help="The executed contract.")],
    party: Annotated[str, typer.Argument(help="The party of it that gives the person.")],
    person: Annotated[str, typer.Argument(help="Name or initials, as the party gives them.")],
    role: Annotated[list[str], typer.Option("--role", help="A role of the party that the person acts in. May be given more than once.")],
    public_key: Annotated[str, typer.Option("--public-key", metavar="HEX", help="What `udbytte key new` printed.")],
    as_of: AsOf = None,
) -> None:
    """Enter who signs for a party, in which roles and by which key.

    Example: udbytte signatory add trygt_hjem kommune "Anna Holm" --role payer --public-key 3d40...
    """
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.signing import add_signatory
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    agreed = {item.id: list(item.roles) for item in _contract(contract).parties}
    with locked(home):
        entry = add_signatory(Journal(home), contract, party, person, [str(item) for item in role], public_key, agreed, home.as_of(day))
    print(f"Posted {entry.name()}." if entry else "It is entered already.")


def approve(
    claim: Claim,
    key: Key,
    reason: Reason,
    amount: Annotated[str, typer.Option("--amount", help="What you approve; refused when it is not all that is open. Default: that.")] = "",
    as_of: AsOf = None,
) -> None:
    """Approve what is open of a decision, as a person of the payer, signed by your own key.

    Example: udbytte approve trygt_hjem/hjemmedage/2025H1/all/final --key ~/anna.key --reason "Agrees with our own count"
    """
    _do("approve", claim, key, reason, as_of, amount=amount)


def dispute(claim: Claim, part: Annotated[str, typer.Option("--part", metavar="AMOUNT", help="How much of it.")], key: Key, reason: Reason, as_of: AsOf = None) -> None:
    """Dispute a part of a decision, as a person of the payer: that part alone is held, the rest goes on.

    Example: udbytte dispute trygt_hjem/hjemmedage/2025H1/all/final --part 1200.00 --key ~/anna.key --reason "One child moved away"
    """
    _do("dispute", claim, key, reason, as_of, amount=part)


def withdraw(
    claim: Claim, key: Key, reason: Reason, part: Annotated[str, typer.Option("--part", metavar="AMOUNT", help="How much. Default: all of it.")] = "", as_of: AsOf = None
) -> None:
    """Withdraw a dispute, as a person of the payer: the part is open to approval again, from this day.

    Example: udbytte withdraw trygt_hjem/hjemmedage/2025H1/all/final --key ~/anna.key --reason "The address was found"
    """
    _do("withdraw", claim, key, reason, as_of, amount=part)


def concede(
    claim: Claim,
    key: Key,
    reason: Reason,
    part: Annotated[str, typer.Option("--part", metavar="AMOUNT", help="How much of what is disputed. Default: all of it.")] = "",
    payer: Payer = "",
    as_of: AsOf = None,
) -> None:
    """Concede what is disputed, as a person of whom it would be paid to: that part is refused for good.

    Example: udbytte concede trygt_hjem/hjemmedage/2025H1/all/final --key ~/bo.key --reason "The child had moved"
    """
    _do("concede", claim, key, reason, as_of, amount=part, payer=payer)


def pay(
    claim: Claim,
    key: Key,
    paid_on: Annotated[str, typer.Option("--paid-on", metavar="YYYY-MM-DD", help="The day the bank paid.")],
    reference: Annotated[str, typer.Option("--reference", metavar="TEXT", help="What the bank knows the payment by; one payment, one reference.")],
    reason: Reason = "paid as approved",
    amount: Annotated[str, typer.Option("--amount", help="How much was paid. Default: all that is approved and not paid.")] = "",
    as_of: AsOf = None,
) -> None:
    """Enter that an approved amount was paid, as a person of the payer. Never more than approved, and nothing twice.

    Example: udbytte pay trygt_hjem/hjemmedage/2025H1/all/final --paid-on 2026-07-20 --reference F-1042 --key ~/anna.key
    """
    day = day_of(paid_on)
    assert day is not None
    _do("pay", claim, key, reason, as_of, amount=amount, paid=(day, reference))


def claim(claim: Claim, as_of: AsOf = None, as_json: Json = False) -> None:
    """Say where every amount of a posted claim stands: who waits for whom, and until when.

    Example: udbytte claim trygt_hjem/hjemmedage/2025H1/all/final
    """
    from pipelines.canonical import plain
    from pipelines.ledger.journal import read
    from pipelines.ledger.transitions import Terms, lines_of, parts

    home = Home.here().require()
    day, terms = home.as_of(as_of_day(as_of)), Terms.of(_contract(claim.split("/", 1)[0]).deadlines)
    reading = read(home)
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="restore the file from a backup and run `udbytte verify`")
    found = [part for line in lines_of(reading.entries, claim, day).values() for part in parts(line, terms, day)]
    if not found:
        raise LedgerError("no amount is decided to be due there", where=claim, next_step="name a claim as the board's posting key")
    print(json.dumps(plain([vars(part) for part in found]), indent=2) if as_json else "\n".join(_words(part) for part in found))


def _words(part: Any) -> str:
    waits = f", waits for {part.waits_for}" if part.waits_for else ""
    until = f" until {part.until}{' (overdue)' if part.is_overdue else ''}" if part.until else ""
    return f"{part.payer}: {part.amount} {part.state}{waits}{until}"


def _contract(name: str) -> OutcomeContract:
    from pipelines.payments.vocabulary import catalogue

    found = catalogue().contracts
    if name not in found:
        raise ContractError(f"there is no outcome contract '{name}' that loads")
    return found[name]


def _do(name: str, claim: str, key: Path, reason: str, as_of: str | None, **more: Any) -> None:
    from pipelines.ledger.approving import do
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.signing import read_key
    from pipelines.ledger.transitions import Terms
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    terms = Terms.of(_contract(claim.split("/", 1)[0]).deadlines)
    with locked(home):
        entry = do(Journal(home), name, claim, read_key(key), reason, terms, home.as_of(day), **more)
    print(f"Posted {entry.name()}: {entry.body['act']['amount']}.")
