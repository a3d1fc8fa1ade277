"""What stands on a page, for tests that read pages: balanced tags, ids, links, and each piece of text with its language."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img"}
DRAWN = ("path", "line", "rect", "g", "circle", "polygon")


class Outline(HTMLParser):
    """What stands on a page: balanced tags, ids, links, and each piece of text with the language it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str | None] = []
        self.pieces: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [str(found["id"])] if "id" in found else []
        self.links += [str(found["href"])] if "href" in found else []
        self.labels += [found.get("for")] if tag == "label" else []
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN, (tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in ("style", "script") for tag, _ in self.open):
            language = next(str(attrs["lang"]) for _, attrs in reversed(self.open) if "lang" in attrs)
            self.pieces.append((language, data.strip()))

    def said(self, language: str) -> str:
        return "\n".join(text for spoken, text in self.pieces if spoken == language)


def outline(page: bytes) -> Outline:
    made = Outline()
    made.feed(page.decode())
    made.close()
    assert made.open == []
    return made
