"""Small plots of marks on an axis, as SVG that stands in the page itself: estimates with their intervals, differences before and after, and how two
groups lie over each other.

Drawn by hand like the other small plots: the same data give the same bytes. What a mark is says its shape, and not its colour alone; a table beside
each plot has all its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Literal

from markupsafe import Markup

from pipelines.reports.web.plots import LETTER, WIDE, line, plain, rect, svg, text, wrapped

Shape = Literal["dot", "ring", "box", "diamond", "triangle"]
GLYPHS: dict[Shape, str] = {"dot": "●", "ring": "○", "box": "■", "diamond": "◆", "triangle": "▲"}
EDGE, FOOT, AIR = 12, 26, Fraction(1, 12)
"""Room beside the outermost marks, and below the plot for its axis; the share of the axis that is left empty at either end."""
WAYS = 4
"""About how many steps an axis has."""
BESIDE = 148
"""Room for names that stand beside their marks."""
HALF = 74
"""Height of each half of two histograms that stand on one line."""
Said = Callable[[Fraction], str]


@dataclass(frozen=True)
class Mark:
    """A mark at a value, in a shape and a colour of the style sheet."""

    at: Fraction
    shape: Shape = "dot"
    colour: str = "ink"


@dataclass(frozen=True)
class Row:
    """One row: its name, marks on its line, the ends of an interval where there is one, and words that stand to the right of the name."""

    name: str
    marks: tuple[Mark, ...]
    span: tuple[Fraction, Fraction] | None = None
    said: str = ""


@dataclass(frozen=True)
class Guide:
    """An upright line at a value through all rows: whole, or dashed."""

    at: Fraction
    is_dashed: bool = True


@dataclass(frozen=True)
class Bin:
    """One bin of two histograms: where it begins and ends, the share of each group in it, and how many of the lower group's were chosen, as a share
    of all chosen. None where it may not be told."""

    low: Fraction
    high: Fraction
    above: Fraction | None
    below: Fraction | None
    chosen: Fraction | None


def ends(values: Sequence[Fraction], *, least: Fraction = Fraction(0)) -> tuple[Fraction, Fraction]:
    """The ends of an axis that holds these values with some air, and is at least so long."""
    low, high = min(values), max(values)
    short = max(least - (high - low), Fraction(0)) / 2
    air = (high - low + 2 * short) * AIR or abs(high) * AIR or Fraction(1)
    return low - short - air, high + short + air


def ticks(low: Fraction, high: Fraction) -> list[Fraction]:
    """Round values along an axis, those at its ends where they are round."""
    rough = (high - low) / WAYS
    power = Fraction(10) ** next(place for place in count(-12) if Fraction(10) ** (place + 1) > rough)
    step = next(power * factor for factor in (Fraction(1), Fraction(2), Fraction(5), Fraction(10)) if power * factor >= rough)
    first = -(-low // step)
    return [step * place for place in range(int(first), int(high // step) + 1)]


def rows(found: Sequence[Row], guides: Sequence[Guide], axis: tuple[Fraction, Fraction], title: str, said: Said, *, beside: bool = False) -> Markup:
    """Rows of marks on one axis, each under its name, or `beside` it; `said` writes a value of the axis."""
    left = BESIDE if beside else 0

    def x(value: Fraction) -> float:
        return left + EDGE + float((value - axis[0]) / (axis[1] - axis[0])) * (WIDE - left - 2 * EDGE)

    made: list[Markup] = []
    y = 4.0
    for row in found:
        drawn, height = _beside(row, y, x) if beside else _under(row, y, x)
        made += drawn
        y += height
    upright = [line(x(item.at), 0, x(item.at), y + 2, dash="5 4" if item.is_dashed else "", colour="var(--ink)") for item in guides if axis[0] <= item.at <= axis[1]]
    return svg(WIDE, y + FOOT, title, [*_axis(axis, x, y, said), *upright, *made])


def _axis(axis: tuple[Fraction, Fraction], x: Callable[[Fraction], float], y: float, said: Said) -> list[Markup]:
    """Faint uprights at round values, which stand below them."""
    made = []
    for value in ticks(*axis):
        made += [line(x(value), 0, x(value), y + 2, colour="var(--line)"), _below(x(value), y + 19, said(value))]
    return made


def _below(x: float, y: float, words: str) -> Markup:
    """A value of the axis, inside the drawing however near its ends."""
    half = len(words) * LETTER / 2
    return text(min(max(x, half), WIDE - half), y, words, anchor="middle", quiet=True, size=12)


def _under(row: Row, y: float, x: Callable[[Fraction], float]) -> tuple[list[Markup], float]:
    """A row whose name stands above its marks, with its words to the right, below it where both have no room on one line."""
    room = int(WIDE / LETTER)
    is_one_line = len(row.name) + len(row.said) + 2 <= room
    names = [wrapped(row.name, room, 1)[0]] if is_one_line else wrapped(row.name, room, 2)
    made = [_clear(0, y + 14 + 17 * place, words) for place, words in enumerate(names)]
    below = 17.0 * len(names)
    if row.said and is_one_line:
        made.append(_clear(WIDE, y + 14, row.said, anchor="end", quiet=True))
    elif row.said:
        made.append(_clear(WIDE, y + 14 + below, row.said, anchor="end", quiet=True))
        below += 17
    return [*made, *_marks(row, y + below + 12, x)], below + 26


def _beside(row: Row, y: float, x: Callable[[Fraction], float]) -> tuple[list[Markup], float]:
    names = wrapped(row.name, int((BESIDE - 8) / (LETTER - 0.8)), 3)
    height = max(16.0 * len(names), 16) + 8
    first = y + height / 2 + 4.5 - 8 * (len(names) - 1)
    made = [text(0, first + 16 * place, words, size=13) for place, words in enumerate(names)]
    faint = line(BESIDE, y + height / 2, WIDE, y + height / 2, colour="var(--line)")
    return [*made, faint, *_marks(row, y + height / 2, x)], height


def _clear(x: float, y: float, words: str, *, anchor: str = "start", quiet: bool = False) -> Markup:
    """Words on a ground of their own, so that no upright runs through them."""
    wide = len(words) * LETTER
    return rect(x - wide if anchor == "end" else x, y - 13, wide, 17, "var(--card)") + text(x, y, words, anchor=anchor, quiet=quiet)


def _marks(row: Row, y: float, x: Callable[[Fraction], float]) -> list[Markup]:
    """The interval as a line with caps, and the marks on it."""
    made: list[Markup] = []
    if row.span:
        low, high = map(x, row.span)
        made = [line(low, y, high, y, colour="var(--ink)", width=2), *(line(end, y - 6, end, y + 6, colour="var(--ink)", width=2) for end in (low, high))]
    return [*made, *(_mark(x(mark.at), y, mark) for mark in row.marks)]


def _mark(x: float, y: float, mark: Mark) -> Markup:
    colour, (a, b) = f"var(--{mark.colour})", (plain(x), plain(y))
    if mark.shape == "ring":
        return Markup('<circle cx="{}" cy="{}" r="5.5" fill="var(--card)" stroke="{}" stroke-width="2"/>').format(a, b, colour)
    if mark.shape == "box":
        return rect(x - 5, y - 5, 10, 10, colour)
    if mark.shape == "dot":
        return Markup('<circle cx="{}" cy="{}" r="5.5" fill="{}"/>').format(a, b, colour)
    corners = ((x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)) if mark.shape == "diamond" else ((x, y - 6.5), (x + 6.5, y + 5), (x - 6.5, y + 5))
    points = " ".join(f"{plain(one)},{plain(other)}" for one, other in corners)
    return Markup('<polygon points="{}" fill="{}"/>').format(points, colour)


def halves(bins: Sequence[Bin], names: tuple[str, str], title: str, said: Said) -> Markup:
    """Two histograms on one line: above it one group, below it the other as outlines, with those chosen filled. `names` head the halves. A bin that
    may not be told is a short dashed upright."""
    low, high = bins[0].low, bins[-1].high
    most = max((share for item in bins for share in (item.above, item.below, item.chosen) if share is not None), default=Fraction(0)) or Fraction(1)

    def x(value: Fraction) -> float:
        return EDGE + float((value - low) / ((high - low) or 1)) * (WIDE - 2 * EDGE)

    middle = 22.0 + HALF
    made = [text(0, 14, names[0], quiet=True, size=13), text(0, middle + HALF + 18, names[1], quiet=True, size=13)]
    for item in bins:
        one, wide = x(item.low) + 0.5, max(x(item.high) - x(item.low) - 1, 1.5)
        made += _half(item.above, one, wide, middle, most, "var(--due)", is_up=True)
        made += _half(item.below, one, wide, middle, most, "", is_up=False)
        made += _half(item.chosen, one + wide / 4, wide / 2, middle, most, "var(--bar)", is_up=False)
    foot = middle + HALF + 26
    axis = [_below(x(value), foot + 16, said(value)) for value in ticks(low, high)]
    return svg(WIDE, foot + 22, title, [*made, line(0, middle, WIDE, middle, colour="var(--ink)"), *axis])


def _half(share: Fraction | None, x: float, width: float, middle: float, most: Fraction, colour: str, *, is_up: bool) -> list[Markup]:
    """One column from the middle line: filled in a colour, or an outline."""
    if share is None:
        return [line(x + width / 2, middle, x + width / 2, middle - 14 if is_up else middle + 14, dash="2 2", colour="var(--ink)")]
    height = float(share / most) * (HALF - 4)
    if height <= 0:
        return []
    fill, more = (colour, "") if colour else ("none", ' stroke="var(--ink)"')
    return [rect(x, middle - height if is_up else middle, width, height, fill, more)]
