"""The sample's night from end to end, through the command line, as the README's first command runs it."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dagster as dg
import duckdb
import pytest
from reports.outline import outline
from support import AS_OF, TOOLS, environment, ledger_lines, night, night_apart, reason, states, udbytte

from pipelines.quality.data_docs import page_name
from pipelines.run import instance
from pipelines.settings import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "home"
    assert udbytte(folder, "sample").returncode == 0
    return folder


@pytest.fixture(scope="module")
def board(home: Path) -> dict[str, Any]:
    return night_apart(home)


@pytest.fixture
def open_tier(home: Path, board: dict[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home / "published" / "open.duckdb"), read_only=True) as connection:
        yield connection


def test_the_board_pays_the_published_reduction_and_not_the_uncertain_one(board: dict[str, Any]) -> None:
    """Published: 48 of 216 re-arrested with aid, 66 of 216 without (Rossi, Berk and Lenihan 1980)."""
    assert states(board) == {"tarp/intake": "due", "tarp/reduction": "due", "tarp/certain_reduction": "not_met", "tarp/lasting_reduction": "not_due"}
    amounts = {row["trigger"]: row["amount"] for row in board["rows"]}
    assert amounts == {"intake": "108000.00", "reduction": "250000.00", "certain_reduction": "0.00", "lasting_reduction": "0.00"}
    assert reason(board, "tarp/reduction") == "relative reduction 27.27 % reaches 10.00 %"
    assert "Agresti-Caffo" in reason(board, "tarp/certain_reduction")
    assert "0.000025" in reason(board, "tarp/certain_reduction")
    assert board["exit_code"] == 0
    assert board["problems"] == []


def test_the_ledger_holds_the_execution_and_each_decision_once(home: Path, board: dict[str, Any]) -> None:
    entries = [json.loads(line) for line in ledger_lines(home)]
    assert [(entry["kind"], entry["posting_key"]) for entry in entries] == [
        ("execution", ""),
        ("referrals", ""),
        ("freeze", ""),
        ("decision", "tarp/intake/2024-25/all/final"),
        ("decision", "tarp/reduction/2024-25/all/final"),
        ("decision", "tarp/certain_reduction/2024-25/all/final"),
    ]
    assert udbytte(home, "verify").stdout.startswith("The ledger holds: 6 entries, each proved.")


def test_explain_gives_the_sum_its_clause_and_what_it_was_made_of(home: Path, board: dict[str, Any]) -> None:
    said = udbytte(home, "explain", "tarp", "reduction").stdout
    assert "48 of 216 (22.2 %) against 66 of 216 (30.6 %): relative reduction 27.27 %   (Schedule 2 §2)" in said
    assert "27.27 % >= 10.00 % (compared unrounded) -> 250,000.00 due   (Schedule 2 §2)" in said
    assert re.search(r"Ledger entry 5 \(decision, as of 2026-06-30\): hash [0-9a-f]{64}", said)
    assert re.search(r"delivery of arrests: sha256 [0-9a-f]{64}", said)


def test_explaining_what_is_not_there_names_what_is(home: Path, board: dict[str, Any]) -> None:
    done = udbytte(home, "explain", "tarp", "reductoin")
    assert done.returncode == 6
    assert "did you mean 'reduction'?" in done.stderr


def test_a_second_night_of_the_same_day_changes_nothing(home: Path, board: dict[str, Any]) -> None:
    before, published = ledger_lines(home), sorted(path.name for path in (home / "handover" / AS_OF).iterdir())
    again = night(home)
    assert ledger_lines(home) == before
    assert again["rows"] == board["rows"]
    assert again["posted"] == []
    assert sorted(path.name for path in (home / "handover" / AS_OF).iterdir()) == published


def test_a_night_under_another_lock_has_other_fingerprints_and_posts_nothing(home: Path, board: dict[str, Any]) -> None:
    before, sealed = ledger_lines(home), set((home / "handover" / AS_OF).iterdir())
    under_another_lock = (
        "import sys, pipelines.fingerprint as made\nmade.runtime_lock_digest = lambda: '0' * 64\nsys.argv = ['udbytte', 'run', '--json']\nfrom pipelines.cli import main\nmain()"
    )
    done = subprocess.run([str(TOOLS / "python"), "-c", under_another_lock], env=environment(home), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["rows"] == board["rows"]
    assert ledger_lines(home) == before
    (added,) = set((home / "handover" / AS_OF).iterdir()) - sealed
    prints = [{item["trigger"]: item["fingerprint"] for item in json.loads(path.read_bytes())["decisions"] if item["fingerprint"]} for path in (added, *sealed)]
    assert prints[0].keys() == {"intake", "reduction", "certain_reduction"}
    assert all(prints[0][name] != prints[1][name] for name in prints[0])


def test_a_later_night_with_nothing_new_posts_nothing(home: Path, board: dict[str, Any]) -> None:
    before = ledger_lines(home)
    later = night(home, "--as-of", "2026-07-01")
    assert ledger_lines(home) == before
    assert states(later) == states(board)


def test_an_earlier_day_is_a_what_if_that_posts_and_publishes_nothing(home: Path, board: dict[str, Any]) -> None:
    lines, page = ledger_lines(home), (home / "reports" / "index.html").read_bytes()
    earlier = night(home, "--as-of", "2025-06-30")
    assert earlier["is_what_if"] is True
    assert states(earlier)["tarp/reduction"] == "not_due"
    assert ledger_lines(home) == lines
    assert (home / "reports" / "index.html").read_bytes() == page
    assert not (home / "handover" / "2025-06-30").exists()


def test_a_what_if_leaves_the_validation_report_of_the_night_as_it_was(home: Path, board: dict[str, Any]) -> None:
    page = home / "validation" / board["validation"] / "index.html"
    before = page.read_bytes()
    night(home, "--as-of", "2026-07-02")
    assert night(home, "--as-of", AS_OF)["is_what_if"] is True
    assert page.read_bytes() == before
    assert b"what-if" not in before


@pytest.mark.parametrize("day", ["2023-12-31", "2999-01-01"])
def test_a_day_before_the_first_night_or_ahead_of_today_is_refused_in_words(home: Path, board: dict[str, Any], day: str) -> None:
    for command in (("run",), ("execute", "tarp")):
        done = udbytte(home, *command, "--as-of", day)
        assert done.returncode == 2
        assert f"{day} cannot be decided; give a day from 2024-01-01 to" in " ".join(done.stderr.split())


def test_person_data_is_for_the_owner_alone(home: Path, board: dict[str, Any]) -> None:
    for private in ("warehouse.duckdb", "archive", "quarantine", "inbox", "keys", ".spill"):
        assert stat.S_IMODE((home / private).stat().st_mode) & 0o077 == 0, private


def test_the_open_tier_has_no_ledger_and_no_person_rows(open_tier: duckdb.DuckDBPyConnection) -> None:
    names = {row[0] for row in open_tier.execute("select table_name from duckdb_tables()").fetchall()}
    assert names == {
        "data_dictionary",
        "deliveries",
        "delivery_changes",
        "gaming_figures",
        "gate_checks",
        "gate_history",
        "indicator_results",
        "payment_decisions",
        "suppressions_by_rule",
        "thresholds",
    }


def test_every_published_table_and_column_has_a_comment_and_stands_in_the_dictionary(home: Path, board: dict[str, Any]) -> None:
    for tier in ("open", "party", "evaluation"):
        with duckdb.connect(str(home / "published" / f"{tier}.duckdb"), read_only=True) as connection:
            bare = connection.execute("select table_name, column_name from duckdb_columns() where comment is null and database_name = current_database()").fetchall()
            listed = connection.execute("select count(*) from data_dictionary where table_meaning is null or column_meaning is null").fetchone()
            tables = {row[0] for row in connection.execute("select distinct table_name from data_dictionary").fetchall()}
        assert bare == []
        assert listed == (0,)
        assert {path.stem for path in (home / "published" / tier).iterdir()} == tables


def test_the_payments_view_shows_what_was_posted(open_tier: duckdb.DuckDBPyConnection) -> None:
    rows = open_tier.execute("select trigger, amount::varchar, ledger_entry from payments").fetchall()
    assert rows == [("intake", "108000.00", 4), ("reduction", "250000.00", 5)]


def test_the_results_carry_the_published_counts(open_tier: duckdb.DuckDBPyConnection) -> None:
    rows = open_tier.execute("select role, n, n_counted, value::integer from indicator_results where outcome = 'rearrest_52_weeks' order by role").fetchall()
    assert rows == [("comparison", 216, 216, 66), ("treatment", 216, 216, 48)]


def test_the_evaluation_tier_is_for_its_owner_alone_and_rekeyed(home: Path, board: dict[str, Any]) -> None:
    assert stat.S_IMODE((home / "published" / "evaluation.duckdb").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "published" / "evaluation").stat().st_mode) == 0o700
    with duckdb.connect(str(home / "published" / "evaluation.duckdb"), read_only=True) as connection:
        people = {row[0] for row in connection.execute("select person from cohort_members").fetchall()}
    assert len(people) == 432
    assert not any(person.startswith("tarp-") for person in people)


def test_the_duckdb_command_reads_the_open_tier_while_a_night_is_writing(home: Path, board: dict[str, Any]) -> None:
    running = subprocess.Popen([str(TOOLS / "udbytte"), "run"], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reads = 0
    while running.poll() is None:
        query = [str(TOOLS / "duckdb"), "-readonly", "-csv", str(home / "published" / "open.duckdb"), "select count(*) as n from payment_decisions"]
        done = subprocess.run(query, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.split()) == (0, ["n", "4"]), done.stderr
        reads += 1
    assert running.returncode == 0
    assert reads > 5


def test_a_second_run_at_the_same_time_is_refused_in_words(home: Path, board: dict[str, Any]) -> None:
    with (home / ".lock").open("w") as stream:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX)
        done = udbytte(home, "run")
    assert done.returncode == 4
    assert "another run is writing this home" in done.stderr


def test_status_prints_the_same_board_and_imports_nothing_heavy(home: Path, board: dict[str, Any]) -> None:
    assert [row["state"] for row in json.loads(udbytte(home, "status", "--json").stdout)["rows"]] == ["due", "due", "not_met", "not_due"]
    probe = (
        "import sys; sys.argv = ['udbytte', sys.argv[1]]\nfrom pipelines.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'polars', 'duckdb', 'dagster', 'great_expectations', 'pandas', 'jinja2'} & set(sys.modules)))"
    )
    for command in ("status", "--help"):
        done = subprocess.run([str(TOOLS / "python"), "-c", probe, command], env=environment(home), capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]"


def test_the_page_and_the_validation_report_ask_nothing_of_the_network(home: Path, board: dict[str, Any]) -> None:
    site = sorted((home / "reports").rglob("*.html"))
    kinds = {path.relative_to(home / "reports").parts[0] for path in site if path.parent != home / "reports"}
    assert kinds == {"contracts", "payments", "registers", "learning", "investment", "evaluator", "citizen", "auditor", "statements"}
    pages = [*site, home / "validation" / board["validation"] / "index.html"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "http" not in text, page
        assert text.count("<script") <= 1, page
    assert "48 of 216" in (home / "reports" / "payments" / "tarp-reduction-2024-25.html").read_text(encoding="utf-8")


def test_anyone_may_read_the_citizens_pages_and_no_other_and_no_count_is_on_them(home: Path, board: dict[str, Any]) -> None:
    modes = {path.parent.name: path.stat().st_mode & 0o777 for path in (home / "reports").rglob("*.html")}
    assert {folder for folder, mode in modes.items() if mode & 0o004} == {"citizen"}
    page = (home / "reports" / "citizen" / "tarp.html").read_text(encoding="utf-8")
    assert "whether you are arrested again" in page
    assert not re.search(r"\b(432|216)\b", page)


def test_data_docs_stand_beside_the_report_and_tell_of_the_same_subjects(home: Path, board: dict[str, Any]) -> None:
    docs, report = home / "validation" / "data_docs" / AS_OF, home / "validation" / board["validation"]
    assert 'href="../data_docs/2026-06-30/index.html"' in (report / "index.html").read_text(encoding="utf-8")
    subjects = {check["subject"] for check in json.loads((report / "report.json").read_bytes())["checks"]}
    assert {path.name for path in docs.iterdir()} == {"index.html", *map(page_name, subjects)}
    for page in docs.iterdir():
        links = [link for link in outline(page.read_bytes()).links if not link.startswith("#")]
        assert links
        assert all((docs / link.partition("#")[0]).is_file() for link in links)
        assert not re.search(r"<script|<link|<img|src=|url\(|https?:", page.read_text(encoding="utf-8"))


def test_two_homes_with_the_sample_come_to_the_same_bytes_though_one_can_make_no_data_docs(home: Path, board: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "other"
    udbytte(other, "sample")
    (other / "validation" / "data_docs").write_text("in the way", encoding="utf-8")
    without_docs = night(other)
    assert without_docs["rows"] == board["rows"]
    assert without_docs["exit_code"] == 0
    assert without_docs["problems"] == []
    (added,) = [note for note in without_docs["notes"] if note not in board["notes"]]
    assert added.startswith("Great Expectations' Data Docs of 2026-06-30 were not made: ")
    assert (other / "ledger.jsonl").read_bytes() == (home / "ledger.jsonl").read_bytes()
    sealed = {path.name for path in (other / "handover" / AS_OF).iterdir()}
    assert sealed <= {path.name for path in (home / "handover" / AS_OF).iterdir()}
    assert (other / "validation" / board["validation"] / "report.json").read_bytes() == (home / "validation" / board["validation"] / "report.json").read_bytes()
    for name in ("payment_decisions", "indicator_results", "gate_checks"):
        with duckdb.connect() as connection:
            ours, theirs = (connection.read_parquet(str(folder / "published" / "open" / f"{name}.parquet")).fetchall() for folder in (home, other))
        assert [row for row in ours if str(row[0]) == AS_OF] in ([], theirs)


def test_a_home_in_use_is_not_made_into_a_sample(home: Path, board: dict[str, Any]) -> None:
    assert udbytte(home, "sample").returncode == 6
    assert udbytte(home, "sample", "--if-missing").returncode == 0


def test_an_unknown_defect_names_the_known_ones(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "sample", "--defect", "label_beyond")
    assert done.returncode == 6
    assert "label_beyond_coverage" in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.fixture(scope="module")
def events(home: Path, board: dict[str, Any]) -> list[dg.EventLogEntry]:
    """What Dagster kept of the first night, as its UI reads it."""
    assert board["problems"] == []
    with instance(Home(home)) as store:
        run = store.get_runs(filters=dg.RunsFilter(job_name="nightly"))[-1]
        return list(store.all_logs(run.run_id))


def materialised(events: list[dg.EventLogEntry]) -> dict[str, dict[str, Any]]:
    """What each asset says of what it made."""
    found = [
        entry.get_dagster_event().step_materialization_data.materialization for entry in events if entry.is_dagster_event and entry.get_dagster_event().is_step_materialization
    ]
    return {item.asset_key.to_user_string(): dict(item.metadata) for item in found}


def test_dagster_shows_rows_previews_and_where_to_read_more_of_what_was_made(events: list[dg.EventLogEntry], home: Path) -> None:
    said = materialised(events)
    arrests, cohort, outcome, board_of = (said[name] for name in ("registers/arrests", "outcomes/tarp/cohort_released", "outcomes/tarp/rearrest_52_weeks", "payments/decisions"))
    assert [item["dagster/row_count"].value for item in (arrests, cohort, outcome, board_of)] == [432, 432, 432, 4]
    assert [row.data["rows"] for row in arrests["deliveries"].records] == [432]
    assert {(row.data["role"], row.data["people"]) for row in cohort["members"].records} == {("treatment", 216), ("comparison", 216)}
    assert {(row.data["role"], row.data["counted"], row.data["value"]) for row in outcome["results"].records} == {("treatment", 216, "48"), ("comparison", 216, "66")}
    assert [row.data["state"] for row in board_of["board"].records] == ["due", "due", "not met", "not due"]
    assert {name for name, item in said.items() if "dagster/column_lineage" in item} == {name for name in said if name.startswith("outcomes/")}
    links = [value.value for item in said.values() for value in item.values() if isinstance(value, dg.UrlMetadataValue)]
    assert len(links) >= 8
    assert [link for link in links if not Path(unquote(urlsplit(str(link)).path)).is_file()] == []


def test_a_run_tells_each_step_as_it_begins_and_ends(events: list[dg.EventLogEntry]) -> None:
    said = [entry.user_message for entry in events if not entry.is_dagster_event]
    begun = [words.removesuffix(" begins") for words in said if words.endswith(" begins")]
    ended = [words.partition(" is done after ")[0] for words in said if " is done after " in words]
    assert begun == ended
    assert {"taking in the inbox", "register arrests", "cohort tarp/released", "outcome tarp/rearrest_52_weeks", "deciding", "settling", "report page"} <= set(begun)
