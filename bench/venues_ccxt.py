"""Contender: ccxt's streaming order books of the other venues, fed as its socket client feeds them."""

import gzip
from collections.abc import Callable
from typing import Any

import ccxt.pro
import orjson

from serve_rounds import serve
from venue_frames import PLACES, load, turns_of, venue_of

URLS = {
    "okx": "wss://ws.okx.com:8443/ws/v5/public",
    "bybit": "wss://stream.bybit.com/v5/public/linear",
    "deribit": "wss://www.deribit.com/ws/api/v2",
    "htx": "wss://api.hbdm.com/linear-swap-ws",
}


class Socket:
    """What the order book code needs of ccxt's socket client; nobody awaits, so resolving is free."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.subscriptions: dict[str, Any] = {}
        self.futures: dict[str, Any] = {}

    def resolve(self, result: object, message_hash: str) -> object:
        return result

    def reject(self, error: Exception, message_hash: str = "") -> None:
        raise error


def market_of(code: str, symbol: str) -> dict[str, Any]:
    """Return a market as ccxt loads it, without asking a venue."""
    settle = symbol.partition(":")[2]
    return {
        "id": code,
        "lowercaseId": code.lower(),
        "symbol": symbol,
        "base": "BTC",
        "quote": symbol[4:].partition(":")[0],
        "settle": settle or None,
        "type": "swap" if settle else "spot",
        "spot": not settle,
        "swap": bool(settle),
        "future": False,
        "option": False,
        "linear": settle == "USDT",
        "inverse": settle == "BTC",
        "contract": bool(settle),
        "active": True,
        "precision": {"price": 0.1, "amount": 0.001},
        "limits": {},
        "info": {"instrument_name": code},
    }


def prepare(row: str) -> Callable[[], int]:
    """Return a pass over the row's frames on a fresh book."""
    _, code, symbol, _, _ = PLACES[row]
    frames, _ = load(row)
    venue = venue_of(row)
    exchange = getattr(ccxt.pro, venue)()
    exchange.set_markets([market_of(code, symbol)])
    client = Socket(URLS[venue])
    loads, route, inflate = orjson.loads, exchange.handle_message, gzip.decompress
    packed = venue == "htx"
    if venue == "deribit":
        exchange.options["watchOrderBook"] = {}
    route(client, loads(inflate(frames[0]) if packed else frames[0]))
    turns = turns_of(frames)

    def run() -> int:
        top = 0.0
        for turn in range(turns):
            if turn > 0:
                route(client, loads(inflate(frames[0]) if packed else frames[0]))
            book = exchange.orderbooks[symbol]
            for text in frames[1:]:
                route(client, loads(inflate(text) if packed else text))
                top += book["bids"][0][0] + book["asks"][0][0]
        assert top > 0
        assert len(exchange.orderbooks[symbol]["bids"])
        return turns * len(frames) - 1

    return run


serve(prepare)
