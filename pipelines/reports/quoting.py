"""What `udbytte quote` does: a contract of the folder in force, quoted for a results file, beside what was expected where that is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import nearest
from pipelines.errors import ContractError
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.cliffs import cliffs
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.quote import quote
from pipelines.payments.quoting.results_file import read, refuse
from pipelines.payments.quoting.telling import Told, as_data


def told(found: Catalogue, contract: str, results: Path, expected: Path | None = None, *, has_cliffs: bool = False) -> Told:
    """The quote of a contract. Raises ContractError for a contract that is not there or does not load, and ResultsError for a file that no quote can
    be made from."""
    terms = contract_of(found, contract)
    gate, rows = found.gate_of(terms), _rows(terms, results)
    before = quote(terms, _rows(terms, expected), gate) if expected is not None else None
    return Told(quote(terms, rows, gate), before, cliffs(terms, rows, gate) if has_cliffs else None)


def shown(made: Told) -> dict[str, Any]:
    """What is told, as JSON has it."""
    data: dict[str, Any] = plain(as_data(made))
    return data


def contract_of(found: Catalogue, name: str) -> OutcomeContract:
    if name in found.broken_contracts:
        raise ContractError("\n".join(finding.sentence() for finding in found.broken_contracts[name]))
    if name not in found.contracts:
        raise ContractError(f"there is no outcome contract '{name}'{nearest(name, list(found.contracts))}")
    return found.contracts[name]


def _rows(terms: OutcomeContract, results: Path) -> list[Row]:
    rows, findings = checked(terms, read(results), results.name)
    refuse(findings)
    return rows
