"""One row drawn anew: what a method of several cohorts is given, and how counts spread."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.quoting.given import Compared, Row
from pipelines.payments.vocabulary import catalogue
from pipelines.simulating.draws import drawn

ROW = Row(line=2, outcome="rearrest_52_weeks", cohort="released", period="2024-25", enrolled=200)


def compared(method: str, interval: str, cohorts: list[str], **terms: Any) -> OutcomeContract:
    """The contract of the sample, with its outcome compared otherwise and over other cohorts."""
    contract = catalogue().contracts["tarp"]
    outcome = contract.outcome("rearrest_52_weeks")
    assert outcome.compare is not None
    other = outcome.model_copy(update={"cohort": cohorts, "compare": outcome.compare.model_copy(update={"method": method, "intervals": [interval], "arguments": terms})})
    return contract.model_copy(update={"outcomes": [other if item.id == outcome.id else item for item in contract.outcomes]})


@pytest.mark.parametrize(
    ("method", "interval", "terms"),
    [("staggered_differences@1", "robust", {}), ("pooled@1", "normal", {"of": "trial_means@1"}), ("pooled@1", "normal", {"of": "difference_in_differences@1"})],
)
def test_people_drawn_belong_to_every_cohort_of_the_outcome(method: str, interval: str, terms: dict[str, Any]) -> None:
    contract = compared(method, interval, ["spring", "autumn"], **terms)
    row = drawn(contract, Row(**{**vars(ROW), "persons": 80, "comparison": Compared(Decimal(60), 200)}), Fraction(0), np.random.default_rng(3))
    assert row.value is not None


def test_events_are_counts_that_spread_further_than_by_chance_alone() -> None:
    """Everybody has a mean of their own, a gamma of shape four, and a count by Poisson about it: 200 people of mean 2 have 400 events with variance 200 x
    (2 + 2 x 2 / 4) = 600, and (4 / 6)^4 = 16/81 of them have none; a quarter fewer is a mean of 1.5."""
    contract = compared("event_rate_ratio@1", "robust", ["released"])
    contract = contract.model_copy(update={"payments": [payment for payment in contract.payments if payment.id == "reduction"]})
    row = Row(**{**vars(ROW), "persons": 160, "units": Decimal(400), "comparison": Compared(Decimal(400), 200)})
    made = [drawn(contract, row, Fraction(0), np.random.default_rng(seed)) for seed in range(150)]
    totals = np.array([float(item.units or 0) for item in made])
    assert all(total == int(total) for total in totals)
    assert totals.mean() == pytest.approx(400, abs=4 * (600 / 150) ** 0.5)
    assert totals.var() == pytest.approx(600, rel=4 * (2 / 149) ** 0.5)
    assert np.mean([item.persons for item in made]) == pytest.approx(200 * 65 / 81, abs=4 * (200 * 16 * 65 / 81**2 / 150) ** 0.5)
    fewer = np.mean([float(drawn(contract, row, Fraction(1, 4), np.random.default_rng(seed)).units or 0) for seed in range(60)])
    assert fewer == pytest.approx(300, abs=4 * (200 * (1.5 + 1.5**2 / 4) / 60) ** 0.5)
