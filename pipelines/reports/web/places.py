"""Where each page lies. Names of contracts, payments and registers become file names that every file system and web server takes."""

from __future__ import annotations

import hashlib
import re
from typing import Any

NEWEST_REPORT = "../../validation/newest/index.html"
"""The newest validation report, from a page in a folder of the site."""
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")


def file_name(name: str) -> str:
    """The name itself where a file may have it; else its safe letters with a hash of it, so that two names never meet."""
    if SAFE.fullmatch(name) and name.lower() != "index":
        return name
    return f"{re.sub(r'[^A-Za-z0-9_.-]+', '_', name)[:60].strip('._-') or 'x'}~{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def contract_page(contract: str) -> str:
    """The page of a contract."""
    return f"contracts/{file_name(contract)}.html"


def evaluator_page(contract: str) -> str:
    """The evaluator's page of a contract that compares."""
    return f"evaluator/{file_name(contract)}.html"


def annex_page(contract: str, language: str) -> str:
    """The annex of a contract in a language."""
    return f"contracts/{file_name(contract)}.annex.{language}.html"


def payment_page(row: dict[str, Any]) -> str:
    """The page of one claim, from its row of the board, its decision, or its key."""
    kind = row.get("kind") or "final"
    return f"payments/{file_name('-'.join((row['contract'], row['trigger'], row['claim_period'], *([kind] if kind != 'final' else []))))}.html"


def register_page(register: str) -> str:
    """The page of a register."""
    return f"registers/{file_name(register)}.html"
