"""A contract that no rule was written for, as YAML alone, against amounts worked by hand."""

from __future__ import annotations

from decimal import Decimal

from contracts.contracts_given import arithmetic, quote_of, results, states

from pipelines.payments.quoting.quote import Quote, payer_shares, totals


def shares(found: Quote) -> dict[str, dict[str, str]]:
    """What each payer owes of every claim that is due and shared."""
    shared = [item for item in found.quoted if item.amount and item.payment.split is not None]
    return {f"{item.payment.id}/{item.period.id}": {name: str(part) for name, part in payer_shares(item).items()} for item in shared}


def test_every_term_of_it_moves_money_as_it_is_written() -> None:
    """2025, of which at most 500,000.00 is paid:
    jobs: 25 x 20,000.55 = 500,013.75; 80 % = 400,011.00; less 10 % = 360,009.90. The fund 30 % = 108,002.97, the municipality the rest, 252,006.93.
    studies: 30 x 12,345.67 = 370,370.10; beside 25 jobs at most 0.40 / 0.60 x 25 = 16 whole ones: x 16/30 = 197,530.72; 75 % = 148,148.04. Of the year
        500,000.00 - 360,009.90 = 139,990.10 is left; 8,157.94 is carried. Half each: 69,995.05.
    bonus: 25 are not above 40. homes: 8 x 9,000 = 72,000.00, guaranteed 100,000.00; nothing is left of the year, all of it is carried.
    2026:
    jobs: number 26 to 30 at 20,000.55 x 1.0333 = 20,666.568315, so 20,666.57: 103,332.85; number 31 to 45 at 26,000.00: 390,000.00; together 493,332.85;
        80 % = 394,666.28; less 10 % = 355,199.652; less 50,000.00 = 305,199.652, so 305,199.65. The fund 30 % = 91,559.895, so 91,559.90, of which its
        cap leaves 250,000.00 - 108,002.97 - 69,995.05 = 72,001.98; the municipality 305,199.65 - 91,559.90 = 213,639.75. Together 285,641.73.
    studies: 4 x 12,345.67 = 49,382.68, 13 would be allowed; 75 % = 37,037.01; with 8,157.94 carried 45,194.95. The fund's half 22,597.48 is above its cap
        altogether; the municipality 22,597.47.
    bonus: 25 + 20 = 45, 5 above 40: 25,000.00, so that there is no second chance.
    homes: 20 x 9,000 = 180,000.00, above the guarantee; with 100,000.00 carried 280,000.00. Of the year 500,000.00 - 285,641.73 - 22,597.47 - 25,000.00 =
        166,760.80 is left; of all 980,000.00 - 500,000.00 - 333,239.20 = 146,760.80.
    """
    found = quote_of("case_unseen", results("case_unseen"))
    assert states(found) == {
        "jobs/y2025": ("due", Decimal("360009.90")),
        "studies/y2025": ("due", Decimal("139990.10")),
        "bonus/y2025": ("not_met", 0),
        "homes/y2025": ("due", 0),
        "jobs/y2026": ("due", Decimal("285641.73")),
        "studies/y2026": ("due", Decimal("22597.47")),
        "bonus/y2026": ("due", Decimal("25000.00")),
        "second_chance/both_years": ("not_met", 0),
        "homes/y2026": ("due", Decimal("146760.80")),
    }
    assert shares(found) == {
        "jobs/y2025": {"municipality": "252006.93", "fund": "108002.97"},
        "studies/y2025": {"municipality": "69995.05", "fund": "69995.05"},
        "jobs/y2026": {"municipality": "213639.75", "fund": "72001.98"},
        "studies/y2026": {"municipality": "22597.47", "fund": "0.00"},
    }
    assert totals(found.quoted, by="payer") == {"municipality": Decimal("730000.00"), "fund": Decimal("250000.00")}
    assert found.amount == Decimal("980000.00")


def test_its_second_chance_weighs_two_outcomes_in_steps_when_the_bonus_was_nothing() -> None:
    """With 15 jobs in 2026 there are 40 in all, and none above 40.
    jobs: number 26 to 30 103,332.85, number 31 to 40 260,000.00: 363,332.85; 80 % less 10 % 261,599.652, less 50,000.00: 211,599.65. The fund 63,479.90.
    studies: at most 10 beside 15 jobs: all 4; 45,194.95. The fund's half 22,597.48 is cut to 72,001.98 - 63,479.90 = 8,522.08; with 22,597.47 31,119.55.
    second chance: 40 jobs 30 x 1,000 + 10 x 1,500 = 45,000.00, 70 % of which 31,500.00; 28 homes 10 x 400 + 18 x 900 = 20,200.00, 30 % of which 6,060.00.
    homes: 280,000.00 with what was carried. Of the year 500,000.00 - 211,599.65 - 31,119.55 - 37,560.00 = 219,720.80 is left, and 20,000.00 less of all.
    """
    text = results("case_unseen").replace("jobs,y2026,20,20", "jobs,y2026,15,15").replace("jobs,both_years,45,45", "jobs,both_years,40,40")
    found = states(quote_of("case_unseen", text))
    assert {name: item for name, item in found.items() if name.endswith(("y2026", "both_years"))} == {
        "jobs/y2026": ("due", Decimal("211599.65")),
        "studies/y2026": ("due", Decimal("31119.55")),
        "bonus/y2026": ("not_met", 0),
        "second_chance/both_years": ("due", Decimal("37560.00")),
        "homes/y2026": ("due", Decimal("199720.80")),
    }


ONCE = "      - {id: both_years, from: 2025-01-01, to: 2027-01-01, decided_from: 2027-06-15}\n"
YEARLY = """\
      - {id: y2025, from: 2025-01-01, to: 2026-01-01, decided_from: 2026-06-15}
      - {id: y2026, from: 2026-01-01, to: 2027-01-01, decided_from: 2027-06-15}
"""
ALWAYS = ("    unless_paid: {clause: Schedule 3 §4, payments: [bonus]}\n", "")
CAPS = """\
  per_year: {clause: Schedule 4 §1, amount: 500000.00, year: calendar, by: claim_period, excess: carried}
  in_all: {clause: Schedule 4 §2, amount: 980000.00}
"""
HIGH = "  in_all: {clause: Schedule 4 §2, amount: 9800000.00}\n"


def test_steps_that_are_put_together_go_on_from_year_to_year_each_by_itself() -> None:
    """2025: 25 jobs at 1,000 = 25,000, 70 % of which 17,500.00; 8 homes at 400 = 3,200, 30 % of which 960.00.
    2026: jobs number 26 to 30 at 1,000 and 31 to 45 at 1,500 = 27,500, 19,250.00; homes number 9 and 10 at 400 and 11 to 28 at 900 = 17,000, 5,100.00.
    Together 42,810.00, as in one claim of both years: 36,750.00 + 6,060.00."""
    text = "\n".join(line for line in results("case_unseen").splitlines() if "both_years" not in line)
    yearly = states(quote_of("case_unseen", text, (ONCE, YEARLY), ALWAYS, (CAPS, HIGH)))
    assert [yearly[f"second_chance/{year}"] for year in ("y2025", "y2026")] == [("due", Decimal("18460.00")), ("due", Decimal("24350.00"))]
    once = states(quote_of("case_unseen", results("case_unseen"), ALWAYS, (CAPS, HIGH)))
    assert once["second_chance/both_years"] == ("due", Decimal("42810.00"))


def test_what_it_pays_is_said_in_words_with_the_clause_of_each_term() -> None:
    said = arithmetic(quote_of("case_unseen", results("case_unseen")), "total")
    for words in (
        "price from 2026-01-01 by pl index: 20,000.55 x 1.0333 = 20,666.57   (Schedule 3 §1)",
        "less the job centre's grant 50,000.00 for y2026: 355,199.65 - 50,000.00 = 305,199.65   (Schedule 3 §1)",
        "at most 40.00 % of all outcomes by this one: 16 of 30 beside 25 others, 370,370.10 -> 197,530.72   (Schedule 3 §2)",
        "the cap of 250,000.00 on what fund pays less 177,998.02 given before leaves 72,001.98: 91,559.90 - 19,557.92 = 72,001.98   (Schedule 4 §3)",
        "8,157.94 carried from before: 37,037.01 + 8,157.94 = 45,194.95   (Schedule 4 §1)",
        "at least 100,000.00 is guaranteed: 72,000.00 -> 100,000.00   (Schedule 3 §5)",
        "bonus y2026 was paid by itself, so there is no second chance",
        "the cap of 980,000.00 in all less 833,239.20 given before leaves 146,760.80: 166,760.80 - 20,000.00 = 146,760.80   (Schedule 4 §2)",
    ):
        assert words in said
