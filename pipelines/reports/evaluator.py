"""The evaluator's page of a contract that compares, and the one across contracts: what was asked and by which design, what was found and how sure it
is, what was assumed, how alike the groups are, and how often the method is wrong. For the contracts' parties and their evaluator.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from indicators.evaluation.method import methods
from pipelines.contracts.excess import by_interval_alone
from pipelines.reports import balancing, wrong
from pipelines.reports.annex.wording import definitions
from pipelines.reports.blocks import (
    BREAK,
    NOTHING,
    Block,
    Cell,
    Column,
    Heading,
    Paragraph,
    Points,
    Table,
    about,
    amount,
    code,
    columns,
    day,
    in_currency,
    joined,
    link,
    listed,
    name,
    number,
    own,
    percent,
    pill,
    plain,
    say,
    strong,
    text,
)
from pipelines.reports.charts import Chart, threshold_words, unit_of
from pipelines.reports.doubts import checked, tried
from pipelines.reports.evaluated import (
    Evaluated,
    Group,
    asked_of,
    claim_rows,
    compared,
    estimates,
    figure_of,
    groups,
    interval_of,
    method_of,
    payments_of,
    resting,
    uncompared,
)
from pipelines.reports.forest import forest, measure, period_of
from pipelines.reports.learning import called
from pipelines.reports.phrases import Language, interface
from pipelines.reports.web.flow import flows_of
from pipelines.reports.web.places import contract_page, file_name

Data = dict[str, Any]
PLAIN_COUNT = "validated_count@1"
"""The method whose errors are those of paying for what was counted and compared with nobody."""


def blocks(seen: Evaluated) -> list[Block]:
    """The page of one contract."""
    outcomes = compared(seen)
    cohorts = list(dict.fromkeys(cohort for outcome in outcomes for cohort in _cohorts(outcome)))
    return [
        Heading(1, text("evaluator_heading", title=own(str(seen.terms["title"]), seen.language))),
        Paragraph(text("evaluator_intro", contract=link(f"../{contract_page(seen.contract)}", name(seen.contract))), "quiet"),
        *(Paragraph(strong(say(words))) for words in seen.notices),
        *(block for outcome in outcomes for block in _exceeding(seen, outcome)),
        *_how_many(seen, outcomes),
        *(block for outcome in outcomes for block in _outcome(seen, outcome)),
        *_lists(seen),
        *(block for cohort in cohorts for block in _balance(seen, cohort)),
        *_wrong(seen, outcomes),
        *_uncompared(seen),
    ]


def _cohorts(outcome: Data) -> list[str]:
    named = outcome.get("cohort") or []
    return [named] if isinstance(named, str) else [str(item) for item in named]


def _exceeding(seen: Evaluated, outcome: Data) -> list[Block]:
    found = seen.excess.get(outcome["id"]) or []
    clause = own(str(((outcome.get("compare") or {}).get("errors") or {}).get("clause") or ""), seen.language)
    return wrong.exceeding(method_of(seen, outcome), found, clause, is_by_interval=pays_by_interval(seen, outcome))


def pays_by_interval(seen: Evaluated, outcome: Data) -> bool:
    """Whether every payment for an outcome asks for its whole interval."""
    return by_interval_alone([next(iter(payment["rule"].values())) or {} for payment in payments_of(seen, outcome["id"])])


def _how_many(seen: Evaluated, outcomes: Sequence[Data]) -> list[Block]:
    """How much is compared, and how much of that is to be expected by chance alone."""
    rests = resting(seen)
    found = [item for outcome in outcomes for item in estimates(seen, outcome) if item.rests]
    spans = [1 - one.level for item in found for every in item.intervals for one in every if one.name == item.chart.interval]
    counts = {"all": number(len(seen.terms["outcomes"])), "compared": number(len(outcomes)), "paid": number(len(rests))}
    made: list[Block] = [Heading(2, text("how_many")), Paragraph(text("how_many_compared", **counts))]
    if len(spans) > 1:
        made.append(Paragraph(text("how_many_by_chance", n=number(len(spans)), wrong=_rounded(sum(spans, Decimal(0)), 2))))
    return made


def _rounded(value: Any, decimals: int) -> Cell:
    return lambda lang: escape(lang.rounded(value, decimals))


def _outcome(seen: Evaluated, outcome: Data) -> list[Block]:
    """Everything about one outcome."""
    title = called(seen.terms, outcome["id"])
    return [
        Heading(2, text("evaluated_outcome", outcome=title), id=f"outcome-{outcome['id']}"),
        Paragraph(_question(seen, outcome)),
        Paragraph(_design(seen, outcome)),
        Points(tuple(_agreed(seen, outcome))),
        *_found(seen, outcome),
        *_claims(seen, outcome),
        *_groups(seen, outcome),
        *checked(seen, outcome),
        *tried(seen, outcome),
    ]


def _question(seen: Evaluated, outcome: Data) -> Cell:
    cohorts = [item for item in seen.terms.get("cohorts") or [] if item["id"] in _cohorts(outcome)]
    days = [(item["enrolled"]["from"], item["enrolled"]["to"]) for item in cohorts if item.get("enrolled")]
    people = listed([name(cohort) for cohort in _cohorts(outcome)])
    asked = {"outcome": called(seen.terms, outcome["id"]), "indicator": code(str(outcome["indicator"])), "people": people}
    if not days:
        return text("evaluator_question_undated", **asked)
    return text("evaluator_question", first=day(min(first for first, _ in days)), end=day(max(end for _, end in days)), **asked)


def _design(seen: Evaluated, outcome: Data) -> Cell:
    """The design in a sentence: that of the method's family where there are words for it, else how the method defines itself."""
    pin = method_of(seen, outcome)
    key = f"design.{pin.partition('@')[0]}"
    if key in interface():
        return joined([text("evaluator_design"), lambda lang: lang.term("design", pin.partition("@")[0])])
    return joined([text("evaluator_design"), definition(pin)])


def definition(pin: str) -> Cell:
    """What a method does, in its own words; its name where nothing defines it."""
    found = methods().get(pin)
    english = " ".join(found.definition.split()).replace("`", "").replace("Raises ValueError", "There is no estimate") if found else pin
    danish = definitions()["methods"].get(pin)
    return lambda lang: escape(" ".join(danish.split())) if lang.code == "da" and danish else own(english, "en")(lang)


def _agreed(seen: Evaluated, outcome: Data) -> list[Cell]:
    """What the contract says of the comparison; the method where it says nothing."""
    pin = method_of(seen, outcome)
    sentences = {language: said.get(outcome["id"]) or () for language, said in seen.agreed.items()}
    most = max((len(said) for said in sentences.values()), default=0)
    return [_sentence(sentences, place) for place in range(most)] or [text("evaluator_method", method=code(pin))]


def _sentence(sentences: dict[str, Sequence[str]], place: int) -> Cell:
    def say_it(lang: Language) -> Markup:
        said = sentences.get(lang.code) or ()
        other = next((every for every in sentences.items() if len(every[1]) > place), ("en", ("",) * (place + 1)))
        return escape(said[place]) if len(said) > place else own(other[1][place], other[0])(lang)

    return say_it


def _found(seen: Evaluated, outcome: Data) -> list[Block]:
    """Each quantity as a forest plot with its numbers."""
    found = estimates(seen, outcome)
    head = Heading(3, text("what_was_found"))
    if not found:
        return [head, Paragraph(text("nothing_estimated"))]
    return [head, *(forest(item, called(seen.terms, outcome["id"])) for item in found)]


def _claims(seen: Evaluated, outcome: Data) -> list[Block]:
    """What each payment rests on, what it asks, and whether it paid."""
    found = claim_rows(seen, outcome["id"])
    if not found:
        return [Paragraph(text("nothing_rests"))]
    heads = columns("claim_period", "trigger", "rests_on", "rule_asks", "decision", "amount", "why", numbers=("amount",))
    made = [_claim(payment, row, method_of(seen, outcome)) for payment, row in found]
    caption = joined([called(seen.terms, outcome["id"]), in_currency("what_rests", str(seen.terms["currency"]))], ": ")
    return [Table(caption, heads, tuple(made))]


def _claim(payment: Data, row: Data, method: str) -> tuple[Cell, ...]:
    paid = amount(row["amount"] if row["state"] == "due" and Decimal(str(row["amount"])) else None)
    return plain(row["claim_period"]), name(payment["id"]), _rests_on(payment), _asks(payment, method), pill(row["state"]), paid, say(str(row.get("reason") or ""))


def _rests_on(payment: Data) -> Cell:
    figure, interval = figure_of(payment), interval_of(payment)
    if not figure:
        return text("rests_on_no_estimate")
    return joined([measure(figure), text("interval_called", name=_interval_name(interval))], ", ") if interval else measure(figure)


def _interval_name(value: str) -> Cell:
    return lambda lang: lang.term("interval", value)


def _asks(payment: Data, method: str) -> Cell:
    """What a rule asks of the quantity it looks at, where that is one value."""
    asked, figure = asked_of(payment), figure_of(payment)
    if asked is None:
        return joined([text("by_rule"), code(next(iter(payment["rule"])))])
    chart = Chart(payment["pays_for"], "", figure, "", unit_of(figure, method), (), asked)
    return lambda lang: escape(threshold_words(chart, lang))


def _groups(seen: Evaluated, outcome: Data) -> list[Block]:
    """Who is compared with whom, and who was lost on the way, by arm."""
    found = groups(seen, outcome["id"])
    head = Heading(3, text("who_is_compared"))
    if not found:
        return [head, Paragraph(text("nobody_measured"))]
    numbers = ("in_claim_period", "eligible_people", "waiting_people", "counted", "lost_people", "lost_share")
    heads = columns("claim_period", "group", *numbers, "why", numbers=numbers)
    return [head, Table(about("who_is_compared", called(seen.terms, outcome["id"])), heads, tuple(map(_group, found))), Paragraph(text("lost_note"), "quiet")]


def _group(item: Group) -> tuple[Cell, ...]:
    share = NOTHING if item.lost_share is None else percent(item.lost_share)
    reasons = joined([joined([number(people), _reason(reason)]) for reason, people in item.reasons], BREAK) if item.reasons else NOTHING
    counts = (item.people, item.eligible, item.waiting, item.counted, item.lost)
    return period_of(item.period), _role(item.role), *map(number, counts), share, reasons


def _role(value: str) -> Cell:
    return lambda lang: lang.term("group", value)


def _reason(value: str) -> Cell:
    return lambda lang: lang.term("reason", value)


def _lists(seen: Evaluated) -> list[Block]:
    """From each list to the people compared."""
    found = [item for item in flows_of(seen.terms, seen.cohorts, []) if "cohort" in item]
    if not found:
        return []
    steps = list(dict.fromkeys(step["step"] for item in found for step in item["steps"]))
    heads = (Column(text("cohort")), *(Column(_step(step), is_number=True) for step in steps))
    rows = []
    for item in found:
        by_name = {step["step"]: step for step in item["steps"]}
        rows.append((name(item["cohort"]), *(_people(by_name.get(step)) for step in steps)))
    return [Heading(2, text("from_list")), Table(text("from_list"), heads, tuple(rows))]


def _step(value: str) -> Cell:
    return lambda lang: lang.term("step", value)


def _people(step: Data | None) -> Cell:
    if step is None:
        return NOTHING
    roles = [joined([_role(role), number(people)]) for role, people in (step.get("roles") or {}).items()]
    return joined([number(step["people"]), *roles], BREAK)


def _balance(seen: Evaluated, cohort: str) -> list[Block]:
    """How alike the groups of a matched cohort are. What lots drew needs no matching, and its rows are shown where there are any."""
    balance, overlap = ([row for row in rows if row["cohort"] == cohort] for rows in (seen.balance, seen.overlap))
    agreed = [item["matched"] for item in seen.terms.get("cohorts") or [] if item["id"] == cohort and item.get("matched")]
    limit = next((Fraction(str(item["differs_at_most"])) for item in agreed if item.get("differs_at_most") is not None), None)
    return balancing.blocks(cohort, balance, overlap, seen.smallest, limit) if balance or overlap or agreed else []


def _wrong(seen: Evaluated, outcomes: Sequence[Data]) -> list[Block]:
    """The error rates of every method once."""
    limits: dict[str, Fraction | None] = {}
    for outcome in outcomes:
        allowed = ((outcome.get("compare") or {}).get("errors") or {}).get("pays_for_nothing")
        pin = method_of(seen, outcome)
        limits[pin] = limits.get(pin) if allowed is None else Fraction(str(allowed))
    intro: list[Block] = [Heading(2, text("wrong_heading")), Paragraph(text("wrong_intro"))]
    alone = [Paragraph(strong(text("without_comparison"))) for pin in limits if pin.partition("@")[0] == PLAIN_COUNT.partition("@")[0]]
    return [*intro, *alone, *(block for pin, limit in limits.items() for block in wrong.blocks(pin, definition(pin), limit))]


def _uncompared(seen: Evaluated) -> list[Block]:
    """The payments that rest on no comparison, and how often such a clause pays for nothing."""
    found = uncompared(seen)
    if not found:
        return []
    rows = [(name(payment["id"]), called(seen.terms, payment["pays_for"]), own(str(payment.get("clause") or ""), seen.language)) for payment in found]
    share = wrong.worst(PLAIN_COUNT, is_by_interval=False)
    said = [text("without_comparison"), *([text("without_comparison_share", share=percent(share))] if share is not None else [])]
    return [Heading(2, text("paid_without")), Paragraph(joined(said)), Table(text("paid_without"), columns("trigger", "outcome", "clause"), tuple(rows))]


def across(every: Sequence[Evaluated]) -> list[Block]:
    """The page across contracts: by which methods each compares, and how often the worst of them pays for nothing."""
    top: list[Block] = [Heading(1, text("evaluator_across")), Paragraph(text("evaluator_across_intro"), "quiet")]
    if not every:
        return [*top, Paragraph(text("no_contracts"))]
    heads = columns("contract", "compares_outcomes", "compares_by", "pays_nothing_worst", "exceeds_limit", numbers=("compares_outcomes", "pays_nothing_worst"))
    return [*top, Table(text("evaluator_across"), heads, tuple(map(_contract_row, every))), Paragraph(text("evaluator_across_note"), "quiet")]


def _contract_row(seen: Evaluated) -> tuple[Cell, ...]:
    outcomes, title = compared(seen), own(str(seen.terms["title"]), seen.language)
    if not outcomes:
        share = wrong.worst(PLAIN_COUNT, is_by_interval=False)
        return joined([name(seen.contract), title], BREAK), number(0), text("without_comparison_short"), NOTHING if share is None else percent(share), NOTHING
    pins = list(dict.fromkeys(method_of(seen, outcome) for outcome in outcomes))
    shares = [wrong.worst(method_of(seen, outcome), is_by_interval=pays_by_interval(seen, outcome)) for outcome in outcomes]
    known = [share for share in shares if share is not None]
    named = joined([link(f"{file_name(seen.contract)}.html", name(seen.contract)), title], BREAK)
    over = any(seen.excess.get(outcome["id"]) for outcome in outcomes)
    return named, number(len(outcomes)), listed([code(pin) for pin in pins]), percent(max(known)) if known else NOTHING, strong(text("exceeds")) if over else NOTHING
