"""Writing a site: a page is drawn and written anew only when what it is made of changed, or when its file is not what was written.

`reports/.pages.json` holds, by page, the hash of what it was made of and of its bytes. The same inputs give the same bytes, so that nothing is
lost with it: without it every page is drawn again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.canonical import canonical, plain
from pipelines.files import write_atomically
from pipelines.reports.navigation import SECTIONS, alone, place
from pipelines.reports.pages import render
from pipelines.reports.phrases import LANGUAGES, Language

Data = dict[str, Any]
FORMAT = "udbytte.pages/1"
PARTIES_MODE, OPEN_MODE = 0o640, 0o644
SOURCES = Path(__file__).parent.parent
STATE = ".pages.json"


@dataclass(frozen=True)
class Page:
    """A page of the site. `at` is its path from the folder of reports, `body` its template and `title` a key of interface.yaml, with what stands in
    its slots by language code, or for all of them under "". `inputs` is data that everything on the page follows from; `drawn` makes what the
    template shows of it, and is called only when the page is written. A page `for_anyone` may be read by all, and leads to its own
    kind alone."""

    at: str
    title: str
    body: str
    inputs: Data
    drawn: Callable[[], Data]
    as_of: str = ""
    title_values: Data | None = None
    for_anyone: bool = False

    def bytes(self, present: Iterable[str]) -> bytes:
        """The page on a site that has the pages `present`."""
        return render(
            "frame.html",
            title=self.title,
            body=self.body,
            as_of=self.as_of,
            title_values=self.title_values or {},
            languages=[Language(code) for code in LANGUAGES],
            place=alone(self.at) if self.for_anyone else place(self.at, set(present)),
            present=frozenset(present),
            **self.drawn(),
        )


@dataclass(frozen=True)
class Written:
    """How many pages a site has, how many of them were written, and the paths of those that are gone."""

    pages: int
    written: int
    removed: tuple[str, ...]


def write(folder: Path, pages: list[Page], beside: dict[str, bytes] | None = None) -> Written:
    """Write the site into `folder`: pages that changed, and files `beside` them (by path) as they are; pages of an earlier site that this one does
    not have are removed."""
    before, present = state(folder), {page.at for page in pages} | set(beside or {})
    common = digest([sources(), [first in present for first in SECTIONS.values()]])
    made: dict[str, list[str]] = {}
    written = 0
    for page in pages:
        asked = digest([common, page.at, page.title, page.title_values, page.as_of, page.inputs])
        was = before.get(page.at, ["", ""])
        if was[0] != asked or _hash(folder / page.at) != was[1]:
            content = page.bytes(present)
            _put(folder / page.at, content, OPEN_MODE if page.for_anyone else PARTIES_MODE)
            was, written = [asked, hashlib.sha256(content).hexdigest()], written + 1
        made[page.at] = was
    for at, content in (beside or {}).items():
        made[at] = ["", hashlib.sha256(content).hexdigest()]
        if before.get(at) != made[at] or not (folder / at).exists():
            _put(folder / at, content)
            written += 1
    removed = tuple(sorted(set(before) - set(made)))
    for at in removed:
        (folder / at).unlink(missing_ok=True)
    write_atomically(folder / STATE, canonical({"format": FORMAT, "pages": made}) + b"\n", mode=PARTIES_MODE)
    return Written(len(made), written, removed)


def state(folder: Path) -> dict[str, list[str]]:
    """What the last site had, by page; nothing where none was written, or where its list cannot be read."""
    try:
        said = json.loads((folder / STATE).read_bytes())
        return {at: hashes for at, hashes in said["pages"].items() if _is_inside(at)} if said["format"] == FORMAT else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_inside(at: str) -> bool:
    return not at.startswith("/") and ".." not in at.split("/")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def digest(data: Any) -> str:
    """The hash of data: amounts and days as they are written."""
    said = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _put(path: Path, content: bytes, mode: int = PARTIES_MODE) -> None:
    """Replace a page in one step, so that a reader has the old one or the new one. It is not flushed to disk: what a power cut took is not what was
    written, and is drawn again by the next night. Nobody reads it before its mode is set."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.writing")
    half.unlink(missing_ok=True)
    half.touch(mode=mode)
    half.write_bytes(content)
    half.chmod(mode)
    half.replace(path)


@cache
def sources() -> str:
    """The hash of everything that makes pages: modules, templates and words."""
    found = sorted(path for pattern in ("*.py", "web/*.py", "templates/*", "words/*") for path in SOURCES.glob(pattern))
    return digest([[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in found])
