"""Spot's orders over REST: place, cancel, find, list, and the account's trades.

Amounts and prices have to be text.
Post-only and immediate-or-cancel exclude one another, ids of the client are refused when they come again within a day,
and stop orders are not simulated.
What the amount of a market buy counts is not certain (the pages say coin, clients of others send money), so both are
understood: it is coin where its value lies within the pair's limits, and money where it does not.
Followed: https://open.bigone.com/docs/spot (orders, trades).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.ask import NewOrder, OrderRef, OrderType, TimeInForce
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.spell import after_page, page_of, stamp
from basisdesk.sim.dialects.bigone.spot_market import MOST_VALUE, last_price
from basisdesk.sim.dialects.bigone.visit import SPOT, Page, Visit, decimal

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill, OrderUpdate
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange, SimMarket

_CLIENT_ID = re.compile(r"[a-zA-Z0-9-_]{1,36}")
_STATES = {
    "PENDING": ("PENDING",), "OPENING": ("PENDING",), "CLOSED": ("FILLED", "CANCELLED", "REJECTED"),
    "FILLED": ("FILLED",), "CANCELLED": ("CANCELLED",), "ALL": ("PENDING", "FILLED", "CANCELLED", "REJECTED"),
    "NONE_FILLED": ("PENDING", "CANCELLED", "REJECTED"),
}  # fmt: skip


class Wanted(msgspec.Struct):
    """An order as it is sent."""

    asset_pair_name: str
    side: Literal["BID", "ASK"]
    amount: str
    type: Literal["LIMIT", "MARKET", "STOP_LIMIT", "STOP_MARKET"]
    price: str | None = None
    stop_price: str | None = None
    operator: Literal["GTE", "LTE"] | None = None
    immediate_or_cancel: bool | None = None
    post_only: bool | None = None
    client_order_id: str | None = None


class Named(msgspec.Struct):
    """What names an order to be cancelled."""

    order_id: int | str | None = None
    client_order_id: str | None = None


class OfPair(msgspec.Struct):
    """What names the pair whose orders are cancelled."""

    asset_pair_name: str


def create(visit: Visit) -> object:
    """Take an order."""
    return _create(visit, visit.read(Wanted))


def create_many(visit: Visit) -> object:
    """Take several orders, one after the other."""
    return [_create(visit, wanted) for wanted in visit.read(list[Wanted])]


def by_path(visit: Visit) -> object:
    """Tell the order that the path names."""
    return _tell(visit, OrderRef(symbol="", venue_id=visit.parts["id"]))


def by_query(visit: Visit) -> object:
    """Tell the order that the parameters name."""
    ref = _ref(visit.query.get("order_id"), visit.query.get("client_order_id"))
    return _tell(visit, ref)


def cancel_by_path(visit: Visit) -> object:
    """Cancel the order that the path names."""
    return _cancel(visit, OrderRef(symbol="", venue_id=visit.parts["id"]))


def cancel_named(visit: Visit) -> object:
    """Cancel the order that the body names."""
    named = visit.read(Named)
    return _cancel(visit, _ref(None if named.order_id is None else str(named.order_id), named.client_order_id))


def cancel_all(visit: Visit) -> object:
    """Cancel all orders of a pair."""
    market = visit.pair(visit.read(OfPair).asset_pair_name)
    ended = visit.exchange.cancel_all(visit.account, SPOT, market.instrument.symbol, visit.now)
    return {"cancelled": [int(order.venue_id) for order in ended], "failed": []}


def listed(visit: Visit) -> object:
    """List a pair's orders, newest first."""
    market = visit.pair(_pair_name(visit))
    states, side = _STATES.get(visit.query.get("state", "PENDING")), visit.query.get("side")
    if states is None or side not in {None, "BID", "ASK"}:
        raise refuse.spot(refuse.PARAMETER)
    past = visit.exchange.past_orders(visit.account, SPOT, market.instrument.symbol, 0, visit.now)
    rows = [order_of(visit.exchange, visit.account, each) for each in reversed(past)]
    unfilled = visit.query.get("state") == "NONE_FILLED"
    wanted = [
        row
        for row in rows
        if row["state"] in states and side in {None, row["side"]} and not (unfilled and row["filled_amount"] != "0")
    ]
    return _page(visit, wanted)


def trades(visit: Visit) -> object:
    """List the account's trades of a pair, newest first."""
    market = visit.pair(_pair_name(visit))
    fills = visit.exchange.fills(visit.account, SPOT, market.instrument.symbol, 0, visit.now)
    return _page(visit, [trade_of(market.instrument, fill) for fill in reversed(fills)])


def order_of(exchange: Exchange, account: str, update: OrderUpdate) -> dict[str, object]:
    """Write an order; one that was to spend money counts money."""
    new = exchange.new_order_of(account, update.venue_id)
    assert new is not None  # the exchange has just told of it
    created = exchange.created_at(account, update.venue_id)
    by_money = update.size is None
    filled = update.filled * (update.average or 0) if by_money else update.filled
    amount = new.money if by_money else update.size
    return {
        "id": int(update.venue_id),
        "asset_pair_name": exchange.markets[update.symbol].instrument.code,
        "price": plain(update.price) if update.price is not None else "0",
        "amount": plain(amount or Decimal(0)),
        "filled_amount": plain(filled) if filled else "0",
        "avg_deal_price": plain(update.average) if update.average is not None else "0",
        "side": "BID" if update.side is Side.BUY else "ASK",
        "type": "MARKET" if new.type is OrderType.MARKET else "LIMIT",
        "state": state_of(update),
        "client_order_id": update.client_id,
        "immediate_or_cancel": new.time_in_force is TimeInForce.IOC,
        "post_only": new.post_only,
        "stop_price": None,
        "operator": None,
        "created_at": stamp(created),
        "updated_at": stamp(update.at),
    }


def state_of(update: OrderUpdate) -> str:
    """Return an order's state; what was not to rest and could not fill ends as cancelled."""
    if update.status is not OrderStatus.DONE:
        return "PENDING"
    match update.reason:
        case DoneReason.FILLED:
            return "FILLED"
        case DoneReason.REJECTED:
            return "REJECTED"
        case _:
            return "CANCELLED"


def trade_of(instrument: Instrument, fill: Fill) -> dict[str, object]:
    """Write one of the account's trades."""
    side, other = ("BID", "ASK") if fill.side is Side.BUY else ("ASK", "BID")
    order, fee = int(fill.venue_id), plain(fill.fee or Decimal(0))
    at = stamp(fill.at, fine=True)
    return {
        "id": int(fill.trade_id),
        "asset_pair_name": instrument.code,
        "price": plain(fill.price),
        "amount": plain(fill.size),
        "taker_side": other if fill.maker else side,
        "side": side,
        "maker_order_id": order if fill.maker else None,
        "taker_order_id": None if fill.maker else order,
        "maker_fee": fee if fill.maker else None,
        "taker_fee": None if fill.maker else fee,
        "inserted_at": at,
        "created_at": at,
    }


def _create(visit: Visit, wanted: Wanted) -> dict[str, object]:
    market = visit.pair(wanted.asset_pair_name)
    order = _order(market, wanted)
    placed = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(placed, Refused):
        low = order.price is not None and order.price < last_price(market)
        raise refuse.of_spot(placed, too_low=low)
    return order_of(visit.exchange, visit.account, placed)


def _order(market: SimMarket, wanted: Wanted) -> NewOrder:
    amount = decimal(wanted.amount)
    price = None if wanted.price is None else decimal(wanted.price)
    limit = wanted.type == "LIMIT"
    client_id = wanted.client_order_id or ""
    if wanted.type.startswith("STOP") or wanted.stop_price is not None or wanted.operator is not None:
        raise refuse.spot(refuse.PARAMETER, "stop orders are not simulated")
    if amount is None or (limit and price is None) or (client_id and not _CLIENT_ID.fullmatch(client_id)):
        raise refuse.spot(refuse.PARAMETER)
    if wanted.immediate_or_cancel and wanted.post_only:
        raise refuse.spot(refuse.PARAMETER, "immediate_or_cancel and post_only are mutually exclusive")
    symbol = market.instrument.symbol
    side = Side.BUY if wanted.side == "BID" else Side.SELL
    if not limit:
        money = side is Side.BUY and _counts_money(market, amount)
        return NewOrder(
            symbol=symbol, side=side, type=OrderType.MARKET, client_id=client_id,
            size=None if money else amount, money=amount if money else None,
        )  # fmt: skip
    if price is not None and price * amount > MOST_VALUE:
        raise refuse.spot(refuse.PARAMETER, refuse.MOST)
    return NewOrder(
        symbol=symbol, side=side, type=OrderType.LIMIT, client_id=client_id, size=amount, price=price,
        time_in_force=TimeInForce.IOC if wanted.immediate_or_cancel else TimeInForce.GTC,
        post_only=bool(wanted.post_only),
    )  # fmt: skip


def _counts_money(market: SimMarket, amount: Decimal) -> bool:
    """Whether the amount of a market buy is taken for money."""
    least, worth = market.instrument.min_notional, amount * last_price(market)
    return not least <= worth <= MOST_VALUE and least <= amount <= MOST_VALUE


def _tell(visit: Visit, ref: OrderRef) -> dict[str, object]:
    found = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(found, Refused) or not _is_spot(visit, found):
        raise refuse.spot(refuse.NOT_FOUND)
    return order_of(visit.exchange, visit.account, found)


def _cancel(visit: Visit, ref: OrderRef) -> dict[str, object]:
    found = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(found, Refused) or not _is_spot(visit, found):
        raise refuse.spot(refuse.NOT_FOUND if ref.venue_id else refuse.NO_OPENING)
    ended = visit.exchange.cancel(visit.account, OrderRef(symbol="", venue_id=found.venue_id), visit.now)
    if isinstance(ended, Refused):
        raise refuse.spot(refuse.CLOSED) if ended.reason is Reason.UNKNOWN_ORDER else refuse.of_spot(ended)
    return order_of(visit.exchange, visit.account, ended)


def _is_spot(visit: Visit, update: OrderUpdate) -> bool:
    return visit.exchange.markets[update.symbol].instrument.market == SPOT


def _ref(order_id: str | None, client_id: str | None) -> OrderRef:
    if not order_id and not client_id:
        raise refuse.spot(refuse.PARAMETER, "order_id or client_order_id is required")
    return OrderRef(symbol="", venue_id=order_id or "", client_id=client_id or "")


def _pair_name(visit: Visit) -> str:
    if "asset_pair_name" not in visit.query:
        raise refuse.spot(refuse.PARAMETER, "asset_pair_name is required")
    return visit.query["asset_pair_name"]


def _page(visit: Visit, rows: list[dict[str, object]]) -> Page:
    """Return the rows after the page that was told, as many as are wanted."""
    count = visit.limit(20, 200)
    after = after_page(visit.query["page_token"]) if visit.query.get("page_token") else None
    if visit.query.get("page_token") and after is None:
        raise refuse.spot(refuse.PARAMETER, "page_token is none")
    ids = [int(str(row["id"])) for row in rows]
    rest = [row for row, number in zip(rows, ids, strict=True) if after is None or number < after]
    told = rest[:count]
    return Page(told, page_of(int(str(told[-1]["id"]))) if len(rest) > count else "")
