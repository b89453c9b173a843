"""Frames that are only counted."""

from __future__ import annotations

import msgspec
import pytest

from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market
from basisdesk.venues.route import Ignored, Route

DECODE = msgspec.json.Decoder(msgspec.Raw).decode


@pytest.fixture
def market() -> Market:
    return Market("okx:BTC/USDT", "public", "BTC-USDT", Book())


def test_frames_of_a_channel_that_is_not_read_are_counted_with_their_market(market: Market) -> None:
    route: Route = Ignored("candles", market)
    assert [route.receive(frame, 1) for frame in (b"{}", b"\xff")] == [None, None]
    assert (market.tally.frames, market.tally.undecoded, route.channel) == (2, 0, "candles")


def test_frames_of_nobody_are_dropped() -> None:
    route: Route = Ignored("books")
    assert (route.receive(b"{}", 1), route.market) == (None, None)


def test_a_frame_that_cannot_be_read_is_counted_and_its_fault_returned(market: Market) -> None:
    route: Route = Ignored("candles", market, DECODE)
    assert route.receive(b'{"ok":1}', 1) is None
    assert isinstance(route.receive(b'{"ok":', 1), msgspec.DecodeError)
    assert isinstance(Ignored("candles", decode=DECODE).receive(b"", 1), msgspec.DecodeError)
    assert market.tally.frames == 2


def test_a_doubt_changes_nothing(market: Market) -> None:
    route: Route = Ignored("candles", market)
    route.doubt(1)
    assert (market.tally.frames, market.book.state(0)) == (0, Book().state(0))
