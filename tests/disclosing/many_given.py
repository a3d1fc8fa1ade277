"""Many contracts of many quarters, alike but for their numbers: what a night's suppression is timed with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from disclosing.night_given import CONTRACTS, Tables, check, decision, frozen, tables_of, weeks

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.payment import ClaimPeriod
from pipelines.reports.disclosing.guarding import Night

AS_OF = dt.date(2026, 6, 30)


def contract_of(name: str, quarters: int) -> OutcomeContract:
    """Ungebro by another name, with so many claim periods of its first payment."""
    starts = [dt.date(2020 + place // 4, 1 + place % 4 * 3, 1) for place in range(quarters + 1)]
    periods = [ClaimPeriod(id=f"Q{place}", **{"from": starts[place]}, to=starts[place + 1], decided_from=starts[-1]) for place in range(quarters)]
    whole = CONTRACTS["ungebro"]
    payments = [item.model_copy(update={"claim_periods": periods}) for item in whole.payments]
    return whole.model_copy(update={"contract": name, "payments": payments})


def many(contracts: int, quarters: int, seed: int = 1) -> tuple[Night, Tables, Tables]:
    """A night of so many contracts: one quarter in three misses few people."""
    random, results, made, seen = Random(seed), [], [], []
    named = {f"contract_{place}": contract_of(f"contract_{place}", quarters) for place in range(contracts)}
    people: dict[tuple[str, str, str], int] = {}
    for name in named:
        for place in range(quarters):
            n, beside = random.randint(20, 120), random.randint(40, 200)
            counted, counted_beside = (n - random.choice([0, 0, 1, 6]), beside - random.choice([0, 3, 9]))
            reached, quarter = random.randint(3, counted - 3), f"Q{place}"
            results.append(replace(weeks(quarter, (n, counted, beside, counted_beside, reached)), contract=name))
            made.append(replace(decision("2025Q1", reached, counted), contract=name, claim_period=quarter, discloses=reached < 5 or counted - reached < 5))
            people[name, "unge", "treatment"] = people.get((name, "unge", "treatment"), 0) + n
            subject, claim = f"outcome:{name}/uger/{quarter}", f"trigger:{name}/selvforsoergelse/{quarter}/final"
            seen += [check(subject, "values_are_plausible", 0, n + beside), check(subject, "cohort_is_linked", counted + counted_beside, n + beside)]
            seen += [check(claim, "lines_add_up", 0, reached), check(claim, "nobody_is_counted_by_two_contracts", 0, counted)]
        seen.append(check(f"cohort:{name}/unge", "cohort_is_large_enough", people[name, "unge", "treatment"], people[name, "unge", "treatment"]))
    keys = [(item.contract, item.trigger, item.claim_period, item.kind) for item in made]
    night = Night(AS_OF, named, tuple(results), tuple(made), frozen(named, keys, [f"{name}/unge" for name in named]), people, 5)
    hidden = {key for key, item in zip(keys, made, strict=True) if item.discloses}
    return night, tables_of(0, results, made, seen, [], set()), tables_of(5, results, made, seen, [], hidden)
