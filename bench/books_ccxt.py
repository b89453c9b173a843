"""Contender: ccxt's streaming order book, fed as its socket client feeds it (decode, route, apply, read the top)."""

import json
from collections.abc import Callable
from typing import Any

import ccxt.pro
import orjson

from frames import CODES, load
from serve_rounds import serve

SYMBOLS = {"spot": "BTC/USDT", "usdm": "BTC/USDT:USDT", "coinm": "BTC/USD:BTC"}
URLS = {
    "spot": "wss://stream.binance.com:9443/ws/0",
    "usdm": "wss://fstream.binance.com/public/ws/0",
    "coinm": "wss://dstream.binance.com/ws/0",
}


class Socket:
    """What the order book code needs of ccxt's socket client; nobody awaits, so resolving is free."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.subscriptions: dict[str, Any] = {}

    def resolve(self, result: object, message_hash: str) -> object:
        return result

    def reject(self, error: Exception, message_hash: str) -> None:
        raise error


def prepare(market: str) -> Callable[[], int]:
    """Return a pass over the market's frames on a fresh book."""
    snapshot, frames, _ = load(market)
    exchange = ccxt.pro.binance()
    symbol = SYMBOLS[market]
    listed = {
        "id": CODES[market], "symbol": symbol, "base": "BTC", "quote": symbol[4:].split(":")[0],
        "settle": None if market == "spot" else symbol.split(":")[1], "type": "spot" if market == "spot" else "swap",
        "spot": market == "spot", "swap": market != "spot", "future": False, "option": False,
        "linear": market == "usdm", "inverse": market == "coinm", "contract": market != "spot", "active": True,
        "precision": {"price": 0.1, "amount": 0.001}, "limits": {}, "info": {},
    }  # fmt: skip
    exchange.set_markets([listed])
    body = json.loads(snapshot)
    book = exchange.order_book({}, 1000)
    parsed = exchange.parse_order_book(body, symbol)
    parsed["nonce"] = body["lastUpdateId"]
    book.reset(parsed)
    exchange.orderbooks[symbol] = book
    client = Socket(URLS[market])
    texts = [frame.decode() for frame in frames]
    loads, route = orjson.loads, exchange.handle_message

    def run() -> int:
        top = 0.0
        for text in texts:
            route(client, loads(text))
            top += book["bids"][0][0] + book["asks"][0][0]
        assert book["nonce"] == json.loads(texts[-1])["data"]["u"], "the contender lost the sequence"
        assert top > 0
        return len(texts)

    return run


serve(prepare)
