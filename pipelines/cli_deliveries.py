"""Commands of the command line about deliveries: putting them into the inbox, taking them in, pseudonyms, and removing what should not have come."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day, day_of, register_names, say, shown_path
from pipelines.errors import HomeError
from pipelines.reports.progress import progress
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.deliveries.pseudonyms import Written


def deliver(
    file: Annotated[Path, typer.Argument(help="The file to hand in.")],
    register: Annotated[str, typer.Option("--register", "-r", help="The register it is an extract of.", autocompletion=register_names)],
    covers_through: Annotated[str | None, typer.Option("--covers-through", metavar="YYYY-MM-DD", help="The last day its sender says it covers.")] = None,
    sender: Annotated[str, typer.Option("--sender", help="Who sends it.")] = "",
    reference_period: Annotated[str, typer.Option("--reference-period", metavar="PERIOD", help="The period it is of, such as 2025, 2025H1, 2025Q4, 2025-06 or 2024/2025.")] = "",
    rows: Annotated[int | None, typer.Option("--rows", metavar="N", min=0, help="How many rows its sender says it has.")] = None,
    as_json: Json = False,
) -> None:
    """Put a file into the inbox, with a manifest that pins its bytes. The next intake takes it in.

    Example: udbytte deliver extract.csv --register arrests --covers-through 2026-06-30
    """
    from pipelines.contracts.source import nearest
    from pipelines.deliveries.inbox import deliver as put
    from pipelines.payments.vocabulary import catalogue

    home, known = Home.here().require(), catalogue().registers
    if register not in known:
        raise HomeError(f"there is no register contract '{register}'{nearest(register, list(known))}")
    if not file.is_file():
        raise HomeError("there is no such file", where=str(file), next_step="check the path")
    placed = put(home, file, register, covers_through=day_of(covers_through), sender=sender, reference_period=reference_period, rows=rows)
    place = placed.relative_to(home.root)
    say(f"Waiting in {place.parent}. Next: udbytte intake, or udbytte run", {"register": register, "file": place.as_posix()}, as_json=as_json)


def intake(as_json: Json = False) -> None:
    """Take the inbox in now, check the registers that something came of, and say what became of each file. Nothing is decided.

    Ends with exit code 9 when a file was refused or a register does not hold.

    Example: udbytte intake
    """
    from pipelines.errors import NotTakenError
    from pipelines.quality.checker import checker_of_this_process

    home = Home.here().require()
    checker = checker_of_this_process()
    try:
        with progress("Taking the inbox in"):
            from pipelines.reports.arrivals import summary
            from pipelines.reports.publication import take_in_now

            shown = summary(take_in_now(home, checker))
    finally:
        checker.stop()
    if as_json:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        from pipelines.reports.terminal import print_intake

        print_intake(shown, pages=shown_path(home.reports / "quarantine.html"))
    if shown["problems"]:
        raise typer.Exit(1)
    if shown["refused"]:
        raise NotTakenError(shown["refused"], next_step="see the reasons above, have it corrected, and deliver it again")


def pseudonymise(
    key: Annotated[Path, typer.Option("--key", metavar="KEYFILE", help="The file with the key, outside the home and readable by its owner alone.")],
    file: Annotated[Path | None, typer.Argument(help="The list: CSV or .xlsx.")] = None,
    column: Annotated[str, typer.Option("--column", help="The column with the CPR numbers.")] = "cpr",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write. Default: beside the list, as <list>.pseudonymised.csv.")] = None,
    becomes: Annotated[str, typer.Option("--as", metavar="NAME", help="What the column is called afterwards.")] = "pnr",
    project: Annotated[str, typer.Option("--project", help="A name mixed into every pseudonym, so that two projects' lists cannot be linked.")] = "",
    new_key: Annotated[bool, typer.Option("--new-key", help="Draw a key and write it to KEYFILE, which must not be there yet.")] = False,
    as_json: Json = False,
) -> None:
    """Replace the CPR numbers of a municipality's own list by the pseudonyms of the extracts, with a key held outside the home.

    Rows without a CPR number are left out and named, by row, in a file beside the list. A list with such numbers elsewhere is not written.

    Example: udbytte pseudonymise henvisninger.csv --key /safe/extracts.key --column cpr --out referrals.csv
    """
    from pipelines.deliveries import pseudonyms

    home = Home.here()
    if file is None and not new_key:
        raise typer.BadParameter("name the list to pseudonymise, or make a key with --new-key")
    if file is not None and not file.is_file():
        raise HomeError("there is no such file", next_step="check the path")
    secret = pseudonyms.new_key(key, home) if new_key else pseudonyms.read_key(key, home)
    if file is None:
        words = f"A key of 32 bytes lies in {shown_path(key)}, fingerprint {pseudonyms.fingerprint(secret)}. Hold it apart from the home; whoever has it can tell who is who."
        say(words, {"key": pseudonyms.fingerprint(secret), "file": str(key)}, as_json=as_json)
        return
    with progress("Replacing the numbers"):
        made = pseudonyms.pseudonymise(file, out or file.with_name(f"{file.stem}.pseudonymised.csv"), column, secret, project=project, becomes=becomes)
    say(_pseudonymised(made, project), {name: str(value) if isinstance(value, Path) else value for name, value in asdict(made).items()}, as_json=as_json)


def _pseudonymised(made: Written, project: str) -> str:
    """What became of a list, in words: counts and places alone."""
    lines = [f"{made.rows:,} rows of {made.persons:,} people lie in {shown_path(made.path)}. Key fingerprint {made.key}{f', project {project}' if project else ''}"]
    if made.left_out_path is not None:
        lines.append(f"{made.left_out:,} rows without a CPR number were left out; which and why is in {shown_path(made.left_out_path)}. Correct them and run the command again.")
    if made.without_check:
        lines.append(f"{made.without_check:,} people's numbers fail modulus 11. Some given since October 2007 do; many at once are typing errors.")
    return "\n".join([*lines, "Next: udbytte deliver the list, and keep the one with the numbers where it belongs"])


def purge(
    delivery: Annotated[str, typer.Argument(help="The delivery, as its folder in quarantine is named.")],
    because: Annotated[str, typer.Option("--because", metavar="WORDS", help="Why, in a sentence that is kept.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided it.")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Remove the bytes of a quarantined delivery for good, with every copy of them in the inbox, and record that they were removed and why.

    Example: udbytte purge referrals-0123456789ab --because "the list had CPR numbers in it" --by "data protection officer"
    """
    from pipelines.deliveries.purge import purge as remove
    from pipelines.locking import locked
    from pipelines.reports.publication import show_arrivals

    home, day = Home.here().require(), as_of_day(as_of)
    with locked(home):
        done = remove(home, delivery, because=because, by=by, as_of=home.as_of(day))
        show_arrivals(home, home.as_of(day))
    words = (
        f"The bytes of {done.delivery} ({done.size:,} bytes, SHA-256 {done.sha256[:12]}) are removed; quarantine/{done.delivery}/purged.json says when and why.\n"
        "Backups and snapshots of the disk may still have them: have those removed where they are kept."
    )
    say(words, {"delivery": done.delivery, "bytes": done.size, "sha256": done.sha256}, as_json=as_json)
