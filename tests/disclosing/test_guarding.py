"""What is told when: frozen or not, told before, rounded, dominated, or nothing at all when anything fails."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from disclosing.many_given import many
from disclosing.night_given import CONTRACTS, QUARTERS, Tables, decision, frozen_for, given

from pipelines.contracts.outcome import Disclosure, Dominance
from pipelines.payments.rule import Line
from pipelines.reports.disclosing import guarding
from pipelines.reports.disclosing.guarding import Guarded, guard
from pipelines.reports.disclosing.policy import is_dominated, rounded
from pipelines.reports.disclosing.problem import Row
from pipelines.reports.disclosing.solving import UnsolvedError
from pipelines.reports.disclosing.suppressions import RULES, sentences
from pipelines.reports.disclosing.words import tells_no_number, without_counts

Q1 = {"2025Q1": QUARTERS["2025Q1"]}
RESULT: Row = ("indicator_results", "ungebro/uger/2025Q1")


def rules(told: Guarded) -> dict[tuple[str, str], str]:
    return {(item.table, item.row_key): item.rule for item in told.suppressed}


def result(told: Tables | Guarded, quarter: str = "2025Q1", role: str = "treatment") -> dict[str, Any]:
    tables = told.tables if isinstance(told, Guarded) else told
    return tables["indicator_results"].row(by_predicate=(pl.col("claim_period") == quarter) & (pl.col("role") == role), named=True)


def checked(told: Guarded, rule: str, subject: str = "outcome:ungebro/uger/2025Q1") -> dict[str, Any]:
    return told.tables["gate_checks"].row(by_predicate=(pl.col("subject") == subject) & (pl.col("rule") == rule), named=True)


def test_before_its_claim_stands_in_the_ledger_a_figure_is_a_state(tmp_path: Path) -> None:
    night, exact, rows_alone = given(Q1, settled=frozen_for([]))
    told = guard(tmp_path, night, exact, rows_alone)
    shown = result(told)
    assert [shown[name] for name in ("n", "n_counted", "value", "exposure_days", "counts_state")] == [None, None, None, None, "not_frozen"]
    claim = told.tables["payment_decisions"].row(0, named=True)
    assert [claim[name] for name in ("state", "amount", "amount_state", "reason", "arithmetic")] == ["due", None, "not_frozen", None, None]
    counts = checked(told, "values_are_plausible")
    assert (counts["numerator"], counts["counts_state"], counts["verdict"]) == (None, "not_frozen", "passed")
    assert rules(told)[RESULT] == "not_frozen"
    assert checked(told, "cohort_is_large_enough", "cohort:ungebro/unge")["numerator"] == 324


def test_a_frozen_figure_stands_and_a_later_one_is_a_state_without_numbers(tmp_path: Path) -> None:
    assert result(guard(tmp_path, *given(Q1)))["counts_state"] == "shown"
    again = guard(tmp_path, *given(Q1))
    assert (result(again)["n_counted"], result(again)["counts_state"]) == (44, "shown")
    later = guard(tmp_path, *given({"2025Q1": (44, 36, 96, 96, 20)}))
    assert [result(later)[name] for name in ("n", "n_counted", "value", "counts_state")] == [44, 44, Decimal(27 * 44), "restated"]
    claim = later.tables["payment_decisions"].row(0, named=True)
    assert (claim["amount"], claim["amount_state"], claim["reason"]) == (Decimal("600000.00"), "restated", "25 of 44 persons reach 26 weeks")
    assert RESULT not in rules(later)


def test_what_differs_by_few_from_what_was_told_is_withheld_and_by_many_is_told(tmp_path: Path) -> None:
    """The check of a cohort says 966 on the first night; 963 on the second would tell of three."""
    night, exact, rows_alone = given(Q1)
    assert checked(guard(tmp_path, night, exact, rows_alone), "cohort_is_large_enough", "cohort:ungebro/unge")["denominator"] == 966

    def counted(by: int) -> Guarded:
        moved = [
            frame.with_columns(denominator=pl.when(pl.col("rule") == "cohort_is_large_enough").then(pl.col("denominator") - by).otherwise("denominator"))
            for frame in (exact["gate_checks"], rows_alone["gate_checks"])
        ]
        return guard(tmp_path, night, {**exact, "gate_checks": moved[0]}, {**rows_alone, "gate_checks": moved[1]})

    few = counted(3)
    assert checked(few, "cohort_is_large_enough", "cohort:ungebro/unge")["counts_state"] == "suppressed"
    assert rules(few)["gate_checks", "cohort:ungebro/unge/cohort_is_large_enough"] == "differs_by_few"
    assert checked(counted(0), "cohort_is_large_enough", "cohort:ungebro/unge")["denominator"] == 966
    assert checked(counted(40), "cohort_is_large_enough", "cohort:ungebro/unge")["denominator"] == 926
    assert checked(counted(43), "cohort_is_large_enough", "cohort:ungebro/unge")["denominator"] is None, "926 was told meanwhile"


def test_the_history_of_checks_repeats_only_what_was_told_on_its_night(tmp_path: Path) -> None:
    night, exact, rows_alone = given(Q1)
    history = rows_alone["gate_checks"].select("as_of", "subject", "rule", "numerator", "denominator", "counts_state")
    before = history.with_columns(as_of=pl.lit(dt.date(2026, 6, 29)), numerator=pl.col("numerator") + 50, denominator=pl.col("denominator") + 100)
    told = guard(tmp_path, night, exact, {**rows_alone, "gate_history": pl.concat([before, history])}).tables["gate_history"]
    assert told.height == 2 * history.height
    assert told.filter(as_of=dt.date(2026, 6, 29))["numerator"].null_count() == history.height
    tonight = told.filter(subject="cohort:ungebro/unge").row(1, named=True)
    assert (tonight["as_of"], tonight["denominator"], tonight["counts_state"]) == (dt.date(2026, 6, 30), 966, "shown")


def numbers_told(told: Guarded) -> list[Any]:
    columns = {"indicator_results": ("n", "value", "estimates"), "payment_decisions": ("amount", "reason", "arithmetic"), "gate_checks": ("numerator", "denominator")}
    return [value for table, names in columns.items() for name in names for value in told.tables[table][name].drop_nulls()]


@pytest.mark.parametrize("failure", [UnsolvedError("status 1"), MemoryError(), KeyError("a person's name")])
def test_when_the_solver_fails_every_count_of_that_contract_is_withheld_and_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def fails(_: object) -> None:
        raise failure

    monkeypatch.setattr(guarding, "protect", fails)
    told = guard(tmp_path, *given(Q1))
    assert numbers_told(told) == []
    assert {rule for (table, _), rule in rules(told).items() if table == "indicator_results"} == {"not_solved"}
    assert sum("could not be proved" in note for note in told.notes) == 2
    assert "a person's name" not in " ".join(told.notes)
    assert not (tmp_path / "released.jsonl").exists()


def test_a_damaged_register_withholds_everything_and_is_not_written(tmp_path: Path) -> None:
    guard(tmp_path, *given(Q1))
    path = tmp_path / "released.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0].replace(b'"44"', b'"45"').replace(b'"96"', b'"95"'), *lines[1:]]))
    damaged = path.read_bytes()
    told = guard(tmp_path, *given(Q1))
    assert numbers_told(told) == []
    assert "released.jsonl, line 1, is not what was written, so restore it from a backup" in told.notes[0]
    assert path.read_bytes() == damaged
    path.write_bytes(b"".join(lines[1:]))
    assert numbers_told(guard(tmp_path, *given(Q1))) == []
    path.write_bytes(b"".join(lines))
    assert numbers_told(guard(tmp_path, *given(Q1)))


def test_a_torn_last_line_was_never_told_and_is_written_over(tmp_path: Path) -> None:
    guard(tmp_path, *given(Q1))
    path = tmp_path / "released.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert not guard(tmp_path, *given(Q1)).notes
    assert path.read_bytes() == whole


def test_what_was_published_before_there_was_a_register_is_entered_first(tmp_path: Path) -> None:
    """An older publication told 44 and 44 of a result that was not frozen yet; 44 and 42 when it is frozen would tell of two."""
    _, _, rows_alone = given(Q1)
    folder = tmp_path / "published" / "open"
    folder.mkdir(parents=True)
    for name, frame in rows_alone.items():
        frame.write_parquet(folder / f"{name}.parquet")
    told = guard(tmp_path, *given({"2025Q1": (50, 50, 96, 96, 25)}))
    assert result(told)["n_counted"] == 50
    other = tmp_path / "other"
    (other / "published").mkdir(parents=True)
    folder.rename(other / "published" / "open")
    few = guard(other, *given({"2025Q1": (46, 46, 96, 96, 25)}))
    assert (result(few)["n_counted"], rules(few)[RESULT]) == (None, "differs_by_few")


def test_an_amount_that_few_people_make_up_is_withheld(tmp_path: Path) -> None:
    lines = tuple(Line(f"p{place}", "unge", Fraction(amount)) for place, amount in enumerate([500_000, 40_000, *[2_000] * 30]))
    made = [decision("2025Q1", 25, 44, lines=lines)]
    told = guard(tmp_path, *given(Q1, made))
    assert told.tables["payment_decisions"].row(0, named=True)["amount_state"] == "suppressed"
    assert rules(told)["payment_decisions", "ungebro/selvforsoergelse/2025Q1/final"] == "dominance"


@pytest.mark.parametrize(("amounts", "expected"), [([70, 15, 5, 5, 5], True), ([70, 14, 6, 5, 5], False), ([10] * 12, False), ([5, 4], True), ([], False)])
def test_two_of_whom_come_85_in_a_hundred_dominate(amounts: list[int], *, expected: bool) -> None:
    made = decision("2025Q1", 25, 44, lines=tuple(Line(str(place), "unge", Fraction(amount)) for place, amount in enumerate(amounts)))
    assert is_dominated(made, Disclosure().dominance) is expected


def test_one_persons_lines_are_added_up_whichever_way_they_go() -> None:
    """50 and 40 less 10 for one person are 100 of 130 by what moves."""
    lines = [("a", 50), ("a", 40), ("a", -10), ("b", 15), ("c", 15)]
    made = decision("2025Q1", 25, 44, lines=tuple(Line(key, "unge", Fraction(amount)) for key, amount in lines))
    assert is_dominated(made, Dominance(persons=1, share=Decimal("0.76")))
    assert not is_dominated(made, Dominance(persons=1, share=Decimal("0.77")))


def rounding(base: int) -> dict[str, Any]:
    changed = CONTRACTS["ungebro"].model_copy(update={"disclosure": Disclosure(rounded_to=base)})
    return {**CONTRACTS, "ungebro": changed}


def test_counts_of_a_contract_that_rounds_are_rounded_and_nothing_beside_tells_them(tmp_path: Path) -> None:
    told = guard(tmp_path, *given(Q1, contracts=rounding(5)))
    assert [result(told)[name] for name in ("n", "n_counted", "counts_state", "estimates")] == [45, 45, "rounded", None]
    assert (result(told, role="comparison")["n"], told.tables["payment_decisions"]["amount"].to_list()) == (95, [None])
    assert checked(told, "values_are_plausible")["denominator"] is None
    assert rules(told)["payment_decisions", "ungebro/selvforsoergelse/2025Q1/final"] == "rounding"
    again = guard(tmp_path, *given(Q1, contracts=rounding(5)))
    assert result(again) == result(told)


@pytest.mark.parametrize(("value", "base", "expected"), [(0, 5, 0), (2, 5, 0), (3, 5, 5), (7, 5, 5), (8, 5, 10), (5, 10, 10), (44, 10, 40), (None, 5, None)])
def test_rounding_goes_to_the_nearest_multiple_halves_upwards(value: int | None, base: int, expected: int | None) -> None:
    assert rounded(value, base) == expected


def test_rounding_never_puts_a_part_above_its_whole() -> None:
    assert all(rounded(part, 5) <= rounded(whole, 5) for whole in range(60) for part in range(whole + 1))


def test_words_of_a_hold_lose_their_counts_and_keep_their_days() -> None:
    assert without_counts("ungebro/uger fails 'few are missing': 12 of 1,216") == "ungebro/uger fails 'few are missing': a suppressed count"
    assert without_counts("fewer than 5 of 432 are missing; and 2 more") == "a suppressed count; and 2 more"
    assert tells_no_number("buaf covers through 2025-06-28 by its data; the last window needs 2025-09-28")
    assert not tells_no_number("3 people answered")
    assert not tells_no_number("fewer than few")


def test_every_rule_is_counted_for_anyone_and_said_for_the_parties(tmp_path: Path) -> None:
    told = guard(tmp_path, *given())
    counted = dict(told.tables["suppressions_by_rule"].select("rule", "suppressed_rows").rows())
    assert counted.keys() == RULES.keys()
    parties = told.for_parties(dt.date(2026, 6, 30))
    assert sum(counted.values()) == parties.height
    assert counted["protects_another"] == 1
    assert parties.filter(rule="protects_another").select("table_name", "row_key").row(0) == ("gate_checks", "cohort:trygt_hjem/edge/referrals_come_in_time")
    assert "1 row of gate_checks of trygt_hjem suppressed: from it and what is told beside it a small count would follow" in sentences(told.suppressed)
    small = {str(value) for value in (1, 2, 3)}
    assert not small & {word for item in told.suppressed for word in (*item.row_key.split("/"), item.columns, item.rule)}


def test_five_contracts_of_twenty_quarters_are_guarded_and_nothing_is_lost(tmp_path: Path) -> None:
    night, exact, rows_alone = many(5, 20)
    told = guard(tmp_path, night, exact, rows_alone)
    assert told.notes == []
    states = told.tables["indicator_results"]["counts_state"]
    assert set(states) == {"shown", "suppressed"}
    claims = told.tables["payment_decisions"].join(told.tables["indicator_results"].filter(role="treatment"), on=["contract", "claim_period"])
    assert claims.filter(counts_state="suppressed", amount_state="shown").height == 0


def test_a_night_without_contracts_or_tables_tells_nothing_and_fails_at_nothing(tmp_path: Path) -> None:
    night = replace(given(Q1)[0], contracts={}, results=(), decisions=(), people={})
    assert guard(tmp_path, night, {}, {}).tables["suppressions_by_rule"]["suppressed_rows"].sum() == 0
