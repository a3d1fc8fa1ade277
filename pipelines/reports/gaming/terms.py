"""Figures that need no data of people: what the contract states, and what the ledger holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from fractions import Fraction

from pipelines.contracts.outcome import OutcomeContract, Party
from pipelines.contracts.profile import Profile
from pipelines.ledger.journal import Entry
from pipelines.payments.cash_flow import share_at_risk
from pipelines.payments.certain import certain
from pipelines.quality.suites import change_of
from pipelines.reports.gaming.figures import Figure, share_of_things, unmeasured

SIDES = {
    "commissioner": "buys",
    "payer": "buys",
    "data_supplier": "supplies",
    "provider": "delivers",
    "intermediary": "delivers",
    "investor": "funds",
    "guarantor": "funds",
    "evaluator": "evaluates",
}
UNRECORDED = {
    "days_to_approval": "approvals and payments are not recorded here yet",
    "small_disputes": "disputes are not recorded here yet, and there are none before approvals",
    "break_after_a_cohort": "the contract states no break point",
    "self_support_after_sanction": "no register says which weeks without a benefit follow a sanction",
}
"""Figures that nothing here can compute, and why."""
NO_INVESTOR = "the contract has no waterfall, and so no investor's principal"


def of_terms(contract: OutcomeContract, profile: Profile, entries: Iterable[Entry], as_of: dt.date) -> list[Figure]:
    """The figures of a contract's text and of the ledger by a day, and those that cannot be computed at all."""
    name = contract.contract
    found = [unmeasured(name, figure, reason) for figure, reason in UNRECORDED.items()]
    changed = sum(change_of(rule) in ("tightened", "added") for rule in profile.rules)
    found.append(share_of_things(name, "gate_tightened", "", changed, len(profile.rules), "the gate has no rules"))
    overrides = [entry for entry in entries if entry.kind == "override" and entry.contract == name and entry.as_of <= as_of]
    one_sided = sum(_is_one_sided(contract, entry) for entry in overrides)
    found.append(share_of_things(name, "overrides_by_one_side", "", one_sided, len(overrides), "nothing was overridden"))
    return [*found, _evaluators(contract), *_investors(contract)]


def _is_one_sided(contract: OutcomeContract, entry: Entry) -> bool:
    """Whether those who signed speak for parties that have a side in common."""
    sides = [{SIDES[role] for party in contract.parties if party.id == item["party"] for role in party.roles} for item in entry.body["by"]]
    return bool(set.intersection(*sides)) if sides else False


def _evaluators(contract: OutcomeContract) -> Figure:
    evaluators = [party for party in contract.parties if "evaluator" in party.roles]
    related = sum(len(party.roles) > 1 or any(_is_same(party, other) for other in contract.parties if other.id != party.id) for party in evaluators)
    return share_of_things(contract.contract, "evaluators_related", "", related, len(evaluators), "the contract names no evaluator")


def _is_same(party: Party, other: Party) -> bool:
    return party.name.casefold() == other.name.casefold()


def _investors(contract: OutcomeContract) -> Iterator[Figure]:
    name, flow = contract.contract, contract.waterfall
    if flow is None:
        yield unmeasured(name, "drawn_late", NO_INVESTOR)
        yield unmeasured(name, "principal_at_risk", NO_INVESTOR)
        return
    for item in flow.classes:
        yield Figure(name, "drawn_late", item.id, value=Fraction((item.first_drawn - contract.term.start).days))
    at_risk = share_at_risk(flow, certain(contract)).values()
    yield Figure(name, "principal_at_risk", value=sum((Fraction(item.lost) for item in at_risk), Fraction(0)) / sum((Fraction(item.drawn) for item in at_risk), Fraction(0)))
