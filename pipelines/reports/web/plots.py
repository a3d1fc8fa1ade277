"""Small plots as SVG that stands in the page itself, in the page's own colours: bars, a flow of people, days of coverage, a strip of nights.

Each is drawn by hand and not by a library, for a site has thousands. Lengths are whole numbers or have one decimal, so the same data give the
same bytes. No number is in a plot alone: a table beneath each says them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from markupsafe import Markup, escape

WIDE = 360
"""Width of a plot, in units of which a phone shows nearly one a pixel."""
LETTER = 7.6
"""A letter's width at the size in use, as a browser's default font has it at most."""
COLOURS = {
    "due": "var(--due)",
    "held": "var(--held)",
    "not_met": "var(--not_met)",
    "not_due": "var(--not_due)",
    "used": "var(--bar)",
    "left": "var(--band)",
    "passed": "var(--due)",
    "warned": "var(--not_met)",
    "failed": "var(--held)",
    "errored": "var(--bad)",
    "not_evaluated": "var(--not_due)",
}
SERIES = ("#3f78bd", "#2f9145", "#b57b00", "#c2478a", "#138f91", "#8569d6", "#c9594b", "#737b86", "#6b8a2a", "#a56d3c")
"""Colours of parts that are no states, apart for those who see few colours, and dark enough beside paper of either kind."""


@dataclass(frozen=True)
class Step:
    """One step of a flow: how many people are still in it, and how many left before it, in words."""

    name: str
    people: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stack:
    """One column of stacked parts: its name, and each part's amount in the order of the parts."""

    name: str
    parts: tuple[Decimal, ...]


def plain(value: float | Fraction | Decimal) -> str:
    """A length: whole, or with one decimal."""
    return f"{float(value):.1f}".removesuffix(".0")


def svg(width: int, height: float, title: str, body: Iterable[Markup], *, css: str = "") -> Markup:
    """A drawing of so many units, with its name."""
    name = escape(title)
    kind = Markup(' class="{}"').format(css) if css else Markup("")
    return (
        Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}"{}><title>{}</title>').format(width, plain(height), name, kind, name) + Markup("").join(body) + Markup("</svg>")
    )


def rect(x: float, y: float, width: float, height: float, colour: str, more: str = "") -> Markup:
    """A rectangle; `more` are attributes of our own."""
    words = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"').format(plain(x), plain(y), plain(max(width, 0)), plain(height), colour)
    return words + Markup(more) + Markup("/>")  # noqa: S704  our own attributes


def text(x: float, y: float, words: str, *, anchor: str = "start", quiet: bool = False, size: int = 14) -> Markup:
    """Words that begin, end or have their middle at a point."""
    return Markup('<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="var(--{})">{}</text>').format(plain(x), plain(y), size, anchor, "quiet" if quiet else "ink", words)


def line(x1: float, y1: float, x2: float, y2: float, *, dash: str = "", colour: str = "var(--quiet)", width: int = 1) -> Markup:
    """A straight line, dashed where `dash` says how."""
    more = Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
    more += Markup(' stroke-width="{}"').format(width) if width > 1 else Markup("")
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"').format(plain(x1), plain(y1), plain(x2), plain(y2), colour) + more + Markup("/>")


def wrapped(words: str, room: int, most: int = 3) -> list[str]:
    """Words in lines of at most so many letters; what does not fit in `most` lines ends in an ellipsis."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    cut = [line if len(line) <= room else f"{line[: room - 1]}…" for line in lines]
    return cut if len(cut) <= most else [*cut[: most - 1], f"{cut[most - 1][: room - 1]}…"]


def bar(parts: Sequence[tuple[str, Fraction | Decimal | int]], title: str, *, height: int = 18) -> Markup:
    """One bar of parts, each with the name of its colour, as wide as the whole of them; nothing but a rim when all are nought."""
    whole = sum((Fraction(size) for _, size in parts), Fraction(0))
    made, x = [rect(0.5, 0.5, WIDE - 1, height - 1, "none", ' stroke="var(--line)"')], Fraction(0)
    for name, size in parts:
        width = Fraction(size) * WIDE / whole if whole else Fraction(0)
        if width > 0:
            made.append(rect(float(x), 0, float(max(width - 1, Fraction(1))), height, COLOURS.get(name, "var(--bar)")))
        x += width
    drawn = svg(WIDE, height, title, made, css="bar-plot")
    return Markup(str(drawn).replace("<svg ", '<svg preserveAspectRatio="none" ', 1))  # noqa: S704  drawn above


def strip(states: Sequence[str], title: str) -> Markup:
    """A mark a claim period, oldest first, each in the colour and the shape of its state."""
    size, gap = 14, 4
    made = [_mark(place * (size + gap) + size / 2, size / 2 + 1, state) for place, state in enumerate(states)]
    width = max(len(states) * (size + gap) - gap, 1)
    drawn = svg(width, size + 2, title, made, css="strip")
    return Markup(str(drawn).replace("<svg ", f'<svg width="{width}" height="{size + 2}" ', 1))  # noqa: S704  drawn above


def _mark(x: float, y: float, state: str) -> Markup:
    colour = COLOURS.get(state, "var(--quiet)")
    if state == "held":
        points = " ".join(f"{plain(a)},{plain(b)}" for a, b in ((x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)))
        return Markup('<polygon points="{}" fill="{}"/>').format(points, colour)
    if state == "not_met":
        return rect(x - 5.5, y - 5.5, 11, 11, colour)
    if state == "not_due":
        return Markup('<circle cx="{}" cy="{}" r="4.5" fill="none" stroke="{}" stroke-width="2"/>').format(plain(x), plain(y), colour)
    return Markup('<circle cx="{}" cy="{}" r="6" fill="{}"/>').format(plain(x), plain(y), colour)


def flow(steps: Sequence[Step], title: str, numbers: Sequence[str]) -> Markup:
    """People from step to step: a bar each, as long as there are people left, and between two bars who left and why. `numbers` are the people of each
    step as they are written."""
    most = max((step.people for step in steps), default=0) or 1
    made: list[Markup] = []
    y = 0.0
    for step, number in zip(steps, numbers, strict=True):
        for words in step.left:
            for place, part in enumerate(wrapped(words, int((WIDE - 26) / LETTER) + 4)):
                made.append(text(26, y + 14, part, quiet=True, size=13))
                if place == 0:
                    made.append(text(8, y + 14, "↳", quiet=True, size=13))
                y += 17
        y += 6 if step.left else 0
        made.append(text(0, y + 14, step.name))
        made.append(text(WIDE, y + 14, number, anchor="end"))
        made.append(rect(0, y + 20, WIDE, 14, "var(--band)", ' rx="2"'))
        made.append(rect(0, y + 20, max(WIDE * step.people / most, 2 if step.people else 0), 14, "var(--brand)", ' rx="2"'))
        y += 44
    return svg(WIDE, max(y - 6, 1), title, made)


def stacks(columns: Sequence[Stack], names: Sequence[str], title: str, unit: str) -> Markup:
    """Columns of stacked parts with a key of the parts below; `unit` says what the axis is in."""
    top, bottom, left, plot = 24, 26, 44, 170
    most = max((sum(item.parts, Decimal(0)) for item in columns), default=Decimal(0)) or Decimal(1)
    divisor, step = _nice(most)
    ceiling = step * (most / step).to_integral_value(ROUND_CEILING)
    made = [text(0, 12, unit, quiet=True, size=13)]
    for tick in range(int(ceiling / step) + 1):
        y = top + plot - float(step * tick / ceiling) * plot
        made += [line(left, y, WIDE, y, colour="var(--line)"), text(left - 6, y + 4, plain(step * tick / divisor), anchor="end", quiet=True, size=12)]
    room = (WIDE - left) / max(len(columns), 1)
    for place, item in enumerate(columns):
        x, y = left + room * place + room * 0.18, float(top + plot)
        for part, colour in zip(item.parts, SERIES * (len(item.parts) // len(SERIES) + 1), strict=False):
            height = float(part / ceiling) * plot
            y -= height
            made += [rect(x, y, room * 0.64, height, colour)] if height > 0 else []
        made += [text(x + room * 0.32, top + plot + 18, item.name, anchor="middle", quiet=True, size=12)]
    y = top + plot + bottom + 14
    for name, colour in zip(names, SERIES * (len(names) // len(SERIES) + 1), strict=False):
        made += [rect(left, y - 10, 12, 12, colour), text(left + 18, y, name, size=13)]
        y += 18
    return svg(WIDE, y - 6, title, made)


def _nice(most: Decimal) -> tuple[Decimal, Decimal]:
    """What an axis is divided by, and a round step of at most five to its end."""
    divisor = Decimal(10**6) if most >= 10**6 else Decimal(1000) if most >= 10**4 else Decimal(1)
    rough = most / 4
    power = Decimal(10) ** (rough.adjusted())
    step = next(power * factor for factor in (1, 2, Decimal("2.5"), 5, 10) if power * factor >= rough)
    return divisor, step


def unit_of(most: Decimal) -> str:
    """The key of interface.yaml that says what an axis up to `most` is in."""
    return "in_millions" if most >= 10**6 else "in_thousands" if most >= 10**4 else "in_units"


def coverage(spans: Sequence[tuple[str, dt.date, dt.date]], marks: Sequence[tuple[str, dt.date]], title: str) -> Markup:
    """Bars of days on one axis, each with a name above it (from, to), and upright dashed lines for `marks`, named at the foot."""
    days = [day for _, one, other in spans for day in (one, other)] + [day for _, day in marks]
    first, last = min(days), max(days)
    whole = max((last - first).days, 1)

    def x(day: dt.date) -> float:
        return 8 + (WIDE - 16) * (day - first).days / whole

    made: list[Markup] = []
    y = 0.0
    for name, one, other in spans:
        made += [text(0, y + 13, name, size=13), rect(x(one), y + 19, x(other) - x(one), 12, "var(--brand)", ' rx="2"')]
        y += 40
    lines = [line(x(day), 16, x(day), y, dash="4 3") for _, day in marks]
    for name, day in sorted(marks, key=lambda item: item[1]):
        is_right = x(day) > WIDE / 2
        lines.append(text(x(day), y + 14, name, anchor="end" if is_right else "start", size=13))
        lines.append(line(x(day), y, x(day), y + 4))
        y += 17
    return svg(WIDE, y + 6, title, [*made, *lines])


def heat(rows: Sequence[tuple[str, Sequence[str]]], title: str) -> Markup:
    """A row of small squares a rule, one a night, oldest first; a rule that was not looked at on a night has an empty place. Names are above rows."""
    nights = max((len(states) for _, states in rows), default=0)
    cell = min(26.0, WIDE / max(nights, 1))
    made: list[Markup] = []
    y = 0.0
    for name, states in rows:
        made.append(text(0, y + 12, wrapped(name, int(WIDE / LETTER) + 2, 1)[0], size=13))
        for place, state in enumerate(states):
            made.append(_night(place * cell, y + 17, cell - 2, state))
        y += 38
    return svg(WIDE, max(y, 1), title, made)


def _night(x: float, y: float, size: float, state: str) -> Markup:
    """A good night is pale and a bad one dark and full, so that what is bad is seen without colours too."""
    height = 14
    if not state:
        return rect(x + 0.5, y + 0.5, size - 1, height - 1, "none", ' stroke="var(--line)"')
    if state == "passed":
        return rect(x, y, size, height, "var(--due-bg)") + rect(x, y + height - 3, size, 3, COLOURS[state])
    if state == "warned":
        return rect(x, y, size, height, "var(--not_met-bg)") + rect(x, y + height / 2, size, height / 2, COLOURS[state])
    return rect(x, y, size, height, COLOURS.get(state, "var(--quiet)"))
