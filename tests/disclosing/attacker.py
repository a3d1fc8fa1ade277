"""Somebody outside who reads the open tables and the contracts, knows how the numbers add up, and asks a linear program how far each number that is
not told can be pinned down. Written against what is published, and from nothing of what publishes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import linprog

FAR = 1e6
Tables = Mapping[str, pl.DataFrame]
OF_A_RESULT = {"values_are_plausible": ("n", None), "cohort_is_linked": ("counted", "counted"), "follow_up_is_complete": (None, "counted"), "arms_lose_alike": ("counted", None)}
"""What a check of an outcome counts, of both roles together: its denominator and its numerator."""
OF_A_CLAIM = {"lines_add_up": "reached", "lines_are_of_counted_people": "reached", "paid_lines_stand": "reached", "amount_is_whole_multiples": "reached"}
OF_A_LIST = ("referrals_are_only_added", "referrals_come_in_time")
ON_A_LIST = ("referrals_withdrawn", "referred_again", "referred_under_another_key", "enrolled_of_referred")


class Outsider:
    """Numbers by name, each nought or more, and what is known of them: linear equations and nothing else. `binary` are the outcomes whose value is a
    number of people, `claims` the outcome and price of each
    trigger, or of one settlement of it; `covers` the claim period that a result is under where it is not the claim's own."""

    def __init__(self, binary: frozenset[str], claims: Mapping[str, tuple[str, float | None]], covers: Mapping[str, str]) -> None:
        self.binary, self.claims, self.covers = binary, claims, covers
        self.names: dict[str, int] = {}
        self.equations: list[tuple[dict[str, float], float, float]] = []
        self.guesses: list[tuple[dict[str, float], float]] = []

    def know(self, terms: Mapping[str, float], value: float, within: float = 0.0) -> None:
        for name in terms:
            self.names.setdefault(name, len(self.names))
        self.equations.append((dict(terms), value - within, value + within))

    def guess(self, terms: Mapping[str, float], value: float) -> None:
        for name in terms:
            self.names.setdefault(name, len(self.names))
        self.guesses.append((dict(terms), value))

    def read(self, tables: Tables) -> Outsider:
        for row in tables["indicator_results"].iter_rows(named=True):
            self._result(row)
        for row in tables["payment_decisions"].iter_rows(named=True):
            self._decision(row)
        for row in tables["gate_checks"].iter_rows(named=True):
            if row["numerator"] is not None:
                self._check(row["subject"], row["rule"], row["numerator"], row["denominator"])
        for row in tables["gaming_figures"].iter_rows(named=True):
            if row["figure"] in ON_A_LIST:
                self._listed(f"{row['contract']}/{row['about']}", row["figure"], row["numerator"], row["denominator"])
        self._roles_together()
        self._keep_guesses()
        return self

    def _keep_guesses(self) -> None:
        """What a check counts is guessed; a guess that contradicts what is told is dropped, as anyone would."""
        for terms, value in self.guesses:
            self.know(terms, value)
            if self._ends(next(iter(terms))) is None:
                self.equations.pop()

    def _result(self, row: dict[str, Any]) -> None:
        at = f"{row['contract']}/{row['outcome']}/{row['claim_period'] or ''}/{row['role']}"
        self.know({f"{at}/n": 1, f"{at}/counted": -1, f"{at}/uncounted": -1}, 0)
        if row["outcome"] in self.binary:
            self.know({f"{at}/counted": 1, f"{at}/value": -1, f"{at}/without": -1}, 0)
        for column, name in (("n", "n"), ("n_counted", "counted"), *((("value", "value"),) if row["outcome"] in self.binary else ())):
            if row[column] is not None:
                self.know({f"{at}/{name}": 1}, float(row[column]), 2.5 if row["counts_state"] == "rounded" else 0.0)

    def _roles_together(self) -> None:
        for subject in {name.rpartition("/")[0].rpartition("/")[0] for name in self.names if name.endswith(("/n", "/counted"))}:
            for part in ("n", "counted"):
                roles = [name for role in ("treatment", "comparison") if (name := f"{subject}/{role}/{part}") in self.names]
                if roles:
                    self.know({f"{subject}/both/{part}": -1, **dict.fromkeys(roles, 1)}, 0)

    def _decision(self, row: dict[str, Any]) -> None:
        outcome, price = self._claim(row["contract"], row["trigger"], row["settlement"])
        claim = f"{row['contract']}/{row['trigger']}/{row['claim_period']}/{row['settlement']}"
        at = f"{row['contract']}/{outcome}/{self.covers.get(outcome, row['claim_period'])}/treatment"
        if price:
            self.know({f"{claim}/reached": 1, f"{claim}/missed": 1, f"{at}/counted": -1}, 0)
        if price and row["amount"] is not None and row["state"] in ("due", "not_met"):
            self.know({f"{claim}/reached": 1}, float(row["amount"]) / price)
        told = re.match(r"(\d+) of (\d+) persons", row["reason"] or "")
        if told:
            self.know({f"{claim}/reached": 1}, int(told[1]))
            self.know({f"{at}/counted": 1}, int(told[2]))

    def _claim(self, contract: str, trigger: str, settlement: str) -> tuple[str, float | None]:
        """The outcome that a settlement pays for, and its price."""
        return self.claims.get(f"{contract}/{trigger}/{settlement}") or self.claims.get(f"{contract}/{trigger}", ("", None))

    def _check(self, subject: str, rule: str, numerator: int, denominator: int) -> None:
        kind, _, name = subject.partition(":")
        if kind == "outcome" and rule in OF_A_RESULT:
            at = name if name.count("/") > 1 else f"{name}/"
            for part, value in zip(OF_A_RESULT[rule], (denominator, numerator), strict=True):
                if part:
                    self.guess({f"{at}/both/{part}": 1}, value)
        elif kind == "trigger" and rule in OF_A_CLAIM:
            self.guess({f"{name}/reached": 1}, denominator)
        elif kind == "trigger" and rule == "nobody_is_counted_by_two_contracts":
            contract, trigger, period, settlement = name.split("/")
            outcome = self._claim(contract, trigger, settlement)[0]
            self.guess({f"{contract}/{outcome}/{self.covers.get(outcome, period)}/treatment/counted": 1}, denominator)
        elif kind == "cohort" and rule == "cohort_is_large_enough" and numerator == denominator:
            self.guess({f"{name}/enrolled_of_referred": 1}, numerator)
        elif kind == "cohort" and rule in OF_A_LIST:
            self.guess({f"{name}/rows": 1}, denominator)
            self.guess({f"{name}/rows": 1, f"{name}/listed": -1, f"{name}/earlier": -1}, 0)

    def _listed(self, cohort: str, figure: str, numerator: int | None, denominator: int | None) -> None:
        """A figure over everybody on the list; whoever is on it is enrolled or withdrew."""
        self.know({f"{cohort}/listed": 1, f"{cohort}/{figure}": -1, f"{cohort}/{figure}/others": -1}, 0)
        self.know({f"{cohort}/listed": 1, f"{cohort}/enrolled_of_referred": -1, f"{cohort}/referrals_withdrawn": -1}, 0)
        for name, value in ((figure, numerator), ("listed", denominator)):
            if value is not None:
                self.know({f"{cohort}/{name}": 1}, value)

    def between(self, name: str) -> tuple[float, float]:
        """The least and the most that a number can be."""
        if name not in self.names:
            return 0.0, FAR
        ends = self._ends(name)
        assert ends is not None, "what is told contradicts itself"
        return ends

    def _ends(self, name: str) -> tuple[float, float] | None:
        entries = np.zeros((len(self.equations), len(self.names)))
        for place, (terms, _, _) in enumerate(self.equations):
            for item, factor in terms.items():
                entries[place, self.names[item]] = factor
        low, high = (np.array([item[side] for item in self.equations]) for side in (1, 2))
        cost = np.zeros(len(self.names))
        cost[self.names[name]] = 1
        ends = []
        for sign in (1, -1):
            found = linprog(sign * cost, A_ub=np.vstack([entries, -entries]), b_ub=np.concatenate([high, -low]), bounds=(0, FAR), method="highs")
            if found.status != 0:
                return None
            ends.append(sign * found.fun)
        return ends[0], ends[1]

    def pinned(self, name: str, width: float) -> bool:
        low, high = self.between(name)
        return high - low < width - 1e-6


def secrets(exact: Tables, told: Tables, smallest: int, binary: frozenset[str]) -> dict[str, int]:
    """Every small count there is in the results, and every number of a result that is said to be suppressed, by the outsider's name for it."""
    found: dict[str, int] = {}
    for row, shown in zip(exact["indicator_results"].iter_rows(named=True), told["indicator_results"].iter_rows(named=True), strict=True):
        at = f"{row['contract']}/{row['outcome']}/{row['claim_period'] or ''}/{row['role']}"
        counts = {"n": row["n"], "counted": row["n_counted"], "uncounted": row["n"] - row["n_counted"]}
        if row["outcome"] in binary:
            counts |= {"value": int(row["value"]), "without": row["n_counted"] - int(row["value"])}
        small = {name: value for name, value in counts.items() if 0 < value < smallest}
        hidden = {name: counts[name] for name in ("counted", "value") if name in counts} if shown["counts_state"] == "suppressed" else {}
        found |= {f"{at}/{name}": value for name, value in {**small, **hidden}.items()}
    return found
