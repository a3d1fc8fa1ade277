"""Charts as plain data from hand-made results, and their drawing: the same bytes each time, and nothing in it that a page may not have."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from markupsafe import Markup
from reports import hand_made
from reports.hand_made import COUNTED, QUARTERS, difference, periods, result, role, rows, sealed
from support import ROOT

from pipelines.reports.charts import Chart, Claim, Point, Threshold, Unit, charts, ends, legend, threshold_words, title
from pipelines.reports.drawing import spec, svg
from pipelines.reports.phrases import Language

DANISH, ENGLISH = Language("da"), Language("en")


def of(name: str) -> list[Chart]:
    handover = sealed()[name]
    return charts(getattr(hand_made, name)(), handover, rows(handover["decisions"]), COUNTED)


@pytest.fixture(scope="module")
def effect() -> Chart:
    return next(chart for chart in of("ungebro") if chart.trigger == "effect")


def test_a_threshold_has_its_estimate_and_interval_period_by_period(effect: Chart) -> None:
    assert (effect.outcome, effect.measure, effect.unit, effect.interval, effect.level) == ("effect", "difference", "number", "welch", Decimal("0.95"))
    assert effect.threshold == Threshold(Decimal("4.0"), "at_least")
    assert [point.period for point in effect.points] == list(QUARTERS)
    assert [point.value for point in effect.points] == [Fraction(49, 8), Fraction(24, 5), Fraction(9, 4), Fraction(5), None, None]
    assert [(point.low, point.high) for point in effect.points][2:5] == [(Decimal("-0.9400"), Decimal("5.4400")), (Decimal("1.7500"), Decimal("8.2500")), (None, None)]
    assert [point.state for point in effect.points] == ["due", "due", "not_met", "held", "not_due", "not_due"]


def test_an_outcome_that_nothing_compares_has_the_mean_of_the_people_counted() -> None:
    weeks = next(chart for chart in of("ungebro") if chart.outcome == "weeks")
    assert (weeks.measure, weeks.unit, weeks.threshold, weeks.trigger) == ("mean", "number", None, "")
    assert [point.value for point in weeks.points] == [Fraction(1500, 64), Fraction(24), Fraction(1620, 66), Fraction(1680, 67), None, None]
    assert [point.counted for point in weeks.points] == [64, 65, 66, 67, 0, 0]


def test_days_are_a_share_of_the_days_at_risk_and_settlements_stay_apart() -> None:
    found = {chart.outcome: chart for chart in of("trygt_hjem")}
    assert list(found) == ["days_home", "days_home_case", "wellbeing"]
    assert found["days_home"].points[0].value == Fraction(30100, 34000)
    assert [point.claims for point in found["days_home"].points][:1] == [(Claim("days", "final", "due"),)]
    assert [claim.kind for point in found["days_home_case"].points for claim in point.claims] == ["on_account"] * 4
    assert [claim.kind for claim in found["wellbeing"].points[0].claims] == ["on_account", "final"]
    assert found["wellbeing"].threshold == Threshold(Decimal(0), "condition")
    assert found["wellbeing"].points[2].state == "held", "of two decisions the held one is seen"


def test_a_period_that_is_not_due_shows_nothing_however_much_is_known_of_it() -> None:
    days = next(chart for chart in of("trygt_hjem") if chart.outcome == "days_home_case")
    assert sealed()["trygt_hjem"]["results"]["days_home_case/2026H1"]["roles"]["treatment"]["n_counted"] == 195
    assert days.points[-1].value is None


def trial(**more: Any) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """A trial of one claim period over a whole cohort, with two payments and two kinds of threshold."""
    intervals = {"agresti_caffo": {"level": "0.95", "low": "-0.165163", "high": "0.000025"}, "newcombe": {"level": "0.95", "low": "-0.165046", "high": "-0.000151"}}
    estimate = {"method": "trial@1", "quantities": {"difference": {"value": "-0.083333", "intervals": intervals}, "relative_reduction": {"value": "0.272727", "intervals": {}}}}
    claim = periods({"2024-25": "2024-07-01"})
    payments = [
        {"id": "reduction", "pays_for": "rearrest", "rule": {"threshold@1": {"measure": "relative_reduction", "at_least": "0.10"}}, "claim_periods": claim},
        {
            "id": "certain",
            "pays_for": "rearrest",
            "rule": {"interval_excludes@1": {"measure": "difference", "interval": "agresti_caffo", "value": "0.0", "side": "below"}},
            "claim_periods": claim,
        },
    ]
    terms = {"outcomes": [{"id": "rearrest", "indicator": "rearrest@1"}], "payments": payments}
    roles = {"comparison": role(216, 216, "66", 67590), "treatment": role(216, 216, "48", 70744)}
    handover = {"results": {"rearrest": {**result("rearrest", "rearrest@1", roles, estimate=estimate), **more}}}
    board = [{"trigger": name, "claim_period": "2024-25", "state": state} for name, state in (("reduction", "due"), ("certain", "not_met"))]
    return terms, handover, board


def test_each_payment_of_a_trial_has_its_own_threshold_and_interval() -> None:
    reduction, certain = charts(*trial(), {})
    assert (reduction.unit, reduction.threshold, reduction.interval) == ("share", Threshold(Decimal("0.10"), "at_least"), "")
    assert (certain.unit, certain.threshold, certain.interval) == ("points", Threshold(Decimal("0.0"), "wholly_below"), "agresti_caffo")
    assert certain.points == (Point("2024-25", Fraction("-0.083333"), Decimal("-0.165163"), Decimal("0.000025"), 216, (Claim("certain", "final", "not_met"),)),)
    assert ends(certain, certain.points[0], ENGLISH) == "[-16.5163, 0.0025]"
    assert ends(certain, certain.points[0], DANISH) == "[-16,5163; 0,0025]"
    assert threshold_words(reduction, DANISH) == "udløser betaling fra 10\u00a0%"
    assert threshold_words(certain, ENGLISH) == "due when the interval lies below 0 percentage points"


def test_without_an_estimate_a_hand_over_or_a_result_there_is_no_chart() -> None:
    terms, handover, board = trial(estimate=None)
    assert charts(terms, handover, board, {}) == []
    assert charts(terms, None, board, {}) == []
    assert charts(terms, {"results": {"rearrest": None}}, board, {}) == []
    assert charts(terms, {}, [], {}) == []


def test_results_of_one_claim_period_alone_are_no_course_over_time() -> None:
    terms = hand_made.ungebro()
    one = {"results": {"weeks/2025Q1": result("weeks", "weeks_self_supporting@1", {"treatment": role(64, 64, "1500", 23296)}, "2025Q1")}}
    assert charts(terms, one, [], COUNTED) == []


def test_periods_stand_in_the_order_of_their_days_whatever_they_are_called() -> None:
    terms, handover, _ = trial()
    for payment in terms["payments"]:
        payment["claim_periods"] = [*periods({"b": "2025-01-01"}), *periods({"a": "2026-01-01"}), *periods({"c": "2024-01-01"})]
    estimates = {period: difference(value, value, value) for period, value in (("a", "3"), ("b", "2"), ("c", "1"))}
    handover["results"] = {f"rearrest/{period}": result("rearrest", "rearrest@1", {}, period, estimate) for period, estimate in estimates.items()}
    assert [(point.period, point.value) for point in charts(terms, handover, [], {})[0].points] == [("c", 1), ("b", 2), ("a", 3)]


def test_the_drawing_is_the_same_bytes_in_another_process_and_after_other_drawings(effect: Chart) -> None:
    first = svg(effect, DANISH)
    for chart in of("trygt_hjem"):
        svg(chart, ENGLISH)
    assert svg(effect, DANISH) == first
    code = (
        "import sys; sys.path.insert(0, 'tests')\nfrom reports.test_charts import of, svg, DANISH\n"
        "sys.stdout.reconfigure(encoding='utf-8')\nprint(svg(next(chart for chart in of('ungebro') if chart.trigger == 'effect'), DANISH), end='')"
    )
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    assert other.stdout == str(first)


def test_the_drawing_asks_for_nothing_and_brings_no_font_id_colour_or_english_of_its_own(effect: Chart) -> None:
    drawn = str(svg(effect, DANISH))
    assert not re.search(r"http|xmlns|script|<style|font-family|url\(| id=| class=|Liberation|aria-roledescription", drawn)
    assert not re.search(r"#[0-9a-fA-F]{3,6}", drawn)
    assert {"var(--ink)", "var(--quiet)", "var(--line)", "var(--due)", "var(--held)", "var(--not_met)"} <= set(re.findall(r"var\(--[a-z_]+\)", drawn))
    assert drawn.startswith('<svg viewBox="0 0 ')
    assert 'role="img"' in drawn
    assert "<title>effect: forskel, efter opgørelsesperiode</title>" in drawn


def test_the_drawing_has_the_numbers_and_words_of_its_language(effect: Chart) -> None:
    danish, english = (re.findall(r"<text[^>]*>(.*?)</text>", str(svg(effect, language))) for language in (DANISH, ENGLISH))
    assert {"6,1", "2,3", "endnu ikke til opgørelse", "udløser betaling fra 4"} <= set(danish)
    assert {"6.1", "2.3", "pays from 4"} <= set(english)
    assert "not due" in re.sub(r"</?tspan[^>]*>", " ", " ".join(english)).replace("  ", " ")
    assert [word for word in danish if word in QUARTERS] == list(QUARTERS)


def test_names_cannot_break_out_of_the_drawing() -> None:
    chart = Chart("a<b>&\"'", "", "mean", "", "number", (Point("<i>&", Fraction(1), None, None, 9, ()), Point("</svg>", Fraction(2), None, None, 9, ())))
    drawn = str(svg(chart, ENGLISH))
    assert drawn.count("<svg") == drawn.count("</svg>") == 1
    assert "<i>" not in drawn
    assert "<b>" not in drawn
    assert "&lt;i&gt;&amp;" in drawn


@pytest.mark.parametrize("names", [["2025Q1"], [f"{year}Q{quarter}" for year in range(2020, 2026) for quarter in range(1, 5)], ["a" * 40, "b" * 40]])
def test_any_number_of_periods_of_any_name_can_be_drawn(names: list[str]) -> None:
    points = tuple(Point(name, Fraction(place, 7), None, None, 1, ()) for place, name in enumerate(names))
    drawn = svg(Chart("o", "", "mean", "", "number", points), ENGLISH)
    assert isinstance(drawn, Markup)
    assert len(re.findall(r"<path", drawn)) == len(names)


def domain(unit: Unit, *values: str) -> list[float]:
    points = tuple(Point(str(place), Fraction(value), None, None, 1, ()) for place, value in enumerate(values))
    found: list[float] = spec(Chart("o", "", "mean", "", unit, points), ENGLISH)["layer"][0]["encoding"]["y"]["scale"]["domain"]
    return found


def test_the_axis_has_air_and_does_not_make_a_small_step_of_a_share_look_large() -> None:
    assert domain("number", "0", "0") == [-1.0, 1.0]
    assert domain("number", "8", "8") == [7.0, 9.0]
    assert domain("number", "0", "8") == [-1.0, 9.0]
    assert domain("share", "0.73", "0.74") == pytest.approx([68.5, 78.5])
    assert domain("share", "0.20", "0.60") == pytest.approx([15.0, 65.0])


def test_the_legend_names_the_states_that_are_seen_and_no_others(effect: Chart) -> None:
    assert legend(effect) == ["held", "due", "not_met"]
    assert title(effect, ENGLISH) == "effect: difference, by claim period"
