"""Contender: NautilusTrader's Binance decoder and order book (decode, build deltas, apply, read the top)."""

import json
from collections.abc import Callable

import msgspec
from nautilus_trader.adapters.binance.common.schemas.market import BinanceOrderBookMsg
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity

from frames import load
from serve_rounds import serve

ID = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")


def opened(snapshot: bytes) -> OrderBook:
    """Return a book that holds the snapshot."""
    body = json.loads(snapshot)
    book = OrderBook(ID, BookType.L2_MBP)
    deltas = [
        OrderBookDelta(ID, BookAction.ADD, BookOrder(side, Price.from_str(p), Quantity.from_str(q), 0), 0, 0, 0, 0)
        for side, levels in ((OrderSide.BUY, body["bids"]), (OrderSide.SELL, body["asks"]))
        for p, q in levels
    ]
    book.apply_deltas(OrderBookDeltas(ID, deltas))
    return book


def prepare(market: str) -> Callable[[], int]:
    """Return a pass over the market's frames on a fresh book."""
    snapshot, frames, _ = load(market)
    book = opened(snapshot)
    decode = msgspec.json.Decoder(BinanceOrderBookMsg).decode

    def run() -> int:
        top = 0.0
        for frame in frames:
            deltas = decode(frame).data.parse_to_order_book_deltas(instrument_id=ID, ts_init=0)
            book.apply_deltas(deltas)
            top += float(book.best_bid_price()) + float(book.best_ask_price())
        assert top > 0
        return len(frames)

    return run


serve(prepare)
