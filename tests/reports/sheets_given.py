"""The sample contracts with a ledger made by hand, and everything on it that the learning, investment, evaluator's, citizen's and auditor's pages can show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from reports import evaluated_given

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.value import PayerKind
from pipelines.contracts.valuing import schedules_of
from pipelines.investing.case import Case, Found, case
from pipelines.ledger.accounts import transactions
from pipelines.ledger.journal import Entry
from pipelines.payments.cash_flow import cash_flow
from pipelines.payments.vocabulary import catalogue
from pipelines.payments.waterfall import Inflow
from pipelines.reports.evaluated import Evaluated
from pipelines.reports.invested import Invested
from pipelines.reports.knowing import terms_of, told
from pipelines.reports.sheets import Known

AS_OF = dt.date(2026, 6, 30)
EVIL = "<script>alert('x')</script> & \"quotes\" 🙂"
PERSON = "Karla Navngivet"
LONG = "En titel, der er alt for lang, " * 7


def entry(seq: int, kind: str, day: str, contract: str, about: str = "", /, **body: Any) -> Entry:
    """One entry as it stands in a ledger; its hash is made up."""
    key = about if kind == "decision" else f"{about.rpartition('/')[0]}/true_up_1" if kind == "true_up" else ""
    return Entry(seq, f"{seq - 1:064x}", kind, dt.date.fromisoformat(day), contract, about, key, plain(body), "00", f"{seq:064x}")


def cause(rule: str, cured_by: str = "kommune", subject: str = "outcome:ungebro/uger/2025Q1") -> dict[str, str]:
    return {"subject": subject, "rule": rule, "verdict": "failed", "cured_by": cured_by, "words": "too few"}


def decided(seq: int, day: str, about: str, amount: str, state: str = "due", **more: Any) -> Entry:
    """A decision that the commissioner of the sample pays."""
    contract = about.partition("/")[0]
    return entry(
        seq, "decision", day, contract, about, state=state, amount=amount, currency="DKK", payer="kommune", payee="formidler", reason="31 of 64 persons reach 26 weeks", **more
    )


def executed(seq: int, day: str, contract: str) -> Entry:
    return entry(seq, "execution", day, contract, version=1, sha256="ab" * 32, parties=["kommune", "fond"], profiles={})


@cache
def ledger() -> tuple[Entry, ...]:
    """A ledger of the bond `ungebro`: held, released, decided, paid in part, restated and asked about."""
    first, second, third = (f"ungebro/selvforsoergelse/{period}/all/final" for period in ("2025Q1", "2025Q2", "2025Q3"))
    moved = {"up": 0, "down": 2, "no_money": 0, "unchanged": 60}
    return (
        executed(1, "2024-01-15", "ungebro"),
        entry(2, "freeze", "2025-03-01", "ungebro", "ungebro/unge", cohort="unge", sha256="cd" * 32),
        entry(3, "hold", "2026-02-01", "ungebro", first, causes=[cause("register_is_on_time")], reason="late"),
        entry(4, "hold", "2026-02-05", "ungebro", first, causes=[cause("register_is_on_time"), cause("cohort_is_linked", "udfoerer")], reason="late"),
        entry(5, "hold", "2026-02-08", "ungebro", first, causes=[cause("cohort_is_linked", "udfoerer")], reason="late"),
        entry(
            6,
            "override",
            "2026-02-09",
            "ungebro",
            first,
            causes=[cause("cohort_is_linked")],
            by=[{"name": PERSON, "party": "kommune"}, {"name": "Bo Ukendt", "party": "udfoerer"}],
            because=f"Aftalt {EVIL}",
        ),
        decided(7, "2026-02-10", first, "3000000.00"),
        decided(8, "2026-02-10", second, "0.00", "not_met"),
        entry(9, "signatory", "2026-03-01", "ungebro", "", party="kommune", person=PERSON, roles=["payer"], public_key="ef" * 32),
        entry(
            10,
            "approval",
            "2026-03-02",
            "ungebro",
            first,
            act={"act": "approve", "party": "kommune", "person": PERSON, "payer": "kommune", "amount": "3000000.00", "reason": "as agreed"},
        ),
        entry(
            11,
            "payment",
            "2026-03-10",
            "ungebro",
            first,
            act={"act": "pay", "party": "kommune", "person": PERSON, "payer": "kommune", "amount": "1000000.00", "reason": "first half"},
        ),
        entry(
            12,
            "true_up",
            "2026-05-01",
            "ungebro",
            first,
            state="due",
            amount="-200000.00",
            currency="DKK",
            payer="kommune",
            payee="formidler",
            cause="late_report",
            reason="two fewer reach 26 weeks",
            moved=moved,
        ),
        entry(13, "question", "2026-06-01", "ungebro", second, found={"state": "due", "amount": "100.00"}, posted={"state": "not_met", "amount": "0.00"}, why="the window is over"),
        entry(14, "hold", "2026-06-20", "ungebro", third, causes=[cause("coverage_reaches_windows", "kommune or evaluator")], reason="late"),
        entry(15, "anchor", "2026-06-21", "", "ledger.head", seq=14, hash="0e" * 32, where=f"the archive {EVIL}"),
    )


def rows() -> list[dict[str, Any]]:
    """Rows of the board."""
    states = {"2025Q1": "due", "2025Q2": "not_met", "2025Q3": "held", "2025Q4": "not_due"}
    named = {"contract": "ungebro", "trigger": "selvforsoergelse", "kind": "final", "currency": "DKK", "amount": "0.00"}
    return [{**named, "claim_period": period, "state": state, "reason": "nobody in the treatment group counts"} for period, state in states.items()]


def results() -> dict[str, Any]:
    reasons = [["counted", "reached", 40], ["ineligible", "too_young", 3], ["not_mature", "window_not_covered_yet", 10], ["not_observed", "unlinked", 11]]
    role = {"n": 64, "n_counted": 40, "value": "40", "exposure": 1, "squares": "0", "reasons": reasons}
    return {"uger/2025Q1": {"outcome": "uger", "claim_period": "2025Q1", "roles": {"treatment": role}, "estimate": None}, "uger/2025Q2": None}


CHANGED = [
    {
        "contract": "ungebro",
        "rule": "cohort_is_linked",
        "change": "loosened",
        "was": "0.95",
        "now": "0.9",
        "clause": "Bilag 5 §2",
        "because": f"Flytninger {EVIL}",
        "language": "da",
    },
    {"contract": "ungebro", "rule": "follow_up_is_complete", "change": "tightened", "was": "0.9", "now": "0.95", "clause": "Bilag 5 §3", "because": "Strengt", "language": "da"},
]


def bond() -> Invested:
    """Whose money moved in the bond: what came in is what its entries made due by the first day of distribution after them."""
    found = catalogue()
    contract = found.contracts["ungebro"]
    assert contract.waterfall is not None
    flows = cash_flow(contract.waterfall, [Inflow(dt.date(2026, 2, 10), Decimal("3000000.00"), "results"), Inflow(dt.date(2026, 5, 1), Decimal("0.00"), "results")], AS_OF).flows
    agreed = cash_flow(contract.waterfall.as_scheduled(), [], dt.date(2028, 6, 30)).flows
    made = [item for item in transactions(ledger()) if item.entry.contract == "ungebro"]
    return Invested(terms_of(contract), made, [flow for flow in flows if flow.kind != "payment"], frozenset(), agreed, not_met={"selvforsoergelse": 1}, case=worth(contract, found))


def worth(contract: OutcomeContract, found: Catalogue) -> Case:
    """What the effect of the bond is worth: one claim period is known, one held, the others not due; what two claims pay is not decided, and something
    was paid in a year that is no budget year."""
    known = [Found("uger", "2025Q1", 2025, 44, Fraction(8), Fraction(2), Fraction(14)), Found("uger", "2025Q2", 2025, not_known="held")]
    later = [Found("uger", period, year, not_known="not_due") for period, year in (("2025Q3", 2025), ("2025Q4", 2025), ("2026H1", 2026))]
    moved: dict[tuple[PayerKind, int], Decimal] = {("municipality", 2026): Decimal("-3000000.00"), ("municipality", 2031): Decimal("-5.00")}
    return case(contract, schedules_of(contract, found.refunds), [*known, *later], moved, [("selvforsoergelse", "2025Q2"), ("effekt", "2026H1")])


def evil_worth() -> Case:
    """The same with assumptions whose words carry markup."""
    found = catalogue()
    contract = found.contracts["ungebro"]
    assert contract.value is not None
    said = contract.value.index.model_copy(update={"source": f"{LONG}{EVIL}", "clause": EVIL, "name": EVIL})
    return worth(contract.model_copy(update={"value": contract.value.model_copy(update={"index": said})}), found)


def evil(terms: dict[str, Any]) -> dict[str, Any]:
    """A contract whose own words are as bad as words can be."""
    parties = [{**party, "name": f"{party['name']} {EVIL}"} for party in terms["parties"]]
    amended = {"made": [{"version": 2, "agreed_on": "2026-01-01", "clause": EVIL, "because": EVIL, "value": "-5.00"}]}
    return {**terms, "title": f"{LONG}{EVIL}", "parties": parties, "amendments": amended, "legal": {"data_protection": EVIL}}


def known(**changes: Any) -> Known:
    """What a night knows of the sample contracts with that ledger."""
    found = catalogue()
    contracts = [found.contracts[name] for name in sorted(found.contracts)]
    terms = [terms_of(contract) for contract in contracts]
    invested = [bond() if item["contract"] == "ungebro" else Invested(item) for item in terms]
    made = Known(
        AS_OF,
        terms,
        rows(),
        {"ungebro": results()},
        ledger(),
        "",
        CHANGED,
        [("payment_decisions", 3, 9), ("deliveries", 0, 4)],
        {7, 8},
        invested,
        [told(found, item) for item in contracts],
        [evaluated_given.trial(), evaluated_given.bare(), evaluated_given.matched()],
    )
    return replace(made, **changes)


def worst() -> Known:
    """The same with contracts whose words carry markup everywhere."""
    was = known()
    terms = [evil(item) for item in was.terms]
    by_name = {item["contract"]: item for item in terms}
    invested = [replace(item, terms=by_name[item.contract], case=evil_worth() if item.case is not None else None) for item in was.invested]
    registers = [[replace(register, legal_basis=EVIL, supplier=EVIL) for register in item.registers] for item in was.told]
    people = [replace(item, terms=by_name[item.terms["contract"]], registers=found) for item, found in zip(was.told, registers, strict=True)]
    said = [{**row, "reason": EVIL} for row in was.rows]
    spoilt = [spoil(item, by_name[item.contract]) for item in was.evaluated]
    return replace(was, terms=terms, invested=invested, told=people, rows=said, suppressed=[(EVIL, 1, 2)], fault="", evaluated=spoilt)


def spoil(seen: Evaluated, terms: dict[str, Any]) -> Evaluated:
    """What comparisons came to, where every word that comes from elsewhere is bad."""
    rows = [{**row, "reason": EVIL} for row in seen.rows]
    balance = [{**row, "covariate": f"{EVIL}={LONG}"} for row in seen.balance[:1]] + list(seen.balance[1:])
    agreed = {code: {outcome: [EVIL] for outcome in said} for code, said in seen.agreed.items()}
    results = {key: {**item, "estimate": {**item["estimate"], "diagnostics": [[EVIL, EVIL], ["n_treatment", "58"]]}} for key, item in seen.results.items()}
    return replace(seen, terms=terms, rows=rows, balance=balance, agreed=agreed, results=results, notices=[EVIL])
