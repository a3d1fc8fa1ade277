"""The file of an estimate: figures, words, counts by role and hashes, and a place for nothing else, so that nobody is in it.

It is JSON. Its seal is the SHA-256 of everything else in it, in canonical form, with the evaluator's public key and their signature of that hash:
the same seal that a person's act in the ledger has.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from pipelines.canonical import canonical, digest
from pipelines.contracts.payment import Pin
from pipelines.contracts.strict import Name, Strict
from pipelines.deliveries.cpr import text_has_cpr
from pipelines.errors import EstimateRefusedError

FORMAT = "udbytte.estimate/1"
LARGEST = 256 * 1024
"""Bytes a file may have: it holds words and figures, and no data."""
MOST, MOST_PEOPLE = 50, 10_000_000
WRITE_ANEW = "mend it and sign it anew with `udbytte estimate sign`"


def _nobody(text: str) -> str:
    if text_has_cpr(text):
        raise ValueError("it looks like it has a CPR number in it; say it without naming a person")
    if not text.isprintable():
        raise ValueError("it has characters that cannot be printed")
    return text


def _written(value: Any) -> Any:
    """A number as it was written; whole ones come as such."""
    return str(value) if type(value) is int else value


Said = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True), AfterValidator(_nobody)]
Figure = Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?$"), BeforeValidator(_written)]
Level = Annotated[str, StringConstraints(pattern=r"^0\.[0-9]{1,6}$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
People = Annotated[int, Field(ge=0, le=MOST_PEOPLE)]


class Stated(Strict):
    """The method that the figures were made by. `name` is one of ours by its pin, or another's own name; `words` say what was done, and `reference`
    where it is described."""

    name: Pin | Name
    words: Said
    reference: Said


class Ends(Strict):
    """An interval at a `level`, from `low` to `high`."""

    level: Level
    low: Figure
    high: Figure


class Estimated(Strict):
    """One quantity: its `value` in a `unit`, its standard error (`std_error`), and its `intervals` by name."""

    unit: Said
    value: Figure
    std_error: Figure
    intervals: Annotated[dict[Name, Ends], Field(min_length=1, max_length=MOST)]


class Counted(Strict):
    """How many people a role has (`n`), and of how many of them something was known (`n_counted`)."""

    n: People
    n_counted: People


class Remark(Strict):
    """Something that was assumed or seen, by `name` and in `words`."""

    name: Name
    words: Said


class Source(Strict):
    """What the figures were made of: `data` or `code`, what it is called in `words`, and its `sha256`."""

    what: Literal["data", "code"]
    words: Said
    sha256: Hash


class Seal(Strict):
    """Whose estimate it is: the hash of everything else in the file, a public key, and the signature of the hash by it."""

    sha256: Hash
    public_key: Hash
    signature: Signature


class EstimateFile(Strict):
    """An evaluator's estimate of one outcome of a contract, in the `version` it was made for. `cohorts` are those of the outcome, and
    `claim_period` is the one it is for, empty for an outcome with one result for its whole cohort. `by` is the party that gives it. `people` are the people of each role;
    `made_from` the data or the code that the figures can be made again of; `made_on` the day they were made."""

    format: Literal["udbytte.estimate/1"]
    contract: Name
    version: Annotated[int, Field(ge=1, le=MOST_PEOPLE)]
    outcome: Name
    cohorts: Annotated[list[Name], Field(min_length=1, max_length=MOST)]
    claim_period: Annotated[str, StringConstraints(pattern=r"^([0-9A-Za-z][0-9A-Za-z_-]*)?$", max_length=40)]
    by: Name
    method: Stated
    quantities: Annotated[dict[Name, Estimated], Field(min_length=1, max_length=MOST)]
    people: Annotated[dict[Literal["treatment", "comparison"], Counted], Field(min_length=1)]
    assumptions: Annotated[list[Remark], Field(min_length=1, max_length=MOST)]
    diagnostics: Annotated[list[Remark], Field(max_length=MOST)]
    made_from: Annotated[list[Source], Field(min_length=1, max_length=MOST)]
    made_on: Day
    seal: Seal | None = None

    @model_validator(mode="after")
    def _day_exists(self) -> EstimateFile:
        dt.date.fromisoformat(self.made_on)
        return self

    def content(self) -> dict[str, Any]:
        """Everything but the seal, as plain data: what is signed."""
        return self.model_dump(mode="json", exclude={"seal"})

    def sha256(self) -> str:
        """The hash of what is signed."""
        return digest(self.content())

    def sealed(self, seal: dict[str, str]) -> bytes:
        """The bytes of the file with a seal, as they are kept."""
        return canonical({**self.content(), "seal": seal}) + b"\n"

    @property
    def subject(self) -> str:
        """What it is an estimate of, as the ledger names it."""
        return "/".join(part for part in (self.contract, self.outcome, self.claim_period) if part)

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.made_on)


def read(raw: bytes, name: str) -> EstimateFile:
    """The estimate that these bytes are, signed or not; `name` is said where they are refused. Raises EstimateRefusedError, by place and without
    any value."""
    if len(raw) > LARGEST:
        raise EstimateRefusedError(f"it is larger than {LARGEST} bytes", where=name, next_step="leave out what is no figure, count or sentence: no data belong in it")
    try:
        data = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_float=str, parse_constant=_no_number)
        return EstimateFile.model_validate(data)
    except ValidationError as error:
        raise EstimateRefusedError(_first(error), where=name, next_step=WRITE_ANEW) from None
    except (ValueError, RecursionError):
        raise EstimateRefusedError("it is not JSON with each key once", where=name, next_step=WRITE_ANEW) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_number(_: str) -> NoReturn:
    raise ValueError("it is not a number")


def _first(error: ValidationError) -> str:
    """The first thing that does not fit, and where; keys that have no place in the file are not repeated."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    problem = problems[0]
    place = problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"]
    where = ".".join(str(part) for part in place if str(part) in KEYS or isinstance(part, int))
    said = {"extra_forbidden": "it has a key that an estimate has no place for", "missing": "it is missing"}.get(problem["type"])
    words = said or str(problem["msg"]).removeprefix("Value error, ")
    return f"{where or 'the file'}: {words[:1].lower()}{words[1:]}" + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")


KEYS = frozenset(name for model in (EstimateFile, Stated, Ends, Estimated, Counted, Remark, Source, Seal) for name in model.model_fields) | {"treatment", "comparison"}


def places(figure: str) -> int:
    """How many decimals a figure is written with."""
    return -int(Decimal(figure).as_tuple().exponent)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    made = EstimateFile.model_json_schema()
    return {
        "title": "An evaluator's estimate",
        "description": " ".join((EstimateFile.__doc__ or "").split()),
        **{key: made[key] for key in made if key not in ("title", "description")},
    }
