"""Following a page of the documentation as its reader would: its commands are run, its files written, and what it says comes out must come out.

Blocks of a page are taken in order. A block of `sh` is run line by line; `# exit code N` at the end of a line says how it ends, else 0. A block of
`text` has lines that the block before it must have printed, in that order of blocks. A block under a heading that names a path is that file.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from nights_here import command
from support import ROOT, TOOLS

BLOCK = re.compile(r"(?:<!-- (?P<note>[^>]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADED = re.compile(r"^#+ [^\n]*?`([\w./-]+/[\w./-]+)`[^\n]*\n(?:(?!^#|^```).*\n)*$", re.MULTILINE)
ENDS = re.compile(r"\s+# exit code (\d+)$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text, the path its heading names, and the note that stands above it."""

    language: str
    text: str
    path: str
    note: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in their order."""
    text, made, before = page.read_text(encoding="utf-8"), [], 0
    for found in BLOCK.finditer(text):
        headed = HEADED.findall(text[before : found.start()])
        made.append(Block(found["language"], found["text"], headed[-1] if headed else "", found["note"] or ""))
        before = found.end()
    return made


@dataclass
class Reader:
    """Who follows pages in one folder: what was exported lasts, as in a shell."""

    folder: Path
    environment: dict[str, str]
    said: str = ""
    ran: list[str] = field(default_factory=list)
    pages: list[Path] = field(default_factory=list)

    def shell(self, text: str) -> None:
        """Run the lines of a block, and keep what they print."""
        self.said = "".join(self._line(line) for line in text.splitlines() if line.strip())

    def _line(self, line: str) -> str:
        ends = ENDS.search(line)
        typed, wanted = (line[: ends.start()], int(ends[1])) if ends else (line, 0)
        words = shlex.split(typed, comments=True)
        self.ran.append(typed)
        if words[0] == "export":
            self.environment.update(word.split("=", 1) for word in words[1:])
            return ""
        done = self._ours(words[1:]) if words[0] == "udbytte" else self._others(typed)
        assert done.returncode == wanted, f"{typed}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def _ours(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        """In this process, some seconds faster."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            return command(self.environment, *words)
        finally:
            os.chdir(before)

    def _others(self, typed: str) -> subprocess.CompletedProcess[str]:
        """In a shell that finds the tools of this environment, which the page has the reader put on the path."""
        if typed == ". .venv/bin/activate":
            return subprocess.CompletedProcess([], 0, "", "")
        environment = {**self.environment, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
        return subprocess.run(["bash", "-c", typed], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False)

    def python(self, text: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=self.folder, env={**self.environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        self.said = done.stdout

    def must_have_said(self, text: str) -> None:
        """Every line of a page's output was printed. Tables break lines, so spaces and rules between words do not count."""
        said = plain(self.said)
        for line in text.splitlines():
            assert plain(line) in said, f"{line!r} is not in what was printed:\n{self.said}"

    def write(self, block: Block) -> None:
        path = self.folder / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")


def plain(text: str) -> str:
    """Words alone: without rules of tables and with single spaces."""
    return " ".join(re.sub(r"[│┃┏┓┗┛┡┩━─┌┐└┘├┤┬┴┼╇┳┴╞╪╡]", " ", text).split())
