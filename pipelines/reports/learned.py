"""What a contract's own history teaches, as plain data: when claims were expected and when they were decided, what held them and for how long,
who was left out, what was overridden, amended and restated. Pure; nothing is read here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.ledger.journal import Entry
from pipelines.payments.cash_flow import MONTHS_A_QUARTER, quarter_of

Data = dict[str, Any]
DECIDED = ("due", "not_met")


@dataclass(frozen=True)
class Claim:
    """One trigger, claim period and settlement that the contract agrees on: from which day it is decided, and the entry that decided it, if any."""

    key: str
    trigger: str
    period: str
    kind: str
    expected_on: dt.date
    decided_on: dt.date | None
    state: str

    @property
    def late(self) -> int | None:
        """Days from the first day it could be decided to the day it was; None while it is not."""
        return None if self.decided_on is None else max(0, (self.decided_on - self.expected_on).days)


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter: how many claims the contract's calendar has in it, and how many were decided in it, each way."""

    name: str
    expected: int
    due: int
    not_met: int

    @property
    def decided(self) -> int:
        return self.due + self.not_met


@dataclass(frozen=True)
class Hold:
    """One cause that held one claim from a day up to another; `until` is None while it still does. `days` runs to the as-of day then."""

    contract: str
    key: str
    subject: str
    rule: str
    cured_by: str
    since: dt.date
    until: dt.date | None
    days: int


@dataclass(frozen=True)
class LeftOut:
    """How many of how many people or households were not counted for one reason, in one result and role."""

    outcome: str
    period: str
    role: str
    status: str
    reason: str
    people: int
    of: int


def claims(terms: Data, entries: Iterable[Entry]) -> list[Claim]:
    """Every claim of a contract, by the day it is expected to be decided on."""
    decided = {entry.posting_key: entry for entry in entries if entry.kind == "decision"}
    made = [
        _claim(f"{terms['contract']}/{payment['id']}/{period['id']}/all/{kind}", payment["id"], period, kind, decided)
        for payment in terms["payments"]
        for period in payment["claim_periods"]
        for kind in (("on_account", "final") if payment.get("on_account") else ("final",))
    ]
    return sorted(made, key=lambda claim: (claim.expected_on, claim.key))


def _claim(key: str, trigger: str, period: Data, kind: str, decided: dict[str, Entry]) -> Claim:
    day = period["on_account_from"] if kind == "on_account" else period["decided_from"]
    entry = decided.get(key)
    return Claim(key, trigger, period["id"], kind, dt.date.fromisoformat(str(day)), entry.as_of if entry else None, entry.body["state"] if entry else "")


def quarters(found: Sequence[Claim]) -> list[Quarter]:
    """Every calendar quarter from the first claim's to the last one's."""
    days = [day for claim in found for day in (claim.expected_on, claim.decided_on) if day]
    names = _span(min(days), max(days)) if days else []
    expected = [quarter_of(claim.expected_on) for claim in found]
    decided = [(quarter_of(claim.decided_on), claim.state) for claim in found if claim.decided_on]
    return [Quarter(name, expected.count(name), *(decided.count((name, state)) for state in DECIDED)) for name in names]


def _span(first: dt.date, last: dt.date) -> list[str]:
    places = range(first.year * 4 + (first.month - 1) // MONTHS_A_QUARTER, last.year * 4 + (last.month - 1) // MONTHS_A_QUARTER + 1)
    return [f"{place // 4}Q{place % 4 + 1}" for place in places]


def holds(entries: Iterable[Entry], as_of: dt.date) -> list[Hold]:
    """Every cause of every hold, from the night it was first entered to the night that the claim was decided, or held without it. The longest first."""
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.as_of <= as_of and entry.kind in ("hold", "decision"):
            about.setdefault(entry.about, []).append(entry)
    made = [hold for found in about.values() for hold in _holds_of(found, as_of)]
    return sorted(made, key=lambda hold: (-hold.days, hold.key, hold.subject, hold.rule))


def _holds_of(found: Sequence[Entry], as_of: dt.date) -> list[Hold]:
    """The causes that held one claim, from its holds and decisions in their order."""
    made: list[Hold] = []
    standing: dict[tuple[str, str], tuple[dt.date, str]] = {}
    for entry in found:
        named = {(cause["subject"], cause["rule"]): cause["cured_by"] for cause in entry.body["causes"]} if entry.kind == "hold" else {}
        made += [_hold(entry, cause, *standing.pop(cause), entry.as_of, as_of) for cause in [*standing] if cause not in named]
        for cause, cured_by in named.items():
            standing.setdefault(cause, (entry.as_of, cured_by))
    return made + [_hold(found[-1], cause, since, cured_by, None, as_of) for cause, (since, cured_by) in standing.items()]


def _hold(entry: Entry, cause: tuple[str, str], since: dt.date, cured_by: str, until: dt.date | None, as_of: dt.date) -> Hold:
    return Hold(entry.contract, entry.about, *cause, cured_by, since, until, ((until or as_of) - since).days)


def days_by(found: Iterable[Hold], attribute: str) -> list[tuple[str, int, int]]:
    """Held claim-days and holds together, by a hold's `cured_by`, `rule` or `contract`, the most days first: one claim held for a day by two
    causes is two days."""
    total: dict[str, tuple[int, int]] = {}
    for hold in found:
        named = getattr(hold, attribute)
        days, times = total.get(named, (0, 0))
        total[named] = (days + hold.days, times + 1)
    return sorted(((named, days, times) for named, (days, times) in total.items()), key=lambda item: (-item[1], item[0]))


def left_out(results: Data) -> list[LeftOut]:
    """Who was not counted in each result, and why; nothing of results whose data do not reach yet, since nobody is left out of them."""
    made = []
    for key, result in sorted(results.items()):
        for role, found in sorted(((result or {}).get("roles") or {}).items()):
            named = result["outcome"], result.get("claim_period") or key.partition("/")[2], role
            made += [LeftOut(*named, status, reason, people, found["n"]) for status, reason, people in found.get("reasons") or [] if status in ("ineligible", "not_observed")]
    return made


def overrides(entries: Iterable[Entry]) -> list[Data]:
    """Every release of a held claim: day, entry, claim, the rules it passed over, the two parties and their reason. Never whose names stood under it."""
    return [
        {
            "as_of": entry.as_of,
            "entry": entry.seq,
            "contract": entry.contract,
            "key": entry.about,
            "rules": sorted({cause["rule"] for cause in entry.body["causes"]}),
            "parties": [person["party"] for person in entry.body["by"]],
            "because": entry.body["because"],
        }
        for entry in entries
        if entry.kind == "override"
    ]


def restatements(entries: Iterable[Entry]) -> list[Data]:
    """Every true-up, and every open question about a posted claim: day, entry, claim, cause and what it moves, nought for a question."""
    return [_restated(entry) for entry in entries if entry.kind in ("true_up", "question")]


def _restated(entry: Entry) -> Data:
    body, is_question = entry.body, entry.kind == "question"
    return {
        "as_of": entry.as_of,
        "entry": entry.seq,
        "contract": entry.contract,
        "key": entry.about,
        "is_question": is_question,
        "cause": "" if is_question else body["cause"],
        "why": body.get("why", "") if is_question else body["reason"],
        "amount": Decimal("0.00") if is_question else Decimal(body["amount"]),
        "people": None if is_question else body["moved"]["up"] + body["moved"]["down"],
    }
