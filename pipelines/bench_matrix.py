"""`udbytte bench --defects`: every defect of the catalogue against every claim of the contracts in force.

The clean sample's night says what each claim comes to. A night with one defect must then hold exactly the claims that rest on what the
defect spoils, by the rule that the catalogue names, and decide every other to the same cent. What a claim rests on is read from its contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pipelines.bench_nights import CleanHome, Seen
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.fingerprint import Claim, Inputs
from pipelines.payments.decide import BENEFICIARIES, Decision, causes
from pipelines.quality.suites import cap_of
from pipelines.synthetic.defects import DEFECTS, KNOWN_ALREADY, NOTHING, QUARANTINE, VINTAGES, Defect, plant

Came = Literal["not due", "same", "held", "moved"]
Rule = tuple[str, str]
"""A subject, or the beginning of one, and a rule of its suite."""
BY_INTAKE = {QUARANTINE: "quarantined", KNOWN_ALREADY: "known_already"}


def within(subject: str, of: str) -> bool:
    """Whether a subject is `of`, or a part of it."""
    return subject == of or subject.startswith(f"{of}/")


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

    def rests_on(self, holder: Rule) -> bool:
        """Whether a rule that holds stands before this claim."""
        return any(within(subject, holder[0]) and rule == holder[1] for subject, rule in self.severities)


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
        names = ("must", "may_move", "is_cap", "came", "amount", "clean_amount", "held_by", "is_right")
        return {"claim": self.needs.key, **{name: getattr(self, name) for name in names}}


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

    def holder(self, defect: Defect) -> Rule | None:
        """What must hold the claims that rest on a defect: what the catalogue says holds, or what finds it where that is no mere warning."""
        if defect.holds is not None or defect.found_by in (KNOWN_ALREADY, VINTAGES, NOTHING):
            return defect.holds
        is_error = any(severity == "error" for (subject, rule), severity in self.severities.items() if rule == defect.found_by and within(subject, defect.on))
        return (defect.on, defect.found_by) if is_error else None

    def _cell(self, needs: Needs, defect: Defect, holder: Rule | None, night: Seen, touched: set[str]) -> Cell:
        clean, decision = self.clean.decisions[needs.key], night.decisions[needs.key]
        must: Came = "not due" if clean.state == "not_due" else "held" if holder and needs.rests_on(holder) and not _came_before(clean, holder) else "same"
        held_by = _held_by(decision)
        is_named = holder is not None and any(within(subject, holder[0]) and rule == holder[1] for subject, rule in held_by)
        is_touched = defect.moves and not touched.isdisjoint(needs.registers)
        is_cap = any(came(night.decisions[key], self.clean.decisions[key]) in ("held", "moved") for key in needs.after) and only_the_cap(decision, clean, needs.cap)
        return Cell(needs, must, must == "same" and is_touched, must == "same" and is_cap, came(decision, clean), decision.amount, clean.amount, held_by, is_named)


def _came_before(clean: Decision, holder: Rule) -> bool:
    """Whether a claim is held anyway before the rule is asked: what is proposed is checked last, and only where everything else holds."""
    return clean.state == "held" and holder[0].startswith("trigger:")


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
    return next((verdict for (subject, rule), verdict in new.items() if rule == by and within(subject, defect.on) and verdict in ("failed", "warned")), "")


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
