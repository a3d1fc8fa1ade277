"""A price that follows an index and is used long after its last rate is a warning: nobody means it, and it breaks nothing."""

from __future__ import annotations

import pytest
from contract_files.planted import TRYGT_HJEM, Contracts

PRICE = "price: {2024-07-01: 1187.35, 2025-01-01: 1226.53, 2026-01-01: 1260.88}"
RATES = "base: {2024-07-01: 1187.35}, rates: {2025-01-01: 0.0330LATER}, chain: unrounded, to: 0.01, mode: half_up"
INDEXED = f"price: {{indexed: {{clause: Bilag 3 §6, index: pl, edition: juni 2024, settled_later: false, {RATES}}}}}"


@pytest.mark.parametrize(("later", "said"), [("", True), (", 2026-01-01: 0.0280", False)])
def test_a_claim_period_a_year_after_the_last_rate_is_warned_of(danish: Contracts, later: str, said: bool) -> None:
    danish.replace(TRYGT_HJEM, PRICE, INDEXED.replace("LATER", later))
    assert danish.said() == []
    warned = [finding.message for finding in danish.load().warnings if "the last rate of the index is from 2025-01-01, and 2026H1 is priced by it too" in finding.message]
    assert bool(warned) is said
