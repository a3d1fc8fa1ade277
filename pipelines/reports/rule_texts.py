"""What there is to say of each rule of the gate profiles, gathered from where it is written: what and why from the profiles, how it is counted
from the first comment of `sql/expectations/<rule>.sql`. Docs and the validation report say it from here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from pipelines.contracts.profile import Profile, ProfileRule
from pipelines.settings import sql_folder, sql_text

HEADER = re.compile(r"(?P<row>One row .+?)\. (?P<part>Part.+) Threshold: (?P<threshold>.+)", re.DOTALL)


@dataclass(frozen=True)
class Counted:
    """How a rule is counted: what it gives a row for, what is counted of what, and what the threshold means. Sentences."""

    row: str
    part: str
    threshold: str


@dataclass(frozen=True)
class RuleText:
    """A rule, and each profile that has it, by pin."""

    rule: str
    counted: Counted
    profiles: dict[str, ProfileRule]

    def said(self, name: str) -> list[str]:
        """What the profiles say under one key, each wording once."""
        return list(dict.fromkeys(str(getattr(rule, name)) for rule in self.profiles.values()))


def counted(rule: str) -> Counted:
    """The first comment of the rule's SQL. Raises ValueError for one that does not say what a row is, what is counted and the threshold."""
    lines = takewhile(lambda line: line.startswith("--"), sql_text(f"expectations/{rule}.sql").splitlines())
    found = HEADER.fullmatch(" ".join(line.removeprefix("--").strip() for line in lines))
    if found is None:
        raise ValueError(f"sql/expectations/{rule}.sql: its first comment has to say 'One row ... . Part: ... Threshold: ...'")
    return Counted(f"{found['row']}.", found["part"].strip(), _capital(found["threshold"]))


def rule_texts(profiles: Iterable[Profile]) -> dict[str, RuleText]:
    """Every rule that has SQL, by name, with the profiles that have it."""
    having = {profile.pin: {rule.rule: rule for rule in profile.rules} for profile in sorted(profiles, key=lambda profile: (profile.profile, profile.version))}
    names = sorted(path.stem for path in (sql_folder() / "expectations").glob("*.sql"))
    return {name: RuleText(name, counted(name), {pin: rules[name] for pin, rules in having.items() if name in rules}) for name in names}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
