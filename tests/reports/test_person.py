"""Nobody whose data may be used for statistics only is looked at, and nothing is shown of a contract that does not load."""

from __future__ import annotations

import pytest

from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import HomeError
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.person import _defined, _refuse_statistics, person_words

DAYS, COHORT = "outcome:trygt_hjem/hjemmedage/2024H2", "cohort:trygt_hjem/edge"


def for_statistics(register: str) -> Catalogue:
    """The shipped contracts with one register that may be used for statistics only."""
    made = catalogue()
    found = made.registers[register]
    properties = [item.model_copy(update={"value": "statistics"}) if item.property == "permittedUse" else item for item in found.custom_properties]
    made.registers[register] = found.model_copy(update={"custom_properties": properties})
    return made


def test_what_is_for_administration_may_be_looked_at() -> None:
    _refuse_statistics(catalogue(), [DAYS, COHORT])


@pytest.mark.parametrize(("register", "subject"), [("buaf", DAYS), ("bef", DAYS), ("referrals", COHORT)])
def test_one_register_for_statistics_closes_what_reads_it(register: str, subject: str) -> None:
    with pytest.raises(HomeError, match=f"{register} may be used for statistics only"):
        _refuse_statistics(for_statistics(register), [subject])


def test_a_contract_that_does_not_load_shows_nobody() -> None:
    with pytest.raises(HomeError, match="does not load"):
        _refuse_statistics(catalogue(), ["outcome:gone/days"])


def test_what_an_indicator_counts_stands_beside_what_it_counted() -> None:
    row = {"subject": "outcome:trygt_hjem/trivsel/2024H2", "status": "counted", "reason": "answered_twice", "value": "12", "exposure": 243}
    window = {"window_start": "2024-07-01", "window_end": "2025-01-01", "evidence": []}
    defined = _defined(catalogue(), row["subject"])
    assert defined["indicator"] == "who5_change@1"
    said = person_words({"person": "P1", "as_of": "2026-06-30", "cohorts": [], "outcomes": [{**row, **window, **defined}], "posted": []})
    assert "  Counted by who5_change@1:\n    The baseline is the first answer" in said
    assert "is met by twelve, and not by eight" in said
