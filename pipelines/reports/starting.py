"""`udbytte new contract`: a contract started from flags or from answers, written where contracts stand, and checked. Nothing is written over."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import typer

from pipelines import clock
from pipelines.contracts.catalogue import REGISTER_PROFILE, Catalogue
from pipelines.contracts.json_schema import outcome_schema
from pipelines.contracts.source import Place, nearest
from pipelines.contracts.starting import FILL, INVESTED, Model, Start, started
from pipelines.errors import ContractError
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.reports.checking import summary, words
from pipelines.reports.schema_files import write
from pipelines.settings import contracts_folder

NAME = r"[a-z][a-z0-9_]{0,59}"
USUAL_REGISTER = "referrals"
USUAL_YEARS = 3
PARTS: dict[str, Place] = {
    "title": ("title",),
    "language": ("language",),
    "currency": ("currency",),
    "begins": ("term",),
    "ends": ("term",),
    "payer": ("parties", 0),
    "provider": ("parties", 1),
    "investor": ("parties", 2),
    "register": ("cohorts", 0, "from"),
    "enrolled_on": ("cohorts", 0, "enrolled_on"),
}
"""Where in the contract what a flag gives is written."""
QUESTIONS = {
    "title": "What is the agreement called",
    "language": "In which language is it (da, en)",
    "currency": "In which currency",
    "begins": "The first day of its term",
    "ends": "The day after its last",
    "payer": "Who commissions and pays",
    "provider": "Who provides",
    "investor": "Who invests, or gives the grant",
    "register": "Which register enrols people",
    "enrolled_on": "Which of its columns is the day of enrolment",
}


def start_contract(name: str, given: dict[str, Any], *, asks: bool) -> str:
    """Write `outcomes/<name>.yaml` and say what is to be done with it. `given` is what flags said, None where they did not.

    Raises ContractError for a name that is taken, or something that is not there; typer.BadParameter for what is not written as it must be.
    """
    if re.fullmatch(NAME, name) is None:
        raise typer.BadParameter(f"'{name}' is no name of a contract; write small letters, digits and underscores, as trygt_hjem")
    path = contracts_folder() / "outcomes" / f"{name}.yaml"
    if path.exists():
        raise ContractError("there is a contract of this name already", where=f"outcomes/{name}.yaml", next_step="choose another name; nothing is written over")
    found = catalogue()
    text = started(_start(name, given, found, _Answers(asks=asks)), outcome_schema(vocabulary()))
    _write(path, text)
    return _told(name, text)


def is_terminal() -> bool:
    """Whether somebody sits at the other end and can answer."""
    return sys.stdin.isatty()


class _Answers:
    """What is asked of people, when somebody can answer."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks and is_terminal()

    def model(self, given: str | None) -> Model:
        if given is None and not self.asks:
            raise typer.BadParameter(f"say which model it is of: --model {', '.join(get_args(Model))}")
        models = list(get_args(Model))
        if given is not None:
            return _one_of(given, models, "model")  # type: ignore[return-value]
        return typer.prompt(f"Which model is it of ({', '.join(models)})", value_proc=lambda text: _one_of(text, models, "model"))  # type: ignore[no-any-return]

    def of(self, key: str, given: Any, usual: Any, read: Callable[[str], Any] = str) -> tuple[Any, bool]:
        """The value of one key, and whether somebody gave it."""
        if given is not None:
            return read(given), True
        if not self.asks:
            return usual, False
        answer = typer.prompt(QUESTIONS[key], default=str(usual), value_proc=read)
        return answer, str(answer) != str(usual)


def _start(name: str, given: dict[str, Any], found: Catalogue, answers: _Answers) -> Start:
    """What the contract is started from, and which of it nobody gave."""
    model = answers.model(given["model"])
    if given["investor"] is not None and model not in INVESTED:
        raise typer.BadParameter(f"nobody invests in an agreement of {model}; leave --investor out, or start one of {' or '.join(INVESTED)}")
    values: dict[str, Any] = {}
    guessed: set[Place] = set()
    for key, usual, read in _asked(name, model, found, values):
        values[key], is_given = answers.of(key, given[key], usual(), read)
        if not is_given:
            guessed.add(PARTS[key])
    if values["ends"] <= values["begins"]:
        raise typer.BadParameter(f"the term ends on {values['ends']}, before it begins on {values['begins']}")
    profile = REGISTER_PROFILE if REGISTER_PROFILE in found.profiles or not found.profiles else min(found.profiles)
    return Start(name=name, model=model, profile=profile, guessed=frozenset(guessed), **{"investor": "", **values})


def _asked(name: str, model: Model, found: Catalogue, so_far: dict[str, Any]) -> list[tuple[str, Callable[[], Any], Callable[[str], Any]]]:
    """Every key that is given, asked for or guessed: what it usually is, by what was said `so_far`, and how an answer is read."""
    danish = {"payer": "Kommunen", "provider": "Leverandøren", "investor": "Investoren"}
    english = {"payer": "The municipality", "provider": "The provider", "investor": "The investor"}
    people = [key for key in danish if key != "investor" or model in INVESTED]
    columns = {register: _days_of(found, register) for register in found.registers}
    return [
        ("title", lambda: name.replace("_", " ").capitalize(), str),
        ("language", lambda: "da", lambda text: _one_of(text, ["da", "en"], "language")),
        ("currency", lambda: "DKK", _currency),
        ("begins", lambda: dt.date(clock.today().year + 1, 1, 1), _day),
        ("ends", lambda: _years_after(so_far["begins"], USUAL_YEARS), _day),
        *((key, lambda key=key: (danish if so_far["language"] == "da" else english)[key], str) for key in people),
        ("register", lambda: _usual_register(columns), lambda text: _one_of(text, [name for name, days in columns.items() if days], "register with a column of dates")),
        (
            "enrolled_on",
            lambda: _usual_day(found, so_far["register"], columns),
            lambda text: _one_of(text, columns[so_far["register"]], f"column of dates of {so_far['register']}"),
        ),
    ]


def _days_of(found: Catalogue, register: str) -> list[str]:
    """The columns of a register that people may be enrolled on: dates, and nothing of a register for statistics."""
    contract = found.registers[register]
    return [column.name for column in contract.table.properties if column.logical_type == "date"] if contract.handling.permitted_use == "administration" else []


def _usual_register(columns: dict[str, list[str]]) -> str:
    able = [name for name, days in columns.items() if days]
    if not able:
        raise ContractError("no register that loads has a column of dates to enrol people by", next_step="write its register contract first, and run `udbytte check`")
    return USUAL_REGISTER if USUAL_REGISTER in able else able[0]


def _usual_day(found: Catalogue, register: str, columns: dict[str, list[str]]) -> str:
    """The column that other contracts enrol by, or the first date there is."""
    others = [cohort.enrolled_on for contract in found.contracts.values() for cohort in contract.cohorts if cohort.register_name == register]
    return (others or columns[register])[0]


def _years_after(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def _one_of(text: str, known: list[str], what: str) -> str:
    if text not in known:
        raise typer.BadParameter(f"there is no {what} '{text}'{nearest(text, known)}")
    return text


def _currency(text: str) -> str:
    if re.fullmatch("[A-Z]{3}", text) is None:
        raise typer.BadParameter(f"'{text}' is no currency; write its three letters, as DKK")
    return text


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date; write YYYY-MM-DD") from None


def _write(path: Path, text: str) -> None:
    """Write a file that is not there, and beside its folder the schemas where there are none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ContractError("there is a contract of this name already", where=path.name, next_step="choose another name; nothing is written over") from None
    schemas = path.parent.parent / "schemas"
    if not schemas.exists():
        write(schemas)


def _told(name: str, text: str) -> str:
    """What was written, what the check says of it, and what to do next."""
    shown = summary(catalogue())
    own = [item for item in shown["findings"] if item["file"].endswith(f"/outcomes/{name}.yaml")]
    said = words({**shown, "findings": own}).splitlines()[:-1]
    lines = sum(line.endswith(FILL) for line in text.splitlines())
    return "\n".join(
        [
            *said,
            f"outcomes/{name}.yaml is started. {lines} of its lines end in '{FILL}'.",
            f"Next: fill them in, add what else is agreed, run `udbytte check`, and once it is signed `udbytte execute {name}`.",
        ]
    )
