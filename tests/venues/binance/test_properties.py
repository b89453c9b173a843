"""Whatever comes over the wire, the feed answers with reports, and a valid book is never crossed."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import VALID, WAITING
from basisdesk.venues.contract import Market, SnapshotRequest

if TYPE_CHECKING:
    from tests.venues.binance.conftest import Room, Rooms

Levels = list[list[str]]


class Exchange:
    """A venue that changes a book at random and writes every change as the depth stream and the book ticker do."""

    def __init__(self, seed: int, *, futures: bool) -> None:
        self.random = random.Random(seed)
        self.futures = futures
        self.update = 100
        self.sides: tuple[dict[int, int], dict[int, int]] = ({99: 1, 98: 2}, {101: 1, 102: 2})

    def snapshot(self) -> bytes:
        bids, asks = (self._levels(side, side) for side in self.sides)
        return json.dumps({"lastUpdateId": self.update, "bids": bids, "asks": asks}).encode()

    def step(self) -> list[bytes]:
        before = self.update
        first = before + 1 + (self.random.randrange(5) if self.futures else 0)
        self.update = first + self.random.randrange(4)
        changed: tuple[set[int], set[int]] = (set(), set())
        for _ in range(self.random.randrange(1, 5)):
            side = self.random.randrange(2)
            price = self.random.randrange(90, 100) if side == 0 else self.random.randrange(101, 111)
            changed[side].add(price)
            self.sides[side][price] = self.random.randrange(4)
        bids, asks = (self._levels(self.sides[side], sorted(changed[side])) for side in (0, 1))
        depth = {"e": "depthUpdate", "s": "BTCUSDT", "U": first, "u": self.update, "b": bids, "a": asks}
        if self.futures:
            depth["pu"] = before
        frames = [_frame("btcusdt@depth@100ms", depth), _frame("btcusdt@bookTicker", self._ticker())]
        self.random.shuffle(frames)
        return frames

    def _ticker(self) -> dict[str, Any]:
        bid = max((price for price, size in self.sides[0].items() if size), default=0)
        ask = min((price for price, size in self.sides[1].items() if size), default=0)
        sizes = self.sides[0].get(bid, 0), self.sides[1].get(ask, 0)
        return {"u": self.update, "s": "BTCUSDT", "b": f"{bid}", "B": f"{sizes[0]}", "a": f"{ask}", "A": f"{sizes[1]}"}

    @staticmethod
    def _levels(side: dict[int, int], prices: Any) -> Levels:
        return [[f"{price}.00", f"{side[price]}.000"] for price in prices]


def _frame(stream: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"stream": stream, "data": data}, separators=(",", ":")).encode()


def check(market: Market) -> None:
    if market.book.state(0) == VALID:
        assert market.book.bid < market.book.ask


@given(seed=st.integers(0, 2**32), futures=st.booleans(), late=st.integers(0, 8), taken=st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_the_book_equals_the_venue_s_wherever_the_snapshot_falls(
    rooms: Rooms, seed: int, futures: bool, late: int, taken: int
) -> None:
    exchange = Exchange(seed, futures=futures)
    room = rooms("usdm" if futures else "spot")
    body = b""
    for number in range(20):
        if number == taken:
            body = exchange.snapshot()
        for frame in exchange.step():
            room.feed.receive(frame, number)
        if number == taken + late:
            room.reply(body, now=number)
    tally = room.market().tally
    assert (tally.gaps, tally.undecoded, tally.ticker_differs) == (0, 0, 0)
    if room.state() != WAITING:
        assert dict(room.bids()) == {price: size for price, size in exchange.sides[0].items() if size}
        assert dict(room.asks()) == {price: size for price, size in exchange.sides[1].items() if size}
        assert tally.ticker_agrees > 0


@given(seed=st.integers(0, 2**32), futures=st.booleans(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_lost_repeated_and_late_frames_end_in_a_right_book_or_an_honest_state(
    rooms: Rooms, seed: int, futures: bool, data: st.DataObject
) -> None:
    exchange = Exchange(seed, futures=futures)
    room = rooms("usdm" if futures else "spot")
    frames: list[bytes] = []
    for number in range(25):
        for frame in exchange.step():
            frames += [frame] * data.draw(st.sampled_from([1, 1, 1, 1, 0, 2]), label="copies")
        if data.draw(st.integers(0, 9), label="late") == 0 and len(frames) > 1:
            frames.insert(max(len(frames) - 4, 0), frames.pop())
        if number % 3 == 2:
            for frame in frames:
                room.feed.receive(frame, number)
            frames.clear()
            for request in room.feed.to_request():
                room.feed.receive_reply(request, exchange.snapshot(), number)
            room.feed.on_time(number * 10**10)
    if not room.sink.markets:
        return
    check(room.market())
    assert room.market().tally.ticker_differs == 0
    assert room.market().tally.resyncs <= room.market().tally.gaps
    if room.state() == VALID and room.market().book.sequence == exchange.update:
        assert dict(room.bids()) == {price: size for price, size in exchange.sides[0].items() if size}


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "drop", "nan", "sign", "null", "huge", "repeat"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 255),
    ),
    min_size=0,
    max_size=3,
)


def mutate(frame: bytes, changes: list[tuple[str, float, int]]) -> bytes:
    for kind, where, byte in changes:
        at = int(where * max(len(frame), 1))
        match kind:
            case "flip":
                frame = frame[:at] + bytes([byte]) + frame[at + 1 :]
            case "cut":
                frame = frame[:at]
            case "insert":
                frame = frame[:at] + bytes([byte]) * 3 + frame[at:]
            case "drop":
                frame = frame[:at] + frame[at + 1 :]
            case "nan":
                frame = frame.replace(b'.00"', b'nan"', 1)
            case "sign":
                frame = frame.replace(b'["', b'["-', 1)
            case "null":
                frame = frame.replace(b"[]", b"null", 1)
            case "huge":
                frame = frame.replace(b'"u":', b'"u":99999999999999999999', 1)
            case _:
                frame = frame * 2
    return frame


@given(seed=st.integers(0, 2**32), futures=st.booleans(), plan=st.lists(MUTATIONS, min_size=40, max_size=40))
@settings(max_examples=80, deadline=None)
def test_mutated_frames_end_in_counts_and_reports(
    rooms: Rooms, seed: int, futures: bool, plan: list[list[tuple[str, float, int]]]
) -> None:
    exchange = Exchange(seed, futures=futures)
    room: Room = rooms("usdm" if futures else "spot")
    numbers = iter(plan)
    for number in range(20):
        for frame in exchange.step():
            room.feed.receive(mutate(frame, next(numbers)), number)
            for market in room.sink.markets.values():
                check(market)
        for request in room.feed.to_request():
            room.feed.receive_reply(request, mutate(exchange.snapshot(), plan[number]), number)
        room.feed.on_time(number * 10**10)
        for market in room.sink.markets.values():
            check(market)
    kinds = [report.detail.partition(":")[0] for report in room.sink.reports if report.trouble.name == "UNDECODED"]
    assert len(kinds) == len(set(kinds))
    assert room.feed.frames == 20 * 2


@given(frames=st.lists(st.binary(max_size=200) | st.text(max_size=80).map(str.encode), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_bytes_at_all_are_taken(rooms: Rooms, frames: list[bytes]) -> None:
    room = rooms()
    for frame in frames:
        room.feed.receive(frame, 1)
        room.feed.receive_reply(SnapshotRequest("spot", "BTCUSDT", ""), frame, 1)
    assert room.feed.frames == len(frames)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list("esuUbaBApqmtTri")), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(
    stream=st.sampled_from(["depth", "bookTicker", "trade", "aggTrade", "markPrice", "depthSnapshot", "kline_1m"]),
    values=st.lists(JSON, max_size=5),
    wrapped=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_json_in_any_stream_is_taken(rooms: Rooms, stream: str, values: list[Any], wrapped: bool) -> None:
    room = rooms("usdm")
    for value in values:
        room.feed.receive(_frame(f"btcusdt@{stream}", value) if wrapped else json.dumps(value).encode(), 1)
    for market in room.sink.markets.values():
        check(market)
