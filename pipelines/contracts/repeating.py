"""What a register contract may say of how its deliveries are handled, and of columns that repeat, one a week or a month: the findings of
its checks, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.contracts.months import MONTHS_END
from pipelines.contracts.register import Column, Handling, RegisterContract
from pipelines.contracts.weeks import TEMPLATE_END, is_template

LARGEST_CODE = {"iso_week": 32767, "month": 2147483647}
OFTEN = {"iso_week": "weekly", "month": "monthly"}
WHOLE_NUMBER = re.compile("-?[0-9]{1,10}", re.ASCII)
CALENDAR = {"frequency": "how often a delivery comes", "latency": "the most days from the end of a period to the release that has it"}


def handling_findings(handling: Handling, known: dict[str, Column]) -> Iterator[tuple[str, str]]:
    """Whether the columns that handling names are there and of a kind that it can use: the property, and the finding in words."""
    key, coverage, period = known.get(handling.person_key), handling.coverage, handling.period
    if key is not None and key.repeats:
        yield "personKey", f"the person key is one column, and '{key.name}' repeats"
    if period is not None and period in known and (period == handling.person_key or known[period].repeats):
        yield "period", f"'{period}' cannot name the period of a row; a plain column that is not the person key can"
    if handling.deliveries != "whole_history" and any(column.repeats for column in known.values()):
        yield "deliveries", "a register of columns that repeat is delivered as its whole history; its newest delivery alone is made into spells"
    if handling.deliveries == "corrections" and not any(column.primary_key for column in known.values()):
        yield "deliveries", "a correction finds the row it corrects by the primary key, and no column has 'primaryKey: true'"
    if len(set(handling.formats)) < len(handling.formats):
        yield "formats", "a format stands twice; name each that may come once"
    if coverage.column in known:
        yield from _coverage_findings(known[coverage.column], coverage.measured)
    if coverage.columns in known and known[coverage.columns].repeats != "iso_week":
        yield "coverage", f"the last week is measured from a column that repeats, and '{coverage.columns}' does not, by weeks"


def _coverage_findings(column: Column, measured: str) -> Iterator[tuple[str, str]]:
    if measured == "latest_month" and (column.logical_type != "integer" or column.repeats):
        yield "coverage", f"the latest month is measured from one column of whole numbers, written yyyymm, and '{column.name}' is not one"
    if measured in ("earliest", "latest") and column.logical_type != "date":
        yield "coverage", f"coverage is measured from a date, and '{column.name}' is not one"


def calendar_findings(contract: RegisterContract) -> Iterator[str]:
    """Whether the calendar says when the next delivery is due: both lines of it, each once, and the latency in days."""
    given: list[str] = [level.property for level in contract.sla_properties]
    for name, meaning in CALENDAR.items():
        if given.count(name) != 1:
            yield f"'{name}' stands {given.count(name)} times in slaProperties and is needed once: {meaning}; without it no delivery is ever late"
    if any(level.property == "latency" and level.unit != "d" for level in contract.sla_properties):
        yield "the latency is in days; write 'unit: d'"


def repeating_findings(contract: RegisterContract, column: Column, codes: tuple[str, ...]) -> Iterator[str]:
    """Whether a repeating column can be staged as spells of small whole numbers. `codes` are those of its code list."""
    often = OFTEN.get(column.repeats or "")
    if often is None:
        yield f"'{column.name}' repeats by '{column.repeats}'; only iso_week and month are known"
        return
    yield from _name_findings(column)
    if column.logical_type != "integer" or any((column.required, column.unique, column.primary_key, column.quality, column.options, column.relationships)):
        yield f"'{column.name}' repeats, so it is an integer that may be empty; rules about them stand under the table"
    first = contract.weekly if column.repeats == "iso_week" else contract.monthly
    if first is not column:
        yield f"'{column.name}' repeats and so does '{first.name if first else ''}'; a register has one {often} column"
    if column.repeats == "month" and contract.weekly is None:
        yield f"'{column.name}' repeats by month, which is only read beside a column that repeats by iso_week; deliver a row a month instead"
    largest = LARGEST_CODE[column.repeats or ""]
    for code in codes:
        if WHOLE_NUMBER.fullmatch(code) is None or abs(int(code)) > largest:
            yield f"the code '{code}' of the code list {column.codelist} is no whole number of at most {largest}, which is all that a {often} column holds"


def _name_findings(column: Column) -> Iterator[str]:
    if column.repeats == "iso_week" and not is_template(column.name):
        yield f"the name '{column.name}' does not say where year and week stand; let it end in '{TEMPLATE_END}', as in 'y_{TEMPLATE_END}'"
    if column.repeats == "month" and not column.name.endswith(f"_{MONTHS_END}"):
        yield f"the name '{column.name}' does not say where year and month stand; let it end in '_{MONTHS_END}', as in 'branche_{MONTHS_END}'"
