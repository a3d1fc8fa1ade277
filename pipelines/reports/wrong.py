"""How often a method is wrong, as blocks of a page: its error rates world by world as a table, and how often it pays for nothing as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup, escape

from pipelines.contracts.excess import Excess
from pipelines.payments.vocabulary import SIZE
from pipelines.reports.annex.wording import Wording, texts
from pipelines.reports.blocks import NOTHING, Block, Cell, Heading, Key, Paragraph, Plot, Table, columns, listed, number, percent, plain, strong, text
from pipelines.reports.phrases import Language
from pipelines.reports.web.marks import Guide, Mark, Row, rows
from pipelines.worlds.by_world import Shares, WorldErrors, by_world
from pipelines.worlds.known import EFFECTS

ONE_SIDE = Fraction(1, 40)
"""How often an interval of 95 % lies wholly above nought where there is no effect, if it does what it says."""
WHOLE = Fraction(1)
NUMBERS = (
    "wrong_people",
    "wrong_covered",
    "wrong_pays_estimate",
    "wrong_pays_interval",
    "wrong_three_estimate",
    "wrong_three_interval",
    "wrong_six_estimate",
    "wrong_six_interval",
)
"""The columns of its table that are numbers."""


def scenario(value: str) -> Cell:
    """What misleads in a world, as annexes say it."""
    key = f"scenario.{value}"
    return lambda lang: escape(Wording(lang.code, "").text(key)) if key in texts() else escape(value.replace("_", " "))


def blocks(pin: str, definition: Cell, limit: Fraction | None = None) -> list[Block]:
    """What one method does and what is known of its errors; `limit` is how often the contract lets it pay for nothing, where it says so."""
    found = by_world(pin)
    head: list[Block] = [Heading(3, text("wrong_how_often", method=plain(pin))), Paragraph(definition)]
    if not found:
        return [*head, Paragraph(strong(text("wrong_unknown")))]
    size = SIZE if any(item.people == SIZE for item in found) else found[-1].people
    drawn = [item for item in found if item.people == size]
    keys = [Key("○", "held", text("by_estimate")), Key("●", "ink", text("by_interval")), Key("│", "ink", text("wrong_promised"))]
    keys += [Key("┆", "ink", text("wrong_limit", share=percent(limit)))] if limit is not None else []
    says = [[item.scenario, *map(str, item.pays_for_nothing)] for item in drawn] + [[str(limit)]]
    picture = Plot(
        text("wrong_plot", method=plain(pin), people=number(size)), says, lambda lang: nothing_drawn(pin, drawn, limit, lang), table(pin, found), tuple(keys), is_stacked=True
    )
    note = text("wrong_note", n=number(found[0].replications), error=percent(max(item.monte_carlo_error for item in found)))
    return [*head, picture, Paragraph(note, "quiet")]


def nothing_drawn(pin: str, found: Sequence[WorldErrors], limit: Fraction | None, language: Language) -> Markup:
    """How often a method pays for nothing, a row a world: hollow by its estimate alone, filled by its whole interval."""
    made = []
    for item in found:
        estimate, interval = (Fraction(str(share)) for share in item.pays_for_nothing)
        made.append(Row(scenario(item.scenario)(language).striptags(), (Mark(estimate, "ring", "held"), Mark(interval, "dot"))))
    guides = [Guide(ONE_SIDE, is_dashed=False), *([Guide(limit)] if limit is not None else [])]
    title = language.bare("wrong_plot", method=pin, people=language.number(found[0].people))
    return rows(made, guides, (Fraction(-1, 50), WHOLE + Fraction(1, 50)), title, lambda value: language.percent(value, 0), beside=True)


def table(pin: str, found: Sequence[WorldErrors]) -> Table:
    """A row a world and size: coverage, and how often it pays for nothing and misses an effect, by the estimate alone and by the interval."""
    made = []
    for item in found:
        misses = [share for effect in EFFECTS[1:] for share in _pair(item.misses.get(effect))]
        made.append((scenario(item.scenario), number(item.people), percent(_exact(item.covered)), *_pair(item.pays_for_nothing), *misses))
    return Table(text("wrong_how_often", method=plain(pin)), columns("wrong_world", *NUMBERS, numbers=NUMBERS), tuple(made))


def _pair(shares: Shares | None) -> tuple[Cell, Cell]:
    return (NOTHING, NOTHING) if shares is None else (percent(_exact(shares[0])), percent(_exact(shares[1])))


def _exact(share: float) -> Fraction:
    return Fraction(Decimal(f"{share:.4f}"))


def exceeding(pin: str, found: Sequence[Excess], clause: Cell, *, is_by_interval: bool) -> list[Block]:
    """A warning in plain sight where a method is wrong more often than the contract lets it be: one for paying for nothing, one for missing an effect."""
    by = text("by_interval" if is_by_interval else "by_estimate")
    made: list[Block] = []
    for key, those in (("wrong_pays_more", [item for item in found if item.pays]), ("wrong_misses_more", [item for item in found if not item.pays])):
        if those:
            worlds = listed([text("wrong_where", share=percent(_exact(item.share)), scenario=scenario(item.scenario)) for item in those])
            limit = percent(Fraction(those[0].limit))
            made.append(Paragraph(strong(text(key, method=plain(pin), limit=limit, by=by, worlds=worlds, clause=clause))))
    return made


def worst(pin: str, *, is_by_interval: bool) -> Fraction | None:
    """How often a method pays for nothing in the world that misleads it most; None where nothing is known."""
    return max((_exact(item.pays_for_nothing[is_by_interval]) for item in by_world(pin, people=[SIZE])), default=None)
