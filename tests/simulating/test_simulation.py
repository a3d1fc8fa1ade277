"""A contract paid over made-up results: what must hold whatever is drawn, and what can be worked out by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from scipy.stats import binom
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.profile import Profile
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.results_file import read
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.simulation import page
from pipelines.simulating.simulation import AtEffect, runs, spread, summed, without_effect

BASE = """outcome;cohort;period;enrolled;persons;comparison
enrolment;released;2024-25;216;216;
rearrest_52_weeks;released;2024-25;216;66;66/216
rearrest_104_weeks;released;2024-25;216;80;80/216
"""
RUNS = 120


def terms() -> tuple[OutcomeContract, Profile]:
    found = catalogue()
    contract = found.contracts["tarp"]
    return contract, found.gate_of(contract)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row]]:
    path = tmp_path_factory.mktemp("base") / "without.csv"
    path.write_text(BASE, encoding="utf-8")
    rows, findings = checked(terms()[0], read(path), path.name)
    assert not findings
    return path, without_effect(rows)


@pytest.fixture(scope="module")
def found(base: tuple[Path, list[Row]]) -> dict[Fraction, AtEffect]:
    contract, gate = terms()
    return {effect: summed(contract, effect, runs(contract, base[1], gate, effect, RUNS)) for effect in (Fraction(0), Fraction(3, 10))}


def test_what_is_paid_for_enrolling_is_certain(found: dict[Fraction, AtEffect]) -> None:
    assert all(item.pays["intake"] == 1 for item in found.values())
    assert all(item.amount.percentiles[0] >= Decimal("108000.00") for item in found.values())


def test_a_threshold_on_an_estimate_pays_for_nothing_as_often_as_chance_reaches_it(found: dict[Fraction, AtEffect]) -> None:
    """Both groups draw from 216 with 66/216: how often the reduction is a tenth or more is a sum over both binomials."""
    n, p = 216, 66 / 216
    chance = sum(binom.pmf(c, n, p) * binom.cdf(int(Fraction(9, 10) * c), n, p) for c in range(1, n + 1))
    assert float(found[Fraction(0)].pays["reduction"]) == pytest.approx(chance, abs=4 * (chance * (1 - chance) / RUNS) ** 0.5)
    assert 0.1 < chance < 0.4


def test_an_interval_that_must_exclude_nought_seldom_pays_for_nothing(found: dict[Fraction, AtEffect]) -> None:
    assert found[Fraction(0)].pays["certain_reduction"] < Fraction(1, 10)
    assert found[Fraction(0)].held["certain_reduction"] == 0


def test_more_effect_pays_more_and_who_gets_it_is_who_bears_the_risk(found: dict[Fraction, AtEffect]) -> None:
    nothing, much = found[Fraction(0)], found[Fraction(3, 10)]
    assert nothing.amount.mean < much.amount.mean
    assert nothing.pays["reduction"] < much.pays["reduction"]
    for item in found.values():
        assert item.parties["aid_programme"].mean == -item.parties["state"].mean == item.amount.mean
        assert sum(item.quarters[key] for key in item.quarters if key[0] == "state") == -item.amount.mean


def test_a_run_depends_on_its_seed_effect_and_number_alone(base: tuple[Path, list[Row]]) -> None:
    contract, gate = terms()
    ten, four = (runs(contract, base[1], gate, Fraction(1, 10), count) for count in (10, 4))
    assert ten[:4] == four
    assert runs(contract, list(reversed(base[1])), gate, Fraction(1, 10), 4) == four
    assert runs(contract, base[1], gate, Fraction(1, 10), 4, seed=2) != four


def test_a_spread_is_exact_and_its_percentiles_are_amounts_that_occurred() -> None:
    """1 to 20 thousand: mean 10,500; the sum of squares about it is 665 million, by 19 is 35 million, root 5,916.08."""
    made = spread([Decimal(1000 * place) for place in range(1, 21)])
    assert (made.mean, made.deviation) == (Decimal("10500.00"), Decimal("5916.08"))
    assert made.percentiles == tuple(Decimal(amount) for amount in (1000, 5000, 10000, 15000, 19000))


def test_the_command_gives_the_same_bytes_again_and_writes_its_page(base: tuple[Path, list[Row]], tmp_path: Path) -> None:
    asked = ["simulate", "tarp", "--results", str(base[0]), "--effects", "0,0.2", "--runs", "6", "--workers", "1", "--json"]
    first, again = (CliRunner().invoke(app, [*asked, "--page", str(tmp_path / name)]) for name in ("a.html", "b.html"))
    assert first.exit_code == 0
    assert first.stdout == again.stdout
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    shown = json.loads(first.stdout)
    assert [item["effect"] for item in shown["effects"]] == ["0.0000", "0.2000"]
    assert all("SIMULERING" in text or "SIMULATION" in text for text in (page(shown, "da").decode(), page(shown, "en").decode()))
    assert "http" not in (tmp_path / "a.html").read_text(encoding="utf-8").replace("http://www.w3.org", "")


@pytest.mark.parametrize(("effects", "words"), [("a,b", "'a,b' are no effects"), ("-2", "'-2' are no effects"), ("", "'' are no effects")])
def test_effects_that_are_none_are_refused_in_words(base: tuple[Path, list[Row]], effects: str, words: str) -> None:
    done = CliRunner().invoke(app, ["simulate", "tarp", "--results", str(base[0]), "--effects", effects])
    assert done.exit_code != 0
    assert words in str(done.exception)
