"""Orders over REST and the WebSocket API: place, amend, cancel, ask.

The venue's types and times in force become the exchange's terms; a client id that is not given is made up.
Futures answer `ACK` with the order as it was taken, `RESULT` with what became of it; spot has `FULL` with fills.
Source: "Trading Endpoints" (spot), "Trade" (USD-M, COIN-M).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from basisdesk.domain.account import Forced, OrderUpdate
from basisdesk.domain.ask import Amend, NewOrder, OrderRef, OrderType, PositionSide, TimeInForce
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.binance import spell
from basisdesk.sim.dialects.binance.refuse import Refusal, illegal, missing, said

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
TYPES = {"spot": ("LIMIT", "MARKET", "LIMIT_MAKER"), "usdm": ("LIMIT", "MARKET"), "coinm": ("LIMIT", "MARKET")}
CONDITIONAL = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
NAMES = {"spot": re.compile(r"[a-zA-Z0-9_-]{1,36}"), "": re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")}
POSITIONS = {"BOTH": PositionSide.NET, "LONG": PositionSide.LONG, "SHORT": PositionSide.SHORT}
ANSWERS = {"spot": ("ACK", "RESULT", "FULL"), "": ("ACK", "RESULT")}


def place(visit: Visit) -> Row:
    """Take an order."""
    market = visit.market()
    order = _order(visit, market)
    update = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(update, Refused):
        raise said(visit.line, update)
    return _placed(visit, market, update)


def check(visit: Visit) -> Row:
    """Read an order and do nothing with it."""
    _order(visit, visit.market())
    return {}


def _placed(visit: Visit, market: SimMarket, update: OrderUpdate) -> Row:
    params = visit.params
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    if visit.line != "spot":
        taken = params.one_of("newOrderRespType", ANSWERS[""], -1115, "ACK") == "ACK"
        shown = update if not taken else _as_taken(update)
        return spell.futures_order(shown, order, market.instrument)
    kind = params.one_of("newOrderRespType", ANSWERS["spot"], -1115, "ACK" if order and order.post_only else "FULL")
    row = spell.spot_order(update, order, market.instrument)
    row["transactTime"] = row["workingTime"] = spell.ms(update.at)
    if kind == "ACK":
        return {name: row[name] for name in ("symbol", "orderId", "orderListId", "clientOrderId", "transactTime")}
    if kind == "FULL":
        mine = visit.exchange.fills(visit.account, "spot", update.symbol, 0, visit.now)
        row["fills"] = [_part(fill) for fill in mine if fill.venue_id == update.venue_id]
    return row


def _as_taken(update: OrderUpdate) -> OrderUpdate:
    """Return the order as it was when it was taken: the acknowledgement does not wait for what becomes of it."""
    return OrderUpdate(
        at=update.at,
        symbol=update.symbol,
        venue_id=update.venue_id,
        client_id=update.client_id,
        status=type(update.status).OPEN,
        side=update.side,
        type=update.type,
        size=update.size,
        price=update.price,
        reduce_only=update.reduce_only,
    )


def _part(fill: Fill) -> Row:
    return {
        "price": spell.money(fill.price),
        "qty": spell.money(fill.size),
        "commission": spell.money(fill.fee or spell.ZERO),
        "commissionAsset": fill.fee_asset,
        "tradeId": int(fill.trade_id),
    }


def _order(visit: Visit, market: SimMarket) -> NewOrder:
    """Read an order's terms."""
    params, line = visit.params, visit.line
    side = params.one_of("side", ("BUY", "SELL"), -1117)
    if line != "spot" and params.maybe("type") in CONDITIONAL:
        raise Refusal(
            -4120, "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
        )
    kind = params.one_of("type", TYPES[line], -1116)
    params.one_of("selfTradePreventionMode", ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"), -1106, "NONE")
    market_order = kind == "MARKET"
    size, price, money = params.amount("quantity"), params.amount("price"), params.amount("quoteOrderQty")
    force = "GTC" if kind in {"MARKET", "LIMIT_MAKER"} else params.text("timeInForce")
    post_only = kind == "LIMIT_MAKER" or (force == "GTX" and line != "spot")
    if force not in ("GTC", "IOC", "FOK", *(("GTX",) if line != "spot" else ())):
        raise Refusal(-1115, "Invalid timeInForce.")
    if size is None and (money is None or not market_order or line != "spot"):
        raise missing("quantity")
    if price is None and not market_order:
        raise missing("price")
    if market_order and price is not None:
        raise Refusal(-1106, "Parameter 'price' sent when not required.")
    position = POSITIONS[params.one_of("positionSide", POSITIONS, -1106, "BOTH")]
    return NewOrder(
        symbol=market.instrument.symbol,
        side=Side(side),
        type=OrderType.MARKET if market_order else OrderType.LIMIT,
        client_id=_name(visit, "newClientOrderId"),
        size=size,
        price=price,
        money=None if size is not None else money,
        time_in_force=TimeInForce.GTC if post_only else TimeInForce[force],
        post_only=post_only,
        reduce_only=params.flag("reduceOnly"),
        position=position,
    )


def _name(visit: Visit, name: str) -> str:
    """Read a client id, or make one up."""
    given = visit.params.maybe(name)
    pattern = NAMES.get(visit.line, NAMES[""])
    if given and pattern.fullmatch(given) is None:
        if visit.line != "spot":
            raise Refusal(-4015, "Client order id length should be less than 36 chars and of legal characters.")
        raise illegal(name, "^[a-zA-Z0-9-_]{1,36}$")
    return given or visit.memory.made_up()


def ref_of(visit: Visit, market: SimMarket) -> OrderRef:
    """Read which order is meant."""
    params = visit.params
    if "orderId" in params:
        return OrderRef(symbol=market.instrument.symbol, venue_id=str(params.whole("orderId")))
    if "origClientOrderId" not in params:
        raise Refusal(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return OrderRef(symbol=market.instrument.symbol, client_id=params.text("origClientOrderId"))


def cancel(visit: Visit) -> Row:
    """Cancel an order."""
    market = visit.market()
    update = visit.exchange.cancel(visit.account, ref_of(visit, market), visit.now)
    if isinstance(update, Refused):
        raise Refusal(-2011, "Unknown order sent.")
    return cancelled(visit, update)


def cancelled(visit: Visit, update: OrderUpdate) -> Row:
    """Write a cancelled order; spot names the cancel itself in `clientOrderId`."""
    market = visit.exchange.markets[update.symbol].instrument
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    if visit.line != "spot":
        return spell.futures_order(update, order, market)
    row = spell.spot_order(update, order, market)
    name = visit.memory.cancels[update.venue_id] = _name(visit, "newClientOrderId")
    return row | {
        "origClientOrderId": update.client_id,
        "clientOrderId": name,
        "transactTime": spell.ms(update.at),
    }


def cancel_all(visit: Visit) -> Row | list[Row]:
    """Cancel all orders of a market."""
    market = visit.market()
    symbol = market.instrument.symbol
    if visit.line != "spot":
        visit.exchange.cancel_all(visit.account, visit.line, symbol, visit.now)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}
    updates = visit.exchange.cancel_all(visit.account, "spot", symbol, visit.now)
    if not updates:
        raise Refusal(-2011, "Unknown order sent.")
    return [cancelled(visit, update) for update in updates]


def amend_spot(visit: Visit) -> Row:
    """Make a spot order smaller, in its place."""
    market = visit.market()
    ref, size = ref_of(visit, market), visit.params.amount("newQty")
    if size is None:
        raise missing("newQty")
    before = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(before, Refused):
        raise said("spot", before)
    if before.size is None or size >= before.size:
        raise Refusal(-2038, "The requested action would change no state; rejecting.")
    name = _name(visit, "newClientOrderId")
    fresh = "" if name == before.client_id else name
    update = visit.exchange.amend(visit.account, Amend(order=ref, size=size, new_client_id=fresh), visit.now)
    if isinstance(update, Refused):
        raise said("spot", update)
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    row = spell.spot_order(update, order, market.instrument)
    told = {key: row[key] for key in row if key not in {"origQty", "cummulativeQuoteQty", "origQuoteOrderQty"}}
    told |= {
        "origClientOrderId": before.client_id,
        "qty": row["origQty"],
        "preventedQty": "0.00000000",
        "quoteOrderQty": row["origQuoteOrderQty"],
        "cumulativeQuoteQty": row["cummulativeQuoteQty"],
        "workingTime": spell.ms(visit.exchange.created_at(visit.account, update.venue_id)),
    }
    return {"transactTime": spell.ms(update.at), "executionId": visit.memory.count, "amendedOrder": told}


def amend_future(visit: Visit) -> Row:
    """Change price and size of a futures order."""
    market, params = visit.market(), visit.params
    side = params.one_of("side", ("BUY", "SELL"), -1117)
    size, price = params.amount("quantity"), params.amount("price")
    if size is None or price is None:
        raise missing("quantity" if size is None else "price")
    change = Amend(order=ref_of(visit, market), size=size, price=price, side=Side(side))
    update = visit.exchange.amend(visit.account, change, visit.now)
    if isinstance(update, Refused):
        raise said(visit.line, update)
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    return spell.futures_order(update, order, market.instrument)


def cancel_replace(visit: Visit) -> Row:
    """Cancel a spot order and place another; the first that fails stops it or not, as was asked."""
    params, market = visit.params, visit.market()
    mode = params.one_of("cancelReplaceMode", ("STOP_ON_FAILURE", "ALLOW_FAILURE"), -1106)
    number, name = params.maybe("cancelOrderId"), params.maybe("cancelOrigClientOrderId")
    if not number and not name:
        raise Refusal(
            -1102, "Param 'cancelOrigClientOrderId' or 'cancelOrderId' must be sent, but both were empty/null!"
        )
    ref = OrderRef(symbol=market.instrument.symbol, venue_id=number, client_id="" if number else name)
    order = _order(visit, market)
    gone = visit.exchange.cancel(visit.account, ref, visit.now)
    failed = isinstance(gone, Refused)
    told: Row = {"cancelResult": "FAILURE" if failed else "SUCCESS", "newOrderResult": "NOT_ATTEMPTED"}
    told["cancelResponse"] = (
        {"code": -2011, "msg": "Unknown order sent."} if isinstance(gone, Refused) else cancelled(visit, gone)
    )
    told["newOrderResponse"] = None
    if failed and mode == "STOP_ON_FAILURE":
        raise Replaced(-2022, "Order cancel-replace failed.", 400, told)
    update = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(update, Refused):
        told |= {"newOrderResult": "FAILURE", "newOrderResponse": said("spot", update).body()}
        raise Replaced(-2021, "Order cancel-replace partially failed.", 400 if failed else 409, told)
    told |= {"newOrderResult": "SUCCESS", "newOrderResponse": _placed(visit, market, update)}
    if failed:
        raise Replaced(-2021, "Order cancel-replace partially failed.", 409, told)
    return told


class Replaced(Refusal):
    """A cancel-replace of which at least one half failed, with both answers."""

    def __init__(self, code: int, message: str, status: int, halves: Row) -> None:
        super().__init__(code, message, status)
        self.halves = halves

    def body(self) -> Row:
        """The answer with both halves."""
        return super().body() | {"data": self.halves}


def ask(visit: Visit) -> Row:
    """Answer with one order."""
    market = visit.market()
    update = visit.exchange.order(visit.account, ref_of(visit, market), visit.now)
    if isinstance(update, Refused):
        raise said(visit.line, update)
    return queried(visit, update)


def queried(visit: Visit, update: OrderUpdate) -> Row:
    """Write an order as queries tell it."""
    market = visit.exchange.markets[update.symbol].instrument
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    created = visit.exchange.created_at(visit.account, update.venue_id)
    if visit.line != "spot":
        return spell.futures_query(update, order, market, created)
    return spell.spot_order(update, order, market) | {
        "stopPrice": "0.00000000",
        "icebergQty": "0.00000000",
        "time": spell.ms(created),
        "updateTime": spell.ms(update.at),
        "isWorking": True,
        "workingTime": spell.ms(created),
    }


def open_orders(visit: Visit) -> list[Row]:
    """Answer with the open orders of a market, or of the line."""
    symbols = [market.instrument.symbol for market in visit.markets()]
    rows = visit.exchange.open_orders(visit.account, visit.line)
    return [queried(visit, update) for update in rows if update.symbol in symbols]


def force_orders(visit: Visit) -> list[Row]:
    """Answer with the orders by which the venue closed positions itself, of one market or of all, oldest first."""
    params = visit.params
    kinds = {"LIQUIDATION": Forced.LIQUIDATION, "ADL": Forced.ADL}
    kind = params.one_of("autoCloseType", tuple(kinds), -1106) if "autoCloseType" in params else ""
    wanted = (kinds[kind],) if kind else tuple(kinds.values())
    since, until = params.whole("startTime", 0), params.whole("endTime", spell.ms(visit.now))
    symbols = {market.instrument.symbol for market in visit.markets()}
    rows = visit.exchange.past_orders(visit.account, visit.line, "", since * spell.MILLISECOND, visit.now)
    kept = [
        update
        for update in rows
        if update.symbol in symbols
        and update.forced in wanted
        and not update.client_id
        and spell.ms(visit.exchange.created_at(visit.account, update.venue_id)) <= until
    ]
    return [queried(visit, update) for update in kept[-min(params.whole("limit", 50), 100) :]]


def all_orders(visit: Visit) -> list[Row]:
    """Answer with the remembered orders of a market, oldest first."""
    params, market = visit.params, visit.market()
    since, until = params.whole("startTime", 0), params.whole("endTime", spell.ms(visit.now))
    first, limit = params.whole("orderId", 0), params.whole("limit", 500)
    rows = visit.exchange.past_orders(visit.account, visit.line, market.instrument.symbol, 0, visit.now)
    kept = [
        update
        for update in rows
        if int(update.venue_id) >= first
        and since <= spell.ms(visit.exchange.created_at(visit.account, update.venue_id)) <= until
    ]
    return [queried(visit, update) for update in (kept[:limit] if first or since else kept[-limit:])]
