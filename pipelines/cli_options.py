"""Options that several commands share, and how what is typed for them is read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines import clock
from pipelines.settings import FIRST_AS_OF, contracts_folder

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day whose knowledge counts. Default: the home's pinned day, else today.")]


def day_of(text: str | None) -> dt.date | None:
    """A date as it is typed."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date; write YYYY-MM-DD") from None


def as_of_day(text: str | None) -> dt.date | None:
    """An as-of day: from the first night there can be to today. Nothing can be known of a day that lies ahead."""
    day, today = day_of(text), clock.today()
    if day is not None and not FIRST_AS_OF <= day <= today:
        raise typer.BadParameter(f"{day} cannot be decided; give a day from {FIRST_AS_OF} to {today}, or leave --as-of out")
    return day


def contract_names() -> list[str]:
    """The outcome contracts there are, for a shell that completes one."""
    return sorted(path.stem for path in (contracts_folder() / "outcomes").glob("*.yaml"))


def register_names() -> list[str]:
    """The registers there are, for a shell that completes one."""
    return sorted(path.name.partition(".")[0] for path in (contracts_folder() / "registers").glob("*.yaml"))


def shown_path(path: Path) -> str:
    """A path as the user would type it from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def say(words: str, data: Mapping[str, Any], *, as_json: bool) -> None:
    """Say what was done: in words to a person, or as data to a script."""
    print(json.dumps(data, indent=2, ensure_ascii=False) if as_json else words)
