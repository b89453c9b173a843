"""Whatever the wire brings, the feed counts and reports; a book that says it is valid is right and never crossed."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.domain.check import check_terms
from basisdesk.domain.errors import DecodeError
from basisdesk.kernel.book import CROSSED, GAPPED, VALID
from basisdesk.venues.contract import Trouble
from basisdesk.venues.deribit import VENUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.venues.deribit.conftest import Stage

BOOK = "book.BTC-PERPETUAL.100ms"


def push(channel: str, data: Any) -> bytes:
    frame = {"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}}
    return json.dumps(frame, separators=(",", ":")).encode()


SIDES = {"bids": [["new", 10.0, 30.0]], "asks": [["new", 10.5, 10.0], ["new", 11.0, 20.0]]}
WHOLE = {"change_id": 7, "bids": [[10.0, 30.0]], "asks": [[10.5, 10.0]]}
BEST = {"best_bid_price": 10.0, "best_bid_amount": 1.0, "best_ask_price": 11.0, "best_ask_amount": 1.0}
TRADES = [{"price": 10.0, "amount": 10.0, "direction": "buy", "trade_id": "1", "instrument_name": "BTC-PERPETUAL"}]
FRAMES = [
    push(BOOK, SIDES | {"type": "snapshot", "change_id": 5}),
    push(BOOK, SIDES | {"type": "change", "prev_change_id": 5, "change_id": 6}),
    push(BOOK, {"prev_change_id": 6, "change_id": 7, "bids": [["change", 10.2, 1.0]], "asks": [["delete", 10.5, 0.0]]}),
    push("book.BTC-PERPETUAL.raw", SIDES | {"type": "snapshot", "change_id": 7}),
    push("book.BTC-PERPETUAL.none.10.100ms", WHOLE),
    push("book.BTC-PERPETUAL.10.10.100ms", WHOLE),
    push("quote.BTC-PERPETUAL", BEST),
    push("ticker.ETH-PERPETUAL.100ms", BEST | {"mark_price": 10.0, "index_price": 10.0, "current_funding": 0.1}),
    push("incremental_ticker.ETH-PERPETUAL", {"best_bid_price": 9.0, "last_price": None}),
    push("trades.BTC-PERPETUAL.100ms", TRADES),
    push("trades.future.BTC.100ms", TRADES),
    push("deribit_price_index.btc_usd", {"price": 10.0}),
    push("perpetual.BTC-PERPETUAL.raw", {"index_price": 10.0}),
    push("platform_state", {"maintenance": True}),
    push("chart.trades.BTC-PERPETUAL.1", {"tick": 1}),
    b'{"jsonrpc":"2.0","id":100,"result":["book.BTC-PERPETUAL.100ms","quote.BTC-PERPETUAL"]}',
    b'{"jsonrpc":"2.0","id":100,"error":{"code":11050,"message":"bad_request","data":null}}',
    b'{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}',
]


@st.composite
def mutation_of(draw: st.DrawFn, whole: bytes) -> bytes:
    frame = bytearray(whole)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(frame)))
        piece = draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"9", b"-", b'"', b"}", b"null", b"1e999"])))
        frame[at : at + draw(st.integers(0, 3))] = piece
    return bytes(frame)


mutated = st.sampled_from(FRAMES).flatmap(mutation_of)


@settings(max_examples=300, deadline=None)
@given(
    frames=st.lists(mutated, max_size=30),
    step=st.sampled_from([1, 400_000_000, 9_000_000_000]),
    codes=st.sampled_from([[], ["BTC-PERPETUAL", "ETH-PERPETUAL"]]),
)
def test_mutated_frames_bring_nothing_but_counts_and_reports(
    staged: Callable[..., Stage], frames: list[bytes], step: int, codes: list[str]
) -> None:
    stage = staged(codes)
    stage.feed.connected(stage.now)
    for frame in frames:
        stage.feed.to_send()
        stage.hear(frame, after=step)
        stage.feed.on_time(stage.now)
        deadline = stage.feed.next_deadline()
        assert deadline is None or deadline > stage.now
        for market in stage.ear.markets.values():
            assert not (market.book.state(0) == VALID and not market.book.bid < market.book.ask)
    counted = stage.feed.undecoded + sum(market.tally.undecoded for market in stage.ear.markets.values())
    assert counted <= len(frames)
    assert (Trouble.UNDECODED in stage.troubles()) == (counted > 0)


changes = st.lists(
    st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 3), st.sampled_from(["sent", "lost", "twice", "torn"])),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(changes=changes)
def test_a_valid_book_equals_the_venues_whatever_is_lost_torn_or_repeated(
    staged: Callable[..., Stage], changes: list[tuple[bool, int, int, str]]
) -> None:
    stage = staged()
    stage.snapshot([("new", 40.0, 1.0)], [("new", 50.0, 1.0)], 1)
    truth: tuple[dict[float, float], dict[float, float]] = ({40.0: 1.0}, {50.0: 1.0})
    behind = gapped = False
    for at, (is_ask, rank, size, fate) in enumerate(changes, 1):
        price = float(rank + 49 if is_ask else rank)
        action = "delete" if not size else "change" if price in truth[is_ask] else "new"
        truth[is_ask].pop(price, None)
        truth[is_ask].update({price: float(size)} if size else {})
        level = [(action, price, float(size))]
        for _ in range({"sent": 1, "lost": 0, "twice": 2, "torn": 0}[fate]):
            stage.change([] if is_ask else level, level if is_ask else [], (at, at + 1))
        if fate == "torn":
            stage.hear(push(BOOK, SIDES)[:-9])
            gapped = True
        behind = behind or fate in {"lost", "torn"}
        gapped = gapped or (behind and fate != "lost")
        assert (stage.state() == GAPPED) == gapped
        if not behind:
            book = stage.market().book
            assert (dict(book.levels(0, 99)), dict(book.levels(1, 99)), book.sequence) == (*truth, at + 1)
    assert stage.market().tally.gaps == gapped
    assert len(stage.sent()) == 2 * gapped


@settings(max_examples=100, deadline=None)
@given(levels=st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(0, 2)), max_size=60))
def test_a_valid_book_is_never_crossed_by_any_changes(
    staged: Callable[..., Stage], levels: list[tuple[bool, int, int]]
) -> None:
    stage = staged()
    stage.snapshot([("new", 4.0, 1.0)], [("new", 5.0, 1.0)], 1)
    for at, (is_ask, price, size) in enumerate(levels, 1):
        level = [("change", float(price), float(size))]
        stage.change([] if is_ask else level, level if is_ask else [], (at, at + 1))
        book = stage.market().book
        assert (stage.state() == VALID) == (book.bid < book.ask)
        assert not (stage.state() == CROSSED and book.bid < book.ask)


LISTED = (
    b'{"result":[{"kind":"future","instrument_name":"BTC-27NOV26","instrument_type":"reversed","is_active":true,'
    b'"expiration_timestamp":1795766400000,"tick_size":0.5,"contract_size":10.0,"min_trade_amount":10.0,'
    b'"settlement_currency":"BTC","settlement_period":"month","base_currency":"BTC","quote_currency":"USD",'
    b'"max_leverage":50,"maker_commission":-1e-4,"tick_size_steps":[{"above_price":1,"tick_size":1}]}]}'
)
NUMBERS = [b"1e9999999", b"-1e-9999999", b"0", b"null", b'"NaN"', b'"Infinity"', b"9" * 40, b"1" + b"0" * 400, b"[]"]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_mutated_list_is_instruments_or_an_error_in_words(data: st.DataObject) -> None:
    text = LISTED
    for value in data.draw(st.lists(st.sampled_from([b"0.5", b"10.0", b"1795766400000", b"50", b"-1e-4", b":1"]))):
        text = text.replace(value, data.draw(st.sampled_from(NUMBERS)))
    text = data.draw(st.one_of(st.just(text), mutation_of(text)))
    found = []
    with suppress(DecodeError):
        found = VENUE.decode_instruments("public", text)
    assert all(check_terms(instrument) is None for instrument in found)
