"""Commands of the command line about what people do to a posted decision: who signs, approving, disputing, paying, and where a claim stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day, day_of, say
from pipelines.cli_reconcile import DaysApart, EnterMatches, PaidBy, Reconcile, Shared, match_with
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.ledger.approving import Transfer
    from pipelines.ledger.book import Part
    from pipelines.ledger.journal import Entry

Claim = Annotated[str, typer.Argument(help="The claim, contract/trigger/claim period/all/final or .../on_account, or the number of a ledger entry about it.")]
Key = Annotated[Path, typer.Option("--key", metavar="FILE", help="Your own key, as `udbytte key new` made it.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence; it stands in the ledger.")]
Amount = Annotated[str, typer.Option("--amount", help="How much of it. Default: all there is.")]
Payer = Annotated[str, typer.Option("--payer", help="Whose part, where several pay.")]
PaidOn = Annotated[str, typer.Option("--paid-on", metavar="YYYY-MM-DD", help="The day the bank moved it.")]
Reference = Annotated[str, typer.Option("--reference", metavar="TEXT", help="What the bank knows it by; one transfer, one reference.")]

key_app = typer.Typer(help="A person's own key.", no_args_is_help=True)
signatory_app = typer.Typer(help="Who signs for a party of a contract.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    for command in (approve, dispute, withdraw, concede, object_, reject, pay, reverse, return_, claim, clock):
        app.command(command.__name__.rstrip("_").replace("_", "-"))(command)
    app.add_typer(key_app, name="key")
    app.add_typer(signatory_app, name="signatory")


@key_app.command("new")
def key_new(file: Annotated[Path, typer.Argument(help="A new file outside the home, which only you can read.")], as_json: Json = False) -> None:
    """Make your own key, and print the public half for `udbytte signatory add`.

    Example: udbytte key new ~/anna.key
    """
    from pipelines.ledger.signing import new_key

    public = new_key(file, Home.here())
    say(public, {"public_key": public}, as_json=as_json)


@signatory_app.command("add")
def signatory_add(
    contract: Annotated[str, typer.Argument(help="The executed contract.")],
    party: Annotated[str, typer.Argument(help="The party of it that gives the person.")],
    person: Annotated[str, typer.Argument(help="Name or initials, as the party gives them.")],
    role: Annotated[list[str], typer.Option("--role", help="A role of the party that the person acts in. May be given more than once.")],
    public_key: Annotated[str, typer.Option("--public-key", metavar="HEX", help="What `udbytte key new` printed.")],
    measures: Annotated[bool, typer.Option("--measures", help="The person has part in measuring, sealing or settling, and never approves.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Enter who signs for a party, in which roles and by which key.

    Example: udbytte signatory add trygt_hjem kommune "Anna Holm" --role payer --public-key 3d40...
    """
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.signing import add_signatory
    from pipelines.ledger.trust import trusted
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    with locked(home):
        roles = [str(item) for item in role]
        entry = add_signatory(Journal(home), contract, party, person, roles, public_key, home.as_of(day), measures=measures, sealing=trusted(home))
    words = f"Posted {entry.name()}." if entry else "It is entered already."
    say(words, {"entry": entry.seq if entry else None, "is_new": entry is not None}, as_json=as_json)


@signatory_app.command("withdraw")
def signatory_withdraw(
    contract: Annotated[str, typer.Argument(help="The executed contract.")],
    public_key: Annotated[str, typer.Option("--public-key", metavar="HEX", help="The key that signs no more.")],
    reason: Reason,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Enter that a key signs no more, because it was lost or its person left. What it signed before stands.

    Example: udbytte signatory withdraw trygt_hjem --public-key 3d40... --reason "Anna Holm left in June"
    """
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.signing import withdraw_signatory
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    with locked(home):
        entry = withdraw_signatory(Journal(home), contract, public_key, reason, home.as_of(day))
    say(f"Posted {entry.name()}.", {"entry": entry.seq}, as_json=as_json)


def approve(claim: Claim, key: Key, reason: Reason, amount: Amount = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Approve all that is open of a decision, as a person of the payer, signed by your own key. Another --amount is refused.

    Example: udbytte approve trygt_hjem/hjemmedage/2025H1/all/final --key ~/anna.key --reason "Agrees with our own count"
    """
    _do("approve", claim, key, reason, as_of, as_json=as_json, amount=amount)


def dispute(claim: Claim, key: Key, reason: Reason, amount: Amount = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Dispute a decision or a part of it, as a person of the payer: that part alone is held, the rest goes on.

    Example: udbytte dispute trygt_hjem/hjemmedage/2025H1/all/final --amount 1200.00 --key ~/anna.key --reason "One child moved away"
    """
    _do("dispute", claim, key, reason, as_of, as_json=as_json, amount=amount)


def withdraw(claim: Claim, key: Key, reason: Reason, amount: Amount = "", payer: Payer = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Withdraw what your side said: a dispute, whose part is then approved, or an objection.

    Example: udbytte withdraw trygt_hjem/hjemmedage/2025H1/all/final --key ~/anna.key --reason "The address was found"
    """
    _do("withdraw", claim, key, reason, as_of, as_json=as_json, amount=amount, payer=payer)


def concede(claim: Claim, key: Key, reason: Reason, amount: Amount = "", payer: Payer = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Concede what is disputed, as a person of whom it would be paid to: that part is refused for good.

    Example: udbytte concede trygt_hjem/hjemmedage/2025H1/all/final --key ~/bo.key --reason "The child had moved"
    """
    _do("concede", claim, key, reason, as_of, as_json=as_json, amount=amount, payer=payer)


def object_(
    claim: Claim,
    key: Key,
    reason: Reason,
    amount: Annotated[str, typer.Option("--amount", help="How much more should have been due.")],
    payer: Payer = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Object that a decision gives too little, as a person of whom it is paid to. What was decided goes on; more is paid by a true-up alone.

    Example: udbytte object trygt_hjem/hjemmedage/2025H1/all/final --amount 2400.00 --key ~/bo.key --reason "Two children are missing"
    """
    _do("object", claim, key, reason, as_of, as_json=as_json, amount=amount, payer=payer)


def reject(claim: Claim, key: Key, reason: Reason, amount: Amount = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Reject an objection, as a person of the payer.

    Example: udbytte reject trygt_hjem/hjemmedage/2025H1/all/final --key ~/anna.key --reason "Both were enrolled in July"
    """
    _do("reject", claim, key, reason, as_of, as_json=as_json, amount=amount)


def pay(
    claim: Claim = "",
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Your own key, as `udbytte key new` made it.")] = None,
    paid_on: Annotated[str, typer.Option("--paid-on", metavar="YYYY-MM-DD", help="The day the bank moved it.")] = "",
    reference: Annotated[str, typer.Option("--reference", metavar="TEXT", help="What the bank knows it by; one payment, one reference.")] = "",
    reason: Reason = "paid as approved",
    amount: Amount = "",
    set_off: Annotated[
        list[str] | None, typer.Option("--set-off", metavar="CLAIM", help="A claim of which something is to be returned to you: keep it back of this payment.")
    ] = None,
    reconcile: Reconcile = None,
    payer: PaidBy = "",
    days: DaysApart = None,
    shared_account: Shared = False,
    enter_matches: EnterMatches = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Enter that an approved amount was paid, as a person of the payer: never more than approved, and once its approval is anchored outside.

    With --reconcile: match every payment of the ledger with what a bank or a finance system says instead. Ends with exit code 14, and enters
    nothing, when something does not match; with 13 when the file cannot be read.

    Example: udbytte pay trygt_hjem/hjemmedage/2025H1/all/final --paid-on 2026-07-20 --reference F-1042 --key ~/anna.key;
    udbytte pay --reconcile statement.xml --payer kommune
    """
    if reconcile is not None:
        match_with(reconcile, payer, days, as_of, shared=shared_account, enter_matches=enter_matches, as_json=as_json)
        return
    if not claim or key is None or not paid_on or not reference:
        raise typer.BadParameter("name a claim, with --key, --paid-on and --reference; or match a bank's file with --reconcile FILE")
    _do("pay", claim, key, reason, as_of, as_json=as_json, amount=amount, transfer=_transfer(paid_on, reference, set_off=set_off))


def reverse(
    claim: Claim,
    key: Key,
    paid_on: PaidOn,
    reference: Reference,
    cause: Annotated[Literal["returned_by_bank", "paid_in_error"], typer.Option("--cause", help="Why the money came back.")],
    reason: Reason,
    amount: Amount = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Enter that a payment came back, as a person of the payer: a counter-entry with its cause; the amount is approved and to be paid again.

    Example: udbytte reverse trygt_hjem/hjemmedage/2025H1/all/final --paid-on 2026-07-22 --reference R-1042 --cause returned_by_bank --key ~/anna.key --reason "Account closed"
    """
    _do("reverse", claim, key, reason, as_of, as_json=as_json, amount=amount, transfer=_transfer(paid_on, reference, cause))


def return_(claim: Claim, key: Key, paid_on: PaidOn, reference: Reference, reason: Reason, amount: Amount = "", as_of: AsOf = None, as_json: Json = False) -> None:
    """Enter that what a true-up took back of a payment was returned, as a person of the payer who received it.

    Example: udbytte return trygt_hjem/hjemmedage/2025H1/all/final --paid-on 2026-09-01 --reference R-1043 --key ~/anna.key --reason "Returned as restated"
    """
    _do("return", claim, key, reason, as_of, as_json=as_json, amount=amount, transfer=_transfer(paid_on, reference))


def claim(claim: Claim, as_of: AsOf = None, as_json: Json = False) -> None:
    """Say where every amount of a posted claim stands: who waits for whom, and until when.

    Example: udbytte claim trygt_hjem/hjemmedage/2025H1/all/final
    """
    from pipelines.canonical import plain
    from pipelines.errors import LedgerError
    from pipelines.ledger.approving import named
    from pipelines.ledger.book import Book
    from pipelines.ledger.journal import read
    from pipelines.ledger.reconciling import reference_for
    from pipelines.reports.standing import part_words

    home = Home.here().require()
    day, reading = home.as_of(as_of_day(as_of)), read(home)
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="restore the file from a backup and run `udbytte verify`")
    known = [entry for entry in reading.entries if entry.as_of <= day]
    about = named(known, claim)
    found = Book.of(known).parts(about, day)
    references = {part.payer: reference_for(known, about, part.payer) for part in found if part.state == "approved"}
    if as_json:
        print(json.dumps(plain([{**part.as_data(), **_pay_with(part, references)} for part in found]), indent=2, ensure_ascii=False))
    else:
        words = [*(part_words(part.as_data()) for part in found), *(f"{payer}: have the bank pay it with the reference {text}" for payer, text in references.items())]
        print("\n".join(words) or "Nothing is owed of it.")


def _pay_with(part: Part, references: dict[str, str]) -> dict[str, str]:
    return {"reference": references[part.payer]} if part.state == "approved" else {}


def clock(as_of: AsOf = None, as_json: Json = False) -> None:
    """Enter what silence and long stops have come to by a day. Nights and `udbytte settle` do so themselves; this is for a home without nights.

    Example: udbytte clock --as-of 2026-08-01
    """
    from pipelines.ledger.approving import clock as run
    from pipelines.ledger.journal import Journal
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    with locked(home):
        made = run(Journal(home), home.as_of(day))
    _tell(made, as_json=as_json)


def _transfer(paid_on: str, reference: str, cause: str = "", set_off: list[str] | None = None) -> Transfer:
    from pipelines.ledger.approving import Transfer

    day = day_of(paid_on)
    assert day is not None
    return Transfer(day, reference, cause, tuple(set_off or ()))


def _do(name: str, claim: str, key: Path, reason: str, as_of: str | None, *, as_json: bool, **more: Any) -> None:
    from pipelines.ledger.approving import do
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.signing import read_key
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    with locked(home):
        _tell([do(Journal(home), name, claim, read_key(key), reason, home.as_of(day), **more)], as_json=as_json)


def _tell(made: list[Entry], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([{"entry": entry.seq, "hash": entry.hash, **entry.body["act"]} for entry in made], indent=2, ensure_ascii=False))
        return
    lines = [f"Posted {entry.name()}: {entry.body['act']['act'].replace('_', ' ')} {entry.body['act']['amount']}." for entry in made]
    print("\n".join(lines) or "No deadline has passed.")
