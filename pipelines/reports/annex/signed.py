"""The annex that the parties of a contract sign: its page is kept when the contract is executed, and the ledger's entry binds its hash.

`archive/annexes/<sha256>.html` is the page in the contract's own language, written once. Another version of the program may word an annex
otherwise; what was signed stays what it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pipelines.canonical import file_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.files import write_atomically
from pipelines.ledger.journal import Entry
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex import amended
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.printing import html_page
from pipelines.settings import Home

MODE = 0o640


def keep(home: Home, found: Catalogue, name: str) -> dict[str, str]:
    """Keep the annex of a contract, and return what its execution binds of it: language and hash. Raises ContractError for what no annex prints."""
    contract = found.contracts[name]
    page = html_page(annex(contract, found, vocabulary(), contract.language, amended.found(home, contract)))
    sha256 = hashlib.sha256(page).hexdigest()
    write_atomically(path_of(home, sha256), page, mode=MODE)
    return {"language": contract.language, "sha256": sha256}


def path_of(home: Home, sha256: str) -> Path:
    """Where the annex with this hash is kept."""
    return home.archive / "annexes" / f"{sha256}.html"


def faults(home: Home, entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """The executions whose annex is not kept as it was bound, each with where it should lie. One from before annexes were bound binds none."""
    bound = [(entry, path_of(home, entry.body["annex"]["sha256"])) for entry in entries if entry.kind == "execution" and "annex" in entry.body]
    lost = [(entry, path) for entry, path in bound if not path.exists() or file_digest(path) != path.stem]
    return [(f"the annex that {entry.name()} binds is gone or altered", path.relative_to(home.root).as_posix()) for entry, path in lost]
