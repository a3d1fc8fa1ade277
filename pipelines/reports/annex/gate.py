"""The gate in words: every rule that the contract's payments are held to, with its threshold; what the contract changed; and what happens
when data are late, missing or corrected."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.contracts.catalogue import REGISTER_PROFILE
from pipelines.contracts.eligible import Days
from pipelines.contracts.profile import ProfileRule
from pipelines.quality.suites import change_of, cohort_suite, outcome_suite, trigger_suite
from pipelines.reports.annex.beside import span
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording

LOOKS_AT = ("register", "cohort", "outcome", "trigger")


def gate(draft: Draft) -> list[Block]:
    """The rules, by what they look at. Left out are those of the profile that nothing in this contract is of the kind for; never one that the
    contract changes or adds."""
    words, contract = draft.words, draft.contract
    profile = draft.catalogue.gate_of(contract)
    used = _used(draft)
    kept = [rule for rule in profile.rules if rule.on != "register" and (rule.rule in used or rule.clause)]
    rules = [*(rule for rule in draft.catalogue.profiles[REGISTER_PROFILE].rules if rule.on == "register"), *kept]
    tables = [_table(words, on, [rule for rule in rules if rule.on == on]) for on in LOOKS_AT]
    intro = words.text("gate_intro", profile=contract.gate.profile, registers=REGISTER_PROFILE)
    return [
        Heading(1, words.text("gate")),
        Paragraph(intro),
        *[table for table in tables if table.rows],
        Paragraph(words.text("gate_own_rules")),
        *_changed(words, [rule for rule in kept if rule.clause]),
        Paragraph(words.text("override")),
    ]


def _used(draft: Draft) -> set[str]:
    """The rules that any cohort, outcome or claim of the contract is held to."""
    contract, profile = draft.contract, draft.catalogue.gate_of(draft.contract)
    suites = [cohort_suite(contract, profile, cohort.id) for cohort in contract.cohorts]
    suites += [outcome_suite(contract, profile, outcome.id) for outcome in contract.outcomes]
    for payment in contract.payments:
        rule = draft.vocabulary.rules[payment.rule.pin]
        suites += [
            trigger_suite(contract, profile, payment, payment.claim_periods[0], kind, prices_persons=rule.prices_persons, pays_multiples=rule.pays_multiples)
            for kind in payment.kinds
        ]
    return {item.rule for suite in suites for item in suite.expectations}


def threshold(words: Wording, rule: ProfileRule) -> str:
    """What a rule asks, with its threshold in it."""
    given = {"n": words.number(rule.threshold), "pct": words.percent(rule.threshold), "money": words.money(rule.threshold)}
    most = {"Most_n": words.text("most_n", **given), "Most_pct": words.text("most_pct", **given)}
    if rule.threshold == 0:
        most = {"Most_n": words.text("none_n"), "Most_pct": words.text("none_pct")}
    return words.text(f"gate.{rule.rule}", **given, **most)


def _table(words: Wording, on: str, rules: list[ProfileRule]) -> Table:
    header = tuple(words.text(key) for key in ("gate_rule", "gate_protects", "gate_then", "gate_cured_by"))
    rows = tuple((threshold(words, rule), words.own(rule.protects), words.text(f"severity.{rule.severity}"), words.term("role", rule.cured_by)) for rule in rules)
    return Table(words.text(f"gate_table.{on}"), header, rows)


def _changed(words: Wording, rules: list[ProfileRule]) -> Iterator[Block]:
    """What the contract changed or added, each with clause and reason; of a rule that it added also what the profile says of its own."""
    if not rules:
        yield Paragraph(words.text("gate_unchanged"))
        return
    header = tuple(words.text(key) for key in ("gate_rule", "change", "was", "now", "clause", "because"))
    yield Table(words.text("gate_changed"), header, tuple(_change(words, rule) for rule in rules), right=(2, 3))
    added = [rule for rule in rules if rule.was is None]
    if added:
        yield Points(tuple(_added(words, rule) for rule in added))


def _change(words: Wording, rule: ProfileRule) -> tuple[str, ...]:
    """A rule that the contract changed or added, with its reason as the contract writes it."""
    was = words.text("none") if rule.was is None else words.number(rule.was)
    return (
        words.text("rule_named", words=threshold(words, rule), rule=rule.rule),
        words.text(f"change.{change_of(rule)}"),
        was,
        words.number(rule.threshold),
        str(rule.clause),
        rule.because,
    )


def _added(words: Wording, rule: ProfileRule) -> str:
    said = {"words": threshold(words, rule), "dimension": words.term("dimension", rule.dimension), "only": words.text(f"only.{rule.only or 'any'}")}
    return words.text("added_rule", clause=rule.clause, day=words.date(rule.since), remedy=words.own(rule.remedy), **said)


def late(draft: Draft) -> list[Block]:
    """Late, missing and corrected data, with the deadlines and outside totals that the contract names."""
    words, contract = draft.words, draft.contract
    keys = ["late_held", "late_known", "late_before", "late_after", "late_ledger"]
    if any(payment.on_account for payment in contract.payments):
        keys.append("late_on_account")
    points = [*(words.text(key) for key in keys), *_true_up(draft)]
    return [Heading(1, words.text("late")), Points(tuple(points)), Heading(2, words.text("deadlines_heading")), Points(tuple(_deadlines(draft))), *_totals(draft)]


def _true_up(draft: Draft) -> Iterator[str]:
    """How long corrected data move what was paid."""
    words, terms = draft.words, draft.contract.true_up
    if terms is not None:
        given = {"until": span(words, terms.until), "since": words.text(f"true_up_since.{terms.since}"), "settle": words.text(f"settle.{terms.settle}")}
        yield words.text("true_up", below=words.money(terms.below), clause=terms.clause, **given)


def _deadlines(draft: Draft) -> Iterator[str]:
    words, terms = draft.words, draft.contract.deadlines
    if terms is None:
        yield words.text("no_deadlines")
        return

    def days(given: Days) -> str:
        return words.text("days", n=words.number(given.days))

    yield words.text("deadlines", cure=days(terms.cure_hold), clause=terms.clause)
    if terms.long_stop is not None:
        after = [words.text(f"long_stop_then.{terms.then}" if terms.then else "deadline_alone")]
        yield " ".join([words.text("long_stop", days=days(terms.long_stop), clause=terms.clause), *after])
    if terms.approve is not None:
        yield words.text("approve", days=days(terms.approve), silence=words.text(f"silence.{terms.silence}"), clause=terms.clause)
    if terms.object is not None:
        yield words.text("object", days=days(terms.object), clause=terms.clause)
    if terms.pay is not None:
        yield words.text("pay", days=days(terms.pay), clause=terms.clause)


def _totals(draft: Draft) -> Iterator[Block]:
    words = draft.words
    if draft.contract.totals:
        header = tuple(words.text(key) for key in ("register", "total_counts", "total_says", "total_source", "clause"))
        rows = tuple((draft.register(item.register_name), words.text(f"total.{item.counts}"), words.number(item.says), item.source, item.clause) for item in draft.contract.totals)
        yield Table(words.text("totals"), header, rows, right=(2,))
