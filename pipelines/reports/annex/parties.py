"""Who agrees, for how long, and who is counted."""

from __future__ import annotations

from collections.abc import Iterator

from indicators.presence import AfterEnrolment
from pipelines.contracts.eligible import Eligible
from pipelines.contracts.matched import Matched
from pipelines.contracts.outcome import Cohort, Party
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording


def facts(draft: Draft) -> tuple[tuple[str, str], ...]:
    """What stands at the head of the document, below its title."""
    contract, words = draft.contract, draft.words
    return (
        (words.text("fact_contract"), contract.contract),
        (words.text("fact_version"), str(contract.version)),
        (words.text("fact_model"), words.term("model", contract.model)),
        (words.text("fact_currency"), contract.currency),
        (words.text("fact_language"), words.text(f"language.{contract.language}")),
        (words.text("fact_file"), draft.sha256),
    )


def roles_of(draft: Draft, party: Party) -> str:
    return draft.words.listed([draft.words.term("role", role) for role in party.roles])


def _named(draft: Draft, party: Party) -> str:
    """What a party is called, with its numbers where the contract states them."""
    numbers = [draft.words.text(name, number=number) for name in ("cvr", "ean") if (number := getattr(party, name)) is not None]
    return ", ".join((party.name, *numbers))


def parties(draft: Draft) -> list[Block]:
    """The parties with their roles, and relations between roles that one body has at once; then the term."""
    words, contract = draft.words, draft.contract
    rows = tuple((_named(draft, party), party.id, roles_of(draft, party)) for party in contract.parties)
    several = [words.text("several_roles", party=party.name, roles=roles_of(draft, party)) for party in contract.parties if len(party.roles) > 1]
    several += [words.text("payer_supplies_data", party=party.name) for party in contract.parties if {"payer", "data_supplier"} <= set(party.roles)]
    return [
        Heading(1, words.text("parties")),
        Table("", tuple(words.text(key) for key in ("party", "party_id", "roles")), rows),
        *[Paragraph(sentence) for sentence in several],
        Heading(1, words.text("term")),
        Paragraph(" ".join(_term(draft))),
    ]


def _term(draft: Draft) -> Iterator[str]:
    """From when to when, and the days inside it that the contract names."""
    words, term = draft.words, draft.contract.term
    yield words.text("term_runs", span=words.span(term))
    yield from (words.text(name, day=words.date(day)) for name in ("latest_start", "service_until", "repaid_by") if (day := getattr(term, name)) is not None)
    if term.clause is not None:
        yield words.text("term_clause", clause=term.clause)


def cohorts(draft: Draft) -> list[Block]:
    """Who is enrolled, from which register; who of them is not counted; what happens after; and whom they are compared with."""
    return [Heading(1, draft.words.text("cohorts")), *(block for cohort in draft.contract.cohorts for block in _cohort(draft, cohort))]


def _cohort(draft: Draft, cohort: Cohort) -> Iterator[Block]:
    words = draft.words
    yield Heading(2, words.text("cohort_heading", name=words.quoted(cohort.id)))
    register, column = words.quoted(draft.register(cohort.register_name)), words.quoted(cohort.enrolled_on)
    yield Paragraph(words.text("cohort_enrolled", register=register, span=words.span(cohort.enrolled), clause=cohort.clause, column=column))
    if cohort.where:
        named = [words.text("where_is", column=column, code=code, label=_label(draft, cohort, column, code)) for column, code in cohort.where.items()]
        yield Paragraph(words.text("cohort_where", conditions=words.listed(named)))
    yield Paragraph(" ".join([*_closing(draft, cohort), words.text("cohort_itt")]))
    if cohort.eligible is None:
        yield Paragraph(words.text("cohort_all_eligible"))
    else:
        yield Paragraph(words.text("cohort_eligible"))
        *first, last = _criteria(draft, cohort.eligible)
        yield Points((*first, f"{last.removesuffix(';')}."), is_ordered=True)
    yield _after(draft, cohort.after_enrolment)
    if cohort.is_compared:
        yield Paragraph(words.text("after_alike"))
    yield Paragraph(_compared(draft, cohort))


def _closing(draft: Draft, cohort: Cohort) -> Iterator[str]:
    words, closes, few = draft.words, cohort.closes, cohort.too_few
    if closes is not None:
        yield words.text("closes", n=words.number(closes.at_size), clause=closes.clause)
    if few is not None:
        yield words.text("too_few", n=words.number(few.below), then=words.text(f"too_few.{few.then}"), clause=few.clause)


def _label(draft: Draft, cohort: Cohort, column: str, code: str) -> str:
    """What a code of one of the enrolling register's columns means."""
    codelist = draft.catalogue.registers[cohort.register_name].column(column).codelist or ""
    return next((item.label for item in draft.catalogue.codes.get(codelist, ()) if item.code == code), code)


def _criteria(draft: Draft, eligible: Eligible) -> Iterator[str]:
    """The criteria in the order in which they are asked."""
    words, withdrawn, referral, residence = draft.words, eligible.withdrawn, eligible.referral, eligible.residence
    if withdrawn is not None:
        yield words.text("eligible_withdrawn", column=words.quoted(withdrawn.column), clause=withdrawn.clause)
    if referral is not None:
        given = {"column": words.quoted(referral.column), "clause": referral.clause}
        days = words.text("days", n=words.number(referral.within.days)) if referral.within else ""
        yield words.text("eligible_referral_within", days=days, **given) if days else words.text("eligible_referral", **given)
    if eligible.asks_registers:
        yield words.text("eligible_registers")
    yield from _age(draft, eligible)
    if residence is not None and residence.municipalities == "any":
        yield words.text("eligible_residence_any", clause=residence.clause)
    elif residence is not None:
        yield words.text("eligible_residence_in", codes=words.listed(residence.municipalities, "or"), clause=residence.clause)
    for item in eligible.not_in:
        yield words.text("eligible_not_in", register=draft.register(item.register_name), clause=item.clause)


def _age(draft: Draft, eligible: Eligible) -> Iterator[str]:
    age, words = eligible.age, draft.words
    if age is None:
        return
    key = {(True, True): "between", (True, False): "from", (False, True): "below"}[age.at_least is not None, age.below is not None]
    yield words.text(f"eligible_age_{key}", least=age.at_least, below=age.below, clause=age.clause)
    yield words.text(f"birth_day_unknown.{age.birth_day_unknown}", clause=age.clause)


def _after(draft: Draft, after: AfterEnrolment) -> Table:
    words = draft.words
    rows = tuple((words.text(f"event.{name}"), words.text(f"after.{getattr(after, name)}")) for name in AfterEnrolment.model_fields)
    return Table(words.text("after_caption"), (words.text("event"), words.text("what_then")), rows)


def _compared(draft: Draft, cohort: Cohort) -> str:
    words, arms, matched = draft.words, cohort.arms, cohort.matched
    if arms is not None:
        labels = {f"{arm}_label": _label(draft, cohort, arms.column, getattr(arms, arm)) for arm in ("treatment", "comparison")}
        return words.text("compared_arms", column=words.quoted(arms.column), treatment=arms.treatment, comparison=arms.comparison, **labels)
    if matched is not None:
        variables = words.listed([words.text(f"matched.{name}") for name in matched.variables])
        chosen = {"codes": words.quoted(matched.codes), "groups": words.listed(matched.benefits), "table": draft.matched_table(cohort.id)}
        first = words.text("compared_matched", each=words.number(matched.each), variables=variables, clause=matched.clause, **chosen)
        return " ".join((first, *_nearest(words, matched), *_must_hold(words, matched)))
    return words.text("compared_none")


def _nearest(words: Wording, matched: Matched) -> Iterator[str]:
    """Who is the nearest, and whether somebody may stand beside several."""
    near = matched.nearest
    if near is not None:
        variables = words.listed([words.text(f"matched.{name}") for name in near.variables])
        yield words.text(f"nearest_{near.by}", variables=variables, within=words.number(near.within))
        for name, most in near.calipers.items():
            yield words.text("nearest_caliper", variable=words.text(f"matched.{name}"), most=words.number(most))
    yield words.text("matched_again" if near and near.with_replacement else "matched_once")


def _must_hold(words: Wording, matched: Matched) -> Iterator[str]:
    """What there is no estimate without."""
    if matched.unmatched_at_most is not None:
        yield words.text("matched_unmatched_at_most", pct=words.percent(matched.unmatched_at_most), clause=matched.clause)
    if matched.differs_at_most is not None:
        yield words.text("matched_differs_at_most", most=words.number(matched.differs_at_most), clause=matched.clause)
