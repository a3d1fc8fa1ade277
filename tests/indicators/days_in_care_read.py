"""A second reading of `days_in_care`: a day at a time, of the same children and terms as days out of care."""

from __future__ import annotations

from days_read import REASONS, Child, Terms, days_of, examples, is_in_care, outside, tables, why_not
from reading import Answer, Example, Reading, events_of


def read(child: Child, made: Example) -> Answer:
    """The clause of `days_in_care`, a day at a time."""
    said: Terms = made.said
    days, after = days_of(child, said), said.after.model_dump()
    if not days:
        return ("ineligible", "outside_claim_period", None, None, days.start, days.stop)
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, days.start, days.stop)
    happened = events_of(child.enrolled, child.homes, child.died, child.born)
    at_risk, in_care, against, why = 0, 0, 0, ""
    for day in days:
        begun = [(after[name], word) for since, name, word in happened if since <= day and after[name] != "keep"]
        why = why or (begun[0][1] if begun else "")
        if "stop" in [what for what, _ in begun]:
            break
        at_risk += 1
        if begun:
            against += 1
        elif is_in_care(child, day, said):
            in_care += 1
    lost = why_not(child, said, at_risk)
    if lost:
        return (*lost, None, None, days.start, days.stop)
    return ("counted", why or ("placed_some_days" if in_care else "at_home_throughout"), at_risk, in_care + against, days.start, days.stop)


DAYS_IN_CARE = Reading("days_in_care@1", examples(), read, tables, outside, REASONS)
