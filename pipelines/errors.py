"""Errors that say what, where and what to do next, and the exit code of each kind.

No message here may carry a value that was delivered: places (file, column, line) and counts only.
"""

from __future__ import annotations


class UdbytteError(Exception):
    """Base of every error a user may meet. `exit_code` is what the command line ends with."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what, self.where, self.next_step = what, where, next_step
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The whole message on one line: `where: what; next step`."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}; {self.next_step}" if self.next_step else head


class ContractError(UdbytteError):
    """A register or outcome contract that does not load."""

    exit_code = 3


class HomeBusyError(UdbytteError):
    """Another run is writing this home folder."""

    exit_code = 4


class LedgerError(UdbytteError):
    """The ledger is damaged, or an entry may not be posted."""

    exit_code = 5


class HomeError(UdbytteError):
    """The home folder is missing something the command needs."""

    exit_code = 6


class DeliveryRefusedError(UdbytteError):
    """A delivered file that was quarantined, with its reason in words."""

    exit_code = 7


class HandoverRefusedError(UdbytteError):
    """A hand-over that settling may not take."""

    exit_code = 8


class NotTakenError(UdbytteError):
    """Of what was handed in, something was refused, or a register no longer holds with it."""

    exit_code = 9


class ResultsError(UdbytteError):
    """A file of results that no quote can be made from."""

    exit_code = 10


class WouldChangeError(UdbytteError):
    """A plan by which some claim would come out otherwise: no failure, and not nothing either."""

    exit_code = 11


class NotReplayableError(UdbytteError):
    """An entry that cannot be computed again here: something it was made from is not here."""

    exit_code = 12


class BankFileError(UdbytteError):
    """A file of a bank or a finance system that cannot be read whole and without doubt."""

    exit_code = 13


class MismatchError(UdbytteError):
    """What the bank says was paid is not what the ledger says was."""

    exit_code = 14


class ReadRefusedError(UdbytteError):
    """Person rows that may not be read, or not by somebody who says neither who nor why."""

    exit_code = 15


class QueryError(UdbytteError):
    """A query of published tables that cannot be answered."""

    exit_code = 16


class EstimateRefusedError(UdbytteError):
    """A file of an evaluator's estimate that may not stand in for a computed one."""

    exit_code = 17


def without_values(error: BaseException) -> str:
    """Type and place of an error, never its message: engine messages quote the cells they fail on.

    Our own errors are written to carry no delivered value and are passed on whole.
    """
    if isinstance(error, UdbytteError):
        return error.sentence()
    trace = error.__traceback__
    place = "unknown place"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.split(".")[0] in ("pipelines", "indicators"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place} (message withheld)"
