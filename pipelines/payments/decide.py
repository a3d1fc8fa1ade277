"""The one function that decides a trigger: `not_due` before `held` before `not_met` or `due`. Bad data may neither pay nor refuse."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from indicators.result import Result
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.payments.rule import Assessment, claim_words, rules
from pipelines.quality.gate import GateVerdict

State = Literal["not_due", "held", "not_met", "due"]
BENEFICIARIES = "all"
FINAL = "final"
CAUSES_SAID = 3


@dataclass(frozen=True)
class Decision:
    """What is decided of one trigger, claim period and as-of day. `amount` is nought unless `due`; `arithmetic` is its sum in words."""

    contract: str
    contract_version: int
    trigger: str
    clause: str
    claim_period: str
    beneficiary_group: str
    kind: str
    as_of: dt.date
    state: State
    amount: Decimal
    currency: str
    payer: str
    payee: str
    reason: str
    arithmetic: tuple[str, ...]
    holds: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]
    gate: str
    required: int
    fingerprint: str

    @property
    def posting_key(self) -> str:
        """Contract, trigger, claim period, beneficiary group and kind: at most one entry ever stands for it."""
        return f"{self.contract}/{self.trigger}/{self.claim_period}/{self.beneficiary_group}/{self.kind}"

    def as_data(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__dataclass_fields__}, "posting_key": self.posting_key}


def decide_trigger(
    contract: OutcomeContract, payment: Payment, period: ClaimPeriod, *, as_of: dt.date, verdict: Callable[[], GateVerdict], result: Callable[[], Result | None]
) -> Decision:
    """Decide one trigger. `verdict` and `result` are asked only when the claim is due for deciding, in that order."""
    base = _blank(contract, payment, period, as_of)
    if as_of < period.decided_from:
        return replace(base, state="not_due", reason=_not_due_words(period))
    gate = verdict()
    warnings = tuple(reason.as_data() for reason in gate.warnings)
    gated = replace(base, gate=gate.state, required=gate.required, fingerprint=gate.fingerprint, warnings=warnings)
    if gate.state != "open":
        holds = tuple(reason.as_data() for reason in gate.reasons)
        return replace(gated, state="held", holds=holds, reason=hold_words(holds))
    found = result()
    if found is None:
        return held(gated, "outcome", "there is no result to decide from", "Read the run's summary: a step before it stopped.", "data_engineer")
    try:
        rule = rules()[payment.rule.pin]
        said: Assessment = rule.assess(found, period, **arguments(rule.parameters, payment.rule.arguments))
    except Exception as error:
        return held(gated, payment.rule.pin, f"the rule could not be computed ({type(error).__name__})", "Report it to the data engineer.", "data_engineer")
    cited = tuple(f"{line}   ({payment.clause})" for line in said.arithmetic)
    return replace(gated, state=said.state, amount=said.amount, reason=said.reason, arithmetic=cited)


def held(decision: Decision, rule: str, words: str, remedy: str, cured_by: str) -> Decision:
    """`decision` held for a reason that arose outside the expectations."""
    hold = {"subject": f"trigger:{decision.contract}/{decision.trigger}", "rule": rule, "verdict": "errored", "words": words, "remedy": remedy, "cured_by": cured_by}
    return replace(decision, state="held", gate="held", holds=(hold,), reason=hold_words((hold,)))


def unreadable(contract: str, as_of: dt.date, findings: list[str]) -> Decision:
    """The held decision of a contract whose text does not load: nothing of it can be trusted, so nothing of it is paid."""
    made = Decision(contract, 0, "-", "", "-", BENEFICIARIES, FINAL, as_of, "held", Decimal("0.00"), "", "", "", "", (), (), (), "held", 0, "")
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    telling = min(findings, key=lambda words: "unknown key" not in words)
    return held(made, "contract_loads", f"the contract does not load: {telling}{more}", "Mend the file and run the night again.", "commissioner")


def unprovable(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, as_of: dt.date, words: str) -> Decision:
    """The decision of a trigger whose proof could not even be looked at: `not_due` before its day, else held."""
    base = _blank(contract, payment, period, as_of)
    if as_of < period.decided_from:
        return replace(base, state="not_due", reason=_not_due_words(period))
    return held(base, "proof_is_readable", words, "Read the run's summary and mend what it names.", "data_engineer")


def _not_due_words(period: ClaimPeriod) -> str:
    return f"claim period {claim_words(period)} is decided from {period.decided_from}"


def hold_words(holds: tuple[dict[str, Any], ...]) -> str:
    """The causes of a hold in one sentence."""
    said = list(dict.fromkeys(_cause_words(hold) for hold in causes(holds)))
    return "; ".join(said[:CAUSES_SAID]) + (f"; and {len(said) - CAUSES_SAID} more" if len(said) > CAUSES_SAID else "")


def causes(holds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What failed or raised; what merely did not run because of it is left out, unless there is nothing else."""
    return [hold for hold in holds if hold["verdict"] != "not_evaluated"] or list(holds[:1])


def _cause_words(hold: dict[str, Any]) -> str:
    """Words that stand alone are said alone; a bare count is said with the rule and what it was counted over."""
    words, subject = str(hold["words"]), str(hold["subject"]).split(":", 1)[-1]
    is_bare = not subject or bool(re.match(r"(\d+ of |fewer than |all but |it )", words))
    return f"{subject or 'the trigger'} fails '{str(hold['rule']).replace('_', ' ')}': {words}" if is_bare else words


def _blank(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, as_of: dt.date) -> Decision:
    return Decision(
        contract.contract,
        contract.version,
        payment.id,
        payment.clause,
        period.id,
        BENEFICIARIES,
        FINAL,
        as_of,
        "held",
        Decimal("0.00"),
        contract.currency,
        payment.payer,
        payment.payee,
        "",
        (),
        (),
        (),
        "",
        0,
        "",
    )
