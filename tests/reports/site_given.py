"""What a site is made from, by hand, with everything on it that pages can show; and with names that would like to be more than names."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from reports.hand_made import AS_OF, COUNTED, HASH, board, contracts, sealed

from pipelines.canonical import plain
from pipelines.reports import site
from pipelines.reports.web.material import Material

HOSTILE = "\"><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> & 'quoted' 🎈 {{ 7*7 }} <b id=\"taken\">"
LONG = "En meget lang titel, som nogen har skrevet uden at tænke på, hvor den skal stå, " * 2 + "og som bliver ved og ved, til den er to hundrede tegn lang"


def entry(seq: int, kind: str, about: str, body: dict[str, Any], day: dt.date = AS_OF) -> dict[str, Any]:
    """An entry of the ledger as plain data."""
    own = {"seq": seq, "prev": f"{seq - 1:064x}", "hash": f"{seq:064x}", "kind": kind, "as_of": day, "contract": about.partition("/")[0]}
    return {**own, "about": about, "posting_key": about if kind == "decision" else "", "body": body, "salt": "0" * 32}


def decided(amount: str, *lines: str) -> dict[str, Any]:
    said = {"state": "due", "amount": amount, "currency": "DKK", "payer": "kommune", "payee": "udfoerer", "clause": "Bilag 4 §1", "reason": lines[0]}
    return {**said, "arithmetic": list(lines), "fingerprint": HASH, "required": 24, "shares": {"kommune": amount}}


def entries() -> list[dict[str, Any]]:
    """A claim that was held, decided, asked about and trued up; an anchor after the second entry of it; and an act of a kind that nobody has words for."""
    first, other = "ungebro/half_a_year/2025Q1/all/final", "trygt_hjem/days/2025H2/all/final"
    moved = {
        "amount": "-42500.00",
        "cause": "late_report",
        "arithmetic": ["settled again at 1,275,000.00, of which 1,317,500.00 was posted: 42,500.00 to be paid back   (Bilag 4 §8)"],
        "reason": "30 of 64 persons reach 26 weeks",
    }
    return plain(
        [
            entry(1, "hold", first, {"reason": "buaf covers through 2025-09-30 by its data", "causes": []}, dt.date(2026, 1, 31)),
            entry(2, "decision", first, decided("1317500.00", "31 of 64 persons reach 26 weeks", "31 persons x 42,500.00 (price from 2024-01-15) = 1,317,500.00   (Bilag 4 §1)")),
            entry(3, "anchor", "ledger.head", {"where": "referat af styregruppen", "seq": 2}),
            entry(4, "true_up", first, moved),
            entry(7, "approval", first, {"act": {"act": "approve", "person": "Cai Ravn", "party": "kommune", "amount": "1317500.00", "reason": "Set efter"}, "signature": "0"}),
            entry(8, "long_stop", first, {"act": {"act": "refer", "amount": "10.00", "reason": ""}}),
            entry(5, "hold", other, {"reason": "buaf covers through 2025-09-30 by its data", "causes": []}),
            entry(
                6,
                "sealed_with_wax",
                other,
                {"by": [{"name": "Anna Holm", "party": "kommune"}, {"name": "Bo Lind", "party": "udfoerer"}], "why": "Something that nobody has put into the phrase book"},
            ),
        ]
    )


def verdicts(number: int) -> dict[str, Any] | None:
    """What the evidence of entry 2 says was checked; of no other entry is anything kept."""
    checks = [
        {"rule": "cohort_is_linked", "verdict": "passed", "numerator": 0, "denominator": 64},
        {"rule": "label_within_coverage", "verdict": "warned", "observed": "dream covers through 2026-05-24 by its data, through 2026-06-28 by its label", "reason": ""},
    ]
    return {"suites": [{"subject": "outcome:ungebro/weeks/2025Q1", "checks": checks}], "smallest_count": 5, "blocked": []} if number == 2 else None


def people(cohort: str) -> list[dict[str, Any]]:
    """424 on a list: 40 never enrolled, 60 outside the period, 324 in the cohort, and 642 drawn to compare with."""
    rows = [("comparison", "eligible", "matched", 642), ("none", "ineligible", "never_enrolled", 40), ("treatment", "eligible", "enrolled", 322)]
    rows += [("treatment", "eligible", "enrolled_without_match", 2), ("treatment", "ineligible", "enrolled_outside_period", 60)]
    return [{"cohort": cohort, "role": role, "status": status, "reason": reason, "people": count} for role, status, reason, count in rows]


def register(name: str, title: str, **changes: Any) -> dict[str, Any]:
    """A register with a delivery, a need that it does not reach, and thirty-one nights of which one was bad."""
    delivery = {"register": name, "delivery": f"{name}-0123456789ab", "known_from": "2026-06-02", "reference_period": "2026H1", "declared_through": "2026-06-30"}
    nights = [(dt.date(2026, 5, 31) + dt.timedelta(days=number)).isoformat() for number in range(31)]
    usual = {
        "id": name,
        "name": title,
        "deliveries": [{**delivery, "covers_through": "2026-03-31", "row_count_state": "shown", "row_count": 1234, "rejected": 0, "is_accepted": True, "is_in_use": True}],
        "changes": [],
        "needs": [
            {"subject": "outcome:ungebro/weeks/2025Q1", "needed": "2026-01-15", "is_short": False},
            {"subject": "outcome:ungebro/weeks/2025Q4", "needed": "2026-05-31", "is_short": True},
        ],
        "needed": "2026-05-31",
        "short": True,
        "covers_through": "2026-03-31",
        "due_on": "2026-07-31",
        "late_days": 0,
        "nights": [
            {"as_of": night, "rule": rule, "verdict": "failed" if (rule, night) == ("register_is_on_time", "2026-06-20") else "passed"}
            for night in nights
            for rule in ("register_is_on_time", "no_row_stands_twice")
        ],
    }
    return {**usual, **changes}


def rooms() -> list[dict[str, Any]]:
    usual = {"clause": "Bilag 4 §9", "most": "9000000.00"}
    return [
        {"cap": "in_all", "of": "", "used": "5330000.00", "left": "3670000.00", **usual},
        {"cap": "per_year", "of": "2025", "used": "9000000.00", "left": "0.00", **usual},
        {"cap": "per_payer", "of": "kommune", "used": "0.00", "left": "9000000.00", **usual},
    ]


def blocks(language: str) -> list[dict[str, Any]]:
    """A part of an agreement in words, with a block of each kind."""
    table = {"kind": "table", "caption": "Priser", "header": ["Fra", "Pris"], "rows": [["1. januar 2024", "42.500,00 kr."]], "right": [1], "total": ["I alt", "42.500,00 kr."]}
    said = [{"kind": "heading", "level": 2, "text": "Betalingen", "number": "5.1"}, {"kind": "paragraph", "text": f"words in {language}", "is_quiet": False}]
    lists = [{"kind": "points", "items": ["one", "two"], "is_ordered": True}, {"kind": "sum", "lines": ["1 + 1 = 2"]}]
    return [{"title": "Hvad der betales" if language == "da" else "What is paid", "number": "5", "blocks": [*said, table, *lists]}]


def material(**changes: Any) -> Material:
    """The hand-made material, with some of it replaced."""
    usual: dict[str, Any] = {
        "board": board(),
        "terms": tuple(contracts()),
        "sealed": sealed(),
        "counted": COUNTED,
        "entries": tuple(entries()),
        "evidence": frozenset({2, 5}),
        "verdicts": verdicts,
        "cohorts": {"ungebro": people("unge")},
        "agreed": {"ungebro": {"blocks": {code: blocks(code) for code in ("da", "en")}, "annexes": {"da": b"<!doctype html>"}}},
        "rooms": {"ungebro": rooms()},
        "registers": (register("buaf", "Support of children"), register("vnds", "Migrations", deliveries=[], needs=[], needed=None, covers_through=None, due_on=None, nights=[])),
    }
    return Material(**{**usual, **changes})


def hostile() -> Material:
    """The same where every text that people or deliveries write would like to be markup."""
    usual = material()
    written = ("title", "name", "reason", "clause", "because", "file_name", "words", "remedy", "where", "why", "observed")

    def taken(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: taken(item, name) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(taken(item, key) for item in value)
        return f"{value} {HOSTILE}" if isinstance(value, str) and value and key in (*written, "arithmetic", "findings", "problems", "notes", "payer", "payee") else value

    terms = tuple({**taken(item), "title": f"{LONG} {HOSTILE}"} for item in usual.terms)
    replaced = {"board": taken(usual.board), "sealed": taken(dict(usual.sealed)), "entries": taken(usual.entries), "registers": taken(usual.registers)}
    return replace(usual, terms=terms, **replaced)


def written(given: Material | None = None) -> dict[str, bytes]:
    """Every page of a site, by its path."""
    made = site.pages(given or material())
    present = [page.at for page in made]
    return {page.at: page.bytes(present) for page in made}
