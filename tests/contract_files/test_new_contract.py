"""`udbytte new contract`: what it writes passes the check as it is, offers every key there is, and is never written over anything."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import typer.testing
from contract_files.planted import Contracts, copied

from pipelines.cli import app
from pipelines.contracts.json_schema import outcome_schema
from pipelines.contracts.starting import FILL
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports import starting

MODELS = ("payment_by_results", "social_impact_bond", "conditional_grant")
EVERYTHING = {
    "--title": "Nyt hjem",
    "--language": "da",
    "--currency": "DKK",
    "--from": "2027-01-01",
    "--to": "2030-01-01",
    "--payer": "Aarhus Kommune",
    "--provider": "Familiehuset",
    "--investor": "Fonden",
    "--register": "referrals",
    "--enrolled-on": "indskrevet_dato",
}


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contracts:
    """The shipped contracts without any outcome contract, as the ones in force."""
    made = copied(tmp_path)
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(made.folder))
    return made


def started(*arguments: str, answers: str = "") -> tuple[int, str]:
    """Exit code, and everything that was said."""
    done = typer.testing.CliRunner().invoke(app, ["new", "contract", *arguments], input=answers)
    said = done.output + (str(done.exception) if done.exception and not isinstance(done.exception, SystemExit) else "")
    return getattr(done.exception, "exit_code", done.exit_code), said


def flags(**other: str) -> list[str]:
    given = {**EVERYTHING, **{f"--{name.replace('_', '-')}": value for name, value in other.items()}}
    return [part for pair in given.items() for part in pair]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_started_passes_the_check_without_a_warning(empty: Contracts, model: str, language: str) -> None:
    code, said = started("nyt_hjem", "--model", model, "--language", language, "--no-input")
    assert code == 0, said
    made = empty.load()
    assert [finding.sentence() for finding in (*made.findings(), *made.warnings)] == []
    contract = made.contracts["nyt_hjem"]
    assert (contract.model, contract.language, contract.version) == (model, language, 1)
    assert "error" not in said
    assert "udbytte execute nyt_hjem" in said


def test_what_flags_say_stands_in_it_and_is_not_marked(empty: Contracts) -> None:
    started("nyt_hjem", "--model", "social_impact_bond", *flags(), "--no-input")
    contract = empty.load().contracts["nyt_hjem"]
    assert (contract.title, contract.currency, contract.term.start, contract.term.end) == ("Nyt hjem", "DKK", dt.date(2027, 1, 1), dt.date(2030, 1, 1))
    assert [party.name for party in contract.parties] == ["Aarhus Kommune", "Familiehuset", "Fonden"]
    assert (contract.cohorts[0].register_name, contract.cohorts[0].enrolled_on) == ("referrals", "indskrevet_dato")
    marked = [line for line in empty.text("outcomes/nyt_hjem.yaml").splitlines() if line.endswith(FILL)]
    assert not [line for line in marked if re.match(r"(title|language|currency|term|  - \{id)|    (from|enrolled_on):", line)]
    assert any(line.lstrip().startswith("rule:") for line in marked)


def test_a_conditional_grant_is_paid_back_to_whoever_gave_it_and_then_has_its_premium(empty: Contracts) -> None:
    started("nyt_hjem", "--model", "conditional_grant", *flags(), "--no-input")
    contract = empty.load().contracts["nyt_hjem"]
    assert [(party.name, party.roles) for party in contract.parties][-1] == ("Fonden", ["investor"])
    assert [payment.payee for payment in contract.payments] == ["investor"]
    assert contract.fills_waterfall(contract.payments[0])
    assert contract.waterfall is not None
    assert [step.written for step in contract.waterfall.order] == ["{principal: grant}", "{premium: grant}", "reverts"]


def test_an_investor_of_an_agreement_that_has_none_is_refused_and_not_dropped(empty: Contracts) -> None:
    code, said = started("nyt_hjem", "--model", "payment_by_results", *flags(), "--no-input")
    assert code == 2
    assert "nobody invests in an agreement of payment_by_results" in " ".join(said.replace("│", " ").split())
    assert not (empty.folder / "outcomes" / "nyt_hjem.yaml").exists()


def test_what_nobody_gave_is_guessed_and_marked_and_the_count_is_said(empty: Contracts) -> None:
    _, said = started("nyt_hjem", "--model", "payment_by_results", "--no-input")
    text = empty.text("outcomes/nyt_hjem.yaml")
    assert all(re.search(rf"^ *{key}:.*{FILL}$", text, re.MULTILINE) for key in ("title", "currency", "term", "from", "enrolled_on", "clause", "indicator", "rule"))
    assert f"{sum(line.endswith(FILL) for line in text.splitlines())} of its lines end in" in said


def keys_at(schema: dict[str, Any], text: str, indent: str) -> list[str]:
    """Keys of a schema that stand on no line of their own with this indent, with a value or as a comment."""
    return [key for key in schema["properties"] if not re.search(rf"^{indent}(# )?{re.escape(key)}:", text, re.MULTILINE)]


def test_every_key_that_can_be_agreed_on_is_in_it_with_a_value_or_as_a_comment(empty: Contracts) -> None:
    started("nyt_hjem", "--model", "social_impact_bond", "--no-input")
    text, schema = empty.text("outcomes/nyt_hjem.yaml"), outcome_schema(vocabulary())
    parts = schema["$defs"]
    assert keys_at(schema, text, "") == []
    assert keys_at(parts["Term"], text, "  ") == []
    assert keys_at(parts["Waterfall"], text, "  ") == []
    for name in ("Cohort", "Outcome", "Payment"):
        assert keys_at(parts[name], text, "  (- |  )") == []
    assert keys_at(parts["ClaimPeriod"], text, "      (- |  )") == []


def test_a_comment_says_what_a_key_means_and_how_it_is_written(empty: Contracts) -> None:
    started("nyt_hjem", "--model", "payment_by_results", "--no-input")
    text = empty.text("outcomes/nyt_hjem.yaml")
    assert "# How long a hold may last: each cause is to be cured within `cure_hold`" in text
    assert "# deadlines: {clause: ..., cure_hold: P90D}\n" in text
    assert "# disclosure: {smallest_count: 3, rounded_to: 2, dominance: {persons: 1, share: 0.50}}\n" in text
    assert all(pin in text for pin in vocabulary().indicators)


def test_nothing_is_written_over(empty: Contracts) -> None:
    empty.write("outcomes/nyt_hjem.yaml", "contract: another\n")
    code, said = started("nyt_hjem", "--model", "payment_by_results", "--no-input")
    assert code == 3
    assert "there is a contract of this name already; choose another name; nothing is written over" in said
    assert empty.text("outcomes/nyt_hjem.yaml") == "contract: another\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Nyt-Hjem", "--model", "payment_by_results"], "'Nyt-Hjem' is no name of a contract"),
        (["../nyt", "--model", "payment_by_results"], "is no name of a contract"),
        (["nyt"], "say which model it is of: --model payment_by_results, social_impact_bond, conditional_grant"),
        (["nyt", "--model", "bond"], "there is no model 'bond'"),
        (["nyt", "--model", "payment_by_results", "--language", "sv"], "there is no language 'sv'; known: da, en"),
        (["nyt", "--model", "payment_by_results", "--currency", "kr"], "'kr' is no currency; write its three letters, as DKK"),
        (["nyt", "--model", "payment_by_results", "--from", "1/1 2027"], "'1/1 2027' is not a date; write YYYY-MM-DD"),
        (["nyt", "--model", "payment_by_results", "--from", "2027-01-01", "--to", "2027-01-01"], "the term ends on 2027-01-01, before it begins on 2027-01-01"),
        (["nyt", "--model", "payment_by_results", "--register", "referals"], "did you mean 'referrals'?"),
        (["nyt", "--model", "payment_by_results", "--register", "kraf"], "there is no register with a column of dates 'kraf'"),
        (["nyt", "--model", "payment_by_results", "--enrolled-on", "gruppe"], "there is no column of dates of referrals 'gruppe'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(empty: Contracts, arguments: list[str], words: str) -> None:
    code, said = started(*arguments, "--no-input")
    assert code == 2
    assert words in re.sub(r"\s+", " ", re.sub("[│╭╮╰╯─]", " ", said))
    assert list((empty.folder / "outcomes").iterdir()) == []


def test_at_a_terminal_what_flags_do_not_say_is_asked_for_and_a_wrong_answer_again(empty: Contracts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "is_terminal", lambda: True)
    answers = ["bond", "social_impact_bond", "Nyt hjem", "", "kr", "DKK", "2027-02-30", "2027-03-01", "", "Kommunen", "Huset", "Fonden", "", ""]
    code, said = started("nyt_hjem", answers="\n".join(answers) + "\n")
    assert code == 0, said
    assert "'kr' is no currency" in said
    assert "'2027-02-30' is not a date" in said
    contract = empty.load().contracts["nyt_hjem"]
    assert (contract.title, contract.language, contract.currency) == ("Nyt hjem", "da", "DKK")
    assert (contract.term.start, contract.term.end) == (dt.date(2027, 3, 1), dt.date(2030, 3, 1))
    assert [party.name for party in contract.parties] == ["Kommunen", "Huset", "Fonden"]


def test_at_a_terminal_nothing_is_asked_that_flags_say(empty: Contracts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "is_terminal", lambda: True)
    code, said = started("nyt_hjem", "--model", "social_impact_bond", *flags())
    assert code == 0, said
    assert "[" not in said.split("outcomes/")[0]


@pytest.mark.parametrize("words", ["no", "2027", "Ja: #1 & søn", "'quoted' \"twice\"", "- x", "{a}", "1e5", "2027-01-01", "ja, nej, on"])
def test_words_that_yaml_would_read_as_something_else_are_words(empty: Contracts, words: str) -> None:
    code, said = started("nyt_hjem", "--model", "social_impact_bond", *flags(title=words, payer=words), "--no-input")
    assert code == 0, said
    contract = empty.load().contracts["nyt_hjem"]
    assert (contract.title, contract.parties[0].name) == (words, words)


@pytest.mark.parametrize(("begins", "ends"), [("2028-02-29", "2031-02-28"), ("2027-12-31", "2028-01-01"), ("2027-01-01", "2027-01-02")])
def test_a_term_of_any_length_from_any_day_passes(empty: Contracts, begins: str, ends: str) -> None:
    code, said = started("nyt_hjem", "--model", "social_impact_bond", "--from", begins, "--to", ends, "--no-input")
    assert code == 0, said
    assert empty.said() == []


def test_another_contract_s_day_of_enrolment_is_the_one_that_is_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = copied(tmp_path, "trygt_hjem")
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(made.folder))
    made.replace("outcomes/trygt_hjem.yaml", "enrolled_on: indskrevet_dato", "enrolled_on: indskrevet_dato")
    started("nyt_hjem", "--model", "payment_by_results", "--no-input")
    assert made.load().contracts["nyt_hjem"].cohorts[0].enrolled_on == "indskrevet_dato"


def test_a_folder_without_schemas_gets_them_and_one_that_has_them_keeps_its_own(empty: Contracts) -> None:
    kept = empty.folder / "schemas" / "outcome.schema.json"
    kept.write_text("{}", encoding="utf-8")
    started("first", "--model", "payment_by_results", "--no-input")
    assert kept.read_text(encoding="utf-8") == "{}"
    for path in kept.parent.iterdir():
        path.unlink()
    kept.parent.rmdir()
    started("second", "--model", "payment_by_results", "--no-input")
    assert len(kept.read_text(encoding="utf-8")) > 1000


def test_a_folder_without_registers_says_what_to_write_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(tmp_path))
    code, said = started("nyt_hjem", "--model", "payment_by_results", "--no-input")
    assert code == 3
    assert "no register that loads has a column of dates to enrol people by" in said
