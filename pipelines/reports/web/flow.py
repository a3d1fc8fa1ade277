"""The flow of people: from referred to enrolled, to those a contract counts, to those whose result is known; and at each step who left, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from pipelines.reports.phrases import Language
from pipelines.reports.web import plots

Data = dict[str, Any]
BEFORE_ENROLMENT = ("never_enrolled", "withdrawn_before_enrolment")
COUNTED, INELIGIBLE = "counted", "ineligible"


def flows_of(terms: Data, people: Iterable[Data], results: Sequence[Data]) -> list[Data]:
    """A flow for each cohort, and one from its members to those counted for each outcome that rests on it alone. `people` are counts of a contract's
    cohorts by role, status and reason; `results` are its results as `contract.contract_data` has them."""
    by_cohort: dict[str, list[Data]] = {}
    for item in people:
        by_cohort.setdefault(item["cohort"], []).append(item)
    return [{"cohort": name, "steps": _steps(items)} for name, items in by_cohort.items()] + _followed(terms, results)


def _steps(items: list[Data]) -> list[Data]:
    """Of one cohort: who is on its list, who was enrolled, who counts, and how many of these are in which group."""
    listed = sum(item["people"] for item in items if item["reason"] != "matched")
    gone = [item for item in items if item["reason"] in BEFORE_ENROLMENT]
    out = [item for item in items if item["status"] == INELIGIBLE and item["reason"] not in BEFORE_ENROLMENT]
    enrolled = listed - sum(item["people"] for item in gone)
    eligible = [item for item in items if item["status"] != INELIGIBLE and item["reason"] != "matched"]
    drawn = [item for item in items if item["reason"] == "matched"]
    roles: dict[str, int] = {}
    for item in eligible:
        roles[item["role"]] = roles.get(item["role"], 0) + item["people"]
    made = [_step("referred", listed, []), _step("enrolled", enrolled, gone), _step("in_cohort", sum(roles.values()), out)]
    if len(roles) > 1:
        made[-1]["roles"] = roles
    return [*made, *([{**_step("drawn_to_compare", sum(item["people"] for item in drawn), []), "is_beside": True}] if drawn else [])]


def _step(name: str, people: int, left: list[Data]) -> Data:
    reasons: dict[str, int] = {}
    for item in left:
        reasons[item["reason"]] = reasons.get(item["reason"], 0) + item["people"]
    return {"step": name, "people": people, "left": sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))}


def _followed(terms: Data, results: Sequence[Data]) -> list[Data]:
    """Of each outcome's newest result: who is in the claim period, and who of them was counted, with the reasons of the others."""
    made = []
    for outcome in terms["outcomes"]:
        known = [item for item in results if item["outcome"] == outcome["id"] and any(role["n"] for role in item["result"]["roles"].values())]
        counted = [item for item in known if any(role["n_counted"] for role in item["result"]["roles"].values())]
        if not known:
            continue
        newest = (counted or known)[-1]
        for role, counts in newest["result"]["roles"].items():
            left = [{"reason": reason, "people": people} for status, reason, people in counts["reasons"] if status != COUNTED]
            steps = [_step("in_claim", counts["n"], []), _step(COUNTED, counts["n_counted"], left)]
            kept = sorted(((reason, people) for status, reason, people in counts["reasons"] if status == COUNTED), key=lambda pair: (-pair[1], pair[0]))
            made.append({"outcome": outcome["id"], "period": newest["period"], "role": role, "steps": [steps[0], {**steps[1], "kept": kept}]})
    return made


def drawn(steps: Sequence[Data], language: Language) -> Markup:
    """A flow as a plot."""
    shown = [item for item in steps if not item.get("is_beside")]
    made = [
        plots.Step(
            str(language.term("step", item["step"]).striptags()),
            item["people"],
            tuple(f"{language.number(people)} {language.term('reason', reason).striptags()}" for reason, people in item["left"]),
        )
        for item in shown
    ]
    return plots.flow(made, language.bare("flow_title"), [language.number(item["people"]) for item in shown])
