"""Making a sample home: its deliveries in the inbox, its contracts executed, its as-of day pinned, and the truth beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pebble import ProcessPool

from pipelines.canonical import canonical
from pipelines.contracts.catalogue import Catalogue
from pipelines.deliveries.inbox import deliver
from pipelines.deliveries.intake import take_in
from pipelines.errors import HomeError
from pipelines.executing import execute as enter
from pipelines.files import write_atomically
from pipelines.ledger.journal import Journal
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.annex.signed import keep
from pipelines.settings import Home
from pipelines.synthetic import danish, defects, tarp
from pipelines.synthetic.extract import Extract

SAMPLE_KEY = hashlib.sha256(b"the sample's keys are public").digest()
CONTRACTS = (("ungebro", dt.date(2024, 1, 15)), ("trygt_hjem", dt.date(2024, 1, 15)), ("tarp", dt.date(2024, 6, 1)))
"""In the order of the days they are executed on: the ledger's time runs forward."""


def make(home: Home, defect: str | None = None, *, people: int = danish.PEOPLE, seed: int = danish.SEED, effect: bool = True, reader: ProcessPool | None = None) -> list[str]:
    """Fill an empty home with the sample: the deliveries of every register that has a contract. Returns what lies in the inbox.

    What became known on an earlier day is in the archive already.

    `people` is how many the Danish extract has and `effect` whether one is planted in `ungebro`; `reader` as in intake. Raises HomeError when the home is in
    use, the defect is unknown or the people are too few.
    """
    if defect is not None:
        defects.check(defect)
    if home.exists():
        raise HomeError("there is a home folder here already", where=str(home.root), next_step="remove it, or set UDBYTTE_HOME to another folder")
    agreed = catalogue()
    known = {*agreed.registers, *agreed.broken_registers}
    sample = danish.draw(people, seed, effect=effect) if known & set(danish.REGISTERS) else None
    extracts, note = [*tarp.extracts(), *(sample.extracts() if sample else [])], None
    if defect is not None:
        if sample is None and defect != "label_beyond_coverage":
            raise HomeError(f"the defect '{defect}' is planted in a Danish register, and none has a contract here", next_step="use the contracts that come with the package")
        extracts, note = defects.plant(defect, extracts)
    home.prepare(key=SAMPLE_KEY)
    made = lay(home, agreed, extracts, reader)
    execute(home)
    truth = {
        "format": "udbytte.truth/1",
        "seed": seed,
        "people": people,
        "defect": {"name": defect, **asdict(note)} if note else None,
        "tarp": {"treatment": [48, 216], "comparison": [66, 216], "source": "Rossi, Berk and Lenihan 1980"},
        **(sample.truth() if sample else {}),
    }
    write_atomically(home.root / "truth.json", canonical(truth) + b"\n", mode=0o600)
    home.settle_in(pinned_as_of=tarp.AS_OF, sample=defect or "clean")
    return made


def lay(home: Home, agreed: Catalogue, extracts: Sequence[Extract], reader: ProcessPool | None = None) -> list[str]:
    """Take in what became known on an earlier day, and put the rest into the inbox; of registers that have a contract. Returns what lies there."""
    wanted = [extract for extract in extracts if extract.register in {*agreed.registers, *agreed.broken_registers}]
    for known_from in sorted({extract.known_from for extract in wanted if extract.known_from}):
        for extract in wanted:
            if extract.known_from == known_from:
                _drop(home, extract)
        take_in(home, agreed, known_from, reader=reader)
    return [_drop(home, extract) for extract in wanted if extract.known_from is None]


def _drop(home: Home, extract: Extract) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / extract.file_name
        extract.write(path)
        placed = deliver(
            home,
            path,
            extract.register,
            covers_through=extract.covers_through,
            sender="sample",
            reference_period=extract.reference_period,
            rows=extract.declared_rows,
        )
    return str(placed.relative_to(home.root))


def execute(home: Home) -> None:
    """Enter in the ledger that the parties have signed each of the sample's contracts that loads, each on its day."""
    found, journal = catalogue(), Journal(home)
    for name, executed_on in CONTRACTS:
        if name in found.contracts:
            enter(journal, found, name, executed_on, keep(home, found, name))
