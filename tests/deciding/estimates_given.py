"""What the tests of given estimates share: a contract whose evaluator estimates the days at home, her file, and nights of a town that take it."""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from home_days_given import contract, payment, result_of
from nights_given import Town

from indicators.result import Result
from pipelines.canonical import canonical
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.deciding import Deciding
from pipelines.estimates import keeping
from pipelines.estimates.shape import EstimateFile, read
from pipelines.estimates.standing import with_estimate
from pipelines.ledger import estimating, signing
from pipelines.ledger.journal import Entry, Journal
from pipelines.ledger.journal import read as ledger_of
from pipelines.payments.decide import Decision
from pipelines.settings import Home

PERIOD = "2025Q2"
QUARTER = {"id": PERIOD, "from": dt.date(2025, 4, 1), "to": dt.date(2025, 7, 1), "decided_from": dt.date(2025, 10, 1)}
MADE_ON, GIVEN_ON, DECIDED_ON = dt.date(2025, 7, 1), dt.date(2025, 9, 1), dt.date(2025, 10, 1)
FINAL = f"hjemmedage/{PERIOD}/final"
CLAIM = f"hjemmedage/{PERIOD}"
INGE, BO, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))
"""The evaluator's own person, one of the municipality, and nobody."""
TERMS = {
    "by": "institut",
    "quantities": ["difference"],
    "unit": "days a child",
    "at_least": {"treatment": 6, "comparison": 8},
    "cohort_differs": Decimal("0.10"),
    "at_latest": "P120D",
}
COMPARE = {"method": "external@1", "with": TERMS, "intervals": ["robust", "stated"], "level": Decimal("0.95"), "decimals": 2}
TRUE_UP = {"clause": "Bilag 3 §11", "until": "P12M", "from": "claim_period_end", "below": Decimal("0.00"), "settle": "next_statement"}
PAYS = {"threshold@1": {"measure": "difference", "at_least": Decimal("3.00"), "amount": {dt.date(2024, 7, 1): Decimal("90000.00")}}}
CHILDREN = {f"child {number}": 80 for number in range(10)}


def estimated(*, version: int = 1, **changes: Any) -> OutcomeContract:
    """The contract that pays 90,000.00 where the institute's estimate is three days a child or more."""
    plain = contract(payment(on_account=None, rule=PAYS, adjust=[], claim_periods=[QUARTER])).model_dump(by_alias=True, exclude_none=True)
    plain["parties"].append({"id": "institut", "name": "Instituttet", "roles": ["evaluator"]})
    plain["outcomes"][0]["compare"] = {**COMPARE, "with": {**TERMS, **changes}}
    return OutcomeContract.model_validate({**plain, "version": 1, "true_up": TRUE_UP}).model_copy(update={"version": version})


def outcome(made: OutcomeContract) -> Outcome:
    return made.outcome("hjemmedage")


FILE: dict[str, Any] = {
    "format": "udbytte.estimate/1",
    "contract": "hjem",
    "version": 1,
    "outcome": "hjemmedage",
    "cohorts": ["edge"],
    "claim_period": PERIOD,
    "by": "institut",
    "method": {"name": "synthetic_control", "words": "A weighted mean of eight other municipalities", "reference": "Working paper 7, section 3"},
    "quantities": {
        "difference": {
            "unit": "days a child",
            "value": "3.25",
            "std_error": "0.75",
            "intervals": {"robust": {"level": "0.95", "low": "1.75", "high": "4.75"}, "stated": {"level": "0.95", "low": "1.50", "high": "5.00"}},
        }
    },
    "people": {"treatment": {"n": 10, "n_counted": 9}, "comparison": {"n": 12, "n_counted": 11}},
    "assumptions": [{"name": "parallel", "words": "The two groups would have moved alike"}],
    "diagnostics": [{"name": "pre_trend", "words": "None was seen in 2023 and 2024"}],
    "made_from": [{"what": "code", "words": "The program of the analysis", "sha256": "c" * 64}],
    "made_on": str(MADE_ON),
}


def said(change: Callable[[dict[str, Any]], Any] | None = None) -> dict[str, Any]:
    """The file as plain data, changed."""
    made = copy.deepcopy(FILE)
    if change is not None:
        change(made)
    return made


def put(*place: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change that puts a value at a place of the file."""

    def change(made: dict[str, Any]) -> None:
        inner: Any = made
        for part in place[:-1]:
            inner = inner[part]
        inner[place[-1]] = value

    return change


def value(figure: str, *, low: str = "1.00", high: str = "6.00") -> Callable[[dict[str, Any]], None]:
    """A change of the estimate and of both its intervals."""

    def change(made: dict[str, Any]) -> None:
        item = made["quantities"]["difference"]
        item["value"] = figure
        for ends in item["intervals"].values():
            ends.update(low=low, high=high)

    return change


def file_of(change: Callable[[dict[str, Any]], Any] | None = None) -> EstimateFile:
    return read(json.dumps(said(change)).encode(), "estimate.json")


def signed(change: Callable[[dict[str, Any]], Any] | None = None, key: Ed25519PrivateKey = INGE) -> bytes:
    return keeping.signed(file_of(change), key)


@dataclass
class Estimating(Town):
    """A town whose outcome takes its estimate of what the evaluator gave, as a night does."""

    @property
    def entries(self) -> list[Entry]:
        return ledger_of(self.home).entries

    def give(self, raw: bytes | None = None, as_of: dt.date = GIVEN_ON) -> Entry | None:
        return keeping.give(self.home, self.catalogue, Journal(self.home), signed() if raw is None else raw, "estimate.json", as_of)[1]

    def result(self, name: str, as_of: dt.date) -> tuple[Result | None, str]:
        """The result of one claim, with the estimate known on a day."""
        plain = result_of(tuple(self.units(f"outcome:hjem/{name}")))
        plain = replace(plain, claim_period=name.split("/")[1])
        return with_estimate(self.home, self.entries, self.made, outcome(self.made), plain, as_of)

    def deciding(self, as_of: dt.date) -> Deciding:
        self.made_of = {"outcome": {"registers": {}, "estimates": estimating.seals(self.entries, as_of, "hjem", "hjemmedage")}}
        made = super().deciding(as_of)
        for name in self.days:
            found, failure = self.result(name, as_of)
            made.results[f"outcome:hjem/{name}"] = (json.loads(canonical(found.as_data())) if found else None, failure)
        return made

    def one(self, as_of: dt.date = DECIDED_ON) -> Decision:
        """The night's one decision."""
        (made,) = self.night(as_of)
        return made

    @property
    def kept(self) -> Path:
        """The one kept estimate."""
        (path,) = keeping.folder(self.home).iterdir()
        return path


def town_with(folder: Path, made: OutcomeContract | None = None) -> Estimating:
    """The town whose contract is signed and whose signatories are entered: Inge for the institute, Bo for the municipality."""
    town = Estimating(Home(folder).prepare(key=b"k" * 32), made or estimated(), {CLAIM: CHILDREN})
    town.executed()
    journal = Journal(town.home)
    signing.add_signatory(journal, "hjem", "institut", "Inge Dahl", ["evaluator"], signing.public_half(INGE), dt.date(2024, 6, 2))
    signing.add_signatory(journal, "hjem", "kommune", "Bo Lind", ["payer"], signing.public_half(BO), dt.date(2024, 6, 2))
    return town
