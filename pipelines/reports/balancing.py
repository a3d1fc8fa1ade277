"""How alike the groups of a comparison are: the balance of each covariate before and after matching as a table and a love plot, and how the groups
overlap. Pure functions of the rows of the tables `balance` and `overlap`.

A count of few people is suppressed, as a state and not as a nought, and so is a mean that would give one away.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from indicators.disclosure import is_small
from pipelines.reports.blocks import NOTHING, Block, Cell, Heading, Key, Paragraph, Plot, Table, columns, joined, name, number, strong, text
from pipelines.reports.phrases import Language
from pipelines.reports.web.marks import Bin, Guide, Mark, Row, Shape, halves, rows

Data = dict[str, Any]
ENOUGH = Fraction(1, 10)
"""A standardised mean difference up to which groups are held to be alike: Austin (2009), Statistics in Medicine 28."""
SHOWN = 2
COUNTS = ("n_treatment", "n_before", "n_after")
MEANS = {"mean_treatment": "n_treatment", "mean_treatment_after": "n_treatment_after", "mean_before": "n_before", "mean_after": "n_after"}
"""The means of a row of `balance`, each with the count of the people it is of."""
LOOKS: tuple[tuple[str, Shape, str], ...] = (("smd_before", "ring", "quiet"), ("smd_after", "dot", "due"))
"""The shape and colour of differences before and after."""
SUPPRESSED: Cell = text("suppressed")
LONG_NAME = 3
"""Decimals of a mean."""


def blocks(cohort: str, balance: Sequence[Data], overlap: Sequence[Data], smallest: int, limit: Fraction | None = None) -> list[Block]:
    """What is known of one cohort; that nothing is, where it is not. `limit` is the greatest difference after matching that the contract allows."""
    head = Heading(2, text("balance_of", cohort=name(cohort)))
    if not balance and not overlap:
        return [head, Paragraph(text("balance_unknown"))]
    return [head, *(_balance(balance, smallest, limit) if balance else []), *(_overlap(overlap, smallest) if overlap else [])]


def _balance(found: Sequence[Data], smallest: int, limit: Fraction | None) -> list[Block]:
    over = [row for row in found if _is_over(row["smd_after"])]
    most = {when: max((abs(Fraction(str(row[f"smd_{when}"]))) for row in found if row[f"smd_{when}"] is not None), default=None) for when in ("before", "after")}
    said = text("balance_most", before=_value(most["before"], SHOWN), after=_value(most["after"], SHOWN), n=number(len(over)), of=number(len(found)))
    return [
        Heading(3, text("balance")),
        Paragraph(strong(said) if over else said),
        _love(found, smallest, limit),
        Paragraph(text("balance_note"), "quiet"),
    ]


def _is_over(difference: Any) -> bool:
    return difference is not None and abs(Fraction(str(difference))) > ENOUGH


def _love(found: Sequence[Data], smallest: int, limit: Fraction | None) -> Plot:
    """The love plot: a row a covariate, how far apart groups lie before and after, whichever way."""
    keys = [Key("○", "quiet", text("before_matching")), Key("●", "due", text("after_matching")), Key("┆", "ink", text("balance_line"))]
    keys += [] if limit is None else [Key("│", "ink", text("balance_limit", most=_value(limit, SHOWN)))]
    says = [[str(row[key]) for key in ("covariate", "smd_before", "smd_after")] for row in found] + [[str(limit)]]
    numbers = balance_table(found, smallest)
    return Plot(text("love_plot"), says, lambda lang: love_drawn(found, lang, limit), numbers, tuple(keys), is_stacked=True)


def love_drawn(found: Sequence[Data], language: Language, limit: Fraction | None = None) -> Markup:
    """The drawing: differences without their sign, hollow before and filled after, and uprights at ENOUGH and at the contract's own limit."""
    made = []
    for row in found:
        marks = tuple(Mark(abs(Fraction(str(row[key]))), shape, colour) for key, shape, colour in LOOKS if row[key] is not None)
        made.append(Row(covariate(row["covariate"])(language).striptags(), marks))
    most = max((mark.at for row in made for mark in row.marks), default=Fraction(0))
    axis = (Fraction(0), max(most * Fraction(21, 20), ENOUGH * 2, limit or ENOUGH))
    guides = [Guide(ENOUGH), *([Guide(limit, is_dashed=False)] if limit is not None else [])]
    return rows(made, guides, axis, language.bare("love_plot"), lambda value: language.rounded(value, 2), beside=True)


def balance_table(found: Sequence[Data], smallest: int) -> Table:
    """A row a covariate, with the means of the groups, their differences and ratios of variances, before and after."""
    numbers = ("mean_treatment", "mean_treatment_after", "mean_before", "mean_after", "smd_before", "smd_after", "ratio_before", "ratio_after")
    made = []
    for row in found:
        is_told = tells_nobody(row, smallest)
        means = [_value(row[key], LONG_NAME) if is_told else SUPPRESSED for key in MEANS]
        is_of_few = any(row[key] is None or is_small(int(row[key]), smallest) for key in MEANS.values())
        apart = [SUPPRESSED if is_of_few and row[f"smd_{when}"] is None else _difference(row[f"smd_{when}"]) for when in ("before", "after")]
        ratios = [_value(row[f"variance_ratio_{when}"], SHOWN) if is_told else SUPPRESSED for when in ("before", "after")]
        made.append((covariate(row["covariate"]), *means, *apart, *ratios))
    return Table(text("balance"), columns("covariate", *numbers, numbers=numbers), tuple(made))


def tells_nobody(row: Data, smallest: int) -> bool:
    """Whether the row may be told: no group in it is small, and no mean that lies between nought and one, as the share of a level does, stands for
    few people who have it, or for few who have it not."""
    if any(row[key] is None or is_small(int(row[key]), smallest) for key in MEANS.values()):
        return False
    for mean, count in MEANS.items():
        share = Fraction(str(row[mean])) if row[mean] is not None else Fraction(0)
        if 0 < share < 1 and any(0 < part * int(row[count]) < smallest for part in (share, 1 - share)):
            return False
    return True


def _difference(value: Any) -> Cell:
    """One above ENOUGH stands out."""
    return strong(_value(value, SHOWN)) if _is_over(value) else _value(value, SHOWN)


def _value(value: Any, decimals: int) -> Cell:
    if value is None:
        return NOTHING
    return lambda lang: Markup("{}").format(lang.rounded(Fraction(str(value)), decimals))


def covariate(said: str) -> Cell:
    """The name of a covariate in words; of a level (`benefit=su`) that of its covariate, and the level as it is."""
    of, mark, level = said.partition("=")
    if not mark:
        return lambda lang: lang.term("covariate", of)
    return joined([lambda lang: lang.term("covariate", of), name(level)], ": ")


def _overlap(found: Sequence[Data], smallest: int) -> list[Block]:
    keys = (Key("■", "due", text("group_treated")), Key("□", "ink", text("group_candidates")), Key("■", "bar", text("group_chosen")))
    counts = {key: told(found, key, smallest) for key in COUNTS}
    says = [[str(row["low"]), str(row["high"]), *(counts[key][place] for key in COUNTS)] for place, row in enumerate(found)]
    alone = [row for row in found if row["n_before"] == 0 and row["n_treatment"]]
    said = text("overlap_alone", n=number(len(alone)), of=number(len(found))) if alone else text("overlap_whole")
    return [
        Heading(3, text("overlap")),
        Paragraph(strong(said) if alone else said),
        Plot(text("overlap_plot"), says, lambda lang: overlap_drawn(found, smallest, lang), overlap_table(found, smallest), keys),
        Paragraph(text("overlap_note"), "quiet"),
    ]


def told(found: Sequence[Data], key: str, smallest: int) -> list[int | None]:
    """The counts of one group by bin, None where one may not be told. One hidden alone could be worked out from the whole group: the smallest of the
    others is hidden with it."""
    made = [None if row[key] is None or is_small(int(row[key]), smallest) else int(row[key]) for row in found]
    if made.count(None) == 1 and any(made):
        least = min(count for count in made if count)
        made[made.index(least)] = None
    return made


def overlap_drawn(found: Sequence[Data], smallest: int, language: Language) -> Markup:
    """Two histograms on one line, each as shares of its own group."""
    placed = sorted(zip(_drawn_ends(found), range(len(found)), strict=True))
    shares = [_shares(told([found[place] for _, place in placed], key, smallest)) for key in COUNTS]
    bins = [Bin(*ends, *(group[at] for group in shares)) for at, (ends, _) in enumerate(placed)]
    names = (language.bare("group_treated"), language.bare("group_candidates"))
    return halves(bins, names, language.bare("overlap_plot"), lambda value: language.rounded(value, 2))


def _shares(counts: Sequence[int | None]) -> list[Fraction | None]:
    whole = sum(count for count in counts if count) or 1
    return [None if count is None else Fraction(count, whole) for count in counts]


def overlap_table(found: Sequence[Data], smallest: int) -> Table:
    """A row a bin, with the people of each group."""
    counts = [told(found, key, smallest) for key in COUNTS]
    numbers = ("group_treated", "group_candidates", "group_chosen")
    made = [
        (
            _stretch(row),
            *(SUPPRESSED if group[place] is None else number(group[place]) for group in counts),
        )
        for place, row in enumerate(found)
    ]
    return Table(text("overlap"), columns("bin", *numbers, numbers=numbers), tuple(made))


def _stretch(row: Data) -> Cell:
    """From where to where; the first and the last go on, since their ends would be somebody's."""
    ends = {name: _value(row[name], SHOWN) for name in ("low", "high") if row[name] is not None}
    if not ends:
        return SUPPRESSED
    return text("bin_ends" if len(ends) > 1 else "bin_last" if "low" in ends else "bin_first", **ends)


def _drawn_ends(found: Sequence[Data]) -> list[tuple[Fraction, Fraction]]:
    """Where each stretch begins and ends in a drawing: one without an end is as long as the others, which are of equal lengths."""
    ends = [tuple(None if row[name] is None else Fraction(str(row[name])) for name in ("low", "high")) for row in found]
    wide = next((high - low for low, high in ends if low is not None and high is not None), Fraction(1))
    made = []
    for low, high in ends:
        first = low if low is not None else (high if high is not None else wide) - wide
        made.append((first, high if high is not None else first + wide))
    return made
