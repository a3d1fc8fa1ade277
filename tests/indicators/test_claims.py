"""The seeded sample of documented claims: drawn alike everywhere, whatever else is claimed; and what its checks say of the claims left out."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from indicators.claims import Checked, Sample, checked_claims, drawn, is_drawn
from indicators.result import RoleCount

SEED = "agreed-seed-2001"
PROPERTY = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def sample(share: str, seed: str = SEED) -> Sample:
    return Sample(seed=seed, share=Decimal(share))


def test_the_lots_of_the_cases_are_read_as_they_say() -> None:
    for lot, number in {"drawn": "0.0685", "drawn too": "0.0203", "free": "0.4848", "free too": "0.7491"}.items():
        digits = hashlib.sha256(f"{SEED} {lot}".encode()).hexdigest()
        assert f"{int(digits, 16) / 16**64:.4f}" == number
        assert is_drawn(lot, sample(f"{Decimal(number) + Decimal('0.0001')}"))
        assert not is_drawn(lot, sample(f"{Decimal(number) - Decimal('0.0001')}"))


def test_a_share_of_one_draws_every_claim_and_another_seed_draws_others() -> None:
    lots = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(2_000)]
    assert all(is_drawn(lot, sample("1")) for lot in lots)
    one, other = ({lot for lot in lots if is_drawn(lot, sample("0.25", seed))} for seed in (SEED, "another-seed"))
    assert all(440 < len(found) < 560 for found in (one, other)), "a quarter of two thousand, give or take three standard deviations"
    assert 85 < len(one & other) < 165, "two seeds draw apart from each other"


def test_a_larger_share_draws_what_a_smaller_one_does_and_more() -> None:
    lots = [str(number) for number in range(500)]
    few, many = ({lot for lot in lots if is_drawn(lot, sample(share))} for share in ("0.1", "0.3"))
    assert few < many


@given(lots=st.lists(st.text(max_size=8), max_size=30), more=st.lists(st.text(max_size=8), max_size=30))
@PROPERTY
def test_more_claims_draw_no_other_and_release_none(lots: list[str], more: list[str]) -> None:
    both = pl.DataFrame({"lot": [*lots, *more]}, schema={"lot": pl.String}).lazy().select(drawn("lot", sample("0.4"))).collect()["lot"].to_list()
    alone = pl.DataFrame({"lot": lots}, schema={"lot": pl.String}).lazy().select(drawn("lot", sample("0.4"))).collect()["lot"].to_list()
    assert both[: len(lots)] == alone == [is_drawn(lot, sample("0.4")) for lot in lots]


@pytest.mark.parametrize("wrong", [{"seed": "short", "share": Decimal("0.2")}, {"seed": SEED, "share": Decimal(0)}, {"seed": SEED, "share": Decimal("1.01")}, {"seed": SEED}])
def test_a_sample_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate(wrong)


def test_the_error_of_the_checked_is_held_against_those_that_were_not_drawn() -> None:
    found = Checked(not_drawn=28, upheld=11, rejected=1, made_good=0)
    assert (found.checked, found.errors, found.error_rate) == (12, 1, Fraction(1, 12))
    assert found.extrapolated == 11 + 28 * Fraction(11, 12)


def test_an_error_that_was_made_good_is_an_error_and_a_claim_that_holds() -> None:
    found = Checked(not_drawn=10, upheld=3, rejected=0, made_good=1)
    assert (found.error_rate, found.extrapolated) == (Fraction(1, 4), 4 + 10 * Fraction(3, 4))


def test_where_every_claim_is_checked_no_rate_is_needed() -> None:
    assert Checked(0, 0, 0, 0).extrapolated == 0
    assert Checked(0, 5, 5, 0).extrapolated == 5


def test_where_none_is_checked_nobody_knows_what_the_others_are_worth() -> None:
    for asked in (lambda: Checked(3, 0, 0, 0).extrapolated, lambda: Checked(3, 0, 0, 0).interval(Decimal("0.95"), 4)):
        with pytest.raises(ValueError, match="no claim was checked"):
            asked()


@pytest.mark.parametrize(
    ("upheld", "rejected", "low", "high"),
    [
        pytest.param(10, 0, "0.0000", "0.3085", id="none of ten: one less the fortieth part's tenth root"),
        pytest.param(0, 10, "0.6915", "1.0000", id="ten of ten"),
        pytest.param(9, 1, "0.0025", "0.4450", id="one of ten"),
        pytest.param(95, 5, "0.0164", "0.1128", id="five of a hundred"),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(upheld: int, rejected: int, low: str, high: str) -> None:
    found = Checked(0, upheld, rejected, 0).interval(Decimal("0.95"), 4)
    assert (found.name, str(found.low), str(found.high)) == ("clopper_pearson", low, high)


def test_the_sample_is_read_from_the_reasons_of_the_counted_alone() -> None:
    reasons = (
        ("counted", "not_drawn", 4),
        ("counted", "upheld", 3),
        ("counted", "rejected", 2),
        ("counted", "upheld_after_rejection", 1),
        ("counted", "nothing_claimed", 9),
        ("counted", "rejected_outside_sample", 1),
        ("not_mature", "upheld", 7),
        ("not_observed", "check_pending", 1),
    )
    assert checked_claims(RoleCount(28, 20, Decimal(8), 100, reasons)) == Checked(4, 3, 2, 1)
