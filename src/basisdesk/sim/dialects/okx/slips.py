"""Orders and fills as rows, and order slips as the exchange takes them.

Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order and its replies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import Forced
from basisdesk.domain.arithmetic import Rounding, on_grid
from basisdesk.domain.ask import MarginMode, NewOrder, OrderRef, OrderType, PositionSide, TimeInForce
from basisdesk.domain.instrument import Kind
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.dialects.okx.algos import refuse_attached
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.names import type_of
from basisdesk.sim.dialects.okx.office import Note, Office
from basisdesk.sim.dialects.okx.params import Params, flag, number, one_of, required, word
from basisdesk.sim.dialects.okx.text import booked, ms, text

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.account import Fill, OrderUpdate
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket

SIDES = {"buy": Side.BUY, "sell": Side.SELL}
KINDS = {
    "limit": TimeInForce.GTC, "post_only": TimeInForce.GTC, "ioc": TimeInForce.IOC, "fok": TimeInForce.FOK,
    "market": TimeInForce.GTC, "optimal_limit_ioc": TimeInForce.IOC,
}  # fmt: skip
AT_MARKET = ("market", "optimal_limit_ioc")
CATEGORIES = {Forced.LIQUIDATION: "full_liquidation", Forced.ADL: "adl", Forced.DELIVERY: "delivery"}
UNFILLED = {"fok": "13", "ioc": "14", "market": "14", "optimal_limit_ioc": "14", "post_only": "31"}
"""`cancelSource` of what ended by itself, by order type."""
is_id = re.compile("[A-Za-z0-9]{1,32}").fullmatch
is_tag = re.compile("[A-Za-z0-9]{1,16}").fullmatch


def client_id(params: Params, name: str = "clOrdId") -> str:
    """Return a client id, empty text for none; raises CodeError for one in another alphabet."""
    given = word(params, name)
    if given and not is_id(given):
        raise CodeError("51000", name)
    return given


def slip(market: SimMarket, params: Params) -> tuple[NewOrder, Note]:
    """Return a new order and what to note of it; raises CodeError for what is missing or wrong."""
    instrument = market.instrument
    refuse_attached(params)
    mode = one_of(params, "tdMode", ("cash", "cross", "isolated"))
    side = SIDES[one_of(params, "side", tuple(SIDES))]
    kind = one_of(params, "ordType", tuple(KINDS))
    position = PositionSide(one_of(params, "posSide", ("net", "long", "short"), "net"))
    size = number(params, "sz")
    spot, at_market = instrument.kind is Kind.SPOT, kind in AT_MARKET
    if spot and kind == "optimal_limit_ioc":
        raise CodeError("51000", "ordType")
    if spot and mode == "isolated":
        raise CodeError("50072")
    reduce_only = flag(params, "reduceOnly")
    if spot and reduce_only and mode == "cash":
        raise CodeError("51139")
    tag = word(params, "tag")
    if tag and not is_tag(tag):
        raise CodeError("51000", "tag")
    unit = _unit(params, side, cash=mode == "cash") if spot and at_market else ""
    if unit == "quote_ccy" and side is Side.SELL:
        size = on_grid(size / _best_bid(market), instrument.step, Rounding.DOWN)
    money = unit == "quote_ccy" and side is Side.BUY
    order = NewOrder(
        symbol=instrument.symbol,
        side=side,
        type=OrderType.MARKET if at_market else OrderType.LIMIT,
        client_id=client_id(params),
        size=None if money else size,
        price=None if at_market else number(params, "px"),
        money=size if money else None,
        time_in_force=KINDS[kind] if not at_market else TimeInForce.GTC,
        post_only=kind == "post_only",
        reduce_only=reduce_only and not spot and position is PositionSide.NET,
        margin=MarginMode(mode),
        position=PositionSide.NET if spot else position,
    )
    return order, Note(tag=tag, unit=unit if mode == "cash" else "", type=kind, mode=mode)


def _unit(params: Params, side: Side, *, cash: bool) -> str:
    """Return what the size of a spot market order counts."""
    usual = "quote_ccy" if side is Side.BUY else "base_ccy"
    return one_of(params, "tgtCcy", ("base_ccy", "quote_ccy"), usual) if cash else usual


def _best_bid(market: SimMarket) -> Decimal:
    best = market.book.levels(0, 1)
    if not best:
        raise CodeError("51140")
    return number({"px": text(best[0][0])}, "px")


def reference(params: Params, symbol: str, missing: str) -> OrderRef:
    """Return the order that a request names; raises CodeError `missing` where it names none."""
    venue_id, own = word(params, "ordId"), client_id(params)
    if not venue_id and not own:
        raise CodeError(missing)
    return OrderRef(symbol=symbol, venue_id=venue_id, client_id="" if venue_id else own)


def state_of(update: OrderUpdate) -> str:
    """Return an order's state."""
    if update.status is OrderStatus.DONE:
        return "filled" if update.reason is DoneReason.FILLED else "canceled"
    return "partially_filled" if update.filled else "live"


def instrument_type(instrument: Instrument, mode: str) -> str:
    """Return the type of an order's instrument: a spot order that may borrow is of type MARGIN."""
    kind = type_of(instrument)
    return "MARGIN" if kind == "SPOT" and mode != "cash" else kind


def order_row(office: Office, account: str, update: OrderUpdate) -> dict[str, Any]:
    """Return an order as every reply tells it; its channel adds the last fill."""
    asked = office.exchange.new_order_of(account, update.venue_id)
    note = office.note(update.venue_id)
    instrument = office.names.by_symbol[update.symbol].instrument
    spot = instrument.kind is Kind.SPOT
    mode = note.mode or (asked.margin.value if asked and asked.margin else "cash" if spot else "cross")
    kind = note.type or "market"  # what the venue does by itself
    money = asked.money if asked is not None and asked.size is None else None
    state = state_of(update)
    leverage = "" if spot else text(office.exchange.leverage(account, update.symbol)[0])
    last, source = note.last, _source(update, kind, state)
    return {
        "accFillSz": text(update.filled), "algoClOrdId": "", "algoId": "", "attachAlgoClOrdId": "",
        "attachAlgoOrds": [], "avgPx": text(update.average) if update.filled else "",
        "cTime": ms(office.exchange.created_at(account, update.venue_id)), "cancelSource": source,
        "cancelSourceReason": update.refused if source not in {"", "1"} else "",
        "category": CATEGORIES[update.forced] if update.forced else "normal", "ccy": "",
        "clOrdId": update.client_id, "fee": text(-note.fee), "feeCcy": note.fee_asset or _fee_asset(instrument, update),
        "fillPx": text(last.price) if last else "", "fillSz": text(last.size) if last else "0",
        "fillTime": ms(last.at) if last else "", "instId": instrument.code,
        "instType": instrument_type(instrument, mode), "isTpLimit": "false", "lever": leverage,
        "linkedAlgoOrd": {"algoId": ""}, "ordId": update.venue_id, "ordType": kind, "pnl": booked(note.profit),
        "posSide": asked.position.value if asked and not spot else "net" if not spot else "",
        "px": text(update.price), "pxType": "", "pxUsd": "", "pxVol": "", "quickMgnType": "", "rebate": "0",
        "rebateCcy": instrument.quote if spot else instrument.settle,
        "reduceOnly": "true" if update.reduce_only else "false", "side": update.side.value.lower(),
        "slOrdPx": "", "slTriggerPx": "", "slTriggerPxType": "", "source": "", "state": state, "stpId": "",
        "stpMode": "cancel_maker", "sz": text(update.size if update.size is not None else money), "tag": note.tag,
        "tdMode": mode, "tgtCcy": note.unit, "tpOrdPx": "", "tpTriggerPx": "", "tpTriggerPxType": "",
        "tradeId": last.trade_id if last else "", "tradeQuoteCcy": instrument.quote if spot else "",
        "uTime": ms(update.at),
    }  # fmt: skip


def _source(update: OrderUpdate, kind: str, state: str) -> str:
    """Return why an order was cancelled."""
    if state != "canceled":
        return ""
    return "1" if update.reason is DoneReason.CANCELLED else UNFILLED.get(kind, "0")


def _fee_asset(instrument: Instrument, update: OrderUpdate) -> str:
    if instrument.kind is not Kind.SPOT:
        return instrument.settle
    return instrument.base if update.side is Side.BUY else instrument.quote


def fill_row(office: Office, account: str, fill: Fill) -> dict[str, Any]:
    """Return a trade of the account's own."""
    market = office.names.by_symbol[fill.symbol]
    instrument = market.instrument
    asked = office.exchange.new_order_of(account, fill.venue_id)
    mode = asked.margin.value if asked and asked.margin else "cash"
    sub_type = {Forced.LIQUIDATION: "104", Forced.ADL: "125", Forced.DELIVERY: "112"}
    side = "1" if fill.side is Side.BUY else "2"
    return {
        "billId": fill.trade_id, "clOrdId": fill.client_id, "execType": "M" if fill.maker else "T",
        "fee": text(None if fill.fee is None else -fill.fee), "feeCcy": fill.fee_asset, "feeRate": "",
        "fillFwdPx": "", "fillIdxPx": text(market.carry.index), "fillMarkPx": text(market.carry.mark),
        "fillMarkVol": "", "fillPnl": booked(office.exchange.gain(account, fill).profit), "fillPx": text(fill.price),
        "fillPxUsd": "", "fillPxVol": "", "fillSz": text(fill.size), "fillTime": ms(fill.at), "instId": instrument.code,
        "instType": instrument_type(instrument, mode), "ordId": fill.venue_id, "posSide": fill.position.value,
        "side": fill.side.value.lower(), "subType": sub_type[fill.forced] if fill.forced else side, "tag": "",
        "tradeId": fill.trade_id, "tradeQuoteCcy": "", "ts": ms(fill.at),
    }  # fmt: skip


def named_market(office: Office, params: Params, *, by_number: bool) -> SimMarket:
    """Return the market of a request: by code over HTTP, by number over the socket."""
    if not by_number:
        return office.names.find(required(params, "instId"))
    given = params.get("instIdCode")
    if given is None:
        raise CodeError("50014", "instIdCode")
    if isinstance(given, bool) or not isinstance(given, int):
        raise CodeError("51000", "instIdCode")
    return office.names.numbered(given)
