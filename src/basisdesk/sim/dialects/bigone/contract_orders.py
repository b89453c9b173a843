"""Contracts' orders and trades over REST.

Size and price have to be JSON numbers; the kind of an order says how long it lives.
There are no ids of the client.
Lists come newest first and are paged by the id of their last row; rows of side FUNDING among the trades are funding
payments, whose fee is what was paid.
Conditional orders are not simulated.
Followed: https://open.bigone.com/docs/contract (orders, trades).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import msgspec

from basisdesk.domain.account import Fill, Forced, IncomeKind
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import NewOrder, OrderRef, OrderType, TimeInForce
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.spell import MILLISECOND, count_of, id_of, number, trade_id_of, uuid_of
from basisdesk.sim.dialects.bigone.visit import CONTRACT, json_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.account import Income, OrderUpdate
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange
    from basisdesk.sim.dialects.bigone.visit import Visit

    Row = dict[str, object]

PAGE, MOST = 100, 1000
STATUSES = (
    "NEW", "PARTIALLY_FILLED", "PARTIALLY_CANCELED", "CANCELED", "REJECTED", "FILLED", "UNTRIGGERED", "PENDING_CANCEL",
)  # fmt: skip
TYPES = ("LIMIT", "MARKET", "IOC", "FOK", "POST_ONLY")
_LIVES = {"IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
ZERO = Decimal(0)


class Wanted(msgspec.Struct, rename="camel"):
    """An order as it is sent."""

    symbol: str
    side: Literal["BUY", "SELL"]
    type: Literal["LIMIT", "MARKET", "IOC", "FOK", "POST_ONLY"]
    size: msgspec.Raw
    price: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    reduce_only: bool | None = None
    conditional: None = None


def create(visit: Visit) -> object:
    """Take an order."""
    wanted = visit.read_bare(Wanted)
    market = visit.contract(wanted.symbol)
    size, price = json_number(wanted.size), None
    if wanted.price is not msgspec.UNSET and bytes(wanted.price) != b"null":
        price = json_number(wanted.price)
        if price is None:
            raise refuse.contract(refuse.INVALID)
    is_market = wanted.type == "MARKET"
    if size is None or (price is None) != is_market:
        raise refuse.contract(refuse.INVALID)
    order = NewOrder(
        symbol=market.instrument.symbol, side=Side(wanted.side), client_id="", size=size, price=price,
        type=OrderType.MARKET if is_market else OrderType.LIMIT, post_only=wanted.type == "POST_ONLY",
        time_in_force=_LIVES.get(wanted.type, TimeInForce.GTC), reduce_only=bool(wanted.reduce_only),
    )  # fmt: skip
    placed = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(placed, Refused):
        raise refuse.of_contract(placed)
    return order_of(visit.exchange, visit.account, placed)


def find(visit: Visit) -> object:
    """Tell an order."""
    return order_of(visit.exchange, visit.account, _found(visit))


def cancel(visit: Visit) -> object:
    """Cancel an order; the page shows no body, the order is told all the same."""
    ref = OrderRef(symbol="", venue_id=_found(visit).venue_id)
    ended = visit.exchange.cancel(visit.account, ref, visit.now)
    if isinstance(ended, Refused):
        raise refuse.of_contract(ended)
    return order_of(visit.exchange, visit.account, ended)


def listed(visit: Visit) -> object:
    """List orders, newest first."""
    return _page(visit, _orders(visit))


def opening(visit: Visit) -> object:
    """List orders that live, newest first."""
    return _page(visit, _opening(visit))


def count(visit: Visit) -> object:
    """Count orders."""
    return {"count": len(_orders(visit))}


def opening_count(visit: Visit) -> object:
    """Count orders that live."""
    return {"count": len(_opening(visit))}


def trades(visit: Visit) -> object:
    """List trades and funding payments, newest first."""
    return _page(visit, _trades(visit))


def trades_count(visit: Visit) -> object:
    """Count trades and funding payments."""
    return {"count": len(_trades(visit))}


@precise
def order_of(exchange: Exchange, account: str, update: OrderUpdate) -> Row:
    """Write an order."""
    instrument = exchange.markets[update.symbol].instrument
    new = exchange.new_order_of(account, update.venue_id)
    size, price, average = update.size or ZERO, update.price or ZERO, update.average or ZERO
    liquidated = update.forced is Forced.LIQUIDATION
    created = exchange.created_at(account, update.venue_id) // MILLISECOND
    return {
        "id": id_of(update.venue_id),
        "userId": uuid_of(account),
        "liquidateUserId": uuid_of(account) if liquidated else None,
        "symbol": instrument.code,
        "currency": instrument.settle,
        "type": "ADL" if update.forced is Forced.ADL else _type(new),
        "side": update.side.value,
        "status": status_of(update),
        "price": number(price),
        "avgPrice": number(average),
        "size": number(size),
        "filled": number(update.filled),
        "notional": number(worth(instrument, size, price or average)),
        "filledNotional": number(worth(instrument, update.filled, average)),
        "reduceOnly": update.reduce_only,
        "isLiquidate": liquidated,
        "conditional": None,
        "meta": None,
        "seqNo": None,
        "ts": created,
        "timestamp": created,
    }


def status_of(update: OrderUpdate) -> str:
    """Return an order's status."""
    if update.status is not OrderStatus.DONE:
        return "PARTIALLY_FILLED" if update.filled else "NEW"
    match update.reason:
        case DoneReason.FILLED:
            return "FILLED"
        case DoneReason.REJECTED:
            return "REJECTED"
        case _:
            return "PARTIALLY_CANCELED" if update.filled else "CANCELED"


@precise
def trade_of(exchange: Exchange, fill: Fill, pnl: Decimal = ZERO) -> Row:
    """Write one of the account's trades; `pnl` is what it realised."""
    instrument = exchange.markets[fill.symbol].instrument
    notional = worth(instrument, fill.size, fill.price)
    fee = fill.fee or ZERO
    side = fill.side.value
    at = fill.at // MILLISECOND
    return {
        "id": trade_id_of(instrument.code, fill.at, fill.trade_id),
        "orderId": id_of(fill.venue_id),
        "userId": uuid_of(fill.account),
        "symbol": instrument.code,
        "currency": instrument.settle,
        "side": f"ADL_{side}" if fill.forced is Forced.ADL else side,
        "price": number(fill.price),
        "size": number(fill.size),
        "notional": number(notional),
        "fee": number(fee),
        "feeRate": number((fee / notional).quantize(Decimal("1E-8")) if notional else ZERO),
        "pnl": number(pnl),
        "ts": at,
        "timestamp": at,
    }


def funding_of(exchange: Exchange, row: Income) -> Row:
    """Write a funding payment."""
    instrument = exchange.markets[row.symbol].instrument
    at = row.at // MILLISECOND
    return {
        "id": trade_id_of(instrument.code, row.at, row.id, funding=True),
        "orderId": None,
        "userId": uuid_of(row.account),
        "symbol": instrument.code,
        "currency": row.asset,
        "side": "FUNDING",
        "price": 0,
        "size": 0,
        "notional": 0,
        "fee": number(-row.amount),
        "feeRate": 0,
        "pnl": 0,
        "ts": at,
        "timestamp": at,
    }


def worth(instrument: Instrument, size: Decimal, price: Decimal) -> Decimal:
    """Return what a size is worth in the settlement currency, 0 without a price."""
    if not price:
        return ZERO
    units = size * instrument.contract_size
    value = units / price if instrument.margin is Margin.INVERSE else units * price
    return value.quantize(Decimal("1E-12"))


def _type(new: NewOrder | None) -> str:
    if new is None or new.type is OrderType.MARKET:
        return "MARKET"
    if new.post_only:
        return "POST_ONLY"
    return "LIMIT" if new.time_in_force is TimeInForce.GTC else new.time_in_force.value.upper()


def _found(visit: Visit) -> OrderUpdate:
    ref = OrderRef(symbol="", venue_id=count_of(visit.parts["id"]) or "none")
    found = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(found, Refused) or visit.exchange.markets[found.symbol].instrument.market != CONTRACT:
        raise refuse.contract(refuse.NO_ORDER, 404)
    return found


def _orders(visit: Visit) -> list[Row]:
    past = visit.exchange.past_orders(visit.account, CONTRACT, _symbol(visit), 0, visit.now)
    rows = [order_of(visit.exchange, visit.account, each) for each in reversed(past)]
    statuses = _chosen(visit, "status", STATUSES)
    types, sides = _chosen(visit, "type", (*TYPES, "ADL")), _chosen(visit, "side", ("BUY", "SELL"))
    return [
        row
        for row in _timed(visit, rows)
        if row["status"] in statuses and row["type"] in types and row["side"] in sides
    ]


def _opening(visit: Visit) -> list[Row]:
    live = visit.exchange.open_orders(visit.account, CONTRACT, _symbol(visit))
    return _timed(visit, [order_of(visit.exchange, visit.account, each) for each in reversed(live)])


def _trades(visit: Visit) -> list[Row]:
    symbol = _symbol(visit)
    fills = visit.exchange.fills(visit.account, CONTRACT, symbol, 0, visit.now)
    rows = [trade_of(visit.exchange, fill, visit.notes.profit(visit.account, fill)) for fill in fills]
    rows += [
        funding_of(visit.exchange, row)
        for row in visit.exchange.income(visit.account, CONTRACT, symbol, 0)
        if row.kind is IncomeKind.FUNDING
    ]
    rows.sort(key=lambda row: (str(row["ts"]).zfill(20), str(row["id"])), reverse=True)
    known = ("BUY", "SELL", "FUNDING", "ADL_BUY", "ADL_SELL", "TRADING")
    side, order = visit.query.get("side"), visit.query.get("order-id")
    if side is not None and side not in known:
        raise refuse.contract(refuse.INVALID)
    fits: Callable[[Row], bool] = lambda row: (  # noqa: E731 (said once)
        (row["side"] != "FUNDING" if side == "TRADING" else side in {None, row["side"]})
        and order in {None, row["orderId"]}
    )
    return [row for row in _timed(visit, rows) if fits(row)]


def _symbol(visit: Visit) -> str:
    return visit.contract(visit.query["symbol"]).instrument.symbol if visit.query.get("symbol") else ""


def _chosen(visit: Visit, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a parameter allows, everything where it is absent."""
    if not visit.query.get(name):
        return known
    chosen = tuple(visit.query[name].split(","))
    if not set(chosen) <= set(known):
        raise refuse.contract(refuse.INVALID)
    return chosen


def _timed(visit: Visit, rows: list[Row]) -> list[Row]:
    """Return the rows between the times asked for (ms)."""
    begin, end = (_count(visit, name, default) for name, default in (("start-time", 0), ("end-time", 2**62)))
    return [row for row in rows if begin <= int(str(row["ts"])) <= end]


def _page(visit: Visit, rows: list[Row]) -> list[Row]:
    """Return the rows after the one that was told last, as many as are wanted."""
    limit = _count(visit, "limit", PAGE)
    if not 1 <= limit <= MOST:
        raise refuse.contract(refuse.INVALID)
    last = visit.query.get("id")
    if last:
        ids = [row["id"] for row in rows]
        rows = rows[ids.index(last) + 1 :] if last in ids else [row for row in rows if str(row["id"]) < last]
    return rows[:limit]


def _count(visit: Visit, name: str, default: int) -> int:
    text = visit.query.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit()):
        raise refuse.contract(refuse.INVALID)
    return int(text)
