"""What a method of comparison is given of a night: the sums by role, and where it looks at people one by one, a row each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl

from indicators.disclosure import is_small
from indicators.evaluation.attrition import attrition_by_arm
from indicators.evaluation.evidence import ROLES, UNITS, Evidence, of_rows
from indicators.evaluation.evidence import SETS as SET_ROWS
from indicators.evaluation.method import COMPARISON, SETS, UNIT_ROWS, methods
from indicators.evaluation.placebo import placebo_of
from indicators.result import Estimate, Placebo, RoleCount
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.comparing import several
from pipelines.contracts.comparison import Comparison
from pipelines.contracts.matched import Matched
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.measuring import enrolled_members
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.suites import outcome_subject
from pipelines.warehouse.writer import Warehouse

Diagnostics = tuple[tuple[str, str], ...]


def estimated(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str, roles: dict[str, RoleCount]) -> Estimate:
    """What the contract's method says of an outcome whose unit rows stand under `subject`, and of its placebos. Raises ValueError, in words, where it
    gives no estimate."""
    compare = outcome.compare
    assert compare is not None
    given = evidence(warehouse, contract, outcome, subject, roles)
    made = _by_method(compare, given)
    asked = compare.placebos.outcomes if compare.placebos else []
    told = (*made.diagnostics, *_attrition(compare, given, roles), *_contaminated(warehouse, contract, outcome, subject), *_several(contract))
    return replace(made, diagnostics=told, placebos=tuple(_placebo(warehouse, contract, outcome, subject, name) for name in asked))


def _attrition(compare: Comparison, given: Evidence, roles: dict[str, RoleCount]) -> Diagnostics:
    """Whether both groups lost people alike, of those who could have been counted; nothing where there is one group alone."""
    groups = dict(zip(ROLES, (given.treatment, given.comparison), strict=True))
    could = {role: sum(people for status, _, people in count.reasons if status != "ineligible") for role, count in roles.items()}
    lost = [(could[role] - group.n_counted, could[role]) for role, group in groups.items() if group is not None and could.get(role)]
    return attrition_by_arm(*lost, level=compare.level, decimals=compare.decimals) if len(lost) == len(ROLES) else ()


def _contaminated(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str) -> Diagnostics:
    """How many of the comparison people who count came into the programme afterwards, in all and by each cohort of the contract; nothing where nobody is
    compared. They stay counted. Few people are said to be few: estimates are published, and by cohort only where no number tells of few."""
    if not all(contract.cohort(name).is_compared for name in outcome.cohorts):
        return ()
    smallest = contract.disclosure.smallest_count
    counted = warehouse.rows("outcomes.indicator_values", subject).filter((pl.col("status") == "counted") & (pl.col("role") == ROLES[1]))
    notes = [warehouse.rows("quality.contaminated", f"cohort:{contract.contract}/{name}").select("person_id", "came_by") for name in outcome.cohorts]
    came = pl.concat(notes).unique().join(counted.select("person_id").unique(), on="person_id", how="semi")
    by_cohort = dict(came.group_by("came_by").len().sort("came_by").iter_rows())
    total, everybody = came["person_id"].n_unique(), counted["person_id"].n_unique()
    tells = any(is_small(number, smallest) for number in (total, everybody - total, *by_cohort.values(), *(total - people for people in by_cohort.values())))
    said = f"fewer than {smallest}" if is_small(total, smallest) else f"all but fewer than {smallest}" if is_small(everybody - total, smallest) else str(total)
    apart = () if tells else tuple((f"came_by_{name}", str(people)) for name, people in by_cohort.items())
    return (("comparison_in_programme_afterwards", said), *apart)


def _several(contract: OutcomeContract) -> Diagnostics:
    """What comparing more than once comes to, where that is done."""
    found = several(contract, vocabulary())
    if found.estimates < 2:  # noqa: PLR2004  one is one
        return ()
    counts = (("outcomes_compared", str(found.compared)), ("outcomes_paid_by_estimate", str(found.paid)), ("estimates_paid_by", str(found.estimates)))
    return counts if found.chance is None else (*counts, ("chance_that_one_pays_for_nothing", f"{100 * found.chance:.1f} %"))


def _by_method(compare: Comparison, given: Evidence) -> Estimate:
    method = methods()[compare.method]
    terms = arguments(method.parameters, compare.arguments)
    return method.estimate(given, intervals=compare.intervals, level=compare.level, decimals=compare.decimals, **terms)


def _placebo(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str, name: str) -> Placebo:
    compare = outcome.compare
    assert compare is not None
    return placebo_of(name, lambda: _by_method(compare, _of_placebo(warehouse, contract, outcome, subject, name)))


def _of_placebo(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str, name: str) -> Evidence:
    """The Evidence of the people whom an outcome counts, with what another outcome says of them in its stead."""
    compare = outcome.compare
    assert compare is not None
    other = _counted(warehouse, contract, name).select("person_id", "value", "exposure")
    rows = _units(warehouse, contract, outcome, subject).drop("value", "exposure").join(other, on="person_id", how="left")
    whole = _complete(rows, compare, "value")
    made = _apart(_shaped(whole, compare), list(outcome.cohorts))
    return replace(made, sets=_in_sets(warehouse, contract, outcome, whole)) if SETS in methods()[compare.method].needs else made


def evidence(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str, roles: dict[str, RoleCount]) -> Evidence:
    """The Evidence of an outcome whose unit rows stand under `subject`. Raises ValueError, in words, where a group is empty, or more people
    than the contract allows lack what the method looks at."""
    compare = outcome.compare
    assert compare is not None
    method = methods()[compare.method]
    if COMPARISON in method.needs and set(roles) != set(ROLES):
        raise ValueError("one arm of the cohort has nobody in it")
    if ROLES[0] not in roles:
        raise ValueError("nobody is in the treatment group")
    for name in outcome.cohorts:
        _matched_as_agreed(warehouse, contract, name)
    if SETS in method.needs:
        return Evidence(roles[ROLES[0]], roles.get(ROLES[1]), sets=sets(warehouse, contract, outcome, subject))
    if UNIT_ROWS not in method.needs and len(outcome.cohorts) == 1:
        return Evidence(roles[ROLES[0]], roles.get(ROLES[1]))
    return _counted_again(_complete(units(warehouse, contract, outcome, subject), compare), roles, list(outcome.cohorts))


def units(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str) -> pl.DataFrame:
    """UNITS of the counted unit rows of an outcome, and a column for each covariate."""
    assert outcome.compare is not None
    return _shaped(_units(warehouse, contract, outcome, subject), outcome.compare)


def _units(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str) -> pl.DataFrame:
    """The same with person_id, and without what the contract gives no source for."""
    compare = outcome.compare
    assert compare is not None
    rows = warehouse.rows("outcomes.indicator_values", subject).filter(pl.col("status") == "counted").select("person_id", "role", "cohort", "value", "exposure")
    for column, name in compare.looks_at.items():
        found = _counted(warehouse, contract, name)
        rows = rows.join(found.select("person_id", pl.col("value").alias(column)), on="person_id", how="left")
    return rows.join(_clusters(warehouse, contract, outcome, compare), on="person_id", how="left")


def _counted(warehouse: Warehouse, contract: OutcomeContract, name: str) -> pl.DataFrame:
    """The counted unit rows of an outcome that another looks at. Raises ValueError where there are none."""
    found = warehouse.rows("outcomes.indicator_values", outcome_subject(contract.contract, name, "")).filter(pl.col("status") == "counted")
    if found.is_empty():
        raise ValueError(f"the outcome '{name}', which the method looks at, has nobody counted")
    return found


def _shaped(rows: pl.DataFrame, compare: Comparison) -> pl.DataFrame:
    lacking = {name: pl.lit(None, dtype=kind) for name, kind in UNITS.items() if name not in rows.columns}
    covariates = [pl.col(name).cast(pl.Float64) for name in compare.looks_at if name not in UNITS]
    return rows.with_columns(**lacking).select(*(pl.col(name).cast(kind) for name, kind in UNITS.items()), *covariates)


def sets(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, subject: str) -> pl.DataFrame:
    """SETS of the counted unit rows of an outcome, by who stands beside whom in its frozen cohorts."""
    rows = warehouse.rows("outcomes.indicator_values", subject).filter(pl.col("status") == "counted")
    return _in_sets(warehouse, contract, outcome, rows)


def _in_sets(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, people: pl.DataFrame) -> pl.DataFrame:
    """SETS of some people (person_id, role, cohort, value). Raises ValueError, in words, where it was not kept who stands beside whom, or more of the
    treated than the contract allows have nobody of these people beside them."""
    rows = people.select("person_id", "role", "cohort", "value")
    own = rows.filter(role=ROLES[0]).with_columns(set=pl.col("person_id"))
    parts = [_beside(warehouse, contract, name).join(own.select("cohort", for_person="person_id"), on=["for_person", "cohort"], how="semi") for name in outcome.cohorts]
    beside = rows.filter(role=ROLES[1]).join(pl.concat(parts), on=["person_id", "cohort"]).rename({"for_person": "set"})
    for name in outcome.cohorts:
        agreed, here = contract.cohort(name).matched, own.filter(cohort=name)
        if agreed is not None:
            _few_alone(here.height - here.join(beside, on="set", how="semi").height, here.height, agreed)
    both = pl.concat([own, beside.select(own.columns)]).rename({"person_id": "person"})
    return both.select(pl.col(name).cast(kind) for name, kind in SET_ROWS.items())


def _beside(warehouse: Warehouse, contract: OutcomeContract, cohort: str) -> pl.DataFrame:
    """person_id, for_person and cohort of everybody who stands beside somebody in a cohort."""
    found = warehouse.rows("outcomes.matched_sets", f"cohort:{contract.contract}/{cohort}").select("person_id", "for_person", cohort=pl.lit(cohort))
    if found.is_empty():
        raise ValueError(f"nobody stands beside anybody in '{cohort}', or its list was frozen before that was kept; name a method that looks at groups alone")
    return found


def _few_alone(alone: int, people: int, agreed: Matched) -> None:
    if agreed.unmatched_at_most is not None and people and Fraction(alone, people) > Fraction(agreed.unmatched_at_most):
        raise ValueError(f"{alone} of {people} treated people have nobody beside them, and {agreed.clause} lets at most {100 * agreed.unmatched_at_most:.1f} % be so")


def _matched_as_agreed(warehouse: Warehouse, contract: OutcomeContract, cohort: str) -> None:
    """Raise ValueError, in words, where fewer are matched than the contract asks, or matching leaves the groups further apart than it lets them be."""
    agreed, subject = contract.cohort(cohort).matched, f"cohort:{contract.contract}/{cohort}"
    if agreed is None:
        return
    members = warehouse.rows("outcomes.cohort_members", subject).filter(status="eligible", role=ROLES[0])
    _few_alone(members.filter(reason="enrolled_without_match").height, members.height, agreed)
    if agreed.differs_at_most is not None:
        balance = warehouse.rows("outcomes.balance", subject).sort("place")
        if balance.is_empty():
            raise ValueError(f"how alike the groups of '{cohort}' are is not known, since their list was frozen without it, and {agreed.clause} asks for it")
        _alike(cohort, balance, agreed.differs_at_most, agreed.clause)


def _alike(cohort: str, balance: pl.DataFrame, most: Decimal, clause: str) -> None:
    """Raise ValueError, in words, where the groups differ by more after matching. Where the treated do not vary there is no unit to measure in, and the
    groups must be the same."""
    for covariate, own, other, off in balance.select("covariate", "mean_treatment_after", "mean_after", "smd_after").iter_rows():
        if off is None and (own is None or own != other):
            unlike = f"after matching the groups of '{cohort}' differ in {covariate}, in which the treated do not vary"
            raise ValueError(f"{unlike}, and {clause} lets them differ by at most {most} standard deviations")
        if off is not None and abs(off) > most:
            words = f"after matching the groups of '{cohort}' differ by {off:.2f} standard deviations in {covariate}"
            raise ValueError(f"{words}, and {clause} lets them differ by at most {most}")


def _clusters(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, compare: Comparison) -> pl.DataFrame:
    """person_id and cluster: of the row of their cohort's register by which they were enrolled, which nobody withdrew. Null where that day has two
    clusters; nobody where the contract names no column."""
    if compare.clusters is None:
        return pl.DataFrame(schema={"person_id": pl.Int32, "cluster": pl.String})
    enrolled = enrolled_members(warehouse, contract, outcome).select("person_id", "enrolled_day", "cohort")
    parts = []
    for name in outcome.cohorts:
        cohort = contract.cohort(name)
        withdrawn = cohort.eligible.withdrawn.column if cohort.eligible and cohort.eligible.withdrawn else None
        columns = {"enrolled_day": cohort.enrolled_on, "arm": compare.clusters, "referred_day": None, "withdrawn": withdrawn}
        rows = warehouse.enrolments(cohort.register_name, columns, cohort.where).filter(~pl.col("is_withdrawn")).collect()
        own = enrolled.filter(cohort=name).join(rows, on=["person_id", "enrolled_day"])
        found = own.group_by("person_id").agg(cluster=pl.col("arm").cast(pl.String).unique())
        parts.append(found.select("person_id", cluster=pl.when(pl.col("cluster").list.len() == 1).then(pl.col("cluster").list.first())))
    return pl.concat(parts)


def _complete(rows: pl.DataFrame, compare: Comparison, *more: str) -> pl.DataFrame:
    """The rows that lack nothing the contract names. Raises ValueError where more than the agreed share lack something: who lacks what is seldom
    chance."""
    wanted = [*compare.looks_at, *(["cluster"] if compare.clusters else []), *more]
    whole = rows.drop_nulls(wanted) if wanted else rows
    lacking = rows.height - whole.height
    if rows.height and Fraction(lacking, rows.height) > Fraction(compare.lacking_at_most):
        words = f"{lacking} of {rows.height} counted people lack {' or '.join(wanted)}"
        raise ValueError(f"{words}, and the contract lets at most {100 * compare.lacking_at_most:.1f} % be left out")
    return whole


def _counted_again(rows: pl.DataFrame, roles: dict[str, RoleCount], cohorts: list[str]) -> Evidence:
    """Evidence of the rows; who is not among them is attrition of their group."""
    made = _apart(rows, cohorts)
    groups = dict(zip(ROLES, (made.treatment, made.comparison), strict=True))
    treatment, comparison = (replace(group, n=roles[role].n) if (group := groups[role]) is not None and role in roles else group for role in ROLES)
    assert treatment is not None
    return replace(made, treatment=treatment, comparison=comparison)


def _apart(rows: pl.DataFrame, cohorts: list[str]) -> Evidence:
    """Evidence of rows, and of each cohort's apart where there are several."""
    apart = {name: of_rows(rows.filter(cohort=name)) for name in cohorts if not rows.filter(cohort=name).is_empty()} if len(cohorts) > 1 else {}
    return of_rows(rows, cohorts=apart)
