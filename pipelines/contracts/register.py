"""The register contract: what the deliveries of one register must look like (ODCS v3.1 YAML), read strictly.

Only the part of the standard that is acted on is accepted: a key that would be silently ignored is an error instead.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipelines.contracts.expectations import ENGINE
from pipelines.contracts.options import Options
from pipelines.contracts.references import Id, OfColumn, OfTable
from pipelines.contracts.strict import CustomProperty, Name, Strict, Words

LOGICAL_TYPES = Literal["string", "integer", "number", "date"]
DIMENSIONS = Literal["accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"]
DAYS_OF = {"d": 1, "w": 7}
MONTHS_OF = {"m": 1, "y": 12}
BOUNDS = ("must_be", "must_be_greater_than", "must_be_greater_or_equal_to", "must_be_less_than", "must_be_less_or_equal_to", "must_be_between")
GIVES = {"library": "metric", "sql": "query", "custom": "implementation"}
"""What a quality rule of each type says what is counted by."""
ARGUMENTS: dict[str | None, tuple[str, ...]] = {"invalidValues": ("validValues", "pattern"), "missingValues": ("missingValues",), "duplicateValues": ("properties",)}
"""The arguments that a library metric takes."""


class Coverage(Strict):
    """How the day a delivery covers through is measured: from the earliest or the latest value of one date `column`, as the last day of the
    latest month (`yyyymm`, a whole number) of one `column`, or from repeating `columns` as the Sunday of the last week in which any code stands.

    `latest` fits a register of events; `earliest` fits a register whose every row says to which day it was looked up; `latest_month` one
    of months.
    """

    column: Name | None = None
    columns: Name | None = None
    measured: Literal["earliest", "latest", "latest_month", "last_week"]

    @model_validator(mode="after")
    def _one_way(self) -> Coverage:
        if (self.column is None) == (self.columns is None) or (self.columns is None) == (self.measured == "last_week"):
            raise ValueError("coverage is measured as {column: one, measured: earliest, latest or latest_month} or as {columns: repeating ones, measured: last_week}")
        return self

    @property
    def measured_from(self) -> str:
        """The column, or the template of the columns, that coverage is measured from."""
        return self.column or self.columns or ""


class Quality(Strict):
    """One ODCS quality rule. `name` is the rule's id; what it protects and its remedy are obligatory."""

    name: Name
    type: Literal["library", "sql", "custom"]
    description: Words
    dimension: DIMENSIONS
    severity: Literal["error", "warning"] = "error"
    metric: Literal["nullValues", "missingValues", "duplicateValues", "invalidValues", "rowCount"] | None = None
    arguments: dict[str, Any] | None = None
    query: str | None = None
    engine: Literal["greatExpectations"] | None = None
    implementation: Any = None
    unit: Literal["rows", "percent"] | None = None
    must_be: int | None = Field(None, alias="mustBe")
    must_be_greater_than: int | None = Field(None, alias="mustBeGreaterThan")
    must_be_greater_or_equal_to: int | None = Field(None, alias="mustBeGreaterOrEqualTo")
    must_be_less_than: int | None = Field(None, alias="mustBeLessThan")
    must_be_less_or_equal_to: int | None = Field(None, alias="mustBeLessOrEqualTo")
    must_be_between: list[int] | None = Field(None, alias="mustBeBetween", min_length=2, max_length=2)
    custom_properties: list[CustomProperty] = Field(alias="customProperties")

    @model_validator(mode="after")
    def _whole(self) -> Quality:
        if any((getattr(self, key) is None) == (self.type == kind) for kind, key in GIVES.items()):
            raise ValueError("a rule of type 'library' has a metric, one of type 'sql' a query and one of type 'custom' an implementation; none has another's")
        {"library": self._library, "sql": self._sql, "custom": self._custom}[self.type]()
        if not self.remedy:
            raise ValueError("customProperties needs a 'remedy': what to do when the rule fails")
        return self

    def _sql(self) -> None:
        if "${table}" not in (self.query or "") or self.must_be != 0 or len(self._bounds_given()) > 1:
            raise ValueError("a rule of type 'sql' needs a query that counts the bad rows of ${table}, and 'mustBe: 0'")
        self._no_more("engine", "arguments")

    def _custom(self) -> None:
        if self.engine is None or self._bounds_given():
            raise ValueError(f"a rule of type 'custom' needs 'engine: {ENGINE}', and its bounds stand in its implementation")
        if not isinstance(self.implementation, dict | str):
            raise ValueError("an implementation is keys with values, 'type' and 'kwargs', or a text that holds them")
        self._no_more("arguments", "unit")

    def _library(self) -> None:
        self._arguments()
        if len(self._bounds_given()) != 1:
            raise ValueError(f"a rule has exactly one bound, one of {', '.join(str(type(self).model_fields[name].alias) for name in BOUNDS)}")
        if self.metric != "rowCount" and self.must_be != 0:
            raise ValueError(f"a {self.metric} rule needs 'mustBe: 0'")
        self._no_more("engine")

    def _arguments(self) -> None:
        given, known = self.arguments or {}, ARGUMENTS.get(self.metric, ())
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise ValueError(f"unknown argument '{unknown[0]}' of {self.metric}" + (f"; known: {', '.join(known)}" if known else ", which has none"))
        if self.metric == "invalidValues" and len(given) != 1:
            raise ValueError("an invalidValues rule needs 'arguments: {validValues: [...]}' or 'arguments: {pattern: ...}'")
        if self.metric == "missingValues" and "missingValues" not in given:
            raise ValueError("a missingValues rule needs 'arguments: {missingValues: [...]}', the values that stand for none")
        for name, value in given.items():
            if not value or not isinstance(value, str if name == "pattern" else list):
                raise ValueError(f"the argument '{name}' of {self.metric} is {'a text' if name == 'pattern' else 'a list of at least one'}")

    def _bounds_given(self) -> list[str]:
        return [name for name in BOUNDS if getattr(self, name) is not None]

    def _no_more(self, *keys: str) -> None:
        """A key that nothing would act on is refused."""
        for key in keys:
            if getattr(self, key) is not None:
                raise ValueError(f"a rule of type '{self.type}' has no '{key}'")

    @property
    def remedy(self) -> str:
        return next((str(item.value) for item in self.custom_properties if item.property == "remedy"), "")

    def bounds(self) -> tuple[int | None, int | None]:
        """The least and the most that the metric may be; None is no bound."""
        if self.must_be is not None:
            return self.must_be, self.must_be
        if self.must_be_between is not None:
            return self.must_be_between[0], self.must_be_between[1]
        low = self.must_be_greater_or_equal_to if self.must_be_greater_than is None else self.must_be_greater_than + 1
        high = self.must_be_less_or_equal_to if self.must_be_less_than is None else self.must_be_less_than - 1
        return low, high


class Column(Strict):
    """One column of a delivery. Its `id` is what other contracts refer to it by."""

    id: Id | None = None
    name: Name
    logical_type: LOGICAL_TYPES = Field(alias="logicalType")
    options: Options | None = Field(None, alias="logicalTypeOptions")
    physical_type: str | None = Field(None, alias="physicalType")
    description: Words
    required: bool = False
    unique: bool = False
    primary_key: bool = Field(False, alias="primaryKey")
    primary_key_position: int | None = Field(None, alias="primaryKeyPosition")
    classification: Literal["pseudonym", "personal", "open"] = "personal"
    relationships: list[OfColumn] = Field(default_factory=list)
    quality: list[Quality] = Field(default_factory=list)
    custom_properties: list[CustomProperty] = Field(default_factory=list, alias="customProperties")

    @property
    def codelist(self) -> str | None:
        """The code list that names the values allowed here, or None."""
        return next((str(item.value) for item in self.custom_properties if item.property == "codelist"), None)

    @property
    def repeats(self) -> str | None:
        """`iso_week` or `month` when the name is a template of one column a week or a month, of which every delivery may have more; None for
        a plain column."""
        return next((str(item.value) for item in self.custom_properties if item.property == "repeats"), None)


class Table(Strict):
    id: Id | None = None
    name: Name
    logical_type: Literal["object"] = Field("object", alias="logicalType")
    physical_type: str | None = Field(None, alias="physicalType")
    physical_name: str | None = Field(None, alias="physicalName")
    description: Words
    properties: list[Column] = Field(min_length=1)
    relationships: list[OfTable] = Field(default_factory=list)
    quality: list[Quality] = Field(default_factory=list)


class Description(Strict):
    purpose: Words
    limitations: Words
    usage: Words


class ServiceLevel(Strict):
    """One line of the delivery calendar: `frequency`, how often a delivery comes, or `latency`, the days from the end of a period to the
    release that has it, with the reason for the figure."""

    property: Literal["frequency", "latency"]
    value: Annotated[int, Field(ge=1, le=3660)]
    unit: Literal["d", "w", "m", "y"]
    description: Words | None = None


@dataclass(frozen=True)
class Calendar:
    """When deliveries come: one for every `every` units (d, w, m or y) of time, at most `latency` days after the end of that time."""

    every: int
    unit: str
    latency: int

    def expected_by(self, covers_through: dt.date) -> dt.date:
        """The day by which a delivery that covers more must be here.

        Coverage is measured from data, whose last event is seldom of the last day of a month: by months and years it is read as the
        whole of its month.
        """
        if self.unit in DAYS_OF:
            return covers_through + dt.timedelta(days=self.every * DAYS_OF[self.unit] + self.latency)
        months = covers_through.year * 12 + covers_through.month - 1 + self.every * MONTHS_OF[self.unit]
        return last_of_month(months // 12, months % 12 + 1) + dt.timedelta(days=self.latency)


def last_of_month(year: int, month: int) -> dt.date:
    """The last day of a month. Raises ValueError for a month that does not exist."""
    return dt.date(year, month, 1).replace(day=calendar.monthrange(year, month)[1])


class Handling(Strict):
    """What the standard has no key for: read from `customProperties`.

    `formats` are those it may come in. `deliveries` says what a new delivery does: replace the `whole_history`; add periods (`appends`),
    each named by the column `period` or, without one, by the reference period that the delivery declares, of which the newest delivery
    that has a period counts; or correct rows (`corrections`), of which the newest with the same primary key counts. `most_rejected` is the largest
    share of rows that may fail to convert.
    """

    permitted_use: Literal["administration", "statistics"] = Field(alias="permittedUse")
    legal_basis: Words = Field(alias="legalBasis")
    formats: list[Literal["parquet", "csv", "sas7bdat", "excel"]] = Field(min_length=1)
    deliveries: Literal["whole_history", "appends", "corrections"]
    period: Name | None = None
    coverage: Coverage
    most_rejected: Annotated[Decimal, Field(ge=0, le=Decimal("0.05"))] = Field(Decimal(0), alias="mostRejected")
    reporting_lag_days: Annotated[int, Field(ge=0, le=3660)] = Field(alias="reportingLagDays")
    person_key: Name = Field(alias="personKey")
    supplier: Name

    @model_validator(mode="after")
    def _period_where_appended(self) -> Handling:
        if self.period is not None and self.deliveries != "appends":
            raise ValueError("only a register whose deliveries are 'appends' names the column that says which 'period' a row is of")
        return self


class RegisterContract(Strict):
    """One register. `handling` is what the pipeline acts on; `table` is what a delivery must look like."""

    api_version: Literal["v3.1.0"] = Field(alias="apiVersion")
    kind: Literal["DataContract"]
    id: Name
    name: Words
    version: str
    status: Literal["active", "draft", "deprecated"]
    description: Description
    tables: list[Table] = Field(alias="schema", min_length=1, max_length=1)
    sla_properties: list[ServiceLevel] = Field(default_factory=list, alias="slaProperties")
    custom_properties: list[CustomProperty] = Field(alias="customProperties")

    @property
    def handling(self) -> Handling:
        return Handling.model_validate({item.property: item.value for item in self.custom_properties})

    @property
    def calendar(self) -> Calendar:
        """When its deliveries come, from the obligatory `frequency` and `latency` of `slaProperties`."""
        agreed = {level.property: level for level in self.sla_properties}
        frequency, latency = agreed["frequency"], agreed["latency"]
        return Calendar(frequency.value, frequency.unit, latency.value)

    def expected_by(self, covers_through: dt.date) -> dt.date:
        """The day by which a delivery that covers more than `covers_through` must be here."""
        return self.calendar.expected_by(covers_through)

    @property
    def table(self) -> Table:
        return self.tables[0]

    @property
    def weekly(self) -> Column | None:
        """The column that repeats once a week and makes a register wide, or None."""
        return next((column for column in self.table.properties if column.repeats == "iso_week"), None)

    @property
    def monthly(self) -> Column | None:
        """The column that repeats once a month, beside the weekly one, or None."""
        return next((column for column in self.table.properties if column.repeats == "month"), None)

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The columns that name a row together; empty when nothing does."""
        return tuple(column.name for column in self.table.properties if column.primary_key)

    def codelists(self) -> list[str]:
        """The code lists its columns name, by name."""
        return sorted({column.codelist for column in self.table.properties if column.codelist})

    def column(self, name: str) -> Column:
        return next(column for column in self.table.properties if column.name == name)

    def rules(self) -> list[Quality]:
        """Every written quality rule, of the table first, then of its columns in order."""
        return [*self.table.quality, *(rule for column in self.table.properties for rule in column.quality)]
