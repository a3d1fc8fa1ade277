"""What a contract's comparisons came to, as plain data: who was compared by group and claim period, each estimated quantity with its interval, and the
payments that rest on it. Pure; nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from indicators.result import Interval
from pipelines.contracts.excess import Excess
from pipelines.payments.rule import rules
from pipelines.reports.charts import Chart, Claim, Point, Threshold, may_show, threshold_of, unit_of

Data = dict[str, Any]
FIGURES = ("measure", "figure")
"""What payment rules call the quantity that they look at."""
INELIGIBLE, WAITING, COUNTED = "ineligible", "not_mature", "counted"
NULLS = {"rate_ratio": Fraction(1), "hazard_ratio": Fraction(1), "mean": None}
"""The value of a quantity where there is no effect, where it is not nought; None where none says so."""


@dataclass(frozen=True)
class Evaluated:
    """What the page of one contract is made from: its `terms`, tonight's `rows` of the board and its `results`; counts of its `cohorts` by role, status
    and reason; by language and outcome what it `agreed` about comparing, in sentences; by outcome where its method is wrong more often than
    agreed (`excess`); `notices` of what must not be overlooked; and the rows of the tables `balance` and `overlap`. All plain data."""

    terms: Data
    rows: Sequence[Data] = ()
    results: Mapping[str, Any] = field(default_factory=dict)
    cohorts: Sequence[Data] = ()
    agreed: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    excess: Mapping[str, Sequence[Excess]] = field(default_factory=dict)
    notices: Sequence[str] = ()
    balance: Sequence[Data] = ()
    overlap: Sequence[Data] = ()

    @property
    def contract(self) -> str:
        return str(self.terms["contract"])

    @property
    def language(self) -> str:
        return str(self.terms.get("language") or "en")

    @property
    def smallest(self) -> int:
        """The smallest count of people that may be told apart."""
        return int((self.terms.get("disclosure") or {}).get("smallest_count") or 5)


@dataclass(frozen=True)
class Estimated:
    """One estimated quantity over the claim periods of an outcome: as a chart, and beside each point of it the value as it was rounded, the standard error
    and every interval.
    `rests` are the payments that look at it; `null` is its value where there is no effect."""

    chart: Chart
    values: tuple[Decimal | None, ...]
    errors: tuple[Decimal | None, ...]
    intervals: tuple[tuple[Interval, ...], ...]
    rests: tuple[Data, ...]
    null: Fraction | None


@dataclass(frozen=True)
class Group:
    """The people of one role in one claim period: all, those not ineligible, those of them whose data are not due yet, those counted, and why the others
    are not (reason and people)."""

    period: str
    role: str
    people: int
    eligible: int
    waiting: int
    counted: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def lost(self) -> int:
        """Those whose data should be there and are not."""
        return self.eligible - self.waiting - self.counted

    @property
    def lost_share(self) -> Fraction | None:
        """Of those whose data should be there; None where nobody's should."""
        due = self.eligible - self.waiting
        return Fraction(self.lost, due) if due else None


def compared(seen: Evaluated) -> list[Data]:
    """The outcomes that are compared, in the contract's order."""
    estimated = {result["outcome"] for result in seen.results.values() if result and result.get("estimate")}
    return [outcome for outcome in seen.terms["outcomes"] if outcome.get("compare") or outcome["id"] in estimated]


def method_of(seen: Evaluated, outcome: Data) -> str:
    """The pin of the method that an outcome is compared by; of an estimate that is given, the one that its file must state, where the contract names one."""
    compare = outcome.get("compare") or {}
    said = (compare.get("with") or {}).get("states") or compare.get("method")
    return str(said or next((result["estimate"]["method"] for _, result in results_of(seen, outcome["id"]) if result.get("estimate")), ""))


def results_of(seen: Evaluated, outcome: str) -> list[tuple[str, Data]]:
    """Claim period and result of everything measured of an outcome, in the order of the days of claim periods; the whole term has no name."""
    order = {str(period["id"]): str(period["from"]) for payment in seen.terms["payments"] for period in payment["claim_periods"]}
    found = [(str(result.get("claim_period") or key.partition("/")[2]), result) for key, result in seen.results.items() if result and result["outcome"] == outcome]
    return sorted(found, key=lambda item: (order.get(item[0], ""), item[0]))


def payments_of(seen: Evaluated, outcome: str) -> list[Data]:
    """The payments that are for an outcome."""
    return [payment for payment in seen.terms["payments"] if payment["pays_for"] == outcome]


def figure_of(payment: Data) -> str:
    """The quantity that a payment's rule looks at; empty where it looks at none."""
    given = next(iter(payment["rule"].values())) or {}
    return next((str(given[name]) for name in FIGURES if name in given), "")


def interval_of(payment: Data) -> str:
    """The interval that a payment's rule looks at, if any."""
    return str((next(iter(payment["rule"].values())) or {}).get("interval") or "")


def groups(seen: Evaluated, outcome: str) -> list[Group]:
    """Who is compared, by claim period and role."""
    return [_group(period, role, counts) for period, result in results_of(seen, outcome) for role, counts in sorted(result["roles"].items(), reverse=True) if counts["n"]]


def _group(period: str, role: str, counts: Data) -> Group:
    reasons: dict[str, int] = {}
    for status, reason, people in counts.get("reasons") or []:
        if status != COUNTED:
            reasons[reason] = reasons.get(reason, 0) + people
    barred, waiting = (sum(people for status, _, people in counts.get("reasons") or [] if status == wanted) for wanted in (INELIGIBLE, WAITING))
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return Group(period, role, counts["n"], counts["n"] - barred, waiting, counts["n_counted"], tuple(ordered))


def estimates(seen: Evaluated, outcome: Data) -> list[Estimated]:
    """Every estimated quantity of an outcome, those that payments rest on first."""
    found = [(period, result) for period, result in results_of(seen, outcome["id"]) if result.get("estimate")]
    names = list(dict.fromkeys(name for _, result in found for name in result["estimate"]["quantities"]))
    looked_at = [figure_of(payment) for payment in payments_of(seen, outcome["id"])]
    return [_estimated(seen, outcome["id"], name, found) for name in sorted(names, key=lambda name: (name not in looked_at, name))]


def _estimated(seen: Evaluated, outcome: str, name: str, found: Sequence[tuple[str, Data]]) -> Estimated:
    rests = tuple(payment for payment in payments_of(seen, outcome) if figure_of(payment) == name)
    asked = [threshold for _, _, threshold in filter(None, map(threshold_of, rests))]
    quantities = [result["estimate"]["quantities"].get(name) for _, result in found]
    intervals = tuple(intervals_of(quantity or {}) for quantity in quantities)
    shown = next(filter(None, map(interval_of, rests)), "") or next((item.name for every in intervals for item in every), "")
    points = tuple(_point(seen, outcome, rests, period, result, quantity, shown) for (period, result), quantity in zip(found, quantities, strict=True))
    values = tuple(Decimal(str(quantity["value"])) if quantity else None for quantity in quantities)
    errors = tuple(Decimal(str(quantity["std_error"])) if quantity and quantity.get("std_error") else None for quantity in quantities)
    level = next((item.level for every in intervals for item in every if item.name == shown), None)
    unit = unit_of(name, next((str(result["estimate"]["method"]) for _, result in found), ""))
    chart = Chart(outcome, "", name, "", unit, points, asked[0] if len(set(asked)) == 1 else None, shown, level)
    return Estimated(chart, values, errors, intervals, rests, NULLS.get(name, Fraction(0)))


def _point(seen: Evaluated, outcome: str, rests: Sequence[Data], period: str, result: Data, quantity: Data | None, shown: str) -> Point:
    """A point of a claim period; without a value where nothing decides the period yet, since what its data say so far may still change."""
    every = claims(seen, payments_of(seen, outcome), period)
    own = claims(seen, rests, period)
    counted = int((result["roles"].get("treatment") or {}).get("n_counted") or 0)
    if not quantity or not may_show(every):
        return Point(period, None, None, None, counted, own)
    ends = next((item for item in intervals_of(quantity) if item.name == shown), None)
    return Point(period, Fraction(str(quantity["value"])), ends.low if ends else None, ends.high if ends else None, counted, own)


def claims(seen: Evaluated, payments: Iterable[Data], period: str) -> tuple[Claim, ...]:
    """What the board says of payments in a claim period; in every one where the period has no name."""
    named = {payment["id"] for payment in payments}
    return tuple(Claim(row["trigger"], row.get("kind") or "final", row["state"]) for row in seen.rows if row["trigger"] in named and period in ("", row["claim_period"]))


def claim_rows(seen: Evaluated, outcome: str) -> list[tuple[Data, Data]]:
    """Every claim of the payments for an outcome, as the board has it, with its payment; those that look at a figure first."""
    by_name = {payment["id"]: payment for payment in payments_of(seen, outcome)}
    found = [(by_name[row["trigger"]], row) for row in seen.rows if row["trigger"] in by_name]
    return sorted(found, key=lambda item: not figure_of(item[0]))


def asked_of(payment: Data) -> Threshold | None:
    """What a payment's rule asks of the quantity it looks at, where that is one value."""
    found = threshold_of(payment)
    return found[2] if found else None


def resting(seen: Evaluated) -> list[Data]:
    """The payments whose rule looks at what a comparison estimates."""
    names = {outcome["id"]: {item.chart.measure for item in estimates(seen, outcome)} for outcome in compared(seen)}
    return [payment for payment in seen.terms["payments"] if payment["pays_for"] in names and _rests(payment, names[payment["pays_for"]])]


def _rests(payment: Data, known: set[str]) -> bool:
    """A rule that holds groups against each other rests on them; the mean of those counted is no estimate unless a method estimates it."""
    figure, rule = figure_of(payment), rules().get(next(iter(payment["rule"])))
    return bool(rule and rule.needs_comparison) or (bool(figure) and (figure != "mean" or figure in known))


def uncompared(seen: Evaluated) -> list[Data]:
    """The payments that rest on no comparison."""
    found = [payment["id"] for payment in resting(seen)]
    return [payment for payment in seen.terms["payments"] if payment["id"] not in found]


def diagnostics(seen: Evaluated, outcome: str) -> list[tuple[str, str, str]]:
    """Claim period, name and words of every diagnostic."""
    return [(period, name, words) for period, result in results_of(seen, outcome) for name, words in (result.get("estimate") or {}).get("diagnostics") or []]


def placebos(seen: Evaluated, outcome: str) -> list[tuple[str, Data]]:
    """Claim period and plain data of everything that the method was asked of outcomes which the programme cannot move; nothing of an estimate that has
    no placebos."""
    return [(period, item) for period, result in results_of(seen, outcome) for item in (result.get("estimate") or {}).get("placebos") or []]


def intervals_of(quantity: Data) -> tuple[Interval, ...]:
    """The intervals of a quantity, by name."""
    found = quantity.get("intervals") or {}
    return tuple(Interval(name, *(Decimal(str(found[name][key])) for key in ("level", "low", "high"))) for name in sorted(found))


def assumptions(seen: Evaluated, outcome: str) -> list[tuple[str, str]]:
    """Name and words of what was assumed, each once."""
    return list(dict.fromkeys((name, words) for _, result in results_of(seen, outcome) for name, words in (result.get("estimate") or {}).get("assumptions") or []))
