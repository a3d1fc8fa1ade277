"""What a bundle says: the files that prove one entry of the ledger, made from what a night knows of it. No person row is in them.

A bundle is for those who may read the hand-over it holds, the contract's parties. What is made for it is under disclosure control; the
hand-over stands as it was sealed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from indicators.disclosure import SHOWN
from indicators.result import result_from_data
from pipelines.canonical import canonical, digest, plain
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.deciding import Proof
from pipelines.fingerprint import period_of
from pipelines.ledger.handover import Handover
from pipelines.ledger.journal import Entry, line_of
from pipelines.quality.checks import Check, Tally
from pipelines.quality.suites import Expectation, Suite, outcome_subject
from pipelines.reports import tables, validation
from pipelines.settings import sql_text

FORMAT = "udbytte.evidence/1"
ABOUT = ("decision", "hold", "question", "true_up")
"""Kinds of entries that say something of a decision."""
LARGEST = 200_000
"""Bytes a bundle may have: the night's whole validation report is copied into it only where it fits."""
OF_SUITE = ("subject", "protects", "dimension", "inputs", "suite")
"""Fields of a check that are said once for its whole suite, there or in suites.json."""
OF_EXPECTATION = ("severity", "remedy", "cured_by", "threshold")
"""Fields of a check that passed which are its expectation's, and so said in suites.json alone."""
SHARED = ("cured_by", "dimension", "protects", "remedy")
"""Texts that many expectations share: each is said once, and an expectation gives its number."""
OF_ITS_OWN = "arguments"
"""What an expectation has for itself where several suites expect the same."""
AS_HANDED_OVER = "as_handed_over"
"""The parts of a decision's inputs that are said once, in the hand-over's fingerprints."""
NONE = "none"
Data = dict[str, Any]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Material:
    """What a bundle is made from. `proof` is None for a hold whose proof could not even be looked at; `checks` and `tallies` are all of
    the night; `overrides` are the entries before it that released the claim."""

    entry: Entry
    sealed: bytes
    handover: Handover
    contract: OutcomeContract
    contract_text: bytes
    proof: Proof | None
    checks: tuple[Check, ...]
    overrides: tuple[Entry, ...] = ()
    tallies: tuple[Tally, ...] = ()

    @property
    def decision(self) -> Data:
        """The decision as the hand-over has it."""
        return decision_of(self.handover, self.entry.about)

    @property
    def smallest(self) -> int:
        return max(validation.SMALLEST, self.contract.disclosure.smallest_count)


def decision_of(handover: Handover, posting_key: str) -> Data:
    """The decision of one claim in a hand-over. Raises KeyError when it has none."""
    found = [item for item in handover.decisions if item["posting_key"] == posting_key]
    if len(found) != 1:
        raise KeyError(posting_key)
    return dict(found[0])


def claim_of(contract: OutcomeContract, decision: Data) -> tuple[Payment, ClaimPeriod]:
    """The payment and the claim period that a decision is of."""
    payment = next(item for item in contract.payments if item.id == decision["trigger"])
    return payment, next(item for item in payment.claim_periods if item.id == decision["claim_period"])


def files(material: Material) -> Files:
    """Every file of a bundle by name but for its page and its metadata."""
    made = {
        "entry.json": line_of(material.entry) + b"\n",
        "handover.json": material.sealed,
        "contract.yaml": material.contract_text,
        "inputs.json": _json(own_inputs(material.proof.inputs if material.proof else {}, shared_inputs(material.handover, material.entry.about))),
        "verdicts.json": _json(verdicts(material)),
        "suites.json": _json(suites(material.proof.suites if material.proof else ())),
        "result.json": _json(results(material.contract, material.decision, material.handover.content["results"])),
        "arithmetic.txt": arithmetic(material.decision),
        **({"overrides.json": _json([json.loads(line_of(entry)) for entry in material.overrides])} if material.overrides else {}),
    }
    report = validation.content(material.entry.as_of, list(material.checks), material.tallies)
    copied = _json({**report, "seal": {"sha256": digest(report)}})
    is_small = sum(map(len, made.values())) + len(copied) + ROOM <= LARGEST
    report_said = {"sha256": digest(report), "is_copied": is_small}
    decided = {"format": FORMAT, "decision": material.decision, "terms": terms(material.contract, material.decision), "validation_report": report_said}
    return {**made, "decision.json": _json(decided), **({"report.json": copied} if is_small else {})}


ROOM = 40_000
"""Bytes that the page, the metadata and the resolved terms take together, amply."""


def _json(data: Any) -> bytes:
    return canonical(data) + b"\n"


def shared_inputs(handed_over: Handover, about: str) -> Data:
    """What a hand-over says the claims of one trigger were decided on."""
    return dict(handed_over.content["fingerprints"].get(about.split("/")[1], {}))


def own_inputs(inputs: Data, shared: Data) -> Data:
    """What a decision was made from, less the parts that its hand-over says already, which are named."""
    alike = sorted(name for name, part in inputs.items() if name in shared and canonical(shared[name]) == canonical(part))
    return {**{name: part for name, part in inputs.items() if name not in alike}, **({AS_HANDED_OVER: alike} if alike else {})}


def whole_inputs(said: Data, shared: Data) -> Data:
    """The inverse of `own_inputs`. Raises KeyError for a part that the hand-over does not say."""
    return {**{name: shared[name] for name in said.get(AS_HANDED_OVER, [])}, **{name: part for name, part in said.items() if name != AS_HANDED_OVER}}


def terms(contract: OutcomeContract, decision: Data) -> Data:
    """What the contract says of one claim, resolved: parties, payment clause with its rule, adjusters and conditions, the claim period, and
    the outcomes and cohorts it rests on."""
    payment, period = claim_of(contract, decision)
    outcomes = [contract.outcome(name) for name in payment.outcomes_of(decision["kind"])]
    cohorts = dict.fromkeys(name for outcome in outcomes for name in outcome.cohorts)
    said = contract.model_dump(mode="json", by_alias=True, include={"contract", "version", "title", "language", "model", "currency", "term", "parties", "gate", "disclosure"})
    return {
        **said,
        "payment": payment.model_dump(mode="json", by_alias=True, exclude={"claim_periods"}),
        "claim_period": period.terms(),
        "settlement": decision["kind"],
        "outcomes": {outcome.id: outcome.terms() for outcome in outcomes},
        "cohorts": {name: contract.cohort(name).terms() for name in cohorts},
    }


def verdicts(material: Material) -> Data:
    """Every check that the trigger required, suite by suite, and what stood against deciding before any could run."""
    proof, groups = material.proof, dict[tuple[str, str, str], list[Data]]()
    expected = {(suite.subject, item.rule): item for suite in (proof.suites if proof else ()) for item in suite.expectations}
    required = {(item.subject, item.rule) for item in proof.required} if proof else set()
    for check in material.checks:
        if (check.subject, check.rule) in required:
            groups.setdefault((check.subject, check.inputs, check.suite), []).append(_verdict(check, expected[check.subject, check.rule], material.smallest))
    return {
        "as_of": material.entry.as_of,
        "smallest_count": material.smallest,
        "suites": [{"subject": subject, "inputs": inputs, "suite": suite, "checks": checks} for (subject, inputs, suite), checks in groups.items()],
        "blocked": [reason.as_data() for reason in proof.blocked] if proof else [],
    }


def _verdict(check: Check, expected: Expectation, smallest: int) -> Data:
    said = {name: value for name, value in validation.shown(check, smallest).items() if name not in OF_SUITE}
    known = [name for name in OF_EXPECTATION if check.verdict == "passed" and getattr(check, name) == getattr(expected, name)]
    return {name: value for name, value in said.items() if name not in known}


def suites(found: tuple[Suite, ...]) -> Data:
    """Every suite with its expectations by number, what several suites expect alike and each text said once, and the SQL that their digests
    are made over."""
    every = [item for suite in found for item in suite.expectations]
    named = sorted({item.rule for item in every if item.kind == "view"})
    texts = list(dict.fromkeys(getattr(item, name) for item in every for name in SHARED))
    alike = list({canonical(said): said for said in (_folded(item, texts) for item in every)}.values())
    return {
        "suites": [
            {"subject": suite.subject, "expectations": [{"number": alike.index(_folded(item, texts)), **_own(item, suite)} for item in suite.expectations]} for suite in found
        ],
        "expectations": alike,
        "texts": texts,
        "sql": {rule: sql_text(f"expectations/{rule}.sql") for rule in named},
        "view": sql_text("warehouse/expectation_view.sql"),
    }


def _folded(item: Expectation, texts: list[str]) -> Data:
    unsaid = _plain(item.rule, item.kind)
    said = {name: value for name, value in item.as_data().items() if name != OF_ITS_OWN and unsaid.get(name, NONE) != value}
    return {name: texts.index(value) if name in SHARED else value for name, value in said.items()}


def _plain(rule: str, kind: str) -> Data:
    """What goes without saying of an expectation: it holds a payment, reads its own register alone, and is asked through the view of its rule."""
    return {"severity": "error", "reads": (), **({"table": f"quality.{rule}"} if kind == "view" else {})}


def _own(item: Expectation, suite: Suite) -> Data:
    """The arguments of an expectation, unless they only name its suite's subject, as those of every rule of a profile do."""
    return {} if item.arguments == {"subject": suite.subject} else {OF_ITS_OWN: item.arguments}


def unfolded(said: Data) -> list[Data]:
    """The suites of suites.json as plain data, each expectation whole."""
    alike = [{**plain(_plain(item["rule"], item["kind"])), **item, **{name: said["texts"][item[name]] for name in SHARED}} for item in said["expectations"]]
    return [{**suite, "expectations": [_whole(item, alike, suite["subject"]) for item in suite["expectations"]]} for suite in said["suites"]]


def _whole(item: Data, alike: list[Data], subject: str) -> Data:
    """An expectation with everything that its suite says of it itself: nothing there is passed over when its digest is made."""
    return {OF_ITS_OWN: {"subject": subject}, **alike[item["number"]], **{name: value for name, value in item.items() if name != "number"}}


def results(contract: OutcomeContract, decision: Data, found: Data) -> Data:
    """The aggregate result of each outcome that the claim rests on, or the state that stands for it."""
    return {name: _shown(contract, found.get(name)) for name in result_names(contract, decision).values()}


def result_names(contract: OutcomeContract, decision: Data) -> dict[str, str]:
    """The name that a result has in a hand-over, by outcome."""
    payment, period = claim_of(contract, decision)
    outcomes = [contract.outcome(name) for name in payment.outcomes_of(decision["kind"])]
    return {item.id: outcome_subject(contract.contract, item.id, period_of(item, period)).split("/", 1)[1] for item in outcomes}


def _shown(contract: OutcomeContract, result: Data | None) -> Data:
    if not result:
        return {"state": NONE}
    state = tables.result_state(result_from_data(result), max(validation.SMALLEST, contract.disclosure.smallest_count))
    return {"state": state, "result": result} if state == SHOWN else {"state": state}


def arithmetic(decision: Data) -> bytes:
    """The decision in words, as the night said it."""
    due = [f"Due: {decision['amount']} {decision['currency']}"] if decision["state"] == "due" else []
    causes = [f"Held by {hold['rule']} ({hold['subject']}): {hold['words']}" for hold in decision["holds"]]
    said = decision["arithmetic"] or [decision["reason"]]
    return "\n".join([f"{decision['posting_key']}, as of {decision['as_of']}: {decision['state'].replace('_', ' ')}", "", *said, *causes, *due, ""]).encode()
