"""`udbytte bench --seeds N`: nights of clean samples drawn from N seeds, and how often the gate holds a claim for no reason.

One hold is planted in every sample: BUAF covers less than its label claims, so that one final settlement waits for it. Every other hold is
a false one. So is a rule that fails on a register of which no claim needs anything: the next contract may.
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines import clock
from pipelines.bench_nights import Helpers, helpers
from pipelines.night import Night
from pipelines.payments.decide import Decision, causes
from pipelines.quality.checks import HOLDING, Check
from pipelines.settings import Home
from pipelines.steps import run_steps
from pipelines.synthetic import tarp
from pipelines.synthetic.home import make

PLANTED = ("trygt_hjem/hjemmedage/2025H1/all/final", "outcome:trygt_hjem/hjemmedage/2025H1", "coverage_reaches_windows")
"""The hold that every sample has: the claim, and the one cause it has by subject and rule."""
PUBLISHED = "tarp"
"""The contract on the published experiment, which is the same in every sample: its claims are not counted once more with each seed."""
LEVEL = 0.95


@dataclass(frozen=True)
class CleanNight:
    """What one clean night said. `held` is by claim, with its causes as subject and rule; `red` and `warned` are subjects and rules of
    expectations that hold or warn; `is_planted_held` whether the planted hold held, for its one cause."""

    seed: int
    decided: int
    held: dict[str, list[tuple[str, str]]]
    red: list[tuple[str, str]]
    warned: list[tuple[str, str]]
    problems: list[str]
    is_planted_held: bool
    seconds: float


def clean_night(shared: Helpers, seed: int, people: int) -> CleanNight:
    """Draw a clean sample from a seed, run its night, and count. Nothing of it is kept."""
    begun = clock.seconds()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        make(home, people=people, seed=seed, reader=shared.reader)
        night = run_steps(Night(home, tarp.AS_OF, shared.checker, shared.reader))
        return counted(seed, night.decisions, night.all_checks(), night.not_due_subjects(), night.problems, lambda: clock.seconds() - begun)


def counted(seed: int, decisions: Iterable[Decision], checks: Iterable[Check], not_due: set[str], problems: list[str], seconds: Callable[[], float]) -> CleanNight:
    """What a clean night said of the contracts whose people are drawn. What fails of an outcome that no trigger decides yet (`not_due`), or is
    what the planted hold is made of, is not counted."""
    looked_at = [item for item in decisions if item.state != "not_due" and item.contract != PUBLISHED]
    held = {item.posting_key: [(cause["subject"], cause["rule"]) for cause in causes(item.holds)] for item in looked_at if item.state == "held"}
    claim, *cause = PLANTED
    is_planted_held = held.get(claim) == [tuple(cause)]
    if is_planted_held:
        del held[claim]
    red = [(check.subject, check.rule) for check in checks if check.verdict in HOLDING and check.subject not in not_due and [check.subject, check.rule] != cause]
    warned = [(check.subject, check.rule) for check in checks if check.verdict == "warned"]
    return CleanNight(seed, len(looked_at) - is_planted_held, held, red, warned, problems, is_planted_held, seconds())


def measure_seeds(seeds: int, people: int, first: int = 1) -> dict[str, Any]:
    """Clean nights from `first` on, counted. Claims of one night share their registers, so nights are counted beside claims."""
    with helpers() as shared:
        drawn = track(range(first, first + seeds), "Clean nights", console=Console(stderr=True), transient=True)
        nights = [clean_night(shared, seed, people) for seed in drawn]
    return summed(nights, people)


def summed(nights: list[CleanNight], people: int) -> dict[str, Any]:
    """The rates over clean nights, each with its exact interval, and what held, failed or warned how often."""
    wrong = [night for night in nights if night.held or night.problems or not night.is_planted_held]
    return {
        "people": people,
        "seeds": [nights[0].seed, nights[-1].seed],
        "claims": rate(sum(len(night.held) for night in nights), sum(night.decided for night in nights)),
        "nights": rate(len(wrong), len(nights)),
        "seconds_a_night": round(sum(night.seconds for night in nights) / len(nights), 2),
        "false_holds": [{"seed": night.seed, "claim": claim, "causes": found} for night in nights for claim, found in sorted(night.held.items())],
        "planted_hold_missed": [night.seed for night in nights if not night.is_planted_held],
        "problems": [{"seed": night.seed, "problems": night.problems} for night in nights if night.problems],
        "rules_that_failed": _by_rule(night.red for night in nights),
        "rules_that_warned": _by_rule(night.warned for night in nights),
    }


def rate(found: int, of: int) -> dict[str, Any]:
    """A share with its Clopper-Pearson interval at LEVEL. Raises ValueError for a share of nothing."""
    from statsmodels.stats.proportion import proportion_confint

    if of <= 0:
        raise ValueError("a share of nothing has no interval")
    low, high = proportion_confint(found, of, alpha=1 - LEVEL, method="beta")
    return {"found": found, "of": of, "rate": found / of, "low": float(low), "high": float(high)}


def _by_rule(nights: Iterable[list[tuple[str, str]]]) -> dict[str, int]:
    """In how many nights a rule said so of a subject, most often first."""
    found = Counter(f"{subject} {rule}" for night in nights for subject, rule in set(night))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def seeds_table(found: dict[str, Any]) -> str:
    """The measurement for people: both rates, and every rule that failed or warned on clean data."""
    console = Console(width=130, record=True, file=io.StringIO(), highlight=False)
    made = Table("Of", "Held for no reason", "Rate", f"{LEVEL:.0%} interval (Clopper-Pearson)")
    for name in ("claims", "nights"):
        item = found[name]
        made.add_row(f"{item['of']:,} {name}", f"{item['found']:,}", f"{item['rate']:.3%}", f"{item['low']:.3%} to {item['high']:.3%}")
    console.print(made)
    console.print(f"seeds {found['seeds'][0]} to {found['seeds'][1]}, {found['people']:,} people each; {found['seconds_a_night']} s a night, the sample included")
    for title in ("rules_that_failed", "rules_that_warned"):
        said = ", ".join(f"{rule} ({nights})" for rule, nights in found[title].items()) or "none"
        console.print(f"{title.replace('_', ' ')}, in how many nights: {said}")
    for item in found["false_holds"]:
        console.print(f"seed {item['seed']}: {item['claim']} held by {', '.join(' '.join(cause) for cause in item['causes'])}")
    for name in ("planted_hold_missed", "problems"):
        if found[name]:
            console.print(f"{name.replace('_', ' ')}: {found[name]}")
    return console.export_text()
