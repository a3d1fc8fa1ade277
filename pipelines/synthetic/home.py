"""Making a sample home: its deliveries in the inbox, its contracts executed, its as-of day pinned."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from pathlib import Path

from pipelines.canonical import canonical
from pipelines.deliveries.intake import deliver
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.ledger.journal import Journal
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import Home
from pipelines.synthetic import tarp

SAMPLE_KEY = hashlib.sha256(b"the sample's keys are public").digest()
EXECUTED_ON = dt.date(2024, 6, 1)
CONTRACTS = ("tarp",)


def make(home: Home, defect: str | None = None) -> list[str]:
    """Fill an empty home with the sample. Returns what lies in the inbox. Raises HomeError when the home is in use or the defect is unknown."""
    if defect is not None and defect not in tarp.DEFECTS:
        raise HomeError(f"there is no defect called '{defect}'", next_step=f"known: {', '.join(sorted(tarp.DEFECTS))}")
    if home.exists():
        raise HomeError("there is a home folder here already", where=str(home.root), next_step="remove it, or set UDBYTTE_HOME to another folder")
    extracts = tarp.extracts()
    if defect is not None:
        extracts = tarp.DEFECTS[defect](extracts)
    home.prepare(key=SAMPLE_KEY)
    made = [_drop(home, extract) for extract in extracts]
    _execute(home)
    truth = {"defect": defect, "people": {"treatment": [48, 216], "comparison": [66, 216]}, "source": "Rossi, Berk and Lenihan 1980"}
    write_atomically(home.root / "truth.json", canonical(truth) + b"\n")
    home.settle_in(pinned_as_of=tarp.AS_OF, sample=defect or "clean")
    return made


def _drop(home: Home, extract: tarp.Extract) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / extract.file_name
        if path.suffix == ".csv":
            extract.rows.write_csv(path, separator=";")
        else:
            extract.rows.write_parquet(path, compression="zstd")
        placed = deliver(home, path, extract.register, covers_through=extract.covers_through, sender="sample")
    return str(placed.relative_to(home.root))


def _execute(home: Home) -> None:
    found, journal = catalogue(), Journal(home)
    for name in CONTRACTS:
        if name in found.contracts:
            contract = found.contracts[name]
            journal.execute(name, contract.version, found.digest_of(f"outcomes/{name}.yaml"), [party.id for party in contract.parties], EXECUTED_ON, found.bound_profiles(contract))
