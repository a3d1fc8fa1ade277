"""What a register contract may say of columns that repeat, one a week: the findings of its checks, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.contracts.register import Column, Handling, RegisterContract
from pipelines.contracts.weeks import TEMPLATE_END, is_template

LARGEST_CODE = 32767
WHOLE_NUMBER = re.compile("-?[0-9]{1,5}", re.ASCII)


def handling_findings(handling: Handling, known: dict[str, Column]) -> Iterator[str]:
    """Whether the columns that handling names are of a kind that it can use. One that is not known is somebody else's finding."""
    key, coverage = known.get(handling.person_key), handling.coverage
    if key is not None and key.repeats:
        yield f"the person key is one column, and '{key.name}' repeats"
    if coverage.column in known and known[coverage.column].logical_type != "date":
        yield f"coverage is measured from a date, and '{coverage.column}' is not one"
    if coverage.columns in known and not known[coverage.columns].repeats:
        yield f"the last week is measured from a column that repeats, and '{coverage.columns}' does not"


def repeating_findings(contract: RegisterContract, column: Column, codes: tuple[str, ...]) -> Iterator[str]:
    """Whether a repeating column can be staged as spells of small whole numbers. `codes` are those of its code list."""
    if column.repeats != "iso_week":
        yield f"'{column.name}' repeats by '{column.repeats}'; only iso_week is known"
    if not is_template(column.name):
        yield f"the name '{column.name}' does not say where year and week stand; let it end in '{TEMPLATE_END}', as in 'y_{TEMPLATE_END}'"
    if column.logical_type != "integer" or column.required or column.unique or column.primary_key or column.quality:
        yield f"'{column.name}' repeats, so it is an integer that may be empty; rules about its weeks stand under the table"
    if contract.weekly is not column:
        yield f"'{column.name}' repeats and so does '{contract.weekly.name if contract.weekly else ''}'; a register has one column that does"
    for code in codes:
        if WHOLE_NUMBER.fullmatch(code) is None or abs(int(code)) > LARGEST_CODE:
            yield f"the code '{code}' of the code list {column.codelist} is no whole number of at most {LARGEST_CODE}, which is all that a weekly column holds"
