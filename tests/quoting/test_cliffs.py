"""Where one more or one less moves a lot of money, against answers worked by hand and against quoting every count there is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoting.quoting_given import CASE_5, TARP, agreed, quote_of, rows_of

from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.cliffs import Cliffs, Steps, cliffs

PROPERTY = settings(max_examples=25, deadline=None, derandomize=True, database=None)
REDUCTION = Decimal("250000.00")


def cliffs_of(name: str, text: str, *changes: tuple[str, str]) -> Cliffs:
    found = agreed(name, *changes)
    contract = found.contracts[name]
    rows, findings = checked(contract, rows_of(text), "results.csv")
    assert findings == []
    return cliffs(contract, rows, found.gate_of(contract))


def steps_of(name: str, text: str, line: int, of: str) -> Steps:
    (found,) = [item for item in cliffs_of(name, text).steps if (item.line, item.of) == (line, of)]
    return found


def rearrests(people: int) -> str:
    return f"outcome,period,enrolled,persons,comparison\nrearrest_52_weeks,2024-25,216,{people},66/216\n"


def test_the_threshold_lies_twelve_people_ahead() -> None:
    """66 x (1 - 0.10) = 59.4: with 59 the reduction is paid, with 60 it is not."""
    found = steps_of("tarp", TARP, 3, "person")
    assert (found.more and found.more.amount, found.less and found.less.amount) == (0, 0)
    assert found.ahead is not None
    assert (found.ahead.at, found.ahead.away, found.ahead.move.amount, found.ahead.move.cliffs) == (60, 12, -REDUCTION, ("reduction",))
    assert found.behind is None


@pytest.mark.parametrize(("people", "more", "less"), [(58, 0, 0), (59, -REDUCTION, 0), (60, 0, REDUCTION), (61, 0, 0)])
def test_at_the_threshold_one_person_moves_the_whole_amount(people: int, more: Decimal, less: Decimal) -> None:
    found = steps_of("tarp", rearrests(people), 2, "person")
    assert found.more is not None
    assert found.less is not None
    assert (found.more.amount, found.less.amount) == (more, less)
    assert (found.more.is_cliff, found.less.is_cliff) == (bool(more), bool(less))


def test_the_price_of_one_is_an_ordinary_step_and_there_is_no_room_beyond_the_cohort() -> None:
    found = steps_of("tarp", TARP, 2, "person")
    assert found.more is None
    assert found.less is not None
    assert (found.less.amount, found.less.is_cliff) == (Decimal("-500.00"), False)
    assert (found.ahead, found.behind) == (None, None)


def test_a_day_more_is_its_price_and_a_child_more_has_as_many_days_as_the_others() -> None:
    """732 days of 12 are 61 each: 61 x 1,187.35 = 72,428.35."""
    day, child = steps_of("trygt_hjem", CASE_5, 2, "unit"), steps_of("trygt_hjem", CASE_5, 2, "person")
    assert [move and (move.amount, move.is_cliff) for move in (day.more, day.less)] == [(Decimal("1187.35"), False), (Decimal("-1187.35"), False)]
    assert [move and (move.amount, move.is_cliff) for move in (child.more, child.less)] == [(Decimal("72428.35"), False), (Decimal("-72428.35"), False)]


def test_children_who_bring_now_a_day_more_and_now_a_day_less_are_passed_to_the_end() -> None:
    """740 days of 12 are 61 2/3 each, so that a child more or less moves 61 or 62 of them."""
    child = steps_of("trygt_hjem", CASE_5.replace(";12;732;", ";12;740;"), 2, "person")
    assert child.less is not None
    assert (child.less.amount, child.less.is_cliff) == (-62 * Decimal("1187.35"), False)
    assert (child.ahead, child.behind, child.is_searched) == (None, None, True)


def test_when_too_few_answer_the_payment_falls_away_whole() -> None:
    """Of 100 children 70 must answer: 869,140.20 stands and falls with the seventieth."""
    text = CASE_5.replace("trivsel;in_care;2024H2;12;;;0", "trivsel;in_care;2024H2;100;;;0").replace("persons;units;value", "persons;units;value;counted")
    lines = text.split("\n")
    text = "\n".join([lines[0], *(f"{line};{70 if line.startswith('trivsel;in_care;2024H2') else ''}" for line in lines[1:] if line)])
    assert quote_of("trygt_hjem", text).amount == Decimal("1325409.36")
    assert quote_of("trygt_hjem", text.replace("100;;;0;70", "100;;;0;69")).amount == Decimal("456269.16")


def test_what_a_stated_estimate_pays_does_not_move_with_people() -> None:
    text = "outcome,period,enrolled,persons,value\nrearrest_52_weeks,2024-25,216,48,0.27\n"
    assert cliffs_of("tarp", text).steps == ()


def test_among_too_many_people_no_cliffs_are_looked_for() -> None:
    text = "outcome,cohort,period,persons,units\nhjemmedage,in_care,2025H1,20001,20001\n"
    words = "cliffs are looked for among at most 20,000 people whose amounts are worked out one by one, and there are 20,001"
    assert cliffs_of("trygt_hjem", text) == Cliffs((), words)


@given(people=st.integers(0, 60), compared=st.integers(1, 60))
@PROPERTY
def test_the_nearest_cliffs_are_those_that_quoting_every_count_finds(people: int, compared: int) -> None:
    def amount(count: int) -> Decimal:
        return quote_of("tarp", f"outcome,period,enrolled,persons,comparison\nrearrest_52_weeks,2024-25,60,{count},{compared}/60\n").amount

    amounts = [amount(count) for count in range(61)]
    above = next((count for count in range(people + 1, 61) if amounts[count] != amounts[count - 1]), None)
    below = next((count for count in range(people - 1, -1, -1) if amounts[count] != amounts[count + 1]), None)
    found = cliffs_of("tarp", f"outcome,period,enrolled,persons,comparison\nrearrest_52_weeks,2024-25,60,{people},{compared}/60\n").steps
    (steps,) = found or (None,)
    near = (None, None) if steps is None else (steps.ahead and int(steps.ahead.at), steps.behind and int(steps.behind.at))
    assert near == (above, below)
