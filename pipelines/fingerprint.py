"""What a decision was made of, as one hash: deliveries, agreed texts, code, expectations and the runtime lock.

Same fingerprint, same decision, to the cent, on any machine. It is evidence; the posting key, and never this, decides what is paid once.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from indicators.evaluation.method import methods
from indicators.indicator import library
from pipelines.canonical import digest, text_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.archive import Delivery
from pipelines.payments.rule import rules
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.gate import Required
from pipelines.quality.suites import Suite, cohort_suite, outcome_suite, register_suite
from pipelines.settings import PACKAGE_ROOT, runtime_lock_digest, sql_text

MEASURING = ("indicators.indicator", "indicators.windows", "indicators.spells", "indicators.result", "indicators.evaluation.method")


@cache
def source_digest(module: str) -> str:
    """SHA-256 of a module's source."""
    return text_digest(Path(inspect.getfile(importlib.import_module(module))).read_text(encoding="utf-8"))


def sources(modules: Iterable[str]) -> dict[str, str]:
    """Source digest by module name."""
    return {name: source_digest(name) for name in sorted(set(modules))}


@cache
def program_digest() -> str:
    """SHA-256 over everything that can move a decision: every source of measuring and deciding and all SQL, what only shows it left out."""
    left_out = tuple(PACKAGE_ROOT / "pipelines" / name for name in ("reports", "assets", "synthetic", "cli.py", "dev.py", "bench.py", "run.py"))
    every = [path for part in ("indicators", "pipelines", "sql") for ending in ("*.py", "*.sql") for path in (PACKAGE_ROOT / part).rglob(ending)]
    counted = sorted(path for path in every if not any(path.is_relative_to(place) for place in left_out))
    return digest({path.relative_to(PACKAGE_ROOT).as_posix(): text_digest(path.read_text(encoding="utf-8")) for path in counted})


class Inputs:
    """Digests of what each subject of a run is built from. `known` are the deliveries known on the as-of day."""

    def __init__(self, catalogue: Catalogue, known: list[Delivery]) -> None:
        self.catalogue, self.known = catalogue, known

    def register(self, register: RegisterContract) -> dict[str, Any]:
        """A register: every delivery known of it in order, its contract, its code lists, its staging."""
        lists = sorted({column.codelist for column in register.table.properties if column.codelist})
        return {
            "deliveries": [[item.sha256, item.is_accepted, item.declared_through, item.data_sha256] for item in self.known if item.register == register.id],
            "contract": self.catalogue.digest_of(f"registers/{register.id}.odcs.yaml"),
            "codelists": {name: self.catalogue.digest_of(f"codelists/{name}.csv") for name in lists},
            "staging": text_digest(sql_text(f"staging/{register.id}.sql")),
        }

    def cohort(self, contract: OutcomeContract, cohort_id: str, frozen: str) -> dict[str, Any]:
        """A cohort: its register, its clause, the code that makes it, and the hash of the frozen list (empty before freezing)."""
        cohort = contract.cohort(cohort_id)
        return {
            "register": self.register(self.catalogue.registers[cohort.register_name]),
            "terms": digest(cohort.model_dump(mode="json", by_alias=True)),
            "code": sources(["indicators.cohort"]),
            "frozen": frozen,
        }

    def outcome(self, contract: OutcomeContract, outcome_id: str, frozen: str) -> dict[str, Any]:
        """An outcome: its cohort, every register it needs, its terms, and the code of its indicator and method."""
        outcome = contract.outcome(outcome_id)
        code = [*MEASURING, library()[outcome.indicator].module]
        if outcome.compare is not None:
            code.append(methods()[outcome.compare.method].module)
        registers = self.catalogue.outcome_registers(contract, outcome, vocabulary())
        return {
            "cohort": self.cohort(contract, outcome.cohort, frozen),
            "registers": {name: self.register(self.catalogue.registers[name]) for name in registers},
            "terms": digest(outcome.model_dump(mode="json", by_alias=True)),
            "code": sources(code),
        }

    def trigger(self, contract: OutcomeContract, payment: Payment, frozen: str) -> dict[str, Any]:
        """A decision: its outcome, the whole contract, its rule, every suite it is gated by, the program and the runtime lock."""
        return {
            "outcome": self.outcome(contract, payment.pays_for, frozen),
            "contract": {"id": contract.contract, "version": contract.version, "sha256": self.catalogue.digest_of(f"outcomes/{contract.contract}.yaml")},
            "profile": {contract.gate.profile: digest(self.catalogue.profiles[contract.gate.profile].model_dump(mode="json"))},
            "code": sources([rules()[payment.rule.pin].module]),
            "suites": {suite.subject: suite.digest() for suite in self.suites(contract, payment)},
            "program": program_digest(),
            "lock": runtime_lock_digest(),
        }

    def suites(self, contract: OutcomeContract, payment: Payment) -> list[Suite]:
        """Every suite a trigger depends on, derived from the contract: its registers', its cohort's and its outcome's."""
        outcome = contract.outcome(payment.pays_for)
        profile = self.catalogue.profiles[contract.gate.profile]
        names = self.catalogue.outcome_registers(contract, outcome, vocabulary())
        registers = [register_suite(self.catalogue, self.catalogue.registers[name]) for name in names]
        return [*registers, cohort_suite(contract, profile, outcome.cohort), outcome_suite(contract, profile, outcome.id)]

    def required(self, contract: OutcomeContract, payment: Payment, frozen: str) -> list[Required]:
        """Every expectation a trigger needs, with the digests it must have been evaluated on."""
        outcome = contract.outcome(payment.pays_for)
        made: list[Required] = []
        for suite in self.suites(contract, payment):
            kind, _, name = suite.subject.partition(":")
            if kind == "register":
                parts = self.register(self.catalogue.registers[name])
            else:
                parts = self.cohort(contract, outcome.cohort, frozen) if kind == "cohort" else self.outcome(contract, outcome.id, frozen)
            inputs, of_suite = digest(parts), suite.digest()
            made += [Required(suite.subject, item.rule, inputs, of_suite) for item in suite.expectations]
        return made
