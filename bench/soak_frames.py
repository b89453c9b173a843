# ruff: noqa: E501 (templates of whole messages)
"""What six venues say in the soak: acknowledgements, whole books, changes, best prices and trades, in their own shapes.

A book's best prices stand still while the sizes there change with every message, and deeper levels come and go, so a
frame is a template filled with one of a few prepared sets of levels and the next number of its book.
Shapes follow the pages named in the venues' own folders; the addresses are those that the codecs connect to.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LINES = {
    "binance": "usdm", "bybit": "linear", "okx": "public", "deribit": "public", "htx": "linear", "bigone": "spot",
}  # fmt: skip
"""By venue: the product line."""
CODES = {
    "binance": "{}USDT", "bybit": "{}USDT", "okx": "{}-USDT-SWAP", "deribit": "{}_USDC-PERPETUAL", "htx": "{}-USDT",
    "bigone": "{}-USDT",
}  # fmt: skip
KINDS = ("book", "ticker", "trade")
SETS = 63
DEPTH = 20
CHANGED = 5
BID, ASK, STEP = 1000, 1001, 1
"""Prices are tenths: bids go down from 100.0, asks up from 100.1."""
Level = tuple[str, int]
Answer = tuple[list[bytes], list[tuple[str, str]]]
"""What answers a request: frames, and the (kind, code) that flow from then on."""


def code_of(venue: str, number: int) -> str:
    """Return the venue's code of the market with this number: coins A00, A01, ... B00 and so on."""
    return CODES[venue].format(f"{chr(65 + number // 100)}{number % 100:02d}")


def sides(number: int, count: int = CHANGED) -> tuple[list[Level], list[Level]]:
    """Return levels of both sides as (price, size); the best of them is always there."""
    found = []
    for best, step in ((BID, -STEP), (ASK, STEP)):
        sizes = [1 + number % 9] + [0 if (number + j) % 7 == 0 else 1 + number * j % 50 for j in range(1, count)]
        found.append([(f"{(best + step * j) / 10:.1f}", size) for j, size in enumerate(sizes)])
    return found[0], found[1]


def _pairs(levels: Sequence[Level]) -> str:
    return "[" + ",".join(f'["{price}","{size}"]' for price, size in levels) + "]"


def _fours(levels: Sequence[Level]) -> str:
    return "[" + ",".join(f'["{price}","{size}","0","1"]' for price, size in levels) + "]"


def _named(levels: Sequence[Level]) -> str:
    words = [(("change" if size else "delete"), price, size) for price, size in levels]
    return "[" + ",".join(f'["{word}",{price},{size}.0]' for word, price, size in words) + "]"


def _numbers(levels: Sequence[Level]) -> str:
    return "[" + ",".join(f"[{price},{size}]" for price, size in levels) + "]"


def _rows(levels: Sequence[Level]) -> str:
    return "[" + ",".join(f'{{"price":"{price}","amount":"{size}","orderCount":1}}' for price, size in levels) + "]"


_SPELL: dict[str, Callable[[Sequence[Level]], str]] = {
    "binance": _pairs, "bybit": _pairs, "okx": _fours, "deribit": _named, "htx": _numbers, "bigone": _rows,
}  # fmt: skip
_BOOK = {
    "binance": '{{"stream":"{low}@depth@100ms","data":{{"e":"depthUpdate","E":{at},"T":{at},"s":"{code}","U":{even},'
    '"u":{odd},"pu":{before},"b":{bids},"a":{asks}}}}}',
    "bybit": '{{"topic":"orderbook.200.{code}","type":"{delta}","ts":{at},"data":{{"s":"{code}","b":{bids},"a":{asks},'
    '"u":{next},"seq":{next}}},"cts":{at}}}',
    "okx": '{{"arg":{{"channel":"books","instId":"{code}"}},"action":"{update}","data":[{{"asks":{asks},"bids":{bids},'
    '"ts":"{at}","checksum":0,"seqId":{next},"prevSeqId":{last}}}]}}',
    "deribit": '{{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"book.{code}.100ms","data":{{"type":'
    '"{change}","timestamp":{at},"prev_change_id":{last},"instrument_name":"{code}","change_id":{next},'
    '"bids":{bids},"asks":{asks}}}}}}}',
    "htx": '{{"ch":"market.{code}.depth.size_150.high_freq","tick":{{"asks":{asks},"bids":{bids},"ch":'
    '"market.{code}.depth.size_150.high_freq","event":"{update}","id":{next},"mrid":{next},"ts":{at},'
    '"version":{next}}},"ts":{at}}}',
    "bigone": '{{"requestId":"2","{depth}":{{"depth":{{"market":"{code}","bids":{bids},"asks":{asks}}},'
    '"changeId":"{next}","prevId":"{last}"}}}}',
}
_TICKER = {
    "binance": '{{"stream":"{low}@bookTicker","data":{{"e":"bookTicker","u":{odd},"s":"{code}","b":"{bid}","B":"{size}",'
    '"a":"{ask}","A":"{size}","T":{at},"E":{at}}}}}',
    "bybit": '{{"topic":"tickers.{code}","type":"snapshot","data":{{"symbol":"{code}","lastPrice":"{bid}","bid1Price":'
    '"{bid}","bid1Size":"{size}","ask1Price":"{ask}","ask1Size":"{size}"}},"cs":{next},"ts":{at}}}',
    "okx": '{{"arg":{{"channel":"tickers","instId":"{code}"}},"data":[{{"instType":"SWAP","instId":"{code}","last":"{bid}",'
    '"lastSz":"1","askPx":"{ask}","askSz":"{size}","bidPx":"{bid}","bidSz":"{size}","ts":"{at}"}}]}}',
    "deribit": '{{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"quote.{code}","data":{{"timestamp":{at},'
    '"instrument_name":"{code}","best_bid_price":{bid},"best_bid_amount":{size}.0,"best_ask_price":{ask},'
    '"best_ask_amount":{size}.0}}}}}}',
    "htx": '{{"ch":"market.{code}.bbo","ts":{at},"tick":{{"mrid":{next},"id":1,"bid":[{bid},{size}],"ask":[{ask},{size}],'
    '"ts":{at},"version":{next},"ch":"market.{code}.bbo"}}}}',
    "bigone": '{{"requestId":"1","tickerUpdate":{{"ticker":{{"market":"{code}","bid":{{"price":"{bid}","amount":"{size}"}},'
    '"ask":{{"price":"{ask}","amount":"{size}"}},"close":"{bid}"}}}}}}',
}
_TRADE = {
    "binance": '{{"stream":"{low}@aggTrade","data":{{"e":"aggTrade","E":{at},"s":"{code}","a":{next},"p":"{bid}","q":'
    '"{size}","f":1,"l":1,"T":{at},"m":true}}}}',
    "bybit": '{{"topic":"publicTrade.{code}","type":"snapshot","ts":{at},"data":[{{"T":{at},"s":"{code}","S":"Buy","v":'
    '"{size}","p":"{ask}","L":"PlusTick","i":"{next}","BT":false}}]}}',
    "okx": '{{"arg":{{"channel":"trades","instId":"{code}"}},"data":[{{"instId":"{code}","tradeId":"{next}","px":"{bid}",'
    '"sz":"{size}","side":"sell","ts":"{at}"}}]}}',
    "deribit": '{{"jsonrpc":"2.0","method":"subscription","params":{{"channel":"trades.{code}.100ms","data":[{{"trade_seq":'
    '{next},"trade_id":"{next}","timestamp":{at},"price":{ask},"instrument_name":"{code}","direction":"buy",'
    '"amount":{size}.0}}]}}}}',
    "htx": '{{"ch":"market.{code}.trade.detail","ts":{at},"tick":{{"id":{next},"ts":{at},"data":[{{"amount":{size},"ts":{at},'
    '"id":{next},"price":{bid},"direction":"sell"}}]}}}}',
    "bigone": '{{"requestId":"3","tradeUpdate":{{"trade":{{"id":"{next}","market":"{code}","price":"{ask}","amount":'
    '"{size}","takerSide":"BID"}}}}}}',
}
_TEMPLATES = {"book": _BOOK, "ticker": _TICKER, "trade": _TRADE}


class Flow:
    """The messages of one (venue, kind, code), one after another; `sent` counts them."""

    def __init__(self, venue: str, kind: str, code: str) -> None:
        self.venue, self.kind, self.code = venue, kind, code
        self.sent = 0
        self._template = _TEMPLATES[kind][venue]
        spell = _SPELL[venue]
        self._levels = [tuple(map(spell, sides(number))) for number in range(SETS if kind == "book" else 0)]

    def whole(self, at: int) -> bytes:
        """Return the whole book that everything else follows."""
        return self._frame(
            at, _SPELL[self.venue](sides(1, DEPTH)[0]), _SPELL[self.venue](sides(1, DEPTH)[1]), whole=True
        )

    def next(self, at: int) -> bytes:
        """Return the next message, at a time in ms."""
        bids, asks = self._levels[self.sent % SETS] if self._levels else ("", "")
        return self._frame(at, bids, asks)

    def _frame(self, at: int, bids: str, asks: str, *, whole: bool = False) -> bytes:
        number = self.sent + 1000
        self.sent += 1
        text = self._template.format(
            code=self.code, low=self.code.lower(), at=at, bids=bids, asks=asks, bid="100.0", ask="100.1",
            size=1 + (number - 1000) % 9, last=-1 if whole and self.venue == "okx" else number - 1, next=number,
            even=2 * number, odd=2 * number + 1, before=2 * number - 1, delta="snapshot" if whole else "delta",
            update="snapshot" if whole else "update", change="snapshot" if whole else "change",
            depth="depthSnapshot" if whole else "depthUpdate",
        )  # fmt: skip
        return packed(text.encode()) if self.venue == "htx" else text.encode()


def packed(text: bytes) -> bytes:
    """Return a text as HTX sends it."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(text) + packer.flush()


def rest_book(flow: Flow) -> bytes:
    """Return Binance's whole book over REST, as of within the last message that the flow has sent."""
    bids, asks = sides(1, DEPTH)
    body = {"lastUpdateId": 2 * (flow.sent + 999), "bids": bids, "asks": asks}
    return json.dumps({**body, **{k: [[p, f"{s}"] for p, s in body[k]] for k in ("bids", "asks")}}).encode()  # type: ignore[attr-defined]


def answer(venue: str, frame: bytes) -> Answer:  # noqa: PLR0911 (a return a venue)
    """Return what a venue says to a frame of a client, and what it sends from then on."""
    if frame == b"ping":
        return [b"pong"], []
    asked = json.loads(frame)
    match venue:
        case "binance":
            flows = [_binance(name) for name in asked.get("params", ())]
            return [json.dumps({"result": None, "id": asked["id"]}).encode()], flows
        case "bybit":
            if asked["op"] == "ping":
                return [b'{"success":true,"ret_msg":"pong","conn_id":"1","req_id":"","op":"ping"}'], []
            told = {"success": True, "ret_msg": "", "conn_id": "1", "req_id": asked["req_id"], "op": "subscribe"}
            return [json.dumps(told).encode()], _known(asked["args"], "publicTrade", "tickers")
        case "okx":
            told_all = [json.dumps({"event": "subscribe", "arg": arg, "connId": "1"}) for arg in asked["args"]]
            kinds = {"books": "book", "tickers": "ticker", "trades": "trade"}
            flows = [(kinds[arg["channel"]], arg["instId"]) for arg in asked["args"] if arg["channel"] in kinds]
            return [text.encode() for text in told_all], flows
        case "deribit":
            channels = asked["params"].get("channels", ())
            timed = {"usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False}
            reply = {"jsonrpc": "2.0", "id": asked["id"], "result": channels or "ok", **timed}
            return [json.dumps(reply).encode()], _known(channels, "trades", "quote")
        case "htx":
            if "sub" not in asked:
                return [], []
            told = {"id": asked["id"], "status": "ok", "subbed": asked["sub"], "ts": 1}
            word = asked["sub"].split(".")
            kind = {"depth": "book", "bbo": "ticker", "trade": "trade"}[word[2]]
            return [packed(json.dumps(told).encode())], [(kind, word[1])]
        case _:
            return _bigone(asked)


def _binance(name: str) -> tuple[str, str]:
    code, _, stream = name.partition("@")
    return {"d": "book", "b": "ticker", "a": "trade"}[stream[0]], code.upper()


def _known(topics: Sequence[str], trades: str, tickers: str) -> list[tuple[str, str]]:
    """Sort topics by their first word; others than books, trades and best prices bring nothing here."""
    flows = []
    for topic in topics:
        words = topic.split(".")
        kind = {"orderbook": "book", "book": "book", trades: "trade", tickers: "ticker"}.get(words[0])
        if kind is not None:
            flows.append((kind, words[2] if words[0] == "orderbook" else words[1]))
    return flows


def _bigone(asked: dict[str, dict[str, object]]) -> Answer:
    """Answer with snapshots, which is how this venue acknowledges; a book's is the whole book that its flow begins with."""
    number = asked["requestId"]
    if "subscribeMarketDepthRequest" in asked:
        return [], [("book", str(asked["subscribeMarketDepthRequest"]["market"]))]
    if "subscribeMarketTradesRequest" in asked:
        none = {"requestId": number, "tradesSnapshot": {"trades": []}}
        return [json.dumps(none).encode()], [("trade", str(asked["subscribeMarketTradesRequest"]["market"]))]
    if "subscribeMarketsTickerRequest" in asked:
        markets = asked["subscribeMarketsTickerRequest"]["markets"]
        assert isinstance(markets, list)
        none = {"requestId": number, "tickersSnapshot": {"tickers": []}}
        return [json.dumps(none).encode()], [("ticker", code) for code in markets]
    return [b'{"requestId":"","heartbeat":{}}'], []
