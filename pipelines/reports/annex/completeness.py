"""Which keys of a contract an annex prints. One that is not here stops the annex: nobody may sign less than what is computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, RootModel

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place, shown
from pipelines.errors import ContractError

PRINTED: dict[str, frozenset[str]] = {
    "AfterEnrolment": frozenset({"died", "emigrated", "turned_18", "moved", "withdrew"}),
    "Age": frozenset({"clause", "at_least", "below", "birth_day_unknown"}),
    "Amendment": frozenset({"clause", "agreed_on", "changes", "value_change"}),
    "Arms": frozenset({"column", "treatment", "comparison"}),
    "Bonus": frozenset({"to", "share", "cap"}),
    "ClaimPeriod": frozenset({"id", "start", "end", "on_account_from", "decided_from"}),
    "Cohort": frozenset({"id", "clause", "register_name", "where", "enrolled", "enrolled_on", "eligible", "arms", "matched", "after_enrolment"}),
    "Comparison": frozenset({"method", "intervals", "level", "decimals"}),
    "Condition": frozenset({"outcome", "rule", "clause", "min_response"}),
    "Deadlines": frozenset({"clause", "cure_hold", "long_stop"}),
    "Disclosure": frozenset({"smallest_count"}),
    "Eligible": frozenset({"withdrawn", "referral", "age", "residence", "not_in"}),
    "Floor": frozenset({"rate", "years", "unpaid", "counts_to_cap"}),
    "Gate": frozenset({"profile", "thresholds", "add"}),
    "GateChange": frozenset({"rule", "threshold", "clause", "because"}),
    "Guarantee": frozenset({"guarantor", "limit"}),
    "InvestorClass": frozenset({"id", "investor", "principal", "drawn_on", "return_cap", "floor"}),
    "Legal": frozenset({"authority", "procurement", "state_aid", "vat", "value", "amendments"}),
    "Matched": frozenset({"clause", "variables", "each", "codes", "benefits"}),
    "NotIn": frozenset({"clause", "register_name"}),
    "OnAccount": frozenset({"clause", "pays_for", "share"}),
    "Outcome": frozenset({"id", "clause", "kind", "cohort", "indicator", "reads", "arguments", "claimed_by", "compare", "implies", "unit", "combine"}),
    "OutcomeContract": frozenset(
        {
            *("contract", "version", "title", "language", "model", "currency", "term", "parties", "cohorts", "outcomes", "payments", "gate", "totals", "deadlines"),
            *("disclosure", "waterfall", "legal"),
        }
    ),
    "Party": frozenset({"id", "name", "roles"}),
    "Payment": frozenset({"id", "clause", "pays_for", "payer", "payee", "requires", "on_account", "rule", "adjust", "claim_periods"}),
    "PrincipalOf": frozenset({"principal"}),
    "ProfileRule": frozenset({"rule", "on", "only", "threshold", "severity", "dimension", "protects", "because", "since", "remedy", "cured_by", "clause", "was"}),
    "Referral": frozenset({"clause", "column", "within"}),
    "Residence": frozenset({"clause", "municipalities"}),
    "Term": frozenset({"start", "end"}),
    "Total": frozenset({"clause", "register_name", "counts", "says", "source"}),
    "Waterfall": frozenset({"clause", "day_count", "classes", "guarantee", "return_split", "over_cap", "bonus", "reverts_to", "distributed_on", "order"}),
    "Withdrawn": frozenset({"clause", "column"}),
}
"""Keys by model. To add one, print it, and then write it here; `tests/reports/test_annex_prints.py` changes every value and looks for it."""


def unprinted(value: Any, place: Place = ()) -> Iterator[Place]:
    """The places of a contract that say something which no annex prints."""
    if isinstance(value, RootModel):
        yield from unprinted(value.root, place)
    elif isinstance(value, BaseModel):
        for name in sorted(value.model_fields_set):
            info = type(value).model_fields[name]
            here = (*place, info.alias or name)
            if name in PRINTED.get(type(value).__name__, ()):
                yield from unprinted(getattr(value, name), here)
            else:
                yield here
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from unprinted(item, (*place, index))


def check_complete(contract: OutcomeContract) -> None:
    """Raise ContractError, with every place, for a contract that says something which the annex would leave out."""
    left_out = [shown(place) for place in unprinted(contract)]
    if left_out:
        raise ContractError(
            f"the annex does not print {', '.join(left_out)}, and nobody may sign less than what is computed",
            where=f"outcomes/{contract.contract}.yaml",
            next_step="print it in pipelines/reports/annex, and name it in completeness.py",
        )
