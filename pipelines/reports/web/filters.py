"""What templates of the site draw and lead to, by the names that they know it under."""

from __future__ import annotations

from pipelines.reports.pages import environment
from pipelines.reports.web import contract, flow, places, register, waterfall

LONGEST = 90
"""Letters of a title in a list; the whole of it heads its own page."""


def short(title: str) -> str:
    """A title for a list: cut at a word, with an ellipsis, when it is long."""
    return title if len(title) <= LONGEST else f"{title[:LONGEST].rpartition(' ')[0] or title[:LONGEST]}…"


def install() -> None:
    """Make them known to the templates."""
    environment().filters.update(
        short=short,
        contract_at=places.contract_page,
        payment_at=places.payment_page,
        register_at=places.register_page,
        states_drawn=contract.states_drawn,
        strip_drawn=contract.strip_drawn,
        room_drawn=contract.room_drawn,
        flow_drawn=flow.drawn,
        heat_drawn=register.heat_drawn,
        coverage_drawn=register.coverage_drawn,
        waterfall_drawn=waterfall.plot,
    )
