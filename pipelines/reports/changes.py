"""What changed between two vintages of a register, in a sentence that may be told to anyone."""

from __future__ import annotations

from itertools import groupby

from pipelines.warehouse.vintages import WHOLE_ROW, Change


def sentences(found: list[Change], smallest: int) -> list[str]:
    """One sentence a register, in the order of `found`. Numbers are withheld where the published table withholds them."""
    return [_sentence(list(changes), smallest) for _, changes in groupby(found, key=lambda change: change.register)]


def _sentence(changes: list[Change], smallest: int) -> str:
    first, differing = changes[0], [change for change in changes if change.column != WHOLE_ROW and change.changed]
    against = f"against the vintage known from {first.before_known_from}"
    if any(change.is_small(smallest) for change in changes):
        named = ", ".join(change.column for change in differing)
        return f"{first.register}: people or values changed {against}{f' ({named})' if named else ''}; the numbers are withheld, since some are of few people"
    people = [f"{first.added} people added", f"{first.gone} gone"]
    values = [f"{change.column} changed for {change.changed} people" + (f" in {change.weeks} weeks" if change.weeks else "") for change in differing]
    if first.added == first.gone == 0 and not values:
        return f"{first.register}: nobody came, went or changed {against}"
    return f"{first.register}: {', '.join([*people, *values])} {against}"
