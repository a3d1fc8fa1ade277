"""Pages of the documentation that are made, not written: one a rule under `docs/rules/`, and their list. `make docs` writes them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.contracts.profile import Profile
from pipelines.contracts.source import read
from pipelines.files import write_atomically
from pipelines.reports.pages import TEMPLATES, plain_number
from pipelines.reports.rule_texts import RuleText, rule_texts
from pipelines.settings import PACKAGE_ROOT

FOLDER = PACKAGE_ROOT / "docs" / "rules"
SHIPPED = PACKAGE_ROOT / "data_contracts"
SHORT = 80
LOOKS_AT = {"register": "registers", "cohort": "cohorts", "outcome": "outcomes", "trigger": "triggers, claim by claim"}


@cache
def markdown() -> Environment:
    """The templates of Markdown pages. Nothing is escaped: all of the text is of this repository."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    made.filters["words"] = lambda name: str(name).replace("_", " ")
    made.filters["number"] = plain_number
    made.filters["cell"] = _cell
    made.filters["code"] = lambda text: f"`{_cell(text)}`"
    made.filters["code_or_part"] = _code_or_part
    return made


def _cell(text: str) -> str:
    """A text as it stands in a table."""
    return text.replace("|", "\\|")


def _code_or_part(text: str, part: str) -> str:
    """How a value is written: as code, or by a link to the part it is, with the code beside it where that is short."""
    if not part:
        return f"`{_cell(text)}`"
    many = "list of " if text.startswith("[") else "by name, " if text == "{...}" else ""
    return f"{many}[{part}](#{part.lower()})" + (f", `{_cell(text)}`" if len(text) <= SHORT and not many else "")


def shipped_profiles(folder: Path = SHIPPED) -> list[Profile]:
    """The gate profiles that come with the package. Raises ValidationError for one that does not load."""
    return [Profile.model_validate(read(path, root=folder).value) for path in sorted((folder / "profiles").glob("*.yaml"))]


def pages() -> dict[str, str]:
    """Every page by file name."""
    texts = rule_texts(shipped_profiles())
    made = {f"{name}.md": markdown().get_template("rule.md").render(text=text, looks_at=LOOKS_AT) for name, text in texts.items()}
    return {**made, "README.md": markdown().get_template("rules.md").render(groups=_groups(texts))}


def _groups(texts: dict[str, RuleText]) -> dict[str, list[RuleText]]:
    """Rules by what they look at; last those that no profile has."""
    groups: dict[str, list[RuleText]] = {words: [] for words in (*LOOKS_AT.values(), "")}
    for text in texts.values():
        first = next(iter(text.profiles.values()), None)
        groups[LOOKS_AT[first.on] if first else ""].append(text)
    return {words: found for words, found in groups.items() if found}


def write() -> None:
    """Write what has changed, and remove the pages of rules that are gone."""
    made = pages()
    for name, text in made.items():
        write_atomically(FOLDER / name, text.encode())
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()


if __name__ == "__main__":
    write()
