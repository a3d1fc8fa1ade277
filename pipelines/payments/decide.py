"""The one function that decides a trigger: `not_due` before `held` before `not_met` or `due`. Bad data may neither pay nor refuse."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from indicators.disclosure import is_small
from indicators.result import Result
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.external import EXTERNAL, GIVEN_BY
from pipelines.contracts.outcome import ClaimPeriod, Condition, OutcomeContract, Payment
from pipelines.payments.adjusters import adjusted, adjusters
from pipelines.payments.conditions import Judged, conditions
from pipelines.payments.contract_wide import Given, Paid, paid_of, second_chance, too_few
from pipelines.payments.rule import NOTHING_EARLIER, Assessment, Earlier, Line, Seen, UncomputableError, Unit, claim_words, money, rules, to_cents
from pipelines.quality.gate import GateVerdict

State = Literal["not_due", "held", "not_met", "due"]
BENEFICIARIES = "all"
FINAL, ON_ACCOUNT = "final", "on_account"
CAUSES_SAID = 3
NOT_CARRIED = ("lines", "on_account", "adjusted", "capped")
"""Fields of a decision that stay where it was made: person data, and what its arithmetic says in words."""


@dataclass(frozen=True)
class Decision:
    """What is decided of one trigger, claim period, settlement (`kind`: on account or final) and as-of day.

    `amount` is nought unless `due`; below nought is money to be paid back. `arithmetic` is its sum in words. `lines` are the persons' lines
    behind it, which never leave the measuring side; `lines_sha256` binds them. `discloses` says that a step of the sum speaks of fewer
    people than anyone may be shown. `basis` is the fingerprint less what earlier claims gave; `overridden_by` the
    ledger entry that released what held it. `on_account` is what was taken off for having been paid on account.
    `shares` is what each payer owes of the amount where several do. `counted` is what the rule counted, `parts` what each of several put
    together counted and came to, `carried` what a cap for a year carries on, and `years` what it
    left of each; later claims go by these. `adjusted` and `capped` are what
    steps of the whole amount, and caps of the contract, changed. `true_up` is what it moves of a claim that was posted otherwise
    (`pipelines.restating`).
    """

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
    lines_sha256: str = ""
    discloses: bool = False
    lines: tuple[Line, ...] = ()
    on_account: Decimal = Decimal("0.00")
    basis: str = ""
    overridden_by: int = 0
    shares: dict[str, Decimal] = field(default_factory=dict)
    counted: Fraction = Fraction(0)
    parts: tuple[tuple[Fraction, Decimal], ...] = ()
    carried: Decimal = Decimal("0.00")
    years: dict[str, Decimal] = field(default_factory=dict)
    adjusted: Decimal = Decimal("0.00")
    capped: Decimal = Decimal("0.00")
    true_up: dict[str, Any] | None = None

    @property
    def posting_key(self) -> str:
        """Contract, trigger, claim period, beneficiary group and kind: at most one entry ever stands for it."""
        return f"{self.contract}/{self.trigger}/{self.claim_period}/{self.beneficiary_group}/{self.kind}"

    def as_data(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__dataclass_fields__ if name not in NOT_CARRIED}, "posting_key": self.posting_key}


@dataclass(frozen=True)
class Standing:
    """What the ledger, or an earlier decision of the same night, already says of a claim: the amount on account, if any, and the number of
    the entry that settled it finally, if one stands. `paid_on` is the day of a posted claim's own entry, where a cap goes by it."""

    on_account: Decimal = Decimal("0.00")
    settled_by: int | None = None
    paid_on: dt.date | None = None


@dataclass(frozen=True)
class Known:
    """What deciding may ask for, each only when it is needed: the result it pays for, those of its conditions and of what it weighs (`condition`, by
    outcome), `by_cohort` of any of them, persons' `units`, and what other claims of the contract were `given`. `too_few` are its cohorts that
    closed with fewer people than agreed."""

    verdict: Callable[[], GateVerdict]
    result: Callable[[], Result | None]
    condition: Callable[[str], Result | None] = lambda _: None
    units: Callable[[], tuple[Unit, ...]] = tuple
    standing: Standing = Standing()
    by_cohort: Callable[[str], dict[str, Result]] = lambda _: {}
    earlier: Earlier = NOTHING_EARLIER
    given: Sequence[Given] = ()
    too_few: tuple[str, ...] = ()

    def seen(self, result: Result, period: ClaimPeriod) -> Seen:
        """What the trigger's rule may look at."""
        return Seen(result, period, self.units, lambda: self.by_cohort(result.outcome), self.earlier, lambda name: self._other(name, period))

    def _other(self, outcome: str, period: ClaimPeriod) -> Seen:
        """What is seen of another outcome. Raises KeyError when it has no result."""
        found = self.condition(outcome)
        if found is None:
            raise KeyError(outcome)
        return Seen(found, period, by_cohort=lambda: self.by_cohort(outcome))


def decide_trigger(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, known: Known, *, as_of: dt.date, kind: str = FINAL) -> Decision:
    """Decide one trigger. Verdict, conditions, result and units are asked only when the claim is due for deciding, in that order."""
    base = _blank(contract, payment, period, as_of, kind)
    early = _not_due_words(period, kind, as_of, known.standing)
    if early:
        return replace(base, state="not_due", reason=early)
    gate = known.verdict()
    warnings = tuple(reason.as_data() for reason in gate.warnings)
    gated = replace(base, gate=gate.state, required=gate.required, fingerprint=gate.fingerprint, warnings=warnings, basis=gate.basis, overridden_by=gate.overridden_by)
    if gate.state != "open":
        holds = tuple(reason.as_data() for reason in gate.reasons)
        return replace(gated, state="held", holds=holds, reason=hold_words(holds))
    judged = [(item, _judged(item.rule, item.min_response, known.condition(item.outcome))) for item in payment.requires]
    for condition, said in judged:
        if said.state == "unanswered":
            return held(gated, "response_is_enough", said.words, "Have more people answer, or ask the parties what the contract says then.", "provider", condition.outcome)
    short = too_few(contract, payment, known.too_few)
    if short[0] == "held":
        return held(gated, "cohort_is_not_too_few", short[1], "Agree on what follows, or enrol more people where the contract allows it.", "commissioner")
    chance = second_chance(contract, payment, period, known.given)
    if chance[0] == "held":
        return held(gated, "first_chances_are_decided", chance[1], "Wait for the claims it names, or mend what holds them.", "commissioner")
    made = _decided(gated, contract, payment, period, known, judged, [words for state, words in (short, chance) if state])
    return replace(made, reason=f"released by entry {gate.overridden_by}; {made.reason}") if gate.overridden_by else made


def _decided(
    gated: Decision, contract: OutcomeContract, payment: Payment, period: ClaimPeriod, known: Known, judged: list[tuple[Condition, Judged]], refused: list[str]
) -> Decision:
    """The decision behind an open gate and answered conditions. `refused` are terms of the contract by which the claim pays nothing."""
    found = known.result()
    if found is None:
        return held(gated, "outcome", "there is no result to decide from", "Read the run's summary: a step before it stopped.", "data_engineer")
    try:
        assessed = _assessed(payment, period, found, known)
    except UncomputableError as error:
        if not refused:
            remedy = "Amend the contract's terms, or have the data they are computed from mended."
            return held(gated, payment.rule.pin, f"the rule could not be computed: {error}", remedy, "commissioner")
        assessed = Assessment("not_met", Decimal("0.00"), "", ())
    except Exception as error:
        return held(gated, payment.rule.pin, f"the rule could not be computed ({type(error).__name__})", "Report it to the data engineer.", "data_engineer")
    said = tuple(f"{item.words}   ({condition.clause})" for condition, item in judged)
    failed = [*refused, *(item.words for _, item in judged if item.state == "not_met")]
    if failed:
        assessed = Assessment("not_met", Decimal("0.00"), "; ".join(failed), (), fewest=assessed.fewest)
    if assessed.state != "due":
        assessed = replace(assessed, lines=())
    settled = _settled(assessed, payment, gated.kind, known.standing)
    cited = tuple(f"{line}   ({payment.clause})" for line in settled.arithmetic)
    weighed = (*payment.rule.weighed, *(name for item in payment.adjust for name in item.weighed))
    looked_at = [found, *(known.condition(name) for name in dict.fromkeys(weighed) if name != found.outcome)]
    whose = tuple(f"{given_words(item)}   ({item.clause})" for item in looked_at if item is not None and is_given(item))
    paid = paid_of(contract, payment, period, settled.amount, as_of=known.standing.paid_on or gated.as_of, given=known.given, shares=assessed.shares, brings=not refused)
    small = settled.fewest is not None and is_small(settled.fewest, contract.disclosure.smallest_count)
    made = replace(
        gated,
        state="due" if paid.amount else settled.state,
        amount=paid.amount,
        reason=_reason(settled, paid, contract),
        arithmetic=(*said, *whose, *cited, *paid.words),
        lines=settled.lines,
        discloses=small,
        on_account=known.standing.on_account if gated.kind == FINAL else Decimal("0.00"),
    )
    has_lines = rules()[payment.rule.pin].prices_persons
    adjusted_by = assessed.amount - to_cents(sum((line.amount for line in assessed.lines), Fraction(0))) if has_lines else Decimal("0.00")
    parts = tuple((part.counted, part.amount) for part in assessed.parts)
    made = replace(made, shares=paid.shares, counted=assessed.counted, parts=parts, carried=paid.carried, years=paid.years)
    return replace(made, adjusted=adjusted_by, capped=paid.amount - settled.amount)


def is_given(found: Result) -> bool:
    """Whether the estimate of a result was given by a party, and not computed here."""
    return found.estimate is not None and found.estimate.method == EXTERNAL and GIVEN_BY in dict(found.estimate.diagnostics)


def given_words(found: Result) -> str:
    """Whose estimate it is, as a line of arithmetic."""
    assert found.estimate is not None
    said = dict(found.estimate.diagnostics)
    return f"{found.outcome.replace('_', ' ')}: estimated by {said[GIVEN_BY]}, not computed here; signed file {said['file'][:12]}"


def _reason(settled: Assessment, paid: Paid, contract: OutcomeContract) -> str:
    """Why, in one sentence, with what the contract's caps made of the amount."""
    if paid.amount == settled.amount or contract.caps is None:
        return settled.reason
    return f"{settled.reason}, {money(paid.amount)} after the contract's caps"


def _judged(rule: str, min_response: Decimal, found: Result | None) -> Judged:
    if found is None:
        return Judged("unanswered", "there is no result of the condition to decide from")
    return conditions()[rule].judge(found, min_response)


def _assessed(payment: Payment, period: ClaimPeriod, found: Result, known: Known) -> Assessment:
    """What the rule says of the result, after every adjuster in the contract's order."""
    rule, seen = rules()[payment.rule.pin], known.seen(found, period)
    said = rule.assessed(seen, arguments(rule.parameters, payment.rule.arguments))
    steps = [(adjusters()[item.pin], arguments(adjusters()[item.pin].parameters, item.arguments)) for item in payment.adjust]
    return adjusted(said, steps, seen) if steps else said


def _settled(said: Assessment, payment: Payment, kind: str, standing: Standing) -> Assessment:
    """The part of an assessment that this settlement pays: a share on account, or the whole less what was paid on account, be it under an
    earlier text of the contract."""
    if kind == ON_ACCOUNT and payment.on_account is not None:
        part = to_cents(said.amount * payment.on_account.share)
        words = f"on account {payment.on_account.share:f} of {money(said.amount)} = {money(part)}"
        reason = f"on account {payment.on_account.share:f} of {money(said.amount)}" if said.state == "due" else said.reason
        return replace(said, amount=part, arithmetic=(*said.arithmetic, words), reason=reason)
    if standing.on_account == 0:
        return said
    rest = said.amount - standing.on_account
    words = f"less paid on account {money(standing.on_account)} = {money(rest)}"
    last = "nothing more is due" if rest == 0 else f"{money(-rest)} to be paid back" if rest < 0 else f"{money(rest)} more"
    reason = f"settled at {money(said.amount)}, of which {money(standing.on_account)} on account: {last}"
    return replace(said, state="due", amount=rest, arithmetic=(*said.arithmetic, words), reason=reason)


def held(decision: Decision, rule: str, words: str, remedy: str, cured_by: str, outcome: str = "") -> Decision:
    """`decision` held for a reason that arose outside the expectations: of its trigger, or of an `outcome` it requires."""
    subject = f"outcome:{decision.contract}/{outcome}" if outcome else f"trigger:{decision.contract}/{decision.trigger}"
    hold = {"subject": subject, "rule": rule, "verdict": "failed" if outcome else "errored", "words": words, "remedy": remedy, "cured_by": cured_by}
    return replace(decision, state="held", gate="held", holds=(hold,), reason=hold_words((hold,)))


def unreadable(contract: str, as_of: dt.date, findings: list[str]) -> Decision:
    """The held decision of a contract whose text does not load: nothing of it can be trusted, so nothing of it is paid."""
    made = Decision(contract, 0, "-", "", "-", BENEFICIARIES, FINAL, as_of, "held", Decimal("0.00"), "", "", "", "", (), (), (), "held", 0, "")
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    telling = min(findings, key=lambda words: "unknown key" not in words)
    return held(made, "contract_loads", f"the contract does not load: {telling}{more}", "Mend the file and run the night again.", "commissioner")


def unprovable(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, as_of: dt.date, words: str, kind: str = FINAL) -> Decision:
    """The decision of a trigger whose proof could not even be looked at: `not_due` before its day, else held."""
    base = _blank(contract, payment, period, as_of, kind)
    early = _not_due_words(period, kind, as_of, Standing())
    if early:
        return replace(base, state="not_due", reason=early)
    return held(base, "proof_is_readable", words, "Read the run's summary and mend what it names.", "data_engineer")


def _not_due_words(period: ClaimPeriod, kind: str, as_of: dt.date, standing: Standing) -> str:
    """Why a claim is not decided on this day, or nothing when it is."""
    if as_of < period.decided_on(kind):
        return f"claim period {claim_words(period)} is decided {'on account ' if kind == ON_ACCOUNT else ''}from {period.decided_on(kind)}"
    if kind == ON_ACCOUNT and standing.settled_by is not None:
        return f"claim period {period.id} is settled finally by entry {standing.settled_by}; nothing more is paid on account"
    return ""


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


def _blank(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, as_of: dt.date, kind: str) -> Decision:
    return Decision(
        contract.contract,
        contract.version,
        payment.id,
        payment.clause,
        period.id,
        BENEFICIARIES,
        kind,
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
