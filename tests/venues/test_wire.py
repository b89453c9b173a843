"""Numbers spelled as text."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.venues.wire import (
    LATEST_MS,
    NS_PER_MS,
    UNREADABLE,
    above_zero,
    count,
    nanoseconds,
    number,
    number_or_nan,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_finite_number_is_what_its_text_spells(value: float) -> None:
    assert number(repr(value)) == number_or_nan(repr(value)) == value


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-inf", "1e999", "1,5", "0x10"])
def test_what_spells_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number was expected|could not convert"):
        number(text)


def test_empty_text_is_an_unknown_number() -> None:
    assert isnan(number_or_nan(""))


@pytest.mark.parametrize("text", ["0", "-0.0", "-1", "nan", "1e-400"])
def test_what_is_not_above_zero_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        above_zero(text)


def test_a_number_above_zero_is_returned() -> None:
    assert above_zero("5e-324") == 5e-324


@pytest.mark.parametrize("text", ["", " 1", "+1", "-1", "1.0", "1_0", "²", "٣", "101", "0101"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number up to 100"):
        count(text, 100)


def test_counts_run_from_zero_to_the_most() -> None:
    assert [count(text, 100) for text in ("0", "007", "100")] == [0, 7, 100]


def test_milliseconds_are_told_in_nanoseconds() -> None:
    assert [nanoseconds(text) for text in ("", "0", "1", str(LATEST_MS))] == [0, 0, NS_PER_MS, LATEST_MS * NS_PER_MS]
    assert LATEST_MS * NS_PER_MS < 2**63
    with pytest.raises(ValueError, match="whole number"):
        nanoseconds(str(LATEST_MS + 1))


@pytest.mark.parametrize("read", [number, above_zero, nanoseconds])
@given(text=st.text() | st.text(alphabet="0123456789.e-+naif", max_size=30) | st.just("9" * 5000))
def test_reading_text_gives_a_number_or_something_unreadable(read: Callable[[str], float], text: str) -> None:
    try:
        value = read(text)
    except UNREADABLE:
        return
    assert abs(value) < float("inf")
