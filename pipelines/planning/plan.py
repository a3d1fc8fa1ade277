"""`udbytte plan`: two nights of one day in scratch copies of a home, by the texts it last ran by and by proposed ones, held side by side."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.contracts import texts
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.designing import designed
from pipelines.contracts.differences import differences
from pipelines.contracts.loading import load
from pipelines.contracts.source import Finding, nearest
from pipelines.deliveries.inbox import waiting
from pipelines.errors import ContractError
from pipelines.ledger.amending import proposed_amendments
from pipelines.ledger.journal import Entry, Reading, read
from pipelines.payments.vocabulary import vocabulary
from pipelines.planning.asking import QuickChecker
from pipelines.planning.comparing import Side, compared, sides, totals
from pipelines.planning.handed_over import handed_over
from pipelines.planning.night import PlannedNight
from pipelines.planning.signing import as_if_signed, hindrances, to_be_signed
from pipelines.planning.workbench import Workbench, workbench
from pipelines.reports.kept import saved
from pipelines.settings import Home, contracts_folder
from pipelines.steps import run_steps

Data = dict[str, Any]
NOT_KEPT = "what the last night ran by is not kept in this home, so the texts in force are taken for it"
OF_REGISTERS = ("registers/", "codelists/")
NO_NIGHT = "no night was run here yet, so the texts in force are taken for what stands"


@dataclass(frozen=True)
class Wanted:
    """What is asked: the folder that is proposed, the one it is held against (None: what the home last ran by), the contract that is told of
    (None: all of them), and the as-of day (None: the last night's)."""

    proposed: Path
    against: Path | None = None
    contract: str | None = None
    as_of: dt.date | None = None


def planned(home: Home, wanted: Wanted) -> Data:
    """What would change, as data. Nothing in the home is written but its lock. Raises ContractError when the proposed texts do not load, or a
    folder or contract that is named is not there; HomeBusyError while another run writes the home."""
    proposed = _loaded(wanted.proposed)
    last = saved(home.require()) or {}
    as_of = wanted.as_of or (dt.date.fromisoformat(last["as_of"]) if last else home.as_of(None))
    with workbench(home) as bench:
        standing, words = _standing(home, wanted, last, bench)
        _refuse(proposed, standing, wanted.contract)
        found = _Plan(bench, as_of, standing, proposed, wanted.against is not None, last if words["is_last"] else None).made(wanted.contract)
    notes = [*words["notes"], *_waiting(home), *found["notes"]]
    return {"as_of": as_of, "before": words["before"], "after": str(wanted.proposed), **found, "notes": notes}


def _waiting(home: Home) -> list[str]:
    found = len(waiting(home))
    return [f"{found} file{' waits' if found == 1 else 's wait'} in the inbox, and no plan knows what is in them; `udbytte intake` takes them in"] if found else []


def _standing(home: Home, wanted: Wanted, last: Data, bench: Workbench) -> tuple[Catalogue, Data]:
    """The texts that the home last ran by, or else what stands for them, and how they are called."""
    if wanted.against is not None:
        return _loaded(wanted.against), {"before": str(wanted.against), "notes": [], "is_last": False}
    kept = texts.kept(home, str(last.get("texts", "")))
    if kept is not None:
        return load(texts.lay(kept, bench.texts / "data_contracts"), vocabulary()), {
            "before": f"the texts of the night of {last['as_of']}",
            "notes": [],
            "is_last": True,
        }
    return _loaded(contracts_folder()), {"before": "the texts in force", "notes": [NOT_KEPT if last else NO_NIGHT], "is_last": False}


def _loaded(folder: Path) -> Catalogue:
    if not folder.is_dir():
        raise ContractError("there is no such folder of contracts", where=str(folder), next_step="name a folder with outcomes/, registers/, codelists/ and profiles/")
    return load(folder.resolve(), vocabulary())


def _refuse(proposed: Catalogue, standing: Catalogue, contract: str | None) -> None:
    """Raise ContractError for what does not load of what is proposed and loads now, or for a contract that is nowhere."""
    broken, was = _broken(proposed), _broken(standing)
    findings = [finding for name, found in broken.items() if name not in was or name == f"outcomes/{contract}.yaml" for finding in found]
    if findings:
        words = "\n".join(finding.sentence() for finding in sorted(set(findings)))
        raise ContractError(f"what is proposed does not load, so nothing was planned:\n{words}")
    known = {*proposed.contracts, *standing.contracts, *proposed.broken_contracts}
    if contract is not None and contract not in known:
        raise ContractError(f"there is no outcome contract '{contract}'{nearest(contract, sorted(known))}")


def _broken(catalogue: Catalogue) -> dict[str, list[Finding]]:
    """What is wrong, by file."""
    contracts = {f"outcomes/{name}.yaml": found for name, found in catalogue.broken_contracts.items()}
    registers = {f"registers/{name}.odcs.yaml": found for name, found in catalogue.broken_registers.items()}
    return {**contracts, **registers, **catalogue.broken_others}


@dataclass(frozen=True)
class _Plan:
    """Both sides of a plan. `is_given` says that the earlier texts were named, and need not be those that are signed; `last` is the board of the
    night that ran by them, if one did."""

    bench: Workbench
    as_of: dt.date
    standing: Catalogue
    proposed: Catalogue
    is_given: bool
    last: Data | None = None

    def made(self, contract: str | None) -> Data:
        was, now = (texts.texts_of(side.folder) for side in (self.standing, self.proposed))
        told = differences(self.standing.folder, self.proposed.folder, (was, now))
        names, ledger = to_be_signed(self.standing, self.proposed), read(self.bench.before)
        if was == now:
            return {"differences": [], "amended": [], "signing": {}, "measured": [], "rows": [], "unchanged": 0, "totals": [], "notes": [], "problems": []}
        checker = QuickChecker()
        try:
            if any(was.get(name) != now.get(name) for name in {*was, *now} if name.startswith(OF_REGISTERS)):
                checker.start()  # some register will be asked what only the engine can say, and that takes seconds to start
            before, problems = self._before(ledger, names, checker)
            self.bench.hand_on()
            after = self._run(self.bench.after, self.proposed, as_if_signed(ledger, self.proposed, names, self.as_of), checker)
        finally:
            checker.stop()
        rows = compared(before, sides(after), self._posted(ledger), contract)
        changed = [row for row in rows if row["changes"]]
        return {
            "differences": [item.as_data() for item in told],
            "amended": self._amended(ledger, names, contract),
            "signing": hindrances(self.bench.after, self.proposed, [name for name in names if contract in (None, name)], self.as_of),
            "measured": after.measured,
            "rows": changed,
            "unchanged": len(rows) - len(changed),
            "totals": totals(rows),
            "notes": self._frozen_notes(after),
            "problems": [problem for problem in after.problems if problem not in problems],
        }

    def _amended(self, ledger: Reading, names: list[str], contract: str | None) -> list[Data]:
        """What the proposed texts change of how something is measured of which decisions stand in the ledger."""
        known = {self.standing.digest_of(f"outcomes/{name}.yaml"): designed(found) for name, found in self.standing.contracts.items()}
        told = [(name, self.proposed.contracts[name]) for name in names if contract in (None, name)]
        found = [item for name, made in told for item in proposed_amendments(ledger.entries, name, (made.version, designed(made)), known)]
        return [item.as_data() | {"sentence": item.sentence()} for item in found]

    def _before(self, ledger: Reading, names: list[str], checker: QuickChecker) -> tuple[dict[str, Side], list[str]]:
        """What stands, claim by claim, and what was wrong in deciding it. Contracts that differ are taken as signed on this side too, where its
        texts were named."""
        found = None if self.last is None else handed_over(self.bench.before, self.last, self.standing, ledger, self.as_of)
        if found is not None:
            return found, []
        signed = [name for name in names if name in self.standing.contracts] if self.is_given else []
        night = self._run(self.bench.before, self.standing, as_if_signed(ledger, self.standing, signed, self.as_of), checker)
        return sides(night), night.problems

    def _frozen_notes(self, night: PlannedNight) -> list[str]:
        """Whose people stay although who is in them would be said otherwise."""
        return [
            f"the cohort {name}/{cohort.id} is frozen: nobody comes into it or leaves it by what is proposed of it"
            for name, contract in sorted(self.proposed.contracts.items())
            for cohort in contract.cohorts
            for earlier in (self.standing.contracts[name].cohorts if name in self.standing.contracts else [])
            if earlier.id == cohort.id and earlier.terms() != cohort.terms() and night.frozen_hash(contract, cohort.id)
        ]

    def _run(self, home: Home, catalogue: Catalogue, ledger: Reading, checker: QuickChecker) -> PlannedNight:
        night = PlannedNight(home, self.as_of, checker)
        night.catalogue, night.ledger = catalogue, ledger
        run_steps(night)
        return night

    def _posted(self, ledger: Reading) -> dict[str, Entry]:
        """The entries that stand by the day, by posting key."""
        return {entry.posting_key: entry for entry in ledger.entries if entry.posting_key and entry.as_of <= self.as_of}


def is_changed(plan: Data) -> bool:
    """Whether any claim would be decided otherwise."""
    return bool(plan["rows"])
