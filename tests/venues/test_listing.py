"""Rows of a list of instruments: the good ones are kept, and a list of none is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import Raw

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.listing import instruments_of
from basisdesk.venues.okx.known import well_known

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

KNOWN = well_known()[:2]


def read(row: Raw) -> Instrument | None:
    """A number picks an instrument, null is passed over, everything else is one of the ways to be unusable."""
    text = bytes(row).decode()
    if text == "[]":
        raise DecodeError("an empty row")
    if text.startswith('"'):
        Decimal(text)
    number = msgspec.json.decode(row, type=int | None)
    if number is not None and number < 0:
        raise ValueError("below zero")
    return None if number is None else KNOWN[number]


def rows(*texts: str) -> list[Raw]:
    return [Raw(text.encode()) for text in texts]


def test_good_rows_are_kept_in_their_order() -> None:
    assert instruments_of(rows("1", "0"), read, "okx") == [KNOWN[1], KNOWN[0]]


def test_an_empty_list_has_no_instruments() -> None:
    assert instruments_of([], read, "okx") == []


@pytest.mark.parametrize("bad", ["[]", '"x"', "-1", "{", "1.5"])
def test_a_row_that_cannot_be_used_is_left_out(bad: str) -> None:
    assert instruments_of(rows(bad, "1", bad), read, "okx") == [KNOWN[1]]


def test_rows_that_are_passed_over_are_sound() -> None:
    assert instruments_of(rows("null", "[]"), read, "okx") == []


def test_a_list_of_no_usable_row_is_refused_with_the_last_fault() -> None:
    with pytest.raises(DecodeError) as refused:
        instruments_of(rows("[]", "-1"), read, "okx spot")
    assert str(refused.value) == "none of the 2 rows is an instrument of okx spot: below zero"


def test_a_bug_of_ours_is_not_taken_for_a_bad_row() -> None:
    with pytest.raises(IndexError):
        instruments_of(rows("0", "7"), read, "okx")
