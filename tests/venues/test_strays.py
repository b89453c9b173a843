"""Unreadable frames: all are counted, few are shown."""

from __future__ import annotations

import pytest
from tests.venues.ears import ReportEar

from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market, Report, Trouble
from basisdesk.venues.strays import MOST_KINDS, SHOWN, Strays


@pytest.fixture
def ear() -> ReportEar:
    return ReportEar()


@pytest.fixture
def market() -> Market:
    return Market("okx:BTC/USDT", "public", "BTC-USDT", Book())


def test_a_frame_of_a_market_is_counted_with_it_and_shown_with_its_fault(ear: ReportEar, market: Market) -> None:
    strays = Strays(ear)
    strays.count(market, "books", b'{"bad', ValueError("no end"), 7)
    assert (market.tally.undecoded, strays.undecoded) == (1, 0)
    assert ear.reports == [Report(7, Trouble.UNDECODED, "okx:BTC/USDT", "no end: b'{\"bad'")]


def test_a_frame_of_nobody_is_counted_apart(ear: ReportEar) -> None:
    strays = Strays(ear)
    strays.count(None, "", b"\x00", ValueError("no text"), 7)
    assert strays.undecoded == 1
    assert ear.reports == [Report(7, Trouble.UNDECODED, "", "no text: b'\\x00'")]


def test_only_the_first_of_a_kind_is_shown_and_every_one_is_counted(ear: ReportEar, market: Market) -> None:
    strays = Strays(ear)
    for kind in ("books", "books", "trades", "", "trades"):
        strays.count(market, kind, kind.encode(), ValueError("bad"), 1)
    assert [report.detail for report in ear.reports] == ["bad: b'books'", "bad: b'trades'", "bad: b''"]
    assert market.tally.undecoded == 5


def test_the_kinds_that_are_shown_are_bounded_and_the_counts_are_not(ear: ReportEar) -> None:
    strays = Strays(ear)
    for number in range(3 * MOST_KINDS):
        strays.count(None, str(number), b"x", ValueError("bad"), number)
    assert (len(ear.reports), strays.undecoded) == (MOST_KINDS, 3 * MOST_KINDS)


def test_a_fault_that_quotes_the_frame_is_shown_shortened(ear: ReportEar) -> None:
    Strays(ear).count(None, "", b"x", ValueError("y" * (SHOWN + 1)), 1)
    assert ear.reports[0].detail == f"{'y' * SHOWN}: b'x'"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_beginning_of_a_long_frame_is_shown_as_bytes(ear: ReportEar, kind: type[bytes]) -> None:
    Strays(ear).count(None, "", kind(b"a" * (SHOWN + 1)), ValueError("long"), 1)
    assert ear.reports[0].detail == f"long: {b'a' * SHOWN!r}"
