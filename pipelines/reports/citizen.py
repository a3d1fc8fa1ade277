"""The citizen's page of a contract, and the list of them: what is counted about people, from which registers, by whom, on what legal basis, how long
it is kept, who pays whom for what, and what rights people have. For anyone: it says what was agreed, and no number of what was counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from pipelines.reports.blocks import Block, Cell, Heading, Paragraph, Points, Table, columns, day, joined, link, listed, number, own, plain, say, text
from pipelines.reports.phrases import Language, interface
from pipelines.reports.web.places import file_name

Data = dict[str, Any]
SHORT = ("citizen_short_agreement", "citizen_short_look", "citizen_short_code", "citizen_short_decides")
RIGHTS = ("citizen_right_see", "citizen_right_mend", "citizen_right_delete", "citizen_right_object", "citizen_right_complain")
STOPS = {"emigrated": "citizen_stops_emigrated", "turned_18": "citizen_stops_turned_18"}
AFTER = {"shred": "citizen_kept_then_shred", "archive": "citizen_kept_then_archive"}
SPANS = {"D": "span_days", "M": "span_months", "Y": "span_years"}


@dataclass(frozen=True)
class Register:
    """One register that people of a contract are looked up in: its name in both languages, who supplies it, and what it may be used for on what
    legal basis, as its contract says."""

    id: str
    name: Mapping[str, str]
    supplier: str
    permitted_use: str
    legal_basis: str


@dataclass(frozen=True)
class Told:
    """What the page of one contract is made from: its `terms` as plain data, the `registers` it is decided by, and what each indicator `counts` by
    its pin."""

    terms: Data
    registers: Sequence[Register]
    counts: Mapping[str, str]

    @property
    def language(self) -> str:
        return str(self.terms.get("language") or "en")

    def own(self, words: str) -> Cell:
        return own(words, self.language)

    def party(self, name: str) -> Cell:
        """What a party is called; one that is no party of the contract by its id."""
        found = next((party["name"] for party in self.terms["parties"] if party["id"] == name), None)
        return self.own(found) if found else plain(name.replace("_", " "))

    def having(self, role: str) -> list[Cell]:
        return [self.own(party["name"]) for party in self.terms["parties"] if role in party["roles"]]


def index(every: Sequence[Told]) -> list[Block]:
    """The list of the pages."""
    top: list[Block] = [Heading(1, text("citizen_index")), Paragraph(text("citizen_index_intro"))]
    if not every:
        return [*top, Paragraph(text("no_contracts"))]
    return [*top, Points(tuple(link(f"{file_name(told.terms['contract'])}.html", told.own(str(told.terms["title"]))) for told in every))]


def blocks(told: Told) -> list[Block]:
    """The page of one contract."""
    return [
        Heading(1, text("citizen_heading")),
        Paragraph(text("citizen_intro", title=told.own(str(told.terms["title"])))),
        Heading(2, text("citizen_short")),
        Points(tuple(text(key) for key in SHORT)),
        *_who(told),
        *_what(told),
        *_from(told),
        *_pays(told),
        Heading(2, text("citizen_code")),
        Paragraph(text("citizen_code_is")),
        Paragraph(text("citizen_code_still"), "problem"),
        Paragraph(text("citizen_code_shown", n=number((told.terms.get("disclosure") or {}).get("smallest_count") or 5))),
        *_kept(told),
        *_rights(told),
        *_asked(told),
    ]


def _who(told: Told) -> list[Block]:
    cohorts = told.terms.get("cohorts") or []
    said = [text("citizen_enrolled", first=day(first), end=day(end)) for first, end in dict.fromkeys((cohort["enrolled"]["from"], cohort["enrolled"]["to"]) for cohort in cohorts)]
    compared: list[Cell] = []
    if any(cohort.get("matched") for cohort in cohorts):
        compared.append(text("citizen_matched"))
    if any(cohort.get("arms") for cohort in cohorts):
        compared.append(text("citizen_arms"))
    after = {event: {(cohort.get("after_enrolment") or {}).get(event) for cohort in cohorts} for event in STOPS}
    stops = [text(STOPS[event]) for event, found in after.items() if "stop" in found]
    return [Heading(2, text("citizen_who")), Points((*said, text("citizen_also_who_leaves"), *stops, *compared))]


def _what(told: Told) -> list[Block]:
    """What is counted, once for each indicator, in plain words."""
    pins = dict.fromkeys(str(outcome["indicator"]) for outcome in told.terms["outcomes"])
    return [Heading(2, text("citizen_what")), Paragraph(text("citizen_what_intro")), Points(tuple(_counts(told, pin) for pin in pins))]


def _counts(told: Told, pin: str) -> Cell:
    """What an indicator counts, in plain words where there are any, else as the indicator says it."""
    plainly, said = f"counts.{pin.partition('@')[0]}", told.counts.get(pin) or pin.partition("@")[0].replace("_", " ")
    return lambda lang: lang.term("counts", pin.partition("@")[0]) if plainly in interface() else lang.say(said)


def _from(told: Told) -> list[Block]:
    head = Heading(2, text("citizen_from"))
    if not told.registers:
        return [head, Paragraph(text("citizen_no_registers"))]
    rows = [(_named(item), _reads(item), told.party(item.supplier), _use(item), say(item.legal_basis)) for item in told.registers]
    table = Table(text("citizen_from"), columns("register_read", "citizen_reads", "citizen_supplies", "citizen_use", "legal_basis"), tuple(rows))
    closing = [Paragraph(text("citizen_statistics"))] if any(item.permitted_use == "statistics" for item in told.registers) else []
    return [head, Paragraph(text("citizen_from_intro")), table, *closing]


def _named(register: Register) -> Cell:
    return lambda lang: escape(register.name.get(lang.code) or register.id)


def _reads(register: Register) -> Cell:
    return lambda lang: lang.term("reads", register.id) if f"reads.{register.id}" in interface() else lang.text("citizen_reads_other")


def _use(register: Register) -> Cell:
    return lambda lang: lang.term("used_for", register.permitted_use)


def _pays(told: Told) -> list[Block]:
    """Who pays whom, for what: once for each pair and outcome."""
    pins = {outcome["id"]: str(outcome["indicator"]) for outcome in told.terms["outcomes"]}
    found = dict.fromkeys((payer, str(payment["payee"]), pins[payment["pays_for"]]) for payment in told.terms["payments"] for payer in _payers(payment))
    said = [text("citizen_pays", payer=told.party(payer), payee=told.party(payee), counted=_counts(told, pin)) for payer, payee, pin in found]
    return [Heading(2, text("citizen_pays_heading")), Points((*said, *_upfront(told), text("citizen_not_you")))]


def _payers(payment: Data) -> list[str]:
    return [str(name) for name in ((payment.get("split") or {}).get("shares") or {payment["payer"]: 1})]


def _upfront(told: Told) -> list[Cell]:
    """Who put money in before there was any result, and may gain by it."""
    found = told.having("investor")
    return [text("citizen_investors", who=listed(found))] if found and told.terms.get("waterfall") else []


def _kept(told: Told) -> list[Block]:
    terms = told.terms.get("retention")
    head = Heading(2, text("citizen_kept"))
    if not terms:
        return [head, Paragraph(text("citizen_kept_unsaid"))]
    said = text("citizen_kept_for", rows=_span(terms["person_rows"]), ledger=_span(terms["ledger"]))
    return [head, Paragraph(joined([said, text(AFTER[terms["on_expiry"]])]))]


def _span(written: str) -> Cell:
    """A length of time as `P5Y` writes it, in words."""
    return lambda lang: lang.text(SPANS[written[-1]], n=written[1:-1])


def _rights(told: Told) -> list[Block]:
    """What people may ask for by the EU's data protection regulation; less of it of what may be used for statistics alone."""
    uses = {item.permitted_use for item in told.registers}
    made: list[Block] = [Heading(2, text("citizen_rights")), Paragraph(text("citizen_rights_intro"))]
    made.append(Points(tuple(text(right) for right in RIGHTS)))
    return [*made, Paragraph(text("citizen_rights_statistics"))] if "statistics" in uses else made


def _asked(told: Told) -> list[Block]:
    """Whom to ask: whoever the contract names for it, else who ordered the programme; and who supplied what."""
    answer = (told.terms.get("legal") or {}).get("data_protection")
    said = text("citizen_ask_named", who=told.own(str(answer))) if answer else text("citizen_ask_unsaid", who=listed(told.having("commissioner") or told.having("payer")))
    return [Heading(2, text("citizen_ask")), Paragraph(said), Paragraph(text("citizen_ask_code"))]


def prose(of: Sequence[Block], language: Language) -> list[str]:
    """The page's running text, a paragraph or a point each, without tables: what a reader reads."""
    made = [block.words(language) for block in of if isinstance(block, Heading | Paragraph)] + [item(language) for block in of if isinstance(block, Points) for item in block.items]
    return [words.striptags() for words in made]
