"""A night made by hand of the two Danish contracts, with the leaks in it that tables suppressed row by row have."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from indicators.result import Result, RoleCount
from pipelines.payments.decide import Decision
from pipelines.payments.rule import Line
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.checks import Check
from pipelines.reports import tables
from pipelines.reports.board import Row, rows
from pipelines.reports.disclosing.frozen import Frozen, frozen
from pipelines.reports.disclosing.guarding import Night
from pipelines.reports.gaming.figures import Figure, gaming_figures, share_of_people

AS_OF = dt.date(2026, 6, 30)
CONTRACTS = {name: catalogue().contracts[name] for name in ("trygt_hjem", "ungebro")}
QUARTERS = {"2025Q1": (44, 44, 96, 96, 25), "2025Q2": (89, 89, 171, 170, 48), "2025Q3": (76, 75, 148, 146, 38), "2025Q4": (96, 96, 189, 189, 47)}
"""People and people counted of the young and of those they are compared with, and how many of the counted young reached 26 weeks."""
PRICES = {"2025Q1": 24000, "2025Q2": 24000, "2025Q3": 24840, "2025Q4": 24840}
PEOPLE = {("ungebro", "unge", "treatment"): 324, ("trygt_hjem", "edge", "treatment"): 140, ("trygt_hjem", "in_care", "treatment"): 60}
Tables = dict[str, pl.DataFrame]


def role(n: int, counted: int, value: int) -> RoleCount:
    others = (("not_observed", "unlinked", n - counted),) if n > counted else ()
    return RoleCount(n, counted, Decimal(value), counted * 300, (("counted", "counted", counted), *others))


def weeks(quarter: str, numbers: tuple[int, int, int, int, int]) -> Result:
    n, counted, n_beside, counted_beside, _ = numbers
    roles = {"treatment": role(n, counted, 27 * counted), "comparison": role(n_beside, counted_beside, 18 * counted_beside)}
    return Result("ungebro", "uger", "Bilag 2 §1", "outcome", "weeks_self_supporting@1", "unge", roles, claim_period=quarter)


def decision(quarter: str, reached: int, counted: int, *, lines: tuple[Line, ...] | None = None) -> Decision:
    amount = Decimal(reached * PRICES[quarter]).quantize(Decimal("0.01"))
    words = f"{reached} of {counted} persons reach 26 weeks"
    even = tuple(Line(f"{quarter}-{place}", "unge", Fraction(PRICES[quarter])) for place in range(reached))
    given = ("ungebro", 1, "selvforsoergelse", "Bilag 3 §1", quarter, "all", "final", AS_OF, "due", amount, "DKK", "kommune", "formidler", words, (words,), (), (), "open", 1, "f")
    return Decision(*given, lines=even if lines is None else lines)


def check(subject: str, rule: str, numerator: int, denominator: int) -> Check:
    words = f"{numerator} of {denominator}"
    return Check(subject, rule, "passed", "error", numerator, denominator, words, "0", "", "p", "r", "completeness", "kommune", "", "", AS_OF)


def checks(quarters: dict[str, tuple[int, int, int, int, int]]) -> list[Check]:
    made = [check("cohort:ungebro/unge", "cohort_is_large_enough", 324, 966)]
    for quarter, (n, counted, n_beside, counted_beside, reached) in quarters.items():
        subject, both, all_counted = f"outcome:ungebro/uger/{quarter}", n + n_beside, counted + counted_beside
        made += [check(subject, "values_are_plausible", 0, both), check(subject, "cohort_is_linked", all_counted, all_counted), check(subject, "arms_lose_alike", 0, all_counted)]
        claim = f"trigger:ungebro/selvforsoergelse/{quarter}/final"
        made += [check(claim, "lines_add_up", 0, reached), check(claim, "nobody_is_counted_by_two_contracts", 0, counted)]
    return [*made, check("cohort:trygt_hjem/edge", "referrals_come_in_time", 0, 143), check("cohort:trygt_hjem/edge", "cohort_is_large_enough", 140, 140)]


def figures() -> list[Figure]:
    """Of the children referred, 3 withdrew; nobody may tell."""
    return [share_of_people("trygt_hjem", "referrals_withdrawn", "edge", 3, 143), share_of_people("trygt_hjem", "enrolled_of_referred", "edge", 140, 143)]


def tables_of(smallest: int, results: list[Result], made: list[Decision], seen: list[Check], shows: list[Figure], hidden: set[tuple[str, str, str, str]]) -> Tables:
    found: dict[str, dict[str, Any]] = {f"{item.contract}/{item.outcome}/{item.claim_period}": item.as_data() for item in results}
    board: list[Row] = rows(made, [], {})
    return {
        "indicator_results": tables.results(found, AS_OF, dict.fromkeys({item.contract for item in results}, smallest)),
        "payment_decisions": tables.decisions(made, board, AS_OF, hidden),
        "gate_checks": tables.checks(seen, AS_OF, smallest),
        "gaming_figures": gaming_figures(shows, AS_OF, smallest),
    }


def frozen_for(made: list[Decision]) -> Frozen:
    posted = [(item.contract, item.trigger, item.claim_period, item.kind) for item in made]
    return frozen(CONTRACTS, posted, ["ungebro/unge", "trygt_hjem/edge", "trygt_hjem/in_care"])


def given(
    quarters: dict[str, tuple[int, int, int, int, int]] | None = None, made: list[Decision] | None = None, contracts: dict[str, Any] | None = None, settled: Frozen | None = None
) -> tuple[Night, Tables, Tables]:
    """The night, its exact tables, and its open tables under the rules of each row alone."""
    counts = QUARTERS if quarters is None else quarters
    results = [weeks(quarter, numbers) for quarter, numbers in counts.items()]
    made = [decision(quarter, numbers[4], numbers[1]) for quarter, numbers in counts.items()] if made is None else made
    states = {item.claim_period: tables.result_state(item, 5) for item in results}
    hidden = {(item.contract, item.trigger, item.claim_period, item.kind) for item in made if states[item.claim_period] != "shown"}
    seen, shows = checks(counts), figures()
    night = Night(AS_OF, contracts or CONTRACTS, tuple(results), tuple(made), settled or frozen_for(made), PEOPLE, 5)
    return night, tables_of(0, results, made, seen, shows, set()), tables_of(5, results, made, seen, shows, hidden)
