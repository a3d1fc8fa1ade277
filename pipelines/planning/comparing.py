"""Two nights side by side, claim by claim: what each decides, whom each counts, and what would be paid more or less.

Amounts are exact, as on the board. Counts of people are under disclosure control: one that is small is not said, nor one that leaves over, or
differs from the other side's by, so few that they could be worked out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from indicators.disclosure import is_small
from indicators.result import result_from_data
from pipelines.canonical import plain
from pipelines.contracts.outcome import OutcomeContract
from pipelines.fingerprint import period_of
from pipelines.ledger.journal import Entry
from pipelines.payments.decide import FINAL, ON_ACCOUNT, causes
from pipelines.planning.night import PlannedNight
from pipelines.quality.suites import outcome_subject

SUPPRESSED, FEW = "suppressed", "few"
PAID = "paid"
"""Under this name, beside the roles, stands for how many people a claim pays."""
DECIDED = ("due", "not_met")
NOUGHT = Decimal("0.00")
Data = dict[str, Any]
Counts = dict[str, int]


@dataclass(frozen=True)
class Side:
    """One claim on one side: the decision as a hand-over says it, how many people count in each role and are paid for, what their results come to
    together, and the smallest count of people that is said."""

    said: Data
    people: Counts
    values: dict[str, Decimal]
    smallest: int

    def as_data(self) -> Data:
        people = {name: SUPPRESSED if self._is_hidden(name, count) else count for name, count in self.people.items()}
        values = {name: SUPPRESSED if self._is_few(name, value) else value for name, value in self.values.items()}
        shares = {party: Decimal(share) for party, share in self.said["shares"].items()}
        return {**{name: self.said[name] for name in ("state", "currency", "reason")}, "amount": self.amount, "shares": shares, "people": people, "results": values}

    @property
    def state(self) -> str:
        return str(self.said["state"])

    @property
    def amount(self) -> Decimal:
        return Decimal(self.said["amount"])

    def _is_hidden(self, name: str, count: int) -> bool:
        """Whether a count is small, or leaves few of the treated over, for whom nothing is paid."""
        left = self.people.get("treatment", count) - count if name == PAID else 0
        return is_small(count, self.smallest) or is_small(abs(left), self.smallest)

    def counts_people(self, name: str) -> bool:
        """Whether the results of a role may be a count of its people: whole, and no more than there are."""
        return self.values[name] == int(self.values[name]) and 0 <= self.values[name] <= self.people[name]

    def _is_few(self, name: str, value: Decimal) -> bool:
        left = self.people[name] - int(value)
        return is_small(self.people[name], self.smallest) or (self.counts_people(name) and (is_small(int(value), self.smallest) or is_small(left, self.smallest)))

    @property
    def held_by(self) -> set[tuple[str, str]]:
        return {(str(item["subject"]), str(item["rule"])) for item in causes(self.said["holds"])}


def sides(night: PlannedNight) -> dict[str, Side]:
    """Every claim of a night that has decided, by posting key."""
    results = night.results()
    paid = {made.posting_key: sum(1 for line in made.lines if line.amount) for made in night.decisions if made.lines}
    said = [dict(plain(made.as_data())) for made in night.decisions]
    return {item["posting_key"]: side_of(night.catalogue.contracts.get(item["contract"]), item, results, paid.get(item["posting_key"])) for item in said}


def side_of(contract: OutcomeContract | None, said: Data, results: dict[str, tuple[Data | None, str]], paid: int | None) -> Side:
    """A claim with the people that its outcome counts, by `results` by subject; `paid` are those with something to their name, if any."""
    payment = next((item for item in contract.payments if item.id == said["trigger"]), None) if contract else None
    if contract is None or payment is None:
        return Side(said, {}, {}, 0)
    period = next(item for item in payment.claim_periods if item.id == said["claim_period"])
    outcome, smallest = contract.outcome(payment.outcome_of(said["kind"])), contract.disclosure.smallest_count
    found = results.get(outcome_subject(contract.contract, outcome.id, period_of(outcome, period)), (None, ""))[0] if said["state"] != "not_due" else None
    if found is None:
        return Side(said, {}, {}, smallest)
    roles = sorted(result_from_data(found).roles.items())
    people = {name: role.n_counted for name, role in roles}
    return Side(said, {**people, **({} if paid is None else {PAID: paid})}, {name: role.value for name, role in roles}, smallest)


def compared(before: dict[str, Side], after: dict[str, Side], posted: dict[str, Entry], contract: str | None) -> list[Data]:
    """A row a claim of either side, in the order of the later one, with what stands of it in the ledger; of one `contract`, if one is named."""
    keys = dict.fromkeys([*after, *before])
    settled = {key for key in keys if _is_settled(key, before, after, posted)}
    rows = [_row(before.get(key), after.get(key), posted.get(key), is_settled_by_final=key in settled) for key in keys]
    return [row for row in rows if contract in (None, row["contract"])]


def _is_settled(key: str, before: dict[str, Side], after: dict[str, Side], posted: dict[str, Entry]) -> bool:
    """Whether a posted claim on account is settled by its final one: what moves it moves the other, and counts once."""
    begins, _, kind = key.rpartition("/")
    final = f"{begins}/{FINAL}"
    is_decided = final in posted or any(final in side and side[final].state in DECIDED for side in (before, after))
    return kind == ON_ACCOUNT and key in posted and is_decided


def _row(before: Side | None, after: Side | None, entry: Entry | None, *, is_settled_by_final: bool) -> Data:
    said = next(side.said for side in (after, before) if side)
    return {
        **{name: said[name] for name in ("contract", "trigger", "clause", "claim_period", "kind")},
        "before": _shown(before, after, is_later=False),
        "after": _shown(after, before, is_later=True),
        "difference": _difference(before, after),
        "posted": {"entry": entry.seq, "state": entry.body["state"], "amount": Decimal(entry.body["amount"])} if entry else None,
        "then": _then(after, entry),
        "is_settled_by_final": is_settled_by_final,
        "smallest_count": max(side.smallest for side in (before, after) if side),
        "changes": _changes(before, after),
    }


def _then(after: Side | None, entry: Entry | None) -> str:
    """What would come of a claim: `decided` where nothing is posted; of a posted one a `question` in the ledger, or nothing, since it `stands`."""
    if entry is None:
        return "decided"
    found = (after.state, after.amount) if after else None
    is_asked = found is not None and found[0] in DECIDED and found != (entry.body["state"], Decimal(entry.body["amount"]))
    return "question" if is_asked else "stands"


def _shown(own: Side | None, other: Side | None, *, is_later: bool) -> Data | None:
    """One side as it may be said beside the other: of the later one, not what differs by a few."""
    if own is None:
        return None
    said = own.as_data()
    if is_later and other is not None:
        few = {name for name, count in own.people.items() if is_small(abs(count - other.people.get(name, count)), own.smallest)}
        close = {name for name in own.values if own.counts_people(name) and is_small(abs(int(own.values[name] - other.values.get(name, own.values[name]))), own.smallest)}
        said["people"] = _without(said["people"], few)
        said["results"] = _without(said["results"], close)
    return said


def _without(said: Data, few: set[str]) -> Data:
    return {name: FEW if name in few and count != SUPPRESSED else count for name, count in said.items()}


def _difference(before: Side | None, after: Side | None) -> Decimal | None:
    """What would be paid more; None between two currencies."""
    currencies = {side.said["currency"] for side in (before, after) if side and side.said["currency"]}
    amounts = [side.amount if side else NOUGHT for side in (before, after)]
    return amounts[1] - amounts[0] if len(currencies) < 2 else None  # noqa: PLR2004  two sides


def _changes(before: Side | None, after: Side | None) -> list[str]:
    """What differs of a claim: `new`, `gone`, `state`, `amount`, `shares` of payers, `people`, `results` or `causes`."""
    if before is None or after is None:
        return ["new" if before is None else "gone"]
    differs = {
        "state": before.state != after.state,
        "amount": (before.amount, before.said["currency"]) != (after.amount, after.said["currency"]),
        "shares": before.said["shares"] != after.said["shares"],
        "people": any(before.people[name] != after.people[name] for name in before.people.keys() & after.people.keys()),
        "results": any(before.values[name] != after.values[name] for name in before.values.keys() & after.values.keys()),
        "causes": after.state == "held" == before.state and before.held_by != after.held_by,
    }
    return [name for name, is_so in differs.items() if is_so]


def totals(rows: Iterable[Data]) -> list[Data]:
    """What is due on each side by contract and currency: of claims that are still to be posted; and of posted ones that would be asked about, as
    they stand in the ledger and as they would come out. A claim on account that its final one settles counts with that one."""
    found: dict[tuple[str, str, bool], list[Decimal]] = {}
    for row in rows:
        if row["is_settled_by_final"] or row["then"] == "stands":
            continue
        amounts = [row["posted"]["amount"] if row["posted"] else _amount(row["before"]), _amount(row["after"])]
        for place, side in enumerate((row["before"] or row["after"], row["after"] or row["before"])):
            found.setdefault((row["contract"], side["currency"], row["posted"] is not None), [NOUGHT, NOUGHT])[place] += amounts[place]
    return [
        {"contract": contract, "currency": currency, "is_posted": is_posted, "before": before, "after": after, "difference": after - before}
        for (contract, currency, is_posted), (before, after) in sorted(found.items())
        if before or after
    ]


def _amount(side: Data | None) -> Decimal:
    return side["amount"] if side else NOUGHT
