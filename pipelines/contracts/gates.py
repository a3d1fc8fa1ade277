"""What a contract may change in its gate profile, and what it may not."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.contracts.profile import Gate, Profile, ProfileRule
from pipelines.contracts.source import Place, Source, nearest

INDISPENSABLE = ("cohort_period_covered", "coverage_reaches_windows", "follow_up_is_complete", "frozen_cohort_unchanged")
"""Without these no payment is proved, whatever a profile is for and a contract agrees."""
OF_REGISTERS = "every register is held to one profile for all contracts; a contract changes rules for cohorts, outcomes and triggers"


def check_gate(gate: Gate, profile: Profile, expectations: Sequence[str], source: Source) -> None:
    """Find every change and addition that does not fit the profile or the expectations there are."""
    of_profile = {rule.rule: rule for rule in profile.rules}
    seen: set[str] = set()
    for index, change in enumerate(gate.thresholds):
        place: Place = ("gate", "thresholds", index)
        if change.rule not in of_profile:
            source.add((*place, "rule"), f"the profile {profile.pin} has no rule '{change.rule}'{nearest(change.rule, list(of_profile))}")
        elif of_profile[change.rule].on == "register":
            source.add((*place, "rule"), OF_REGISTERS)
        elif of_profile[change.rule].threshold == change.threshold:
            source.add((*place, "threshold"), f"{change.threshold:f} is the threshold of {profile.pin} already; take the change out")
        elif change.rule in INDISPENSABLE and (of_profile[change.rule].threshold == 0 or change.threshold <= 0):
            source.add((*place, "threshold"), f"no payment is proved without '{change.rule}'; {change.threshold:f} would let everything through")
        if change.rule in seen:
            source.add((*place, "rule"), f"the rule '{change.rule}' is changed twice; which threshold holds is not said")
        seen.add(change.rule)
    for index, rule in enumerate(gate.add):
        _check_added(rule, of_profile, [earlier.rule for earlier in gate.add[:index]], expectations, source, ("gate", "add", index))


def _check_added(rule: ProfileRule, of_profile: dict[str, ProfileRule], added: list[str], expectations: Sequence[str], source: Source, place: Place) -> None:
    if rule.rule not in expectations:
        source.add((*place, "rule"), f"there is no expectation '{rule.rule}'{nearest(rule.rule, list(expectations))}")
    if rule.rule in of_profile or rule.rule in added:
        source.add((*place, "rule"), f"the rule '{rule.rule}' is there already; change its threshold under 'thresholds'")
    if rule.on == "register":
        source.add((*place, "on"), OF_REGISTERS)
    if rule.clause is None:
        source.add(place, "a rule that a contract adds cites its 'clause'")
    if rule.was is not None:
        source.add((*place, "was"), "a rule that a contract adds has no earlier threshold")
