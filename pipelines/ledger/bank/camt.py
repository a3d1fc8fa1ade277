"""Reading ISO 20022 camt.053 statements of an account, through pycamt, which knows the versions and their namespaces.

Amounts are taken as text from the elements that hold them: the library's own rows give a payment of a batch the amount of the whole batch where
it says none, and a batch's currency to every payment in it, and its balances are binary floats. The statement is held against itself: what was
booked must lead from the opening to the closing balance, so that a file from which something was taken out is found.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import defusedxml
from defusedxml.ElementTree import fromstring

from pipelines.errors import BankFileError
from pipelines.ledger.bank.shapes import Booked, Direction, Statement, checked_amount

BOOKED = "BOOK"
DIRECTIONS: dict[str, Direction] = {"DBIT": "out", "CRDT": "in"}
NO_REFERENCE = "NOTPROVIDED"
YES, NO = ("true", "1"), ("", "false", "0")
MOST_WORDS = 40
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AMOUNT = re.compile(r"\+?[0-9]{1,18}(?:\.[0-9]{1,5})?", re.ASCII)


def statement(raw: bytes, name: str) -> Statement:
    """What a camt.053 file says was booked. Raises BankFileError; a document type or an entity is refused before anything reads it."""
    return _File(_opened(raw, name), name).statement()


def _opened(raw: bytes, name: str) -> Any:
    from lxml.etree import LxmlError
    from pycamt.parser import Camt053Parser

    try:
        fromstring(raw, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        parser = Camt053Parser(raw)
    except defusedxml.DefusedXmlException:
        raise BankFileError(
            "the file declares a document type or an entity, and no bank's statement does", where=name, next_step="do not trust it; ask the bank for it anew"
        ) from None
    except (SyntaxError, ValueError, LookupError, RecursionError, LxmlError):
        raise BankFileError("the file is not whole XML", where=name, next_step="look for a file cut short, or one of another encoding than it says") from None
    if parser.version == "unknown" or not parser.tree.tag.endswith("}Document"):
        raise BankFileError("the file is not a camt.053 of a version that is known", where=name, next_step="ask for camt.053.001.02, .04, .08 or .12, or for CSV")
    return parser


class _File:
    """One opened file: where its elements are, by the words of the standard."""

    def __init__(self, parser: Any, name: str) -> None:
        self.parser, self.name = parser, name

    def statement(self) -> Statement:
        statements = self._all(self.parser.tree, "BkToCstmrStmt/Stmt")
        if not statements:
            raise self._refused("", "it holds no statement", "ask the bank for a statement of the account, camt.053")
        for place in ("BkToCstmrStmt/GrpHdr/MsgPgntn/LastPgInd", "BkToCstmrStmt/Stmt/StmtPgntn/LastPgInd"):
            if any(text in NO for text in self._texts(self.parser.tree, place)):
                raise self._refused("", "it is one page of several, and not the last", "have the statement made as one file")
        booked: list[Booked] = []
        left_out = 0
        for number, item in enumerate(statements, 1):
            made, waiting = self._of_statement(item, f"statement {number}")
            booked += made
            left_out += waiting
        return Statement(self.parser.version, "", tuple(booked), max(self._through(item, booked) for item in statements), left_out)

    def _of_statement(self, element: Any, place: str) -> tuple[list[Booked], int]:
        booked: list[Booked] = []
        left_out, total = 0, Decimal(0)
        for number, entry in enumerate(self._all(element, "Ntry"), 1):
            where = f"{place}, entry {number}"
            if (self._text(entry, "Sts/Cd") or self._text(entry, "Sts") or BOOKED) != BOOKED:
                left_out += 1
                continue
            total += self._money(entry, where) * (-1 if self._direction(entry, where) == "out" else 1)
            booked += self._of_entry(entry, where)
        self._in_balance(element, total, place)
        return booked, left_out

    def _in_balance(self, element: Any, total: Decimal, place: str) -> None:
        """Raise when what was booked does not lead from the opening balance to the closing one, where both are told."""
        told: dict[str, Decimal] = {}
        for balance in self._all(element, "Bal"):
            sign = -1 if self._direction(balance, place) == "out" else 1
            told.setdefault(self._text(balance, "Tp/CdOrPrtry/Cd"), sign * self._money(balance, place))
        opening = told.get("OPBD", told.get("PRCD"))
        if opening is not None and "CLBD" in told and opening + total != told["CLBD"]:
            raise self._refused(place, "what was booked does not lead from its opening balance to its closing one", "do not trust it; ask the bank for it anew")

    def _of_entry(self, entry: Any, where: str) -> Iterator[Booked]:
        details = self._all(entry, "NtryDtls/TxDtls")
        if not details:
            yield self._booked(entry, None, self._money(entry, where), self._currency(entry, where), where)
            return
        made = [self._of_detail(entry, item, where, is_alone=len(details) == 1) for item in details]
        way, currency = self._direction(entry, where), self._currency(entry, where)
        moved = sum((item.amount if item.direction == way else -item.amount for item in made), Decimal(0))
        apart = abs(moved - self._money(entry, where))
        if all(item.currency == currency for item in made) and apart > self._charges([entry, *details], where):
            raise self._refused(where, "its payments do not sum to what was booked", "do not trust it; ask the bank for it anew")
        yield from made

    def _charges(self, elements: Iterable[Any], where: str) -> Decimal:
        """The most that charges stated of a booking and its payments come to: by so much these may differ from what was booked."""
        paths = ("Chrgs/TtlChrgsAndTaxAmt", "Chrgs/Rcrd/Amt", "Chrgs/Amt")
        found = [amount for element in elements for path in paths for amount in self._all(element, path)]
        return sum((self._exact(self._text_of(amount), where) for amount in found), Decimal(0))

    def _of_detail(self, entry: Any, detail: Any, where: str, *, is_alone: bool) -> Booked:
        """One payment of a booking. Its amount is its own; only where it is alone may the booking's stand for it."""
        found = next((amount for path in ("Amt", "AmtDtls/TxAmt/Amt") for amount in self._all(detail, path)), None)
        if found is not None:
            return self._booked(entry, detail, self._exact(self._text_of(found), where), self._code(found, where), where)
        if not is_alone:
            raise self._refused(where, "it is of several payments and does not say how much each was", "have the bank book payments one by one, or use CSV")
        return self._booked(entry, detail, self._money(entry, where), self._currency(entry, where), where)

    def _booked(self, entry: Any, detail: Any, amount: Decimal, currency: str, where: str) -> Booked:
        day = self._day(self._text(entry, "BookgDt/Dt") or self._text(entry, "BookgDt/DtTm") or self._text(entry, "ValDt/Dt"), where)
        said = self._text(entry, "RvslInd")
        if said not in YES + NO:
            raise self._refused(where, "whether it is a reversal is not said by true or false", "ask the bank for the file anew")
        is_reversal = said in YES or (detail is not None and bool(self._all(detail, "RtrInf")))
        own = detail is not None and self._all(detail, "CdtDbtInd")
        direction = self._direction(detail if own else entry, where)
        number = (self._text(detail, "Refs/AcctSvcrRef") if detail is not None else "") or self._text(entry, "AcctSvcrRef")
        return Booked(where, self._references(entry, detail), amount, currency, day, direction, number, is_reversal)

    def _references(self, entry: Any, detail: Any) -> tuple[str, ...]:
        """What may be our reference: the end-to-end id first, then structured remittance, then each word of what is written."""
        if detail is None:
            named, written = [], self._texts(entry, "AddtlNtryInf")
        else:
            named = [text for path in ("Refs/EndToEndId", "RmtInf/Strd/CdtrRefInf/Ref") for text in self._texts(detail, path)]
            written = [*self._texts(detail, "RmtInf/Ustrd"), *self._texts(detail, "AddtlTxInf")]
        words = [word for text in written for word in (text, *text.split()[:MOST_WORDS])]
        return tuple(dict.fromkeys(text for text in (*named, *words) if text and text != NO_REFERENCE))

    def _through(self, element: Any, booked: list[Booked]) -> dt.date:
        """The last day a statement goes to: said by its period, else by its closing balance, else by its last booking."""
        for text in (self._text(element, "FrToDt/ToDtTm"), self._text(element, "FrToDt/ToDt")):
            if text:
                return self._day(text, "the period")
        closing = [self._text(item, "Dt/Dt") for item in self._all(element, "Bal") if self._text(item, "Tp/CdOrPrtry/Cd") == "CLBD"]
        days = [self._day(text, "the closing balance") for text in closing if text] or [item.day for item in booked]
        if not days:
            raise self._refused("", "it does not say which days it is of", "ask the bank for a statement with its period")
        return max(days)

    def _money(self, element: Any, where: str) -> Decimal:
        return self._exact(self._text(element, "Amt"), where)

    def _exact(self, text: str, where: str) -> Decimal:
        if _AMOUNT.fullmatch(text):
            return checked_amount(Decimal(text), f"{self.name}, {where}")
        raise self._refused(where, "an amount cannot be read", "ask the bank for the file anew")

    def _currency(self, element: Any, where: str) -> str:
        return self._code(next(iter(self._all(element, "Amt"))), where)

    def _code(self, amount: Any, where: str) -> str:
        code = str(amount.get("Ccy", ""))
        if re.fullmatch(r"[A-Z]{3}", code, re.ASCII) is None:
            raise self._refused(where, "an amount has no currency", "ask the bank for the file anew")
        return code

    def _direction(self, element: Any, where: str) -> Direction:
        found = DIRECTIONS.get(self._text(element, "CdtDbtInd"))
        if found is None:
            raise self._refused(where, "it does not say whether money left the account or came to it", "ask the bank for the file anew")
        return found

    def _day(self, text: str, where: str) -> dt.date:
        try:
            if _DATE.match(text):
                return dt.date.fromisoformat(text[:10])
        except ValueError:
            pass
        raise self._refused(where, "its date cannot be read", "ask the bank for the file anew")

    def _all(self, element: Any, path: str) -> list[Any]:
        return list(element.findall(path, self.parser.namespaces))

    def _text_of(self, item: Any) -> str:
        """The whole text of an element. One with anything inside, a comment too, would be read in part only."""
        if len(item):
            raise self._refused("", f"an element {item.tag.rpartition('}')[2]} holds more than text", "do not trust it; ask the bank for it anew")
        return (item.text or "").strip()

    def _texts(self, element: Any, path: str) -> list[str]:
        return [self._text_of(item) for item in self._all(element, path)]

    def _text(self, element: Any, path: str) -> str:
        return next(iter(self._texts(element, path)), "")

    def _refused(self, place: str, what: str, next_step: str) -> BankFileError:
        return BankFileError(what, where=f"{self.name}, {place}" if place else self.name, next_step=next_step)
