"""What the tests of public contracts share: every contract of this folder loaded beside the shipped registers, its quote for results, and the
figures that were published of it. No register, profile, code list or line of code is made for any of them."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from support import SHIPPED

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.loading import load
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.quote import Quote, Quoted, quote
from pipelines.payments.quoting.results_file import read, refuse
from pipelines.payments.vocabulary import vocabulary

HERE = Path(__file__).parent
NOUGHT = Decimal("0.00")
Change = tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """One published figure: `at` is `total`, a payment or `payment/claim_period`. `given` replaces one column in every row of the results. What is
    quoted is what was published, unless `quoted` says another amount and `why`. A figure that is no amount stands in the arithmetic, word for word."""

    contract: str
    figure: str
    at: str
    given: str
    published: str
    quoted: str
    why: str

    @property
    def is_amount(self) -> bool:
        return self.published.replace(".", "", 1).isdigit()

    @property
    def amount(self) -> Decimal:
        return Decimal(self.quoted or self.published)


@cache
def figures() -> tuple[Figure, ...]:
    with (HERE / "figures.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Figure(**row) for row in csv.DictReader(file))


def table(name: str) -> list[dict[str, str]]:
    """A table of a public record, as it was published."""
    with (HERE / "published" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def catalogue(*changes: Change) -> Catalogue:
    """Every contract of the folder beside what is shipped, with some of their words replaced. Every replaced word must be there."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(shutil.copytree(SHIPPED, Path(folder) / "data_contracts", ignore=shutil.ignore_patterns("outcomes", "schemas")))
        (made / "outcomes").mkdir()
        missed = {old for old, _ in changes}
        for path in sorted(HERE.rglob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            for old, new in changes:
                missed -= {old} if old in text else set()
                text = text.replace(old, new)
            (made / "outcomes" / path.name).write_text(text, encoding="utf-8")
        assert not missed, missed
        return load(made, vocabulary())


def results(contract: str, given: str = "") -> str:
    """The results beside a contract as a results file, with one column replaced by `column=value`."""
    folder = HERE / "cases" if contract.startswith("case_") else HERE
    text = (folder / f"{contract}.csv").read_text(encoding="utf-8")
    return replaced(text, *given.split("=", 1)) if given else text


def replaced(text: str, column: str, value: str) -> str:
    """Results with another value in every cell of a column."""
    rows = list(csv.DictReader(io.StringIO(text)))
    made = io.StringIO()
    writer = csv.DictWriter(made, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, column: value} for row in rows)
    return made.getvalue()


def quote_of(contract: str, text: str, *changes: Change) -> Quote:
    """The quote of a contract of the folder for results as text."""
    found = catalogue(*changes)
    assert contract in found.contracts, [finding.sentence() for finding in found.findings()]
    agreed = found.contracts[contract]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        path.write_text(text, encoding="utf-8")
        rows, findings = checked(agreed, read(path), path.name)
    refuse(findings)
    return quote(agreed, rows, found.gate_of(agreed))


def items(found: Quote, at: str) -> list[Quoted]:
    """The claims that a figure is of."""
    payment, _, period = at.partition("/")
    return [item for item in found.quoted if at == "total" or (item.payment.id == payment and period in ("", item.period.id))]


def amount(found: Quote, at: str) -> Decimal:
    named = items(found, at)
    assert named, at
    return sum((item.amount for item in named), NOUGHT)


def states(found: Quote) -> dict[str, tuple[str, Decimal]]:
    return {f"{item.payment.id}/{item.period.id}": (item.state, item.amount) for item in found.quoted}


def arithmetic(found: Quote, at: str) -> str:
    return "\n".join(line for item in items(found, at) if item.decision is not None for line in (item.decision.reason, *item.decision.arithmetic))
