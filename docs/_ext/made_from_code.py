"""What the reference pages of the site are made of, read from the code and the contracts while the site is built.

A page says `<!-- made: NAME -->` where the text of `MADE[NAME]` is to stand. Nothing made is written beside the sources.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indicators.evaluation.method import Method, methods
from pipelines import errors
from pipelines.contracts.register import RegisterContract
from pipelines.payments.adjusters import adjusters
from pipelines.payments.conditions import conditions
from pipelines.payments.rule import rules
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.annex.wording import texts
from pipelines.reports.indicator_pages import _kind as kind_of
from pipelines.settings import PACKAGE_ROOT
from pipelines.worlds.by_world import by_world
from pipelines.worlds.known import EFFECTS

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent.parent
LISTED = re.compile(r"(rules|indicators|decisions)/(?!README|index)")
"""Pages that a list of their own leads to. They are left out of the navigation, which would be too long to read and is made for each page anew."""
ABOVE = re.compile(r"\]\(((?:\.\./)*)\.\./CHANGELOG\.md")
"""A link to the list of changes, which lies above the sources and is a page of the site."""
HERE = re.compile(r"<!-- made: (\w+) -->")


def cell(text: object) -> str:
    """A text as it stands in a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; nothing where there is no row."""
    lines = ["| " + " | ".join(cell(item) for item in row) + " |" for row in rows]
    names = list(headings)
    return "\n".join(["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *lines, ""]) if lines else ""


def commands() -> str:
    """Every command: what it does, an example, its arguments and options."""
    import typer.main

    from pipelines.cli import app

    return "\n".join(_command(name, command) for name, command in sorted(_typed(typer.main.get_command(app))))


def _typed(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command, commands of commands too, by what is typed for it."""
    for name, command in group.commands.items():
        yield from _typed(command, f"{before}{name} ") if hasattr(command, "commands") else [(f"{before}{name}", command)]


def _command(name: str, command: Any) -> str:
    says, _, examples = (command.help or "").partition("Example:")
    shown = "\n".join(part.strip() for part in " ".join(examples.split()).split(";") if part.strip())
    rows = [(_written(par), getattr(par, "help", "") or "", _usually(par)) for par in command.params if par.name != "help"]
    example = f"```sh\n{shown}\n```\n" if shown else ""
    return f"## {name}\n\n{inspect.cleandoc(says)}\n\n{example}\n{table(('argument or option', 'what it says', 'when left out'), rows)}"


def _written(par: Any) -> str:
    names = ", ".join(f"`{name}`" for name in par.opts)
    if par.param_type_name == "argument":
        return f"`{(par.metavar or par.name or '').upper()}`"
    return names if getattr(par, "is_flag", False) else f"{names} `{par.metavar or par.type.name.upper()}`"


def _usually(par: Any) -> str:
    if par.required:
        return "has to be given"
    return f"`{par.default}`" if par.default not in (None, False, "", ()) and not callable(par.default) else ""


def exit_codes() -> str:
    """The exit code of each kind of error, with what it means."""
    kinds = {kind.exit_code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.UdbytteError) and kind is not errors.UdbytteError}
    rows = [
        (0, "Done; what is held or quarantined is a result, not a failure."),
        (1, "A step stopped, or something that should not happen did."),
        (2, "The command was written wrongly."),
    ]
    return table(("code", "means"), [*rows, *((code, inspect.getdoc(kind)) for code, kind in sorted(kinds.items()))])


def registers() -> str:
    """Every register contract: what it is for, how it comes, and its columns."""
    return "\n".join(_register(item) for _, item in sorted(catalogue().registers.items()))


def _register(register: RegisterContract) -> str:
    handling = register.handling
    facts = {
        "supplier": handling.supplier,
        "permitted use": handling.permitted_use,
        "legal basis": handling.legal_basis,
        "formats": ", ".join(handling.formats),
        "a new delivery": handling.deliveries.replace("_", " "),
        "reporting lag": f"{handling.reporting_lag_days} days",
    }
    columns = [(f"`{column.name}`", column.logical_type, column.description, column.codelist or "") for column in register.tables[0].properties]
    about = f"{register.description.purpose} {register.description.limitations}"
    return f"## {register.id}\n\n**{register.name}.** {about}\n\n{table(('', ''), facts.items())}\n{table(('column', 'type', 'meaning', 'code list'), columns)}"


def payment_rules() -> str:
    return "\n".join(_defined(pin, item.definition, item.parameters) for pin, item in sorted(rules().items()))


def adjusters_of_amounts() -> str:
    return "\n".join(_defined(pin, item.definition, item.parameters) for pin, item in sorted(adjusters().items()))


def conditions_of_payments() -> str:
    return "\n".join(_defined(pin, item.definition, {}) for pin, item in sorted(conditions().items()))


NEEDS = {
    "comparison": "a comparison group",
    "units": "a row a person",
    "before": "what each person had before enrolment",
    "earlier": "what each person had in the window before that",
    "cluster": "which cluster each person is of",
    "sets": "who stands beside whom",
    "cohorts": "several cohorts",
    "time": "the time to an event as exposure",
}
"""What a method looks at beside the sums of the treatment group, in words."""
WRONG = ("what misleads it", "treated", "interval holds the truth", "pays for nothing", "misses 3 weeks", "misses 6 weeks", "replications", "standard error")


def methods_of_comparison() -> str:
    """Every method: what it is and needs, what it gives, what a contract gives it, and how often it is wrong in each made-up world."""
    return "\n".join(f"{_defined(pin, _about(item), item.parameters)}\n{_wrong(pin)}" for pin, item in sorted(methods().items()))


def _about(item: Method) -> str:
    needs = ", ".join(NEEDS.get(need, need) for need in item.needs) or "nothing beside the treatment group: what it says is paid without comparison"
    return f"{inspect.cleandoc(item.definition)}\n\nNeeds: {needs}. Gives: {', '.join(item.quantities)}. Intervals: {', '.join(item.intervals) or 'none'}."


def _wrong(pin: str) -> str:
    """The error rates of a method; where it pays and misses, by its estimate alone and by its whole interval."""
    rows = []
    for item in by_world(pin):
        misses = [_by(item.misses[effect]) if effect in item.misses else "" for effect in EFFECTS[1:]]
        scenario = texts().get(f"scenario.{item.scenario}", {}).get("en", item.scenario)
        rows.append((scenario, item.people, _share(item.covered), _by(item.pays_for_nothing), *misses, item.replications, _share(item.monte_carlo_error)))
    return table(WRONG, rows) or "How often it is wrong is not known: it was tried in no made-up world.\n"


def _by(shares: tuple[float, float]) -> str:
    return " / ".join(map(_share, shares))


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _defined(pin: str, definition: str, parameters: dict[str, tuple[Any, Any]]) -> str:
    rows = [(f"`{name}`", _type_words(hint), "has to be given" if default is ... else f"`{default}`") for name, (hint, default) in parameters.items()]
    return f"### {pin}\n\n{inspect.cleandoc(definition)}\n\n{table(('argument', 'type', 'when left out'), rows)}"


def _type_words(hint: Any) -> str:
    """A type in words, without links: those of the indicators' pages lead elsewhere."""
    return re.sub(r"\[(\w+)\]\([^)]*\)", r"\1", kind_of(hint))


def modules() -> str:
    """Every module of the pipeline and what its first sentence says belongs there."""
    return table(("module", "holds"), _first_sentences())


def _first_sentences() -> Iterator[tuple[str, str]]:
    root = PACKAGE_ROOT
    for path in sorted([*(root / "pipelines").rglob("*.py"), *(root / "indicators").rglob("*.py")]):
        says = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if says:
            yield f"`{path.relative_to(root).as_posix()}`", says.partition("\n\n")[0]


def decisions() -> str:
    """Every decision, by its title."""
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for path in sorted((DOCS / "decisions").glob("0*.md"))}
    return "\n".join(f"- [{title}]({name})" for name, title in titles.items())


def other_pages() -> str:
    """Pages of the folder that the front page does not name yet: a new one is found by its file."""
    named = set((DOCS / "index.md").read_text(encoding="utf-8").split())
    return "\n".join(path.stem for path in sorted(DOCS.glob("*.md")) if path.stem not in {*named, "index"})


MADE: dict[str, Callable[[], str]] = {
    "commands": commands,
    "exit_codes": exit_codes,
    "registers": registers,
    "payment_rules": payment_rules,
    "adjusters": adjusters_of_amounts,
    "conditions": conditions_of_payments,
    "methods": methods_of_comparison,
    "modules": modules,
    "decisions": decisions,
    "other_pages": other_pages,
}


def put_in(_: Sphinx, page: str, source: list[str]) -> None:
    """Put what is made where a page asks for it."""
    text = ABOVE.sub(r"](\1changelog.md", HERE.sub(lambda found: MADE[found[1]](), source[0]))
    source[0] = f"---\norphan: true\n---\n\n{text}" if LISTED.match(page) else text


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", put_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
