"""Whatever the wire brings, the feeds count and report; a book that says it is valid is right and never crossed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import GAPPED, VALID
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.bigone.conftest import ContractStage, SpotStage, Stage


def text(frame: Any) -> bytes:
    return json.dumps(frame, separators=(",", ":")).encode()


SIDES: dict[str, Any] = {
    "market": "BTC-USDT",
    "asks": [{"price": "10.5", "amount": "1", "orderCount": "1"}, {"price": "11", "amount": "2"}],
    "bids": [{"price": "10", "amount": "3"}],
}
TRADE = {"id": "1", "price": "10", "amount": "1", "market": "BTC-USDT", "createdAt": "2024-01-01T00:00:01Z"}
BAR = {"market": "BTC-USDT", "time": "2024-01-01T00:00:00Z", "open": "1", "high": "1", "low": "1", "close": "1"}
QUOTES = {"bid": {"price": "9", "amount": "1"}, "ask": {"price": "11", "amount": "1"}, "close": "10", "open": "9"}
SPOT = [
    text({"requestId": "2", "depthSnapshot": {"depth": SIDES, "changeId": "5"}}),
    text({"requestId": "2", "depthUpdate": {"depth": SIDES, "changeId": "6", "prevId": "5"}}),
    text({"requestId": "2", "depthUpdate": {"depth": {"market": "BTC-USDT"}, "changeId": "7", "prevId": "6"}}),
    text({"requestId": "3", "tradesSnapshot": {"trades": [TRADE]}}),
    text({"requestId": "3", "tradeUpdate": {"trade": TRADE}}),
    text({"requestId": "1", "tickersSnapshot": {"tickers": [{"market": "BTC-USDT"} | QUOTES]}}),
    text({"requestId": "1", "tickerUpdate": {"ticker": {"market": "BTC-USDT"} | QUOTES}}),
    text({"requestId": "4", "candlesSnapshot": {"candles": [BAR]}}),
    text({"requestId": "4", "candleUpdate": {"candle": BAR}}),
    text({"requestId": "1", "error": {"code": 45000, "message": "GRPC error: xxx"}}),
    text({"requestId": "ping", "pong": {}}),
]
BEST = {"bid": 10, "ask": 10.5}
CONTRACT = [
    text({"from": 0, "to": 5, "bids": {"10": 1}, "asks": {"10.5": 2}, "bestPrices": BEST, "lastPrice": 10}),
    text({"from": 6, "to": 6, "bids": {"10": 2}, "asks": {}, "bestPrices": BEST, "lastPrice": 10}),
    text({"from": 7, "to": 8, "bids": {}, "asks": {"10.5": 0, "10.6": 1}}),
    text([{"id": "1", "symbol": "BTCUSD", "price": 10, "size": 1, "matchedAt": 1704067201000, "side": "BUY"}]),
    text([{"symbol": "BTCUSD", "markPrice": 10, "indexPrice": 10, "fundingRate": 0, "nextFundingTime": 1704096000000}]),
    text([{"symbol": "BTCUSD", "type": "1MIN", "time": 1704067200000, "open": 1, "high": 1, "low": 1, "close": 1,
           "volume": 1, "nextTs": 1704067260000}]),
    text({"anomaly": "anomaly.trades/stopped"}),
    text({"cash": {}}),
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, frames: list[bytes]) -> bytes:
    frame = bytearray(draw(st.sampled_from(frames)))
    pieces = st.sampled_from([b"9", b"-", b'"', b"}", b"null", b"1e999", b"nan", b"0", b"[", b"{}"])
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(frame)))
        frame[at : at + draw(st.integers(0, 3))] = draw(st.one_of(st.binary(max_size=3), pieces))
    return bytes(frame)


def endure(stage: Stage, frames: list[bytes], step: int, reply: str) -> None:
    stage.connect()
    for frame in frames:
        stage.sent()
        for request in stage.asked():
            stage.feed.receive_reply(request, frame, stage.now)
        stage.hear(frame, after=step)
        stage.reply(reply, frame)
        stage.feed.on_time(stage.now)
        deadline = stage.feed.next_deadline()
        assert deadline is None or deadline > stage.now
        for market in stage.ear.markets.values():
            assert not (market.book.state(0) == VALID and not market.book.bid < market.book.ask)
    counted = stage.feed.undecoded + sum(market.tally.undecoded for market in stage.ear.markets.values())
    assert counted <= 4 * len(frames)
    assert (Trouble.UNDECODED in stage.troubles()) == (counted > 0)


STEPS = st.sampled_from([1, 400_000_000, 9_000_000_000])


@settings(max_examples=200)
@given(frames=st.lists(mutated(SPOT), max_size=30), step=STEPS)
def test_mutated_spot_frames_bring_nothing_but_counts_and_reports(
    spot_of: Callable[..., SpotStage], frames: list[bytes], step: int
) -> None:
    endure(spot_of(["BTC-USDT"]), frames, step, "/api/v3/asset_pairs/BTC-USDT/ticker")


@settings(max_examples=200)
@given(frames=st.lists(mutated(CONTRACT), max_size=30), step=STEPS)
def test_mutated_contract_frames_bring_nothing_but_counts_and_reports(
    contract: Callable[[str], ContractStage], frames: list[bytes], step: int
) -> None:
    endure(contract("depth@BTCUSD"), frames, step, "/api/contract/v2/instruments")


@settings(max_examples=50)
@given(frame=st.binary(max_size=200))
def test_noise_is_counted(spot_of: Callable[..., SpotStage], frame: bytes) -> None:
    stage = spot_of()
    stage.hear(frame)
    assert stage.feed.undecoded <= 1


CHANGES = st.lists(
    st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 3), st.sampled_from(["sent", "lost", "twice"])),
    max_size=60,
)
Truth = tuple[dict[float, float], dict[float, float]]


def change(truth: Truth, is_ask: bool, rank: int, size: int) -> tuple[int, int]:
    price = rank + 49 if is_ask else rank
    truth[is_ask].pop(price, None)
    truth[is_ask].update({price: size} if size else {})
    return price, size


@given(changes=CHANGES)
def test_a_valid_spot_book_equals_the_venues_whatever_is_lost_or_repeated(
    spot_of: Callable[..., SpotStage], changes: list[tuple[bool, int, int, str]]
) -> None:
    spot = spot_of()
    spot.snapshot([("40", "1")], [("50", "1")], 0)
    truth: Truth = ({40.0: 1.0}, {50.0: 1.0})
    behind = gapped = False
    for at, (is_ask, rank, amount, fate) in enumerate(changes):
        price, size = change(truth, is_ask, rank, amount)
        level = [(str(price), str(size))]
        for _ in range({"sent": 1, "lost": 0, "twice": 2}[fate]):
            spot.update([] if is_ask else level, level if is_ask else [], at, at + 1)
        behind = behind or fate == "lost"
        gapped = gapped or (behind and fate != "lost")
        assert (spot.state() == GAPPED) == gapped
        if not behind:
            book = spot.market().book
            assert (dict(book.levels(0, 99)), dict(book.levels(1, 99)), book.sequence) == (*truth, at + 1)
    assert spot.market().tally.gaps == gapped
    assert len(spot.sent()) == gapped


@given(changes=CHANGES, late=st.integers(0, 5))
def test_a_contract_book_is_right_again_once_rest_has_answered(
    contract: Callable[[str], ContractStage], changes: list[tuple[bool, int, int, str]], late: int
) -> None:
    stage = contract("depth@BTCUSD")
    stage.depth(0, 1, {"40": 1}, {"50": 1})
    truth: Truth = ({40.0: 1.0}, {50.0: 1.0})
    pasts = [truth]
    for at, (is_ask, rank, amount, fate) in enumerate(changes, 2):
        truth = (dict(truth[0]), dict(truth[1]))
        price, size = change(truth, is_ask, rank, amount)
        pasts.append(truth)
        side = {f"{price}.0": size}
        for _ in range({"sent": 1, "lost": 0, "twice": 2}[fate]):
            stage.depth(at, at, {} if is_ask else side, side if is_ask else {}, after=1)
    end = len(pasts)
    if stage.state() == GAPPED:
        told = max(1, end - late)
        bids, asks = pasts[told - 1]
        body = {"from": 0, "to": told, "bids": bids, "asks": asks}
        stage.reply("/api/contract/v2/depth@BTCUSD/snapshot", body)
    book = stage.market().book
    if stage.state() != GAPPED:
        assert (dict(book.levels(0, 99)), dict(book.levels(1, 99))) == pasts[book.sequence - 1]
    if late == 0:
        assert stage.state() != GAPPED
