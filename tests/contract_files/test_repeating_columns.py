"""A register with a column a week: what its contract may say of it, and what the suite makes of it."""

from __future__ import annotations

import pytest
from contract_files.planted import Contracts

from pipelines.payments.vocabulary import catalogue
from pipelines.quality.registers import register_suite

DREAM = "registers/dream.odcs.yaml"
CODES = "codelists/dream.csv"
REPEATS = "          - {property: repeats, value: iso_week}\n"
COVERAGE = "{columns: y_yyww, measured: last_week}"
ONE_WAY = "coverage is measured as {column: one, measured: earliest, latest or latest_month} or as {columns: repeating ones, measured: last_week}"

MISTAKES = {
    "another rhythm": ("value: iso_week}", "value: day}", "'y_yyww' repeats by 'day'; only iso_week and month are known"),
    "months without weeks": ("value: iso_week}", "value: month}", "'y_yyww' repeats by month, which is only read beside a column that repeats by iso_week"),
    "months named as weeks": ("value: iso_week}", "value: month}", "the name 'y_yyww' does not say where year and month stand; let it end in '_yyyy_mm'"),
    "a property misspelt": ("property: repeats", "property: repeat", "unknown property 'repeat' in customProperties; did you mean 'repeats'?"),
    "a name without year and week": ("name: y_yyww", "name: y_week", "the name 'y_week' does not say where year and week stand; let it end in 'yyww', as in 'y_yyww'"),
    "a name of year and week alone": ("name: y_yyww", "name: yyww", "the name 'yyww' does not say where year and week stand"),
    "codes as text": ("logicalType: integer", "logicalType: string", "'y_yyww' repeats, so it is an integer that may be empty"),
    "weeks that are never blank": ("logicalType: integer", "required: true\n        logicalType: integer", "'y_yyww' repeats, so it is an integer that may be empty"),
    "a person key that repeats": ("personKey, value: pnr", "personKey, value: y_yyww", "the person key is one column, and 'y_yyww' repeats"),
    "a code list of words": ("codelist, value: dream", "codelist, value: trial_arm", "the code 'no_aid' of the code list trial_arm is no whole number of at most 32767"),
    "a code list that is not there": ("codelist, value: dream", "codelist, value: dreem", "there is no code list 'dreem'; did you mean 'dream'?"),
    "coverage of a plain column by weeks": (COVERAGE, "{columns: pnr, measured: last_week}", "the last week is measured from a column that repeats, and 'pnr' does not"),
    "coverage of weeks by a date": (COVERAGE, "{column: y_yyww, measured: latest}", "coverage is measured from a date, and 'y_yyww' is not one"),
    "coverage of unknown weeks": (COVERAGE, "{columns: z_yyww, measured: last_week}", "the column 'z_yyww' is not in the schema; did you mean 'y_yyww'?"),
    "coverage of weeks by the latest": (COVERAGE, "{columns: y_yyww, measured: latest}", ONE_WAY),
    "coverage of a date by weeks": (COVERAGE, "{column: pnr, measured: last_week}", ONE_WAY),
    "coverage both ways": (COVERAGE, "{column: pnr, columns: y_yyww, measured: last_week}", ONE_WAY),
    "coverage of nothing": (COVERAGE, "{measured: last_week}", ONE_WAY),
    "coverage in another measure": (COVERAGE, "{columns: y_yyww, measured: last}", "coverage.measured: input should be 'earliest', 'latest', 'latest_month' or 'last_week'"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_about_weekly_columns_is_a_finding_of_its_file(contracts: Contracts, case: str) -> None:
    old, new, message = MISTAKES[case]
    contracts.replace(DREAM, old, new)
    loaded = contracts.load()
    assert "dream" not in loaded.registers
    assert any(message in finding.message for finding in loaded.broken_registers["dream"])


def test_a_register_has_one_weekly_column(contracts: Contracts) -> None:
    text = contracts.text(DREAM)
    column = text[text.index("      - name: y_yyww") : text.index("      - name: branche_yyyy_mm")]
    contracts.replace(DREAM, "    quality:", column.replace("y_yyww", "b_yyww") + "    quality:")
    assert [finding.message for finding in contracts.load().broken_registers["dream"]] == ["'b_yyww' repeats and so does 'y_yyww'; a register has one weekly column"]


def test_rules_about_weeks_stand_under_the_table(contracts: Contracts) -> None:
    remedy = "customProperties: [{property: remedy, value: x}]"
    rule = f"        quality: [{{name: any, type: library, metric: nullValues, mustBe: 0, description: x, dimension: accuracy, {remedy}}}]\n"
    contracts.replace(DREAM, "        customProperties:\n" + REPEATS, f"{rule}        customProperties:\n{REPEATS}")
    (finding,) = contracts.load().broken_registers["dream"]
    assert finding.message.endswith("rules about them stand under the table")


@pytest.mark.parametrize("code", ["13O", "32768", "-32768", "1.0", " 1", "1e2", "\u0661"])
def test_a_code_that_no_weekly_column_can_hold_breaks_the_register(contracts: Contracts, code: str) -> None:
    contracts.append(CODES, f"{code},x,x,,,x\n")
    (finding,) = contracts.load().broken_registers["dream"]
    assert finding.message == f"the code '{code}' of the code list dream is no whole number of at most 32767, which is all that a weekly column holds"


def test_all_weekly_columns_are_one_expectation_over_what_was_staged() -> None:
    loaded = catalogue()
    suite = register_suite(loaded, loaded.registers["dream"])
    of_weeks = [item for item in suite.expectations if "yyww" in item.rule]
    assert [(item.rule, item.kind, item.table, item.severity) for item in of_weeks] == [("y_yyww_is_a_known_code", "counts_none", "staged.dream", "error")]
    assert "codelist = 'dream'" in of_weeks[0].arguments["query"]
