"""Everything under the contracts folder, checked at once: what is wrong and what is doubtful, each with file, line, clause and what to do."""

from __future__ import annotations

import json
from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.remedies import remedy_of, without_remedy
from pipelines.contracts.source import Finding
from pipelines.errors import ContractError
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import contracts_folder


def checked() -> dict[str, Any]:
    """How many files hold, and every finding: errors first, then warnings, each by file and line."""
    return summary(catalogue())


def summary(found: Catalogue) -> dict[str, Any]:
    """What was found of a catalogue, as data."""
    findings = [*found.findings(), *sorted(found.warnings)]
    return {
        "holds": {"contracts": len(found.contracts), "registers": len(found.registers), "profiles": len(found.profiles), "codelists": len(found.codelists)},
        "errors": sum(finding.severity == "error" for finding in findings),
        "warnings": sum(finding.severity == "warning" for finding in findings),
        "findings": [_as_data(finding) for finding in findings],
    }


def _as_data(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "file": finding.file,
        "line": finding.line,
        "clause": finding.clause,
        "what": without_remedy(finding.message),
        "remedy": remedy_of(finding.message),
    }


def words(shown: dict[str, Any]) -> str:
    """The check for people: a line what and a line what to do for each finding, and last what holds."""
    lines = []
    for item in shown["findings"]:
        clause = f" ({item['clause']})" if item["clause"] else ""
        lines += [f"{item['severity']} {item['file']}:{item['line']}{clause}: {item['what']}", f"  -> {item['remedy']}"]
    named = {"contracts": "contract", "registers": "register", "profiles": "gate profile", "codelists": "code list"}
    right = ", ".join(_count(shown["holds"][kind], what) for kind, what in named.items())
    return "\n".join([*lines, f"In order: {right}. Found: {_count(shown['errors'], 'error')}, {_count(shown['warnings'], 'warning')}."])


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def tell(*, as_json: bool) -> None:
    """Print the check. Raises ContractError when something is wrong; warnings alone are none."""
    folder = contracts_folder()
    if not folder.is_dir():
        raise ContractError("there is no such folder of contracts", where=str(folder), next_step="make it, or have UDBYTTE_CONTRACTS point at the one that is meant")
    shown = checked()
    print(json.dumps(shown, indent=2, ensure_ascii=False) if as_json else words(shown))
    if shown["errors"]:
        files = len({item["file"] for item in shown["findings"] if item["severity"] == "error"})
        raise ContractError(f"{_count(shown['errors'], 'error')} in {_count(files, 'file')}", next_step="mend what is listed above, and run `udbytte check` again")
