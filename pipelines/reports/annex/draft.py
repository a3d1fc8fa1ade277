"""What every section of an annex is written from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipelines.contracts.catalogue import Catalogue, Vocabulary
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger.amending import Amended
from pipelines.reports.annex.codes import CodeTable, code_tables
from pipelines.reports.annex.wording import Wording


@dataclass(frozen=True)
class Draft:
    """One contract that loaded, the catalogue it loaded with, and the words to say it in. `sha256` is that of the contract's file, `amended`
    what it changes of how something is measured that was decided already."""

    contract: OutcomeContract
    catalogue: Catalogue
    vocabulary: Vocabulary
    words: Wording
    sha256: str
    amended: tuple[Amended, ...] = ()

    def party(self, name: str) -> str:
        """What a party is called."""
        return next((party.name for party in self.contract.parties if party.id == name), name)

    def register(self, name: str) -> str:
        """What a register is called."""
        return self.words.register(name, self.catalogue.registers[name].name)

    def supplier(self, register: str) -> str:
        """Who delivers a register: the party of that id, or the name the register's contract has."""
        return self.party(self.catalogue.registers[register].handling.supplier).replace("_", " ")

    @cached_property
    def code_tables(self) -> tuple[CodeTable, ...]:
        """Every table of codes that the contract places, each once, in the order it is first used."""
        return code_tables(self.contract, self.catalogue, self.vocabulary)

    def code_table(self, outcome: str, argument: str) -> int:
        """The number of the table in which the codes of an outcome's argument stand."""
        return next(index for index, table in enumerate(self.code_tables, 1) if (outcome, argument) in table.used)

    def matched_table(self, cohort: str) -> int:
        """The number of the table with the codes by which a cohort's comparison group is chosen."""
        return next(index for index, table in enumerate(self.code_tables, 1) if cohort in table.matched)
