"""What comparisons came to, from results made by hand: who was lost, which quantity a payment rests on, what may be shown; and the page that says it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from reports.evaluated_given import bare, estimate, matched, quantity, result, role, strict, trial
from reports.outline import outline
from reports.site_given import material

from pipelines.reports import evaluator, site
from pipelines.reports.blocks import NOTHING
from pipelines.reports.charts import Threshold
from pipelines.reports.evaluated import Evaluated, Group, compared, estimates, groups, resting, uncompared
from pipelines.reports.phrases import Language
from pipelines.reports.sheets import Sheet
from pipelines.reports.wrong import worst

DASH = str(NOTHING(Language("en")))


def page(seen: Evaluated) -> str:
    """All words of a contract's page, English first."""
    made = Sheet("evaluator/x.html", "evaluator_title", {"contract": seen.contract}, evaluator.blocks(seen)).page().bytes({"index.html"})
    found = outline(made)
    return " ".join(f"{found.said('en')} {found.said('da')}".split())


@pytest.fixture(scope="module")
def of_matched() -> str:
    return page(matched())


@pytest.fixture(scope="module")
def of_trial() -> str:
    return page(trial())


def outcome(seen: Evaluated, name: str) -> dict[str, Any]:
    return next(item for item in compared(seen) if item["id"] == name)


def test_lost_are_those_who_are_eligible_and_not_counted() -> None:
    treated, others = groups(matched(), "uger")[:2]
    assert treated == Group("2025Q1", "treatment", 64, 62, 0, 58, (("unlinked", 4), ("too_young", 2)))
    assert (treated.lost, others.role, others.lost) == (4, "comparison", 2)


def test_who_waits_for_data_is_not_lost() -> None:
    waiting = role(20, 5, "5", ("not_mature", "window_not_covered_yet", 12), ("not_observed", "unlinked", 1), ("ineligible", "too_young", 2))
    young = role(9, 0, "0", ("not_mature", "window_not_covered_yet", 9))
    found = groups(replace(matched(), results={"uger": result("uger", "", {"treatment": waiting, "comparison": young}, None)}), "uger")
    assert [(item.role, item.waiting, item.lost, item.lost_share) for item in found] == [("treatment", 12, 1, Fraction(1, 6)), ("comparison", 9, 0, None)]


def test_a_quantity_has_what_each_payment_asks_of_it_and_the_interval_it_names() -> None:
    (found,) = estimates(matched(), outcome(matched(), "uger"))
    assert [payment["id"] for payment in found.rests] == ["effekt"]
    assert (found.chart.threshold, found.chart.interval, found.chart.level, found.null) == (Threshold(Decimal("0.0"), "wholly_above"), "welch", Decimal("0.95"), 0)
    assert [point.state for point in found.chart.points] == ["due", "not_met", "held", "not_due"]
    assert [point.value for point in found.chart.points] == [Fraction("3.412"), Fraction("1.25"), Fraction("4.105"), None], "what nothing decides yet is not shown"
    assert (found.values[0], found.errors[0]) == (Decimal("3.412000"), Decimal("1.301000"))


def test_a_result_of_the_whole_term_stands_beside_every_claim_of_it() -> None:
    difference, reduction = estimates(trial(), outcome(trial(), "rearrest_52_weeks"))
    assert [claim.trigger for claim in difference.chart.points[0].claims] == ["certain_reduction"]
    assert [claim.trigger for claim in reduction.chart.points[0].claims] == ["reduction"]
    assert (difference.chart.interval, reduction.chart.interval, reduction.errors) == ("agresti_caffo", "", (None,))


def test_a_ratio_is_held_against_one_and_a_mean_against_nothing() -> None:
    made = {"rearrest_52_weeks": result("rearrest_52_weeks", "", {}, estimate("x@1", [], [], rate_ratio=quantity("0.8"), mean=quantity("0.3"), log_hazard_ratio=quantity("-0.2")))}
    found = {item.chart.measure: item.null for item in estimates(replace(trial(), results=made), outcome(trial(), "rearrest_52_weeks"))}
    assert found == {"rate_ratio": 1, "mean": None, "log_hazard_ratio": 0}


def test_payments_that_look_at_no_estimate_are_paid_without_comparison() -> None:
    assert [payment["id"] for payment in resting(trial())] == ["reduction", "certain_reduction", "lasting_reduction"]
    assert [payment["id"] for payment in uncompared(trial())] == ["intake"]
    assert [payment["id"] for payment in uncompared(matched())] == ["selvforsoergelse"]
    assert compared(bare()) == []


def test_an_estimate_of_an_outcome_whose_contract_names_no_method_is_shown_too() -> None:
    made = {"enrolment": result("enrolment", "", {"treatment": role(9, 9, "9")}, estimate("elsewhere@1", [], [], difference=quantity("0.1")))}
    seen = replace(trial(), results=made)
    assert "enrolment" in [item["id"] for item in compared(seen)]
    assert "How often this method is wrong is not known" in page(seen)


def test_the_page_says_question_design_method_and_what_was_found(of_matched: str) -> None:
    for words in (
        "What did the programme change in uger, measured by weeks_self_supporting@1 , for everybody enrolled in unge from 2024-02-01 up to, not including, 2025-02-01 ?",
        "beside everybody in the programme stand people outside it",
        "no lots were drawn",
        "compared by the method matched@1 at the level of 95 %, by the intervals Welch",
        "There is no estimate when an arm has fewer than two people counted",
        "2025Q1 3.412000 1.301000 Welch (95 %): 0.821000 to 6.003000 due",
        f"2025Q4 no result {DASH} {DASH} not due",
        "effekt difference, by the Welch interval due when the interval lies above 0 due 300,000.00",
        "2025Q1 treatment 64 62 0 58 4 6.5 % 4 unlinked 2 too young",
        "unge 300 280 256 480",
        "Hvad ændrede indsatsen ved",
        "efter metoden matched@1 på niveauet 95 % med Welch-interval",
    ):
        assert words in of_matched, words
    assert "2.000000" not in of_matched, "what is not due yet is on no page"


def test_a_trial_is_said_to_be_one_in_its_own_units(of_trial: str) -> None:
    for words in ("people were drawn by lot", "-8.3333 4.2193", "Agresti-Caffo (95 %): -16.5163 to 0.0025", "27.2727 %", "pays from 10 %", "udløser betaling fra 10 %"):
        assert words in of_trial, words
    assert "Are the groups alike" not in of_trial, "lots need no matching"


def test_what_was_assumed_and_seen_has_names_and_unknown_ones_are_shown_as_they_are(of_matched: str) -> None:
    for words in ("mean of the treatment group 25.517241", "gennemsnit i indsatsgruppen 25,517241", "not counted in the comparison group 2 2 2 2", "never heard of 7 7 7 7"):
        assert words in of_matched, words
    told = [["difference_north", "1.5"], ["trial_means@1_difference", "0.5"]]
    seen = replace(trial(), results={"rearrest_52_weeks": result("rearrest_52_weeks", "", {}, estimate("pooled@1", [], told, difference=quantity("1.0")))})
    assert "difference: north 1.5 difference: trial_means@1 0.5" in page(seen)


def test_how_many_would_be_found_by_chance_is_said(of_matched: str) -> None:
    assert "There are 4 intervals that payments look at. If the programme did nothing, 0.20 of them would be expected" in of_matched
    assert "Payments that rest on these comparisons: 1." in of_matched


def test_a_method_that_exceeds_its_limit_is_warned_of_before_anything_else() -> None:
    words = page(strict())
    warned = words.index("THE METHOD EXCEEDS WHAT WAS AGREED.")
    assert warned < words.index("How much is compared")
    assert "allows that matched@1, paying by the estimate alone, pays for nothing in 5.0 % of contracts. It does so in 48.2 % where nothing misleads" in words
    assert "what the contract allows, 5.0 %" in words
    assert "METODEN OVERSKRIDER DET AFTALTE. Bilag 2 §7 tillader, at matched@1" in words
    assert "EXCEEDS" not in page(matched())


def test_the_error_rates_of_each_method_stand_on_the_page_with_how_sure_they_are(of_matched: str) -> None:
    assert "nothing misleads 200 98.4 % 48.2 % 0.9 % 0.0 % 3.8 % 0.0 % 0.0 %" in of_matched
    assert "Each row is 1,000 made-up contracts; shares are sure to within 1.6 %" in of_matched
    assert "the motivated are enrolled" in of_matched
    assert "de motiverede indskrives" in of_matched


def test_paying_a_count_is_paying_without_comparison(of_matched: str) -> None:
    share = worst("validated_count@1", is_by_interval=False)
    assert share is not None
    assert share > Fraction(99, 100)
    assert "Paid without comparison: what would have been reached without the programme is not known. In made-up worlds without an effect such a clause pays" in of_matched
    counted = result("rearrest_52_weeks", "", {}, estimate("validated_count@1", [], [], mean=quantity("0.3")))
    terms = {**trial().terms, "outcomes": [{**item, "compare": None} for item in trial().terms["outcomes"]]}
    assert page(replace(trial(), terms=terms, results={"rearrest_52_weeks": counted})).count("Paid without comparison: what") == 2


def test_a_notice_stands_at_the_top() -> None:
    words = page(replace(matched(), notices=["the method was changed after results were seen"]))
    assert words.index("the method was changed after results were seen") < words.index("How much is compared")


def test_a_contract_without_a_result_yet_says_so() -> None:
    words = page(Evaluated(matched().terms))
    assert "Nothing has been estimated yet." in words
    assert "Nobody has been measured yet." in words
    assert "is not known yet: it is measured when the comparison is drawn" in words


def test_the_page_across_contracts_says_the_worst_method_of_each() -> None:
    found = outline(Sheet("evaluator/index.html", "evaluator_across_title", {}, evaluator.across([matched(), trial(), strict(), bare()])).page().bytes({"index.html"}))
    words = " ".join(found.said("en").split())
    assert f"1 matched@1 96.2 % {DASH}" in words
    assert "1 matched@1 100.0 % exceeded" in words
    assert f"2 trial@1 49.7 % {DASH}" in words
    assert f"0 paid without comparison 100.0 % {DASH}" in words
    assert "ungebro.html" in found.links
    assert "trygt_hjem.html" not in found.links


def test_the_page_of_a_contract_leads_to_its_evaluators_page_where_there_is_one() -> None:
    found = next(item for item in site.pages(material()) if item.at == "contracts/bare.html")
    with_it, without = (outline(found.bytes({"index.html", *more})).links for more in (("evaluator/bare.html",), ()))
    assert [link for link in with_it if "evaluator" in link] == ["../evaluator/bare.html", "../evaluator/bare.html#said-da"]
    assert [link for link in without if "evaluator" in link] == []


def test_what_is_found_where_nothing_may_be_is_said() -> None:
    still, moved = (quantity(value, "0.9", welch=ends) for value, ends in (("0.4", ("-1.4", "2.2")), ("3.0", ("1.2", "4.8"))))
    found = [{"outcome": name, "name": "difference", "quantity": said, "moves": moves, "failure": ""} for name, said, moves in (("before", still, False), ("other", moved, True))]
    lost = {"outcome": "third", "name": "", "quantity": None, "moves": False, "failure": "nobody is counted"}
    made = {**estimate("matched@1", [], [], difference=quantity("1.0")), "placebos": [*found, lost]}
    words = page(replace(matched(), results={"uger": result("uger", "", {}, made)}))
    assert "whole term before difference 0.4 Welch (95 %): -1.4 to 2.2 it stands still" in words
    assert "whole term other difference 3.0 Welch (95 %): 1.2 to 4.8 it moves" in words
    assert f"whole term third {DASH} {DASH} {DASH} nobody is counted" in words


def test_no_two_tables_of_a_page_are_called_alike() -> None:
    again = {**next(iter(trial().results.values())), "outcome": "rearrest_104_weeks"}
    seen = replace(trial(), results={**trial().results, "rearrest_104_weeks": again})
    made = Sheet("evaluator/x.html", "evaluator_title", {"contract": "tarp"}, evaluator.blocks(seen)).page().bytes({"index.html"}).decode()
    regions = re.findall(r'role="region" aria-label="([^"]*)"', made.partition('id="said-da"')[0])
    assert len(regions) >= 10
    assert sorted(regions) == sorted(set(regions))
