"""Whatever the wire brings, the feed counts and reports; a book that says it is valid is right and never crossed."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import CROSSED, GAPPED, VALID
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.okx.conftest import Stage


def book(channel: str, action: str | None, row: dict[str, Any]) -> bytes:
    frame: dict[str, Any] = {"arg": {"channel": channel, "instId": "BTC-USDT"}}
    if action:
        frame["action"] = action
    return json.dumps(frame | {"data": [row]}, separators=(",", ":")).encode()


SIDES = {"asks": [["10.5", "1", "0", "1"], ["11", "2", "0", "1"]], "bids": [["10", "3", "0", "1"]], "ts": "1"}
FRAMES = [
    book("books", "snapshot", SIDES | {"prevSeqId": -1, "seqId": 5, "checksum": 0}),
    book("books", "update", SIDES | {"prevSeqId": 5, "seqId": 6, "checksum": 0}),
    book("books", "update", {"asks": [["10.5", "0"]], "bids": [["10.2", "1"]], "prevSeqId": 6, "seqId": 7}),
    book("books", "snapshot", SIDES | {"checksum": 1565470629}),
    book("books", "update", {"asks": [], "bids": [["9", "1"]], "checksum": 12}),
    book("bbo-tbt", None, SIDES | {"seqId": 7}),
    book("books5", None, SIDES),
    b'{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"tradeId":"1","px":"10","sz":"1","side":"buy"}]}',
    b'{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"last":"10","bidPx":"9","bidSz":"1","askPx":"11"}]}',
    b'{"arg":{"channel":"mark-price","instId":"BTC-USDT-SWAP"},"data":[{"markPx":"10"}]}',
    b'{"arg":{"channel":"index-tickers","instId":"BTC-USDT"},"data":[{"idxPx":"10"}]}',
    b'{"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingTime":"1","fundingRate":"0.1"}]}',
    b'{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}}',
    b'{"event":"error","code":"60012","msg":"bad request"}',
    b'{"event":"notice","code":"64008","msg":"soon"}',
    b"pong",
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
    stage = staged(["BTC-USDT", "BTC-USDT-SWAP"])
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
    st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 3), st.sampled_from(["sent", "lost", "twice"])),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(changes=changes)
def test_a_valid_book_equals_the_venues_whatever_is_lost_or_repeated(
    staged: Callable[..., Stage], changes: list[tuple[bool, int, int, str]]
) -> None:
    stage = staged()
    stage.snapshot([("40", "1")], [("50", "1")], prevSeqId=-1, seqId=0)
    truth: tuple[dict[float, float], dict[float, float]] = ({40.0: 1.0}, {50.0: 1.0})
    behind = gapped = False
    for at, (is_ask, rank, size, fate) in enumerate(changes):
        price = rank + 49 if is_ask else rank
        truth[is_ask].pop(price, None)
        truth[is_ask].update({price: size} if size else {})
        level = [(str(price), str(size))]
        for _ in range({"sent": 1, "lost": 0, "twice": 2}[fate]):
            stage.update([] if is_ask else level, level if is_ask else [], prevSeqId=at, seqId=at + 1)
        behind = behind or fate == "lost"
        gapped = gapped or (behind and fate != "lost")
        assert (stage.state() == GAPPED) == gapped
        if not behind:
            book = stage.market().book
            assert (dict(book.levels(0, 99)), dict(book.levels(1, 99)), book.sequence) == (*truth, at + 1)
    assert stage.market().tally.gaps == gapped
    assert len(stage.sent()) == 2 * gapped


@settings(max_examples=100, deadline=None)
@given(levels=st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 2)), max_size=60))
def test_a_valid_book_is_never_crossed_by_any_deltas(
    staged: Callable[..., Stage], levels: list[tuple[bool, int, int]]
) -> None:
    stage = staged()
    stage.snapshot([("4", "1")], [("5", "1")])
    states = [VALID]
    for is_ask, price, size in levels:
        level = [(str(price), str(size))]
        stage.update([] if is_ask else level, level if is_ask else [])
        book = stage.market().book
        states.append(stage.state())
        assert (states[-1] == VALID) == (book.bid < book.ask)
        assert not (states[-1] == CROSSED and book.bid < book.ask)
    began = sum(now == CROSSED and before != CROSSED for before, now in pairwise(states))
    assert stage.market().tally.crossed == began
