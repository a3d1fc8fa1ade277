"""`udbytte bench --ledger N`: how long posting N decisions takes, flushed to disk a hand-over at a time, how long proving a chain of as many, and
how long deciding as many again from stored results.

The home is a scratch one. The decisions come as hand-overs are settled: sealed files of PER_HANDOVER decisions each, proved and taken. A
chain longer than MOST_POSTED is written without any and nothing is decided, for only what a proof costs is asked of it then, and what memory it
takes.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from pipelines.bench_deciding import measure_deciding
from pipelines.bench_kills import DAY, HASH, decision
from pipelines.ledger import handover
from pipelines.ledger.chain import Reading, new_line, read, take
from pipelines.ledger.head import GENESIS, Head, write_head
from pipelines.ledger.journal import Journal, decision_body
from pipelines.ledger.settle import settle
from pipelines.metering import Step, metered
from pipelines.settings import Home

MOST_POSTED = 20_000
"""The longest chain that is posted as hand-overs."""
PER_HANDOVER = 250


def measure_ledger(decisions: int) -> dict[str, Any]:
    """Seconds of posting so many decisions, in how many hand-overs, and of proving their chain, its size, the peak memory of the proof, and what
    deciding as many again took."""
    with tempfile.TemporaryDirectory() as folder:
        home, steps = Home(Path(folder)).prepare(), list[Step]()
        handovers = _handed_over(home, decisions) if decisions <= MOST_POSTED else []
        with metered(steps, "post"):
            settle(home, Journal(home), handovers) if handovers else _written(home, decisions)
        with metered(steps, "prove"):
            reading = read(home, keep=lambda _: False)
        size = home.ledger.stat().st_size
        decided = measure_deciding(Path(folder) / "deciding", decisions) if handovers else {}
    posted, proved = steps
    found = {"entries": reading.count, "fault": reading.fault, "handovers": len(handovers), "post_seconds": round(posted.seconds, 2), "prove_seconds": round(proved.seconds, 2)}
    return {**found, "ledger_mib": round(size / 2**20, 1), "peak_mib": round(proved.peak_mib), **decided}


def _handed_over(home: Home, decisions: int) -> list[Path]:
    """Sealed hand-overs of so many decisions, each of a contract of its own, which is executed."""
    journal, paths = Journal(home), []
    with journal.together():
        for begun in range(0, decisions, PER_HANDOVER):
            contract = f"bench_{begun:06}"
            journal.execute(contract, 1, HASH, ["kommune", "udfoerer"], DAY)
            made = [decision(contract, number) for number in range(begun, min(begun + PER_HANDOVER, decisions))]
            content = {"contract": {"id": contract, "version": 1, "sha256": HASH}, "as_of": DAY, "cohorts": {}, "decisions": made}
            paths.append(handover.write(home, content))
    return paths


def _written(home: Home, decisions: int) -> None:
    """A chain of so many decisions, as posting would have written it."""
    key, reading = home.key("salt"), Reading()
    with home.ledger.open("wb") as stream:
        for number in range(decisions):
            made = decision("bench", number)
            names = {"kind": "decision", "as_of": DAY, "contract": "bench", "about": made["posting_key"], "posting_key": made["posting_key"]}
            line = new_line(key, {**names, "body": decision_body(made, HASH), "seq": number + 1, "prev": reading.head})
            take(reading, line, key, keep=lambda _: False)
            stream.write(line + b"\n")
    write_head(home, Head(reading.count, reading.head or GENESIS))


def ledger_table(found: dict[str, Any]) -> str:
    """The measurement, for people."""
    how = f"from {found['handovers']} hand-overs, each proved, flushed to disk and acknowledged" if found["handovers"] else "without a disk"
    made = [
        f"Posting {found['entries'] - found['handovers']:,} decisions, {how}: {found['post_seconds']:.2f} s",
        f"Proving a chain of {found['entries']:,} entries ({found['ledger_mib']} MiB): {found['prove_seconds']:.2f} s, {found['peak_mib']} MiB at most",
    ]
    if "decided" in found:
        made.append(f"Deciding {found['decided']:,} posted claims again from stored results: {found['decide_seconds']:.2f} s, {found['otherwise']} otherwise than posted")
    return "\n".join(made)
