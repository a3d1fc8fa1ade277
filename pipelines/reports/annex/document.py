"""The document tree: what an annex says, in order, without how it looks. All text is plain; a renderer escapes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Heading:
    """`number` is its own, as `3.2`."""

    level: Literal[1, 2, 3]
    text: str
    number: str = ""


@dataclass(frozen=True)
class Paragraph:
    text: str
    is_quiet: bool = False
    is_warning: bool = False


@dataclass(frozen=True)
class Points:
    """A list; `is_ordered` where the order itself is agreed."""

    items: tuple[str, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Table:
    """`right` are the places of columns that hold numbers; every row is as long as `header`. `total` is a last row that sums."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    total: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sum:
    """Lines of arithmetic, as they come out of the rule."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Signature:
    """A field to sign in: the party with its roles, and what is written on its lines."""

    party: str
    lines: tuple[str, ...]


Block = Heading | Paragraph | Points | Table | Sum | Signature


@dataclass(frozen=True)
class Document:
    """`facts` stand below the title, a name and a value each; `footer` on every page, with the words of `page` around its
    number and how many there are."""

    language: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    footer: str
    page: tuple[str, str]

    def as_data(self) -> dict[str, Any]:
        """Plain values for a renderer; each block says under `kind` what it is."""
        return {**asdict(self), "blocks": [{"kind": type(block).__name__.lower(), **asdict(block)} for block in self.blocks]}

    def texts(self) -> Iterator[str]:
        """Every text in order: what anyone can read of it."""
        yield from (self.title, self.subtitle, *(words for fact in self.facts for words in fact))
        for block in self.blocks:
            yield from _texts(block)
        yield self.footer


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{block.number} {block.text}".strip()
    elif isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Points):
        yield from block.items
    elif isinstance(block, Sum):
        yield from block.lines
    elif isinstance(block, Signature):
        yield from (block.party, *block.lines)
    else:
        yield from (block.caption, *block.header, *(cell for row in (*block.rows, block.total) for cell in row))


def numbered(blocks: list[Block]) -> tuple[Block, ...]:
    """The same blocks with their headings numbered by level."""
    counts, made = [0, 0, 0], list[Block]()
    for block in blocks:
        if isinstance(block, Heading):
            counts = [*counts[: block.level - 1], counts[block.level - 1] + 1, *[0] * (3 - block.level)]
            made.append(Heading(block.level, block.text, ".".join(map(str, counts[: block.level]))))
        else:
            made.append(block)
    return tuple(made)
