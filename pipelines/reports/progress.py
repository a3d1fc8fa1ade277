"""What a person at a terminal sees while a command works: the step in hand and how long it has taken, on standard error. Scripts see nothing."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from pipelines import metering


@contextlib.contextmanager
def progress(what: str) -> Iterator[None]:
    """Show `what` is done, and each step of a night as it begins, until the block ends. Nothing at all where standard error is no terminal.
    What is printed meanwhile stands above it, and goes where it always does where standard output is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty(), redirect_stderr=False) as shown:
        task = shown.add_task(what, total=None)
        with metering.watched(lambda step: shown.update(task, description=f"{what}: {step}")):
            yield
