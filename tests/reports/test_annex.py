"""The annex as people read it: hand-read sentences, worked examples by hand, and what the two renderers make of it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml
from contract_files.planted import TARP, TRYGT_HJEM, UNGEBRO, copied
from contract_files.test_contracts_of_indicators_by_part import HEAD, NAME, OUTCOMES, TAIL
from reports.annex_given import full
from support import here

from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.document import Document, Heading, Paragraph, Points, Signature, Sum, Table, numbered
from pipelines.reports.annex.printing import html_page, images, pdf, widths
from pipelines.reports.phrases import LANGUAGES, Code

CONTRACTS = ("tarp", "trygt_hjem", "ungebro")
EVERY = [(name, language) for name in CONTRACTS for language in LANGUAGES]


@cache
def made(name: str, language: Code) -> Document:
    found = full(Path(mkdtemp(prefix="annex-")))[0].load() if name == "alt" else catalogue()
    return annex(found.contracts[name], found, vocabulary(), language)


def plain(document: Document) -> list[str]:
    return [text.replace("\u00a0", " ") for text in document.texts()]


class Read(HTMLParser):
    """What stands on a page, and what it asks of anybody."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def read(page: bytes) -> Read:
    reader = Read()
    reader.feed(page.decode())
    return reader


SENTENCES: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "annex_sentences.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("which", SENTENCES)
def test_the_annex_says_it_in_sentences(which: str) -> None:
    name, _, language = which.partition(" ")
    text = "\n".join(plain(made(name, "da" if language == "da" else "en")))
    assert [sentence for sentence in SENTENCES[which] if sentence not in text] == []


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_section_stands_in_its_order_and_is_numbered(name: str, language: Code) -> None:
    numbers = [block.number for block in made(name, language).blocks if isinstance(block, Heading) and block.level == 1]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    titles = [block.text for block in made(name, language).blocks if isinstance(block, Heading) and block.level == 1]
    wanted = {
        "da": "Parterne|Løbetid|Hvem der tæller med|Hvad der måles|Hvad der betales|Sammenligning og evaluering|Betalingsrækkefølge (waterfall)|"
        "Hvad effekten er værd|Betalingskontrollen|Når data er forsinkede, mangler eller rettes|"
        "Registre og dataleverancer|Diskretionering|Juridisk tjekliste|Kodetabeller|Underskrifter",
        "en": "Parties|Term|Who is counted|What is measured|What is paid|Comparison and evaluation|Order of payment (waterfall)|What the effect is worth|The gate|"
        "When data are late, missing or corrected|Registers and deliveries|Disclosure|Legal checklist|Code tables|Signatures",
    }[language].split("|")
    absent = {"tarp": {6, 7, 13}, "trygt_hjem": {6, 7}, "ungebro": set()}[name]
    assert titles == [title for place, title in enumerate(wanted) if place not in absent]


def sums(name: str, language: Code, payment: str) -> list[str]:
    """The lines of arithmetic below the heading of a payment."""
    lines: list[str] = []
    is_here = False
    for block in made(name, language).blocks:
        if isinstance(block, Heading) and block.level <= 2:
            is_here = payment in block.text
        if is_here and isinstance(block, Sum):
            lines += [line.replace("\u00a0", " ") for line in block.lines]
    return lines


def test_the_worked_example_of_home_days_is_the_sum_by_hand() -> None:
    """Ten children of each group, ten days each, at 1,187.35: 11,873.50 a child. At the edge of care 67 % of it, 7,955.245, halves up 7,955.25;
    one of them has 1,000.00 left below the cap. 9 x 7,955.25 + 1,000.00 + 10 x 11,873.50 = 191,332.25; 80 % on account, then the rest."""
    assert Decimal("7955.25") * 9 + 1000 + Decimal("11873.50") * 10 == Decimal("191332.25")
    assert sums("trygt_hjem", "da", "hjemmedage") == [
        "trivsel: gennemsnitlig ændring 2,00 (70,0 % har svaret) er ikke under 0   (Bilag 3 §4)",
        "200 dage for 20 personer x 1.187,35 (pris pr. 1. juli 2024) = 237.470,00   (Bilag 3 §1)",
        "dødvægtsfradrag (edge 0,33, in_care 0,0): 237.470,00 - 39.182,55   (Bilag 3 §1)",
        "afrundet til 0,01 for hver person (halve op) = 198.287,50   (Bilag 3 §1)",
        "loft på 400.000,00 pr. person over kontraktens løbetid: - 6.955,25 = 191.332,25   (Bilag 3 §1)",
        "aconto 0,80 af 191.332,25 = 153.065,80   (Bilag 3 §1)",
        "trivsel: gennemsnitlig ændring 2,00 (70,0 % har svaret) er ikke under 0   (Bilag 3 §4)",
        "200 dage for 20 personer x 1.187,35 (pris pr. 1. juli 2024) = 237.470,00   (Bilag 3 §1)",
        "dødvægtsfradrag (edge 0,33, in_care 0,0): 237.470,00 - 39.182,55   (Bilag 3 §1)",
        "afrundet til 0,01 for hver person (halve op) = 198.287,50   (Bilag 3 §1)",
        "loft på 400.000,00 pr. person over kontraktens løbetid: - 6.955,25 = 191.332,25   (Bilag 3 §1)",
        "minus betalt aconto 153.065,80 = 38.266,45   (Bilag 3 §1)",
    ]


def test_the_worked_examples_of_all_or_nothing_show_both_sides_of_the_edge() -> None:
    """45 against 50 of a hundred is a reduction of exactly a tenth, and is enough; 46 against 50 is not. An end that touches nought is not below it."""
    assert sums("tarp", "en", "“reduction”") == [
        "45 of 100 (45.0 %) against 50 of 100 (50.0 %): relative reduction 10.00 %   (Schedule 2 §2)",
        "10.00 % >= 10.00 % (compared unrounded) -> 250,000.00 due   (Schedule 2 §2)",
        "46 of 100 (46.0 %) against 50 of 100 (50.0 %): relative reduction 8.00 %   (Schedule 2 §2)",
        "8.00 % < 10.00 % (compared unrounded) -> nothing due   (Schedule 2 §2)",
    ]
    assert [line for line in sums("tarp", "en", "certain_reduction") if "interval" in line] == [
        "Agresti-Caffo 95 % interval of the difference [-0.150000, -0.050000] lies below 0.0 -> 100,000.00 due   (Schedule 2 §3)",
        "Agresti-Caffo 95 % interval of the difference [-0.150000, 0.000000] does not lie wholly below 0.0 -> nothing due   (Schedule 2 §3)",
    ]
    assert sums("ungebro", "da", "selvforsoergelse") == [
        "6 af 10 personer når 26 uger   (Bilag 3 §1)",
        "6 personer x 24.000,00 (pris fra 1. januar 2025) = 144.000,00   (Bilag 3 §1)",
    ]
    assert sums("ungebro", "da", "effekt")[0] == "gennemsnit 22,00 for 100 mod gennemsnit 20,00 for 100   (Bilag 3 §2)"


def test_the_worked_distribution_pays_out_what_comes_in() -> None:
    """6,000,000.00 at 3 % over 366 days of 365 is 180,493.15, which the guarantor pays while nothing has come in."""
    lines = sums("ungebro", "da", "Regneeksempel: udlodning")
    assert "minimumsforrentning til senior: 6.000.000,00 x 3,00 % x 366/365 dage fra 1. februar 2024 til 1. februar 2025 = 180.493,15   (Bilag 4)" in lines
    assert "0,00 ind + 180.493,15 fra underskudsgarantien = 180.493,15 ud: minimumsforrentning 180.493,15   (Bilag 4)" in lines
    assert sum(line.startswith("4.000.000,00 ind = 4.000.000,00 ud") for line in lines) == 3


def test_every_code_is_written_out_with_its_meaning_its_place_and_its_days() -> None:
    tables = [block for block in made("ungebro", "da").blocks if isinstance(block, Table) and block.caption.startswith("Tabel")]
    assert [table.caption for table in tables] == ["Tabel 1: kodelisten »dream«, til sammenligningsgruppen til »unge«", "Tabel 2: kodelisten »dream«, til »uger«"]
    codes = catalogue().codes["dream"]
    assert sorted(row[1] for row in tables[1].rows) == sorted(code.code for code in codes)
    placed = {row[1]: row for row in tables[1].rows}
    assert placed["511"][0] == "opfyldt"
    assert placed["651"][0] == "udgår"
    assert placed["881"][0] == "forlænger perioden"
    assert placed["999"][0] == "standser opgørelsen"
    assert [cell.replace("\u00a0", " ") for cell in placed["112"]] == ["ikke opfyldt", "112", "Dagpenge, ledighed >=50 pct. i ugen", "dagpenge", "til og med 31. marts 2018"]
    assert {row[3] for row in tables[0].rows} == {"kontanthjaelp", "uddannelseshjaelp"}


def test_two_outcomes_that_place_every_code_alike_share_one_table() -> None:
    (table,) = [block for block in made("trygt_hjem", "da").blocks if isinstance(block, Table) and block.caption.startswith("Tabel")]
    assert table.caption == "Tabel 1: kodelisten »placement_type«, til »hjemmedage« og »hjemmedage_foreloebig«"


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_party_has_a_field_to_sign_in_below_the_checksum(name: str, language: Code) -> None:
    document, found = made(name, language), catalogue()
    sha = found.digest_of(f"outcomes/{name}.yaml")
    fields = [block for block in document.blocks if isinstance(block, Signature)]
    assert [field.party.split(" (")[0] for field in fields] == [party.name for party in found.contracts[name].parties]
    before = document.blocks[document.blocks.index(fields[0]) - 1]
    assert isinstance(before, Paragraph)
    assert sha in before.text
    assert (sha in dict(document.facts).values(), sha[:16] in document.footer) == (True, True)


def test_an_outcome_has_its_title_in_the_annex_and_the_same_digest_with_another(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "trygt_hjem")
    untitled = contracts.load().contracts["trygt_hjem"].outcome("trivsel")
    contracts.replace(TRYGT_HJEM, "  - id: trivsel\n", "  - id: trivsel\n    title: {da: Trivsel efter tre år, en: Well-being after three years}\n")
    found = contracts.load()
    assert found.findings() == []
    said = {code: "\n".join(plain(annex(found.contracts["trygt_hjem"], found, vocabulary(), code))) for code in LANGUAGES}
    assert "Resultatet Trivsel efter tre år (»trivsel«)" in said["da"]
    assert "Outcome Well-being after three years (“trivsel”)" in said["en"]
    assert "Resultatet »hjemmedage«" in said["da"]
    assert found.contracts["trygt_hjem"].outcome("trivsel").terms() == untitled.terms()


def test_amendments_are_totalled_against_the_value_of_the_contract(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "trygt_hjem")
    legal = """legal:
  authority: Byrådets møde, punkt 7
amendments:
  clause: Bilag 9 §1
  value_at_signing: 2000000.00
  made:
    - {version: 2, clause: Tillæg 1, agreed_on: 2025-02-03, because: Flere børn, value: 150000.00}
    - {version: 3, clause: Tillæg 2, agreed_on: 2025-10-01, because: Færre måneder, value: -30000.00}
"""
    contracts.replace(TRYGT_HJEM, "version: 1", "version: 3")
    contracts.append(TRYGT_HJEM, legal)
    found = contracts.load()
    assert found.findings() == []
    text = "\n".join(plain(annex(found.contracts["trygt_hjem"], found, vocabulary(), "da")))
    assert "180.000,00 kr. i alt, uanset i hvilken retning: 9 % af de 2.000.000,00 kr., kontrakten var værd ved underskriften (Bilag 9 §1)" in text
    assert "Byrådets møde, punkt 7" in text
    assert "-30.000,00 kr." in text
    assert text.split("\n").count("Ikke besvaret") == 5


def test_what_a_contract_changes_in_its_gate_is_said_with_clause_and_reason(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "ungebro")
    change = "{rule: follow_up_is_complete, threshold: 0.90, clause: Bilag 5 §9, because: Mange flytter}"
    contracts.replace(UNGEBRO, "gate: {profile: standard@1}", f"gate: {{profile: standard@1, thresholds: [{change}]}}")
    found = contracts.load()
    (table,) = [block for block in annex(found.contracts["ungebro"], found, vocabulary(), "da").blocks if isinstance(block, Table) and "ændrer i kontrolprofilen" in block.caption]
    (row,) = [tuple(cell.replace("\u00a0", " ") for cell in row) for row in table.rows]
    assert row == (
        "Mindst 90 % af personerne er observeret til udløbet af deres observationsperiode. (follow_up_is_complete)",
        "lempet",
        "0,95",
        "0,9",
        "Bilag 5 §9",
        "Mange flytter",
    )


def test_no_rule_is_printed_that_holds_for_nothing_in_the_contract() -> None:
    danish = "\n".join(plain(made("trygt_hjem", "da")))
    assert "Frafaldet i to grupper" not in danish
    assert "Frafaldet i to grupper" in "\n".join(plain(made("ungebro", "da")))


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_page_says_all_of_it_in_its_language_and_asks_nothing_of_the_network(name: str, language: Code) -> None:
    page = html_page(made(name, language))
    seen = read(page)
    words = " ".join(" ".join(seen.words).split())
    assert [text for text in made(name, language).texts() if " ".join(text.split()) not in words] == []
    assert dict(seen.tags)["html"] == {"lang": language}
    assert {tag for tag, _ in seen.tags} & {"script", "link", "img", "iframe", "object"} == set()
    assert not re.search(rb"(?:src|href)=|url\(|@import", page)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_pdf_comes_out_in_the_same_bytes_without_a_date(name: str, language: Code) -> None:
    printed = pdf(made(name, language))
    assert printed.startswith(b"%PDF-")
    assert printed == pdf(made(name, language))
    assert b"CreationDate" not in printed
    assert b"ModDate" not in printed
    assert f"/Lang({language})".encode() in printed


HOSTILE = "<script>alert('x')</script> & #panic(\"x\") $x$ *y* \\ {{ 7*7 }} »å«"


def test_nothing_that_a_contract_says_is_read_as_markup(tmp_path: Path) -> None:
    contracts = copied(tmp_path, "tarp")
    contracts.replace(TARP, "title: Financial aid after release from prison", f"title: '{HOSTILE.replace(chr(39), chr(39) * 2)}'")
    contracts.replace(TARP, "name: The state", f"name: '{HOSTILE.replace(chr(39), chr(39) * 2)}'")
    found = contracts.load()
    document = annex(found.contracts["tarp"], found, vocabulary(), "en")
    page = html_page(document)
    assert b"<script" not in page
    assert b"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; #panic(&#34;x&#34;) $x$ *y* \\ {{ 7*7 }}" in page
    assert document.title + ": " + HOSTILE in "".join(read(page).words)
    assert pdf(document).startswith(b"%PDF-")


def test_the_pages_of_the_pdf_can_be_looked_at() -> None:
    pages = images(made("tarp", "en"), pixels_per_inch=30)
    assert len(pages) > 3
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_headings_are_numbered_by_level() -> None:
    levels = numbered([Heading(1, "a"), Heading(2, "b"), Heading(3, "c"), Heading(2, "d"), Points(("x",)), Heading(1, "e"), Heading(2, "f")])
    assert [block.number for block in levels if isinstance(block, Heading)] == ["1", "1.1", "1.1.1", "1.2", "2", "2.1"]


def test_short_columns_stand_on_one_line_while_there_is_room_and_long_ones_share_the_rest() -> None:
    assert widths(Table("", ("a", "b", "c"), (("x" * 10, "y" * 30, "z" * 200),))) == [0, 0, 6]
    assert widths(Table("", ("a", "b", "c"), (("x" * 34, "y" * 34, "z" * 34),))) == [0, 0, 2]
    assert widths(Table("", ("a", "b", "c"), (("x" * 34, "y" * 34, "z" * 28),))) == [0, 0, 0]
    assert widths(Table("", ("a", "b"), (("x", "1"),), total=("in all", "y" * 41))) == [0, 3]


def test_the_command_writes_both_files_in_the_contracts_own_language_or_the_one_asked_for(tmp_path: Path) -> None:
    done = here(tmp_path / "home", "annex", "tarp", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "annex-tarp-en.html" in done.stdout
    assert here(tmp_path / "home", "annex", "tarp", "--lang", "da", "--out", str(tmp_path / "out")).returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["annex-tarp-en.html", "annex-tarp-en.pdf", "bilag-tarp-da.html", "bilag-tarp-da.pdf"]
    assert not (tmp_path / "home").exists()


def test_the_command_names_a_contract_that_is_not_there_and_one_that_does_not_load(tmp_path: Path) -> None:
    wrong = here(tmp_path, "annex", "tarb", "--out", str(tmp_path))
    assert (wrong.returncode, "did you mean 'tarp'?" in wrong.stderr) == (3, True)
    contracts = copied(tmp_path, "tarp")
    contracts.replace(TARP, "currency: USD", "currencyy: USD")
    broken = here(tmp_path, "annex", "tarp", "--out", str(tmp_path), contracts=contracts.folder)
    assert (broken.returncode, "unknown key 'currencyy'" in broken.stderr) == (3, True)
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_contracts_of_other_indicators_have_an_annex_in_both_languages(tmp_path: Path, outcome: str) -> None:
    contracts = copied(tmp_path)
    contracts.write(NAME, HEAD + outcome + TAIL)
    found = contracts.load()
    danish, english = ("\n".join(plain(annex(found.contracts["boligtrin"], found, vocabulary(), language))) for language in ("da", "en"))
    assert "Resultatet »maal« måles for kohorten »hjemloese«, for hver person" in danish
    assert "10 personer x 20.000,00 (pris pr. 1. juli 2025) = 200.000,00   (Bilag 3 §1)" in danish
    assert "10 persons x 20,000.00 (price on 1 July 2025) = 200,000.00   (Bilag 3 §1)" in english


def test_a_contract_of_another_currency_says_its_own(tmp_path: Path) -> None:
    found = catalogue()
    contract = OutcomeContract.model_validate(found.contracts["trygt_hjem"].model_copy(update={"currency": "EUR"}))
    text = "\n".join(plain(annex(contract, found, vocabulary(), "da")))
    assert "1.187,35 EUR" in text
    assert "kr." not in text
