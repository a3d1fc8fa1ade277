"""The parent's side of the child process: start early, ask, wait with a limit, and turn silence into `errored`, never into a pass."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipelines import clock
from pipelines.metering import peak_mib
from pipelines.quality.checks import Check, Tally, counted_words, verdict_of
from pipelines.quality.suites import Expectation, Suite
from pipelines.settings import DEFAULT_MEMORY_LIMIT, Home, seconds_a_rule

SECONDS_TO_START = 120
SECONDS_FOR_DOCS = 60
"""A page takes milliseconds; a night does not wait longer for what nothing rests on."""
SECONDS_TO_CHECK = 3600
"""How long the child may be silent over one question. What takes long in it is ended by the child itself, expectation by expectation."""


@dataclass(frozen=True)
class Evaluated:
    """What came of a question: a check an expectation and a tally a suite, in their order."""

    checks: list[Check]
    tallies: list[Tally]


class Checker:
    """One child for one run. `start` returns at once; the first question waits for it."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.is_ready = False
        self.seconds_waiting = 0.0
        self.seconds_waiting_to_start = 0.0
        self.peak_mib = 0.0
        self.seconds_to_ready = 0.0
        self.begun = 0.0
        self.seconds_for_docs = 0.0

    def start(self) -> Checker:
        """Start the child if it does not run. Its standard error goes nowhere: engine messages quote cells."""
        if self.child is None:
            command = [sys.executable, "-m", "pipelines.quality.engine"]
            self.begun = clock.seconds()
            environment = {**os.environ, "GX_ANALYTICS_ENABLED": "false"}
            self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        return self

    def stop(self) -> None:
        """End the child."""
        if self.child is not None:
            self.peak_mib = peak_mib(Path(f"/proc/{self.child.pid}"))
            self.child.kill()
            self.child.wait()
            for stream in (self.child.stdin, self.child.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):  # what a dead child did not read cannot be flushed
                        stream.close()
            self.child, self.is_ready = None, False

    def run(self, home: Home, suite: Suite, as_of: dt.date, *, undelivered: Collection[str] = ()) -> list[Check]:
        """What `evaluate` finds of one suite, without its tally."""
        return self.evaluate(home, [suite], as_of, undelivered=undelivered).checks

    def evaluate(self, home: Home, suites: Sequence[Suite], as_of: dt.date, *, undelivered: Collection[str] = ()) -> Evaluated:
        """Every expectation of some suites in one question, as Checks in their order, and how many of them ran; a child that dies, hangs or lies
        makes them `errored`.

        `undelivered` are registers of which nothing is delivered. What looks at their rows is not asked and is `not_evaluated`; the rules about
        deliveries are asked.
        """
        every = [(suite, item, _unasked(suite, item, undelivered)) for suite in suites for item in suite.expectations]
        answers = iter(self._replies(home, [(suite, item) for suite, item, why in every if why is None]))
        found = [(suite, item, next(answers) if why is None else {"is_unasked": True, "denominator": 0, "reason": why}) for suite, item, why in every]
        inputs = {suite.subject: str(reply["inputs"]) for suite, _, reply in found if reply.get("inputs")}
        checks = [_check(suite, item, {"inputs": inputs.get(suite.subject, ""), **reply}, as_of) for suite, item, reply in found]
        return Evaluated(checks, [_tally(suite, [reply for of, _, reply in found if of is suite]) for suite in suites])

    def _replies(self, home: Home, asked: list[tuple[Suite, Expectation]]) -> list[dict[str, Any]]:
        """The child's reply for each expectation that is asked, in order."""
        if not asked:
            return []
        suites = [{"subject": suite.subject, "expectations": [item.as_data() for _, item in items]} for suite, items in groupby(asked, key=itemgetter(0))]
        request = {"database": str(home.warehouse), "memory_limit": DEFAULT_MEMORY_LIMIT, "seconds_a_rule": seconds_a_rule(), "suites": suites}
        answer = self._ask(request)
        replies: Any = answer.get("replies")
        if _answers(replies, [item.rule for _, item in asked]):
            return list(replies)
        reason = str(answer.get("error") or "the engine did not answer for every expectation")
        return [{"rule": item.rule, "is_error": True, "reason": reason, "inputs": ""} for _, item in asked]

    def docs(self, folder: Path, as_of: dt.date, *, smallest: int, keep: int) -> str:
        """Have Great Expectations' Data Docs made of everything that was asked, into `folder`, as `data_docs.write` does. Returns why there are
        none, or nothing. Asked last of all: a child that does not manage is ended. None is started for it."""
        if self.child is None or not self.is_ready:
            return "the engine does not run"
        waited = self.seconds_waiting
        answer = self._ask({"docs": {"folder": str(folder), "as_of": str(as_of), "smallest": smallest, "keep": keep}}, SECONDS_FOR_DOCS)
        self.seconds_for_docs, self.seconds_waiting = self.seconds_waiting - waited, waited
        return "" if type(answer.get("pages")) is int else str(answer.get("error") or "the engine gave no answer that can be read")

    def _ask(self, request: dict[str, Any], seconds: float | None = None) -> dict[str, Any]:
        begun = clock.seconds()
        try:
            child = self.start().child
            if child is None or child.stdin is None:
                return {"error": "the engine could not be started"}
            if not self.is_ready:
                with ended_after(SECONDS_TO_START, child.kill):
                    self.is_ready = bool(self._answer().get("ready"))
                if not self.is_ready:
                    return self._give_up("the engine did not start")
                self.seconds_to_ready = clock.seconds() - self.begun
                self.seconds_waiting_to_start = clock.seconds() - begun
            with ended_after(SECONDS_TO_CHECK if seconds is None else seconds, child.kill):
                child.stdin.write(json.dumps(request).encode() + b"\n")
                child.stdin.flush()
                answer = self._answer()
            return answer or self._give_up("the engine ended or hung while it was checking")
        except OSError:
            return self._give_up("the engine ended while it was checking")
        finally:
            self.seconds_waiting += clock.seconds() - begun

    def _give_up(self, reason: str) -> dict[str, Any]:
        self.stop()
        return {"error": reason}

    def _answer(self) -> dict[str, Any]:
        """One line of the child as data; empty on end or nonsense."""
        if self.child is None or self.child.stdout is None:
            return {}
        try:
            found = json.loads(self.child.stdout.readline() or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@contextlib.contextmanager
def ended_after(seconds: float, end: Callable[[], object]) -> Iterator[None]:
    """Call `end` when the block takes longer: killing a child, reading from it or writing to it ends too, wherever it hung."""
    limit = threading.Timer(seconds, end)
    limit.daemon = True
    limit.start()
    try:
        yield
    finally:
        limit.cancel()
        limit.join()


def _answers(replies: Any, rules: list[str]) -> bool:
    """Whether these are replies to every rule asked about, in its order, in the form that the engine gives."""
    if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
        return False
    counts = [reply.get(name) for reply in replies for name in ("numerator", "denominator")]
    return [reply.get("rule") for reply in replies] == rules and all(count is None or type(count) is int for count in counts)


_early: list[Checker] = []


def checker_of_this_process() -> Checker:
    """A started checker. Called before anything heavy is imported, so that child and parent get ready side by side; called again
    when the run begins, it hands over the same one."""
    if not _early or _early[-1].child is None:
        _early.append(Checker().start())
    return _early[-1]


def _unasked(suite: Suite, item: Expectation, undelivered: Collection[str]) -> str | None:
    """Why an expectation cannot be asked, in words; None when it can. Rules about deliveries are asked whatever is delivered."""
    if item.kind == "view":
        return None
    if suite.subject.removeprefix("register:") in undelivered:
        return "it looked at no rows"
    missing = sorted(set(item.reads) & set(undelivered))
    return f"it compares with {' and '.join(missing)}, of which nothing is delivered" if missing else None


def _tally(suite: Suite, replies: list[dict[str, Any]]) -> Tally:
    """How many expectations of a suite were declared, ran, and could not be asked."""
    run, unasked = (sum(reply.get(name) is True for reply in replies) for name in ("is_run", "is_unasked"))
    return Tally(suite.subject, len(suite.expectations), run, unasked)


def _check(suite: Suite, item: Expectation, reply: dict[str, Any], as_of: dt.date) -> Check:
    denominator, numerator = reply.get("denominator"), reply.get("numerator")
    verdict = verdict_of(is_success=reply.get("is_success") is True, is_error=bool(reply.get("is_error")), severity=item.severity, rows=denominator)
    observed = str(reply.get("observed") or "")
    if not observed and numerator is not None and denominator is not None:
        observed = counted_words(numerator, denominator, str(reply.get("bound", "at_most")))
    unlooked = str(reply.get("reason") or "it looked at no rows")
    reason = {"passed": "", "not_evaluated": unlooked, "errored": f"it could not be evaluated: {reply.get('reason', '')}"}.get(verdict, observed)
    return Check(
        suite.subject,
        item.rule,
        verdict,
        item.severity,
        numerator,
        denominator,
        observed,
        item.threshold,
        reason,
        item.protects,
        item.remedy,
        item.dimension,
        item.cured_by,
        str(reply.get("inputs", "")),
        suite.digest(),
        as_of,
    )
