"""What an outsider knows of one contract: its published rows, the people they are of, and every sum between them that the contract makes public.

Sums that do not hold in truth are left out: nobody can reckon with them. Numbers that are the same within one subject are taken to be seen as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from indicators.disclosure import is_small
from indicators.result import Result, RoleCount
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract
from pipelines.fingerprint import period_of
from pipelines.payments.decide import ON_ACCOUNT, Decision
from pipelines.reports.disclosing.open_tables import NOT_FROZEN
from pipelines.reports.disclosing.problem import Problem, Quantity, Row, Told

COSTS = {"indicator_results": 40, "payment_decisions": 30, "gaming_figures": 6, "gate_checks": 2, "deliveries": 2, "delivery_changes": 1}
"""What it costs a reader to lose a row of a table, against the others: results are what people come for, counts of a check the least."""
RESULTS, DECISIONS, CHECKS, GAMING = "indicator_results", "payment_decisions", "gate_checks", "gaming_figures"


@dataclass(frozen=True)
class Facts:
    """The exact facts of one contract on one night. `checks` and `gaming` are exact rows (subject or figure, rule or about, numerator,
    denominator); `people` counts the eligible by cohort and role."""

    contract: OutcomeContract
    results: tuple[Result, ...]
    decisions: tuple[Decision, ...]
    checks: tuple[tuple[str, str, int, int], ...]
    gaming: tuple[tuple[str, str, int, int], ...]
    people: Mapping[tuple[str, str], int]


def result_row(contract: str, outcome: str, claim_period: str) -> Row:
    return RESULTS, contract, outcome, claim_period


def decision_row(decision: Decision) -> Row:
    return DECISIONS, decision.contract, decision.trigger, decision.claim_period, decision.kind


def rests_on(contract: OutcomeContract, decision: Decision) -> list[Row]:
    """The results that a decision pays for or depends on."""
    payment = next(item for item in contract.payments if item.id == decision.trigger)
    period = next(item for item in payment.claim_periods if item.id == decision.claim_period)
    return [result_row(contract.contract, name, period_of(contract.outcome(name), period)) for name in payment.outcomes_of(decision.kind)]


def people_paid_for(decision: Decision) -> int:
    """How many people an amount is for: those with a line of their own, else what the rule counted where that is a whole number; nought when an
    amount is for nobody in particular."""
    people = {line.key for line in decision.lines if line.amount}
    counted = Fraction(decision.counted)
    return len(people) if decision.lines else int(counted) if counted.denominator == 1 and counted > 0 else 0


def problem_of(facts: Facts, smallest: int, rules: Mapping[Row, str], locked: Iterable[Row]) -> Problem:
    """The problem of one contract. `rules` says which rows are suppressed by a rule of their own, `locked` are those that were told before."""
    made = _Maker(facts, Problem(smallest), rules, frozenset(locked))
    made.results()
    made.decisions()
    made.checks()
    made.gaming()
    made.periods()
    made.cohorts()
    made.lists()
    made.outcomes()
    return made.problem


class _Maker:
    """Adds one kind of knowledge after the other. `seen` are the numbers of each subject, so that equal ones are one."""

    def __init__(self, facts: Facts, problem: Problem, hidden: Mapping[Row, str], locked: frozenset[Row]) -> None:
        self.facts, self.problem, self.hidden, self.locked = facts, problem, hidden, locked
        self.seen: dict[str, dict[int, str]] = {}

    def row(self, row: Row, tells: list[str]) -> Told:
        told = self.problem.rows.setdefault(row, Told(COSTS[row[0]], [], row in self.hidden, row in self.locked))
        told.tells += tells
        return told

    def same_within(self, subject: str, names: Iterable[str]) -> None:
        """Take equal numbers of one subject for one, unless they are so small that many are equal by chance."""
        seen = self.seen.setdefault(subject, {})
        for name in names:
            value = self.problem.quantities[name].value
            if value >= self.problem.smallest:
                self.problem.equal(seen.setdefault(value, name), name)

    def results(self) -> None:
        for result in self.facts.results:
            row = result_row(result.contract, result.outcome, result.claim_period)
            subject = "/".join(row[1:])
            names = [self._role(subject, role, counts, is_suppressed=self.hidden.get(row, NOT_FROZEN) != NOT_FROZEN) for role, counts in sorted(result.roles.items())]
            self.row(row, [name for told, _ in names for name in told])
            every = [name for told, more in names for name in (*told, *more)]
            self.same_within(subject, every)
            for part in ("n", "counted"):
                self._both(subject, part, [f"{subject}/{role}/{part}" for role in sorted(result.roles)])

    def _role(self, subject: str, role: str, counts: RoleCount, *, is_suppressed: bool) -> tuple[list[str], list[str]]:
        """The names of what a role's row tells, and of what else there is to know of it."""
        problem, at = self.problem, f"{subject}/{role}"
        n, counted = problem.count(f"{at}/n", counts.n), problem.count(f"{at}/counted", counts.n_counted)
        told, more = [n, counted], [problem.rest(f"{at}/uncounted", n, [counted])]
        value = counts.value
        if value == int(value) and 0 <= value <= counts.n_counted:
            told.append(problem.count(f"{at}/value", int(value)))
            more.append(problem.rest(f"{at}/without", counted, told[-1:]))
        for total, is_counted in ((counted, True), (f"{at}/uncounted", False)):
            parts = [problem.count(f"{at}/{status}/{reason}", people) for status, reason, people in counts.reasons if (status == "counted") is is_counted]
            problem.whole(f"{at}/{'counted' if is_counted else 'not'}/unnamed", [total], parts)
            more += parts
        if is_suppressed:
            for name in told[1:]:
                problem.quantities[name].is_protected = True
        return told, [name for name in more if name]

    def _both(self, subject: str, part: str, names: list[str]) -> None:
        """Both roles together, as the checks of the outcome count them."""
        if len(names) > 1:
            name = f"{subject}/{part}"
            self.problem.quantities[name] = Quantity(sum(self.problem.quantities[item].value for item in names))
            self.problem.sums.append({name: -1, **dict.fromkeys(names, 1)})
            self.same_within(subject, [name])

    def decisions(self) -> None:
        for decision in self._decided():
            row, rested = decision_row(decision), rests_on(self.facts.contract, decision)
            told = [self._counted_of(decision)]
            self.row(row, [name for name in told if name])
            for result in rested:
                if result in self.problem.rows:
                    self.problem.rows[result].with_.add(row)
                self.same_within("/".join(result[1:]), [name for name in told if name])
            self._missed(decision, rested)
        self._against_on_account()

    def _decided(self) -> Iterator[Decision]:
        return (item for item in self.facts.decisions if item.state in ("due", "not_met"))

    def _counted_of(self, decision: Decision) -> str | None:
        people = people_paid_for(decision)
        return self.problem.count(f"counted:{'/'.join(decision_row(decision)[1:])}", people) if people else None

    def _missed(self, decision: Decision, rested: list[Row]) -> None:
        """Who was counted by the outcome and not by the rule."""
        name = f"counted:{'/'.join(decision_row(decision)[1:])}"
        total = f"{'/'.join(rested[0][1:])}/treatment/counted" if rested else ""
        if name in self.problem.quantities and total in self.problem.quantities:
            self.problem.rest(f"{name}/missed", total, [name])

    def _against_on_account(self) -> None:
        """A claim on account and its final settlement count the same people by two sources: what they differ by is of those who moved."""
        made = {decision_row(item): item for item in self._decided()}
        for row, final in made.items():
            first = made.get((*row[:4], ON_ACCOUNT))
            if first is None or final.kind == ON_ACCOUNT:
                continue
            pairs = [(f"counted:{'/'.join(row[1:])}", f"counted:{'/'.join((*row[1:4], ON_ACCOUNT))}")]
            before, after = (rests_on(self.facts.contract, item)[0] for item in (first, final))
            pairs += [(f"{'/'.join(after[1:])}/treatment/{part}", f"{'/'.join(before[1:])}/treatment/{part}") for part in ("counted", "value")]
            for one, other in pairs:
                if one in self.problem.quantities and other in self.problem.quantities and one != other:
                    self.problem.difference(f"{one} less {other}", one, other)

    def checks(self) -> None:
        for subject, rule, numerator, denominator in self.facts.checks:
            row: Row = (CHECKS, subject, rule)
            told = self._share(f"{subject}/{rule}", row, numerator, denominator)
            for owner in self._owners(subject):
                if owner in self.problem.rows:
                    self.problem.rows[owner].with_.add(row)
            for place in self._subjects(subject):
                self.same_within(place, told)

    def _share(self, at: str, row: Row, numerator: int, denominator: int) -> list[str]:
        """So many of so many, and the rest; small ones are protected where the row was found to tell of few."""
        is_few = row in self.hidden
        names = [self.problem.count(f"{at}/of", denominator, of_people=is_few), self.problem.count(f"{at}/so_many", numerator, of_people=is_few)]
        rest = self.problem.rest(f"{at}/rest", names[0], names[1:], of_people=is_few)
        if self.hidden.get(row) == "differs_by_few":
            self.problem.protect(names)
        self.row(row, names)
        return [*names, *([rest] if rest else [])]

    def _owners(self, subject: str) -> list[Row]:
        """The rows that a check's counts are hidden with: the result, or the decision, that it looks at."""
        kind, _, name = subject.partition(":")
        parts = name.split("/")
        if kind == "outcome":
            return [result_row(parts[0], parts[1], parts[2] if len(parts) > 2 else "")]  # noqa: PLR2004 contract, outcome and claim period
        return [(DECISIONS, *parts)] if kind == "trigger" else []

    def _subjects(self, subject: str) -> list[str]:
        """The subjects whose people a check counts."""
        kind = subject.partition(":")[0]
        owners = self._owners(subject)
        if kind == "outcome":
            return ["/".join(owners[0][1:])]
        if kind == "trigger":
            return ["/".join(row[1:]) for item in self._decided() if decision_row(item) in owners for row in rests_on(self.facts.contract, item)]
        return [subject]

    def gaming(self) -> None:
        cohorts = {cohort.id for cohort in self.facts.contract.cohorts}
        for figure, about, numerator, denominator in self.facts.gaming:
            told = self._share(f"{figure}:{about}", (GAMING, self.facts.contract.contract, figure, about), numerator, denominator)
            if about in cohorts:
                self.same_within(f"cohort:{self.facts.contract.contract}/{about}", told)

    def periods(self) -> None:
        """Claim periods that lie within others, and others that several fill."""
        for outcome in {result.outcome for result in self.facts.results}:
            claimed = {period.id: period for period in self.facts.contract.claims_of(outcome)}
            for whole in claimed.values():
                inside = [item for item in claimed.values() if item.id != whole.id and whole.start <= item.start and item.end <= whole.end]
                for part in inside:
                    self._within(outcome, whole, [part])
                for several in _filling(whole, inside):
                    self._within(outcome, whole, several)

    def _within(self, outcome: str, whole: ClaimPeriod, parts: list[ClaimPeriod]) -> None:
        contract = self.facts.contract.contract
        for role, part in ((role, part) for role in ("treatment", "comparison") for part in ("n", "counted", "value")):
            total, *named = [f"{contract}/{outcome}/{item.id}/{role}/{part}" for item in (whole, *parts)]
            if all(name in self.problem.quantities for name in (total, *named)):
                self.problem.whole(f"{total} beside {' '.join(item.id for item in parts)}", [total], named)

    def cohorts(self) -> None:
        """Everybody of a cohort is in one of its claim periods, or in one that is still to come."""
        contract = self.facts.contract
        for cohort, role in sorted(self.facts.people):
            name = self.problem.count(f"people:{cohort}/{role}", self.facts.people[cohort, role])
            self.same_within(f"cohort:{contract.contract}/{cohort}", [name])
        for outcome in contract.outcomes:
            of = [item for item in self.facts.results if item.outcome == outcome.id and item.claim_period]
            for role in ("treatment", "comparison"):
                self._shared_out(outcome.id, role, of)

    def lists(self) -> None:
        """Numbers of one cohort's list that differ by few: those who are on it by one way of counting and not by another."""
        for subject, seen in self.seen.items():
            if subject.startswith("cohort:"):
                for one, other in combinations(sorted(seen), 2):
                    if is_small(other - one, self.problem.smallest):
                        self.problem.difference(f"{subject}: {other} less {one}", seen[other], seen[one])

    def _shared_out(self, outcome: str, role: str, of: list[Result]) -> None:
        """Claim periods that share a cohort out. Where each counts everybody, nothing is shared out and no sum follows."""
        cohorts = sorted({result.cohort for result in of})
        named = [f"{item.contract}/{outcome}/{item.claim_period}/{role}/n" for item in of if role in item.roles]
        totals = [f"people:{cohort}/{role}" for item in cohorts for cohort in item.split(", ")]
        if not named or len(cohorts) > 1 or any(name not in self.problem.quantities for name in totals):
            return
        self.problem.whole(f"{outcome}/{role}/in no claim period yet", totals, named)

    def outcomes(self) -> None:
        """The same people under several outcomes, and outcomes that nobody reaches who does not reach another."""
        for one, other in combinations(self.facts.results, 2):
            if (one.cohort, one.claim_period) == (other.cohort, other.claim_period):
                for role in set(one.roles) & set(other.roles):
                    self.problem.equal(f"{_at(one)}/{role}/n", f"{_at(other)}/{role}/n")
        implied = {item.id: item.implies for item in self.facts.contract.outcomes if item.implies}
        at = {(item.outcome, item.claim_period): item for item in self.facts.results}
        for result in self.facts.results:
            weaker = at.get((implied.get(result.outcome, ""), result.claim_period))
            for role in set(result.roles) & set(weaker.roles) if weaker else ():
                self._reaches_also(f"{_at(result)}/{role}/value", f"{_at(weaker)}/{role}/value" if weaker else "")

    def _reaches_also(self, one: str, other: str) -> None:
        if one in self.problem.quantities and other in self.problem.quantities:
            self.problem.rest(f"{other} beside {one}", other, [one])


def _at(result: Result) -> str:
    return f"{result.contract}/{result.outcome}/{result.claim_period}"


def _filling(whole: ClaimPeriod, inside: list[ClaimPeriod]) -> Iterator[list[ClaimPeriod]]:
    """Every way in which some of `inside` fill `whole` without a gap."""

    def onwards(start: Any) -> Iterator[list[ClaimPeriod]]:
        if start == whole.end:
            yield []
        for item in inside:
            if item.start == start:
                yield from ([item, *more] for more in onwards(item.end))

    return (found for found in onwards(whole.start) if len(found) > 1)
