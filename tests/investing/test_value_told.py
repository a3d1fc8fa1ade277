"""The command `udbytte value` and the investment page: what they say of the sample's case, and of one that nobody is compared in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from contract_files.planted import TRYGT_HJEM, copied
from investing.case_given import contract, listed, result, schedules
from reports.outline import outline
from reports.sheets_given import AS_OF, bond
from support import ROOT
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.valuing import schedules_of
from pipelines.errors import ContractError
from pipelines.investing.case import Case, case
from pipelines.investing.realised import found_in, moved
from pipelines.payments.vocabulary import catalogue
from pipelines.reports import worth_data
from pipelines.reports.invested import NotReckoned
from pipelines.reports.investment import blocks
from pipelines.reports.knowing import valued
from pipelines.reports.sheets import Sheet
from pipelines.reports.worth import worth

HEAD = "outcome;period;enrolled;persons;units;comparison;interval\n"
QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026H1")
WHOLE = HEAD + "".join(f"uger;{period};50;30;1500;24.0;2.0..10.0\n" for period in QUARTERS)
PART = HEAD + "".join(f"uger;{period};50;30;1500;24.0;2.0..10.0\n" for period in QUARTERS[:4])


@cache
def ungebro() -> OutcomeContract:
    return catalogue().contracts["ungebro"]


def said(*typed: str, home: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["value", *typed], env={"UDBYTTE_HOME": str(home)})
    return done.exit_code, done.output if done.exception is None else f"{done.output}{done.exception}"


def told(text: str, home: Path) -> dict[str, object]:
    path = home.with_suffix(".csv")
    path.write_text(text, encoding="utf-8")
    code, output = said("ungebro", "--results", str(path), "--json", home=home)
    assert code == 0, output
    made: dict[str, object] = json.loads(output)
    return made


def test_a_results_file_gives_what_came_beside_what_was_expected(tmp_path: Path) -> None:
    """250 people have a mean of 30 weeks against 24, six more each: what was expected of each, of whom 333 were expected."""
    shown = told(WHOLE, tmp_path / "home")
    assert (shown["is_whole"], shown["not_known"], shown["paid_without_comparison"]) == (True, [], [])
    present: dict = shown["present_value"]  # type: ignore[type-arg, assignment]
    assert present["realised"]["value"] == present["known_so_far"]["value"]
    lines: list = shown["lines"]  # type: ignore[type-arg, assignment]
    saved = {
        what: sum(Decimal(line["real"]) for line in lines if (line["of"], line["name"], line["what"]) == (what, "ydelse", "consequence")) for what in ("expected", "known_so_far")
    }
    assert round(saved["known_so_far"] / saved["expected"], 6) == round(Decimal(250) / 333, 6)
    assert sum(Decimal(line["nominal"]) for line in lines if line["what"] in ("refund", "payment")) == 0


def test_a_claim_period_without_a_result_leaves_the_whole_not_known(tmp_path: Path) -> None:
    shown = told(PART, tmp_path / "home")
    assert (shown["is_whole"], shown["not_known"]) == (False, [{"outcome": "uger", "claim_period": "2026H1", "why": "no_result"}])
    present: dict = shown["present_value"]  # type: ignore[type-arg, assignment]
    assert present["realised"] == {"low": None, "value": None, "high": None}
    assert present["known_so_far"]["value"] is not None
    assert {end for row in shown["sensitivity"] for end in row["realised"].values()} == {None}  # type: ignore[attr-defined]


def test_the_command_prints_what_is_not_known_and_what_is_wrong(tmp_path: Path) -> None:
    code, output = said("ungebro", home=tmp_path / "home")
    assert (code, "not known: what came of it; give --results, or run a night" in output, "11,233,114.37" in output) == (0, True, True)
    code, output = said("tarp", home=tmp_path / "home")
    assert (code, "the contract 'tarp' has no 'value', so there is no investment case" in output) != (0, True)
    assert "has no 'value'" in output
    assert "did you mean 'ungebro'?" in said("ungebo", home=tmp_path / "home")[1]


def test_the_page_stands_alone_and_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    for path in (first, second):
        assert said("ungebro", "--expected", "--page", str(path), home=tmp_path / "home")[0] == 0
    assert first.read_bytes() == second.read_bytes()
    found = outline(first.read_bytes())
    assert "An investment instead of a cost:" in found.said("en")
    assert "En investering i stedet for en udgift: Unge i gang" in found.said("da")
    assert not re.findall(rb'(?:src|href)="(?:https?:)?//', first.read_bytes())


def page_of(of: Case) -> str:
    """All words of the investment page with this case, English first."""
    seen = replace(bond(), case=of)
    sheet = Sheet("investment/ungebro.html", "investment_title", {"contract": "ungebro"}, blocks(seen, AS_OF))
    found = outline(sheet.page().bytes(set()))
    return " ".join(f"{found.said('en')} {found.said('da')}".split())


def test_the_page_says_who_gains_and_every_assumption_in_both_languages() -> None:
    made = case(ungebro(), schedules_of(ungebro(), listed()))
    page = page_of(made)
    assert "Expected: a net present value of 11,233,114.37 DKK for all together." in page
    assert "Forventet: en nettonutidsværdi på 11.233.114,37 kr. for alle tilsammen." in page
    assert "What better lives save public budgets" not in page
    value = ungebro().value
    assert value is not None
    for item in (value.index, value.discount, *value.effects, *value.consequences, *value.costs):
        assert item.source in page
        assert item.clause in page
    assert "80 % from week 1, 40 % from week 5, 30 % from week 27 and 20 % from week 53" in page
    assert "Realised: not known. No result is given." in page


def test_a_page_with_held_claims_says_not_known_where_nought_would_stand() -> None:
    states = {("betaling", "p2024"): "held"}
    of = contract()
    found = found_in(of, {("uger", "p2024"): result()}, states)
    page = page_of(case(of, schedules(of), found, moved(of, [])))
    assert "0 of 1 claim periods are known; what follows from the others is not nought but not known: uger p2024 (held)." in page
    assert "uger p2024 (tilbageholdt)" in page
    known = found_in(of, {("uger", "p2024"): result()}, {("betaling", "p2024"): "due"})
    unpaid = page_of(case(of, schedules(of), known, moved(of, []), [("betaling", "p2024")]))
    assert "Realised: not known. Every effect is known, and not every payment. What these claims pay is not known either: betaling p2024." in unpaid


def test_a_page_without_a_comparison_says_so() -> None:
    text = (ROOT / "docs" / "value.md").read_text(encoding="utf-8")
    assert "paid without comparison" in text
    page = page_of(case_of_docs())
    assert "Paid without comparison: nobody is compared with in hjemmedage" in page
    assert "Betalt uden sammenligning: der sammenlignes ikke med nogen i hjemmedage" in page


@cache
def case_of_docs() -> Case:
    """The case that docs/value.md shows, as it loads in the contract that it is for."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="value-"))
    made = copied(folder, "trygt_hjem")
    shown = re.search(r"```yaml\n(value:\n.*?)```", (ROOT / "docs" / "value.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    periods = made.text(TRYGT_HJEM)
    for end in ("2025-12-01", "2026-06-15", "2026-12-15", "2027-06-15"):
        periods = periods.replace(f"decided_from: {end}}}", f"decided_from: {end}, expected: 20000000.00}}")
    made.write(TRYGT_HJEM, f"{periods}\n{shown[1]}")
    found = made.load()
    assert [finding.sentence() for finding in found.findings()] == []
    of = found.contracts["trygt_hjem"]
    return case(of, schedules_of(of, found.refunds))


def test_the_case_of_the_docs_loads_and_its_marginal_day_is_that_of_the_docs() -> None:
    """In 2022 the first day saved is 6,849.32, of which 5,136.99 are the state's; by 60 days a child the municipality still has 25 %, as 60 days of 6,849.32 are
    410,958.90, of which the topmost 380,000.00 are refunded at 75 % and 30,958.90 at 50 %. The share is the same in every year: all steps move alike."""
    text = (ROOT / "docs" / "value.md").read_text(encoding="utf-8")
    assert all(amount in text for amount in ("6,849.32", "1,712.33", "5,136.99", "4,904.11"))
    side = case_of_docs().expected["value"]
    for year in (2025, 2026):
        gross, back = (side.total(year=year, what=(what,), payer="municipality", is_nominal=True) for what in ("consequence", "refund"))
        expected = (Decimal(380000) * Decimal("0.75") + Decimal("30958.904110") * Decimal("0.5")) / Decimal("410958.904110")
        assert round(-back / gross, 6) == round(expected, 6)


def test_a_contract_without_a_case_keeps_its_page() -> None:
    seen = replace(bond(), case=None)
    assert not any(getattr(block, "id", "") == "worth" for block in blocks(seen, AS_OF))
    assert any(getattr(block, "id", "") == "worth" for block in worth(case(ungebro(), schedules_of(ungebro(), listed()))))


@pytest.mark.parametrize(
    ("why", "words"), [(NotReckoned("ydelser"), "Refusionslisten ydelser mangler, er forkert"), (NotReckoned(error="InvalidOperation"), "fejlen InvalidOperation")]
)
def test_a_page_says_why_a_case_is_not_reckoned_and_keeps_the_rest(why: NotReckoned, words: str) -> None:
    seen = replace(bond(), case=None, no_case=why)
    sheet = Sheet("investment/ungebro.html", "investment_title", {"contract": "ungebro"}, blocks(seen, AS_OF))
    found = outline(sheet.page().bytes(set()))
    assert words in found.said("da")
    assert "Not reckoned, and nought is not meant." in found.said("en")
    assert len(blocks(seen, AS_OF)) == len(blocks(replace(seen, no_case=None), AS_OF)) + 1


def test_one_case_that_cannot_be_reckoned_takes_no_other_page() -> None:
    """A quantity that no sum of money can hold, as a file of an evaluator may have, ends in an error: of the case alone."""
    found, of = catalogue(), ungebro()
    rows = [
        {"contract": "ungebro", "trigger": payment.id, "claim_period": period.id, "kind": "final", "state": "due"} for payment in of.payments for period in payment.claim_periods
    ]
    huge = replace(result(each="1e40", low="1e40", high="1e40", period="2025Q1"), contract="ungebro")
    seen = valued(found, of, [], rows, {"x": huge.as_data()}, AS_OF)
    assert (seen.case, seen.no_case) == (None, NotReckoned(error="InvalidOperation"))
    whole = valued(found, of, [], rows, {}, AS_OF).case
    assert whole is not None
    assert len(whole.undecided) == sum(len(payment.claim_periods) for payment in of.payments), "nobody knows what the waterfall of a text that is not executed did"
    broken = replace(found, refunds={})
    assert valued(broken, of, [], rows, {}, AS_OF).no_case == NotReckoned("ydelser")


def test_the_command_says_which_refund_list_is_missing() -> None:
    with pytest.raises(ContractError, match="the investment case of 'ungebro' is not reckoned: the refund list 'ydelser' is missing, is wrong or does not fit"):
        worth_data.told(replace(catalogue(), refunds={}), "ungebro", None, None)
