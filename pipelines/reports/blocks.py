"""A page as blocks: headings, paragraphs, lists, tables and drawings, put together from plain data before any language is chosen.

A cell says the same thing in whatever language it is asked in, and escapes everything it was given. `blocks.html` shows the blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup, escape

from pipelines.reports.bars import Bars
from pipelines.reports.phrases import LANGUAGES, Language

Cell = Callable[[Language], Markup]
NARROW_COLUMNS, NARROW_WORDS = 5, 2
"""How many columns, and how many columns of words, a phone shows side by side."""
BREAK = Markup("<br>")
"""A new line inside a cell."""


@dataclass(frozen=True)
class Heading:
    """`level` 1 is the page's own. `id` is that of the place, if anything leads there."""

    level: Literal[1, 2, 3]
    words: Cell
    id: str = ""
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """Words; `looks` is a class of the element, such as `quiet` or `problem`."""

    words: Cell
    looks: str = ""
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Points:
    """A list."""

    items: tuple[Cell, ...]
    kind: Literal["points"] = "points"


@dataclass(frozen=True)
class Column:
    """A column's heading. A number stands to the right."""

    words: Cell
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first cell of a row is its own heading. `total` is the last row, apart."""

    caption: Cell
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    kind: Literal["table"] = "table"

    @property
    def is_wide(self) -> bool:
        """Whether it has more than a phone shows side by side, so that each row is better shown as a card there."""
        return len(self.columns) > NARROW_COLUMNS or sum(not column.is_number for column in self.columns) > NARROW_WORDS


@dataclass(frozen=True)
class Picture:
    """Drawings side by side, one that has nothing to show left out; with their numbers beside the last of them."""

    drawings: tuple[Bars, ...]
    numbers: Table | None = None
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Key:
    """What a mark of a plot stands for: a character that looks like it, its colour as a name of the style sheet, and words."""

    glyph: str
    colour: str
    words: Cell


@dataclass(frozen=True)
class Plot:
    """A drawing of marks with its numbers beside it, or below it where they are many to a row (`is_stacked`). `says` is the plain data it follows from;
    `draw` makes it, and is called only when the page is written."""

    title: Cell
    says: Any
    draw: Callable[[Language], Markup]
    numbers: Table
    key: tuple[Key, ...] = ()
    is_stacked: bool = False
    kind: Literal["plot"] = "plot"


Block = Heading | Paragraph | Points | Table | Picture | Plot


def text(key: str, **values: Any) -> Cell:
    """The site's own words under `key`; a value may be a cell itself."""
    return lambda lang: lang.text(key, **{name: value(lang) if callable(value) else value for name, value in values.items()})


def own(words: str, language: str) -> Cell:
    """Words that stand as the contract writes them, in the contract's own language."""
    return lambda lang: escape(words) if lang.code == language else Markup('<span lang="{}">{}</span>').format(language, words)


def plain(value: Any) -> Cell:
    """A name or a number that is the same in every language."""
    return lambda _: escape(str(value))


def name(value: str) -> Cell:
    """The name of a trigger, an outcome or a party, with spaces for its underscores."""
    return plain(value.replace("_", " "))


def code(value: str) -> Cell:
    """Something to be typed, or a hash."""
    return lambda _: Markup("<code>{}</code>").format(value)


def day(value: Any) -> Cell:
    """A day, on one line."""
    return lambda lang: Markup('<span class="whole">{}</span>').format(lang.day(value))


def number(value: Any) -> Cell:
    """A number, thousands apart."""
    return lambda lang: escape(lang.number(value))


def money(amount: Any, currency: str) -> Cell:
    """An amount of money."""
    return lambda lang: Markup('<span class="whole">{}</span>').format(lang.money(amount, currency))


def amount(value: Any) -> Cell:
    """An amount of money in a table that says the currency once; nought is a dash."""
    return (lambda lang: Markup('<span class="whole">{}</span>').format(lang.rounded(value, 2))) if value else NOTHING


def about(key: str, what: Cell) -> Cell:
    """A table's caption that says what it is of, so that no two on a page are called alike."""
    return joined([text(key), what], ": ")


def in_currency(key: str, currency: str) -> Cell:
    """A table's caption that says the currency of its amounts."""
    return lambda lang: Markup('{} <span class="quiet">({})</span>').format(lang.text(key), lang.text("amounts_in", currency=lang.currency(currency)))


def percent(share: Any, decimals: int = 1) -> Cell:
    """A share of a whole."""
    return lambda lang: escape(lang.percent(share, decimals))


def say(sentence: str) -> Cell:
    """A sentence that the pipeline made."""
    return lambda lang: lang.say(sentence)


def rule(value: str) -> Cell:
    """The name of an expectation."""
    return lambda lang: lang.rule(value)


def subject(value: str) -> Cell:
    """What an expectation is about."""
    return lambda lang: lang.subject(value)


def whose(names: str) -> Cell:
    """Who can cure something: parties or roles."""
    return lambda lang: lang.whose(names)


def pill(state: str) -> Cell:
    """A state of a decision, in its colour."""
    return lambda lang: Markup('<span class="state {}">{}</span>').format(state, lang.term("state", state))


def strong(words: Cell) -> Cell:
    """What must not be overlooked."""
    return lambda lang: Markup('<strong class="problem">{}</strong>').format(words(lang))


def joined(cells: Sequence[Cell], mark: str | Markup = " ") -> Cell:
    """Cells behind each other."""
    return lambda lang: escape(mark).join(cell(lang) for cell in cells)


def listed(cells: Sequence[Cell]) -> Cell:
    """`a, b and c`."""

    def say_all(lang: Language) -> Markup:
        said = [cell(lang) for cell in cells]
        *first, last = said or [lang.text("nothing")]
        return Markup(" {} ").format(lang.text("and")).join([Markup(", ").join(first), last]) if first else last

    return say_all


def link(href: str, words: Cell) -> Cell:
    """A way to another page of the site, which keeps the language."""
    return lambda lang: Markup('<a href="{}{}">{}</a>').format(href, tail(lang), words(lang))


def tail(language: Language) -> str:
    """What stands behind a way to another page, so that the language is kept."""
    return "" if language.code == LANGUAGES[0] else f"#said-{language.code}"


NOTHING: Cell = text("nothing")


def columns(*keys: str, numbers: Sequence[str] = ()) -> tuple[Column, ...]:
    """The headings of a table by their keys; `numbers` are those whose cells are numbers."""
    return tuple(Column(text(key), key in numbers) for key in keys)
