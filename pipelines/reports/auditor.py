"""The auditor's page of a contract, and the one across contracts: the chain and its anchors, what was overridden, loosened and restated, what was
suppressed, who acted for which party, and the commands that prove it all again. For the contracts' parties and whoever audits them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.ledger.journal import Entry
from pipelines.reports.blocks import (
    BREAK,
    NOTHING,
    Block,
    Cell,
    Heading,
    Paragraph,
    Points,
    Table,
    code,
    columns,
    day,
    joined,
    link,
    listed,
    money,
    name,
    number,
    own,
    pill,
    plain,
    say,
    text,
)
from pipelines.reports.learned import overrides, restatements
from pipelines.reports.learning import claim, gate_table, known_to, loosened, overridden, restated
from pipelines.reports.web.places import file_name

Data = dict[str, Any]
OF_NIGHTS = ("execution", "referrals", "freeze", "hold", "override", "decision", "question", "true_up", "anchor")
"""Kinds of entries that have a place of their own on the page; any other is an act of a party."""

PROOFS = {"verify": "proves_chain", "verify --deep": "proves_deep", "replay --all": "proves_replay"}
"""Commands that prove everything again, each with the key of the words for it."""


@dataclass(frozen=True)
class Audited:
    """What the pages are made from: every contract's terms as plain data, the proved `entries` of the ledger, what is wrong with it (`fault`, empty
    when nothing is), what contracts `changed` in their gates, how many rows of how many each open table `suppressed`, and which entries have a
    bundle of `evidence`."""

    terms: Sequence[Data]
    entries: Sequence[Entry]
    fault: str
    changed: Sequence[Data]
    suppressed: Sequence[tuple[str, int, int]]
    evidence: Collection[int]

    def currency(self, contract: str) -> str:
        return next((str(item["currency"]) for item in self.terms if item["contract"] == contract), "")


def across(seen: Audited, as_of: dt.date) -> list[Block]:
    """The page across all contracts."""
    moved = [{**item, "currency": seen.currency(item["contract"])} for item in restatements(seen.entries)]
    return [
        Heading(1, text("auditor_heading")),
        Paragraph(text("auditor_intro", day=day(as_of)), "quiet"),
        *_chain(seen),
        *_contracts(seen),
        *overridden(overrides(seen.entries), with_contract=True),
        *loosened(seen.changed, with_contract=True),
        *tightened(seen.changed, with_contract=True),
        *restated(moved, with_contract=True),
        *_suppressed(seen.suppressed),
        *_acts(seen, seen.entries, with_contract=True),
        Heading(2, text("prove_again")),
        Points(
            (
                joined([code("udbytte verify"), text("proves_chain")]),
                joined([code("udbytte verify --deep"), text("proves_deep")]),
                joined([code("udbytte replay --all"), text("proves_replay")]),
            )
        ),
    ]


def _chain(seen: Audited) -> list[Block]:
    head = Heading(2, text("the_chain"))
    if seen.fault:
        return [head, Paragraph(text("chain_fault"), "problem"), Paragraph(say(seen.fault), "problem")]
    if not seen.entries:
        return [head, Paragraph(text("ledger_empty"))]
    newest = seen.entries[-1]
    said = text("chain_holds", n=number(len(seen.entries)), first=day(seen.entries[0].as_of), last=day(newest.as_of), head=code(newest.hash))
    return [head, Paragraph(said), *_anchors(seen.entries), _kinds(seen.entries)]


def _anchors(entries: Sequence[Entry]) -> list[Block]:
    """Where the head was carried outside, and how much has come since."""
    found = [entry for entry in entries if entry.kind == "anchor"]
    if not found:
        return [Paragraph(text("no_anchor"), "problem")]
    rows = [(number(entry.body["seq"]), day(entry.as_of), plain(entry.body["where"]), code(entry.body["hash"])) for entry in found]
    since = len(entries) - int(found[-1].body["seq"])
    return [Table(text("anchors"), columns("anchored_entry", "date", "carried_to", "hash"), tuple(rows)), Paragraph(text("since_anchor", n=number(since)))]


def _kinds(entries: Sequence[Entry]) -> Table:
    counted = Counter(entry.kind for entry in entries)
    order = [*(kind for kind in OF_NIGHTS if kind in counted), *sorted(set(counted) - set(OF_NIGHTS))]
    return Table(
        text("entries_by_kind"),
        columns("kind", "entries", numbers=("entries",)),
        tuple((_kind(kind), number(counted[kind])) for kind in order),
        (text("total"), number(len(entries))),
    )


def _kind(kind: str) -> Cell:
    return lambda lang: lang.term("entry_kind", kind)


def _contracts(seen: Audited) -> list[Block]:
    head, sums = Heading(2, text("contracts")), ("entries", "payments", "overrides", "loosenings", "restatements")
    if not seen.terms:
        return [head, Paragraph(text("no_contracts"))]
    return [head, Table(text("contracts"), columns("contract", *sums, numbers=sums), tuple(_contract_row(seen, item) for item in seen.terms))]


def _contract_row(seen: Audited, terms: Data) -> tuple[Cell, ...]:
    contract = str(terms["contract"])
    entries = [entry for entry in seen.entries if entry.contract == contract]
    loose = sum((row["contract"], row["change"]) == (contract, "loosened") for row in seen.changed)
    counts = (len(entries), sum(entry.kind == "decision" for entry in entries), len(overrides(entries)), loose, len(restatements(entries)))
    named = joined([link(f"{file_name(contract)}.html", name(contract)), own(str(terms["title"]), str(terms.get("language") or "en"))], BREAK)
    return (named, *(number(count) for count in counts))


def tightened(changed: Sequence[Data], *, with_contract: bool = False) -> list[Block]:
    """Rules that contracts added, or made stricter than the profile has them: apart from loosened ones."""
    found = [row for row in changed if row["change"] in ("added", "tightened")]
    head = Heading(2, text("tightenings"))
    return [head, gate_table(text("tightenings"), found, with_contract=with_contract)] if found else [head, Paragraph(text("nothing_tightened"))]


def _suppressed(found: Sequence[tuple[str, int, int]]) -> list[Block]:
    head, hidden = Heading(2, text("what_is_suppressed")), [item for item in found if item[1]]
    if not hidden:
        return [head, Paragraph(text("nothing_suppressed"))]
    sums = ("rows_suppressed", "rows_in_all")
    rows = tuple((code(table), number(rows), number(of)) for table, rows, of in hidden)
    return [head, Paragraph(text("suppressed_note"), "quiet"), Table(text("what_is_suppressed"), columns("open_table", *sums, numbers=sums), rows)]


def _acts(seen: Audited, entries: Sequence[Entry], *, with_contract: bool = False) -> list[Block]:
    """What the parties themselves did, by party: who did it for them stands in the ledger and on no page."""
    found = [entry for entry in entries if entry.kind not in OF_NIGHTS]
    head = Heading(2, text("acts"))
    if not found:
        return [head, Paragraph(text("no_acts"))]
    heads = columns("date", *(["contract"] if with_contract else []), "act_done", "for_party", "a_claim", "amount", "because", "in_ledger", numbers=("amount", "in_ledger"))
    return [head, Table(text("acts"), heads, tuple(_act(entry, seen.currency(entry.contract), with_contract=with_contract) for entry in found))]


def _act(entry: Entry, currency: str, *, with_contract: bool) -> tuple[Cell, ...]:
    body = entry.body.get("act")
    said: Data = body if isinstance(body, dict) else entry.body
    act, party, amount = str(said.get("act") or entry.kind), str(said.get("party") or ""), said.get("amount")
    return (
        day(entry.as_of),
        *([name(entry.contract)] if with_contract else []),
        lambda lang: lang.term("act", act),
        name(party) if party else NOTHING,
        claim(entry.about) if entry.about.count("/") == 4 else NOTHING,  # noqa: PLR2004 the parts of a posting key
        NOTHING if amount is None else money(amount, currency),
        plain(said["reason"]) if said.get("reason") else NOTHING,
        number(entry.seq),
    )


def blocks(seen: Audited, terms: Data) -> list[Block]:
    """The page of one contract."""
    contract, language = str(terms["contract"]), str(terms.get("language") or "en")
    entries = [entry for entry in seen.entries if entry.contract == contract]
    changed = [row for row in seen.changed if row["contract"] == contract]
    return [
        Heading(1, text("auditor_contract_heading", title=own(str(terms["title"]), language))),
        Paragraph(text("auditor_contract_intro", contract=name(contract), n=number(len(entries)), known=known_to(entries)), "quiet"),
        *([Paragraph(text("chain_fault"), "problem")] if seen.fault else []),
        *_bound(entries),
        *_payments(seen, entries, str(terms["currency"])),
        *overridden(overrides(entries), language),
        *loosened(changed),
        *tightened(changed),
        *restated(restatements(entries), str(terms["currency"])),
        *_acts(seen, entries),
    ]


def _bound(entries: Sequence[Entry]) -> list[Block]:
    """What the parties are bound to: the texts that were executed, the lists that were frozen."""
    executed = [entry for entry in entries if entry.kind == "execution"]
    frozen = [entry for entry in entries if entry.kind == "freeze"]
    head = Heading(2, text("what_binds"))
    if not executed:
        return [head, Paragraph(text("not_executed"), "problem")]
    texts = [
        (plain(entry.body["version"]), day(entry.as_of), listed([name(party) for party in entry.body["parties"]]), code(entry.body["sha256"]), number(entry.seq))
        for entry in executed
    ]
    lists = [(name(entry.body["cohort"]), day(entry.as_of), code(entry.body["sha256"]), number(entry.seq)) for entry in frozen]
    made: list[Block] = [head, Table(text("executed_texts"), columns("version_number", "date", "parties", "hash", "in_ledger", numbers=("in_ledger",)), tuple(texts))]
    return [*made, Table(text("frozen_lists"), columns("cohort", "date", "hash", "in_ledger", numbers=("in_ledger",)), tuple(lists))] if lists else made


def _payments(seen: Audited, entries: Sequence[Entry], currency: str) -> list[Block]:
    """Every posted decision with its place in the chain, and how it is proved again."""
    found = [entry for entry in entries if entry.kind in ("decision", "true_up")]
    head = Heading(2, text("payments"))
    if not found:
        return [head, Paragraph(text("no_payments"))]
    heads = columns("a_claim", "in_ledger", "date", "decision", "amount", "hash", "prove_again", numbers=("amount",))
    return [head, Paragraph(text("payments_note"), "quiet"), Table(text("payments"), heads, tuple(_payment(seen, entry, currency) for entry in found))]


def _payment(seen: Audited, entry: Entry, currency: str) -> tuple[Cell, ...]:
    folder = f"{entry.seq:06d}"
    proofs = [code(f"udbytte replay {entry.seq}")]
    if entry.seq in seen.evidence:
        proofs = [link(f"../../evidence/{folder}/index.html", text("evidence_of", n=entry.seq)), code(f"udbytte verify --bundle evidence/{folder}"), *proofs]
    state = pill(entry.body["state"]) if entry.kind == "decision" else _kind("true_up")
    short = code(entry.hash[:16])
    return claim(entry.about), number(entry.seq), day(entry.as_of), state, money(entry.body["amount"], currency), short, joined(proofs, BREAK)
