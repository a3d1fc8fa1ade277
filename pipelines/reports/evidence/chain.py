"""Saying whether the ledger chain holds."""

from __future__ import annotations

import json

from pipelines.errors import LedgerError
from pipelines.ledger.handover import public_key
from pipelines.ledger.journal import read
from pipelines.settings import Home


def tell_of_chain(home: Home, *, as_json: bool) -> None:
    """Prove the chain and print how far it holds, with the key that signs this home's hand-overs. Raises LedgerError where it does not hold."""
    reading = read(home)
    if as_json:
        print(json.dumps({"entries": len(reading.entries), "head": reading.head, "torn_bytes": reading.torn_bytes, "fault": reading.fault}))
    elif not reading.fault:
        print(f"The ledger holds: {len(reading.entries)} entries, each proved. Head {reading.head}")
        if (home.keys / "handover.key").exists():
            print(f"Hand-overs and evidence of this home are signed by {public_key(home)}")
        if reading.torn_bytes:
            print(f"A torn last line of {reading.torn_bytes} bytes, never acknowledged, follows; the next posting cuts it.")
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step=f"the {len(reading.entries)} entries before it are proved; restore the file from a backup")
