"""The command that pays a contract over made-up results before anybody signs it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli_contracts import Json
from pipelines.errors import ContractError

if TYPE_CHECKING:
    from rich.progress import Progress

WORKERS = 2
MOST_EFFECT = 10


def simulate(
    contract: Annotated[str | None, typer.Argument(help="The contract; none with --methods.")] = None,
    results: Annotated[Path | None, typer.Option("--results", metavar="FILE.csv", help="What people would reach without the effort: the columns of docs/quote.md.")] = None,
    effects: Annotated[str, typer.Option("--effects", help="By which shares the treated do better, divided by commas.")] = "0,0.1,0.2,0.3",
    runs: Annotated[int, typer.Option("--runs", min=2, max=100_000, help="Runs at each effect.")] = 250,
    seed: Annotated[int, typer.Option("--seed", help="Where chance begins: the same seed gives the same figures.")] = 20240601,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE.html", help="Also write it as a page that stands alone, with its plot.")] = None,
    language: Annotated[Literal["da", "en"] | None, typer.Option("--language", help="The page in Danish or English. Default: the contract's own language.")] = None,
    methods: Annotated[Path | None, typer.Option("--methods", metavar="FILE.csv", help="Instead: measure anew how often every method is wrong, and write the table here.")] = None,
    method: Annotated[list[str] | None, typer.Option("--method", metavar="PIN", help="With --methods: of this method alone; may be repeated.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that work side by side; the figures are the same with any number.")] = WORKERS,
    as_json: Json = False,
) -> None:
    """Pay a contract many times over made-up results: how much it pays, how often for nothing, how often not for something, and who bears the risk.

    What people would reach without the effort is drawn again and again, the comparison group too, and the contract's own method and rules
    decide each time. Needs no home, no person data and no gate. Ends with exit code 10 when a row of the file cannot be right.

    Example: udbytte simulate tarp --results without.csv --effects 0,0.1,0.25 --runs 500
    """
    if methods is not None:
        _measure(methods, method or [], workers, runs)
        return
    if contract is None or results is None:
        raise ContractError("a simulation needs a contract, and --results with what people would reach without the effort", next_step="see docs/simulate.md")
    _simulate(contract, results, _effects(effects), runs, seed, workers, page, language, is_json=as_json)


def _effects(text: str) -> list[Fraction]:
    """The shares given. Raises ContractError for what is none."""
    try:
        found = [Fraction(part.strip()) for part in text.split(",") if part.strip()]
    except (ValueError, ZeroDivisionError) as error:
        raise ContractError(f"'{text}' are no effects", next_step="give shares divided by commas, as 0,0.1,0.25") from error
    if not found or any(not -1 <= effect <= MOST_EFFECT for effect in found):
        raise ContractError(f"'{text}' are no effects", next_step=f"give shares from -1 to {MOST_EFFECT} divided by commas, as 0,0.1,0.25")
    return sorted(set(found))


def _simulate(
    name: str, results: Path, effects: list[Fraction], runs: int, seed: int, workers: int, page: Path | None, language: Literal["da", "en"] | None, *, is_json: bool
) -> None:
    from pipelines.payments.quoting.checking import checked
    from pipelines.payments.quoting.cliffs import cliffs
    from pipelines.payments.quoting.results_file import read, refuse
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.quoting import contract_of
    from pipelines.reports.simulation import as_data, print_simulation, write
    from pipelines.simulating.simulation import runs as made
    from pipelines.simulating.simulation import summed, without_effect

    found = catalogue()
    terms = contract_of(found, name)
    rows, findings = checked(terms, read(results), results.name)
    refuse(findings)
    gate, base = found.gate_of(terms), without_effect(rows)
    with _progress() as progress:
        task = progress.add_task(f"paying {name}", total=runs * len(effects))
        said = [summed(terms, effect, made(terms, base, gate, effect, runs, seed=seed, workers=workers, done=lambda n: progress.advance(task, n))) for effect in effects]
    shown = as_data(terms, said, cliffs(terms, rows, gate), seed=seed)
    if is_json:
        import json

        print(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        print_simulation(shown)
    if page is not None:
        write(shown, page, language)


def _measure(path: Path, pins: list[str], workers: int, runs: int) -> None:
    """Measure error rates anew; the table that ships was made with 1,000 runs."""
    from pipelines.worlds.error_rates import cases, many, write
    from pipelines.worlds.specimens import specimens

    unknown = [pin for pin in pins if pin not in specimens()]
    if unknown:
        raise ContractError(f"there is no method '{unknown[0]}'", next_step=f"give one of {', '.join(specimens())}")
    wanted = cases(pins, replications=runs)
    with _progress() as progress:
        task = progress.add_task("drawing worlds", total=len(wanted))
        rates = []
        for rate in many(wanted, workers=workers):
            rates.append(rate)
            progress.advance(task)
    write(path, rates)
    print(f"{path}: {len(rates)} worlds, {runs} draws each")


def _progress() -> Progress:
    """A bar on a terminal's standard error; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
