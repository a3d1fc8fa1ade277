"""The tables of docs/public_contracts.md, made from figures.csv. Print them: `PYTHONPATH=.:tests python -m contracts.page`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from decimal import Decimal

from contracts.contracts_given import Figure, figures

HEAD = "| figure | published | quoted | difference | why |\n|---|---:|---:|---:|---|\n"


def table_of(contract: str) -> str:
    """Every figure of a contract. Outcomes beside each other of which the same is to be said stand in one row, added up."""
    own = [figure for figure in figures() if figure.contract == contract]
    return HEAD + "".join(_row(list(run)) for _, run in itertools.groupby(own, key=_alike))


def counted() -> tuple[int, int]:
    """How many figures there are, and of how many the terms give something else."""
    return len(figures()), sum(bool(figure.quoted) for figure in figures())


def _alike(figure: Figure) -> tuple[str, str]:
    is_one_of_many = figure.at.startswith("outcome_")
    return ("outcome" if is_one_of_many else f"{figure.at} {figure.figure}"), figure.why


def _row(run: list[Figure]) -> str:
    first = run[0]
    if not first.is_amount:
        return f"| {first.figure} | {first.published} | {first.published} | | {first.why} |\n"
    published, quoted = _sum(figure.published for figure in run), sum((figure.amount for figure in run), Decimal(0))
    return f"| {_named(run)} | {published:,.2f} | {quoted:,.2f} | {quoted - published:,.2f} | {first.why} |\n"


def _named(run: list[Figure]) -> str:
    """The figure, or how many there are of it: `paid for outcomes 1 to 16`."""
    if len(run) == 1:
        return run[0].figure
    first, last = run[0].at.removeprefix("outcome_"), run[-1].at.removeprefix("outcome_")
    return run[0].figure.replace(f"outcome {first}", f"each of outcomes {first} to {last}, added up")


def _sum(amounts: Iterable[str]) -> Decimal:
    return sum(map(Decimal, amounts), Decimal(0))


if __name__ == "__main__":
    for name in dict.fromkeys(figure.contract for figure in figures()):
        print(f"{name}\n\n{table_of(name)}")
