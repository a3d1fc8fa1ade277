"""Whatever is delivered and whenever it is decided, nobody's claims ever come to more than the cap, and the ledger pays what the lines say."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from nights_given import Days, Town, town_at

from pipelines import lines
from pipelines.ledger.journal import read
from pipelines.payments.rule import to_cents

CAP = Decimal(1000)
SUBJECTS = [f"{outcome}/{period}" for outcome in ("foreloebig", "hjemmedage") for period in ("2024H2", "2025H1", "2025H2")]
PEOPLE = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 150) | st.decimals(0, 150, places=3), max_size=4)
GIVEN = st.fixed_dictionaries(dict.fromkeys(SUBJECTS, PEOPLE))
NIGHTS = st.lists(st.tuples(st.integers(0, 700), GIVEN, st.sets(st.sampled_from(SUBJECTS), max_size=3)), min_size=1, max_size=4)


def newest(town: Town) -> dict[str, dict[str, Fraction]]:
    """The persons' lines of the newest settlement of each claim period, by the ledger alone."""
    found: dict[str, dict[str, Fraction]] = {}
    for kind in ("on_account", "final"):
        for name, entry in town.posted.items():
            if name.endswith(kind):
                sha256 = entry.body.get("lines_sha256", "")
                found[name.split("/")[1]] = lines.kept(town.home, sha256) if sha256 else {}
    return found


def given_to(claims: dict[str, dict[str, Fraction]]) -> dict[str, Fraction]:
    total: dict[str, Fraction] = {}
    for people in claims.values():
        for key, amount in people.items():
            total[key] = total.get(key, Fraction(0)) + amount
    return total


def paid(town: Town, period: str) -> Decimal:
    """What the ledger paid for a claim period, on account and finally."""
    return sum((Decimal(amount) for name, amount in town.amounts().items() if name.split("/")[1] == period), Decimal("0.00"))


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(nights=NIGHTS)
def test_nobody_is_ever_given_more_than_the_cap_and_what_is_paid_is_what_the_lines_come_to(nights: list[tuple[int, Days, set[str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = town_at(Path(folder), {})
        for offset, days, stopped in sorted(nights, key=lambda item: item[0]):
            town.days, town.no_result = days, stopped
            as_of = dt.date(2025, 2, 15) + dt.timedelta(days=offset)
            decided = town.night(as_of)
            claims = newest(town)
            assert all(amount <= CAP for amount in given_to(claims).values())
            for name in town.posted:
                period, kind = name.split("/")[1:]
                if kind == "final":
                    assert paid(town, period) == to_cents(sum(claims[period].values(), Fraction(0)))
            files: dict[str, Any] = town.files()
            assert town.night(as_of) == decided
            assert town.files() == files
        entries = read(town.home).entries
        finals = {entry.posting_key.removesuffix("/final"): entry.seq for entry in entries if entry.posting_key.endswith("/final")}
        accounts = {entry.posting_key.removesuffix("/on_account"): entry.seq for entry in entries if entry.posting_key.endswith("/on_account")}
        assert all(seq < finals.get(name, seq + 1) for name, seq in accounts.items())
