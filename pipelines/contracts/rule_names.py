"""How the rules are called that a register contract makes without naming them: by the column, and by what is protected of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.contracts.references import reference
from pipelines.contracts.register import Column, RegisterContract
from pipelines.contracts.relationships import written

KEY_IS_UNIQUE = "key_is_unique"


def is_given(column: str) -> str:
    return f"{column}_is_given"


def is_unique(column: str) -> str:
    return f"{column}_is_unique"


def is_a_known_code(column: str) -> str:
    return f"{column}_is_a_known_code"


def has_its_form(column: str) -> str:
    return f"{column}_has_its_form"


def has_its_length(column: str) -> str:
    return f"{column}_has_its_length"


def is_in_range(column: str) -> str:
    return f"{column}_is_in_range"


def is_in_whole_steps(column: str) -> str:
    return f"{column}_is_in_whole_steps"


def stands_in(columns: Sequence[str], register: str) -> str:
    return f"{'_and_'.join(columns)}_{'stands' if len(columns) == 1 else 'stand'}_in_{register}"


def unnamed(contract: RegisterContract) -> Iterator[str]:
    """The name of every rule that a contract makes without naming it."""
    for column in contract.table.properties:
        yield from _of(column)
    if len(contract.primary_key) > 1:
        yield KEY_IS_UNIQUE
    for item in written(contract):
        parts = [(reference(mine), reference(other)) for mine, other in item.pairs]
        named = [(mine.column, other.register or contract.id) for mine, other in parts if mine and other]
        if named:
            yield stands_in([column for column, _ in named], named[0][1])


def _of(column: Column) -> Iterator[str]:
    if column.required or column.primary_key:
        yield is_given(column.name)
    if column.unique:
        yield is_unique(column.name)
    if column.codelist is not None:
        yield is_a_known_code(column.name)
    if column.options is not None:
        asked = {
            has_its_form: column.options.pattern is not None,
            has_its_length: column.options.has_length,
            is_in_range: column.options.has_range,
            is_in_whole_steps: column.options.multiple_of is not None,
        }
        yield from (name(column.name) for name, is_asked in asked.items() if is_asked)
