"""The file of a given estimate: every field has a place, a form and a meaning, and changing any one is refused or gives another hash."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from estimates_given import GIVEN_ON, INGE, MADE_ON, PERIOD, estimated, file_of, outcome, put, said, signed, value
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.outcome import OutcomeContract
from pipelines.errors import EstimateRefusedError
from pipelines.estimates.checking import Agreed, doubts
from pipelines.estimates.shape import json_schema, read
from pipelines.ledger import estimating
from pipelines.ledger.handover import is_signed
from pipelines.reports.phrases import Language

DANISH = Language("da")
DIFFERENCE = ("quantities", "difference")


def found(change: Any = None, made: OutcomeContract | None = None, **known: Any) -> list[str]:
    """Why the file, changed, may not stand in."""
    agreed = made or estimated()
    plain = {"given_on": GIVEN_ON, "first_given_on": GIVEN_ON, "treated": 10}
    return doubts(file_of(change), Agreed(agreed, outcome(agreed), PERIOD), **{**plain, **known})


def test_the_evaluators_file_holds() -> None:
    assert found() == []


PLANTED = [
    (put("contract", value="tarp"), "it is of another contract than this"),
    (put("version", value=2), "it is of another version of the contract than this"),
    (put("outcome", value="trivsel"), "it is of another outcome than this"),
    (put("cohorts", value=["edge", "in_care"]), "it is of another cohort than this"),
    (put("claim_period", value="2025Q1"), "it is of another claim period than this"),
    (put("claim_period", value=""), "it is of another claim period than this"),
    (put("by", value="familiehuset"), "it is given by another party than the contract names"),
    (put("quantities", value={}), None),
    (put("quantities", "mean", value=said()["quantities"]["difference"]), "it does not have exactly the quantities that the contract names"),
    (put(*DIFFERENCE, "unit", value="weeks a child"), "difference: its unit is not the contract's"),
    (put(*DIFFERENCE, "value", value="5.01"), "difference: its value lies outside an interval of its own"),
    (put(*DIFFERENCE, "value", value="1.74"), "difference: its value lies outside an interval of its own"),
    (put(*DIFFERENCE, "value", value="3.251"), "difference: a figure has more than 2 decimals"),
    (put(*DIFFERENCE, "std_error", value="0"), "difference: its standard error is not above nought"),
    (put(*DIFFERENCE, "std_error", value="-0.75"), "difference: its standard error is not above nought"),
    (put(*DIFFERENCE, "intervals", "robust", "low", value="1.755"), "difference: a figure has more than 2 decimals"),
    (put(*DIFFERENCE, "intervals", "robust", "level", value="0.90"), "difference: an interval is of another level than the contract's"),
    (put(*DIFFERENCE, "intervals", "robust", "low", value="4.76"), "difference: an interval ends below where it begins"),
    (put(*DIFFERENCE, "intervals", "welch", value={"level": "0.95", "low": "1", "high": "5"}), "difference: its intervals are not exactly those that the contract names"),
    (lambda made: made["quantities"]["difference"]["intervals"].pop("robust"), "difference: its intervals are not exactly those that the contract names"),
    (put("people", "treatment", value={"n": 10, "n_counted": 5}), "fewer than 6 people of the treatment group are counted"),
    (put("people", "comparison", value={"n": 12, "n_counted": 7}), "fewer than 8 people of the comparison group are counted"),
    (put("people", "treatment", value={"n": 10, "n_counted": 11}), "of the treatment group nobody is counted, or more than there are"),
    (lambda made: made["people"].pop("comparison"), "it does not say how many people the comparison group has"),
    (put("people", "treatment", value={"n": 12, "n_counted": 9}), "its number of treated people differs from the cohort's by more than 10.0 %"),
    (put("people", "treatment", value={"n": 8, "n_counted": 8}), "its number of treated people differs from the cohort's by more than 10.0 %"),
    (put("made_on", value="2025-06-30"), "it was made before 2025-07-01, when what it is of was not over"),
    (put("made_on", value="2025-09-02"), "it says it was made after the day it was given on"),
]


@pytest.mark.parametrize(("change", "words"), [item for item in PLANTED if item[1]], ids=lambda item: item if isinstance(item, str) else "")
def test_what_does_not_hold_says_so_and_in_danish_too(change: Any, words: str) -> None:
    assert words in found(change)
    assert 'lang="en"' not in str(DANISH.say(words))


EDGES = [
    put(*DIFFERENCE, "value", value="4.75"),
    put(*DIFFERENCE, "value", value="1.75"),
    put(*DIFFERENCE, "value", value="3.2"),
    put("people", "treatment", value={"n": 11, "n_counted": 6}),
    put("people", "treatment", value={"n": 9, "n_counted": 9}),
    put("people", "comparison", value={"n": 8, "n_counted": 8}),
    put("made_on", value="2025-09-01"),
    put(*DIFFERENCE, "intervals", "robust", "level", value="0.950"),
]


@pytest.mark.parametrize("change", EDGES)
def test_just_at_the_edge_it_holds(change: Any) -> None:
    assert found(change) == []


def test_the_first_estimate_comes_in_time_and_a_corrected_one_may_come_later() -> None:
    latest = dt.date(2025, 7, 1) + dt.timedelta(days=120)
    late = f"the first estimate was to be given by {latest}, and came later"
    assert found(given_on=latest, first_given_on=latest) == []
    assert found(given_on=latest + dt.timedelta(days=1), first_given_on=latest + dt.timedelta(days=1)) == [late]
    assert found(given_on=latest + dt.timedelta(days=90), first_given_on=latest) == []


def test_a_method_of_ours_is_stated_where_the_parties_agreed_on_one() -> None:
    made = estimated(states="regression_adjusted@1")
    assert found(made=made) == ["it states another method than regression_adjusted@1"]
    assert found(put("method", "name", value="regression_adjusted@1"), made) == []


def test_how_many_are_treated_is_not_asked_before_the_cohort_is_frozen() -> None:
    assert found(treated=None) == []
    assert found(treated=0) != []


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*place, key))
    else:
        yield place, value


PLACES = sorted(leaves(said()), key=str)


@pytest.mark.parametrize(("place", "old"), PLACES, ids=lambda item: ".".join(map(str, item)) if isinstance(item, tuple) else "")
def test_whatever_is_changed_after_signing_is_not_what_was_signed(place: tuple[str | int, ...], old: Any) -> None:
    """One field after the other is another one: the signed hash is no longer the file's, or it is no estimate at all."""
    sealed = json.loads(signed())
    changed = old + 1 if isinstance(old, int) else f"{old}0" if any(mark in old for mark in ".") else f"1{old}" if len(old) == 64 else f"{old}x"
    put(*place, value=changed)(sealed)
    try:
        file = read(json.dumps(sealed).encode(), "estimate.json")
    except EstimateRefusedError:
        return
    assert file.seal is not None
    assert file.seal.sha256 != file.sha256()


@pytest.mark.parametrize("part", ["sha256", "public_key", "signature"])
def test_a_seal_of_which_a_part_is_changed_is_no_seal(part: str) -> None:
    seal = json.loads(signed())["seal"]
    assert is_signed(seal)
    changed = {**seal, part: ("0" if seal[part][0] != "0" else "1") + seal[part][1:]}
    try:
        assert not is_signed(changed)
    except ValueError:
        assert part == "public_key"  # not every 32 bytes are a key


REFUSED = [
    (put("name", value="Anna"), "the file: it has a key that an estimate has no place for"),
    (put("people", "treatment", value={"n": 10, "n_counted": 9, "persons": ["p1"]}), "people.treatment: it has a key that an estimate has no place for"),
    (put(*DIFFERENCE, "value", value="3,25"), "quantities.value: string should match pattern"),
    (put(*DIFFERENCE, "value", value="NaN"), "quantities.value: string should match pattern"),
    (put(*DIFFERENCE, "value", value="1e3"), "quantities.value: string should match pattern"),
    (put("people", "treatment", "n", value=-1), "people.treatment.n: input should be greater than or equal to 0"),
    (put("people", "treatment", "n", value="10"), "people.treatment.n: input should be a valid integer"),
    (put("made_on", value="2025-02-30"), "the file: day is out of range for month"),
    (put("assumptions", value=[]), "assumptions: list should have at least 1 item"),
    (put("made_from", value=[]), "made_from: list should have at least 1 item"),
    (put("made_from", 0, "sha256", value="c" * 63), "made_from.0.sha256: string should match pattern"),
    (put("method", "words", value="Like that of 010190-1234"), "method.words: it looks like it has a CPR number in it; say it without naming a person"),
    (put("diagnostics", 0, "words", value="one\ttwo"), "diagnostics.0.words: it has characters that cannot be printed"),
    (lambda made: made.pop("by"), "by: it is missing"),
    (put("format", value="udbytte.estimate/2"), "format: input should be 'udbytte.estimate/1'"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_has_no_place_in_the_file_is_refused_without_repeating_it(change: Any, words: str) -> None:
    with pytest.raises(EstimateRefusedError) as refused:
        read(json.dumps(said(change)).encode(), "estimate.json")
    assert refused.value.what.startswith(words)
    assert "010190" not in refused.value.sentence()
    assert "Anna" not in refused.value.sentence()


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"format": 1, "format": 1}', b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b" " * 300_000], ids=range(8))
def test_what_is_no_estimate_at_all_is_refused(raw: bytes) -> None:
    with pytest.raises(EstimateRefusedError):
        read(raw, "estimate.json")


def test_numbers_may_be_written_as_such_before_signing_and_keep_their_digits() -> None:
    raw = json.dumps(said()).replace('"3.25"', "3.250").replace('"0.75"', "1")
    item = read(raw.encode(), "estimate.json").quantities["difference"]
    assert (item.value, item.std_error) == ("3.250", "1")


def test_the_published_schema_takes_what_the_reader_takes() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(signed()), schema)
    for change, words in REFUSED:
        if not any(beyond in words for beyond in ("day is out of range", "CPR", "printed")):  # what a schema cannot say
            assert list(jsonschema.Draft202012Validator(schema).iter_errors(said(change))), words


FIGURES = st.decimals(Decimal(-9), Decimal(9), places=2)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.lists(FIGURES, min_size=3, max_size=3))
def test_a_value_between_its_ends_holds_and_any_other_does_not(figures: list[Decimal]) -> None:
    middle, low, high = figures
    is_doubted = bool(found(value(f"{middle:.2f}", low=f"{low:.2f}", high=f"{high:.2f}")))
    assert is_doubted != (low <= middle <= high)


def test_signing_again_gives_the_same_bytes() -> None:
    assert signed() == signed(key=INGE)
    assert json.loads(signed())["made_on"] == str(MADE_ON)


def test_the_ledger_and_the_contracts_room_mean_the_same() -> None:
    from pipelines.contracts import external

    assert (estimating.EXTERNAL, estimating.EVALUATOR) == (external.EXTERNAL, external.EVALUATOR)
