"""One browser for every file of pages a worker looks at: imported by each file it would be opened once for each, and two at once are refused."""

from __future__ import annotations

from reports.browser import browser

__all__ = ["browser"]
