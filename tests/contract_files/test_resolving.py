"""What a claim period resolves to stands whatever an amendment gives for later ones, and is another with anything that its amount follows from."""

from __future__ import annotations

import pytest
from contract_files.planted import TRYGT_HJEM, Contracts

from pipelines.contracts.resolving import resolved

EVERY = {f"hjemmedage/{period}" for period in ("2024H2", "2025H1", "2025H2", "2026H1")}


def changed(contracts: Contracts, old: str, new: str, after: str = "") -> set[str]:
    """The claim periods that resolve to something else once a text is changed."""
    before = resolved(contracts.load().contracts["trygt_hjem"])
    contracts.replace(TRYGT_HJEM, old, new, after=after)
    assert contracts.said() == []
    now = resolved(contracts.load().contracts["trygt_hjem"])
    return {name for name in {*before, *now} if before.get(name) != now.get(name)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2026-01-01: 1260.88}", "2026-01-01: 1260.88, 2026-07-01: 1300.00}", set()),
        ("2026-01-01: 1260.88}", "2026-01-01: 1300.00}", {"hjemmedage/2026H1"}),
        ("2025-01-01: 1226.53, ", "2025-01-01: 1226.54, ", EVERY - {"hjemmedage/2024H2"}),
        ("2024-07-01: 1187.35", "2024-07-01: 1187.36", EVERY),
        ("decided_from: 2026-12-15", "decided_from: 2026-12-16", {"hjemmedage/2025H2"}),
        ("decided_from: 2026-12-15", "decided_from: 2026-12-15, expected: 700000.00", set()),
        ("  - id: hjemmedage\n", "  - id: hjemmedage\n    title: Dage hjemme\n", set()),
        ("amount: 400000.00", "amount: 400001.00", EVERY),
        ("min_response: 0.70", "min_response: 0.71", EVERY),
        ("baseline_days: 42", "baseline_days: 43", EVERY),
        ("turned_18: stop, moved", "turned_18: stop,  moved", set()),
        ("within: P60D", "within: P61D", EVERY),
        ("title: Trygt hjem, færre", "title: Trygt hjem, langt færre", set()),
        ("deadlines: {clause: Bilag 4 §2, cure_hold: P60D", "deadlines: {clause: Bilag 4 §2, cure_hold: P61D", set()),
        ("deadlines:", "caps: {in_all: {clause: x, amount: 1000000.00}}\ndeadlines:", EVERY),
        (
            "      - {id: 2026H1, from",
            "      - {id: 2026H2, from: 2026-07-01, to: 2027-01-01, on_account_from: 2027-03-01, decided_from: 2027-12-15}\n      - {id: 2026H1, from",
            {"hjemmedage/2026H2"},
        ),
    ],
)
def test_what_changes_with_a_text(danish: Contracts, old: str, new: str, expected: set[str]) -> None:
    assert changed(danish, old, new) == expected
