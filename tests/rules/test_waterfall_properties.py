"""What holds of every waterfall whose classes draw in parts and late, are capped by a rate, have premiums and are protected."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rules.test_waterfall import CENTS, HUNDREDTHS, INFLOWS, PROPERTY, START, amounts
from rules.waterfall.waterfall_given import LAST

from pipelines.canonical import canonical
from pipelines.contracts.investors import InvestorClass, IrrCap
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.cash_flow import cash_flow, rates, share_at_risk
from pipelines.payments.interest import worth
from pipelines.payments.waterfall import Row, distribute, totals, waiting

NOUGHT = Decimal("0.00")
FIRST, FINAL = 400, 2500
RATES = st.decimals("0.03", "0.30", places=3)


@st.composite
def draws(draw: st.DrawFn, first: int, most: Decimal | None = None) -> list[dict[str, Any]]:
    """One to three draws, the first of them no later than a day, of at most an amount together."""
    days = [draw(st.integers(0, first)), *sorted(draw(st.sets(st.integers(first + 1, FINAL), max_size=2)))]
    left, made = most, []
    for day in days:
        amount = draw(CENTS) + Decimal("0.01") if left is None else min(draw(CENTS) + Decimal("0.01"), left)
        left = None if left is None else left - amount
        made += [{"on": START + dt.timedelta(days=day), "amount": amount}] if amount else []
    return made


@st.composite
def classes(draw: st.DrawFn, name: str, days: list[dt.date]) -> dict[str, Any]:
    """A class with any of what may be agreed; its floor is below its cap."""
    agreed = draw(draws(FIRST))
    cap: Any = draw(st.sampled_from(["share", "scheduled", "actual"]))
    fates = st.sampled_from(["carried", "compounds", "lapses"])
    floor = st.builds(lambda rate, years, unpaid: {"rate": rate, "years": years, "unpaid": unpaid}, st.decimals("0.01", "0.03", places=3), st.integers(1, 3), fates)
    tiers = st.builds(
        lambda low, all_goals: {"tiers": [{"from": low, "share": Decimal("0.04")}, {"from": Decimal("1.0"), "share": Decimal("0.12")}], "all_goals": all_goals + 1},
        HUNDREDTHS.filter(lambda share: share < 1),
        CENTS,
    )
    protection = st.builds(
        lambda of, share, limit, on, repaid: {"by": "stiftelse", "of": of, "share": share, "limit": limit, "on": on, "repaid": repaid},
        st.sampled_from(["principal", "loss"]),
        HUNDREDTHS,
        st.none() | CENTS.map(lambda amount: amount + 1),
        st.none() | st.sampled_from(days),
        st.booleans(),
    )
    return {
        "id": name,
        "investor": "fond",
        "draws": agreed,
        "drawn": draw(st.none() | draws(FINAL - 100, sum((item["amount"] for item in agreed), NOUGHT))) if cap != "scheduled" else None,
        "return_cap": Decimal("0.20") + draw(HUNDREDTHS) if cap == "share" else {"irr": draw(RATES), "on": cap},
        "floor": draw(st.none() | floor),
        "premium": draw(st.none() | st.just({"share": Decimal("0.12")}) | tiers),
        "protection": draw(st.none() | protection),
    }


@st.composite
def any_investors(draw: st.DrawFn) -> Waterfall:
    """One or two such classes, in any order of steps."""
    days = [START + dt.timedelta(days=day) for day in sorted({*draw(st.sets(st.integers(FIRST, FINAL), max_size=4)), FINAL})]
    made = [draw(classes(name, days)) for name in ["a", "b"][: draw(st.integers(1, 2))]]
    steps: list[Any] = [{"principal": item["id"]} for item in made]
    steps += [{"premium": item["id"]} for item in made if item["premium"]]
    steps += [{"protection": item["id"]} for item in made if (kept := item["protection"]) and kept["repaid"] and kept["on"] not in (None, days[-1])]
    has_floor = any(item["floor"] for item in made)
    guarantee = {"guarantor": "stiftelse", "limit": draw(CENTS) + 1} if has_floor and draw(st.booleans()) else None
    optional = [("floor_interest", has_floor), ("guarantor", guarantee), ("return", True)]
    return Waterfall.model_validate(
        {
            "clause": "Bilag 5",
            "day_count": draw(st.sampled_from(["act_365f", "act_360", "thirty_360"])),
            "classes": made,
            "guarantee": guarantee,
            "return_split": {"a": Decimal(1)} if len(made) == 1 else {"a": Decimal("0.30"), "b": Decimal("0.70")},
            "over_cap": draw(st.sampled_from(["other_classes", "next_step"])),
            "reverts_to": "kommune",
            "distributed_on": days,
            "order": [*draw(st.permutations([*steps, *(step for step, is_needed in optional if is_needed)])), "reverts"],
        },
        by_alias=True,
    )


@given(agreed=any_investors(), inflows=INFLOWS)
@PROPERTY
def test_what_goes_in_comes_out_and_no_part_is_negative(agreed: Waterfall, inflows: list[Any]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for row in rows:
        assert row.inflow + row.guarantee + sum(row.protected.values(), NOUGHT) == row.paid_out
        assert all(amount >= 0 and amount.as_tuple().exponent == -2 for amount in amounts(row.as_data()))
        assert canonical(row.as_data())
    summed = totals(rows)
    assert summed.paid_out == sum((item.total for item in summed.classes.values()), summed.guarantor + summed.protection + summed.bonus + summed.reverts)
    assert summed.inflow + waiting(agreed, inflows, LAST) == sum((item.amount for item in inflows), NOUGHT)
    made = cash_flow(agreed, inflows, LAST, drawn_to="udfoerer")
    assert sum((flow.amount for flow in made.flows), NOUGHT) == -waiting(agreed, inflows, LAST)


@given(agreed=any_investors(), inflows=INFLOWS)
@PROPERTY
def test_principal_is_repaid_once_and_what_protects_it_gets_no_more_than_it_paid(agreed: Waterfall, inflows: list[Any]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for until in range(1, len(rows) + 1):
        summed, after = totals(rows[:until]), rows[until - 1]
        assert summed.protection <= summed.protected
        for item in agreed.classes:
            of_class = summed.classes[item.id]
            assert of_class.principal + of_class.protected + after.outstanding[item.id] == sum((draw.amount for draw in item.put_in if draw.on <= after.date), NOUGHT)
            assert item.protection is None or item.protection.limit is None or of_class.protected <= item.protection.limit


@given(agreed=any_investors(), inflows=INFLOWS)
@PROPERTY
def test_no_class_gets_more_than_its_cap_on_any_day(agreed: Waterfall, inflows: list[Any]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for until in range(1, len(rows) + 1):
        for item in agreed.classes:
            assert is_below_cap(agreed, item, rows[:until])
    for item in agreed.classes:
        found = rates(agreed, rows)[item.id].actual
        if isinstance(item.return_cap, IrrCap):
            assert found is None or found <= item.return_cap.irr


def is_below_cap(agreed: Waterfall, item: InvestorClass, rows: list[Row]) -> bool:
    """Whether what a class got on these days leaves it below its cap, to half a cent for a cap that is rounded."""
    of_class, last = totals(rows).classes[item.id], rows[-1].date
    if not isinstance(item.return_cap, IrrCap):
        most = sum((draw.amount for draw in item.put_in if draw.on <= last), NOUGHT) * item.return_cap
        return of_class.floor_interest + of_class.premium + of_class.returns <= most + Decimal("0.005")
    got = [
        (row.date, row.principal[item.id] + row.protected.get(item.id, NOUGHT) + row.premium.get(item.id, NOUGHT) + row.returns[item.id].paid + floor)
        for row in rows
        for floor in [row.floor_interest[item.id].paid if item.id in row.floor_interest else NOUGHT]
    ]
    put_in = [(draw.on, draw.amount) for draw in item.put_in if draw.on <= last]
    left = worth(put_in, item.return_cap.irr, last, agreed.day_count) - worth(got, item.return_cap.irr, last, agreed.day_count)
    return left >= Fraction(-1, 10**12)


@given(agreed=any_investors(), inflows=INFLOWS.filter(bool), data=st.data())
@PROPERTY
def test_splitting_what_comes_in_over_the_days_since_the_last_distribution_changes_no_amount(agreed: Waterfall, inflows: list[Any], data: st.DataObject) -> None:
    first, *others = inflows
    since = max((day for day in agreed.distributed_on if day < first.day), default=START - dt.timedelta(days=30))
    part = data.draw(st.integers(0, int(first.amount * 100)).map(lambda cents: Decimal(cents).scaleb(-2)))
    earlier = since + dt.timedelta(days=data.draw(st.integers(1, (first.day - since).days)))
    divided = [replace(first, day=earlier, amount=part), *others, replace(first, amount=first.amount - part)]
    assert [unsaid(row) for row in distribute(agreed, divided, LAST)] == [unsaid(row) for row in distribute(agreed, inflows, LAST)]


def unsaid(row: Row) -> Row:
    """A row without its words, which name the days on which money came in."""
    return replace(row, arithmetic=())


@given(agreed=any_investors(), inflows=INFLOWS)
@PROPERTY
def test_a_row_stays_as_it_was_when_time_goes_on(agreed: Waterfall, inflows: list[Any]) -> None:
    rows = distribute(agreed, inflows, LAST)
    for until, date in enumerate(agreed.distributed_on, start=1):
        assert distribute(agreed, [item for item in inflows if item.day <= date], date) == rows[:until]


@given(agreed=any_investors(), inflows=INFLOWS)
@PROPERTY
def test_more_that_is_certain_never_puts_more_at_risk_in_all(agreed: Waterfall, inflows: list[Any]) -> None:
    before, after = share_at_risk(agreed), share_at_risk(agreed, inflows)
    assert all(0 <= item.share <= 1 for item in (*before.values(), *after.values()))
    if len(agreed.classes) == 1:
        assert after["a"].share <= before["a"].share
