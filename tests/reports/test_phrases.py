"""The Danish of what the pipeline says: hand-made cases, every sentence of the sources, and that nothing is ever dropped."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from reports.hand_made import contracts, distributed, sealed
from reports.spoken import SPOKEN_FROM, sentences, sources
from rules.waterfall.waterfall_given import LAST, one, read_here, terms
from support import ROOT

from indicators.evaluation.method import methods
from indicators.indicator import library
from pipelines.payments.cash_flow import share_at_risk
from pipelines.payments.vocabulary import catalogue
from pipelines.payments.waterfall import Inflow, distribute
from pipelines.quality.checks import counted_words
from pipelines.quality.registers import register_suite
from pipelines.reports.changes import sentences as vintage_sentences
from pipelines.reports.phrases import LANGUAGES, SLOT, Language, Phrase, book, interface
from pipelines.warehouse.vintages import Change

DANISH, ENGLISH = Language("da"), Language("en")
PROPERTY = settings(max_examples=300, deadline=None, derandomize=True, database=None)

CASES = {
    "216 persons at 500.00 each": "216 personer à 500,00",
    "216 persons x 500.00 (price on 2024-07-01) = 108,000.00": "216 personer x 500,00 (pris pr. 01-07-2024) = 108.000,00",
    "relative reduction 27.27 % reaches 10.00 %": "relativ reduktion 27,27 % når 10,00 %",
    "48 of 216 (22.2 %) against 66 of 216 (30.6 %): relative reduction 27.27 %": "48 af 216 (22,2 %) mod 66 af 216 (30,6 %): relativ reduktion 27,27 %",
    "27.27 % >= 10.00 % (compared unrounded) -> 250,000.00 due": "27,27 % >= 10,00 % (sammenlignet uden afrunding) -> 250.000,00 udløst",
    "9.99 % < 10.00 % (compared unrounded) -> nothing due": "9,99 % < 10,00 % (sammenlignet uden afrunding) -> intet udløst",
    "Agresti-Caffo 95 % interval of the difference [-0.165163, 0.000025] does not lie wholly below 0.0": (
        "Agresti-Caffo-interval (95 %) for forskel [-0,165163; 0,000025] ligger ikke helt under 0,0"
    ),
    "claim period 2024-25 (2024-07-01 up to, not including, 2025-04-01) is decided from 2027-06-01": (
        "opgørelsesperioden 2024-25 (01-07-2024 til, men ikke med, 01-04-2025) opgøres fra 01-06-2027"
    ),
    "claim period 2025H1 (2025-01-01 up to, not including, 2025-07-01) is decided on account from 2025-09-01": (
        "opgørelsesperioden 2025H1 (01-01-2025 til, men ikke med, 01-07-2025) opgøres aconto fra 01-09-2025"
    ),
    "tonight: not met, relative reduction 4.00 % is below 10.00 %": "efter nattens data: ikke opfyldt, relativ reduktion 4,00 % er under 10,00 %",
    "arrests covers through 2025-12-31 by its data; the last window with its reporting lag needs 2026-04-28": (
        "arrests dækker til og med 31-12-2025 efter sine data; den sidste observationsperiode kræver med registreringsforsinkelse 28-04-2026"
    ),
    "tarp/released fails 'frozen cohort unchanged': fewer than 5 of 432": "tarp/released opfylder ikke 'låst kohorte uændret': færre end 5 af 432",
    "arrests fails 'person id is given': 1,234 of 5,000; and 2 more": "arrests opfylder ikke 'person id er angivet': 1.234 af 5.000; og 2 mere",
    "the columns 'pnr', 'udtraeksdato' are missing. Kept in quarantine/who5-0123456789ab; deliver a corrected file": (
        "kolonnerne 'pnr', 'udtraeksdato' mangler. Ligger i quarantine/who5-0123456789ab; lever en rettet fil"
    ),
    "3 values are not a date in the column 'besvaret_dato', first in data row 17": "3 værdier er ikke en dato i kolonnen 'besvaret_dato', første gang i datarække 17",
    "the weekly columns from 2025-W02 to 2025-W11, 2025-W40 are missing between 2022-W01 and 2026-W20; every week from the first to the last is agreed": (
        "ugekolonnerne fra 2025-W02 til 2025-W11, 2025-W40 mangler mellem 2022-W01 og 2026-W20; alle uger fra den første til den sidste er aftalt"
    ),
    "31 of 64 persons reach 26 weeks": "31 af 64 personer når 26 uger",
    "30,100 days of 198 persons x 1,187.35 (price on 2024-07-01) = 35,739,235.00": "30.100 dage for 198 personer x 1.187,35 (pris pr. 01-07-2024) = 35.739.235,00",
    "30,100 days at 1,187.35 each, 27,114,832.85 after adjusters": "30.100 dage à 1.187,35, 27.114.832,85 efter korrektioner",
    "less deadweight (edge 0.33, in_care 0): 1,000.00 - 330.00": "dødvægtsfradrag (edge 0,33, in_care 0): 1.000,00 - 330,00",
    "cap of 400,000.00 a person over the contract life: - 5,447.33 = 70,000.00": "loft på 400.000,00 pr. person over kontraktens løbetid: - 5.447,33 = 70.000,00",
    "settled at 900.00, of which 1,000.00 on account: 100.00 to be paid back": "slutopgjort til 900,00, heraf 1.000,00 aconto: 100,00 skal tilbagebetales",
    "wellbeing: mean change -0.13 (75.0 % answered) is below 0": "wellbeing: gennemsnitlig ændring -0,13 (75,0 % har svaret) er under 0",
    "data_contracts/outcomes/x.yaml:41: unknown key 'treshold' in payments[0].rule; did you mean 'threshold'?": (
        "data_contracts/outcomes/x.yaml:41: ukendt nøgle 'treshold' i payments[0].rule; mente du 'threshold'?"
    ),
    "the frozen list of unge is not the one that entry 12 (freeze, ungebro/unge, as of 2025-03-01) entered": (
        "den låste liste over unge er ikke den, som postering 12 (låsning, ungebro/unge, pr. 01-03-2025) indførte"
    ),
}

OBSERVED = {
    "placebos_stand_still": ["not still: uger_foer, indkomst_foer"],
    "amount_is_whole_multiples": ["an amount is no whole multiple of a price", "every amount is a whole multiple of a price"],
    **{rule: ["the column koen by 20.5 in 100"] for rule in ("codes_do_not_drift", "empty_cells_do_not_spread", "restatement_is_small")},
    "lines_add_up": ["the amount is not the sum of its lines"],
    "totals_agree": ["buaf against Statistikbanken, table ANBAAR1"],
    "cohort_period_covered": ["releases covers through 2025-03-30; the last day of enrolment is 2025-03-31", "bef covers through no day; the last day of enrolment is 2025-01-31"],
    "coverage_is_not_ahead": ["releases covers through 2027-03-30 by its data and was known from 2026-06-30"],
    "coverage_reaches_windows": [
        "dream covers through no day by its data; its reporting lag is not known",
        "buaf covers through 2025-09-30 by its data; the last window with its reporting lag needs 2026-03-30",
    ],
    "label_within_coverage": ["a covers through 2026-05-24 by its data, through 2026-06-28 by its label", "a covers through 2026-05-24 by its data, no label"],
    "newest_delivery_accepted": [
        "a: no delivery is known",
        "a: 2 refused, none accepted",
        "a: 1 refused since the newest accepted one, known from 2026-05-01",
        "a: the newest is accepted",
    ],
    "referrals_are_only_added": [
        f"{gone} gone and {changed} changed since the list logged on 2026-03-01, in what is known from 2026-06-15"
        for gone in ("none", "fewer than 5", "7")
        for changed in ("none", "fewer than 5", "12")
        if gone != changed
    ],
    "periods_are_unbroken": [
        "vnds: nothing is of 2023-01-01 to 2023-12-31, so what comes later does not count as covered",
        "vnds: 2 periods overlap another or are of no known form",
        "vnds: its periods follow each other",
    ],
    "register_is_on_time": [
        "a covers through 2026-05-24; more was expected by 2026-06-28",
        "a covers through no day",
        "a covers through 2026-05-24; more is expected by 2026-07-28",
    ],
    "one_delivery_a_night": ["a: 3 deliveries became known on 2026-06-30, and nothing says which is newer", "a: one delivery became known on 2026-06-30"],
}
"""What the expectations that find words of their own can observe, by rule."""

FRAGMENTS = re.compile(
    r"1 value is|7 values are|7 not a .*|claim period 7 is decided (on account )?from 7|select .*|\(name withheld.*|.* of the inbox7| by its data \(.*|7 \(7 up to.*|"
    r"floor interest to 7: 7 paid, 7 7|7: 7 of 7 7, 7 remains|(return|premium) to 7: 7, 7 of 7 is cut|an inflow of 7 on 7 .*|the columns? 7 (is|are) missing"
)
"""Parts that whole sentences are put together from elsewhere, which stand whole among the cases; queries; and what no page shows."""


def changed(register: str, column: str, people: int, *, added: int = 0, weeks: int | None = None) -> Change:
    return Change(register, dt.date(2026, 5, 1), dt.date(2026, 6, 1), column, added, 0, 900, people, weeks, 1000, 1000)


CHANGES = [
    [changed("dod", "", 0)],
    [changed("buaf", "", 20, added=12), changed("buaf", "slutdato", 20)],
    [changed("dream", "", 20, weeks=70), changed("dream", "y_yyww", 20, weeks=70)],
    [changed("bef", "", 3), changed("bef", "kom", 3), changed("bef", "koen", 2)],
    [changed("bef", "", 0, added=2)],
]


@pytest.mark.parametrize("changes", CHANGES)
def test_what_changed_between_vintages_has_danish(changes: list[Change]) -> None:
    (words,) = vintage_sentences(changes, 5)
    assert without_danish(words) == []


def without_danish(words: str) -> list[str]:
    """The parts of a sentence that have no entry."""
    return [text for text, is_danish in book().say(words) if not is_danish]


def without_tags(markup: str) -> str:
    return re.sub(r"</?span[^<>]*>", "", markup)


@pytest.mark.parametrize("words", CASES)
def test_case(words: str) -> None:
    assert html.unescape(without_tags(DANISH.say(words))) == CASES[words]
    assert str(ENGLISH.say(words).unescape()) == words


def test_a_line_of_arithmetic_keeps_its_clause_as_the_contract_writes_it() -> None:
    assert DANISH.line("216 persons x 500.00 = 108,000.00   (Schedule 2 §1.50)") == "216 personer x 500,00 = 108.000,00   (Schedule 2 §1.50)"


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_sentence_a_source_can_say_has_danish(path: Path) -> None:
    lost = {(line, words) for line, words in sentences(path) if without_danish(words) and not FRAGMENTS.fullmatch(words)}
    assert lost == set(), "add them to pipelines/reports/words/phrases.yaml"


def test_the_sources_that_speak_are_really_read() -> None:
    found = {words for path in sources() for _, words in sentences(path)}
    assert len(found) > 150
    assert {
        "7 persons at 7 each",
        "it looked at no rows",
        "the file is empty (0 bytes); deliver it again",
        "it does not follow the entry before it",
        "7 cells of the column '7' look like CPR numbers; pseudonymise the file before it is delivered, and purge this one",
    } <= found
    assert all((ROOT / "pipelines" / name).exists() for name in SPOKEN_FROM)


def test_every_observation_of_an_expectation_has_danish() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "sql" / "expectations").glob("*.sql")}
    assert {name for name, text in files.items() if "'' as observed" not in text} == set(OBSERVED)
    counted = [counted_words(part, 100, bound) for part in (0, 3, 50, 97, 100) for bound in ("at_least", "at_most")]
    assert [words for words in (*counted, *(words for found in OBSERVED.values() for words in found)) if without_danish(words)] == []


def test_every_remedy_protection_and_name_of_an_expectation_has_danish() -> None:
    found = catalogue()
    profiled = [rule for profile in found.profiles.values() for rule in profile.rules]
    said = [words for rule in profiled for words in (rule.remedy, rule.protects)]
    suites = [item for register in found.registers.values() for item in register_suite(found, register).expectations]
    said += [item.remedy for item in suites]
    assert [words for words in dict.fromkeys(said) if without_danish(words)] == []
    names = {rule.rule for rule in profiled} | {item.rule for item in suites}
    assert [name for name in sorted(names) if 'lang="en"' in DANISH.rule(name)] == []


def test_what_the_worked_cases_of_rules_say_has_danish() -> None:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests" / "rules").glob("*.yaml"))]
    expected = [case.get("expect", {}) for file in files for case in file["cases"]]
    said = [words for item in expected if isinstance(item, dict) for words in (item.get("reason", ""), *item.get("arithmetic", []))]
    assert len(said) > 20
    assert [words for words in dict.fromkeys(said) if without_danish(words)] == []


def test_what_a_waterfall_says_has_danish() -> None:
    cases = read_here("cases.yaml").value["cases"]
    came = [(case.get("with", {}), [Inflow(day, amount, f"outcome payments posted on {day}") for item in case["inflows"] for day, amount in item.items()]) for case in cases]
    alone = read_here("investors.yaml").value["cases"]
    rows = [*distributed(), *(row for changes, inflows in came for row in distribute(terms(**changes), inflows, LAST))]
    rows += [
        row
        for case in alone
        for row in distribute(one(case), [Inflow(day, amount, f"outcome payments posted on {day}") for item in case["inflows"] for day, amount in item.items()], LAST)
    ]
    certain = [Inflow(dt.date(2024, 1, 1), Decimal("8180000.00"), "standing charge")]
    at_risk = [line for given in ([], certain) for item in share_at_risk(terms(), given).values() for line in item.arithmetic]
    assert [line for line in at_risk if without_danish(line)] == []
    lines = {re.sub(r"   \(.*\)$", "", line) for row in rows for line in row.arithmetic}
    assert len(lines) > 50
    assert sorted(line for line in lines if without_danish(line) and "results paid" not in line) == []


def test_what_an_indicator_counts_and_a_method_estimates_has_danish() -> None:
    assert [item.value for item in library().values() if without_danish(item.value)] == []
    named = {*(f"measure.{name}" for item in methods().values() for name in item.quantities), *(f"interval.{name}" for item in methods().values() for name in item.intervals)}
    assert named <= set(interface())


def test_what_the_hand_made_decisions_say_has_danish() -> None:
    decisions = [item for handover in sealed().values() for item in handover["decisions"]]
    said = [words for item in decisions for words in (item["reason"], *(hold["words"] for hold in item["holds"]))]
    assert [words for words in said if without_danish(words)] == []


def test_a_sentence_without_an_entry_is_shown_in_english_and_marked() -> None:
    assert DANISH.say("nobody foresaw <this> & that") == Markup('<span lang="en">nobody foresaw &lt;this&gt; &amp; that</span>')
    mixed = DANISH.say("nobody foresaw this; a: no delivery is known; and 2 more")
    assert mixed == Markup('<span lang="en">nobody foresaw this</span>; a: ingen dataleverance er kendt; og 2 mere')
    assert DANISH.rule("never_heard_of") == Markup('<span lang="en">never heard of</span>')


@PROPERTY
@given(st.text(alphabet="abcæø <>&;:'{}()%,.-\n", max_size=60))
def test_text_that_is_no_sentence_of_ours_comes_through_whole(text: str) -> None:
    said = str(DANISH.say(f"zebra {text} zebra"))
    assert html.unescape(without_tags(said)) == f"zebra {text} zebra"
    assert "<" not in without_tags(said)


@PROPERTY
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_danish_money_is_the_english_one_with_its_marks_exchanged(amount: Decimal) -> None:
    english, danish = ENGLISH.money(amount, "EUR"), DANISH.money(amount, "EUR")
    assert english == danish.translate(str.maketrans(",.", ".,"))
    assert DANISH.money(amount, "DKK") == danish.replace("EUR", "kr.")


@pytest.mark.parametrize(
    ("value", "decimals", "english", "danish"),
    [
        ("1234.565", 2, "1,234.57", "1.234,57"),
        ("-1234.565", 2, "-1,234.57", "-1.234,57"),
        ("0.005", 2, "0.01", "0,01"),
        ("-0.004", 2, "0.00", "0,00"),
        ("12", 0, "12", "12"),
        ("1000000", 1, "1,000,000.0", "1.000.000,0"),
    ],
)
def test_numbers_are_rounded_halves_away_from_nought(value: str, decimals: int, english: str, danish: str) -> None:
    assert (ENGLISH.rounded(Decimal(value), decimals), DANISH.rounded(Decimal(value), decimals)) == (english, danish)


def test_dates_and_numbers_have_their_own_form_and_names_have_none() -> None:
    assert (ENGLISH.day(dt.date(2026, 6, 30)), DANISH.day("2026-06-30")) == ("2026-06-30", "30-06-2026")
    assert (DANISH.number("67590"), DANISH.number("-0.165163"), DANISH.percent("0.95", 0)) == ("67.590", "-0,165163", "95\u00a0%")
    assert DANISH.say("2024-25 covers through 2026-06-30") == Markup('2024-25 dækker til og med <span class="whole">30-06-2026</span>')
    assert DANISH.whose("kommune or data_engineer") == "kommune eller dataingeniør"
    assert DANISH.subject("outcome:ungebro/uger/2025Q1") == "resultat ungebro/uger/2025Q1"
    assert ENGLISH.subject("outcome:ungebro/uger/2025Q1") == "outcome:ungebro/uger/2025Q1"


@pytest.mark.parametrize("phrase", [*book().phrases, *book().rules], ids=lambda phrase: phrase.en[:60])
def test_both_sides_of_a_phrase_have_the_same_slots_and_are_found(phrase: Phrase) -> None:
    english, danish = [name for name, _ in SLOT.findall(phrase.en)], [name for name, _ in SLOT.findall(phrase.da)]
    assert sorted(english) == sorted(set(danish))
    assert len(english) == len(set(english))
    assert phrase.literal.strip() or phrase.en == "{place}: {words:words}"
    filled = SLOT.sub("7", phrase.en)
    found = next(item for item in (book().rules if phrase in book().rules else book().phrases) if item.slots(filled) is not None)
    assert found.weight >= phrase.weight


def test_no_sentence_has_two_entries() -> None:
    every = [SLOT.sub("{}", phrase.en) for phrase in (*book().phrases, *book().rules)]
    assert [form for form in every if every.count(form) > 1] == []


def test_the_pages_own_words_are_in_both_languages_with_the_same_slots() -> None:
    for key, words in interface().items():
        assert set(words) == set(LANGUAGES), key
        assert len({tuple(sorted(re.findall(r"\{(\w+)\}", text))) for text in words.values()}) == 1, key


def test_the_pages_own_words_are_all_used() -> None:
    """One that is asked for and is not there stops the page; one that nobody asks for would go stale unseen."""
    package = ROOT / "pipelines" / "reports"
    text = "\n".join(path.read_text(encoding="utf-8") for path in (*(package / "templates").glob("*.html"), *package.rglob("*.py")))
    plain = {key for key in interface() if "." not in key} - {"a_share", "a_mean"}
    assert [key for key in sorted(plain) if f'"{key}"' not in text] == []
    assert set(re.findall(r'\.term\("([a-z_]+)"', text)) == {key.split(".")[0] for key in interface() if "." in key}


FORBIDDEN = {
    "afgørels": "an administrative decision; ours is a betalingsbeslutning",
    "anonymis": "the data are pseudonymised",
    "forfald": "the pay-by date",
    "journal": "a case file",
    "hovedbog": "a general ledger",
    "kontrolgruppe": "only by lot",
    "klage": "only against an administrative decision",
    "registerkontrakt": "it is a leverancespecifikation",
}


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_danish_uses_a_word_that_means_something_else_to_a_municipality(word: str) -> None:
    danish = [words["da"] for words in interface().values()] + [phrase.da for phrase in book().phrases] + list(book().words.values())
    assert [text for text in danish if word in text.lower()] == []


def test_the_words_of_the_four_states_are_the_agreed_ones() -> None:
    states = {state: str(DANISH.term("state", state)) for state in ("due", "held", "not_met", "not_due")}
    assert states == {"due": "betaling udløst", "held": "tilbageholdt", "not_met": "ikke opfyldt", "not_due": "endnu ikke til opgørelse"}


def test_names_of_contracts_stay_as_they_are() -> None:
    names = [payment["id"] for contract in contracts() for payment in contract["payments"]]
    assert all(DANISH.term("trigger", name) == name.replace("_", " ") for name in names)
