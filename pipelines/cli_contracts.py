"""Commands of the command line about contracts before anything runs: checking them, and starting one."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script instead of words for a person.")]


def check(as_json: Json = False) -> None:
    """Check every contract, register, gate profile and code list: all findings at once, errors first, each with line, clause and remedy.

    Ends with exit code 3 when there is an error; warnings alone are none.

    Example: UDBYTTE_CONTRACTS=agreed udbytte check
    """
    from pipelines.reports.checking import tell

    tell(as_json=as_json)


class Kind(StrEnum):
    """What can be started."""

    contract = "contract"


def new(
    kind: Annotated[Kind, typer.Argument(help="What to start: a contract.")],
    name: Annotated[str, typer.Argument(help="Its name, and its file's: small letters, digits and underscores.")],
    model: Annotated[str | None, typer.Option("--model", help="payment_by_results, social_impact_bond or conditional_grant.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="What the agreement is called.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="da or en.")] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="Three letters, as DKK.")] = None,
    begins: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day of its term.")] = None,
    ends: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The day after the last of its term.")] = None,
    payer: Annotated[str | None, typer.Option("--payer", help="Who commissions and pays.")] = None,
    provider: Annotated[str | None, typer.Option("--provider", help="Who provides.")] = None,
    investor: Annotated[str | None, typer.Option("--investor", help="Who invests in a social impact bond, or gives a conditional grant.")] = None,
    register: Annotated[str | None, typer.Option("--register", help="The register that enrols people.")] = None,
    enrolled_on: Annotated[str | None, typer.Option("--enrolled-on", help="Its column with the day of enrolment.")] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing: what no option gives is guessed, and marked.")] = False,
    as_json: Json = False,
) -> None:
    """Start an outcome contract from options, and from questions where there is a terminal. It passes `udbytte check`; nothing is written over.

    Example: udbytte new contract nyt_hjem --model payment_by_results --from 2027-01-01 --to 2030-01-01 --payer "Aarhus Kommune" --no-input
    """
    from pipelines.reports.starting import start_contract

    del kind  # there is one
    asked = {"model": model, "title": title, "language": language, "currency": currency, "begins": begins, "ends": ends, "payer": payer}
    given = {**asked, "provider": provider, "investor": investor, "register": register, "enrolled_on": enrolled_on}
    words = start_contract(name, given, asks=not (no_input or as_json))
    print(json.dumps({"contract": name, "says": words.splitlines()}, indent=2, ensure_ascii=False) if as_json else words)
