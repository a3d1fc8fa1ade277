"""`udbytte bench --site`: how long the report site of 50 contracts over 20 quarters takes, written whole and after a night that moved one claim, and how
long its board takes to stand in a browser.

The site is made of synthetic data: each contract pays by the quarter for persons who reach a goal and for an effect against a threshold; every decided
claim has its entry and its verdicts. Nothing is read from a home.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import shutil
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines import clock
from pipelines.canonical import plain
from pipelines.metering import PROCESS, peak_mib
from pipelines.reports import site
from pipelines.reports.web import kept
from pipelines.reports.web.material import Material

Data = dict[str, Any]
CONTRACTS, QUARTERS, REGISTERS, RULES, NIGHTS = 50, 20, 20, 25, 30
AS_OF = dt.date(2026, 6, 30)
HASH = "0123456789abcdef" * 4
DUE, HELD = "31 of 64 persons reach 26 weeks", "buaf covers through 2025-09-30 by its data; the last window with its reporting lag needs 2026-03-30"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LOADS = 5


def measure_site(contracts: int = CONTRACTS, quarters: int = QUARTERS) -> Data:
    """Pages, seconds of writing all of them (`cpu`: of the processor), of a night of which nothing is new and of one that moved a claim, with how many pages each wrote; the
    bytes of the site and of its board; milliseconds until the board stands in a browser, None without one."""
    given = synthetic(contracts, quarters)
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder)
        worked = _processor_seconds()
        whole, first = _timed(reports, given)
        worked = _processor_seconds() - worked
        quiet, second = _timed(reports, next_night(given, is_quiet=True))
        moved, third = _timed(reports, next_night(given, is_quiet=False))
        size = sum(path.stat().st_size for path in reports.rglob("*.html"))
        board = reports / "index.html"
        shown, board_kib = loaded(board), round(board.stat().st_size / 1024)
    return {
        "contracts": contracts,
        "quarters": quarters,
        "claims": len(given.board["rows"]),
        "pages": first.pages,
        "whole_seconds": round(whole, 2),
        "whole_cpu_seconds": round(worked, 2),
        "quiet_night": {"seconds": round(quiet, 2), "written": second.written},
        "moved_night": {"seconds": round(moved, 2), "written": third.written},
        "site_mib": round(size / 2**20, 1),
        "board_kib": board_kib,
        "board_milliseconds": shown,
        "peak_mib": round(peak_mib(PROCESS)),
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _timed(folder: Path, given: Material) -> tuple[float, kept.Written]:
    begun = clock.seconds()
    said = kept.write(folder, site.pages(given))
    return clock.seconds() - begun, said


def loaded(page: Path) -> int | None:
    """Milliseconds from asking for a page until it is laid out, the median of several; None without a browser or what drives one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if found is None:
        return None
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        times = []
        for _ in range(LOADS):
            window = browser.new_page()
            begun = clock.seconds()
            window.goto(page.as_uri(), wait_until="load")
            window.evaluate("document.body.offsetHeight")
            times.append(clock.seconds() - begun)
            window.close()
        browser.close()
    return round(sorted(times)[LOADS // 2] * 1000)


def next_night(given: Material, *, is_quiet: bool) -> Material:
    """The same a night later; unless it is quiet, the last held claim of the first contract is due then."""
    board = {**given.board, "as_of": str(AS_OF + dt.timedelta(days=1)), "validation": f"{AS_OF + dt.timedelta(days=1)}-0123456789ab"}
    if is_quiet:
        return replace(given, board=board)
    rows = [dict(row) for row in given.board["rows"]]
    moved = next(row for row in reversed(rows) if row["contract"] == rows[0]["contract"] and row["state"] == "held")
    moved.update(state="due", amount="1317500.00", reason=DUE, waits=[], entry=len(given.entries) + 1)
    entry = _entry(len(given.entries) + 1, moved, moved["reason"])
    return replace(given, board={**board, "rows": rows}, entries=(*given.entries, entry))


def synthetic(contracts: int, quarters: int) -> Material:
    """A site's material. The last quarter of each payment is not due yet, and the one before it held."""
    terms = tuple(_terms(number, quarters) for number in range(contracts))
    rows = [row for item in terms for row in _rows(item)]
    numbers = {id(row): place for place, row in enumerate((row for row in rows if row["state"] != "not_due"), start=1)}
    entries = tuple(_entry(number, row, row["reason"]) for row in rows if (number := numbers.get(id(row), 0)))
    for row in rows:
        row["entry"] = numbers.get(id(row)) if row["state"] == "due" else None
    board: Data = {
        "as_of": str(AS_OF),
        "is_what_if": False,
        "rows": rows,
        "quarantined": [],
        "findings": [],
        "problems": [],
        "notes": [],
        "checked": [],
        "gate_changes": [],
        "ledger": {"entries": len(entries), "head": HASH},
        "validation": f"{AS_OF}-0123456789ab",
        "waterfalls": {},
    }
    counted = {"weeks_self_supporting@1": "weeks self-supporting"}
    sealed = {item["contract"]: {"results": _results(item), "decisions": [_decision(row) for row in rows if row["contract"] == item["contract"]]} for item in terms}
    people = {item["contract"]: [{"cohort": "unge", "role": "treatment", "status": "eligible", "reason": "enrolled", "people": 324}] for item in terms}
    evidence = frozenset(entry["seq"] for entry in entries)
    return Material(plain(board), terms, sealed, counted, entries, evidence, _verdicts, people, registers=tuple(_register(number) for number in range(REGISTERS)))


def _terms(number: int, quarters: int) -> Data:
    starts = [dt.date(AS_OF.year + 1 + (place - quarters) // 4, (place - quarters) % 4 * 3 + 1, 1) for place in range(quarters + 1)]
    periods = [{"id": f"{start.year}Q{start.month // 3 + 1}", "from": str(start), "to": str(end), "decided_from": str(end)} for start, end in pairwise(starts)]
    rule = {"threshold@1": {"measure": "difference", "at_least": "4.0"}}
    return {
        "contract": f"kontrakt_{number:02d}",
        "version": 1,
        "title": f"Kontrakt {number}: vejen til selvforsørgelse",
        "language": "da",
        "model": "payment_by_results",
        "currency": "DKK",
        "term": {"from": "2021-01-01", "to": "2028-01-01"},
        "parties": [{"id": "kommune", "name": "Kommunen", "roles": ["payer"]}, {"id": "udfoerer", "name": "Udføreren", "roles": ["provider"]}],
        "outcomes": [{"id": "weeks", "kind": "outcome", "indicator": "weeks_self_supporting@1"}, {"id": "effect", "kind": "outcome", "indicator": "weeks_self_supporting@1"}],
        "payments": [
            {"id": "half_a_year", "clause": "§1", "pays_for": "weeks", "rule": {"per_person_reaching@1": {"at_least": "26"}}, "claim_periods": periods},
            {"id": "effect", "clause": "§2", "pays_for": "effect", "rule": rule, "claim_periods": periods},
        ],
    }


def _rows(terms: Data) -> list[Data]:
    made = []
    for payment in terms["payments"]:
        last = len(payment["claim_periods"]) - 1
        for place, period in enumerate(payment["claim_periods"]):
            state = "not_due" if place == last else "held" if place == last - 1 else "due"
            named = {"contract": terms["contract"], "trigger": payment["id"], "claim_period": period["id"], "kind": "final", "state": state, "currency": "DKK"}
            early = f"claim period {period['id']} ({period['from']} up to, not including, {period['to']}) is decided from {period['to']}"
            reason = {"due": DUE, "held": HELD, "not_due": early}[state]
            made.append({**named, "amount": "1317500.00" if state == "due" else "0.00", "reason": reason, "tonight": "", "is_overridden": False, "waits": [], "true_ups": []})
    return made


def _decision(row: Data) -> Data:
    names = ("contract", "trigger", "claim_period", "kind", "state", "amount", "currency", "reason")
    hold = {"subject": f"outcome:{row['contract']}/weeks/{row['claim_period']}", "rule": "coverage_reaches_windows", "verdict": "failed", "words": HELD}
    holds = [{**hold, "remedy": "Wait for, or ask for, a delivery whose own data cover the last window and the reporting lag.", "cured_by": "kommune"}]
    said = {"clause": "§1", "payer": "kommune", "payee": "udfoerer", "arithmetic": [f"{DUE}   (§1)"], "warnings": [], "required": 120, "fingerprint": HASH}
    return {**{name: row[name] for name in names}, **said, "holds": holds if row["state"] == "held" else []}


def _entry(number: int, row: Data, reason: str) -> Data:
    about = f"{row['contract']}/{row['trigger']}/{row['claim_period']}/all/final"
    said = {name: row[name] for name in ("state", "amount", "currency")} if row["state"] == "due" else {}
    body = {**said, "payer": "kommune", "payee": "udfoerer", "clause": "§1", "reason": reason, "arithmetic": [f"{reason}   (§1)"], "fingerprint": HASH, "required": 120}
    kind = "decision" if row["state"] == "due" else "hold"
    own = {"seq": number, "prev": f"{number - 1:064x}", "hash": f"{number:064x}", "kind": kind, "as_of": str(AS_OF), "contract": row["contract"]}
    return {**own, "about": about, "posting_key": about if kind == "decision" else "", "body": body, "salt": "0" * 32}


def _verdicts(number: int) -> Data:  # noqa: ARG001
    checks = [{"rule": f"column_{place}_is_given", "verdict": "passed", "numerator": 0, "denominator": 64} for place in range(20)]
    return {"suites": [{"subject": f"register:r{place}", "checks": checks} for place in range(6)], "smallest_count": 5, "blocked": []}


def _results(terms: Data) -> Data:
    made: Data = {}
    for place, period in enumerate(terms["payments"][0]["claim_periods"][:-1]):
        reasons = [["counted", "observed_throughout", 64]]
        treated = {"n": 64, "n_counted": 64, "value": str(1500 + 13 * place), "exposure": 23296, "squares": "0", "reasons": reasons}
        value = f"{3 + place % 4}.1250"
        interval = {"level": "0.95", "low": f"{1 + place % 4}.9000", "high": f"{5 + place % 4}.3500"}
        estimate = {
            "method": "matched@1",
            "quantities": {"difference": {"value": value, "exact": None, "std_error": "0.9120", "intervals": {"welch": interval}}},
            "diagnostics": [],
        }
        usual = {"kind": "outcome", "indicator": "weeks_self_supporting@1", "claim_period": period["id"]}
        made[f"weeks/{period['id']}"] = {"outcome": "weeks", **usual, "roles": {"treatment": treated}, "estimate": None}
        made[f"effect/{period['id']}"] = {"outcome": "effect", **usual, "roles": {"treatment": treated, "comparison": treated}, "estimate": estimate}
    return made


def _register(number: int) -> Data:
    days = [str(AS_OF - dt.timedelta(days=NIGHTS - 1 - night)) for night in range(NIGHTS)]
    nights = [{"as_of": day, "rule": f"column_{rule}_is_given", "verdict": "passed"} for day in days for rule in range(RULES)]
    usual: Data = {"deliveries": [], "changes": [], "needs": [], "needed": None, "short": False, "due_on": None, "late_days": 0, "covers_through": None}
    return {"id": f"r{number}", "name": f"Register {number}", "nights": nights, **usual}


def site_table(found: Data) -> str:
    """What was measured, as a table for people."""
    console = Console(width=130, record=True, file=io.StringIO(), highlight=False)
    made = Table(f"{found['contracts']} contracts x {found['quarters']} quarters", "")
    made.add_row("claims, pages", f"{found['claims']:,}, {found['pages']:,}")
    made.add_row("the whole site, s", f"{found['whole_seconds']:.2f}, of the processor {found['whole_cpu_seconds']:.2f} ({found['site_mib']} MiB)")
    for name, words in (("quiet_night", "a night of which nothing is new"), ("moved_night", "a night that moved one claim")):
        made.add_row(f"{words}, s", f"{found[name]['seconds']:.2f} ({found[name]['written']} pages written)")
    shown = "no browser here" if found["board_milliseconds"] is None else f"{found['board_milliseconds']:,}"
    made.add_row("the board in a browser, ms", f"{shown} ({found['board_kib']} KiB)")
    console.print(made)
    return console.export_text()


def tell(*, as_json: bool) -> None:
    """Measure and say it."""
    found = measure_site()
    print(json.dumps(found, indent=2) if as_json else site_table(found))
