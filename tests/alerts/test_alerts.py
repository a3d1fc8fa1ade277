"""Alerts: what a night has to tell, that it is told once a change on every channel, and that nothing of a channel's trouble gets further."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from alerts.listening import Mailbox, Webhook, serving

from pipelines.alerts import Alert, Channels, alerts_of, tell
from pipelines.locking import locked
from pipelines.quality.checks import Check
from pipelines.quality.history import record
from pipelines.reports import kept
from pipelines.run import instance
from pipelines.schedules import alerts_told
from pipelines.settings import Home

AS_OF = dt.date(2026, 6, 30)
HELD = Alert("ungebro/effekt 2025Q1 (final)", "held")
RED = Alert("register:bef", "rejects_are_few failed")
REASON = "fewer than 5 of 432, see 0101901234"


def row(**changes: Any) -> dict[str, Any]:
    return {"contract": "ungebro", "trigger": "effekt", "claim_period": "2025Q1", "kind": "final", "state": "held", "reason": REASON, **changes}


def check(rule: str, verdict: str, subject: str = "register:bef", *, is_due: bool = True) -> dict[str, Any]:
    return {"subject": subject, "rule": rule, "verdict": verdict, "is_due": is_due, "numerator": 3, "denominator": 432}


@dataclass
class Around:
    """A home, its channels, and who listens to them."""

    home: Home
    mail: Mailbox
    hook: Webhook
    channels: Channels


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Around]:
    mail, hook = Mailbox(), Webhook()
    with serving(mail) as mail_port, serving(hook) as hook_port:
        channels = Channels(f"smtp://127.0.0.1:{mail_port}", sender="udbytte@example.test", recipients=("a@example.test",), webhook=f"http://127.0.0.1:{hook_port}/hush")
        yield Around(Home(tmp_path / "home"), mail, hook, channels)


def test_a_night_tells_of_held_and_overridden_triggers_red_rules_and_a_step_that_stopped() -> None:
    rows = [
        row(),
        row(claim_period="2025Q2", kind="on_account", state="due", is_overridden=True),
        row(claim_period="2025Q3", state="due"),
        row(claim_period="2025Q4", state="not_due"),
    ]
    checks = [
        check("rejects_are_few", "failed"),
        check("no_row_stands_twice", "not_evaluated"),
        check("label_within_coverage", "warned"),
        check("cohort_is_linked", "failed", "outcome:tarp/lasting", is_due=False),
    ]
    assert [alert.sentence() for alert in alerts_of({"rows": rows, "problems": ["x stopped"]}, checks)] == [
        "ungebro/effekt 2025Q2 (on account): overridden",
        "ungebro/effekt 2025Q1 (final): held",
        "register:bef: rejects_are_few failed, no_row_stands_twice not evaluated",
        "night: a step stopped; the board says where",
    ]
    assert alerts_of({"rows": rows[2:], "problems": []}, checks[2:]) == []


def test_no_number_or_reason_of_a_night_is_in_an_alert() -> None:
    said = " ".join(alert.sentence() for alert in alerts_of({"rows": [row()], "problems": [REASON]}, [check("rejects_are_few", "failed")]))
    assert not any(words in said for words in ("432", "fewer", "0101901234", "3 "))


def test_each_channel_is_told_once_and_told_again_only_what_changed(around: Around, caplog: pytest.LogCaptureFixture) -> None:
    for active in ([HELD, RED], [HELD, RED], [HELD, Alert(RED.about, "rejects_are_few errored")], [], []):
        assert tell(around.home, around.channels, "2026-06-30", active) == []
    assert [post["text"].split("\n")[1:] for post in around.hook.posts] == [
        ["ungebro/effekt 2025Q1 (final): held", "register:bef: rejects_are_few failed"],
        ["register:bef: rejects_are_few errored"],
        ["register:bef: over", "ungebro/effekt 2025Q1 (final): over"],
    ]
    assert around.hook.posts[0]["new"] == [vars(HELD), vars(RED)]
    assert len(around.mail.messages) == 3
    assert "Subject: Udbytte, as of 2026-06-30: 2 to look at, 0 over" in around.mail.messages[0]
    assert "ungebro/effekt 2025Q1 (final): held" in around.mail.messages[0]
    assert [record.getMessage() for record in caplog.records][:2] == [HELD.sentence(), RED.sentence()]


def test_a_channel_that_fails_is_tried_again_alone_and_its_secrets_are_not_logged(around: Around, caplog: pytest.LogCaptureFixture) -> None:
    around.mail.busy = around.hook.busy = 1
    assert tell(around.home, around.channels, "2026-06-30", [HELD]) == ["mail", "webhook"]
    assert (around.mail.messages, around.hook.posts) == ([], [])
    assert tell(around.home, around.channels, "2026-06-30", [HELD]) == []
    assert (len(around.mail.messages), len(around.hook.posts)) == (1, 1)
    assert tell(around.home, around.channels, "2026-06-30", [HELD]) == []
    assert (len(around.mail.messages), len(around.hook.posts)) == (1, 1)
    said = [record.getMessage() for record in caplog.records]
    assert [words for words in said if "held" in words] == [HELD.sentence()]
    assert "alerts by webhook could not be delivered (HTTPError 500); the next tick tries again" in said
    assert not any("hush" in words for words in said)


def test_a_server_that_is_not_there_fails_its_channel_and_nothing_else(tmp_path: Path) -> None:
    with contextlib.closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = unused.getsockname()[1]
    channels = Channels(f"smtp://127.0.0.1:{nobody}", recipients=("a@example.test",), webhook=f"http://127.0.0.1:{nobody}/")
    assert tell(Home(tmp_path), channels, "2026-06-30", [HELD]) == ["mail", "webhook"]
    assert tell(Home(tmp_path), Channels(smtp="hush", recipients=("a",), webhook="file:///etc/passwd"), "2026-06-30", [HELD]) == ["mail", "webhook"]


def test_a_password_never_goes_to_a_server_that_does_not_speak_tls(around: Around) -> None:
    plain = Channels(around.channels.smtp, "user", "hush", "udbytte@example.test", ("a@example.test",))
    assert tell(around.home, plain, "2026-06-30", [HELD]) == ["mail"]
    assert around.mail.messages == []


def test_channels_come_from_the_environment_and_do_not_print_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "SMTP": "smtp://user-hush@mail:25",
        "SMTP_USER": "hush",
        "SMTP_PASSWORD": "hush",
        "FROM": "u@example.test",
        "TO": "a@example.test, b@example.test",
        "WEBHOOK": "https://hush",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"UDBYTTE_ALERT_{name}", value)
    channels = Channels.here()
    assert channels.recipients == ("a@example.test", "b@example.test")
    assert list(channels.ways()) == ["log", "mail", "webhook"]
    assert "hush" not in repr(channels)


def test_without_settings_the_log_alone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(Channels.here().ways()) == ["log"]


def test_what_was_told_being_damaged_tells_again(around: Around) -> None:
    tell(around.home, around.channels, "2026-06-30", [HELD])
    for damage in (b"", b"{}", b'{"told": 7}', b'{"told": {"log": 7}}'):
        around.home.alerts.write_bytes(damage)
        tell(around.home, around.channels, "2026-06-30", [HELD])
    assert len(around.hook.posts) == 5


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home after a night that holds one trigger and has one red rule."""
    home = Home(tmp_path / "home").prepare().settle_in()
    kept.save(home, {"as_of": AS_OF, "rows": [row()], "problems": []})
    record(home, AS_OF, [Check("register:bef", "rejects_are_few", "failed", "error", 3, 432, "", "0", "", "", "", "conformity", "", "", "", AS_OF)], set())
    return home


def ticked(home: Home, store: dg.DagsterInstance) -> str:
    said = alerts_told(home)(dg.build_sensor_context(instance=store))
    assert isinstance(said, dg.SkipReason)
    return str(said.skip_message)


def test_the_sensor_tells_of_the_last_night_once_and_again_only_after_it_changed(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with instance(home) as store:
        assert [ticked(home, store), ticked(home, store)] == ["2 things to look at, all told"] * 2
        assert [record.getMessage() for record in caplog.records if record.name == "udbytte.alerts"] == [HELD.sentence(), RED.sentence()]
        kept.save(home, {"as_of": AS_OF, "rows": [row(state="due")], "problems": []})
        assert ticked(home, store) == "1 things to look at, all told"
    assert caplog.records[-1].getMessage() == "ungebro/effekt 2025Q1 (final): over"


def test_the_sensor_tells_of_a_night_that_stopped_before_its_board(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with instance(home) as store:
        store.add_run(dg.DagsterRun(job_name="nightly", status=dg.DagsterRunStatus.FAILURE, tags={"dagster/partition": "2026-07-01"}))
        ticked(home, store)
    assert "night of 2026-07-01: it stopped before its board was written; run it again" in [record.getMessage() for record in caplog.records]


def test_the_sensor_waits_for_a_run_that_writes_and_outlives_a_home_that_is_damaged(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with instance(home) as store:
        with locked(home):
            assert "another run is writing the home" in ticked(home, store)
        home.board.write_bytes(b"0101901234")
        assert ticked(home, store).startswith("alerts could not be made: ")
        assert "0101901234" not in ticked(home, store)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("SMTP", "SMTP_USER", "SMTP_PASSWORD", "FROM", "TO", "WEBHOOK"):
        monkeypatch.delenv(f"UDBYTTE_ALERT_{name}", raising=False)
    caplog.set_level(logging.WARNING, "udbytte.alerts")
