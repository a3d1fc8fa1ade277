"""Secondary suppression: tables worked by hand, and random ones attacked by a linear program and by trying every world there is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipelines.reports.disclosing import solving
from pipelines.reports.disclosing.problem import Problem, Row, Told
from pipelines.reports.disclosing.solving import UnsolvedError, leaks, protect

PROPERTY = settings(max_examples=20, deadline=None, derandomize=True, database=None)
Grid = list[list[int]]


def table(grid: Grid, smallest: int = 5, margins: int = 1000) -> Problem:
    """A table with both margins told; its small cells are hidden."""
    problem = Problem(smallest)
    for i, j in product(range(len(grid)), range(len(grid[0]))):
        problem.count(f"{i}{j}", grid[i][j])
        problem.rows["cell", f"{i}{j}"] = Told(10 + grid[i][j], [f"{i}{j}"], is_hidden=0 < grid[i][j] < smallest)
    lines = {f"row {i}": [f"{i}{j}" for j in range(len(grid[0]))] for i in range(len(grid))}
    lines |= {f"column {j}": [f"{i}{j}" for i in range(len(grid))] for j in range(len(grid[0]))}
    for name, cells in lines.items():
        problem.count(name, sum(problem.quantities[cell].value for cell in cells))
        problem.sums.append({name: -1, **dict.fromkeys(cells, 1)})
        problem.rows["margin", name] = Told(margins, [name])
    return problem


def hidden_of(problem: Problem) -> set[Row]:
    return {row for row, told in problem.rows.items() if told.is_hidden}


def between(problem: Problem, name: str, hidden: set[Row]) -> tuple[float, float]:
    """What a linear program says of a number, from the sums as they are written down."""
    place = {item: number for number, item in enumerate(problem.quantities)}
    told = {item for row, what in problem.rows.items() if row not in hidden for item in what.tells}
    equations = np.array([[coefficients.get(item, 0) for item in place] for coefficients in problem.sums], dtype=float)
    bounds = [(item.value, item.value) if at in told else (item.low, None) for at, item in problem.quantities.items()]
    cost = np.array([float(item == name) for item in place])
    ends = []
    for sign in (1, -1):
        found = linprog(sign * cost, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds, method="highs")
        ends.append(-np.inf if found.status == 3 else found.fun)
    return float(ends[0]), float(-ends[1])


def test_a_small_cell_hidden_alone_is_found_and_three_more_hide_it() -> None:
    """20 3 7 / 30 22 9 / 11 13 40: the 3 is its row less 20 and 7. The cheapest ring that hides it goes over 7, 9 and 22."""
    problem = table([[20, 3, 7], [30, 22, 9], [11, 13, 40]])
    assert between(problem, "01", {("cell", "01")}) == (3, 3)
    assert leaks(problem, {("cell", "01")}) == ["01"]
    found = protect(problem)
    assert found.further == {("cell", "02"), ("cell", "12"), ("cell", "11")}
    assert found.lost == []
    low, high = between(problem, "01", {("cell", "01"), *found.further})
    assert high - low >= 5


def test_two_small_cells_of_one_row_may_still_tell_each_other_within_few() -> None:
    """1 and 2 make 3: each is known to be 0 to 3, so a cell of another size has to go with them."""
    problem = Problem(5)
    for name, value in {"a": 1, "b": 2, "c": 50}.items():
        problem.count(name, value)
        problem.rows["cell", name] = Told(value, [name], is_hidden=value < 5)
    problem.count("all", 53)
    problem.sums.append({"all": -1, "a": 1, "b": 1, "c": 1})
    problem.rows["margin", "all"] = Told(1000, ["all"])
    assert leaks(problem, hidden_of(problem)) == ["a", "b"]
    assert protect(problem).further == {("cell", "c")}


def test_whole_numbers_tell_more_than_a_linear_program_sees() -> None:
    """24,000 a + 25,000 b = 272,000 has one answer in whole people, 3 and 8; a solver of fractions sees a range from 0 to 11."""
    problem = Problem(5)
    problem.count("a", 3)
    problem.count("b", 8)
    problem.count("amount", 24_000 * 3 + 25_000 * 8, of_people=False)
    problem.sums.append({"amount": -1, "a": 24_000, "b": 25_000})
    problem.rows["row", "a"] = Told(10, ["a"], is_hidden=True)
    problem.rows["row", "b"] = Told(10, ["b"], is_hidden=True)
    problem.rows["row", "amount"] = Told(5, ["amount"])
    low, high = between(problem, "a", {("row", "a"), ("row", "b")})
    assert high - low > 5
    assert leaks(problem, {("row", "a"), ("row", "b")}) == ["a"]
    assert protect(problem).further == {("row", "amount")}


def test_what_is_hidden_with_a_row_is_hidden_and_what_was_told_before_is_not_chosen() -> None:
    problem = table([[20, 3], [30, 22]])
    problem.rows["words", "00"] = Told(1, [])
    problem.rows["cell", "00"].with_.add(("words", "00"))
    assert protect(problem).further == {("cell", "00"), ("cell", "10"), ("cell", "11"), ("words", "00")}
    problem.rows["cell", "11"].is_locked = True
    found = protect(problem)
    assert ("cell", "11") not in found.further
    assert found.lost == []
    assert {row for row, _ in found.further} >= {"margin"}


def test_a_number_that_follows_from_what_was_told_before_is_said_to_be_lost() -> None:
    problem = table([[20, 3], [30, 22]])
    for row, told in problem.rows.items():
        told.is_locked = row != ("cell", "01")
    found = protect(problem)
    assert (found.further, found.lost) == (set(), ["01"])


def test_the_same_number_in_two_tables_is_hidden_in_both() -> None:
    problem = table([[20, 3], [30, 22]])
    problem.count("again", 3)
    problem.rows["other", "again"] = Told(7, ["again"])
    problem.equal("again", "01")
    assert ("other", "again") in protect(problem).further


def test_a_solver_that_gives_no_answer_is_never_taken_for_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late:
        status, x, message = 1, None, "time limit reached"

    monkeypatch.setattr(solving, "milp", lambda *_, **__: Late())
    monkeypatch.setattr(solving._Exchange, "is_found", lambda _: False)
    with pytest.raises(UnsolvedError, match="status 1"):
        protect(table([[20, 3], [30, 22]]))


cells = st.one_of(st.integers(0, 9), st.integers(0, 60))
grids = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=2, max_size=4))


@given(grid=grids)
@PROPERTY
def test_from_a_table_with_margins_no_small_cell_can_be_worked_out(grid: Grid) -> None:
    problem = table(grid)
    hidden = hidden_of(problem) | protect(problem).further
    for name, quantity in problem.quantities.items():
        if 0 < quantity.value < problem.smallest:
            low, high = between(problem, name, hidden)
            assert high - low >= problem.smallest


@given(grid=st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=2, max_size=2))
@PROPERTY
def test_of_a_small_table_every_world_was_tried(grid: Grid) -> None:
    """All tables of two by two up to 10 that agree with what is told: the hidden small cells differ by five somewhere among them."""
    problem = table(grid)
    hidden = hidden_of(problem) | protect(problem).further
    told = {item for row, what in problem.rows.items() if row not in hidden for item in what.tells}
    worlds = []
    for a, b, c, d in product(range(11), repeat=4):
        world = {"00": a, "01": b, "10": c, "11": d, "row 0": a + b, "row 1": c + d, "column 0": a + c, "column 1": b + d}
        if all(world[name] == problem.quantities[name].value for name in told):
            worlds.append(world)
    for name, quantity in problem.quantities.items():
        if 0 < quantity.value < problem.smallest and name in ("00", "01", "10", "11"):
            assert max(world[name] for world in worlds) - min(world[name] for world in worlds) >= problem.smallest


@given(grid=grids)
@PROPERTY
def test_no_further_row_is_hidden_for_nothing(grid: Grid) -> None:
    problem = table(grid)
    first, further = hidden_of(problem), protect(problem).further
    for row in further:
        assert leaks(problem, (first | further) - {row})
