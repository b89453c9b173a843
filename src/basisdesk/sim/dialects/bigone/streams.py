"""Contract streams: the address is the subscription, and nothing is ever received.

A stream begins with what is there (the whole book, the latest trades and candle, all figures), then tells changes; the
private stream tells nothing until something happens.
A handshake is answered with 400 for an address that names no contract or period, with 401 where the private stream's
token does not say whose it is, and with 500 while the venue has no book to begin with.
Followed: https://open.bigone.com/docs/contract (WebSocket).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position
from basisdesk.kernel.book import VALID
from basisdesk.sim.contract import BookChanged, HttpAnswer, Printed
from basisdesk.sim.dialects.bigone import contract_account, contract_market, contract_orders
from basisdesk.sim.dialects.bigone.spell import SECOND
from basisdesk.sim.dialects.bigone.visit import CONTRACT

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.sim.contract import Exchange, Happening
    from basisdesk.sim.dialects.bigone.notes import Notes

ROOT = "/ws/contract/v2/"
PRIVATE = "stream"
ZERO = Decimal(0)
_KINDS = {
    "depth": "book", "trades": "trades", "candlesticks": "candles", "instruments": "carry", PRIVATE: "account",
}  # fmt: skip
_FAULTS = {400: "Bad Request", 401: "Unauthorized", 500: "Internal Server Error"}


class Stream(NamedTuple):
    """What one connection hears: its kind, its contract (empty for all) and its period; `account` of a private one."""

    kind: str
    symbol: str = ""
    period: str = ""
    account: str = ""


def fault(status: int) -> HttpAnswer:
    """Return the answer to a handshake that is refused."""
    return HttpAnswer(status, msgspec.json.encode({"message": _FAULTS[status]}))


def stream_of(exchange: Exchange, name: str) -> Stream | int:
    """Return what an address below `ROOT` names, else the status of its refusal; the private one is not looked at."""
    kind, _, code = name.partition("@")
    kind, _, period = kind.partition("/")
    if name == "instruments":
        return Stream(kind)
    market = exchange.market_of(CONTRACT, code)
    known = kind in {"depth", "trades", "instruments"} and not period
    if market is None or not (known or (kind == "candlesticks" and period in contract_market.PERIODS)):
        return 400
    if kind == "depth" and market.book.state(0) != VALID:
        return 500
    return Stream(kind, market.instrument.symbol, period)


def beginning(exchange: Exchange, stream: Stream) -> list[object]:
    """Return the first messages of a stream."""
    if stream.kind == PRIVATE:
        return []
    if not stream.symbol:
        return [[contract_market.figures_of(exchange, market) for market in contract_market.contracts(exchange)]]
    market = exchange.markets[stream.symbol]
    match stream.kind:
        case "depth":
            return [contract_market.book_of(market)]
        case "trades":
            rows = market.trades[-contract_market.RECENT :]
            return [[contract_market.trade_of(market.instrument, row) for row in rows]]
        case "instruments":
            return [[contract_market.figures_of(exchange, market)]]
        case _:
            return _candle(exchange, stream)


def follow(exchange: Exchange, stream: Stream, event: Happening) -> list[object]:
    """Return what a public stream says of something that happened."""
    instrument = exchange.markets[event.symbol].instrument
    if instrument.market != CONTRACT or stream.symbol not in {"", event.symbol}:
        return []
    market = exchange.markets[event.symbol]
    match stream.kind, event:
        case "depth", BookChanged():
            return [contract_market.change_of(market, event)]
        case "trades", Printed():
            return [[contract_market.trade_of(instrument, event)]]
        case "candlesticks", Printed():
            return _candle(exchange, stream)
        case "instruments", _ if not isinstance(event, BookChanged):
            return [[contract_market.figures_of(exchange, market)]]
        case _:
            return []


def told(exchange: Exchange, account: str, updates: list[Update], notes: Notes) -> list[object]:
    """Return what the private stream of an account says of its updates: one message, and one more for each purse.

    An order changes what its position's row says of resting orders, and what the purse has left, so both come along.
    """
    updates = [*updates, *_changed(exchange, account, updates)]
    body: dict[str, list[object]] = {}
    purses: dict[str, object] = {}
    for update in updates:
        match update:
            case OrderUpdate() if _is_contract(exchange, update.symbol):
                body.setdefault("orders", []).append(contract_orders.order_of(exchange, account, update))
            case Fill() if _is_contract(exchange, update.symbol):
                row = contract_orders.trade_of(exchange, update, notes.profit(account, update))
                body.setdefault("trades", []).append(row)
            case Position():
                row = contract_account.position_row(exchange, account, update.symbol, notes, update)
                body.setdefault("positions", []).append(row)
            case Balance(wallet="contract"):
                purses[update.asset] = contract_account.cash_row(exchange, account, update.asset, update)
            case _:
                continue
    messages: list[object] = [{"cash": purse} for purse in purses.values()]
    if body and messages:
        messages[0] = {"cash": next(iter(purses.values())), **body}
    elif body:
        messages.append(body)
    return messages


def topic_of(exchange: Exchange, stream: Stream, message: object) -> str:
    """Return what a message of a stream is about, for the faults of the wire."""
    kind = _KINDS[stream.kind]
    if isinstance(message, dict) and message.get("from") == 0:
        kind = "snapshot"
    return f"{kind} {exchange.markets[stream.symbol].instrument.code}" if stream.symbol else kind


def _candle(exchange: Exchange, stream: Stream) -> list[object]:
    """Return the latest candle of a stream's period."""
    market = exchange.markets[stream.symbol]
    period = contract_market.PERIODS[stream.period] * SECOND
    rows = exchange.candles(stream.symbol, period, 0, 1)
    return [
        [contract_market.candle_of(market.instrument, stream.period, row, market.sequence + row.trades) for row in rows]
    ]


def _changed(exchange: Exchange, account: str, updates: list[Update]) -> list[Update]:
    """Return positions and purses that orders changed, as far as the updates do not tell them."""
    symbols = [row.symbol for row in updates if isinstance(row, OrderUpdate) and _is_contract(exchange, row.symbol)]
    if not symbols:
        return []
    known = {row.symbol for row in updates if isinstance(row, Position)}
    paid = {row.asset for row in updates if isinstance(row, Balance) and row.wallet == CONTRACT}
    changed: list[Update] = []
    for symbol in dict.fromkeys(each for each in symbols if each not in known):
        changed += exchange.positions(account, CONTRACT, symbol) or [Position(at=0, symbol=symbol, size=ZERO)]
    settles = {exchange.markets[symbol].instrument.settle for symbol in symbols} - paid
    return changed + [row for row in exchange.balances(account, CONTRACT) if row.asset in settles]


def _is_contract(exchange: Exchange, symbol: str) -> bool:
    return exchange.markets[symbol].instrument.market == CONTRACT
