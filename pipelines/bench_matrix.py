"""`udbytte bench --defects`: every defect of the catalogue against every claim of the contracts in force.

The clean sample's night says what each claim comes to. A night with one defect must then hold exactly the claims that rest on what the
defect spoils, by the rule that the catalogue names, and decide every other to the same cent. What a claim rests on is read from its contract.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.bench_nights import CleanHome, Seen, clean_home, helpers
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.fingerprint import Claim, Inputs
from pipelines.payments.decide import BENEFICIARIES, Decision, causes
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.suites import cap_of
from pipelines.synthetic import danish
from pipelines.synthetic.defects import DEFECTS, KNOWN_ALREADY, NOTHING, QUARANTINE, VINTAGES, Defect, plant

Came = Literal["not due", "same", "held", "moved"]
Rule = tuple[str, str]
"""A subject and a rule of its suite."""
BY_INTAKE = {QUARANTINE: "quarantined", KNOWN_ALREADY: "known_already"}


@dataclass(frozen=True)
class Named:
    """A rule of the catalogue with the subjects, or the beginnings of them, in whose suites it is meant."""

    rule: str
    on: tuple[str, ...]

    def is_at(self, subject: str, rule: str) -> bool:
        """Whether a subject's rule is meant: of a subject named, or of a part of one."""
        return rule == self.rule and any(subject == named or subject.startswith(f"{named}/") for named in self.on)

    def any_of(self, rules: Iterable[Rule]) -> bool:
        return any(self.is_at(subject, rule) for subject, rule in rules)


@dataclass(frozen=True)
class Needs:
    """What one claim must have seen hold before it is decided: severity by subject and rule. `after` are the claims of its trigger that are
    decided before it, by posting key; where a cap leaves each person only a rest, what they gave moves it."""

    key: str
    column: str
    severities: dict[Rule, str]
    cap: Decimal | None
    after: tuple[str, ...]

    @property
    def registers(self) -> set[str]:
        return {subject.removeprefix("register:") for subject, _ in self.severities if subject.startswith("register:")}


def needs_of(found: Catalogue) -> list[Needs]:
    """Every claim of the contracts that load, with what its contract has stand before it, in the order they are decided."""
    inputs = Inputs(found, [])
    return [needs for _, contract in sorted(found.contracts.items()) for payment in contract.payments for needs in _needs_of_trigger(inputs, contract, payment)]


def _needs_of_trigger(inputs: Inputs, contract: OutcomeContract, payment: Payment) -> list[Needs]:
    made: list[Needs] = []
    for period in sorted(payment.claim_periods, key=lambda item: item.start):
        for kind in payment.kinds:
            claim, key = Claim(period, kind), f"{contract.contract}/{payment.id}/{period.id}/{BENEFICIARIES}/{kind}"
            suites = [*inputs.suites(contract, payment, claim), inputs.claim_suite(contract, payment, claim)]
            column = f"{contract.contract}/{payment.id}" + (f" {kind.replace('_', ' ')}" if len(payment.kinds) > 1 else "")
            severities = {(suite.subject, item.rule): item.severity for suite in suites for item in suite.expectations}
            made.append(Needs(key, column, severities, cap_of(payment), tuple(item.key for item in made)))
    return made


@dataclass(frozen=True)
class Cell:
    """One claim in a night with a defect: what must come of it, what came, the rules that held it, and whether the one that must is among
    them. `may_move` says that the defect may rightly give it another amount, `is_cap` that an earlier claim came otherwise and nobody's
    amount differs but by the rest that the cap leaves them."""

    needs: Needs
    must: Came
    may_move: bool
    is_cap: bool
    came: Came
    amount: Decimal
    clean_amount: Decimal
    held_by: tuple[Rule, ...]
    is_named: bool

    @property
    def is_right(self) -> bool:
        """Whether it came as it must."""
        if self.came == "held" and self.must == "held":
            return self.is_named
        return self.came == self.must or ((self.may_move or self.is_cap) and self.came == "moved")

    def as_data(self) -> dict[str, Any]:
        names = ("must", "may_move", "is_cap", "came", "held_by", "is_right")
        amounts = {"amount": str(self.amount), "clean_amount": str(self.clean_amount)}
        return {"claim": self.needs.key, "column": self.needs.column, **{name: getattr(self, name) for name in names}, **amounts}


@dataclass(frozen=True)
class Row:
    """One defect of a night: what was found of it (empty when it was not), each claim, and what went wrong with the night."""

    defect: Defect
    found: str
    cells: tuple[Cell, ...]
    problems: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether it was found as the catalogue says, and each claim came as it must. What may move something moves something."""
        has_moved = any(cell.came == "moved" and cell.may_move for cell in self.cells)
        return bool(self.found) and not self.problems and has_moved == self.defect.moves and all(cell.is_right for cell in self.cells)

    def as_data(self) -> dict[str, Any]:
        made = {"defect": self.defect.name, "register": self.defect.register, "found_by": self.defect.found_by, "found": self.found, "is_right": self.is_right}
        return {**made, "problems": list(self.problems), "claims": [cell.as_data() for cell in self.cells]}


@dataclass
class Matrix:
    """Nights with defects, each judged against the clean one. `needs` is every claim."""

    clean_home: CleanHome
    needs: list[Needs]
    severities: dict[Rule, str] = field(init=False)

    def __post_init__(self) -> None:
        self.severities = {rule: severity for needs in self.needs for rule, severity in needs.severities.items()}

    @cached_property
    def clean(self) -> Seen:
        """The night without a defect."""
        return self.clean_home.night(self.clean_home.extracts)

    def rows(self, *names: str) -> list[Row]:
        """The rows of one night with these defects, each of another register."""
        extracts = list(self.clean_home.extracts)
        for name in names:
            extracts, _ = plant(name, extracts)
        night, touched = self.clean_home.night(extracts), self.clean_home.touched(extracts)
        return [self._row(DEFECTS[name], night, touched) for name in names]

    def _row(self, defect: Defect, night: Seen, touched: set[str]) -> Row:
        holder = self.holder(defect)
        cells = tuple(self._cell(needs, defect, holder, night, touched) for needs in self.needs)
        return Row(defect, found(defect, night, self.clean), cells, tuple(night.problems))

    def holder(self, defect: Defect) -> Named | None:
        """What must hold the claims that rest on a defect: what the catalogue says holds, or what finds it where that is no mere warning."""
        if defect.holds:
            return Named(defect.holds, defect.held_on)
        named = Named(defect.found_by, defect.on)
        return named if any(severity == "error" for rule, severity in self.severities.items() if named.is_at(*rule)) else None

    def _cell(self, needs: Needs, defect: Defect, holder: Named | None, night: Seen, touched: set[str]) -> Cell:
        clean, decision = self.clean.decisions[needs.key], night.decisions[needs.key]
        must: Came = "not due" if clean.state == "not_due" else "held" if holder and _is_asked(holder, needs, clean) else "same"
        held_by = _held_by(decision)
        is_touched = defect.moves and not touched.isdisjoint(needs.registers)
        is_cap = any(came(night.decisions[key], self.clean.decisions[key]) in ("held", "moved") for key in needs.after) and only_the_cap(decision, clean, needs.cap)
        may_move, is_named = must == "same" and is_touched, holder is not None and holder.any_of(held_by)
        return Cell(needs, must, may_move, must == "same" and is_cap, came(decision, clean), decision.amount, clean.amount, held_by, is_named)


def _is_asked(holder: Named, needs: Needs, clean: Decision) -> bool:
    """Whether a claim asks a rule before it is decided. What is proposed is looked at last, and only where nothing else holds it."""
    return any(holder.is_at(*rule) for rule in needs.severities if clean.state != "held" or not rule[0].startswith("trigger:"))


def only_the_cap(decision: Decision, clean: Decision, cap: Decimal | None) -> bool:
    """Whether two decisions of a claim differ only in people whom the cap over the contract's life leaves a rest: the smaller of the two
    amounts of each brings them to the cap."""
    if cap is None:
        return False
    ours, theirs = ({line.key: line for line in item.lines} for item in (decision, clean))
    smaller = [min(ours[key], theirs[key], key=lambda line: line.amount) for key in ours if key in theirs and ours[key].amount != theirs[key].amount]
    return ours.keys() == theirs.keys() and all(line.amount + line.paid_before == cap for line in smaller)


def _held_by(decision: Decision) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys((str(cause["subject"]), str(cause["rule"])) for cause in causes(decision.holds)))


def came(decision: Decision, clean: Decision) -> Came:
    """What came of a claim beside what came of it in the clean night: the same is the same to the cent, for the same reason in words."""
    if decision.state == "not_due" and clean.state == "not_due":
        return "not due"
    if all(getattr(decision, name) == getattr(clean, name) for name in ("state", "amount", "reason")):
        return "same"
    return "held" if decision.state == "held" else "moved"


def found(defect: Defect, night: Seen, clean: Seen) -> str:
    """What was found of a defect by what the catalogue names, in a word; empty when it was not."""
    register, by = defect.register, defect.found_by
    if by in BY_INTAKE:
        return by.replace("_", " ") if BY_INTAKE[by] in night.receipts.get(register, []) else ""
    if by == VINTAGES:
        return "changes shown" if night.changed.get(register, 0) > clean.changed.get(register, 0) else ""
    new = {rule: verdict for rule, verdict in night.not_passed.items() if clean.not_passed.get(rule) != verdict}
    if by == NOTHING:
        states = {state for found_of in night.receipts.values() for state in found_of}
        is_found = any(verdict in ("failed", "errored", "warned") for verdict in new.values()) or "quarantined" in states
        return "" if is_found else "nothing"
    named = Named(by, defect.on)
    return next((verdict for rule, verdict in new.items() if named.is_at(*rule) and verdict in ("failed", "warned")), "")


def together(needs: list[Needs]) -> list[tuple[str, ...]]:
    """Every defect in as few nights as say the same: those of registers that no claim needs go together, one of each register."""
    needed = set[str]().union(*(item.registers for item in needs))
    packed: list[dict[str, str]] = []
    for name, defect in DEFECTS.items():
        free = next((night for night in packed if defect.register not in needed | set(night) and needed.isdisjoint(night)), None)
        if free is None:
            packed.append(free := {})
        free[defect.register] = name
    return [tuple(night.values()) for night in packed]


def unneeded(found: Catalogue) -> dict[str, str]:
    """The rules of the gate profiles that no delivered defect needs, each with what it is a rule of."""
    needed = {name for defect in DEFECTS.values() for name in (defect.found_by, defect.holds)}
    return {rule.rule: rule.on for profile in found.profiles.values() for rule in profile.rules if rule.rule not in needed}


def measure_defects(people: int = danish.PEOPLE) -> dict[str, Any]:
    """The night of every defect, each alone, as plain data: the claims of the clean night, a row a defect, and the rules that none needs."""
    found = catalogue()
    with helpers() as shared, tempfile.TemporaryDirectory() as folder:
        matrix = Matrix(clean_home(shared, Path(folder), people), needs_of(found))
        rows = [row.as_data() for name in track(DEFECTS, "Nights with a defect", console=Console(stderr=True), transient=True) for row in matrix.rows(name)]
    clean = {item.key: {"column": item.column, "state": matrix.clean.decisions[item.key].state, "amount": str(matrix.clean.decisions[item.key].amount)} for item in matrix.needs}
    return {"people": people, "clean": clean, "rows": rows, "wrong": [row["defect"] for row in rows if not row["is_right"]], "needed_by_no_delivery": unneeded(found)}


WORDS = {
    "held": "every claim that rests on what the defect spoils is held, by the rule that must; what is not due stays so",
    "same": "to the same cent and for the same reason as in the clean night; a hold of the clean night stays",
    "moved": "rightly another amount: the defect changes what happened to somebody, or what a register says of a placement, and breaks no rule",
    "rest": "another amount on account only for people at the cap over the contract's life, of which an earlier claim left another rest",
}


def matrix_table(found: dict[str, Any]) -> str:
    """The matrix for people: a row a defect, a column a trigger and settlement. What did not come as it must is marked with two exclamation marks."""
    console = Console(width=195, record=True, file=io.StringIO(), highlight=False)
    columns = list(dict.fromkeys(claim["column"] for claim in found["clean"].values()))
    made = Table(title="Every defect against every trigger", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name, width in (("Defect", None), ("Register", None), ("Found by", 24), ("Verdict", 10), *((column, 11) for column in columns)):
        made.add_column(name.replace("/", "/\n").replace("_", "_\n"), width=width, no_wrap=width is None, overflow="fold")
    clean = [", ".join(dict.fromkeys(claim["state"].replace("_", " ") for claim in found["clean"].values() if claim["column"] == name)) for name in columns]
    made.add_row("(none)", "", "", "", *clean, end_section=True)
    for row in found["rows"]:
        cells = [_words([claim for claim in row["claims"] if claim["column"] == name]) for name in columns]
        made.add_row(row["defect"], row["register"], row["found_by"].replace("_", " "), row["found"] or "!! not found", *cells)
    console.print(made)
    for word, meaning in WORDS.items():
        console.print(f"{word}: {meaning}")
    console.print(
        f"{len(found['rows']) - len(found['wrong'])} of {len(found['rows'])} defects come as they must" + (f"; not {', '.join(found['wrong'])}" if found["wrong"] else "")
    )
    left = ", ".join(f"{rule.replace('_', ' ')} ({on})" for rule, on in found["needed_by_no_delivery"].items())
    console.print(f"rules of the profiles that no delivery needs, each killed by a defect planted in the warehouse in tests/gate: {left}")
    return console.export_text()


def _words(claims: list[dict[str, Any]]) -> str:
    """What came of the claims of one column, each word once; what is not due only where nothing else is."""
    said = list(dict.fromkeys(("" if claim["is_right"] else "!! ") + ("rest" if claim["is_cap"] and claim["came"] == "moved" else claim["came"]) for claim in claims))
    return ", ".join(word for word in said if word != "not due") or "not due"
