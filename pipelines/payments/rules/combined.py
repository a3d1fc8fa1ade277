"""Several rules together: each on an outcome of its own, with its weight, added up."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from annotated_types import MinLen
from pydantic import Field

from indicators.result import Result
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.payment import PinnedRule
from pipelines.contracts.strict import Name, Strict
from pipelines.payments.rule import Assessment, Earlier, Seen, money, payment_rule, percent, rules, to_cents


class Part(Strict):
    """One rule of several: the outcome it looks at (left out: the one that the payment pays for), and the weight of what it gives."""

    outcome: Name | None = None
    weight: Annotated[Decimal, Field(gt=0, le=10)] = Decimal(1)
    rule: PinnedRule

    def named(self, seen: Seen) -> str:
        """The outcome's name as people read it."""
        return (self.outcome or seen.result.outcome).replace("_", " ")


@payment_rule("combined", version=1, needs_comparison=False)
def combined(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,  # noqa: ARG001
    seen: Seen,
    *,
    parts: Annotated[list[Part], MinLen(2)],
    pays: Literal["sum", "highest", "only_if_all"],
) -> Assessment:
    """Each part's rule says what its outcome comes to, in cents, and that times the part's weight is added up (`sum`); or the highest of them alone
    is paid (`highest`); or their sum when every part is due, and else nothing (`only_if_all`). Nothing in all is `not_met`. A part that goes by
    earlier claim periods goes by what it came to itself. Raises ValueError for a part that says itself who pays.
    """
    said = [_assessed(part, seen, place) for place, part in enumerate(parts)]
    weighed = [Fraction(found.amount) * Fraction(part.weight) for part, found in zip(parts, said, strict=True)]
    missed = [part.named(seen) for part, found in zip(parts, said, strict=True) if found.state != "due"]
    exact = max(weighed) if pays == "highest" else sum(weighed, Fraction(0))
    is_refused = pays == "only_if_all" and bool(missed)
    exact = Fraction(0) if is_refused else exact
    amount = to_cents(exact)
    lines = tuple(line for part, found, each in zip(parts, said, weighed, strict=True) for line in _lines(part.named(seen), part, found, each))
    whole = "the highest of them" if pays == "highest" else "together"
    last = f"nothing, since {', '.join(missed)} is not met" if is_refused else f"{whole} {money(amount)}"
    told = [*(found.fewest for found in said if found.fewest is not None), *(count for part in parts if part.outcome for count in _people(seen.outcome(part.outcome).result))]
    fewest = min(told, default=None)
    state: Literal["due", "not_met"] = "due" if amount > 0 else "not_met"
    came_to = tuple(Earlier(found.counted, found.amount) for found in said)
    return Assessment(state, amount, f"{len(parts)} parts, {last}", (*lines, last), fewest=fewest, parts=came_to, exact=exact)


def _assessed(part: Part, seen: Seen, place: int) -> Assessment:
    """What a part's own rule says of its outcome, by what that part came to in earlier claim periods."""
    rule = rules()[part.rule.pin]
    looked_at = replace(seen.outcome(part.outcome) if part.outcome else seen, earlier=seen.earlier.part(place))
    found = rule.assessed(looked_at, arguments(rule.parameters, part.rule.arguments))
    if found.shares:
        raise ValueError("a rule that says itself who pays is a payment of its own")
    return found


def _people(result: Result) -> list[int]:
    """The numbers of people that a part's arithmetic may tell of another outcome than the one paid for: those counted, those who reach it and those
    who do not."""
    told: list[int] = []
    for role in result.roles.values():
        reached = [int(role.value), role.n_counted - int(role.value)] if 0 <= role.value <= role.n_counted else []
        told += [count for count in (role.n_counted, *reached) if count]
    return told


def _lines(named: str, part: Part, found: Assessment, weighed: Fraction) -> tuple[str, ...]:
    """A part's own arithmetic under its outcome's name, and its weight where it has one."""
    own = tuple(f"of {named}: {line}" for line in found.arithmetic)
    weight = f"of {named}: {percent(part.weight)} of {money(found.amount)} = {money(to_cents(weighed))}"
    return own if part.weight == 1 else (*own, weight)
