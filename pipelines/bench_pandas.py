"""The indicators of the sample's contracts as somebody at home in pandas would write them: whole columns at a time, no loops over people.

Only `udbytte bench --indicators` runs this. Each function gives person_id, status, reason, exposure and value, as the indicator of its name
does; the sample's contracts stop at death and emigration, and `trygt_hjem` at the eighteenth birthday. pandas comes with Great Expectations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Read = Callable[[str], Any]
"""Reads a staged table as a frame."""
LONGEST_UNSEEN = 100


def enrolled(_read: Read, asked: Any, _terms: dict[str, Any], _until: int) -> Any:
    return _answer(asked, pd.Series("counted", asked.index), pd.Series("enrolled", asked.index), 1, 1)


def rearrest(read: Read, asked: Any, terms: dict[str, Any], until: int) -> Any:
    window = asked.assign(a=asked.enrolled_day, b=asked.enrolled_day + 7 * terms["weeks"])
    arrests = read("arrests").merge(window, on="person_id")
    first = arrests[(arrests.start_day >= arrests.a) & (arrests.start_day < arrests.b)].groupby("person_id").start_day.min()
    searches = read("arrests_searched")
    searched = searches.groupby("person_id").end_day.max()
    found = window.set_index("person_id").assign(first=first, searched=searched, days=_days_inside(searches, window)).reset_index()
    is_arrested, is_followed = found["first"].notna(), found.days == found.b - found.a
    reason = np.select(
        [found.b > until, is_arrested, is_followed, found.searched.isna(), found.searched < found.b],
        ["window_not_covered_yet", "arrested", "no_arrest", "unlinked", "follow_up_ends_early"],
        "follow_up_has_gaps",
    )
    status = np.select([found.b > until, is_arrested | is_followed], ["not_mature", "counted"], "not_observed")
    return _answer(found, status, reason, found["first"].add(1).fillna(found.b) - found.a, is_arrested.astype(int))


def who5_change(read: Read, asked: Any, terms: dict[str, Any], until: int) -> Any:
    window, items, around = _claim_window(asked, terms), [f"who5_{item}" for item in range(1, 6)], terms["baseline_days"]
    answers = read("who5").dropna(subset=items)
    answers = answers[answers[items].ge(0).all(axis=1) & answers[items].le(5).all(axis=1)]
    answers = answers.assign(score=4 * answers[items].sum(axis=1))[["person_id", "answered_day", "score"]].merge(window, on="person_id")
    answers = answers.sort_values(["person_id", "answered_day", "score"])
    first = answers[(answers.answered_day - answers.enrolled_day).abs() <= around].groupby("person_id")[["answered_day", "score"]].first()
    last = answers[(answers.answered_day >= answers.a) & (answers.answered_day < answers.b)].groupby("person_id")[["answered_day", "score"]].last()
    found = window.set_index("person_id").join(first).join(last.add_suffix("_last")).reset_index()
    is_late, is_outside = (found.b > until) & (found.a < found.b), found.a >= found.b
    is_counted = found.answered_day_last > found.answered_day
    status = np.select([is_late, is_outside, is_counted], ["not_mature", "ineligible", "counted"], "not_observed")
    reason = np.select(
        [is_late, is_outside, is_counted, found.answered_day.isna()], ["window_not_covered_yet", "outside_claim_period", "answered_twice", "no_baseline"], "no_follow_up"
    )
    return _answer(found, status, reason, found.answered_day_last - found.answered_day, found.score_last - found.score)


def days_out_of_care(read: Read, asked: Any, terms: dict[str, Any], until: int) -> Any:
    found = _present(read, _claim_window(asked, terms))
    births = read("bef_person")[["person_id", "birth_day"]].astype({"birth_day": float})
    found = found.merge(births, on="person_id", how="left")
    found["adult"] = _same_date(found.birth_day, 18)
    found["ends"] = found[["b", "died", "left", "adult"]].min(axis=1)
    at_risk = (found.ends - found.a).clip(lower=0)
    placements = read("buaf")
    placements = placements[placements.type.isin(terms["counting"])]
    in_care = found.person_id.map(_days_inside(placements, found.assign(b=found.ends))).fillna(0)
    is_late, is_resident, is_early = (found.b > until) & (found.a < found.b), found.seen.notna(), found.ends < found.b
    never = [found.a >= found.b, found.died <= found.enrolled_day, found.birth_day > found.enrolled_day, is_resident & (at_risk == 0)]
    unseen = [~found.is_known, ~is_resident, found.birth_day.isna()]
    ended = [is_early & (found.died == found.ends), is_early & (found.left == found.ends), is_early, in_care > 0]
    reason = np.select(
        [is_late, *never, *unseen, *ended],
        [
            *("window_not_covered_yet", "outside_claim_period", "died_before_enrolment", "born_after_enrolment", "no_day_at_risk"),
            *("unlinked", "not_resident_at_enrolment", "birth_day_unknown", "died", "emigrated", "turned_18", "placed_some_days"),
        ],
        "at_home_throughout",
    )
    status = np.select([is_late, np.any(never, axis=0), np.any(unseen, axis=0)], ["not_mature", "ineligible", "not_observed"], "counted")
    return _answer(found, status, reason, at_risk, at_risk - in_care)


def weeks_self_supporting(read: Read, asked: Any, terms: dict[str, Any], until: int) -> Any:
    weeks, most = terms["weeks"], terms["pause_at_most"]
    window = asked.assign(a=_monday(asked.enrolled_day + 6))
    dream = read("dream")
    spells = dream.merge(window[["person_id", "a"]].rename(columns={"a": "opens"}), on="person_id")
    spells = spells[(spells.end_day > spells.opens) & (spells.start_day < spells.opens + 7 * (weeks + most))]
    spells = spells.merge(terms["placed"].rename(columns={"start_day": "valid_from", "end_day": "valid_to"}), on="code")
    spells["from"] = spells[["start_day", "opens", "valid_from"]].max(axis=1)
    spells["to"] = np.minimum(np.minimum(spells.end_day, spells.opens + 7 * (weeks + most)), spells.valid_to)
    spells = spells[spells["from"] < spells["to"]]
    found = _present(read, window.assign(b=_closing(window, spells, weeks, most)))
    found["stop"] = found.person_id.map(spells[spells.placed == "stop"].groupby("person_id")["from"].min())
    event = found[["b", "died", "left"]].min(axis=1)
    found["risk_end"] = np.maximum(found.a, _monday(np.fmin(event, found["stop"])))
    tally = _tally(spells, found)
    seen, success, at_risk = (found.person_id.map(tally[name]).fillna(0) for name in ("seen", "success", "at_risk"))
    is_late, is_resident, is_followed = found.b > until, found.seen.notna(), seen == found.risk_end - found.a
    is_dead, has_none = found.died <= found.enrolled_day, is_resident & is_followed & (at_risk == 0)
    unlinked = ~found.person_id.isin(dream.person_id.unique()) | ~found.is_known
    reason = np.select(
        [is_late, is_dead, has_none, unlinked, ~is_resident, ~is_followed, found["stop"] < _monday(event), (event < found.b) & (found.died == event), event < found.b],
        [
            *("window_not_covered_yet", "died_before_enrolment", "no_week_at_risk", "unlinked", "not_resident_at_enrolment"),
            *("week_without_a_placed_code", "stopped_by_code", "died", "emigrated"),
        ],
        "observed_throughout",
    )
    status = np.select([is_late, is_dead | has_none, is_resident & is_followed], ["not_mature", "ineligible", "counted"], "not_observed")
    return _answer(found, status, reason, at_risk, success // 7)


def _closing(window: Any, spells: Any, weeks: int, most: int) -> Any:
    """The day each window ends on, later by the weeks that are paused before it."""
    pauses = spells[spells.placed == "pause"].sort_values(["person_id", "from"])
    length = pauses["to"] - pauses["from"]
    before = length.groupby(pauses.person_id).cumsum() - length
    counts = pauses["from"] - pauses.opens - before < 7 * weeks
    paused = length[counts].groupby(pauses.person_id[counts]).sum().clip(upper=7 * most)
    return window.a + 7 * weeks + window.person_id.map(paused).fillna(0).astype("int32")


def _tally(spells: Any, found: Any) -> Any:
    inside = spells.merge(found[["person_id", "risk_end"]], on="person_id")
    days = (np.minimum(inside["to"], inside.risk_end) - inside["from"]).clip(lower=0)
    parts = {"seen": days, "success": days.where(inside.placed == "success", 0), "at_risk": days.where(inside.placed.isin(["success", "failure"]), 0)}
    return pd.DataFrame({"person_id": inside.person_id, **parts}).groupby("person_id").sum()


def _present(read: Read, window: Any) -> Any:
    """`window` with `is_known`, `seen` (until when residence on the day of enrolment is proven), `died` and `left`."""
    homes = read("bef_residence")
    there = homes.merge(window[["person_id", "enrolled_day"]], on="person_id")
    seen = there[(there.start_day <= there.enrolled_day) & (there.enrolled_day < there.end_day)].groupby("person_id").end_day.max()
    died = window.person_id.map(read("dod").groupby("person_id").start_day.min())
    until = window.person_id.map(seen)
    stayed = (died >= until) & (died <= until + LONGEST_UNSEEN)
    return window.assign(is_known=window.person_id.isin(homes.person_id.unique()), seen=until, died=died, left=until.mask(stayed))


def _claim_window(asked: Any, terms: dict[str, Any]) -> Any:
    begins, ends = terms["claim_period"]
    opens = asked.enrolled_day.clip(lower=begins)
    return asked.assign(a=opens, b=np.maximum(opens, _same_date(asked.enrolled_day, terms["years"]).clip(upper=ends)).astype("int32"))


def _days_inside(spells: Any, window: Any) -> Any:
    """Days of each person's window [a, b) that spells cover, by person: overlapping ones once."""
    inside = spells.merge(window[["person_id", "a", "b"]], on="person_id")
    inside = inside.assign(start=np.maximum(inside.start_day, inside.a), end=np.minimum(inside.end_day, inside.b))
    inside = inside[inside.start < inside.end].sort_values(["person_id", "start"])
    reached = inside.groupby("person_id").end.cummax().groupby(inside.person_id).shift()
    days = (inside.end - np.fmax(inside.start, reached)).clip(lower=0)
    return days.groupby(inside.person_id).sum()


def _same_date(day: Any, years: int) -> Any:
    """The same date so many years later, as a day number; missing where the day is."""
    moved = pd.to_datetime(day, unit="D") + pd.DateOffset(years=years)
    return (moved - pd.Timestamp(0)).dt.days


def _monday(day: Any) -> Any:
    return day - (day + 3) % 7


def _answer(found: Any, status: Any, reason: Any, exposure: Any, value: Any) -> Any:
    made = pd.DataFrame({"person_id": found.person_id, "status": status, "reason": reason, "exposure": exposure, "value": value})
    made.loc[made.status != "counted", ["exposure", "value"]] = np.nan
    return made.astype({"exposure": "Int64", "value": "Int64"})


WAYS: dict[str, Callable[[Read, Any, dict[str, Any], int], Any]] = {
    "days_out_of_care": days_out_of_care,
    "enrolled": enrolled,
    "rearrest": rearrest,
    "weeks_self_supporting": weeks_self_supporting,
    "who5_change": who5_change,
}
