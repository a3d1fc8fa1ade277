"""The forms a hand-over is carried in: its JSON, or a face for people (a page, a workbook) that has the same JSON inside.

A face ends in a mark: the hash of every byte before it, signed by the key that sealed the hand-over. So what people read in a face is
under the same signature as what the ledger takes from it, and nothing of a face is opened before its mark is proved.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path

from pipelines.canonical import canonical
from pipelines.errors import HandoverRefusedError
from pipelines.ledger import handover
from pipelines.ledger.handover import Handover
from pipelines.settings import Home

SHEET = "sealed"
OPENING, CLOSING = b'<script type="application/json" id="handover">', b"</script>"
MARK = re.compile(rb"<!-- udbytte\.face/1 ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{128}) -->\n\Z")
MARK_LENGTH = len("<!-- udbytte.face/1    -->\n") + 64 + 64 + 128
AGAIN = "ask for the hand-over again"


def marked(home: Home, face: bytes) -> bytes:
    """A face with its mark at the end."""
    mark = handover.sign(home, hashlib.sha256(face).hexdigest())
    return face + f"<!-- udbytte.face/1 {mark['sha256']} {mark['public_key']} {mark['signature']} -->\n".encode()


def in_page(sealed: bytes) -> bytes:
    """The hand-over as a part of a page that no browser shows and nothing in it can end."""
    return OPENING + sealed.removesuffix(b"\n").replace(b"<", b"\\u003c") + CLOSING


def read(path: Path, trusted: set[str]) -> tuple[Handover, bytes]:
    """Read and prove a hand-over in any of its forms; with the sealed JSON. Raises HandoverRefusedError when it may not be taken."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise HandoverRefusedError("there is no such file that can be read", where=path.name, next_step="check the path") from None
    sealed, key = _sealed(path, raw, trusted)
    found = handover.proved(sealed, path.name, trusted)
    if key and found.key != key:
        raise HandoverRefusedError("the signature does not belong to the content", where=path.name, next_step=AGAIN)
    return found, sealed


def _sealed(path: Path, raw: bytes, trusted: set[str]) -> tuple[bytes, str]:
    """The sealed JSON that a file carries, and the key that marked the face it came in; empty where it came in none."""
    is_page, is_workbook = raw.startswith(b"<"), raw.startswith(b"PK")
    if not is_page and not is_workbook:
        return raw, ""
    key = _marked_by(path, raw, trusted)
    try:
        return (_of_page(raw) if is_page else _of_workbook(raw)), key
    except Exception:
        raise HandoverRefusedError("it is not a hand-over, or is damaged", where=path.name, next_step=AGAIN) from None


def _marked_by(path: Path, raw: bytes, trusted: set[str]) -> str:
    """The key whose mark a face bears."""
    found = MARK.search(raw[-MARK_LENGTH:])
    sha256, key, signature = (part.decode() for part in found.groups()) if found else ("", "", "")
    mark = {"sha256": sha256, "public_key": key, "signature": signature}
    if not found or hashlib.sha256(raw[: -len(found[0])]).hexdigest() != sha256:
        raise HandoverRefusedError("the content is not what was sealed", where=path.name, next_step="ask for it as it was made, not as another program saved it again")
    if key not in trusted:
        raise HandoverRefusedError("it is signed by a key this home does not know", where=path.name, next_step="ask the sender which home made it")
    if not _is_signed(mark):
        raise HandoverRefusedError("the signature does not belong to the content", where=path.name, next_step=AGAIN)
    return key


def _is_signed(mark: dict[str, str]) -> bool:
    try:
        return handover.is_signed(mark)
    except ValueError:
        return False


def _of_page(raw: bytes) -> bytes:
    inside = raw.rpartition(OPENING)[2].partition(CLOSING)[0]
    return canonical(json.loads(inside)) + b"\n"


def _of_workbook(raw: bytes) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
    return "".join(str(value) for (value,) in book[SHEET].iter_rows(max_col=1, values_only=True)).encode() + b"\n"
