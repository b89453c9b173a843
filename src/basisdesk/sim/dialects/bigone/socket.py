"""The spot socket: one connection, on which everything is asked for in frames.

A request is an object with a `requestId` and one field that says what is asked; answers and everything that follows
carry the same number.
A book begins with a snapshot; each change says which one it follows (`prevId`).
Own orders and balances need a login first; orders cannot be entered here, because the page does not show it.
Followed: https://open.bigone.com/docs/spot/pusher and the venue's websocket.proto.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from basisdesk.domain.account import Balance, OrderUpdate
from basisdesk.domain.arithmetic import plain
from basisdesk.domain.order import Side
from basisdesk.sim.contract import BookChanged, Exchange, Printed
from basisdesk.sim.dialects.bigone import spot_market, spot_money, spot_orders
from basisdesk.sim.dialects.bigone.refuse import No
from basisdesk.sim.dialects.bigone.spell import SECOND
from basisdesk.sim.dialects.bigone.visit import SPOT
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from basisdesk.domain.account import Update
    from basisdesk.sim.contract import Happening, SimMarket
    from basisdesk.venues.contract import Candle

    Body = dict[str, object]
    Rows = Sequence[tuple[Decimal, Decimal]]

SYSTEM, NO_LOGIN = 45000, 45001
LEVELS = 200
SPANS = {name.upper(): span for name, span in spot_market.SPANS.items()}
_DEPTH, _TRADES, _TICKER, _CANDLES = "Depth", "Trades", "Ticker", "Candles"
_ORDERS, _ACCOUNTS = "orders", "accounts"


class Topic(NamedTuple):
    """What a subscription hears; an empty symbol means every market."""

    kind: str
    symbol: str = ""
    period: str = ""


class Asked(msgspec.Struct):
    """The fields that any request may have."""

    market: str = ""
    markets: list[str] = msgspec.field(default_factory=list)
    limit: int = 20
    period: str = "MIN1"
    token: str = ""
    interval: int = 30


class Bad(Exception):  # noqa: N818 (it is an answer)
    """Why a request is refused."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.body: Body = {"error": {"code": code, "message": message}}


@dataclass(slots=True)
class Socket:
    """One connection: who has logged in, and what it hears by request number.

    `beats` is the pause between heartbeats in ns, 0 for none, and `beat_at` when the next is due.
    """

    exchange: Exchange
    admit: Callable[[str], str]
    account: str = ""
    topics: dict[Topic, object] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    beats: int = 0
    beat_at: int = 0
    beat_name: object = ""

    def hear(self, frame: bytes, now: int) -> list[Body]:
        """Return the answers to a frame."""
        try:
            request = msgspec.json.decode(frame)
        except UNREADABLE:
            return [{"requestId": "", "error": {"code": SYSTEM, "message": "not readable"}}]
        if not isinstance(request, dict):
            return [{"requestId": "", "error": {"code": SYSTEM, "message": "an object is expected"}}]
        name = request.pop("requestId", "")
        try:
            return [{"requestId": name, **body} for body in self._answer(name, request, now)]
        except Bad as bad:
            return [{"requestId": name, **bad.body}]

    def follow(self, event: Happening) -> list[Body]:
        """Return what is said of something that happened to a market."""
        market = self.exchange.markets[event.symbol]
        if market.instrument.market != SPOT:
            return []
        told: list[Body] = []
        for topic, name in self.topics.items():
            if topic.symbol in {"", event.symbol}:
                told += [{"requestId": name, **body} for body in self._follow(topic, market, event)]
        return told

    def told(self, updates: list[Update]) -> list[Body]:
        """Return what is said of the account's updates; an order changes what is locked, so that comes along."""
        bodies: list[Body] = []
        for update in [*updates, *self._locked(updates)]:
            for topic, name in self.topics.items():
                body = self._told(topic, update)
                if body is not None:
                    bodies.append({"requestId": name, **body})
        return bodies

    def beat(self, now: int) -> list[Body]:
        """Return the heartbeat when it is due."""
        if not self.beats or now < self.beat_at:
            return []
        self.beat_at = now + self.beats
        return [{"requestId": self.beat_name, "heartbeat": {"timestamp": str(now)}}]

    def _answer(self, name: object, request: Body, now: int) -> list[Body]:
        if len(request) != 1:
            raise Bad(SYSTEM, "one request is expected")
        (kind, raw), *_ = request.items()
        try:
            asked = msgspec.convert(raw, Asked)
        except msgspec.ValidationError as error:
            raise Bad(SYSTEM, str(error)) from None
        match kind:
            case "ping":
                return [{"pong": {}}]
            case "heartbeatRequest":
                self.beats, self.beat_name = max(0, asked.interval) * SECOND, name
                self.beat_at = now + self.beats
                return [_OK]
            case "authenticateCustomerRequest":
                return [self._login(asked.token)]
            case _:
                return self._subscription(kind, name, asked)

    def _login(self, token: str) -> Body:
        try:
            self.account = self.admit(token)
        except No as no:
            raise Bad(NO_LOGIN, no.words) from None
        return _OK

    def _subscription(self, kind: str, name: object, asked: Asked) -> list[Body]:
        verb = next((verb for verb in ("unsubscribe", "subscribe") if kind.startswith(verb)), "")
        topics = self._topics(kind.removeprefix(verb).removesuffix("Request"), asked)
        if not verb or topics is None:
            raise Bad(SYSTEM, f"unknown request {kind[:60]}")
        if verb == "unsubscribe":
            for topic in topics:
                self.topics.pop(topic, None)
            return [_OK]
        for topic in topics:
            self.topics[topic] = name
        return [self._snapshot(topics, asked)]

    def _topics(self, kind: str, asked: Asked) -> list[Topic] | None:  # noqa: PLR0911 (one for each request)
        match kind:
            case "MarketDepth":
                return [Topic(_DEPTH, self._symbol(asked.market))]
            case "MarketTrades":
                return [Topic(_TRADES, self._symbol(asked.market))]
            case "MarketsTicker":
                return [Topic(_TICKER, self._symbol(code)) for code in asked.markets] or [Topic(_TICKER)]
            case "MarketCandles":
                if asked.period not in SPANS:
                    raise Bad(SYSTEM, f"unknown period {asked.period[:20]}")
                return [Topic(_CANDLES, self._symbol(asked.market), asked.period)]
            case "ViewerOrders":
                return [self._own(Topic(_ORDERS, self._symbol(asked.market)))]
            case "AllViewerOrders":
                return [self._own(Topic(_ORDERS))]
            case "ViewerAccounts":
                return [self._own(Topic(_ACCOUNTS))]
            case _:
                return None

    def _own(self, topic: Topic) -> Topic:
        if not self.account:
            raise Bad(NO_LOGIN, "not authenticated")
        return topic

    def _symbol(self, code: str) -> str:
        market = self.exchange.market_of(SPOT, code)
        if market is None:
            raise Bad(SYSTEM, f"unknown market {code[:60]}")
        return market.instrument.symbol

    def _snapshot(self, topics: list[Topic], asked: Asked) -> Body:
        topic = topics[0]
        if topic.kind == _ORDERS:
            live = self.exchange.open_orders(self.account, SPOT, topic.symbol)
            return {"ordersSnapshot": {"orders": [self._order(each) for each in live]}}
        if topic.kind == _ACCOUNTS:
            rows = self.exchange.balances(self.account, SPOT)
            return {"accountsSnapshot": {"accounts": [_balance(row) for row in rows]}}
        if topic.kind == _TICKER:
            markets = [self.exchange.markets[each.symbol] for each in topics if each.symbol]
            markets = markets or [each for each in self.exchange.markets.values() if each.instrument.market == SPOT]
            return {"tickersSnapshot": {"tickers": [_ticker(market) for market in markets]}}
        market, count = self.exchange.markets[topic.symbol], max(1, asked.limit)
        if topic.kind == _DEPTH:
            self.sequences[topic.symbol] = market.sequence
            bids, asks = (spot_market.levels(market, side, LEVELS) for side in (0, 1))
            return {"depthSnapshot": {"depth": _depth(market, bids, asks), "changeId": str(market.sequence)}}
        if topic.kind == _TRADES:
            return {"tradesSnapshot": {"trades": [_trade(market, row) for row in reversed(market.trades[-count:])]}}
        rows_of = spot_market.latest_candles(self.exchange, market, SPANS[topic.period], count)
        return {"candlesSnapshot": {"candles": [_candle(market, topic.period, row) for row in reversed(rows_of)]}}

    def _follow(self, topic: Topic, market: SimMarket, event: Happening) -> list[Body]:
        match topic.kind, event:
            case "Depth", BookChanged():
                before, self.sequences[event.symbol] = self.sequences[event.symbol], event.sequence
                change = {"changeId": str(event.sequence), "prevId": str(before)}
                return [{"depthUpdate": {"depth": _depth(market, event.bids, event.asks), **change}}]
            case "Trades", Printed():
                return [{"tradeUpdate": {"trade": _trade(market, event)}}]
            case "Ticker", BookChanged() | Printed():
                return [{"tickerUpdate": {"ticker": _ticker(market)}}]
            case "Candles", Printed():
                rows = spot_market.latest_candles(self.exchange, market, SPANS[topic.period], 1)
                return [{"candleUpdate": {"candle": _candle(market, topic.period, row)}} for row in rows]
            case _:
                return []

    def _told(self, topic: Topic, update: Update) -> Body | None:
        match update:
            case OrderUpdate() if topic.kind == _ORDERS and self._concerns(topic, update.symbol):
                return {"orderUpdate": {"order": self._order(update)}}
            case Balance(wallet="spot") if topic.kind == _ACCOUNTS:
                return {"accountUpdate": {"account": _balance(update)}}
        return None

    def _locked(self, updates: list[Update]) -> list[Balance]:
        """Return the balances that orders changed, as far as the updates do not tell them."""
        assets = set()
        for row in updates:
            if isinstance(row, OrderUpdate) and self._concerns(Topic(_ORDERS), row.symbol):
                instrument = self.exchange.markets[row.symbol].instrument
                assets.add(instrument.quote if row.side is Side.BUY else instrument.base)
        assets -= {row.asset for row in updates if isinstance(row, Balance) and row.wallet == SPOT}
        balances = self.exchange.balances(self.account, SPOT) if assets else []
        return [row for row in balances if row.asset in assets]

    def _concerns(self, topic: Topic, symbol: str) -> bool:
        """Whether a topic is about this market; contracts have sockets of their own."""
        return topic.symbol in {"", symbol} and self.exchange.markets[symbol].instrument.market == SPOT

    def _order(self, update: OrderUpdate) -> Body:
        row = spot_orders.order_of(self.exchange, self.account, update)
        return {
            "id": str(row["id"]),
            "market": row["asset_pair_name"],
            "price": row["price"],
            "amount": row["amount"],
            "filledAmount": row["filled_amount"],
            "avgDealPrice": row["avg_deal_price"],
            "side": row["side"],
            "state": row["state"],
            "type": row["type"],
            "ioc": row["immediate_or_cancel"],
            "clientOrderId": row["client_order_id"],
            "createdAt": row["created_at"],
            "updatedAt": row["updated_at"],
        }


_KINDS = {
    "depthSnapshot": "snapshot", "depthUpdate": "book", "tradesSnapshot": "trades", "tradeUpdate": "trades",
    "tickersSnapshot": "ticker", "tickerUpdate": "ticker", "candlesSnapshot": "candles", "candleUpdate": "candles",
    "ordersSnapshot": "account", "orderUpdate": "account", "accountsSnapshot": "account", "accountUpdate": "account",
}  # fmt: skip
_MARKETS = {"depthSnapshot": "depth", "depthUpdate": "depth", "tradeUpdate": "trade", "tickerUpdate": "ticker"}
_OK: dict[str, object] = {"success": {"ok": True}}


def topic_of(message: Body) -> str:
    """Return what a message is about, for the faults of the wire."""
    name = next((name for name in message if name in _KINDS), "")
    inner = message.get(name)
    row = inner.get(_MARKETS.get(name, "")) if isinstance(inner, dict) else None
    market = row["market"] if isinstance(row, dict) else ""
    return f"{_KINDS.get(name, 'control')} {market}".rstrip()


def _depth(market: SimMarket, bids: Rows, asks: Rows) -> Body:
    return {"market": market.instrument.code, "asks": _levels(asks), "bids": _levels(bids)}


def _levels(rows: Rows) -> list[Body]:
    return [{"price": plain(price), "amount": plain(size), "orderCount": "1" if size else "0"} for price, size in rows]


def _trade(market: SimMarket, row: Printed) -> Body:
    told = spot_market.trade_of(row)
    return {
        "id": str(told["id"]),
        "price": told["price"],
        "amount": told["amount"],
        "market": market.instrument.code,
        "createdAt": told["created_at"],
        "takerSide": told["taker_side"],
    }


def _ticker(market: SimMarket) -> Body:
    told = spot_market.ticker_of(market)
    sides = [spot_market.levels(market, side, 1) for side in (0, 1)]
    bid, ask = (_levels(rows)[0] if rows else {"price": "0", "amount": "0", "orderCount": "0"} for rows in sides)
    return {
        "market": market.instrument.code,
        "ask": ask,
        "bid": bid,
        "open": told["open"],
        "high": told["high"],
        "low": told["low"],
        "close": told["close"],
        "volume": told["volume"],
        "dailyChange": told["daily_change"],
    }


def _candle(market: SimMarket, period: str, row: Candle) -> Body:
    return {"market": market.instrument.code, "period": period, **spot_market.candle_of(market.instrument, row)}


def _balance(row: Balance) -> Body:
    told = spot_money.balance_of(row)
    return {"asset": told["asset_symbol"], "balance": told["balance"], "lockedBalance": told["locked_balance"]}
