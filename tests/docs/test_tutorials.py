"""The tutorials and the pages on how to add a register and a contract, followed in one home from the first line to the last."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from docs.pages_walked import Block, Reader, blocks
from support import ROOT, environment, only

from pipelines import settings
from pipelines.alerts import News, alerts_of, tell
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.history import history
from pipelines.reports.kept import saved
from pipelines.settings import Home

DOCS = ROOT / "docs"
TUTORIALS = [DOCS / "tutorials" / f"{name}.md" for name in ("data_engineer", "evaluator", "auditor")]
NOTEBOOK = DOCS / "notebooks" / "evaluator.py"
LANGUAGES = {"sh", "text", "sql", "python", "yaml"}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A reader whose contracts are the published experiment's, which every tutorial is about."""
    folder = tmp_path_factory.mktemp("reader")
    return Reader(folder, environment(folder / "unset", only("tarp")))


class Heard:
    """A channel that keeps what it is told, as the sensor tells the log."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def ways(self) -> dict[str, Any]:
        return {"log": self.hear}

    def hear(self, news: News) -> None:
        self.lines += news.lines()


def told(home: Home) -> str:
    """What the sensor `alerts_told` tells now."""
    board, heard = saved(home), Heard()
    assert board is not None
    day = dt.date.fromisoformat(board["as_of"])
    rows = history(home, day, since=day).rows.to_dicts()
    tell(home, heard, board["as_of"], alerts_of(board, rows))  # type: ignore[arg-type]
    return "\n".join(heard.lines)


def follow(reader: Reader, page: Path) -> None:
    """Every block of a page. Fails for a block that nothing is done with."""
    for block in blocks(page):
        assert block.language in LANGUAGES, f"{page.name}: nothing follows a block of {block.language}"
        if block.path:
            reader.write(block)
        elif block.language == "sh":
            reader.shell(block.text)
        elif block.language == "python":
            reader.python(block.text)
        elif block.language == "sql":
            reader.said = asked(reader, block)
        elif block.note:
            reader.said = told(Home(reader.folder / reader.environment["UDBYTTE_HOME"]))
            reader.must_have_said(block.text)
        else:
            reader.must_have_said(block.text)


def after(reader: Reader, page: Path) -> Reader:
    """A reader who has followed the tutorials up to a page, each once: one goes on in the home of the one before."""
    for tutorial in TUTORIALS[: TUTORIALS.index(page) + 1]:
        if tutorial not in reader.pages:
            reader.pages.append(tutorial)
            follow(reader, tutorial)
    return reader


def asked(reader: Reader, block: Block) -> str:
    with duckdb.connect(str(reader.folder / reader.environment["UDBYTTE_HOME"] / "published" / "open.duckdb"), read_only=True) as connection:
        rows = connection.execute(block.text).fetchall()
    assert rows, block.text
    return "\n".join(" ".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_does_what_it_says(reader: Reader, page: Path) -> None:
    assert len(after(reader, page).ran) > TUTORIALS.index(page)


def test_the_evaluators_queries_give_the_published_result(reader: Reader) -> None:
    after(reader, TUTORIALS[0])
    arms, reduction = (asked(reader, block) for block in blocks(DOCS / "tutorials" / "evaluator.md") if block.language == "sql")
    assert arms.splitlines() == ["treatment 216 48 22.22", "comparison 216 66 30.56"]
    assert float(reduction) == 27.27


def test_the_notebook_reproduces_the_published_result(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    after(reader, TUTORIALS[0])
    monkeypatch.setenv("UDBYTTE_HOME", str(reader.folder / reader.environment["UDBYTTE_HOME"]))
    spec = importlib.util.spec_from_file_location("evaluator", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _, found = module.app.run()
    assert (found["reduction"].numerator, found["reduction"].denominator) == (3, 11)
    assert found["is_same"]
    drawn = json.dumps(found["chart"].to_dict())
    assert "0.2222" in drawn
    assert "0.3055" in drawn


@pytest.fixture
def checkout(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """The reader in a checkout of its own, where a new register's files can be put, with the home of the tutorials."""
    after(reader, TUTORIALS[0])
    for name in ("data_contracts", "sql"):
        shutil.copytree(only("tarp") if name == "data_contracts" else ROOT / name, reader.folder / name, dirs_exist_ok=True)
    shutil.copy(ROOT / "requirements.lock", reader.folder)
    monkeypatch.setattr(settings, "PACKAGE_ROOT", reader.folder)
    agreed = reader.environment.pop("UDBYTTE_CONTRACTS")
    vocabulary.cache_clear()
    yield reader
    reader.environment["UDBYTTE_CONTRACTS"] = agreed
    vocabulary.cache_clear()


@pytest.mark.parametrize("name", ["register", "contract"])
def test_adding_one_goes_as_its_page_says(checkout: Reader, name: str) -> None:
    follow(checkout, DOCS / "how-to" / f"{name}.md")


PAGE = """# A page

```sh
echo one two
```

```text
one  two
```

## The file: `made/here.txt`

It is written.

```yaml
a: 1
```

```sh
cat made/here.txt
```

```text
a: 1
```
"""


@pytest.mark.parametrize(
    ("true", "false"),
    [
        pytest.param("", "", id="as it is"),
        pytest.param("one  two\n", "one three\n", id="other words come out"),
        pytest.param("echo one two", "echo one two # exit code 9", id="it ends otherwise"),
        pytest.param("made/here.txt\n```", "made/there.txt\n```", id="there is no such file"),
        pytest.param("```yaml\na: 1", "```yaml\na: 2", id="the file says something else"),
        pytest.param("```yaml", "```toml", id="nothing is done with a block"),
    ],
)
def test_a_page_that_says_what_does_not_come_is_found(tmp_path: Path, true: str, false: str) -> None:
    page, reader = tmp_path / "page.md", Reader(tmp_path, environment(tmp_path / "home"))
    assert true in PAGE
    page.write_text(PAGE.replace(true, false, 1) if true else PAGE, encoding="utf-8")
    if not true:
        follow(reader, page)
        assert reader.ran == ["echo one two", "cat made/here.txt"]
        return
    with pytest.raises(AssertionError):
        follow(reader, page)
