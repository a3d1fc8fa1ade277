"""The defect matrix in nights: which there are, and what each must come to.

Defects of registers that no claim needs go together in one night; every other has a night of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from pipelines.bench_matrix import Matrix, Row, needs_of, together
from pipelines.bench_nights import clean_home, helpers
from pipelines.payments.vocabulary import catalogue
from pipelines.synthetic.defects import DEFECTS

NEEDS = needs_of(catalogue())
NIGHTS = together(NEEDS)
OF_A_CHILD = {"referrals", "bef", "dod", "who5"}
OF_THE_YOUNG = {"referrals", "bef", "dod", "dream"}
RESTS_ON = {
    "tarp/intake": {"releases"},
    "tarp/reduction": {"releases", "arrests"},
    "tarp/certain_reduction": {"releases", "arrests"},
    "tarp/lasting_reduction": {"releases", "arrests"},
    "trygt_hjem/hjemmedage on account": OF_A_CHILD | {"case_placements"},
    "trygt_hjem/hjemmedage final": OF_A_CHILD | {"case_placements", "buaf"},
    "ungebro/selvforsoergelse": OF_THE_YOUNG,
    "ungebro/effekt": OF_THE_YOUNG,
}
"""What each trigger rests on, as one reads it in the contracts. A final settlement is compared with the case system that paid on account."""
PAYS_LESS = dict.fromkeys(("person_dies", "person_emigrates", "person_unlinked", "restated_placements"), -1)
MOVES = {**PAYS_LESS, "case_system_forgets": 1}
"""Defects that change what happened, and whether less comes of it or more: a child is counted for fewer days, or seems to be at home for more."""


@contextmanager
def matrix_at(folder: Path) -> Iterator[Matrix]:
    """The matrix over a clean home in a folder."""
    with helpers() as shared:
        yield Matrix(clean_home(shared, folder), NEEDS)


def every_claim_comes_as_it_must(matrix: Matrix, names: tuple[str, ...]) -> None:
    """Run the night of these defects and hold each of them against the clean night."""
    for row in matrix.rows(*names):
        assert (row.found, row.problems) != ("", ()), f"{row.defect.name} was not found by {row.defect.found_by}"
        assert row.is_right, [cell.as_data() for cell in row.cells if not cell.is_right] or row
        assert {cell.needs.column for cell in row.cells if cell.came in ("held", "moved") and not cell.is_cap} <= columns_that_may(row)
        assert sign(sum((cell.amount - cell.clean_amount for cell in row.cells if cell.may_move and cell.came == "moved"), Decimal(0))) == MOVES.get(row.defect.name, 0)


def columns_that_may(row: Row) -> set[str]:
    """The triggers that rest on the register of a defect, as one reads it in the contracts. What happens to a child is in several registers."""
    return {column for column, registers in RESTS_ON.items() if row.defect.register in registers}


def sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)


def is_alone(names: tuple[str, ...]) -> bool:
    """Whether a night has one defect, of a register that some claim needs; the others' registers are needed by none."""
    needed = set[str]().union(*RESTS_ON.values())
    return len(names) == 1 or not needed & {DEFECTS[name].register for name in names}
