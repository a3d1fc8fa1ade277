"""Charts of an outcome over its claim periods against what it pays from, as plain data and in words; `drawing` draws them.

Nothing is decided or estimated here; a share or a mean of a result is worked out for display only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from markupsafe import Markup, escape

from pipelines.reports.phrases import Language

Data = Mapping[str, Any]
Unit = Literal["share", "points", "number"]
Side = Literal["at_least", "wholly_below", "wholly_above", "condition"]
STATES = ("held", "due", "not_met", "not_due")
"""Of several decisions of one period, the first of these gives the point its colour."""
GLYPHS = {"due": "●", "held": "◆", "not_met": "■", "not_due": "▲"}
SHARES_COMPARED = ("trial",)
"""Methods of comparison whose difference is between two shares."""


@dataclass(frozen=True)
class Claim:
    """What the board says of one trigger and settlement of a period."""

    trigger: str
    kind: str
    state: str


@dataclass(frozen=True)
class Point:
    """One claim period. `value` is None when there is nothing to show yet; `low` and `high` are the ends of the interval."""

    period: str
    value: Fraction | None
    low: Decimal | None
    high: Decimal | None
    counted: int
    claims: tuple[Claim, ...]

    @property
    def state(self) -> str:
        found = {claim.state for claim in self.claims}
        return next((state for state in STATES if state in found), "")


@dataclass(frozen=True)
class Threshold:
    """What a payment rule asks of the quantity, or of its interval."""

    value: Decimal
    side: Side


@dataclass(frozen=True)
class Chart:
    """One quantity of one outcome over its claim periods, in their order. `trigger` is set where one payment rule gives the threshold;
    `measure` is an estimated quantity, or `share` or `mean` of what the indicator counts (`counted`)."""

    outcome: str
    trigger: str
    measure: str
    counted: str
    unit: Unit
    points: tuple[Point, ...]
    threshold: Threshold | None = None
    interval: str = ""
    level: Decimal | None = None


def charts(terms: Data, handover: Data | None, rows: Sequence[Data], counted: Mapping[str, str]) -> list[Chart]:
    """The charts of one contract: of every payment that pays from a threshold and has an estimate, and of every other outcome that has
    results in more than one claim period. `rows` are the contract's rows of the board; `counted` says what an indicator counts, by pin.
    """
    results = (handover or {}).get("results") or {}
    made = [chart for outcome in terms["outcomes"] for chart in _charts_of(terms, outcome, results, rows, counted)]
    return [chart for chart in made if any(point.value is not None for point in chart.points)]


def _charts_of(terms: Data, outcome: Data, results: Data, rows: Sequence[Data], counted: Mapping[str, str]) -> list[Chart]:
    name = outcome["id"]
    asked = [(payment, threshold_of(payment)) for payment in terms["payments"]]
    estimated = [_estimated(name, payment, *found, results, rows) for payment, found in asked if found and payment["pays_for"] == name]
    others = [payment for payment, found in asked if not found and name in _outcomes(payment)]
    is_told = sum(key.startswith(f"{name}/") and bool(found) for key, found in results.items()) > 1
    is_shown = is_told and (others or not estimated)
    return [*estimated, *([_counted(name, others, results, rows, counted.get(outcome["indicator"], ""))] if is_shown else [])]


def threshold_of(payment: Data) -> tuple[str, str, Threshold] | None:
    """The measure, the named interval (may be empty) and the threshold of a payment's rule, or None when it has none."""
    rule, given = next(iter(payment["rule"].items()))
    name = rule.split("@")[0]
    if name == "threshold":
        return given["measure"], "", Threshold(Decimal(str(given["at_least"])), "at_least")
    if name == "interval_excludes":
        return given["measure"], given["interval"], Threshold(Decimal(str(given["value"])), "wholly_below" if given["side"] == "below" else "wholly_above")
    return None


def _estimated(outcome: str, payment: Data, measure: str, interval: str, threshold: Threshold, results: Data, rows: Sequence[Data]) -> Chart:
    """The quantity a payment's rule looks at, with the interval it names, or else the first there is."""
    found = {str(period["id"]): _result(outcome, period["id"], results) for period in _in_order(payment["claim_periods"])}
    quantities = {period: _quantity(result, measure) for period, result in found.items()}
    shown = interval or next((name for quantity in quantities.values() for name in sorted(quantity.get("intervals") or {})), "")
    ends = {period: (quantity.get("intervals") or {}).get(shown) or {} for period, quantity in quantities.items()}
    level = next((Decimal(str(end["level"])) for end in ends.values() if end), None)
    claims = {period: _claims(payment, outcome, period, rows) for period in found}
    points = [_estimate_point(period, quantities[period] if may_show(claims[period]) else {}, ends[period], _people(result), claims[period]) for period, result in found.items()]
    return Chart(outcome, payment["id"], measure, "", _unit(measure, found.values()), tuple(points), threshold, shown, level)


def _estimate_point(period: str, quantity: Data, end: Data, counted: int, claims: tuple[Claim, ...]) -> Point:
    if not quantity:
        return Point(period, None, None, None, counted, claims)
    low, high = (Decimal(str(end[name])) if end else None for name in ("low", "high"))
    return Point(period, Fraction(str(quantity["value"])), low, high, counted, claims)


def _unit(measure: str, results: Iterable[Data | None]) -> Unit:
    return unit_of(measure, next((str(result["estimate"]["method"]) for result in results if result and result.get("estimate")), ""))


def unit_of(measure: str, method: str) -> Unit:
    """In what a quantity that a method estimates is read: a share, percentage points, or a number."""
    if measure.startswith("relative"):
        return "share"
    return "points" if method.split("@", maxsplit=1)[0] in SHARES_COMPARED else "number"


def _counted(outcome: str, payments: Sequence[Data], results: Data, rows: Sequence[Data], counted: str) -> Chart:
    """A share of the days at risk where the indicator counts days, else a mean a person counted."""
    periods = _in_order([period for payment in payments for period in payment["claim_periods"]])
    known = [*dict.fromkeys(period["id"] for period in periods)]
    known += [key.split("/", 1)[1] for key in sorted(results) if key.startswith(f"{outcome}/") and key.split("/", 1)[1] not in known]
    is_share = counted.startswith("days")
    points = []
    for period in known:
        result, claims = _result(outcome, period, results), tuple(claim for payment in payments for claim in _claims(payment, outcome, period, rows))
        role = _role(result)
        whole = role.get("exposure" if is_share else "n_counted") or 0
        value = Fraction(str(role["value"])) / whole if whole and may_show(claims) else None
        points.append(Point(period, value, None, None, _people(result), claims))
    asked = any(condition["outcome"] == outcome and condition["rule"].startswith("not_worse@") for payment in payments for condition in payment.get("requires") or [])
    least = Threshold(Decimal(0), "condition") if asked else None
    return Chart(outcome, "", "share" if is_share else "mean", counted, "share" if is_share else "number", tuple(points), least)


def _outcomes(payment: Data) -> dict[str, list[str]]:
    """The outcomes a payment depends on, each with the settlements that do."""
    on_account = payment.get("on_account")
    made: dict[str, list[str]] = {payment["pays_for"]: ["final"]}
    if on_account:
        made.setdefault(on_account["pays_for"], []).append("on_account")
    for condition in payment.get("requires") or []:
        made.setdefault(condition["outcome"], ["on_account", "final"])
    return made


def _in_order(periods: Sequence[Data]) -> list[Data]:
    return sorted(periods, key=lambda period: (str(period["from"]), str(period["id"])))


def _claims(payment: Data, outcome: str, period: str, rows: Sequence[Data]) -> tuple[Claim, ...]:
    kinds = _outcomes(payment)[outcome]
    found = [Claim(row["trigger"], row.get("kind") or "final", row["state"]) for row in rows if (row["trigger"], row["claim_period"]) == (payment["id"], period)]
    return tuple(claim for claim in found if claim.kind in kinds)


def may_show(claims: Sequence[Claim]) -> bool:
    """A period that nothing decides yet has an empty place: what its data say so far may still change."""
    return not claims or any(claim.state != "not_due" for claim in claims)


def _result(outcome: str, period: str, results: Data) -> Data | None:
    found: Data | None = results.get(f"{outcome}/{period}") or results.get(outcome)
    return found


def _quantity(result: Data | None, measure: str) -> Data:
    """An estimated quantity; empty when there is none."""
    estimate = (result or {}).get("estimate") or {}
    found: Data = (estimate.get("quantities") or {}).get(measure) or {}
    return found


def _role(result: Data | None) -> Data:
    """The counts of the people that are paid for, else of the only role there is."""
    roles = (result or {}).get("roles") or {}
    found: Data = roles.get("treatment") or next(iter(roles.values()), {})
    return found


def _people(result: Data | None) -> int:
    return int(_role(result).get("n_counted") or 0)


def said(chart: Chart, value: Any, language: Language, decimals: int = 2) -> str:
    """A number of a chart; a difference between shares in percentage points, without saying so each time."""
    if chart.unit == "number":
        return language.rounded(value, decimals)
    return language.percent(value, decimals) if chart.unit == "share" else language.rounded(Fraction(value) * 100, decimals)


def ends(chart: Chart, point: Point, language: Language) -> str:
    """The interval of a point, with all the decimals it was estimated to; empty without one."""
    if point.low is None or point.high is None:
        return ""
    low, high = (said(chart, end, language, max(0, decimals_of(end) - (0 if chart.unit == "number" else 2))) for end in (point.low, point.high))
    return f"[{low}{', ' if language.code == 'en' else '; '}{high}]"


def decimals_of(value: Decimal) -> int:
    """How many decimals a number is written with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def title(chart: Chart, language: Language) -> Markup:
    """What the chart shows, in words."""
    is_plain = chart.measure in ("share", "mean")
    measure = language.text(f"a_{chart.measure}", counted=language.say(chart.counted)) if is_plain else language.term("measure", chart.measure)
    return language.text("chart", outcome=(chart.trigger or chart.outcome).replace("_", " "), measure=measure)


def threshold_words(chart: Chart, language: Language) -> str:
    """What the rule asks, in words, with the decimals that matter; empty when no rule asks anything."""
    if chart.threshold is None:
        return ""
    decimals = decimals_of((chart.threshold.value * (1 if chart.unit == "number" else 100)).normalize())
    value = said(chart, chart.threshold.value, language, decimals)
    return str(language.text(chart.threshold.side, value=language.text("points", value=value) if chart.unit == "points" else value).unescape())


def glyph(state: str) -> str:
    """The shape that stands for a state in a chart, as a character for the words beside it."""
    return GLYPHS.get(state, "●")


def legend(chart: Chart) -> list[str]:
    """The states that points of the chart have, in a fixed order."""
    found = {point.state for point in chart.points if point.value is not None}
    return [str(escape(state)) for state in STATES if state in found]
