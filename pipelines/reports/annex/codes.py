"""Code sets written out: every code of a list with where the contract places it and the days on which it is valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicators.indexed import Indexed
from indicators.prices import PRICED, PriceList
from indicators.treatments import Placing
from pipelines.contracts.catalogue import Catalogue, Code, Vocabulary, arguments
from pipelines.contracts.outcome import Cohort, DatedMoney, Outcome, OutcomeContract
from pipelines.reports.annex.document import Block, Heading, Paragraph, Table
from pipelines.reports.annex.wording import Wording


@dataclass(frozen=True)
class Placed:
    """One code, the place it is given, and its price where it has one."""

    place: str
    code: Code
    price: DatedMoney | None = None


@dataclass(frozen=True)
class CodeTable:
    """The placing of one code list. `used` are the outcomes and arguments that use it, `matched` the cohorts whose comparison is chosen by it."""

    codelist: str
    rows: tuple[Placed, ...]
    used: tuple[tuple[str, str], ...] = ()
    matched: tuple[str, ...] = ()


def checked_arguments(outcome: Outcome, vocabulary: Vocabulary) -> dict[str, Any]:
    """What an outcome gives its indicator, checked, with what it leaves to defaults."""
    return arguments(vocabulary.indicators[outcome.indicator].parameters, outcome.arguments)


def code_tables(contract: OutcomeContract, catalogue: Catalogue, vocabulary: Vocabulary) -> tuple[CodeTable, ...]:
    """Every placing of codes in the contract; two that place every code alike are one table."""
    made: list[CodeTable] = []
    for cohort in contract.cohorts:
        if cohort.matched is not None:
            _add(made, CodeTable(cohort.matched.codes, _of_benefits(cohort, catalogue), matched=(cohort.id,)))
    for outcome in contract.outcomes:
        for name, value in checked_arguments(outcome, vocabulary).items():
            if isinstance(value, Placing):
                _add(made, CodeTable(value.codes, tuple(_of_placing(value, catalogue.codes[value.codes])), used=((outcome.id, name),)))
    return tuple(made)


def _add(made: list[CodeTable], table: CodeTable) -> None:
    for index, other in enumerate(made):
        if (other.codelist, other.rows) == (table.codelist, table.rows):
            made[index] = CodeTable(other.codelist, other.rows, (*other.used, *table.used), (*other.matched, *table.matched))
            return
    made.append(table)


def _of_benefits(cohort: Cohort, catalogue: Catalogue) -> tuple[Placed, ...]:
    assert cohort.matched is not None
    return tuple(Placed("benefit", code) for group in cohort.matched.benefits for code in catalogue.codes[cohort.matched.codes] if code.group == group)


def _of_placing(placing: Placing, codes: tuple[Code, ...]) -> Iterator[Placed]:
    """Every code of the list, by place in the contract's order; a code's own name goes before its group's."""
    for place, named in placing.placed().items():
        wanted = {str(item) for item in named}
        price = placing.priced[named[0]] if isinstance(placing, PriceList) and place.startswith(PRICED) else None
        yield from (Placed(PRICED if price else place, code, price) for code in codes if code.code in wanted or (code.group in wanted and code.group))


def sections(tables: tuple[CodeTable, ...], words: Wording) -> list[Block]:
    """The tables, below a heading; nothing for a contract that places no code."""
    if not tables:
        return []
    made = [_table(index, table, words) for index, table in enumerate(tables, 1)]
    return [Heading(1, words.text("codes")), Paragraph(words.text("codes_intro")), *made]


def _table(index: int, table: CodeTable, words: Wording) -> Table:
    used = [words.quoted(name) for name in dict.fromkeys(name for name, _ in table.used)]
    used += [words.text("codes_matched", cohort=words.quoted(name)) for name in table.matched]
    header = tuple(words.text(key) for key in ("counts_as", "code", "label", "group", "valid"))
    rows = tuple((_place(row, words), row.code.code, row.code.label, row.code.group, _valid(row.code, words)) for row in table.rows)
    return Table(words.text("codes_caption", n=index, list=words.quoted(table.codelist), used=words.listed(used)), header, rows)


def _place(row: Placed, words: Wording) -> str:
    if row.price is None:
        return words.text(f"place.{row.place}")
    return words.text("place.priced", price=dated(row.price, words))


def dated(money: DatedMoney, words: Wording) -> str:
    """An amount with the day each holds from, in one sentence, and the index that it follows, if any."""
    said = words.listed([words.text("money_from", amount=words.money(amount), day=words.date(day)) for day, amount in sorted(money.root.items())])
    return f"{said}. {by_index(money.by_index, words).removesuffix('.')}" if money.by_index is not None else said


def by_index(index: Indexed, words: Wording) -> str:
    """How amounts follow an index: its rates, their edition, what they are chained on and how the amount is rounded."""
    rates = words.listed([words.text("rate_from", rate=words.percent(Decimal(rate)), day=words.date(day)) for day, rate in index.rates.items()])
    chain, mode = words.text(f"chain.{index.chain}"), words.text(f"choice.mode.{index.mode}")
    named = {"index": words.quoted(index.index), "edition": index.edition, "level": words.date(index.level), "to": words.money(index.to), "clause": index.clause}
    said = [words.text("indexed", rates=rates, chain=chain, mode=mode, **named), words.text("indexed_later" if index.settled_later else "indexed_final")]
    return " ".join([*said, *([words.text("indexed_until", day=words.date(index.until))] if index.until else [])])


def _valid(code: Code, words: Wording) -> str:
    start, end = (words.date(day) if day else "" for day in (code.valid_from, code.valid_to))
    if start and end:
        return words.text("valid_between", start=start, end=end)
    return words.text("valid_from", start=start) if start else words.text("valid_until", end=end) if end else words.text("valid_always")
