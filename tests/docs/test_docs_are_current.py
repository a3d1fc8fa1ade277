"""What README and guide say is so: commands, make targets, links, exit codes, folders."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click
import duckdb
import published_given
import pytest
import typer.main
from support import ROOT

from pipelines import errors
from pipelines.alerts import Channels
from pipelines.cli import app
from pipelines.settings import Home

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> dict[str, set[str]]:
    """Options by command, as the command line itself has them; those of a group are its commands' together."""
    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    return {
        name: {option for part in (command, *getattr(command, "commands", {}).values()) for par in part.params for option in par.opts} for name, command in group.commands.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_a_page_names_exists(page: Path) -> None:
    known = commands()
    for command, rest in re.findall(r"udbytte ([a-z]+)([^`\n]*)", "\n".join(re.findall(r"`[^`]+`|```.*?```", page.read_text(encoding="utf-8"), re.DOTALL))):
        assert command in known, f"{page.name} names `udbytte {command}`"
        for option in re.findall(r"(--[a-z-]+)", rest):
            assert option in known[command], f"{page.name} names `{option}` of `udbytte {command}`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_and_link_of_a_page_exists(page: Path) -> None:
    text, targets = page.read_text(encoding="utf-8"), set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)(?:`|  )", text)) <= targets
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link


def test_the_guide_lists_every_exit_code_with_its_meaning() -> None:
    listed = set(map(int, re.findall(r"^\| (\d+) \|", (ROOT / "docs" / "guide.md").read_text(encoding="utf-8"), re.MULTILINE)))
    raised = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.UdbytteError)}
    assert listed == raised | {0, 2}


def test_the_guide_names_every_place_of_the_home_folder() -> None:
    guide, home = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8"), Home(Path("home"))
    places = [
        home.inbox,
        home.archive,
        home.quarantine,
        home.warehouse,
        home.published,
        home.validation,
        home.verdicts,
        home.evidence,
        home.handover,
        home.ledger,
        home.keys,
        home.reports,
        home.alerts,
        home.board,
        home.dagster,
    ]
    assert [place.name for place in places if f"`{place.name}" not in guide] == []


FOLLOWED = ("tutorials", "how-to")
"""Pages that are followed from their first line to their last, queries and all (`test_tutorials.py`)."""
QUERIES = [(page, query) for page in PAGES if page.parent.name not in FOLLOWED for query in re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tiers with every table and view, and something in each."""
    return published_given.write(tmp_path_factory.mktemp("published"))


@pytest.mark.parametrize(("page", "query"), QUERIES, ids=[page.name for page, _ in QUERIES])
def test_every_query_of_a_page_can_be_asked_of_the_tier_it_names_and_answers(published: Path, page: Path, query: str) -> None:
    """The open tier, when the first line of the query names no other."""
    named = re.match(r"-- in (\w+\.duckdb)\n", query)
    with duckdb.connect(str(published / (named[1] if named else "open.duckdb")), read_only=True) as connection:
        assert connection.execute(query).fetchall() != []


def test_the_guide_names_every_variable_that_says_where_alerts_go() -> None:
    guide, asked = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8"), re.findall(r'"([A-Z_]+)"', inspect.getsource(Channels.here))
    assert asked
    assert [name for name in asked if f"`UDBYTTE_ALERT_{name}`" not in guide] == []


def test_every_command_explains_itself() -> None:
    group = typer.main.get_command(app)
    assert hasattr(group, "commands")
    for name, command in group.commands.items():
        assert isinstance(command, click.Command) or command.help, name
        assert command.help, name
        assert all(getattr(par, "help", "") for par in command.params if par.name != "help"), name


def test_the_version_is_the_same_everywhere() -> None:
    from pipelines import __version__

    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_locks_have_hashes_and_no_addresses_and_development_keeps_the_runtime_pins() -> None:
    pins = {}
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pins[name] = set(re.findall(r"^([a-z0-9-]+==[^ ;\\]+)", text, re.MULTILINE))
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text.strip()) if not block.startswith("#"))
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def test_only_the_clock_reads_a_clock() -> None:
    for path in [*(ROOT / "pipelines").rglob("*.py"), *(ROOT / "indicators").rglob("*.py")]:
        if path.name != "clock.py":
            assert not re.search(r"\.(now|today|utcnow)\(|time\.(time|monotonic|perf_counter)", path.read_text(encoding="utf-8").replace("clock.today()", "")), path
