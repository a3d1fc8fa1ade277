"""Results and payments of a contract in the shape of the INDIGO data standard of the Government Outcomes Lab, for sharing as open data.

`indigo_fields.csv` lists the fields of its `project.json` that can stand here, with type and allowed values, from the repository
INDIGO-Initiative/indigo-data-standard, `schema/project.json` at commit 023a2307ad6f (version 2.3). What is owed is `Planned`, what was paid
`Actual`. Everything is marked PRIVATE: counts are exact, and whoever shares them decides what may be public.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.reports.statements.lines import Line
from pipelines.reports.statements.statement import Terms

PRIVATE, DISPUTED = "PRIVATE", "DISPUTED"
UNITS = {"person": "Individual", "household": "Other"}
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
AMOUNT_MARK = "\ue000"
"""Stands before the digits of an amount while it is a text: JSON numbers are written from decimals, never from floats."""
Data = dict[str, Any]


class Field(NamedTuple):
    """What a field may hold: `string`, `number` or `date`, and one of some words where there are any."""

    kind: str
    one_of: tuple[str, ...]


@cache
def fields() -> dict[str, Field]:
    """The fields of the standard by their path; `[]` stands for every element of a list."""
    with (Path(__file__).parent / "indigo_fields.csv").open(encoding="utf-8", newline="") as stream:
        return {row["field"]: Field(row["type"], tuple(row["one_of"].split("|")) if row["one_of"] else ()) for row in csv.DictReader(stream)}


def project(terms: Terms, results: Iterable[Mapping[str, Any]], lines: Iterable[Line]) -> Data:
    """A contract as INDIGO writes a project: its outcomes as metrics, its results, and its payments. `results` are rows of the published table
    `indicator_results`."""
    made = [line for line in lines if line.contract == terms.contract]
    shown = [row for row in results if row["contract"] == terms.contract and row["role"] == "treatment" and row["counts_state"] == "shown"]
    settled = {(terms.pays_for.get(line.trigger), period) for line in made if line.settlement == "final" for period in (line.claim_period, "")}
    return {
        "name": {"value": terms.title or terms.contract},
        "status": PRIVATE,
        "outcome_metrics": [_metric(outcome, *said) for outcome, said in terms.outcomes.items()],
        "results": [_result(row, terms, is_final=(row["outcome"], row["claim_period"]) in settled) for row in shown],
        "outcome_payments": [item for line in made for item in _payments(line, terms)],
    }


def _metric(outcome: str, clause: str, indicator: str, unit: str) -> Data:
    unit_type = {"unit_type_of_targeted_service_users_or_beneficiaries": {"value": UNITS[unit]}}
    other = {"unit_description_of_service_user_or_beneficiaries": {"value": unit}} if UNITS[unit] == "Other" else {}
    return {"id": outcome, "definition": {"value": f"{indicator} ({clause})"}, **unit_type, **other, "status": PRIVATE}


def _result(row: Mapping[str, Any], terms: Terms, *, is_final: bool) -> Data:
    """A result is final once a payment was settled by it finally."""
    said = f"{row['value'].normalize():f} over {row['n_counted']} counted of {row['n']}"
    return {
        "outcome_metric_id": {"value": row["outcome"]},
        "result_level": {"value": "Outcome level"},
        "result_type": {"value": "Final" if is_final else "Interim"},
        **_period(row["claim_period"], terms),
        "outcomes_achieved": {"value": said},
        "number_engaged_in_impact_bond": {"value": row["n"]},
        "status": PRIVATE,
    }


def _period(period: str, terms: Terms) -> Data:
    """First and last day; nothing for a result of a whole cohort."""
    days = terms.periods.get(period)
    return {"period": {"start_date": {"value": str(days[0])}, "end_date": {"value": str(days[1].fromordinal(days[1].toordinal() - 1))}}} if days else {}


def _payments(line: Line, terms: Terms) -> Iterator[Data]:
    """What a claim comes to for each payer, from the line that decided it: what was paid, what is disputed, what else is owed or waits for approval,
    and below nought what is to be returned of what was paid. What was refused is owed no more."""
    for payer, parts in line.parts.items():
        kinds = (
            ("Actual", parts["paid"] + parts["to_return"], PRIVATE),
            ("Planned", parts["disputed"], DISPUTED),
            ("Planned", parts["decided"] + parts["approved"] - parts["to_return"], PRIVATE),
        )
        for kind, amount, status in kinds:
            if amount:
                yield _payment(line, terms, payer, kind, amount, status)


def _payment(line: Line, terms: Terms, payer: str, kind: str, amount: Decimal, status: str) -> Data:
    return {
        "outcome_metric_id": {"value": terms.pays_for.get(line.trigger, line.trigger)},
        **_period(line.claim_period, terms),
        "payer_organisation_id": {"value": payer},
        "recipient_organisation_id": {"value": line.payee},
        "type": {"value": kind},
        "money": {"currency": {"value": line.currency}, "amount": {"value": amount}},
        "status": status,
        "notes": f"ledger entry {line.entry.seq}, {line.trigger}, {line.claim_period}, {line.settlement}",
    }


def text(data: Data) -> str:
    """The JSON, its amounts with all their digits."""
    said = json.dumps(data, indent=2, ensure_ascii=False, default=lambda value: f"{AMOUNT_MARK}{value:f}")
    return re.sub(f'"{AMOUNT_MARK}(-?[0-9.]+)"', r"\1", said) + "\n"


def faults(data: Any) -> list[str]:
    """What of some data the standard's schema does not have, or has otherwise, in words; empty when all of it fits."""
    return [fault for path, value in _leaves(data, "") if (fault := _fault(path, value))]


def _leaves(data: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value, f"{path}[]")
    else:
        yield path, data


def _fault(path: str, value: Any) -> str:
    found = fields().get(path)
    if found is None:
        return f"{path}: there is no such field"
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    fits = is_number if found.kind == "number" else isinstance(value, str) and (found.kind != "date" or DATE.fullmatch(value) is not None)
    if not fits:
        return f"{path}: it is no {found.kind}"
    return "" if not found.one_of or value in found.one_of else f"{path}: '{value}' is none of {', '.join(found.one_of)}"
