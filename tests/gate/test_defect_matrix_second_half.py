"""Every defect of the catalogue against every claim: found by the rule that it names, and exactly what rests on it held. The second half."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gate.nights_of_defects import HALF, NIGHTS, every_claim_comes_as_it_must, matrix_at

from pipelines.bench_matrix import Matrix


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with matrix_at(tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.mark.parametrize("names", NIGHTS[HALF:], ids=lambda names: names[0])
def test_a_defect_is_found_by_its_name_and_holds_exactly_what_rests_on_it(matrix: Matrix, names: tuple[str, ...]) -> None:
    every_claim_comes_as_it_must(matrix, names)
