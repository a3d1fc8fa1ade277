"""Proving a bundle from itself, offline and without a home: that nothing in it was altered, that its parts belong together, and that the gate
and the sum say again what was posted. Each thing is said to be proved, to fail, or to be beyond what a bundle can prove."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipelines.canonical import canonical, digest, text_digest
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import read, validate
from pipelines.errors import HomeError, LedgerError
from pipelines.fingerprint import program_digest
from pipelines.ledger import estimating, handover, journal, true_up
from pipelines.ledger.handover import Handover
from pipelines.ledger.journal import Entry
from pipelines.ledger.settle import settles
from pipelines.reports.evidence import bundle, crate
from pipelines.reports.evidence.judging import DECIDED, Judging
from pipelines.settings import runtime_lock_digest

Data = dict[str, Any]
MOST_SAID = 3
BODIES = {"decision": journal.decision_body, "hold": journal.hold_body, "true_up": true_up.body}
"""What the entry of each kind says of its decision."""


@dataclass(frozen=True)
class Said:
    """One thing that was looked at: `proved`, `failed`, or `beyond` what the bundle can prove."""

    state: Literal["proved", "failed", "beyond"]
    words: str


@dataclass
class Proving:
    """One bundle, as it is proved. `signer` is the key it must be signed by, where the asker knows it."""

    folder: Path
    signer: str = ""
    said: list[Said] = field(default_factory=list)

    def run(self) -> list[Said]:
        """Prove everything there is, and say it. Raises HomeError when there is no bundle. What rests on something that failed is not asked:
        of files that are not those that were sealed, nothing is."""
        for stage in (self._integrity, self._origin, self._parts, self._sum, self._say_what_is_beyond):
            try:
                stage()
            except HomeError:
                raise
            except Exception as error:
                self.said.append(Said("failed", f"the bundle cannot be read ({type(error).__name__})"))
            if self.has_failed:
                break
        return self.said

    @property
    def has_failed(self) -> bool:
        return any(item.state == "failed" for item in self.said)

    def _prove(self, words: str, check: Callable[[], str]) -> None:
        """Note `words` as proved when `check` finds no fault. What cannot be read is a fault."""
        try:
            fault = check()
        except Exception as error:
            fault = f"it cannot be read ({type(error).__name__})"
        self.said.append(Said("failed", f"not so: {words}: {fault}") if fault else Said("proved", words))

    @cached_property
    def files(self) -> dict[str, bytes]:
        if not (self.folder / crate.METADATA).is_file():
            raise HomeError("there is no evidence bundle here", where=str(self.folder), next_step="give a folder of evidence/, such as evidence/000007")
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in sorted(self.folder.rglob("*")) if not path.is_dir() or path.is_symlink()}

    def _data(self, name: str) -> Any:
        return json.loads(self.files[name])

    @cached_property
    def entry(self) -> Entry:
        return journal.entry_of(self.files["entry.json"].removesuffix(b"\n"))

    @cached_property
    def handover(self) -> Handover:
        return handover.read(self.folder / "handover.json", {self.key})

    @cached_property
    def key(self) -> str:
        return crate.key_of(self.files[crate.METADATA])

    @cached_property
    def decision(self) -> Data:
        return bundle.decision_of(self.handover, self.entry.about)

    @cached_property
    def inputs(self) -> Data:
        return bundle.whole_inputs(self._data("inputs.json"), bundle.shared_inputs(self.handover, self.entry.about))

    @cached_property
    def contract(self) -> OutcomeContract:
        source = read(self.folder / "contract.yaml", root=self.folder)
        found = None if source.findings else validate(OutcomeContract, source.value, source)
        if found is None:
            raise ValueError("the contract does not load")
        return found

    @cached_property
    def judging(self) -> Judging:
        verdicts, suites, results = (self._data(f"{name}.json") for name in ("verdicts", "suites", "result"))
        return Judging(self.contract, self.decision, self.inputs, verdicts, suites, results, self.overrides)

    @cached_property
    def overrides(self) -> tuple[Entry, ...]:
        lines = self._data("overrides.json") if "overrides.json" in self.files else []
        return tuple(journal.entry_of(canonical(line)) for line in lines)

    def _integrity(self) -> None:
        """Nothing was altered, added or taken away since the bundle was sealed."""
        raw = self.files[crate.METADATA]
        self._prove("the metadata is what was sealed and signed", lambda: crate.seal_fault(raw))
        if self.has_failed:
            return
        others = {name: content for name, content in self.files.items() if name != crate.METADATA}
        self._prove(f"all {len(others)} files are listed, with the hash and the size they have", lambda: "; ".join(crate.file_faults(raw, others)))
        if self.signer:
            self._prove("it is signed by the key that was asked for", lambda: "" if self.key == self.signer else f"its key is {self.key}")

    def _origin(self) -> None:
        """The entry, and the hand-over it was taken from."""
        self._prove("every JSON file is canonical", self._canonical)
        self._prove(f"the ledger entry gives its own hash {_short(self.files['entry.json'])}", lambda: "" if self.entry.kind in bundle.ABOUT else f"it is a {self.entry.kind}")
        words = "the hand-over's seal and signature hold, by the key that sealed the bundle, and the entry names it"
        self._prove(words, lambda: "" if self.handover.sha256 == self.entry.body["handover"] else "the entry names another")
        self._prove("the entry says of the decision what the hand-over says", self._entry_agrees)

    def _parts(self) -> None:
        """Contract, inputs, expectations and results belong to that decision."""
        self._prove("the contract is the text that the hand-over and the fingerprint name", self._contract_agrees)
        self._prove("the resolved terms are those of the contract", self._terms_agree)
        if self.decision["fingerprint"]:
            self._prove("the inputs give the fingerprint of entry and hand-over", self._fingerprint)
            self._prove("the inputs are of this claim, its terms and its frozen cohorts", self._inputs_agree)
            self._prove("every suite of expectations has the digest that the inputs name", self._suites_agree)
        self._prove("the results are those of the hand-over", self._results_agree)
        if self.handover.content.get("estimates"):
            self._prove("each estimate that was given, and not computed, is what its evaluator signed", lambda: estimating.handed_over_fault(self.handover.content))
        self._prove("the sum in words is the decision's", lambda: "" if bundle.arithmetic(self.decision) == self.files["arithmetic.txt"] else "arithmetic.txt differs")

    def _canonical(self) -> str:
        faults = [name for name, content in self.files.items() if name.endswith(".json") and canonical(json.loads(content)) + b"\n" != content]
        return ", ".join(faults)

    def _entry_agrees(self) -> str:
        entry, decision, sha256 = self.entry, self.decision, self.handover.sha256
        if (entry.contract, entry.as_of) != (self.handover.contract, self.handover.as_of) or self._data("decision.json")["decision"] != decision:
            return "contract, day or decision.json differs"
        if entry.kind == "question":
            is_same = (entry.body["found"], entry.body["fingerprint"]) == ({name: decision[name] for name in ("state", "amount")}, decision["fingerprint"])
            return "" if is_same else "what it found differs"
        if entry.kind == "true_up" and not settles(decision):
            return "the hand-over moves nothing of what was posted"
        made = BODIES[entry.kind](decision, sha256)
        return "" if made == entry.body else f"{', '.join(sorted(name for name in {*made, *entry.body} if made.get(name) != entry.body.get(name)))} differs"

    def _contract_agrees(self) -> str:
        sha256, named = text_digest(self.files["contract.yaml"].decode()), self.handover.content["contract"]
        is_named = (named["id"], named["version"], named["sha256"]) == (self.contract.contract, self.contract.version, sha256)
        return "" if is_named and (not self.inputs or self.inputs["contract"] == named) else f"its hash is {sha256}"

    def _terms_agree(self) -> str:
        return _difference(bundle.terms(self.contract, self.decision), self._data("decision.json")["terms"])

    def _fingerprint(self) -> str:
        found = digest(self.inputs)
        return "" if found == self.decision["fingerprint"] == self.entry.body.get("fingerprint", found) else f"their digest is {found}"

    def _inputs_agree(self) -> str:
        terms, inputs, frozen = bundle.terms(self.contract, self.decision), self.inputs, self.handover.content["cohorts"]
        if (inputs["claim"]["period"], inputs["claim"]["kind"]) != (self.decision["claim_period"], self.decision["kind"]):
            return "they are of another claim"
        outcomes = {**inputs["requires"], bundle.claim_of(self.contract, self.decision)[0].outcome_of(self.decision["kind"]): inputs["outcome"]}
        if {name: part["terms"] for name, part in outcomes.items()} != {name: digest(said) for name, said in terms["outcomes"].items()}:
            return "an outcome has other terms"
        compared = inputs.get("compared", {})
        if any(part["terms"] != digest(self.contract.outcome(name).terms()) for name, part in compared.items()):
            return "an outcome that it is compared with has other terms"
        cohorts = {name: cohort for part in outcomes.values() for name, cohort in part["cohorts"].items()}
        if {name: part["terms"] for name, part in cohorts.items()} != {name: digest(said) for name, said in terms["cohorts"].items()}:
            return "a cohort has other terms"
        return ", ".join(f"{name} is frozen as another list" for name, part in sorted(cohorts.items()) if part["frozen"] != frozen[name])

    def _suites_agree(self) -> str:
        return _difference(self.judging.suite_digests(), self.inputs["suites"])

    def _results_agree(self) -> str:
        return _difference(bundle.results(self.contract, self.decision, self.handover.content["results"]), self._data("result.json"))

    def _sum(self) -> None:
        """The gate asked again, and the decision made again where the bundle has all it takes."""
        if not self.decision["fingerprint"]:
            self.said.append(Said("beyond", "that night could not read what the decision would be made from, so there is nothing to ask again"))
            return
        self._prove(f"every required expectation has its verdict, {self.decision['required']} of them, and the gate says the same of them again", self._gate)
        if not self.has_failed:
            self._decided_again()

    def _decided_again(self) -> None:
        verdict, state = self.judging.verdict(), self.decision["state"].replace("_", " ")
        unknown = self.judging.unknown() if verdict.state == "open" else ""
        if unknown:
            self.said.append(Said("beyond", f"the amount is not computed again: {unknown}"))
        elif self._is_other_hold:
            self.said.append(Said("beyond", f"it is held for a cause that lies outside the expectations: {self.decision['reason']}"))
        else:
            decided = f"the decision, {state} {self.decision['amount']} {self.decision['currency']}, comes"
            what = "the hold and its causes come" if verdict.state != "open" else decided
            self._prove(f"{what} out the same when it is decided again", lambda: _difference(self.judging.decided_again(verdict), self.decision))

    @property
    def _is_other_hold(self) -> bool:
        """Whether the gate is open and the claim is held all the same, and not by what deciding it again would say."""
        verdict = self.judging.verdict()
        return self.decision["state"] == "held" and verdict.state == "open" and self.judging.decided_again(verdict)["state"] != "held"

    def _gate(self) -> str:
        verdict, decision = self.judging.verdict(), self.decision
        if decision["state"] in DECIDED and verdict.state != "open":
            return f"the gate is held: {'; '.join(item.words for item in verdict.reasons[:MOST_SAID])}"
        is_same = verdict.required == decision["required"] and (verdict.state != "open" or [item.as_data() for item in verdict.warnings] == decision["warnings"])
        return "" if is_same else f"{verdict.required} are required and {len(verdict.warnings)} warn"

    def _say_what_is_beyond(self) -> None:
        for name, found in (("program", program_digest()), ("lock", runtime_lock_digest())):
            if self.inputs:
                is_same = self.inputs[name] == found
                self.said.append(Said("proved", f"the {name} is the one installed here") if is_same else Said("beyond", f"the {name} that decided is not the one installed here"))
        for entry in self.overrides:
            self.said.append(Said("beyond", f"that the ledger has {entry.name()}, which released the claim: it must have the hash {entry.hash}"))
        self.said += [
            Said("beyond", f"that the ledger has this entry: ask `udbytte verify` beside the ledger, where entry {self.entry.seq} must have the hash {self.entry.hash}"),
            Said("beyond", "that the results follow from the deliveries: `udbytte verify --deep` computes them again beside the archive"),
            *([] if self.signer else [Said("beyond", f"whose key signed it: it is {self.key}; compare it with the one its sender gives, or give it as --signed-by")]),
        ]


def _short(line: bytes) -> str:
    try:
        return str(json.loads(line)["hash"])[:12]
    except (ValueError, KeyError, TypeError):
        return ""


def _difference(made: Any, found: Any) -> str:
    """The names under which two mappings differ; empty when they are the same."""
    names = sorted(name for name in {*made, *found} if made.get(name) != found.get(name))
    return f"{', '.join(names)} {'differs' if len(names) == 1 else 'differ'}" if names else ""


def prove(folder: Path, signer: str = "") -> list[Said]:
    """Prove the bundle in `folder`. Raises HomeError when there is none."""
    return Proving(folder, signer).run()


def tell(said: list[Said], *, where: str, as_json: bool) -> None:
    """Print what was proved and what not. Raises LedgerError when something does not hold."""
    counts = {state: sum(item.state == state for item in said) for state in ("proved", "failed", "beyond")}
    if as_json:
        print(json.dumps({"holds": not counts["failed"], "said": [vars(item) for item in said]}, ensure_ascii=False))
    else:
        told = f"{counts['proved']} proved, {counts['failed']} do not hold, {counts['beyond']} beyond what could be proved here."
        print("\n".join([*(f"{item.state:8}{item.words}" for item in said), told]))
    if counts["failed"]:
        raise LedgerError(f"{counts['failed']} of {len(said)} things do not hold", where=where, next_step="trust nothing of it, and ask for it again")
