"""Whatever the wire brings, the feed counts and reports; a book that says it is valid is right and never crossed."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CROSSED, GAPPED, VALID
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.bybit.symbols import is_code
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bybit.conftest import Stage


def push(topic: str, data: Any, kind: str = "snapshot") -> bytes:
    return json.dumps({"topic": topic, "type": kind, "ts": 1, "data": data}, separators=(",", ":")).encode()


LEVELS = {"s": "BTCUSDT", "b": [["10", "3"]], "a": [["10.5", "1"], ["11", "2"]], "u": 5, "seq": 50}
TICKER = {"symbol": "BTCUSDT", "bid1Price": "9", "bid1Size": "1", "ask1Price": "11", "ask1Size": "1"}
FRAMES = [
    push("orderbook.200.BTCUSDT", LEVELS),
    push("orderbook.200.BTCUSDT", LEVELS | {"u": 6, "seq": 51}, "delta"),
    push("orderbook.200.BTCUSDT", LEVELS | {"u": 7, "seq": 52, "b": [["10.5", "1"]], "a": []}, "delta"),
    push("orderbook.1.BTCUSDT", LEVELS),
    push("orderbook.1000.BTCUSDT", LEVELS | {"u": 1}, "delta"),
    push("publicTrade.BTCUSDT", [{"s": "BTCUSDT", "S": "Buy", "v": "1", "p": "10", "i": "a"}]),
    push("tickers.BTCUSDT", TICKER | {"markPrice": "10", "fundingRate": "0.1", "nextFundingTime": "1786320000000"}),
    push("tickers.BTCUSDT", {"symbol": "BTCUSDT", "bid1Price": "8", "fundingIntervalHour": "8"}, "delta"),
    push("kline.1.BTCUSDT", []),
    b'{"success":true,"ret_msg":"","conn_id":"c","req_id":"1","op":"subscribe"}',
    b'{"success":false,"ret_msg":"error:already subscribed","req_id":"1","op":"subscribe"}',
    b'{"op":"pong","args":["1"]}',
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    frame = bytearray(draw(st.sampled_from(FRAMES)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(frame)))
        piece = draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"9", b"-", b'"', b"}", b"null", b"1e999"])))
        frame[at : at + draw(st.integers(0, 3))] = piece
    return bytes(frame)


@settings(max_examples=300, deadline=None)
@given(frames=st.lists(mutated(), max_size=30), step=st.sampled_from([1, 400_000_000, 9_000_000_000]))
def test_mutated_frames_bring_nothing_but_counts_and_reports(
    staged: Callable[..., Stage], frames: list[bytes], step: int
) -> None:
    stage = staged(["BTCUSDT", "ETHUSDT"])
    stage.feed.connected(stage.now)
    for frame in frames:
        stage.feed.to_send()
        stage.hear(frame, after=step)
        stage.feed.on_time(stage.now)
        for market in stage.ear.markets.values():
            assert not (market.book.state(0) == VALID and not market.book.bid < market.book.ask)
    counted = stage.feed.undecoded + sum(market.tally.undecoded for market in stage.ear.markets.values())
    assert counted <= len(frames)
    assert (Trouble.UNDECODED in stage.troubles()) == (counted > 0)


changes = st.lists(
    st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 3), st.sampled_from(["sent", "lost", "twice", "late"])),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(changes=changes)
def test_a_valid_book_equals_the_venues_whatever_is_lost_or_repeated(
    staged: Callable[..., Stage], changes: list[tuple[bool, int, int, str]]
) -> None:
    stage = staged()
    stage.book([("40", "1")], [("50", "1")], 10)
    truth: tuple[dict[float, float], dict[float, float]] = ({40.0: 1.0}, {50.0: 1.0})
    behind = gapped = False
    for at, (is_ask, rank, size, fate) in enumerate(changes, start=11):
        price = rank + 49 if is_ask else rank
        truth[is_ask].pop(price, None)
        truth[is_ask].update({price: size} if size else {})
        level = [(str(price), str(size))]
        for _ in range({"sent": 1, "lost": 0, "twice": 2, "late": 1}[fate]):
            stage.change([] if is_ask else level, level if is_ask else [], at)
        if fate == "late":
            stage.change([("1", "77")], [], 10)  # one that the snapshot holds already
        behind = behind or fate == "lost"
        gapped = gapped or (behind and fate != "lost")
        assert (stage.state() == GAPPED) == gapped
        if not behind:
            book = stage.market().book
            assert (dict(book.levels(0, 99)), dict(book.levels(1, 99)), book.sequence) == (*truth, at)
    assert stage.market().tally.gaps == gapped
    assert len(stage.sent()) == 2 * gapped


@settings(max_examples=100, deadline=None)
@given(levels=st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 2)), max_size=60))
def test_a_valid_book_is_never_crossed_by_any_deltas(
    staged: Callable[..., Stage], levels: list[tuple[bool, int, int]]
) -> None:
    stage = staged()
    stage.book([("4", "1")], [("5", "1")], 10)
    states = [VALID]
    for at, (is_ask, price, size) in enumerate(levels, start=11):
        level = [(str(price), str(size))]
        stage.change([] if is_ask else level, level if is_ask else [], at)
        book = stage.market().book
        states.append(stage.state())
        assert (states[-1] == VALID) == (book.bid < book.ask)
        assert not (states[-1] == CROSSED and book.bid < book.ask)
    began = sum(now == CROSSED and before != CROSSED for before, now in pairwise(states))
    assert stage.market().tally.crossed == began


@settings(max_examples=300, deadline=None)
@given(line=st.sampled_from(["spot", "linear", "inverse"]), code=st.text(min_size=1, max_size=24))
def test_any_text_is_named_or_refused(line: str, code: str) -> None:
    assert VENUE.terms_of(line, code) is None
    try:
        symbol = VENUE.symbol_of(line, code)
    except DecodeError:
        symbol = ""
    assert symbol.startswith("bybit:") == is_code(code)
