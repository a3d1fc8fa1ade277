"""What an estimate must rest on before it is put together with others by its standard error, whatever intervals its own method is asked for."""

from __future__ import annotations

from indicators.evaluation.evidence import ROLES, Evidence, is_yes_or_no
from indicators.evaluation.exact import FEWEST_EXPECTED, smallest_expected
from indicators.evaluation.method import CLUSTER, COMPARISON, SETS, Method

FEWEST = 15
"""People in a group of a part, or clusters where those were drawn. The rule is our own: standard errors of fewer are too uncertain to weigh by, or to reach from
by the normal distribution. Four cohorts of 15 and 15 pooled hold the true difference 93 times in a hundred, of 10 and 10 92 times, of 3 and 3 79 times."""


def refuse_few(method: Method, evidence: Evidence) -> None:
    """Raises ValueError, in words, where what `method` looks at is too little for its standard error to be relied on: fewer than FEWEST people in a group (of
    those in matched sets where there are any, or clusters), or for one yes or no a person fewer than five expected in one of the four groups."""
    roles = ROLES if COMPARISON in method.needs else ROLES[:1]
    for role in roles:
        n = _counted(method, evidence, role)
        if n < FEWEST and CLUSTER in method.needs:
            raise ValueError(f"the {role} group has {n} clusters, and {FEWEST} are needed for an estimate to be put together with others")
        if n < FEWEST:
            raise ValueError(f"the {role} group has {n} people, and {FEWEST} are needed for an estimate to be put together with others")
    if len(roles) > 1:
        _refuse_few_expected(evidence)


def _counted(method: Method, evidence: Evidence, role: str) -> int:
    """How many of a group an estimate rests on."""
    if SETS in method.needs:
        return evidence.whole_sets().filter(role=role)["person"].n_unique()
    if CLUSTER in method.needs:
        return evidence.rows("cluster").filter(role=role)["cluster"].n_unique()
    return dict(zip(ROLES, (evidence.treatment, evidence.comparison), strict=True))[role].n_counted  # type: ignore[union-attr]


def _refuse_few_expected(evidence: Evidence) -> None:
    groups = evidence.both()
    if all(is_yes_or_no(role) for role in groups) and (expected := smallest_expected(*groups)) < FEWEST_EXPECTED:
        words = f"{expected:.1f} people would be expected in the smallest of the four groups with and without the event"
        raise ValueError(f"{words}, and {FEWEST_EXPECTED} are needed for an estimate to be put together with others (Cochran 1954)")
