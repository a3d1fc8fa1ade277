"""What a night has to tell at once: held and overridden triggers, rules that are red, and that it stopped. Each is told once a change.

It goes to the log always, and by e-mail and to a webhook where the environment names them. What was told is kept in the home, by channel:
a restart repeats nothing, and what could not be delivered is tried again. Alerts leave the house, so they name contracts, triggers and
rules and carry no number, reason or value; those stand in the reports.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from pipelines.canonical import canonical
from pipelines.files import write_atomically
from pipelines.quality.checks import HOLDING
from pipelines.settings import Home

FORMAT = "udbytte.alerts/1"
SECONDS = 10.0
"""How long a mail server or a webhook may take."""
log = logging.getLogger("udbytte.alerts")


@dataclass(frozen=True)
class Alert:
    """One thing to tell: what it is about, which stays the same while it lasts, and what is to be said of it, which changes when it does."""

    about: str
    says: str

    def sentence(self) -> str:
        return f"{self.about}: {self.says}"


@dataclass(frozen=True)
class News:
    """What one channel has not been told yet: what is new or changed, and what is over."""

    as_of: str
    new: tuple[Alert, ...]
    over: tuple[str, ...]

    def lines(self) -> list[str]:
        return [*(alert.sentence() for alert in self.new), *(f"{about}: over" for about in self.over)]

    def title(self) -> str:
        return f"Udbytte, as of {self.as_of}: {len(self.new)} to look at, {len(self.over)} over"


@dataclass(frozen=True)
class Channels:
    """Where alerts go besides the log. What may hold a secret is never part of what is printed of it."""

    smtp: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    recipients: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)

    @classmethod
    def here(cls) -> Channels:
        """The channels that the environment of this process names."""
        given = {name: os.environ.get(f"UDBYTTE_ALERT_{name}", "") for name in ("SMTP", "SMTP_USER", "SMTP_PASSWORD", "FROM", "TO", "WEBHOOK")}
        recipients = tuple(name.strip() for name in given["TO"].split(",") if name.strip())
        return cls(given["SMTP"], given["SMTP_USER"], given["SMTP_PASSWORD"], given["FROM"], recipients, given["WEBHOOK"])

    def ways(self) -> dict[str, Callable[[News], None]]:
        """How to deliver, by the name of the channel; the log first."""
        mail = {"mail": self._mail} if self.smtp and self.recipients else {}
        webhook = {"webhook": self._post} if self.webhook else {}
        return {"log": _write_to_log, **mail, **webhook}

    def _mail(self, news: News) -> None:
        """Send a message. `smtps://` speaks TLS from the start; `smtp://` turns to it where the server offers it, and before any password."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = news.title(), self.sender or self.recipients[0], ", ".join(self.recipients)
        message.set_content("\n".join(news.lines()) + "\n")
        at = urlsplit(self.smtp)
        if at.scheme not in ("smtp", "smtps") or not at.hostname:
            raise ValueError("UDBYTTE_ALERT_SMTP is not smtp://host:port or smtps://host:port")
        context = ssl.create_default_context()
        over_tls = at.scheme == "smtps"
        opened = smtplib.SMTP_SSL(at.hostname, at.port or 465, timeout=SECONDS, context=context) if over_tls else smtplib.SMTP(at.hostname, at.port or 25, timeout=SECONDS)
        with opened as server:
            server.ehlo()
            if not over_tls and (self.user or server.has_extn("starttls")):
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)

    def _post(self, news: News) -> None:
        """POST the news as JSON; `text` is what chat services show."""
        if urlsplit(self.webhook).scheme not in ("http", "https"):
            raise ValueError("UDBYTTE_ALERT_WEBHOOK is not an address of http or https")
        said = {"format": FORMAT, "as_of": news.as_of, "text": "\n".join([news.title(), *news.lines()]), "new": [vars(alert) for alert in news.new], "over": news.over}
        request = urllib.request.Request(self.webhook, data=canonical(said), headers={"Content-Type": "application/json"}, method="POST")  # noqa: S310  checked above
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            pass


def _write_to_log(news: News) -> None:
    for line in news.lines():
        log.warning("%s", line)


def alerts_of(board: Mapping[str, Any], checks: Iterable[Mapping[str, Any]]) -> list[Alert]:
    """What a night has to tell, from its saved board and from what its rules said (rows of `quality.history`): each held or overridden
    trigger, each subject with red rules, and steps that stopped. Pure."""
    made = [Alert(_claim(row), "overridden") for row in board["rows"] if row.get("is_overridden")]
    made += [Alert(_claim(row), "held") for row in board["rows"] if row["state"] == "held" and not row.get("is_overridden")]
    red: dict[str, list[str]] = {}
    for check in checks:
        if check["is_due"] and check["verdict"] in HOLDING:
            red.setdefault(check["subject"], []).append(f"{check['rule']} {check['verdict'].replace('_', ' ')}")
    made += [Alert(subject, ", ".join(rules)) for subject, rules in red.items()]
    return made + ([Alert("night", "a step stopped; the board says where")] if board["problems"] else [])


def _claim(row: Mapping[str, Any]) -> str:
    return f"{row['contract']}/{row['trigger']} {row['claim_period']} ({row['kind'].replace('_', ' ')})"


def tell(home: Home, channels: Channels, as_of: str, active: list[Alert]) -> list[str]:
    """Tell each channel what it has not been told, and return the names of those that could not be reached. Never raises for a channel."""
    told, failed = _told(home), []
    for name, deliver in channels.ways().items():
        before = told.get(name, {})
        now = {alert.about: alert.says for alert in active}
        news = News(as_of, tuple(alert for alert in active if before.get(alert.about) != alert.says), tuple(sorted(set(before) - set(now))))
        if not news.lines():
            continue
        try:
            deliver(news)
        except Exception as error:
            failed.append(name)
            log.error("alerts by %s could not be delivered (%s); the next tick tries again", name, _kind(error))  # noqa: TRY400  its trace can hold a secret
            continue
        told[name] = now
        write_atomically(home.alerts, canonical({"format": FORMAT, "told": told}) + b"\n", mode=0o640)
    return failed


def _kind(error: Exception) -> str:
    """The type of an error with the code a server gave: a message can hold an address, a name or a password."""
    code = getattr(error, "smtp_code", None) or getattr(error, "code", None)
    close = getattr(error, "close", None)
    if close is not None:
        close()
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _told(home: Home) -> dict[str, dict[str, str]]:
    """What each channel was told and is not over; nothing when the file is damaged: telling twice is better than never."""
    try:
        found = json.loads(home.alerts.read_bytes())["told"]
        return {str(channel): dict(said) for channel, said in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
