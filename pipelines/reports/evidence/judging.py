"""Asking the gate and the deciding function again, from a bundle alone: what was required is derived anew from inputs and suites, never read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast

from indicators.disclosure import SHOWN
from indicators.result import Result, result_from_data
from pipelines.canonical import digest, plain
from pipelines.contracts.outcome import OutcomeContract
from pipelines.deciding import basis_of, released
from pipelines.ledger.journal import Entry
from pipelines.payments.contract_wide import earlier_of, given_from
from pipelines.payments.decide import FINAL, Decision, Known, Standing, decide_trigger
from pipelines.payments.rule import rules
from pipelines.proposing import proposal_digest
from pipelines.quality import gate
from pipelines.quality.checks import Check
from pipelines.quality.gate import GateVerdict, HoldReason, Required
from pipelines.quality.suites import hash_of
from pipelines.reports.evidence.bundle import OF_EXPECTATION, claim_of, result_names, unfolded

DECIDED = ("due", "not_met")
ON_ACCOUNT, OF_CLAIM = "on_account:", "trigger:"
"""How what was paid on account begins in the inputs, and the subject of what must hold for the claim itself."""
UNTOLD = 1
"""Stands for a count that is withheld: that there were rows is all the gate asks, and nought is never withheld."""
Data = dict[str, Any]


@dataclass
class Judging:
    """The parts of a bundle that a decision is asked from again, as plain data, and the contract they are of."""

    contract: OutcomeContract
    decision: Data
    inputs: Data
    verdicts: Data
    suites: Data
    results: Data
    overrides: tuple[Entry, ...] = ()

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.decision["as_of"])

    @cached_property
    def expected(self) -> list[Data]:
        """Every suite with its expectations."""
        return unfolded(self.suites)

    def suite_digests(self) -> dict[str, str]:
        """The digest of each suite by its subject, over its expectations and their SQL."""
        found = {}
        for suite in self.expected:
            texts = {item["rule"]: self.suites["sql"][item["rule"]] for item in suite["expectations"] if item["kind"] == "view"}
            found[suite["subject"]] = hash_of(suite, texts, self.suites["view"])
        return found

    def parts_of(self, subject: str) -> Data:
        """What a register, a cohort or an outcome was built from, as the inputs have it. Raises KeyError for one they do not name."""
        kind, _, name = subject.partition(":")
        beside = {**self.inputs["requires"], **self.inputs.get("compared", {})}
        parts = [self.inputs["outcome"], *beside.values(), {"registers": self.inputs.get("totals", {}), "cohorts": {}}]
        if kind in ("register", "cohort"):
            own = name if kind == "register" else name.split("/")[1]
            return dict(next(part[f"{kind}s"][own] for part in parts if own in part[f"{kind}s"]))
        paid_for, own = claim_of(self.contract, self.decision)[0].outcome_of(self.decision["kind"]), name.split("/")[1]
        return dict(self.inputs["outcome"] if own == paid_for else beside[own])

    def verdict(self) -> GateVerdict:
        """What the gate says of the checks in the bundle, after the overrides in it. What concerns the claim itself is required once the rest is
        open, be it by a release."""
        first = self._decided(self._required(lambda subject: digest(self.parts_of(subject)), is_of_claim=False))
        proposal = self._proposal()
        if first.state != "open" or not proposal:
            return first
        return self._decided([*self._required(lambda subject: digest(self.parts_of(subject)), is_of_claim=False), *self._required(lambda _: proposal, is_of_claim=True)])

    def _required(self, inputs: Callable[[str], str], *, is_of_claim: bool) -> list[Required]:
        """Every expectation of the suites of the data, or of the claim itself, with the digests it must have been evaluated on."""
        digests, found = self.suite_digests(), [suite for suite in self.expected if suite["subject"].startswith(OF_CLAIM) is is_of_claim]
        return [Required(suite["subject"], item["rule"], inputs(suite["subject"]), digests[suite["subject"]]) for suite in found for item in suite["expectations"]]

    def _decided(self, required: list[Required]) -> GateVerdict:
        blocked = [HoldReason(**reason) for reason in self.verdicts["blocked"]]
        found = gate.decide(required, list(self._checks()), fingerprint=digest(self.inputs), as_of=self.as_of, blocked=blocked, basis=basis_of(self.inputs))
        return found if blocked else released(found, self.overrides, self.decision["posting_key"], self.as_of)

    def _checks(self) -> Iterator[Check]:
        """The checks as they were. What one that passed does not say itself, its expectation does."""
        expected = {(suite["subject"], item["rule"]): item for suite in self.expected for item in suite["expectations"]}
        for suite in self.verdicts["suites"]:
            for check in suite["checks"]:
                of_expectation = {name: expected[suite["subject"], check["rule"]][name] for name in OF_EXPECTATION}
                said = {**of_expectation, **{name: value for name, value in check.items() if name != "counts_state"}}
                counts = {} if check["counts_state"] == SHOWN else {"numerator": UNTOLD, "denominator": UNTOLD}
                named = {"subject": suite["subject"], "inputs": suite["inputs"], "suite": suite["suite"], "protects": "", "dimension": ""}
                yield Check(**{**said, **counts, **named, "as_of": dt.date.fromisoformat(self.verdicts["as_of"])})

    def _proposal(self) -> str:
        """What the claim's own checks must have looked at: a decided claim as it was decided; of one that is held, what they say they did."""
        if self.decision["state"] in DECIDED:
            taken_off = self.on_account() if self.decision["kind"] == FINAL else Decimal("0.00")
            return proposal_digest(cast("Decision", SimpleNamespace(**{**self.decision, "on_account": taken_off})))
        return next((str(suite["inputs"]) for suite in self.verdicts["suites"] if suite["subject"].startswith(OF_CLAIM)), "")

    def on_account(self) -> Decimal:
        """What the claim was given on account before, as the inputs have it."""
        return next((Decimal(item.removeprefix(ON_ACCOUNT)) for item in self.inputs["claim"]["before"] if item.startswith(ON_ACCOUNT)), Decimal("0.00"))

    def unknown(self) -> str:
        """Why the sum cannot be computed again from the bundle alone; empty when it can."""
        payment, _ = claim_of(self.contract, self.decision)
        rule = rules()[payment.rule.pin]
        if rule.prices_persons:
            return f"{payment.rule.pin} prices persons one by one, and their lines stay where person data may be read"
        if "by_cohort" in rule.takes or "seen" in rule.takes:
            return f"{payment.rule.pin} looks at cohorts apart, and a bundle has their results together"
        withheld = sorted(name for name in result_names(self.contract, self.decision).values() if self.results[name]["state"] != SHOWN)
        return f"the result of {', '.join(withheld)} may not be shown" if withheld else ""

    def decided_again(self, verdict: GateVerdict) -> Data:
        """The decision, made anew by the deciding function from the verdict and the results in the bundle, as plain data."""
        payment, period = claim_of(self.contract, self.decision)
        names, kind = result_names(self.contract, self.decision), self.decision["kind"]
        given = [given_from(item) for item in self.inputs["claim"].get("given", ())]
        paid_on = self.inputs["claim"].get("paid_on")
        known = Known(
            verdict=lambda: verdict,
            result=lambda: self._result(names[payment.outcome_of(kind)]),
            condition=lambda outcome: self._result(names[outcome]),
            standing=Standing(self.on_account(), paid_on=dt.date.fromisoformat(paid_on) if paid_on else None),
            earlier=earlier_of(payment, period, given),
            given=given,
            too_few=tuple(self.inputs["claim"].get("too_few", ())),
        )
        made = decide_trigger(self.contract, payment, period, known, as_of=self.as_of, kind=kind)
        return {**plain(made.as_data()), "true_up": self.decision.get("true_up")}

    def _result(self, name: str) -> Result | None:
        found = self.results[name]
        return result_from_data(found["result"]) if found["state"] == SHOWN else None
