"""Reading person rows: by somebody, for a reason, read only, written down first; what is for statistics stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import published_given
import pytest
from nights_here import command
from support import SHIPPED

from pipelines.canonical import text_digest
from pipelines.errors import HomeError, QueryError, ReadRefusedError
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.reads import Reader, log_path, opened, refuse_statistics
from pipelines.settings import Home

ASKED = "select person, value from person_rows"
READER = Reader("Anna Holm, evaluator", "re-estimate with covariates")


@pytest.fixture(scope="module")
def made() -> Any:
    return catalogue()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_given.write(tmp_path_factory.mktemp("published"))


@pytest.fixture
def home(tmp_path: Path, published: Path) -> Home:
    home = Home(tmp_path / "home").prepare(key=b"k" * 32).settle_in()
    shutil.copytree(published, home.published, dirs_exist_ok=True)
    return home


def lines(home: Home) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_path(home).read_text(encoding="utf-8").splitlines()]


def test_a_query_is_written_down_without_a_value_before_it_is_answered(home: Home, made: Any) -> None:
    with opened(home, made, READER) as rows:
        assert rows.ask(ASKED).to_pylist()[0]["person"] == "p1"
        with pytest.raises(QueryError):
            rows.ask("select nothing from nowhere where person = 'p1'")
    first, second = lines(home)
    assert (first["who"], first["why"], first["query_sha256"]) == (READER.who, READER.why, text_digest(ASKED))
    assert second["query_sha256"] != first["query_sha256"]
    assert "p1" not in log_path(home).read_text(encoding="utf-8")
    assert log_path(home).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("who", "why"), [("", "a reason"), ("Anna", "  "), ("Anna", "about 0101901234"), ("Anna", "0123456789abcdef01234567")])
def test_nobody_reads_without_saying_who_and_why_and_nobody_is_named_in_the_log(who: str, why: str) -> None:
    with pytest.raises(ReadRefusedError):
        Reader(who, why)


def test_a_read_that_cannot_be_written_down_is_not_made(home: Home, made: Any) -> None:
    log_path(home).mkdir()
    with opened(home, made, READER) as rows, pytest.raises(HomeError, match="nothing is read"):
        rows.ask(ASKED)


@pytest.mark.parametrize("query", ["delete from cohort_members", "create table t (a int)", "copy cohort_members to '{}'", "attach '{}' as other", "from read_csv('/etc/passwd')"])
def test_a_query_can_write_nothing_and_open_nothing_else(home: Home, made: Any, tmp_path: Path, query: str) -> None:
    there = tmp_path / "written"
    with opened(home, made, READER) as rows, pytest.raises(QueryError):
        rows.ask(query.format(there))
    assert not there.exists()


def test_the_words_of_an_engine_error_that_may_quote_a_row_are_withheld(home: Home, made: Any) -> None:
    with opened(home, made, READER) as rows, pytest.raises(QueryError) as caught:
        rows.ask("select cast(person as integer) from person_rows")
    assert "p1" not in caught.value.sentence()


def test_person_rows_of_registers_for_statistics_and_of_contracts_that_do_not_load_are_not_read(made: Any) -> None:
    refuse_statistics(made, [("trygt_hjem", "cohort", "edge"), ("trygt_hjem", "outcome", "hjemmedage")])
    closed = {name: SimpleNamespace(handling=SimpleNamespace(permitted_use="statistics")) for name in made.registers}
    for_statistics = SimpleNamespace(contracts=made.contracts, registers=closed, cohort_registers=made.cohort_registers, outcome_registers=made.outcome_registers)
    with pytest.raises(ReadRefusedError, match="statistics only"):
        refuse_statistics(for_statistics, [("trygt_hjem", "cohort", "edge")])  # type: ignore[arg-type]
    with pytest.raises(ReadRefusedError, match="does not load"):
        refuse_statistics(made, [("gone", "cohort", "edge")])


def test_the_command_prints_rows_or_writes_a_private_file_and_ends_with_a_code_for_each_kind(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"UDBYTTE_HOME": str(home.root), "UDBYTTE_CONTRACTS": str(SHIPPED)}
    who = ("--who", READER.who, "--reason", READER.why)
    assert "p1" in command(environment, "read", ASKED, *who).stdout
    assert json.loads(command(environment, "read", ASKED, *who, "--json").stdout)[0]["person"] == "p1"
    assert "person_rows" in command(environment, "read", *who).stdout
    out = tmp_path / "rows.parquet"
    assert command(environment, "read", ASKED, *who, "--out", str(out)).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    again = command(environment, "read", ASKED, *who, "--out", str(out))
    assert again.returncode == 6
    assert command(environment, "read", ASKED).returncode == 15
    assert command(environment, "read", "from nowhere", *who).returncode == 16
    typed = iter(["select count(*) as people", "from person_rows;", "from nowhere;"])
    monkeypatch.setattr("builtins.input", lambda _: next(typed, None) or (_ for _ in ()).throw(EOFError))
    shell = command(environment, "read", "--shell", *who)
    assert (shell.returncode, "people" in shell.stdout, "nowhere" in shell.stdout) == (0, True, True)
    assert [line["kind"] for line in lines(home)] == ["query", "query", "query", "file", "file", "query", "shell", "shell"]
