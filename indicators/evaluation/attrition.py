"""Whether two groups lost people alike: a difference in who is lost can look like an effect."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from indicators.evaluation.method import rounded

Lost = tuple[int, int]
"""How many of a group are not counted, of how many that could have been."""
ALIKE = "the groups lost people alike, as far as so many can say"
MORE, FEWER = "the treatment group lost more than the comparison group", "the treatment group lost fewer than the comparison group"


def attrition_by_arm(treatment: Lost, comparison: Lost, *, level: Decimal, decimals: int) -> tuple[tuple[str, str], ...]:
    """The share of the treatment group that is lost less that of the comparison group, with Newcombe's interval (1998, hybrid score), and what that
    says in words, as diagnostics. Nothing where a group has nobody."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not treatment[1] or not comparison[1]:
        return ()
    difference = Fraction(*treatment) - Fraction(*comparison)
    low, high = (rounded(end, decimals) for end in confint_proportions_2indep(*treatment, *comparison, method="newcomb", compare="diff", alpha=float(1 - level)))
    said = MORE if low > 0 else FEWER if high < 0 else ALIKE
    named = (("attrition_difference", rounded(difference, decimals)), ("attrition_difference_low", low), ("attrition_difference_high", high))
    return (*((name, str(value)) for name, value in named), ("attrition_by_arm", said))
