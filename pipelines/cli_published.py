"""Commands of the command line about what is published: reading person rows, and payment statements."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day, contract_names

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.reports.reads import Rows

Role = Literal["payer", "payee"]
Face = Literal["html", "pdf", "csv", "json", "invoice", "invoice_csv", "indigo"]
SHOWN = 100
"""Rows that are printed; the others are counted, and written by --out."""


def read(
    query: Annotated[str | None, typer.Argument(metavar="SQL", help="One query, in SQL. `from data_dictionary` says which tables and columns there are.")] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Who reads. It is logged.")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence. It is logged.")] = "",
    shell: Annotated[bool, typer.Option("--shell", help="Ask one query after another, each ended by a semicolon and logged by itself.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.parquet", help="Write the rows to a file that only you can read, in place of printing them.")] = None,
    as_json: Json = False,
) -> None:
    """Ask the evaluation tier, which has person rows: read only, and logged before anything is shown. Without SQL it lists the tables.

    Ends with exit code 15 when reading is refused, and 16 when a query cannot be answered.

    Example: udbytte read --who "Anna Holm, evaluator" --reason "re-estimate with covariates" "select role, avg(value) from person_rows group by role"
    """
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.reads import Reader, opened
    from pipelines.settings import Home

    if shell and (query or out):
        raise typer.BadParameter("--shell asks for queries itself; leave SQL and --out away")
    home, reader = Home.here().require(), Reader(who, reason)
    with opened(home, catalogue(), reader) as rows:
        if shell:
            _shell(rows)
            return
        found = rows.ask(query or "select table_name, any_value(table_meaning) as what_a_row_is from data_dictionary group by all order by all", "file" if out else "query")
    if out:
        _write(found, out)
        print(f"{found.num_rows} rows in {out}")
    else:
        print(json.dumps(found.to_pylist(), indent=2, ensure_ascii=False, default=str) if as_json else _table(found))


def _write(found: pa.Table, out: Path) -> None:
    """Write rows to a file that is not there yet."""
    import io

    import pyarrow.parquet as pq

    from pipelines.errors import HomeError
    from pipelines.files import write_atomically

    if out.exists():
        raise HomeError("there is such a file already", where=out.name, next_step="give another name with --out")
    content = io.BytesIO()
    pq.write_table(found, content, compression="zstd")
    write_atomically(out, content.getvalue(), mode=0o600)


def _shell(rows: Rows) -> None:
    """Ask what is typed until it ends. A query that fails is said, and the next one asked."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  input() edits lines once it is there
    typed = ""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            typed += input("  ... " if typed else "read> ") + "\n"
            if typed.rstrip().endswith(";"):
                print(_answer(rows, typed.strip()))
                typed = ""


def _answer(rows: Rows, query: str) -> str:
    """The rows of a query, or why there are none, in words."""
    from pipelines.errors import QueryError

    try:
        return _table(rows.ask(query, "shell"))
    except QueryError as error:
        return error.sentence()


def _table(found: pa.Table) -> str:
    """Rows as a table for people: the first hundred, and how many there are."""
    import io

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(file=io.StringIO(), width=None if Console().is_terminal else 150, highlight=False)
    made = Table(*(escape(name) for name in found.column_names), show_lines=False, pad_edge=False)
    for row in found.slice(0, SHOWN).to_pylist():
        made.add_row(*("" if value is None else escape(str(value)) for value in row.values()))
    console.print(made)
    assert isinstance(console.file, io.StringIO)
    more = f"{found.num_rows} rows, the first {SHOWN} shown; --out FILE.parquet has them all" if found.num_rows > SHOWN else f"{found.num_rows} rows"
    return f"{console.file.getvalue()}{more}"


def statement(
    contract: Annotated[str, typer.Argument(help="The contract.", autocompletion=contract_names)],
    claim_period: Annotated[str | None, typer.Argument(help="The claim period. Default: all of them in one.")] = None,
    party: Annotated[str, typer.Option("--for", metavar="PARTY", help="The party that it is for, by its name in the contract.")] = "",
    role: Annotated[Role | None, typer.Option("--role", help="As payer or as payee, where the party is both.")] = None,
    face: Annotated[Face, typer.Option("--as", help="A page, a PDF, its lines, its data, drafts of invoices, or the whole contract in INDIGO's shape.")] = "html",
    language: Annotated[Literal["da", "en"] | None, typer.Option("--language", help="Page or PDF in Danish or English. Default: the contract's own language.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it. Default: a page or PDF in this folder; other faces are printed.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Write the payment statement of a party: every amount posted for it with its arithmetic, what was posted before, and where it stands.

    Example: udbytte statement trygt_hjem 2024H2 --for familiehuset --as pdf; udbytte statement ungebro --for formidler --as invoice
    """
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.flows import flows
    from pipelines.reports.statements import indigo, writing
    from pipelines.reports.statements.faces import EXTENSIONS, made
    from pipelines.reports.statements.lines import lines
    from pipelines.reports.statements.statement import ALL, Terms
    from pipelines.reports.tables import waterfall
    from pipelines.settings import Home

    home, loaded = Home.here().require(), catalogue()
    day = home.as_of(as_of_day(as_of))
    entries, terms = writing.entries_of(home, day), writing.terms_of(loaded).get(contract) or Terms(contract)
    found = lines(entries, day)
    if face == "indigo":
        _out(indigo.text(indigo.project(terms, writing.published_results(home, contract), found)).encode(), out)
        return
    if not party:
        raise typer.BadParameter("say for whom with --for PARTY")
    item = writing.asked(found, terms, claim_period or ALL, party, role or "")
    spoken, chosen = language or writing.spoken(terms), "json" if as_json else face
    flow = writing.flow_of(waterfall(flows(loaded, entries, day), day)).get(contract, ())
    own_name = Path(f"{writing.stem_of(item, spoken)}.{EXTENSIONS[chosen]}") if chosen in ("html", "pdf") else None
    _out(made(chosen, item, spoken, flow), out or own_name)


def _out(content: bytes, out: Path | None) -> None:
    """Write a file, or print."""
    from pipelines.files import write_atomically

    if out is None:
        print(content.decode(), end="")
    else:
        write_atomically(out, content, mode=0o640)
        print(f"Written: {out}")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(read)
    app.command()(statement)
