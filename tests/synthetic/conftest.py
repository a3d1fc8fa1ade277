"""One sample with the planted effect and one without, drawn once for all tests of a worker."""

from __future__ import annotations

import pytest
from synthetic.drawn import Delivered, delivered

from pipelines.synthetic.danish import draw


@pytest.fixture(scope="session")
def clean() -> Delivered:
    return delivered(draw())


@pytest.fixture(scope="session")
def without_effect() -> Delivered:
    return delivered(draw(effect=False))
