"""Whatever the wire brings, the feed counts and reports; a book that says it is valid is right and never crossed."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import GAPPED, VALID
from basisdesk.venues.contract import SnapshotRequest, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.htx.conftest import Stage

SPOT = [
    b'{"ch":"market.btcusdt.depth.step0","ts":1,"tick":{"bids":[[9,1]],"asks":[[10,2]],"version":5,"ts":1}}',
    b'{"ch":"market.btcusdt.mbp.150","ts":1,"tick":{"seqNum":7,"prevSeqNum":5,"asks":[[10.5,1]]}}',
    b'{"ch":"market.btcusdt.mbp.150","ts":1,"tick":{"seqNum":8,"prevSeqNum":7,"bids":[[9.5,1]],"asks":[]}}',
    b'{"id":"2","rep":"market.btcusdt.mbp.150","status":"ok","data":{"seqNum":5,"bids":[[9,1]],"asks":[[10,1]]}}',
    b'{"ch":"market.btcusdt.mbp.refresh.20","ts":1,"tick":{"seqNum":7,"bids":[[9,1]],"asks":[[11,1]]}}',
    b'{"ch":"market.btcusdt.bbo","ts":1,"tick":{"seqId":7,"ask":10,"askSize":1,"bid":9,"bidSize":1}}',
    b'{"ch":"market.btcusdt.trade.detail","tick":{"data":[{"id":1,"tradeId":2,"amount":1,"price":9,"direction":"buy"}]}}',
    b'{"id":"1","status":"ok","subbed":"market.btcusdt.mbp.150","ts":1}',
    b'{"status":"error","id":"1","err-code":"bad-request","err-msg":"invalid topic","ts":1}',
    b'{"ping":1700000000123}',
]
LINEAR = [
    b'{"ch":"market.BTC-USDT.depth.size_150.high_freq","tick":{"asks":[[10,2]],"bids":[[9,1]],"event":"snapshot","version":5}}',
    b'{"ch":"market.BTC-USDT.depth.size_150.high_freq","tick":{"asks":[[10,0]],"bids":null,"event":"update","version":6}}',
    b'{"ch":"market.BTC-USDT.depth.step0","ts":1,"tick":{"mrid":7,"bids":[[9,1]],"asks":[[10,2]],"version":5}}',
    b'{"ch":"market.BTC-USDT-CQ.bbo","ts":1,"tick":{"mrid":7,"bid":[9,1],"ask":[10,1]}}',
    b'{"ch":"market.BTC-USDT.trade.detail","tick":{"data":[{"id":1,"amount":2,"price":9,"direction":""}]}}',
    b'{"ch":"market.BTC-USDT.mark_price.1min","tick":{"close":"9"}}',
    b'{"ch":"market.BTC-USDT.index.1min","tick":{"close":"9"}}',
    b'{"op":"notify","topic":"public.BTC-USDT.funding_rate","ts":1,"data":[{"contract_code":"BTC-USDT","settlement_time":"9"}]}',
    b'{"op":"ping","ts":"1700000000123"}',
]


@st.composite
def mutated(draw: st.DrawFn, frames: list[bytes]) -> bytes:
    frame = bytearray(draw(st.sampled_from(frames)))
    packed = draw(st.booleans())
    if packed and draw(st.booleans()):
        frame = bytearray(gzip.compress(bytes(frame), mtime=0))
        packed = False
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(frame)))
        piece = draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"9", b"-", b'"', b"}", b"null", b"1e999"])))
        frame[at : at + draw(st.integers(0, 3))] = piece
    return gzip.compress(bytes(frame), mtime=0) if packed else bytes(frame)


def check(stage: Stage, frames: list[bytes], step: int) -> None:
    stage.feed.connected(stage.now)
    request = SnapshotRequest(stage.line, "BTC-USDT", "/")
    for frame in frames:
        stage.feed.to_send()
        stage.hear(frame, after=step)
        stage.feed.on_time(stage.now)
        stage.feed.receive_reply(request, frame, stage.now)
        for market in stage.ear.markets.values():
            assert not (market.book.state(0) == VALID and not market.book.bid < market.book.ask)
    counted = stage.feed.undecoded + sum(market.tally.undecoded for market in stage.ear.markets.values())
    assert counted <= 2 * len(frames)
    assert (Trouble.UNDECODED in stage.troubles()) == (counted > 0)


@settings(max_examples=150)
@given(frames=st.lists(mutated(SPOT), max_size=20), step=st.sampled_from([1, 400_000_000, 9_000_000_000]))
def test_mutated_frames_of_spot_bring_nothing_but_counts_and_reports(
    staged: Callable[..., Stage], frames: list[bytes], step: int
) -> None:
    check(staged("spot", ["btcusdt"]), frames, step)


@settings(max_examples=150)
@given(frames=st.lists(mutated(LINEAR), max_size=20), step=st.sampled_from([1, 400_000_000, 9_000_000_000]))
def test_mutated_frames_of_contracts_bring_nothing_but_counts_and_reports(
    staged: Callable[..., Stage], frames: list[bytes], step: int
) -> None:
    check(staged("linear"), frames, step)


changes = st.lists(
    st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 3), st.sampled_from(["sent", "lost", "twice"])),
    max_size=40,
)


@settings(max_examples=100)
@given(changes=changes)
def test_a_valid_contract_book_equals_the_venues_whatever_is_lost_or_repeated(
    staged: Callable[..., Stage], changes: list[tuple[bool, int, int, str]]
) -> None:
    stage = staged("linear")
    stage.snapshot([(40.0, 1.0)], [(50.0, 1.0)], 0)
    follow(stage, changes, lambda bids, asks, at: stage.update(bids, asks, at + 1))


@settings(max_examples=100)
@given(changes=changes)
def test_a_valid_spot_book_equals_the_venues_whatever_is_lost_or_repeated(
    staged: Callable[..., Stage], changes: list[tuple[bool, int, int, str]]
) -> None:
    stage = staged("spot")
    stage.answer([(40.0, 1.0)], [(50.0, 1.0)], 0)
    follow(stage, changes, lambda bids, asks, at: stage.change(bids, asks, at, at + 1))


Levels = list[tuple[float, float]]


def follow(
    stage: Stage, changes: list[tuple[bool, int, int, str]], send: Callable[[Levels, Levels, int], None]
) -> None:
    truth: tuple[dict[float, float], dict[float, float]] = ({40.0: 1.0}, {50.0: 1.0})
    behind = gapped = False
    for at, (is_ask, rank, size, fate) in enumerate(changes):
        price = float(rank + 49 if is_ask else rank)
        truth[is_ask].pop(price, None)
        truth[is_ask].update({price: float(size)} if size else {})
        level = [(price, float(size))]
        for _ in range({"sent": 1, "lost": 0, "twice": 2}[fate]):
            send([] if is_ask else level, level if is_ask else [], at)
        behind = behind or fate == "lost"
        gapped = gapped or (behind and fate != "lost")
        assert (stage.state() == GAPPED) == gapped
        if not behind:
            book = stage.market().book
            assert (dict(book.levels(0, 99)), dict(book.levels(1, 99)), book.sequence) == (*truth, at + 1)
    assert stage.market().tally.gaps == gapped


@settings(max_examples=100)
@given(changes=changes, asked=st.integers(0, 39))
def test_a_spot_book_comes_back_wherever_the_whole_book_falls(
    staged: Callable[..., Stage], changes: list[tuple[bool, int, int, str]], asked: int
) -> None:
    stage = staged("spot")
    truth: tuple[dict[float, float], dict[float, float]] = ({40.0: 1.0}, {50.0: 1.0})
    whole = (list(truth[0].items()), list(truth[1].items()), 0)
    for at, (is_ask, rank, size, _) in enumerate(changes):
        price = float(rank + 49 if is_ask else rank)
        truth[is_ask].pop(price, None)
        truth[is_ask].update({price: float(size)} if size else {})
        level = [(price, float(size))]
        stage.change([] if is_ask else level, level if is_ask else [], at, at + 1)
        if at <= asked:
            whole = (list(truth[0].items()), list(truth[1].items()), at + 1)
    stage.answer(*whole)
    book = stage.market().book
    assert (dict(book.levels(0, 99)), dict(book.levels(1, 99))) == truth
    assert stage.market().tally.gaps == 0
