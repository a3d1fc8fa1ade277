"""What a bank says, for tests: payments in a ledger, tables and camt.053 statements made by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger_acts import DAY, day, decision, executed, home_at

from pipelines.ledger.journal import Entry, Journal
from pipelines.settings import Home

REFERENCES = ("UDB-1", "UDB-2", "UDB-3")
AMOUNTS = ("1250.00", "99.95", "108000.01")
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{}"


def claim(number: int) -> str:
    return f"tarp/t{number}/2024-25/all/final"


def act(journal: Journal, number: int, amount: str, reference: str, on: dt.date, kind: str = "payment", **more: str) -> Entry:
    said = {"act": "pay", "from": "approved", "claim": claim(number), "payer": "state", "amount": amount, "transferred": amount, "paid_on": str(on), "reference": reference, **more}
    return journal.post_act(kind, "tarp", claim(number), {"act": said}, on)


def paid_home(folder: Path, currency: str = "DKK") -> Home:
    """A ledger of three claims, each paid in full on the same day: entries 5, 6 and 7."""
    home = home_at(folder).settle_in()
    journal = executed(home)
    for number, amount in enumerate(AMOUNTS):
        journal.post_decision(decision(f"t{number}", amount=amount, currency=currency, posting_key=claim(number)), "h1")
    for number, (amount, reference) in enumerate(zip(AMOUNTS, REFERENCES, strict=True)):
        act(journal, number, amount, reference, DAY)
    return home


def table(*rows: str, head: str = "Dato;Reference;Beløb;Valuta", encoding: str = "utf-8") -> bytes:
    return "\r\n".join([head, *rows, ""]).encode(encoding)


ROWS = ("30-06-2026;UDB-1;-1.250,00;DKK", "01-07-2026;UDB-2;-99,95;DKK", "02.07.2026;udb 3;x;DKK")


@dataclass(frozen=True)
class Line:
    """One booking of a statement: its payments as (reference, amount), or none."""

    amount: str
    payments: tuple[tuple[str, str], ...] = ()
    way: str = "DBIT"
    booked: str = "2026-07-01"
    currency: str = "DKK"
    status: str = "BOOK"
    more: str = ""
    detail: str = ""

    def xml(self, version: str) -> str:
        status = f"<Sts>{self.status}</Sts>" if version == "02" else f"<Sts><Cd>{self.status}</Cd></Sts>"
        details = "".join(self._detail(reference, amount, version) for reference, amount in self.payments)
        within = f"<NtryDtls>{details}</NtryDtls>" if details else ""
        head = f'<Amt Ccy="{self.currency}">{self.amount}</Amt><CdtDbtInd>{self.way}</CdtDbtInd>{self.more}{status}'
        return f"<Ntry>{head}<BookgDt><Dt>{self.booked}</Dt></BookgDt>{within}</Ntry>"

    def _detail(self, reference: str, amount: str, version: str) -> str:
        money = f'<Amt Ccy="{self.currency}">{amount}</Amt>' if amount else ""
        money = f"<AmtDtls><TxAmt>{money}</TxAmt></AmtDtls>" if version == "02" and amount else money
        return f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{money}{self.detail}</TxDtls>"


def balance(kind: str, amount: Decimal) -> str:
    way = "DBIT" if amount < 0 else "CRDT"
    return f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="DKK">{abs(amount)}</Amt><CdtDbtInd>{way}</CdtDbtInd><Dt><Dt>2026-07-02</Dt></Dt></Bal>'


def camt(*lines: Line, version: str = "08", opening: str = "500.00", closing: str | None = None, through: str = "2026-07-05", prolog: str = "", extra: str = "") -> bytes:
    """A statement whose balances are in order, unless its closing one is given."""
    moves = [(-1 if line.way == "DBIT" else 1) * Decimal(line.amount) for line in lines if line.status == "BOOK"]
    end = Decimal(closing) if closing is not None else Decimal(opening) + sum(moves, Decimal("0.00"))
    body = balance("OPBD", Decimal(opening)) + balance("CLBD", end) + "".join(line.xml(version) for line in lines)
    period = f"<FrToDt><FrDtTm>2026-06-29T00:00:00</FrDtTm><ToDtTm>{through}T23:59:59</ToDtTm></FrToDt>"
    stated = f"<Stmt><Id>S1</Id>{period}{extra}<Acct><Id><IBAN>DK5000400440116243</IBAN></Id></Acct>{body}</Stmt>"
    head = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-07-05T23:59:59</CreDtTm></GrpHdr>"
    name = NAMESPACE.format(version)
    return f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<Document xmlns="{name}"><BkToCstmrStmt>{head}{stated}</BkToCstmrStmt></Document>'.encode()


ALL = tuple(Line(amount, ((reference, amount),)) for reference, amount in zip(REFERENCES, AMOUNTS, strict=True))
LATER = day(30)


def changed(index: int, **changes: Any) -> tuple[Line, ...]:
    """The three bookings with one of them changed."""
    lines = [vars(line) for line in ALL]
    lines[index] = {**lines[index], **changes}
    return tuple(Line(**line) for line in lines)
