"""Pages of the documentation that are made from the indicators and their hand-worked cases: one an indicator under `docs/indicators/`, and
their list. `make docs` writes them in a checkout, where the cases are."""

from __future__ import annotations

from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel

from indicators.indicator import Indicator, library
from pipelines.files import write_atomically
from pipelines.reports.rule_pages import markdown
from pipelines.settings import PACKAGE_ROOT

FOLDER = PACKAGE_ROOT / "docs" / "indicators"
CASES = PACKAGE_ROOT / "tests" / "indicators"
SAID_ONCE = ("indicator", "cases")
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
ANSWER = ("status", "reason", "exposure", "value")


def pages(folder: Path = CASES, found: dict[str, Indicator] | None = None) -> dict[str, str]:
    """Every page by file name. `folder` holds a case file an indicator."""
    measures = library() if found is None else found
    cases = {data["indicator"]: data for data in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml")))}
    made = {f"{measure.name}.md": page(measure, cases.get(pin, {"cases": []})) for pin, measure in measures.items()}
    return {**made, "README.md": markdown().get_template("indicators.md").render(measures=sorted(measures.values(), key=lambda item: item.name))}


def page(measure: Indicator, found: dict[str, Any]) -> str:
    """The page of one indicator with the cases of its file."""
    shared = {name: value for name, value in found.items() if name not in SAID_ONCE}
    reasons = sorted({(row["status"], row["reason"]) for case in found["cases"] for row in case["expect"].values()})
    return (
        markdown()
        .get_template("indicator.md")
        .render(measure=measure, arguments=_arguments(measure), shared=_yaml(shared), reasons=reasons, cases=[_case(case) for case in found["cases"]], names=ANSWER)
    )


def _arguments(measure: Indicator) -> list[tuple[str, str, bool]]:
    """Name, kind and whether a contract must give it, of each argument."""
    return [(name, _kind(hint), default is ...) for name, (hint, default) in measure.parameters.items()]


def _kind(hint: Any) -> str:
    """An annotation in words: its type and its bounds."""
    base, *bounds = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if isinstance(base, UnionType):
        return " or ".join("none" if part is NoneType else _kind(part) for part in get_args(base))
    if get_origin(base) is Literal:
        return " or ".join(str(value) for value in get_args(base))
    if get_origin(base) is list:
        return f"list of {_kind(get_args(base)[0])}"
    limits = [f", {words} {getattr(bound, name)}" for bound in bounds for name, words in BOUNDS.items() if hasattr(bound, name)]
    if isinstance(base, type) and issubclass(base, BaseModel):
        return f"[{base.__name__}](../contracts.md#{base.__name__.lower()})"
    return str(getattr(base, "__name__", base)) + "".join(limits)


def _case(case: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in case.items() if name not in ("name", "expect")}
    return {"name": case["name"], "given": _yaml(given), "expect": case["expect"]}


def _yaml(value: dict[str, Any]) -> str:
    return yaml.safe_dump(value, default_flow_style=None, sort_keys=False, allow_unicode=True, width=140) if value else ""


def write() -> None:
    """Write what has changed, and remove the pages of indicators that are gone."""
    made = pages()
    for name, text in made.items():
        write_atomically(FOLDER / name, text.encode())
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()


if __name__ == "__main__":
    write()
