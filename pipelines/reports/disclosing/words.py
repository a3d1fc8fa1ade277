"""Words of the open tier that would say counts before they may be told."""

from __future__ import annotations

import re

TONIGHT = "tonight's data say otherwise"
A_COUNT = re.compile(r"(?:fewer than |all but |more than )?\d[\d,]* of \d[\d,]*(?: are missing)?")
A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SUPPRESSED_COUNT = "a suppressed count"


def without_counts(words: str) -> str:
    """The words of a hold with every `so many of so many` left out."""
    return A_COUNT.sub(SUPPRESSED_COUNT, words)


def tells_no_number(words: str) -> bool:
    """Whether words name dates at most, as those about coverage do."""
    return not re.search(r"\d", A_DATE.sub("", words)) and "fewer than" not in words and "all but" not in words
