"""Whose hand-overs a home takes: its own, and those of the measuring homes whose keys were entered here, each under a name.

`trusted.json` is canonical JSON under the seal of this home's own key, so that a key written into it by any other way is found. It is no
ledger entry: ledger time is of the days that were decided, and a key that comes today must be able to carry last night.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipelines.canonical import canonical, digest
from pipelines.errors import HandoverRefusedError
from pipelines.files import write_atomically
from pipelines.ledger import handover
from pipelines.settings import Home

FORMAT = "udbytte.trusted/1"
MODE = 0o600
LONGEST_NAME = 200
KEY = re.compile("[0-9a-f]{64}")


def named(home: Home) -> dict[str, str]:
    """The measuring homes this one takes hand-overs of: name by key. Raises HandoverRefusedError when the file is not what this home sealed."""
    path = _path(home)
    if not path.exists():
        return {}
    try:
        data = json.loads(path.read_bytes())
        mark = data.pop("seal")
        is_ours = data["format"] == FORMAT and mark["sha256"] == digest(data) and mark["public_key"] == handover.public_key(home) and handover.is_signed(mark)
        found = {str(key): str(name) for key, name in data["keys"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        is_ours, found = False, {}
    if not is_ours:
        raise HandoverRefusedError(
            "the list of known keys is not what this home wrote", where=path.name, next_step="restore it from a backup, or remove it and enter the keys again"
        )
    return found


def trusted(home: Home, *beside: str) -> set[str]:
    """Every key whose hand-overs are taken: this home's own, those entered, and those given `beside` for this once."""
    return {handover.public_key(home), *named(home), *(checked(key) for key in beside)}


def record(home: Home, key: str, name: str) -> bool:
    """Enter a measuring home's key under a name; whether it is new. Raises HandoverRefusedError for what is no key, or no name."""
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME or not kept.isprintable():
        raise HandoverRefusedError("a key is entered with the name of the home it is of", next_step="give --name with a few plain words")
    before = named(home)
    made = {**before, checked(key): kept}
    _write(home, made)
    return made != before


def withdraw(home: Home, key: str) -> str:
    """Take no more hand-overs of a key, and return the name it was under. What was settled before stands. Raises HandoverRefusedError for a key that
    is not entered."""
    before = named(home)
    if checked(key) not in before:
        raise HandoverRefusedError("this key is not entered here", where=_path(home).name, next_step="give it as `udbytte trust` entered it")
    _write(home, {known: name for known, name in before.items() if known != key})
    return before[key]


def _write(home: Home, keys: dict[str, str]) -> None:
    content = {"format": FORMAT, "keys": keys}
    write_atomically(_path(home), canonical({**content, "seal": handover.sign(home, digest(content))}) + b"\n", mode=MODE)


def checked(key: str) -> str:
    """A key as it is written. Raises HandoverRefusedError for what is none."""
    if not KEY.fullmatch(key):
        raise HandoverRefusedError("a key has 64 characters, 0-9 and a-f", next_step="take it from `udbytte verify` in the home that measures, and compare it by telephone")
    return key


def _path(home: Home) -> Path:
    return home.root / "trusted.json"
