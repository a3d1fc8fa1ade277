"""The sentences that the pipeline can say, gathered from its sources: what is handed to whatever speaks, with its slots filled in.

A source is read, not run, so that a sentence nobody has seen yet is found too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from support import ROOT

SPEAKS = {
    "RefusalError": (0,),
    "Reading": ("reason",),
    "Manifest": ("problem",),
    "Receipt": (3,),
    "left": (0,),
    "HoldReason": (3, 4),
    "_reason": (2, 3),
    "_unquotable": (1, 2),
    "Cliffs": (1,),
    "held": (2, 3),
    "unreadable": (),
    "Judged": (1,),
    "Adjusted": (1,),
    "Assessment": (2,),
    "ValueError": (0,),
    "RefusedIntervalError": (0,),
    "UncomputableError": (0,),
    "LedgerError": (0, "next_step"),
    "HomeError": (0, "next_step"),
    "HandoverRefusedError": (0, "next_step"),
    "DeliveryRefusedError": (0, "next_step"),
    "UdbytteError": (0, "next_step"),
    "HomeBusyError": (0, "next_step"),
}
"""What a call hands on to people, by the place or the name of its argument."""
SPOKEN_FROM = (
    "payments",
    "quality",
    "deliveries",
    "estimates",
    "ledger",
    "night.py",
    "run.py",
    "deciding.py",
    "measuring.py",
    "cohorts.py",
    "referral_log.py",
    "referring.py",
    "lines.py",
    "restating.py",
    "locking.py",
    "warehouse",
    "evidencing.py",
    "freezing.py",
    "../indicators/evaluation",
    "../indicators/nearness.py",
)
TYPED_ONLY = (
    "anchoring.py",
    "allowing.py",
    "approving.py",
    "bank",
    "beancount.py",
    "book.py",
    "committing.py",
    "proving.py",
    "pseudonyms.py",
    "purge.py",
    "reconciling.py",
    "results_file.py",
    "shape.py",
    "signing.py",
    "transitions.py",
)
"""What commands that people type say to them and no page repeats: in English, as all of the command line."""
NOT_ON_THE_PAGE = ("an inflow of 7 on 7 cannot be distributed; it is nought or more, in whole cents, after any claw-back is set off",)
FILLED = "7"


def is_sentence(words: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", words)) > 1 and " " in words


def sources() -> list[Path]:
    places = [(ROOT / "pipelines" / name).resolve() for name in SPOKEN_FROM]
    return sorted(path for place in places for path in ([place] if place.suffix else place.rglob("*.py")) if not {path.name, path.parent.name} & set(TYPED_ONLY))


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Line and sentence for everything that a source hands to whatever speaks. A name stands for all it was ever set to nearby."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        named = _named(function)
        for node in ast.walk(function):
            for said in (*_handed(node), *_returned(node, function)):
                yield from ((said.lineno, words) for words in _filled(said, named) if is_sentence(words))


def _returned(node: ast.AST, function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a function that gives text gives, and what is set as a fault or noted."""
    gives_text = isinstance(function.returns, ast.Name) and function.returns.id == "str"
    if isinstance(node, ast.Return) and node.value is not None and gives_text:
        yield node.value
    if isinstance(node, ast.Assign) and any(isinstance(target, ast.Attribute) and target.attr == "fault" for target in node.targets):
        yield node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append" and isinstance(node.func.value, ast.Attribute):
        yield from node.args if node.func.value.attr in ("notes", "problems", "lines") else ()


def _handed(call: ast.AST) -> Iterator[ast.expr]:
    if not isinstance(call, ast.Call):
        return
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
    for place in SPEAKS.get(name, ()):
        if isinstance(place, int) and place < len(call.args):
            yield call.args[place]
        yield from (keyword.value for keyword in call.keywords if keyword.arg == place)


def _named(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _filled(said: ast.expr, named: dict[str, list[ast.expr]]) -> list[str]:
    """Every sentence an expression can be: a number stands in each slot, both branches of a choice are taken."""
    if isinstance(said, ast.Constant):
        return [said.value] if isinstance(said.value, str) else [FILLED]
    if isinstance(said, ast.JoinedStr):
        parts = [_filled(part.value if isinstance(part, ast.FormattedValue) else part, named) for part in said.values]
        return ["".join(chosen) for chosen in product(*parts)]
    if isinstance(said, ast.IfExp):
        return [*_filled(said.body, named), *_filled(said.orelse, named)]
    if isinstance(said, ast.BinOp) and isinstance(said.op, ast.Add):
        return ["".join(chosen) for chosen in product(_filled(said.left, named), _filled(said.right, named))]
    if isinstance(said, ast.Name) and said.id in named:
        values = named[said.id]
        return [words for value in values for words in _filled(value, {name: found for name, found in named.items() if name != said.id})]
    return [FILLED]
