"""The only module that reads a clock. Everything else is told its as-of day."""

import datetime as dt
import time
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def today() -> dt.date:
    """The calendar day in Copenhagen: the as-of day of a command that was given none."""
    return dt.datetime.now(COPENHAGEN).date()


def seconds() -> float:
    """Seconds on a monotonic clock, for measuring durations only; never enters a decision."""
    return time.perf_counter()


def epoch() -> float:
    """Seconds since 1970, to tell whether a file in the inbox changed just now, and when somebody read person rows; never enters a decision."""
    return time.time()
