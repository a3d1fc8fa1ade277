"""The command line. Heavy libraries are imported where they are used, so that help and status answer at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipelines import cli_approval, cli_published, clock
from pipelines.cli_contracts import Json, check, new
from pipelines.cli_deliveries import deliver, intake, pseudonymise, purge
from pipelines.cli_estimates import estimate_app
from pipelines.cli_handover import handover, settle, trust
from pipelines.cli_ledger import accounts, anchor, export_app
from pipelines.cli_next import start
from pipelines.cli_options import AsOf, as_of_day, contract_names, say, shown_path
from pipelines.cli_plan import plan
from pipelines.cli_quote import quote
from pipelines.cli_replay import replay
from pipelines.cli_simulate import simulate
from pipelines.cli_value import value
from pipelines.errors import ContractError, HomeError, UdbytteError
from pipelines.reports.progress import progress
from pipelines.settings import Home

app = typer.Typer(
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=True,
    rich_markup_mode=None,
)

app.callback()(start)


@app.command()
def run(as_of: AsOf = None, as_json: Json = False) -> None:
    """Run the night of one as-of day: take the inbox in, measure, gate, decide, settle and publish.

    Example: udbytte run --as-of 2026-06-30
    """
    from pipelines.quality.checker import checker_of_this_process

    home, day = Home.here(), as_of_day(as_of)
    checker = checker_of_this_process()
    try:
        with progress(f"The night of {home.as_of(day)}"):
            from pipelines.reports.publication import board_of
            from pipelines.run import run_night

            night = run_night(home, home.as_of(day))
        shown = json.loads(_canonical(board_of(night)))
    finally:
        checker.stop()
    _print_board(shown, as_json=as_json, home=home)
    if shown["problems"]:
        raise typer.Exit(1)


@app.command()
def sample(
    defect: Annotated[str | None, typer.Option("--defect", help="Plant a defect by name, such as label_beyond_coverage; --list-defects lists them.")] = None,
    people: Annotated[int, typer.Option("--people", metavar="N", help="How many people the Danish extract has; below 10,000 the cohorts shrink with it.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="What everything is drawn from: the same seed gives the same bytes.")] = 1,
    no_effect: Annotated[bool, typer.Option("--no-effect", help="Plant no effect: those enrolled in ungebro fare like anybody else.")] = False,
    list_defects: Annotated[bool, typer.Option("--list-defects", help="List the defects there are, with what finds each, and make nothing.")] = False,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing when there is a home folder already.")] = False,
    as_json: Json = False,
) -> None:
    """Make a home folder with sample deliveries in its inbox, its contracts executed, and what was planted in truth.json.

    Example: UDBYTTE_HOME=held udbytte sample --defect label_beyond_coverage
    """
    if list_defects:
        from pipelines.synthetic.defects import DEFECTS

        found = [{"name": item.name, "register": item.register, "what": item.what, "found_by": item.found_by} for item in DEFECTS.values()]
        say("\n".join(f"{item['name']}\n  {item['register']}: {item['what']}\n  found by: {item['found_by']}" for item in found), {"defects": found}, as_json=as_json)
        return
    home = Home.here()
    if if_missing and home.exists():
        return
    try:
        with progress("Drawing the sample"):
            from pipelines.synthetic.home import make

            made = make(home, defect, people=people, seed=seed, effect=not no_effect)
    except ImportError:
        raise HomeError("the sample needs the package lifelines", next_step="install udbytte with the extra 'sample'") from None
    waiting = "".join(f"  {name}\n" for name in made)
    say(f"A sample home lies in {shown_path(home.root)}. Waiting in its inbox:\n{waiting}Next: udbytte run", {"home": str(home.root), "inbox": made}, as_json=as_json)


app.command()(deliver)
app.command()(intake)
app.command()(pseudonymise)
app.command()(purge)


@app.command()
def status(as_json: Json = False) -> None:
    """Show the board of the last night without running anything.

    Example: udbytte status; udbytte status --json
    """
    from pipelines.reports.kept import saved

    home = Home.here().require()
    shown = saved(home)
    if shown is None:
        raise HomeError("no night was run here yet", where=shown_path(home.root), next_step="run `udbytte run`")
    _print_board(shown, as_json=as_json, home=home)


@app.command()
def explain(
    contract: Annotated[str, typer.Argument(help="The contract.", autocompletion=contract_names)] = "",
    trigger: Annotated[str, typer.Argument(help="The trigger, as the board names it; or 'waterfall'.")] = "",
    claim_period: Annotated[str | None, typer.Option("--claim-period", help="Only this claim period.")] = None,
    row: Annotated[str | None, typer.Option("--row", metavar="YYYY-MM-DD", help="Only this distribution of the waterfall.")] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="PSEUDONYM", help="Instead of a trigger: one person, for those entitled; who looked is written down.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why you look at a person.")] = "",
    as_json: Json = False,
) -> None:
    """Explain a trigger: its sum with every number, what gated it, what it was made of; or why it is held and what releases it.

    Example: udbytte explain tarp reduction; udbytte explain ungebro waterfall --row 2026-06-30; udbytte explain --person P0123 --reason "complaint 17"
    """
    from pipelines.reports import explain as explaining

    home = Home.here().require()
    if person is not None:
        from pipelines.reports.person import person_explanation, person_words

        seen = person_explanation(home, person, reason, looked_on=str(clock.today()))
        print(json.dumps(seen, indent=2, ensure_ascii=False) if as_json else person_words(seen))
        return
    if not contract or not trigger:
        raise typer.BadParameter("name a contract and a trigger, or --person with --reason")
    if trigger == "waterfall":
        flow = explaining.waterfall_explanation(home, contract, row)
        print(json.dumps(flow, indent=2, ensure_ascii=False) if as_json else explaining.waterfall_words(flow))
        return
    found = explaining.explanation(home, contract, trigger, claim_period)
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else explaining.words(found))


@app.command()
def annex(
    contract: Annotated[str, typer.Argument(help="The contract.", autocompletion=contract_names)],
    language: Annotated[Literal["da", "en"] | None, typer.Option("--lang", help="Danish or English. Default: the contract's own language.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write. Default: the working folder.")] = Path(),
    as_json: Json = False,
) -> None:
    """Write a contract as a document that people can read and sign: a print-ready HTML page and a PDF.

    Example: udbytte annex trygt_hjem --lang da --out annexes
    """
    from pipelines.reports.annex.writing import write

    page, printed = write(contract, language, out)
    words = f"The annex lies in {shown_path(page)} and {shown_path(printed)}. Next: udbytte execute {contract}, once the parties have signed"
    say(words, {"contract": contract, "files": [str(page), str(printed)]}, as_json=as_json)


@app.command()
def execute(
    contract: Annotated[str, typer.Argument(help="The contract that its parties have signed.", autocompletion=contract_names)], as_of: AsOf = None, as_json: Json = False
) -> None:
    """Enter in the ledger that the parties have signed a contract: binds them to the hashes of its text and annex. No decision comes before it.

    Example: udbytte execute trygt_hjem --as-of 2024-05-15
    """
    from pipelines.contracts.source import nearest
    from pipelines.executing import execute as enter
    from pipelines.ledger.amending import amendments
    from pipelines.ledger.journal import Journal, read
    from pipelines.locking import locked
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.annex.signed import keep

    home, found, day = Home.here().require(), catalogue(), as_of_day(as_of)
    if contract in found.broken_contracts:
        raise ContractError("\n".join(finding.sentence() for finding in found.broken_contracts[contract]))
    if contract not in found.contracts:
        raise ContractError(f"there is no outcome contract '{contract}'{nearest(contract, list(found.contracts))}")
    with locked(home):
        posted = enter(Journal(home), found, contract, home.as_of(day), keep(home, found, contract))
    loud = [item.sentence() for item in amendments(read(home).entries, contract) if item.version == found.contracts[contract].version]
    signed = found.contracts[contract]
    said = [*(f"CHANGED AFTER RESULTS WERE SEEN: {item}." for item in loud), *(f"Posted {entry.name()}." for entry in posted)]
    words = "\n".join(said) if posted else f"Version {signed.version} of {contract} is executed already, with this text."
    told = {"contract": contract, "version": signed.version, "sha256": found.digest_of(f"outcomes/{contract}.yaml"), "entries": [entry.seq for entry in posted], "amended": loud}
    say(words, told, as_json=as_json)


app.command()(check)
app.command()(new)
app.command()(quote)
app.command()(plan)
app.command()(handover)
app.command()(settle)
app.command()(trust)
app.command()(replay)
app.command()(simulate)
app.command()(value)
app.command()(anchor)
app.command()(accounts)
app.add_typer(export_app, name="export")
app.add_typer(estimate_app, name="estimate")
cli_approval.register(app)
cli_published.register(app)


@app.command()
def override(
    claim: Annotated[str, typer.Argument(help="The held claim: contract/trigger/claim period/all/final, or .../on_account.")],
    because: Annotated[str, typer.Option("--because", metavar="WORDS", help="Why, in a sentence that every report prints.")],
    by: Annotated[list[str], typer.Option("--by", metavar="NAME=PARTY", help="Who releases it, and for which party. Given twice, for two people of two parties.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Release a held claim for its fingerprint alone: the next night, or the same one run again, decides it and says who released it.

    Example: udbytte override trygt_hjem/hjemmedage/2025H1/all/final --because "Both counted by hand" --by "Anna Holm=kommune" --by "Bo Lind=familiehuset"
    """
    from pipelines.ledger.journal import Journal
    from pipelines.ledger.override import Signatory
    from pipelines.ledger.override import override as release
    from pipelines.locking import locked
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.kept import saved

    home, found, day = Home.here().require(), catalogue(), as_of_day(as_of)
    contract = claim.split("/", 1)[0]
    if contract not in found.contracts:
        raise ContractError(f"there is no outcome contract '{contract}' that loads")
    people, parties = [Signatory(*item.rpartition("=")[::2]) for item in by], {party.id for party in found.contracts[contract].parties}
    last = ((saved(home) or {}).get("handovers") or {}).get(contract)
    with locked(home):
        entry = release(home, Journal(home), claim, people, because, parties, home.as_of(day), home.handover / last if last else None)
    words = f"Posted {entry.name()}. Next: udbytte run" if entry else "It is released already, by the same people for the same reason."
    say(words, {"claim": claim, "entry": entry.seq if entry else None}, as_json=as_json)


@app.command()
def verify(
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="DIR", help="Instead of a ledger: prove one evidence bundle from itself. Needs no home and no network.")
    ] = None,
    signed_by: Annotated[str, typer.Option("--signed-by", metavar="KEY", help="With --bundle or --anchor: the key, in hex, that must have signed it.")] = "",
    anchored: Annotated[Path | None, typer.Option("--anchor", metavar="FILE", help="Prove too that the ledger still has the entry of this anchor.")] = None,
    kept: Annotated[bool, typer.Option("--kept", help="Prove too every file of the archive and every hand-over, each by its own hash.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Recompute every posted decision from the archive as well, each day again in a scratch copy of the home.")] = False,
    as_json: Json = False,
) -> None:
    """Prove the ledger chain: every entry's content gives its hash and repeats the hash before it; or one payment alone, or everything anew.

    Example: udbytte verify --bundle var/evidence/000007
    """
    if bundle is not None:
        from pipelines.reports.evidence.proof import prove, tell

        tell(prove(bundle, signed_by), where=str(bundle), as_json=as_json)
    elif deep:
        _verify_deeply(Home.here().require(), as_json=as_json)
    else:
        from pipelines.reports.evidence.chain import tell_of_chain

        tell_of_chain(Home.here().require(), as_json=as_json, anchored=anchored, signed_by=signed_by, kept=kept)


def _verify_deeply(home: Home, *, as_json: bool) -> None:
    from pipelines.quality.checker import checker_of_this_process

    checker = checker_of_this_process()
    try:
        with progress("Computing every entry again"):
            from pipelines.reports.evidence.deep import prove_deeply
            from pipelines.reports.evidence.proof import tell
            from pipelines.run import run_night

            proved = prove_deeply(home, run_night)
        tell(proved, where="ledger.jsonl", as_json=as_json)
    finally:
        checker.stop()


@app.command()
def bench(
    people: Annotated[list[int] | None, typer.Option("--people", metavar="N", help="The size of the Danish extract. Given more than once, the night is measured at each.")] = None,
    wide: Annotated[list[int] | None, typer.Option("--wide", metavar="N", help="Instead of a night: how fast weekly columns of N people become spells, three ways.")] = None,
    reading: Annotated[int | None, typer.Option("--reading", metavar="N", help="Instead of a night: how fast a delivery of N rows is read and staged, by format.")] = None,
    guard: Annotated[bool, typer.Option("--guard", help="Instead of a night: both error rates of the CPR guard, over planted numbers and over columns without any.")] = False,
    checks: Annotated[int | None, typer.Option("--checks", metavar="N", help="Instead of a night: what the gate costs over N people, beside the same counts by hand.")] = None,
    contracts: Annotated[int | None, typer.Option("--contracts", metavar="N", min=1, help="Instead of a night: how long loading and checking N contracts takes.")] = None,
    quoted: Annotated[int | None, typer.Option("--quote", metavar="N", min=1, help="Instead of a night: how long quoting a contract of N outcomes takes.")] = None,
    ledger: Annotated[int | None, typer.Option("--ledger", metavar="N", min=1, help="Instead of a night: how long posting and proving N decisions takes.")] = None,
    kills: Annotated[int | None, typer.Option("--kills", metavar="N", min=1, help="Instead: whether N kills while posting change what the ledger comes out as.")] = None,
    flips: Annotated[int | None, typer.Option("--flips", metavar="N", min=1, help="Instead: how many of N bits flipped in what is kept are found.")] = None,
    published: Annotated[int | None, typer.Option("--publishing", metavar="N", min=1, help="Instead of a night: how long publishing N people's rows takes.")] = None,
    matched: Annotated[
        int | None, typer.Option("--matching", metavar="N", min=4000, help="Instead of a night: how long matching 2,000 people among N takes, and estimates.")
    ] = None,
    plans: Annotated[bool, typer.Option("--plan", help="Instead of a night: how long a plan takes over a contract of five years.")] = False,
    site: Annotated[bool, typer.Option("--site", help="Instead of a night: how long the report site of 50 contracts over 20 quarters takes, and its board in a browser.")] = False,
    defects: Annotated[bool, typer.Option("--defects", help="Instead: every defect of the sample against every trigger, with what found it and what it held.")] = False,
    seeds: Annotated[int | None, typer.Option("--seeds", metavar="N", min=1, help="Instead: how often the gate holds a claim for no reason, over N clean samples.")] = None,
    indicators: Annotated[list[int] | None, typer.Option("--indicators", metavar="N", help="Instead: the indicators over N people, beside SQL by hand and pandas.")] = None,
    as_json: Json = False,
) -> None:
    """Measure the night on the sample: seconds and peak memory a step, and the share that Dagster and Great Expectations need to start.

    With --defects, --seeds, --kills or --flips it ends with exit code 1 when something did not come as it must.

    Example: udbytte bench --people 10000 --people 100000 --people 1000000; udbytte bench --defects; udbytte bench --indicators 1000000
    """
    if defects or seeds:
        _bench_gate(seeds, people[0] if people else None, as_json=as_json)
        return
    with progress("Measuring"):
        if not _bench_one(contracts, quoted, (ledger, kills, flips), plans=plans, site=site, people=(published, matched), as_json=as_json):
            found, table = _bench_indicators(indicators) if indicators else _benched(people or [], wide or [], reading, checks, guard=guard)
            print(json.dumps(found, indent=2) if as_json else table(found))


def _bench_one(
    contracts: int | None, quoted: int | None, proofs: tuple[int | None, int | None, int | None], *, plans: bool, site: bool, people: tuple[int | None, int | None], as_json: bool
) -> bool:
    """Measure and tell of one thing apart from nights; False where none was asked for."""
    if contracts or quoted:
        from pipelines import bench_contracts, bench_quote

        bench_contracts.tell(contracts, as_json=as_json) if contracts else bench_quote.tell(quoted or 0, as_json=as_json)
        return True
    if any(proofs):
        from pipelines.bench_proofs import tell as tell_of_proofs

        tell_of_proofs(*proofs, as_json=as_json)
        return True
    if plans or site:
        from pipelines import bench_plan, bench_site

        (bench_plan if plans else bench_site).tell(as_json=as_json)
        return True
    published, matched = people
    if published or matched:
        from pipelines import bench_matching, bench_publishing

        bench_publishing.tell(published, as_json=as_json) if published else bench_matching.tell(matched or 0, as_json=as_json)
        return True
    return False


def _bench_indicators(sizes: list[int]) -> tuple[Any, Callable[[Any], str]]:
    from pipelines.bench_indicators import indicators_table, measure_indicators

    return measure_indicators(sizes), indicators_table


def _benched(people: list[int], wide: list[int], reading: int | None, checks: int | None, *, guard: bool) -> tuple[Any, Callable[[Any], str]]:
    """What was measured, and how it is said to people."""
    from pipelines import bench as measuring

    if guard:
        from pipelines.bench_guard import guard_table, measure_guard

        return measure_guard(), guard_table
    if checks:
        from pipelines.bench_checks import checks_table, measure_checks

        return measure_checks(checks), checks_table
    if reading:
        from pipelines.bench_reading import measure_reading, reading_table

        return measure_reading(reading), reading_table
    if wide:
        return measuring.measure_wide_sizes(wide), measuring.wide_table
    if len(people) > 1:
        return measuring.measure_sizes(people), measuring.sizes_table
    return measuring.measure(people[0] if people else measuring.USUAL_PEOPLE), measuring.table


def _bench_gate(seeds: int | None, people: int | None, *, as_json: bool) -> None:
    """Both sides of the gate: what it lets through, and what it holds for no reason."""
    from pipelines.synthetic.danish import PEOPLE

    if seeds:
        from pipelines.bench_seeds import measure_seeds, seeds_table

        with progress(f"The nights of {seeds} samples"):
            found = measure_seeds(seeds, people or PEOPLE)
        is_right, words = not found["nights"]["found"], seeds_table
    else:
        from pipelines.bench_matrix import matrix_table, measure_defects

        with progress("A night for each defect"):
            found = measure_defects(people or PEOPLE)
        is_right, words = not found["wrong"], matrix_table
    print(json.dumps(found, indent=2) if as_json else words(found))
    if not is_right:
        raise typer.Exit(1)


def _canonical(value: Any) -> bytes:
    from pipelines.canonical import canonical

    return canonical(value)


def _print_board(shown: dict[str, Any], *, as_json: bool, home: Home) -> None:
    if as_json:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    from pipelines.reports.terminal import print_board

    print_board(shown, reports=shown_path(home.reports / "index.html"), validation=shown_path(home.validation / shown["validation"] / "index.html"))


def main() -> None:
    """Run the command line; an error of ours becomes its sentence on standard error and its exit code, never a stack trace."""
    try:
        app()
    except UdbytteError as error:
        print(f"udbytte: {error.sentence()}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:
        from pipelines.errors import without_values

        print(f"udbytte: something went wrong that should not: {without_values(error)}; nothing is half done, run the command again", file=sys.stderr)
        sys.exit(1)
