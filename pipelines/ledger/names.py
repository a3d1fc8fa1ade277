"""When two names are one person's."""

from __future__ import annotations

import unicodedata


def same_name(name: str) -> str:
    """A name as it is compared: blanks, forms of a letter and capitals make no other person. Letters of another script that only look alike do."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()
