"""What a contract's text promises: one that agrees on more than the program does pays nothing by half of it, and a posted trigger keeps its name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from nights_given import Town, town_at

from pipelines.contracts.agreed import Retention, Span
from pipelines.contracts.outcome import OutcomeContract

MARCH = dt.date(2025, 3, 1)


def agreed(folder: Path, **terms: object) -> Town:
    """A town whose contract pays 600 on account, and agrees on more."""
    town = town_at(folder, {"foreloebig/2024H2": {"a": 60}})
    town.made = OutcomeContract.model_validate({**town.made.model_dump(by_alias=True), **terms})
    return town


def test_a_term_that_moves_no_payment_holds_none(tmp_path: Path) -> None:
    kept = Retention(clause="§12", person_rows=Span("P5Y"), ledger=Span("P10Y"), on_expiry="shred")
    town = agreed(tmp_path / "kept", retention=kept.model_dump(by_alias=True))
    town.night(MARCH)
    plain = town_at(tmp_path / "plain", {"foreloebig/2024H2": {"a": 60}})
    plain.night(MARCH)
    assert town.amounts() == plain.amounts() != {}


def test_a_posted_trigger_that_a_newer_text_names_otherwise_is_not_paid_again(tmp_path: Path) -> None:
    """As in a ledger whose entries do not say what claim periods resolve to."""
    town = town_at(tmp_path / "renamed", {"foreloebig/2024H2": {"a": 60}})
    town.night(MARCH)
    plain = town.made.model_dump(by_alias=True)
    made = {"version": 2, "agreed_on": MARCH, "clause": "Bilag 6", "because": "Et nyt navn", "value": Decimal(0)}
    amendments = {"clause": "§9", "value_at_signing": Decimal("1000.00"), "made": [made]}
    town.made = OutcomeContract.model_validate({**plain, "version": 2, "amendments": amendments, "payments": [{**plain["payments"][0], "id": "doegn"}]})
    before = town.amounts()
    (hold,) = town.executed(MARCH).decide(MARCH)[0].holds
    assert (hold["rule"], hold["words"]) == (
        "posted_keys_are_named",
        "hjem/hjemmedage/2024H2/all/on_account stands in the ledger and is not in this text; under another name it would be paid again",
    )
    town.night(MARCH + dt.timedelta(days=1))
    assert town.amounts() == before
