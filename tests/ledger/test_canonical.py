"""Canonical JSON: one form for equal values on every machine, and no form at all for what could differ."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.canonical import CHUNK, canonical, digest, file_digest, plain, text_digest


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, b"null"),
        (True, b"true"),
        (0, b"0"),
        (-7, b"-7"),
        (2**53 - 1, b"9007199254740991"),
        ("", b'""'),
        ("æøå €", '"æøå €"'.encode()),
        ('"\\\n\t\x01', b'"\\"\\\\\\n\\t\\u0001"'),
        ([], b"[]"),
        ({}, b"{}"),
        ([1, "a", None], b'[1,"a",null]'),
        ((1, 2), b"[1,2]"),
        ({"b": 1, "a": {"d": 2, "c": 3}}, b'{"a":{"c":3,"d":2},"b":1}'),
        ({"€": 1, "a": 2, "A": 3, "10": 4, "9": 5}, '{"10":4,"9":5,"A":3,"a":2,"€":1}'.encode()),
        ({2: "b", 1: "a"}, b'{"1":"a","2":"b"}'),
        ({dt.date(2026, 1, 2): 1}, b'{"2026-01-02":1}'),
        (Colour.RED, b'"red"'),
        (dt.date(2026, 6, 30), b'"2026-06-30"'),
        (Decimal("250000.00"), b'"250000.00"'),
        (Decimal("1E+6"), b'"1000000"'),
        (Decimal("1E-7"), b'"0.0000001"'),
        (Decimal("0.10"), b'"0.10"'),
        (Decimal("-3.5"), b'"-3.5"'),
        (Decimal("12345678901234567890123456789.01"), b'"12345678901234567890123456789.01"'),
        (Fraction(48, 216), b'"2/9"'),
    ],
)
def test_every_value_has_the_form_that_the_standard_gives_it(value: Any, form: bytes) -> None:
    assert canonical(value) == form


@pytest.mark.parametrize(
    "value",
    [0.0, 1.5, float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN"), b"bytes", {1, 2}, object(), 1j, dt.time(2, 0), Path("x")],
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [value], lambda value: {"a": [{"b": value}]}])
def test_what_could_differ_from_machine_to_machine_has_no_form(value: Any, wrap: Any) -> None:
    with pytest.raises(TypeError, match="no canonical form for"):
        canonical(wrap(value))


def test_an_error_names_the_type_and_never_the_value() -> None:
    with pytest.raises(TypeError) as caught:
        canonical({"amount": 1234.5})
    assert "1234" not in str(caught.value)


@pytest.mark.parametrize("value", [{0.5: "a"}, {b"a": 1}])
def test_keys_are_held_to_the_same_rule(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "a", "1": "b"}, {None: 1, "None": 2}, {"x": {dt.date(2026, 1, 1): 1, "2026-01-01": 2}}])
def test_two_keys_that_would_become_one_are_refused_and_neither_is_lost(value: Any) -> None:
    with pytest.raises(TypeError, match="two keys have the same canonical form"):
        canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800"])
def test_what_the_standard_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"safe integer domain|surrogates not allowed|not be decoded|UTF-8"):
        canonical(value)


def test_a_digest_is_the_sha256_of_the_canonical_bytes(tmp_path: Path) -> None:
    assert digest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()
    assert text_digest("æ") == hashlib.sha256("æ".encode()).hexdigest()
    for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1):
        (tmp_path / "file").write_bytes(b"x" * size)
        assert file_digest(tmp_path / "file") == hashlib.sha256(b"x" * size).hexdigest()


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(st.characters(exclude_categories=["Cs"]))),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(VALUES)
def test_canonical_bytes_read_back_to_the_value_and_are_canonical_again(value: Any) -> None:
    raw = canonical(value)
    assert json.loads(raw) == value
    assert canonical(json.loads(raw)) == raw
    assert b"\n" not in raw


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-9, 9)), st.randoms(use_true_random=False))
def test_the_order_of_keys_changes_no_byte(value: dict[str, int], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical(dict(items)) == canonical(value)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_decimal_is_a_plain_string_without_exponent_that_gives_it_back(value: Decimal) -> None:
    form = plain(value)
    assert isinstance(form, str)
    assert "E" not in form.upper()
    assert Decimal(form) == value
