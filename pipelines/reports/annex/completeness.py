"""Which keys of a contract an annex prints. One that is not here stops the annex: nobody may sign less than what is computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, RootModel

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place, shown
from pipelines.errors import ContractError

PRINTED: dict[str, frozenset[str]] = {
    "AllowedErrors": frozenset({"clause", "pays_for_nothing", "misses", "scenarios"}),
    "AfterEnrolment": frozenset({"died", "emigrated", "turned_18", "moved", "withdrew"}),
    "Age": frozenset({"clause", "at_least", "below", "birth_day_unknown"}),
    "Amendment": frozenset({"version", "agreed_on", "clause", "because", "value"}),
    "Amendments": frozenset({"clause", "value_at_signing", "made"}),
    "Amounts": frozenset({"clause", "vat", "caps"}),
    "Arms": frozenset({"column", "treatment", "comparison"}),
    "BudgetYears": frozenset({"first", "last"}),
    "Bonus": frozenset({"to", "share", "cap"}),
    "CapAYear": frozenset({"clause", "amount", "year", "by", "excess"}),
    "CapInAll": frozenset({"clause", "amount"}),
    "Caps": frozenset({"in_all", "per_year", "per_payer"}),
    "ChangeInLaw": frozenset({"clause", "notice", "then"}),
    "ClaimPeriod": frozenset({"id", "start", "end", "on_account_from", "decided_from", "expected"}),
    "Closes": frozenset({"clause", "at_size"}),
    "Cohort": frozenset({"id", "clause", "register_name", "where", "enrolled", "enrolled_on", "closes", "too_few", "eligible", "arms", "matched", "after_enrolment"}),
    "Comparison": frozenset(
        {"method", "arguments", "before", "earlier", "covariates", "clusters", "lacking_at_most", "errors", "placebos", "intervals", "level", "decimals"},
    ),
    "Condition": frozenset({"outcome", "rule", "clause", "min_response"}),
    "Consequence": frozenset({"clause", "source", "dated", "id", "follows", "kind", "unit", "price", "lasts", "shares", "refund"}),
    "ContractTerm": frozenset({"clause", "start", "end", "latest_start", "service_until", "repaid_by"}),
    "Deadlines": frozenset({"clause", "cure_hold", "long_stop", "then", "approve", "silence", "object", "pay"}),
    "Disclosure": frozenset({"smallest_count", "rounded_to", "dominance"}),
    "Discount": frozenset({"clause", "source", "dated", "rates"}),
    "Dominance": frozenset({"persons", "share"}),
    "Draw": frozenset({"on", "amount"}),
    "Eligible": frozenset({"withdrawn", "referral", "age", "residence", "not_in"}),
    "ExpectedEffect": frozenset({"each", "low", "high", "people"}),
    "Floor": frozenset({"rate", "years", "unpaid", "counts_to_cap"}),
    "Gate": frozenset({"profile", "thresholds", "add"}),
    "GateChange": frozenset({"rule", "threshold", "clause", "because"}),
    "Guarantee": frozenset({"guarantor", "limit"}),
    "InvestorClass": frozenset({"id", "investor", "principal", "drawn_on", "draws", "drawn", "return_cap", "floor", "premium", "protection"}),
    "IrrCap": frozenset({"irr", "on", "day_count"}),
    "Legal": frozenset({"authority", "procurement", "state_aid", "data_basis", "vat", "data_protection"}),
    "Matched": frozenset({"clause", "variables", "nearest", "each", "codes", "benefits", "unmatched_at_most", "differs_at_most"}),
    "NearestPeople": frozenset({"by", "variables", "within", "calipers", "with_replacement"}),
    "NotIn": frozenset({"clause", "register_name"}),
    "OnAccount": frozenset({"clause", "pays_for", "share"}),
    "Outcome": frozenset({"id", "title", "clause", "kind", "cohort", "indicator", "reads", "arguments", "claimed_by", "compare", "implies", "unit", "combine", "months_before"}),
    "OutcomeContract": frozenset(
        {
            *("contract", "version", "title", "language", "model", "currency", "term", "parties", "cohorts", "outcomes", "payments", "gate", "totals", "deadlines"),
            *("disclosure", "waterfall", "amounts", "caps", "true_up", "referrals", "change_in_law", "refunds", "retention", "amendments", "legal", "value"),
        }
    ),
    "Party": frozenset({"id", "name", "roles", "cvr", "ean"}),
    "PayerShares": frozenset({"municipality", "region", "state", "citizen", "others"}),
    "PayersOf": frozenset({"municipality", "region", "state", "citizen", "others"}),
    "Payment": frozenset({"id", "clause", "pays_for", "payer", "payee", "split", "unless_paid", "requires", "on_account", "rule", "adjust", "claim_periods"}),
    "Placebos": frozenset({"clause", "outcomes", "then"}),
    "Premium": frozenset({"share", "tiers", "all_goals"}),
    "PremiumOf": frozenset({"premium"}),
    "PremiumTier": frozenset({"starts_at", "share"}),
    "PrincipalOf": frozenset({"principal"}),
    "ProfileRule": frozenset({"rule", "on", "only", "threshold", "severity", "dimension", "protects", "because", "since", "remedy", "cured_by", "clause", "was"}),
    "Protection": frozenset({"by", "of", "share", "limit", "on", "repaid"}),
    "ProtectionOf": frozenset({"protection"}),
    "Referral": frozenset({"clause", "column", "within"}),
    "Referrals": frozenset({"clause", "by", "minimum", "shortfall_price"}),
    "RefundSchedule": frozenset({"clause", "by", "holds_from", "price_level", "steps"}),
    "RefundStep": frozenset({"at", "share"}),
    "Refunded": frozenset({"schedule", "from_week", "amount_a_year", "price_level"}),
    "Refunds": frozenset({"clause", "amounts_are", "schedules"}),
    "Residence": frozenset({"clause", "municipalities"}),
    "Retention": frozenset({"clause", "person_rows", "ledger", "on_expiry"}),
    "Split": frozenset({"clause", "shares"}),
    "Term": frozenset({"start", "end"}),
    "TooFew": frozenset({"clause", "below", "then"}),
    "Total": frozenset({"clause", "register_name", "counts", "says", "source"}),
    "TrueUp": frozenset({"clause", "until", "since", "below", "settle"}),
    "UnitValue": frozenset({"marginal", "average", "price_level", "per"}),
    "UnlessPaid": frozenset({"clause", "payments"}),
    "Value": frozenset({"clause", "price_level", "years", "payers", "index", "discount", "effects", "consequences", "costs"}),
    "ValueCost": frozenset({"clause", "source", "dated", "id", "kind", "payer", "price_level", "amounts", "came_to"}),
    "ValueIndex": frozenset({"clause", "source", "dated", "name", "levels"}),
    "ValuedEffect": frozenset({"clause", "source", "dated", "outcome", "figure", "better", "interval", "deadweight", "expected"}),
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
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unprinted(item, (*place, str(key)))


def check_complete(contract: OutcomeContract) -> None:
    """Raise ContractError, with every place, for a contract that says something which the annex would leave out."""
    left_out = [shown(place) for place in unprinted(contract)]
    if left_out:
        raise ContractError(
            f"the annex does not print {', '.join(left_out)}, and nobody may sign less than what is computed",
            where=f"outcomes/{contract.contract}.yaml",
            next_step="print it in pipelines/reports/annex, and name it in completeness.py",
        )
