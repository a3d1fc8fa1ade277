"""`udbytte bench --kills N`: the posting of hand-overs is killed N times at random instants, and each time the ledger must come out as if it had not been.

One process, without any heavy library, forks a child that settles sealed hand-overs, kills it by SIGKILL at a drawn instant, reads what the
kill left, settles the same hand-overs again, and holds ledger and head, byte for byte, against undisturbed ones.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from pipelines import clock
from pipelines.ledger import handover
from pipelines.ledger.chain import read
from pipelines.ledger.head import read_head
from pipelines.ledger.journal import Journal
from pipelines.ledger.settle import settle
from pipelines.settings import Home

DAY = dt.date(2026, 6, 30)
HASH = "0" * 64
SIZES = (1, 3, 60, 2, 12, 1, 25, 4)
"""Decisions of each hand-over, in their order."""
BEYOND = 1.15
"""Instants are drawn over this part of an undisturbed posting, so that some come after its end."""
EXECUTED = len(SIZES)
"""Entries that stand before any hand-over is taken."""
LEFT = ("nothing", "part of them", "a torn line", "all, not acknowledged", "all")
"""What a kill left of the hand-overs."""


def measure_kills(kills: int, seed: int = 0) -> dict[str, Any]:
    """How many of so many kills left a ledger that came out the same, and how often they left what, measured in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "pipelines.bench_kills", str(kills), str(seed)], stdout=subprocess.PIPE, check=True, text=True)
    return dict(json.loads(done.stdout))


def _killed(kills: int, seed: int) -> dict[str, Any]:
    draw, left, same = random.Random(seed), Counter[str](), 0  # noqa: S311  instants, not secrets
    with tempfile.TemporaryDirectory() as folder:
        fresh, paths = _made(Path(folder) / "fresh")
        whole = _copied(fresh, Path(folder) / "whole")
        begun = clock.seconds()
        settle(whole, Journal(whole), _in(whole, paths))
        lasts = clock.seconds() - begun
        for number in range(kills):
            home = _copied(fresh, Path(folder) / f"home_{number}")
            _kill(home, _in(home, paths), draw.random() * BEYOND * lasts)
            left[_left(home, whole)] += 1
            settle(home, Journal(home), _in(home, paths))
            same += _said(home) == _said(whole) and not read(home).fault
            shutil.rmtree(home.root)
    return {"kills": kills, "seed": seed, "same": same, "posting_ms": round(lasts * 1000), "left": {name: left[name] for name in LEFT}}


def _kill(home: Home, paths: list[Path], after: float) -> None:
    """Settle hand-overs in a child that is killed so many seconds after it began, unless it ended before."""
    child = os.fork()
    if child == 0:
        try:
            settle(home, Journal(home), paths)
        finally:
            os._exit(0)
    ended = os.pidfd_open(child)
    select.select([ended], [], [], after)
    signal.pidfd_send_signal(ended, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ended)


def _left(home: Home, whole: Home) -> str:
    """Which of LEFT a kill left."""
    reading, head, every = read(home), read_head(home), read(whole).count
    if reading.fault or head is None:
        return reading.fault
    if reading.torn_bytes:
        return "a torn line"
    if reading.count < every:
        return "part of them" if reading.count > EXECUTED else "nothing"
    return "all" if head.until is None and head.seq == every else "all, not acknowledged"


def _said(home: Home) -> tuple[bytes, bytes]:
    return home.ledger.read_bytes(), home.ledger.with_name("ledger.head").read_bytes()


def _copied(home: Home, place: Path) -> Home:
    return Home(Path(shutil.copytree(home.root, place)))


def _in(home: Home, paths: list[str]) -> list[Path]:
    return [home.root / path for path in paths]


def _made(folder: Path) -> tuple[Home, list[str]]:
    """A home whose contracts are executed, and a sealed hand-over of each, by its place in the home."""
    home = Home(folder).prepare()
    journal, paths = Journal(home), []
    for number, size in enumerate(SIZES):
        contract = f"bench_{number}"
        journal.execute(contract, 1, HASH, ["kommune", "udfoerer"], DAY)
        content = {"contract": {"id": contract, "version": 1, "sha256": HASH}, "as_of": DAY, "cohorts": {}, "decisions": [decision(contract, place) for place in range(size)]}
        paths.append(handover.write(home, content).relative_to(home.root).as_posix())
    return home, paths


def decision(contract: str, number: int) -> dict[str, Any]:
    """A decision as a hand-over carries it, of a claim period of its own."""
    names = {"contract": contract, "trigger": "days", "claim_period": str(number), "kind": "final", "beneficiary_group": "all"}
    money = {"state": "due", "amount": f"{number}.00", "currency": "DKK", "payer": "kommune", "payee": "udfoerer", "clause": "Annex 4 §1"}
    said = {"reason": f"{number} days at 1.00", "arithmetic": [f"{number} days x 1.00 = {number}.00   (Annex 4 §1)"]}
    gate = {"gate": "open", "required": 12, "fingerprint": HASH}
    return {"contract_version": 1, "as_of": DAY.isoformat(), "posting_key": f"{contract}/days/{number}/all/final", **names, **money, **said, **gate}


def kills_table(found: dict[str, Any]) -> str:
    """What came of the kills, for people."""
    left = ", ".join(f"{name} {count}" for name, count in found["left"].items())
    return f"{found['same']} of {found['kills']} kills of a posting of {found['posting_ms']} ms left a ledger that came out the same, byte for byte\nLeft by them: {left}"


if __name__ == "__main__":
    print(json.dumps(_killed(int(sys.argv[1]), int(sys.argv[2]))))
