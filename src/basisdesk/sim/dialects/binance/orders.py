"""Orders over REST and the WebSocket API: place, amend, cancel, ask.

Futures answer `ACK` with the order as it was taken, `RESULT` with what became of it; spot has `FULL` with fills.
Source: "Trading Endpoints" (spot), "Trade" (USD-M, COIN-M).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.account import Forced, OrderUpdate
from basisdesk.domain.ask import Amend, OrderRef
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.binance import spell, tickets
from basisdesk.sim.dialects.binance.refuse import Refusal, missing, said

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.binance.tickets import Ticket
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
MOST = 1000
RESTRICTIONS = {"NONE": "", "ONLY_NEW": "NEW", "ONLY_PARTIALLY_FILLED": "PARTIALLY_FILLED"}
ANSWERS = {"spot": ("ACK", "RESULT", "FULL"), "": ("ACK", "RESULT")}


def place(visit: Visit) -> Row:
    """Take an order."""
    market = visit.market()
    ticket = tickets.read(visit, market)
    update = visit.exchange.place(visit.account, ticket.order, visit.now)
    if isinstance(update, Refused):
        raise said(visit.line, update)
    return _placed(visit, market, update, ticket)


def check(visit: Visit) -> Row:
    """Read an order and do nothing with it, but for telling what it would cost on spot."""
    market = visit.market()
    tickets.read(visit, market)
    if not visit.params.flag("computeCommissionRates"):
        return {}
    fees = visit.exchange.fees(visit.account, market.instrument.symbol)
    none: Row = {"maker": "0.00000000", "taker": "0.00000000"}
    return {
        "standardCommissionForOrder": {"maker": spell.money(fees.maker), "taker": spell.money(fees.taker)},
        "specialCommissionForOrder": none,
        "taxCommissionForOrder": none,
        "discount": {"enabledForAccount": False, "enabledForSymbol": False, "discountAsset": "BNB", "discount": "0.75"},
    }


def _placed(visit: Visit, market: SimMarket, update: OrderUpdate, ticket: Ticket) -> Row:
    params = visit.params
    visit.memory.keep(visit.account, update, ticket)
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    if visit.line != "spot":
        taken = params.one_of("newOrderRespType", ANSWERS[""], -1115, "ACK") == "ACK"
        shown = update if not taken else _as_taken(update)
        return visit.memory.dressed(spell.futures_order(shown, order, market.instrument))
    kind = params.one_of("newOrderRespType", ANSWERS["spot"], -1115, "ACK" if order and order.post_only else "FULL")
    row = visit.memory.dressed(spell.spot_order(update, order, market.instrument))
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


def ref_of(visit: Visit, market: SimMarket) -> OrderRef:
    """Read which order is meant."""
    params = visit.params
    if "orderId" in params:
        ref = OrderRef(symbol=market.instrument.symbol, venue_id=str(params.whole("orderId")))
        name = params.maybe("origClientOrderId") if visit.line == "spot" else ""
        found = visit.exchange.order(visit.account, ref, visit.now) if name else None
        if isinstance(found, OrderUpdate) and found.client_id != name:
            raise Refusal(-2039, "Client order ID is not correct for this order ID.")
        return ref
    if "origClientOrderId" not in params:
        raise Refusal(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    return OrderRef(symbol=market.instrument.symbol, client_id=params.text("origClientOrderId"))


def cancel(visit: Visit) -> Row:
    """Cancel an order."""
    ref = ref_of(visit, visit.market())
    only = visit.params.one_of("cancelRestrictions", RESTRICTIONS, -1130, "NONE")
    if only != "NONE":
        found = visit.exchange.order(visit.account, ref, visit.now)
        if isinstance(found, OrderUpdate) and spell.status_of(found) not in {RESTRICTIONS[only], "FILLED", "CANCELED"}:
            raise Refusal(-2011, "Order was not canceled due to cancel restrictions.")
    update = visit.exchange.cancel(visit.account, ref, visit.now)
    if isinstance(update, Refused):
        raise Refusal(-2011, "Unknown order sent.")
    return cancelled(visit, update)


def cancelled(visit: Visit, update: OrderUpdate) -> Row:
    """Write a cancelled order; spot names the cancel itself in `clientOrderId`."""
    market = visit.exchange.markets[update.symbol].instrument
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    if visit.line != "spot":
        return visit.memory.dressed(spell.futures_order(update, order, market))
    row = visit.memory.dressed(spell.spot_order(update, order, market))
    name = visit.memory.cancels[update.venue_id] = tickets.name_of(visit, "newClientOrderId")
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


def cancel_no_conditional(visit: Visit) -> Row:
    """Cancel the conditional orders of a market, of which there are none."""
    visit.market()
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def amend_spot(visit: Visit) -> Row:
    """Make a spot order smaller, in its place."""
    market = visit.market()
    ref, size = ref_of(visit, market), visit.params.amount("newQty")
    if size is None:
        raise missing("newQty")
    before = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(before, Refused):
        raise said("spot", before)
    if before.size is None or size > before.size:
        raise Refusal(-2038, "Order amend (quantity increase) is not supported.")
    if size == before.size:
        raise Refusal(-2038, "The requested action would change no state; rejecting.")
    name = tickets.name_of(visit, "newClientOrderId")
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
    number = visit.memory.note_amendment(visit.account, before, update, row)
    return {"transactTime": spell.ms(update.at), "executionId": number, "amendedOrder": told}


def amendments(visit: Visit) -> list[Row]:
    """Answer with how an order was made smaller, the first time first."""
    symbol, number = visit.market().instrument.symbol, visit.params.whole("orderId")
    first, limit = visit.params.whole("fromExecutionId", 0), min(visit.params.count("limit", 500), MOST)
    rows = visit.memory.amendments.get((visit.account, symbol, str(number)), [])
    return [row for row in rows if int(str(row["executionId"])) >= first][:limit]


def amend_future(visit: Visit) -> Row:
    """Change price and size of a futures order."""
    market, params = visit.market(), visit.params
    side = params.one_of("side", ("BUY", "SELL"), -1117)
    size, price = params.amount("quantity"), params.amount("price")
    match = params.one_of("priceMatch", (*tickets.MATCHES, "NONE"), -5037, "NONE")
    if match != "NONE" and price is None:
        price = tickets.matched(market, Side(side), match)
    if size is None or price is None:
        raise missing("quantity" if size is None else "price")
    change = Amend(order=ref_of(visit, market), size=size, price=price, side=Side(side))
    update = visit.exchange.amend(visit.account, change, visit.now)
    if isinstance(update, Refused):
        raise said(visit.line, update)
    order = visit.exchange.new_order_of(visit.account, update.venue_id)
    return visit.memory.dressed(spell.futures_order(update, order, market.instrument))


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
    ticket = tickets.read(visit, market)
    gone = visit.exchange.cancel(visit.account, ref, visit.now)
    failed = isinstance(gone, Refused)
    told: Row = {"cancelResult": "FAILURE" if failed else "SUCCESS", "newOrderResult": "NOT_ATTEMPTED"}
    told["cancelResponse"] = (
        {"code": -2011, "msg": "Unknown order sent."} if isinstance(gone, Refused) else cancelled(visit, gone)
    )
    told["newOrderResponse"] = None
    if failed and mode == "STOP_ON_FAILURE":
        raise Replaced(-2022, "Order cancel-replace failed.", 400, told)
    update = visit.exchange.place(visit.account, ticket.order, visit.now)
    if isinstance(update, Refused):
        told |= {"newOrderResult": "FAILURE", "newOrderResponse": said("spot", update).body()}
        raise Replaced(-2021, "Order cancel-replace partially failed.", 400 if failed else 409, told)
    told |= {"newOrderResult": "SUCCESS", "newOrderResponse": _placed(visit, market, update, ticket)}
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
    update = visit.memory.as_told(update)
    if visit.line != "spot":
        return visit.memory.dressed(spell.futures_query(update, order, market, created))
    return visit.memory.dressed(spell.spot_order(update, order, market)) | {
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
    return [queried(visit, update) for update in kept[-min(params.count("limit", 50), 100) :]]


def all_orders(visit: Visit) -> list[Row]:
    """Answer with the remembered orders of a market, on COIN-M of all of a pair, oldest first."""
    params = visit.params
    symbols = {market.instrument.symbol for market in visit.some()}
    since, until = params.whole("startTime", 0), params.whole("endTime", spell.ms(visit.now))
    first, limit = params.whole("orderId", 0), min(params.count("limit", 500), MOST)
    rows = visit.exchange.past_orders(visit.account, visit.line, "", 0, visit.now)
    kept = [
        update
        for update in rows
        if update.symbol in symbols
        and int(update.venue_id) >= first
        and since <= spell.ms(visit.exchange.created_at(visit.account, update.venue_id)) <= until
    ]
    return [queried(visit, update) for update in (kept[:limit] if first or since else kept[-limit:])]
