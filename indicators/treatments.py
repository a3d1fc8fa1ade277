"""How a contract places the codes of a register: five treatments of weekly codes, and code sets that count or do not.

A contract names codes or whole groups of a dated code list; here they become rows with the days on which each code may stand.
"""

from __future__ import annotations

from collections import Counter

import polars as pl
from pydantic import BaseModel, ConfigDict

from indicators.windows import DAYS_A_WEEK, monday_of

TREATMENTS = ("success", "failure", "neutral", "pause", "stop")
EVER = (-(1 << 18), 1 << 18)
"""Day numbers before and after every day that is counted: the limits of a code that names none."""
CODE_ROWS = pl.Schema({"code": pl.String, "group": pl.String, "start_day": pl.Int32, "end_day": pl.Int32})
"""One row a code and period of validity, half-open in day numbers. What `codes` is wherever an indicator takes it."""
Placed = list[str | int]


class Placing(BaseModel):
    """Base of what places the codes of one list: frozen, no unknown keys. Every field but `codes` is a place."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    codes: str

    def placed(self) -> dict[str, Placed]:
        """What is named, codes or groups, by the place it is given."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "codes"}

    def findings(self, known: list[tuple[str, str]]) -> list[str]:
        """What is wrong with the placing of `known` (code, group) pairs, in words: each code belongs in exactly one place."""
        named = Counter(str(item) for items in self.placed().values() for item in items)
        codes, groups = {code for code, _ in known}, {group for _, group in known if group}
        said = [f"'{name}' is neither a code nor a group of the code list {self.codes}" for name in sorted(set(named) - codes - groups)]
        said += [f"'{name}' is placed twice; a code has one treatment" for name, count in sorted(named.items()) if count > 1]
        pairs = sorted(set(known))
        said += [f"the code {code} is placed, and its group {group} as well; name one of them" for code, group in pairs if code != group and code in named and group in named]
        return said + self._nowhere(pairs, set(named))

    def _nowhere(self, known: list[tuple[str, str]], named: set[str]) -> list[str]:
        """One sentence about all codes without a place, however many: by group where nothing of the group has one, since it can be placed whole."""
        left = [(code, group) for code, group in known if code not in named and group not in named]
        count, parted = len({code for code, _ in left}), {group for code, group in known if code in named}
        if count <= 1:
            return [f"the code {code} of the code list {self.codes} is placed nowhere; every code has a treatment" for code, _ in left[:1]]
        names = Counter(group if group and group not in parted else code for code, group in left)
        shown = ", ".join(f"{name} ({many} codes)" if many > 1 else name for name, many in sorted(names.items()))
        return [f"{count} codes of the code list {self.codes} are placed nowhere; every code has a treatment: {shown}"]

    def rows(self, codes: pl.DataFrame) -> pl.DataFrame:
        """CODE_ROWS and `placed`: where the contract puts each code, by its own name or its group's."""
        where = pl.DataFrame([(str(item), name) for name, items in self.placed().items() for item in items], schema={"named": pl.String, "placed": pl.String}, orient="row")
        own = codes.join(where, left_on="code", right_on="named", how="left")
        by_group = own.join(where, left_on="group", right_on="named", how="left", suffix="_by_group")
        return by_group.with_columns(placed=pl.coalesce("placed", "placed_by_group")).drop("placed_by_group", "group").drop_nulls("placed")

    def weekly(self, codes: pl.DataFrame) -> pl.DataFrame:
        """code (Int16), placed, start_day, end_day: a code may stand in every ISO week of which at least one day is inside its validity. A
        week in which two periods of one code meet belongs to the earlier, so that no week counts twice."""
        start, end = monday_of(pl.col("start_day")), monday_of(pl.col("end_day") - 1) + DAYS_A_WEEK
        whole = self.rows(codes).select(pl.col("code").cast(pl.Int16), "placed", start_day=start.cast(pl.Int32), end_day=end.cast(pl.Int32)).sort("code", "start_day")
        earlier = pl.col("end_day").cum_max().shift().over("code")
        return whole.with_columns(start_day=pl.max_horizontal("start_day", earlier)).filter(pl.col("start_day") < pl.col("end_day"))


class Treatments(Placing):
    """Where each weekly code belongs: `success` and `failure` are at risk, `neutral` leaves the denominator, `pause` extends the window,
    `stop` ends it."""

    success: Placed
    failure: Placed
    neutral: Placed = []
    pause: Placed = []
    stop: Placed = []


class CodeSet(Placing):
    """Which codes of a list count and which do not."""

    counts: Placed
    does_not_count: Placed = []


CODE_COLUMNS = ("code", "type", "education")
"""The columns in which staged spells have their code, one of them in each table whose spells have any."""


def coded(spells: pl.LazyFrame) -> pl.LazyFrame:
    """person_id, start_day, end_day and `code` (String) of staged spells. Raises ValueError for a table whose spells have no code."""
    held = spells.collect_schema().names()
    named = next((name for name in CODE_COLUMNS if name in held), None)
    if named is None:
        raise ValueError(f"the spells have no code: none of {', '.join(CODE_COLUMNS)} is among their columns; read a register whose spells have one")
    return spells.select("person_id", "start_day", "end_day", code=pl.col(named).cast(pl.String))


def placed_spells(spells: pl.LazyFrame, kinds: Placing, codes: pl.DataFrame) -> pl.LazyFrame:
    """person_id, start_day, end_day, code and `placed` of the coded spells whose code is placed, cut to the days on which that code is
    valid. A spell of a code that is placed nowhere, or not valid on any of its days, is in no row."""
    dated = kinds.rows(codes).lazy().rename({"start_day": "valid_start", "end_day": "valid_end"})
    cut = coded(spells).join(dated, on="code").with_columns(start_day=pl.max_horizontal("start_day", "valid_start"), end_day=pl.min_horizontal("end_day", "valid_end"))
    return cut.filter(pl.col("start_day") < pl.col("end_day")).select("person_id", "start_day", "end_day", "code", "placed")


def placed_on_days(days: pl.LazyFrame, kinds: CodeSet, codes: pl.DataFrame) -> pl.LazyFrame:
    """`days` (person_id, day, code and whatever else, no row twice) with `placed`: where the set puts the code on that day, null where nowhere.
    Of a code without its day any place will do, one that counts first."""
    dated = kinds.rows(codes).lazy().rename({"start_day": "valid_start", "end_day": "valid_end"})
    is_valid = pl.col("day").is_null() | pl.col("day").is_between("valid_start", "valid_end", closed="left")
    places = days.join(dated, on="code", how="left").with_columns(placed=pl.when(is_valid).then("placed"))
    return places.group_by(days.collect_schema().names()).agg(pl.col("placed").min())


def with_days_unplaced(spells: pl.LazyFrame, windows: pl.LazyFrame, kinds: Placing, codes: pl.DataFrame) -> pl.LazyFrame:
    """person_id of everyone with a coded spell inside their window (person_id, window_start, window_end) on a day on which nothing
    places its code: what such a day is worth nobody has said."""
    dated = kinds.rows(codes).lazy().rename({"start_day": "valid_start", "end_day": "valid_end"})
    start, end = pl.max_horizontal("start_day", "window_start"), pl.min_horizontal("end_day", "window_end")
    inside = (
        coded(spells).join(windows.select("person_id", "window_start", "window_end"), on="person_id").select("person_id", "code", a=start, b=end).filter(pl.col("a") < pl.col("b"))
    )
    placed = pl.when(pl.col("valid_start").is_not_null()).then(pl.min_horizontal("b", "valid_end") - pl.max_horizontal("a", "valid_start")).otherwise(0).clip(lower_bound=0)
    days = inside.unique().join(dated, on="code", how="left").group_by("person_id", "code", "a", "b").agg(placed=placed.sum())
    return days.filter(pl.col("placed") < pl.col("b") - pl.col("a")).select("person_id").unique()
