"""`udbytte bench --ledger N`: how long posting N decisions takes, each flushed to disk, and how long proving a chain of as many.

The home is a scratch one. A chain longer than MOST_POSTED is posted without a disk, for only what a proof costs is asked of it then.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from pipelines import clock
from pipelines.ledger.journal import Journal, read
from pipelines.metering import PROCESS, peak_mib
from pipelines.settings import Home

MOST_POSTED = 20_000
"""The longest chain that is flushed to disk entry by entry."""
DAY = dt.date(2026, 6, 30)
HASH = "0" * 64


class _Unflushed(Journal):
    """A journal that keeps its lines in memory until it is told to write them."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._lines: list[bytes] = []

    def _write(self, line: bytes) -> None:
        self._lines.append(line + b"\n")

    def _acknowledge(self, seq: int, sha256: str) -> None:
        if seq == 0:
            super()._acknowledge(seq, sha256)

    def write_all(self) -> None:
        """Write what was posted, and its head."""
        super()._write(b"".join(self._lines)[:-1])
        super()._acknowledge(len(self.entries), self.reading.head)


def measure_ledger(decisions: int) -> dict[str, Any]:
    """Seconds of posting so many decisions and of proving their chain, whether each was flushed to disk, the size and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder)).prepare()
        is_flushed = decisions <= MOST_POSTED
        posted = _post(home, decisions, is_flushed=is_flushed)
        begun = clock.seconds()
        reading = read(home)
        proved = clock.seconds() - begun
        size = home.ledger.stat().st_size
    found = {"entries": len(reading.entries), "fault": reading.fault, "flushed": is_flushed, "post_seconds": round(posted, 2), "prove_seconds": round(proved, 2)}
    return {**found, "ledger_mib": round(size / 2**20, 1), "peak_mib": round(peak_mib(PROCESS))}


def _post(home: Home, decisions: int, *, is_flushed: bool) -> float:
    journal = Journal(home) if is_flushed else _Unflushed(home)
    begun = clock.seconds()
    for number in range(decisions):
        journal.post_decision(_decision(number), HASH)
    seconds = clock.seconds() - begun
    if isinstance(journal, _Unflushed):
        journal.write_all()
    return seconds


def _decision(number: int) -> dict[str, Any]:
    names = {"contract": "bench", "trigger": "days", "claim_period": str(number), "kind": "final", "beneficiary_group": "all"}
    money = {"state": "due", "amount": f"{number}.00", "currency": "DKK", "payer": "kommune", "payee": "udfoerer", "clause": "Annex 4 §1"}
    said = {"reason": f"{number} days at 1.00", "arithmetic": [f"{number} days x 1.00 = {number}.00   (Annex 4 §1)"]}
    gate = {"gate": "open", "required": 12, "fingerprint": HASH}
    return {"contract_version": 1, "as_of": DAY.isoformat(), "posting_key": f"bench/days/{number}/all/final", **names, **money, **said, **gate}


def tell(decisions: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure_ledger(decisions)
    if as_json:
        print(json.dumps(found, indent=2))
        return
    how = "each flushed to disk and acknowledged" if found["flushed"] else "without a disk"
    print(f"Posting {decisions:,} decisions, {how}: {found['post_seconds']:.2f} s")
    print(f"Proving a chain of {found['entries']:,} entries ({found['ledger_mib']} MiB): {found['prove_seconds']:.2f} s, {found['peak_mib']} MiB at most")
