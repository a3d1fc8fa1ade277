"""Everything that a results file can have wrong, each with the exact words it is refused in; and that all of it is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from quoting.quoting_given import TARP, quote_of, rows_of, written

from pipelines.errors import ResultsError
from pipelines.payments.quoting.results_file import read

HEAD = "outcome,cohort,period,enrolled,persons,claims,units,value,comparison,interval,currency\n"
CPR = "010170-1234"

OF_TARP = {
    "an outcome that is not there": ("rearest_52_weeks,released,2024-25,216,48,,,,,,", "there is no outcome 'rearest_52_weeks'; did you mean 'rearrest_52_weeks'?"),
    "no outcome": (",released,2024-25,216,48,,,,,,", "the row names no outcome; write its id"),
    "a cohort that is not there": ("enrolment,relesed,2024-25,216,216,,,,,,", "the outcome 'enrolment' has no cohort 'relesed'; did you mean 'released'?"),
    "a period outside the contract": (
        "enrolment,released,2031,216,216,,,,,,",
        "the claim period '2031' is none of the contract's, which runs from 2024-06-01 to 2028-07-01; known: 2024-25",
    ),
    "no period": ("enrolment,released,,216,216,,,,,,", "the row names no claim period; write its id"),
    "more persons than enrolled": ("enrolment,released,2024-25,216,217,,,,,,", "217 persons have the result and 216 are enrolled; nobody has a result who is not enrolled"),
    "claims without persons": ("enrolment,released,2024-25,216,,5,,,,,", "5 claims and no persons; write in 'persons' how many people they are of, for claims are not persons"),
    "claims of nobody": ("enrolment,released,2024-25,216,0,5,,,,,", "5 claims of 0 persons; a claim is somebody's, so write how many people they are of"),
    "fewer claims than persons": ("enrolment,released,2024-25,216,6,5,,,,,", "5 claims of 6 persons; whoever has the result has one claim at least"),
    "units of nobody": ("enrolment,released,2024-25,216,0,,7.50,,,,", "7.5 units of 0 persons; units are somebody's, so write how many people they are of"),
    "nobody named": ("enrolment,released,2024-25,,,,7,,,,", "the row does not say how many people it is of; write 'persons', those with the result, or 'enrolled'"),
    "a percentage where a share is meant": (
        "rearrest_52_weeks,released,2024-25,216,48,,,8.39,,,",
        "the value is 8.39, and 'reduction' compares a relative reduction between 0 and 1; write the share, as 0.0839 for 8.39 %",
    ),
    "a percentage of a comparison group": (
        "rearrest_52_weeks,released,2024-25,216,48,,,,30.6,,",
        "the comparison group's figure is 30.6, and people are counted; write the share, as 0.306 for 30.6 %, or what the treated have as 'units'",
    ),
    "another currency": (
        "enrolment,released,2024-25,216,216,,,,,,DKK",
        "the currency is 'DKK' and the contract's USD; no rate between them is agreed, so write amounts in USD",
    ),
    "an interval without its value": (
        "rearrest_52_weeks,released,2024-25,216,48,,,0.09,,0.10..0.20,",
        "the interval 0.10..0.20 does not have the value 0.09 in it; one of the two is of something else",
    ),
    "a comparison that the contract has not": ("enrolment,released,2024-25,216,216,,,,0.5,,", "the outcome 'enrolment' compares nothing in the contract; leave 'comparison' out"),
}
CELLS = {
    "a person below nought": ("persons", "-3", "persons: -3 is below nought; people and claims are counted from 0 up"),
    "a part of a person": ("persons", "3.5", "persons: '3.5' is not a whole number; write digits only, with no mark for thousands"),
    "people with a mark for thousands": ("enrolled", "1.000", "enrolled: '1.000' is not a whole number; write digits only, with no mark for thousands"),
    "too many people": ("enrolled", "1000001", "enrolled: 1,000,001 is more than 1,000,000 people, the most that one row may hold; split it into groups"),
    "claims below nought": ("claims", "-1", "claims: -1 is below nought; people and claims are counted from 0 up"),
    "units below nought": ("units", "-7", "units: -7 is below nought; write what there is, from 0 up"),
    "units in words": ("units", "many", "units: 'many' is not a number; write digits with a point or a comma before decimals"),
    "units in another notation": ("units", "1e5", "units: '1e5' is not a number; write digits with a point or a comma before decimals"),
    "units that may be thousands": ("units", "30.100", "units: '30.100' may be 30100 or 30.1; write the one that is meant, with no mark for thousands"),
    "units in thousands": ("units", "1.030.100", "units: '1.030.100' is not a number; write digits with a point or a comma before decimals, with no mark for thousands"),
    "a value in per cent": ("value", "8.39 %", "value: '8.39 %' is a percentage; write the share, 0.0839"),
    "a comparison group of nobody": ("comparison", "0/0", "comparison: '0/0' compares with nobody; write how many people the comparison group has"),
    "an interval upside down": ("interval", "0.2..0.1", "interval: the interval 0.2..0.1 is upside down; write the lower end first"),
    "an interval of one end": ("interval", "0.2", "interval: '0.2' is not an interval; write its two ends as low..high"),
}


def refused(contract: str, text: str) -> str:
    with pytest.raises(ResultsError) as found:
        quote_of(contract, text)
    assert found.value.exit_code == 10
    return found.value.sentence()


@pytest.mark.parametrize(("row", "words"), [pytest.param(*case, id=name) for name, case in OF_TARP.items()])
def test_a_row_that_cannot_be(row: str, words: str) -> None:
    assert refused("tarp", f"{HEAD}{row}\n") == f"results.csv:2: {words}"


@pytest.mark.parametrize(("column", "cell", "words"), [pytest.param(*case, id=name) for name, case in CELLS.items()])
def test_a_cell_that_cannot_be_read(column: str, cell: str, words: str) -> None:
    assert refused("tarp", f"outcome,cohort,period,{column}\nenrolment,released,2024-25,{cell}\n") == f"results.csv:2: {words}"


def test_everything_wrong_is_said_at_once_in_the_order_of_lines() -> None:
    text = f"{HEAD}enrolment,relesed,2024-25,216,217,,,,,,DKK\nnothing,released,2024-25,216,216,,,,,,\n"
    lines = refused("tarp", text).split("\n")
    assert [line.split(":")[1] for line in lines] == ["2", "2", "2", "3"]


def test_the_same_claim_twice() -> None:
    text = f"{HEAD}enrolment,released,2024-25,216,216,,,,,,\nenrolment,,2024-25,216,216,,,,,,\n"
    words = "this claim (enrolment, released, 2024-25) stands in line 2 already; leave one, or tell groups of people apart in 'group'"
    assert refused("tarp", text) == f"results.csv:3: {words}"


def test_a_period_of_another_payment() -> None:
    late = ("{id: 2024-25, from: 2024-07-01, to: 2025-04-01, decided_from: 2027-06-01}", "{id: late, from: 2024-07-01, to: 2025-04-01, decided_from: 2027-06-01}")
    with pytest.raises(ResultsError) as found:
        quote_of("tarp", f"{HEAD}rearrest_52_weeks,released,late,216,48,,,,66/216,,\n", late)
    assert found.value.sentence() == "results.csv:2: the claim period 'late' is not one that 'rearrest_52_weeks' is paid for; known: 2024-25"


def test_more_people_than_the_cohort_closes_with() -> None:
    closes = ("    enrolled_on: released_on", "    closes: {clause: Schedule 1 §1, at_size: 200}\n    enrolled_on: released_on")
    with pytest.raises(ResultsError) as found:
        quote_of("tarp", "outcome,period,persons\nenrolment,2024-25,216\n", closes)
    words = "216 persons, and the cohort released closes at 200; write in 'enrolled' how many there are in all, if it is so"
    assert found.value.sentence() == f"results.csv:2: {words}"
    assert quote_of("tarp", "outcome,period,enrolled,persons\nenrolment,2024-25,216,216\n", closes).amount == 108000


def test_a_stated_estimate_of_a_part() -> None:
    text = "outcome,period,group,enrolled,persons,value\nrearrest_52_weeks,2024-25,a,100,20,0.2\nrearrest_52_weeks,2024-25,b,116,28,\n"
    words = "several rows make this claim and this one states the estimate; an estimate of a part is none of the whole, so write one row, or 'units' and 'comparison' in each"
    assert refused("tarp", text) == f"results.csv:2: {words}"


def test_a_mean_against_a_comparison_without_what_the_treated_come_to() -> None:
    text = "outcome,period,enrolled,persons,comparison\nuger,2025Q1,64,31,17.02\n"
    assert refused("ungebro", text) == "results.csv:2: a comparison group's figure a person is given, and not what the treated come to; write their 'units'"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("outcome,cohort,period,pnr\ne,r,p,1\n", "results.csv:1: the column 'pnr' is one of person numbers; a quote takes no person data, leave it out", id="a column"),
        pytest.param(
            f"outcome,cohort,period,group,persons\nenrolment,released,2024-25,{CPR},1\n",
            "results.csv:2: the column 'group' holds something that looks like a CPR number; a quote takes no person data, write groups of people",
            id="a cell",
        ),
        pytest.param(
            f"outcome,cohort,period,{CPR}\nenrolment,released,2024-25,1\n",
            "results.csv:1: the name of column 4 looks like a CPR number; a quote takes no person data, and the file must not hold any",
            id="a heading",
        ),
        pytest.param(
            f"outcome,cohort,period,persons\n{CPR} enrolment,released,2024-25,1\n",
            "results.csv:2: the column 'outcome' holds something that looks like a CPR number; a quote takes no person data, write groups of people",
            id="an outcome, which is not repeated",
        ),
    ],
)
def test_what_looks_like_a_person_is_refused_and_never_printed(text: str, words: str) -> None:
    said = refused("tarp", text)
    assert said == words
    assert CPR not in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "results.csv:1: the column 'outcome' is missing; add it: The outcome's id in the contract.", id="nothing"),
        pytest.param("outcome,period\n", "results.csv:1: the file has no rows; write a row for each outcome, cohort and claim period", id="no rows"),
        pytest.param("outcome,period,person\na,b,1\n", "results.csv:1: unknown column 'person'; did you mean 'persons'?", id="an unknown column"),
        pytest.param("outcome,period,period\na,b,1\n", "results.csv:1: the column 'period' stands twice; leave one", id="a column twice"),
        pytest.param(
            "outcome,period,persons\na,b\n",
            "results.csv:2: the line has 2 cells and the first line 3; give each column a cell, an empty one where there is nothing",
            id="a short line",
        ),
        pytest.param('outcome,period\n"a,b\n', "results.csv:2: this line cannot be read as CSV; look for a quote that is never closed", id="an open quote"),
    ],
)
def test_a_file_that_is_not_one_of_results(text: str, words: str) -> None:
    assert refused("tarp", text).split("\n")[0] == words


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    with pytest.raises(ResultsError, match=r"^results.csv: there is no such file, or it cannot be read; check the path$"):
        read(path)
    path.write_bytes("outcome,period\nbørn,x\n".encode("cp1252"))
    with pytest.raises(ResultsError, match=r"^results.csv: the file is not text in UTF-8; save it as CSV in UTF-8, not as a workbook$"):
        read(path)
    path.write_bytes(b" " * ((4 << 20) + 1))
    with pytest.raises(ResultsError, match=r"^results.csv: the file is larger than 4,194,304 bytes; a quote is made from aggregates, a row for each claim; send no person rows$"):
        read(path)


def test_semicolons_with_decimal_commas_say_what_commas_with_points_say(tmp_path: Path) -> None:
    as_sent = read(written(TARP, tmp_path))
    danish = "\ufeff" + TARP.replace(",", ";").replace(".", ",").replace(",,", "..")
    assert rows_of(danish) == as_sent
    assert rows_of(TARP.replace("\n", "\r\n") + "\r\n,,,,,,\r\n") == as_sent
