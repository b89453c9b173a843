"""Rows of an account: orders, executions, positions and coins, the same over REST and on the private stream.

An order that lapsed tells why in `rejectReason`, one that somebody took out in `cancelType`; spot has a status of its
own for one that was filled in part before.
Every number is text but `positionIdx`, and what is unknown is empty.
Followed: https://bybit-exchange.github.io/docs/v5/order/open-order, order/execution, position and
/docs/v5/websocket/private/*.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Forced
from basisdesk.domain.arithmetic import plain, precise
from basisdesk.domain.ask import MarginMode, OrderType, PositionSide, TimeInForce
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.dialects.bybit.names import identity, milliseconds, price_text

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, Income, OrderUpdate, Position
    from basisdesk.domain.ask import NewOrder
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Exchange

Row = dict[str, object]
ZERO = Decimal(0)
FINE = Decimal("0.00000001")
SIDES = {Side.BUY: "Buy", Side.SELL: "Sell"}
TYPES = {OrderType.LIMIT: "Limit", OrderType.MARKET: "Market"}
CREATED = {
    Forced.LIQUIDATION: "CreateByTakeOver_PassThrough",
    Forced.ADL: "CreateByAdl_PassThrough",
    Forced.DELIVERY: "CreateBySettle",
}
EXECUTED = {Forced.LIQUIDATION: "BustTrade", Forced.ADL: "AdlTrade", Forced.DELIVERY: "Delivery"}
INDEXES = {PositionSide.NET: 0, PositionSide.LONG: 1, PositionSide.SHORT: 2}


def instrument_of(exchange: Exchange, symbol: str) -> Instrument:
    """Return the instrument of one of the exchange's own symbols."""
    return exchange.markets[symbol].instrument


@precise
def order_row(exchange: Exchange, account: str, update: OrderUpdate, now: int) -> Row:
    """Return an order."""
    instrument = instrument_of(exchange, update.symbol)
    order = exchange.new_order_of(account, update.venue_id)
    status, cancelled, why = _fate(instrument, update, order)
    created = exchange.created_at(account, update.venue_id) or update.at
    fills = exchange.fills(account, instrument.market, update.symbol, created, now) if update.filled else []
    fees = _fees(fills, update.venue_id)
    size = update.size if update.size is not None else (order.money if order is not None else None)
    left = ZERO if update.status is OrderStatus.DONE or update.size is None else update.size - update.filled
    value = update.filled * (update.average or ZERO)
    if instrument.market == "inverse":
        value = update.filled / update.average if update.average else ZERO
    return {
        "symbol": instrument.code,
        "orderId": identity(update.venue_id, instrument.market),
        "orderLinkId": update.client_id,
        "side": SIDES[update.side],
        "orderType": TYPES.get(update.type or OrderType.MARKET, "Market"),
        "price": price_text(instrument, update.price or ZERO),
        "qty": "" if size is None else plain(size),
        "marketUnit": "" if order is None or instrument.market != "spot" else _unit(order),
        "timeInForce": _lives(update, order),
        "orderStatus": status,
        "cancelType": cancelled,
        "rejectReason": why,
        "avgPrice": "" if update.average is None else plain(update.average),
        "leavesQty": plain(left),
        "leavesValue": plain(left * (update.price or ZERO)),
        "cumExecQty": plain(update.filled),
        "cumExecValue": f"{value:.8f}",
        "cumExecFee": plain(sum(fees.values(), ZERO)),
        "cumFeeDetail": {asset: plain(fee) for asset, fee in fees.items()},
        "positionIdx": 0 if order is None else INDEXES[order.position],
        "isLeverage": "1" if order is not None and order.margin is MarginMode.CROSS else "0",
        "reduceOnly": update.reduce_only,
        "closeOnTrigger": False,
        "createdTime": milliseconds(created),
        "updatedTime": milliseconds(update.at),
        "blockTradeId": "",
        "stopOrderType": "",
        "triggerPrice": "",
        "takeProfit": "",
        "stopLoss": "",
        "smpType": "None",
        "smpGroup": 0,
        "smpOrderId": "",
        **_own(instrument, update.forced, "tpslMode", "lastPriceOnCreated"),
    }


def state_of(exchange: Exchange, account: str, update: OrderUpdate) -> str:
    """Return the status that an order's row tells."""
    return _fate(instrument_of(exchange, update.symbol), update, exchange.new_order_of(account, update.venue_id))[0]


def execution_row(exchange: Exchange, account: str, fill: Fill) -> Row:
    """Return an own trade."""
    instrument = instrument_of(exchange, fill.symbol)
    order = exchange.new_order_of(account, fill.venue_id)
    fees = exchange.fees(account, fill.symbol)
    value = fill.size * fill.price if instrument.market != "inverse" else fill.size / fill.price
    gain = exchange.gain(account, fill)
    return {
        "symbol": instrument.code,
        "execId": identity(fill.trade_id, instrument.market),
        "orderId": identity(fill.venue_id, instrument.market),
        "orderLinkId": fill.client_id,
        "side": SIDES[fill.side],
        "orderPrice": "0" if order is None or order.price is None else plain(order.price),
        "orderQty": "" if order is None or order.size is None else plain(order.size),
        "leavesQty": "0",
        "orderType": "Market" if order is None else TYPES[order.type],
        "stopOrderType": "UNKNOWN",
        **_own(instrument, fill.forced),
        "execPrice": plain(fill.price),
        "execQty": plain(fill.size),
        "execValue": f"{value:.8f}",
        "execType": EXECUTED[fill.forced] if fill.forced else "Trade",
        "execFee": "0" if fill.fee is None else plain(fill.fee),
        "feeRate": plain(fees.maker if fill.maker else fees.taker),
        "feeCurrency": fill.fee_asset,
        "isMaker": bool(fill.maker),
        "isLeverage": "0",
        "execTime": milliseconds(fill.at),
        "closedSize": plain(gain.closed),
        "markPrice": "",
        "indexPrice": "",
        "underlyingPrice": "",
        "tradeIv": "",
        "markIv": "",
        "blockTradeId": "",
        "seq": fill.at // 1_000_000,
        "extraFees": "",
    }


def pushed_execution(exchange: Exchange, account: str, fill: Fill) -> Row:
    """Return an own trade as the stream tells it, with what it gained before fees (spot gains nothing)."""
    gain = plain(exchange.gain(account, fill).profit)
    return execution_row(exchange, account, fill) | {"execPnl": gain}


@precise
def pushed_order(exchange: Exchange, account: str, update: OrderUpdate, now: int) -> Row:
    """Return an order as the stream tells it, with what it gained by closing, fees of both ways taken off."""
    instrument = instrument_of(exchange, update.symbol)
    created = exchange.created_at(account, update.venue_id) or update.at
    fills = exchange.fills(account, instrument.market, update.symbol, created, now) if update.filled else []
    nets = [exchange.gain(account, fill).net for fill in fills if fill.venue_id == update.venue_id]
    gain = sum(nets, ZERO)
    told = f"{gain:.8f}" if gain else "0"
    return order_row(exchange, account, update, now) | {"closedPnl": told}


def funding_row(exchange: Exchange, income: Income) -> Row:
    """Return a funding as the execution that it is among own trades; what is paid is positive here."""
    instrument = instrument_of(exchange, income.symbol)
    return {
        "symbol": instrument.code,
        "execId": identity(income.id, instrument.market),
        "orderId": f"{milliseconds(income.at)}-8-{income.id}",
        "orderLinkId": "",
        "side": "Buy" if income.amount < 0 else "Sell",
        "orderPrice": "0",
        "orderQty": "0",
        "leavesQty": "0",
        "orderType": "UNKNOWN",
        "stopOrderType": "UNKNOWN",
        "createType": "",
        "execPrice": "0",
        "execQty": "0",
        "execValue": "0",
        "execType": "Funding",
        "execFee": plain(-income.amount),
        "feeRate": "0",
        "feeCurrency": income.asset,
        "isMaker": False,
        "execTime": milliseconds(income.at),
        "closedSize": "",
        "seq": income.at // 1_000_000,
        "extraFees": "",
    }


def position_row(exchange: Exchange, account: str, symbol: str, side: PositionSide, held: Position | None) -> Row:
    """Return a position, or that there is none; the stream names its entry `entryPrice`, REST `avgPrice`."""
    instrument = instrument_of(exchange, symbol)
    leverage, _ = exchange.leverage(account, symbol)
    size = ZERO if held is None else held.size
    entry = price_text(instrument, held.entry or ZERO) if held is not None else "0"
    mark = (held.mark if held is not None else None) or ZERO
    value = abs(size) / mark if instrument.market == "inverse" and mark else abs(size) * mark
    told = _known if held is not None else _nothing
    lives = exchange.brought(account, symbol, side)
    brought = lives[-1].earlier + lives[-1].realised if lives else ZERO
    tiers, tier = exchange.ladder(symbol).tiers, exchange.ladder(symbol).step(value).tier
    return {
        "positionIdx": INDEXES[side],
        "riskId": 1 + tiers.index(tier),
        "riskLimitValue": plain(tier.upto),
        "symbol": instrument.code,
        "side": "" if not size else "Buy" if size > 0 else "Sell",
        "size": plain(abs(size)),
        "avgPrice": entry,
        "entryPrice": entry,
        "positionValue": f"{value:.8f}",
        "autoAddMargin": 0,
        "positionStatus": "Normal",
        "leverage": plain(leverage),
        "markPrice": "" if held is None or held.mark is None else price_text(instrument, held.mark),
        "liqPrice": "" if held is None or held.liquidation is None else price_text(instrument, held.liquidation),
        "positionIM": told(None if held is None else held.margin),
        "positionMM": told(None if held is None else exchange.maintenance(held)),
        "unrealisedPnl": told(None if held is None else held.unrealised),
        "curRealisedPnl": f"{lives[-1].realised:.8f}" if size else "0",
        "cumRealisedPnl": f"{brought:.8f}" if lives else "0",
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "sessionAvgPrice": entry if size and instrument.settle == "USDC" else "",
        "adlRankIndicator": 0 if held is None else min(held.adl_rank or 0, 5),
        "createdTime": milliseconds(lives[0].opened if lives else 0),
        "updatedTime": milliseconds(lives[-1].updated if lives else 0),
        "seq": 0 if held is None else held.at // 1_000_000,
        "isReduceOnly": False,
        "tradeMode": 0,
        "tpslMode": "Full",
        "bustPrice": "",
        "positionBalance": told(None if held is None else held.margin),
    }


@precise
def coin_row(exchange: Exchange, balance: Balance) -> Row:
    """Return a coin of the unified account; what was borrowed for spot is in the wallet balance."""
    held = balance.total
    equity = balance.equity if balance.equity is not None else held
    first, least = exchange.needs(balance)
    return {
        "coin": balance.asset,
        "equity": plain(equity),
        "usdValue": plain((equity * exchange.dollars(balance.asset)).quantize(FINE)),
        "walletBalance": plain(held),
        "free": "",
        "locked": "0",
        "borrowAmount": plain(balance.borrowed),
        "spotBorrow": plain(balance.borrowed),
        "accruedInterest": plain(balance.interest),
        "totalOrderIM": plain(max(ZERO, held - (balance.available if balance.available is not None else held))),
        "totalPositionIM": plain(first),
        "totalPositionMM": plain(least),
        "unrealisedPnl": plain(equity - held + balance.borrowed),
        "cumRealisedPnl": "0",
        "bonus": "0",
        "availableToWithdraw": "",
        "availableToBorrow": "",
        "collateralSwitch": True,
        "marginCollateral": True,
        "spotHedgingQty": "0",
    }


def _fees(fills: list[Fill], venue_id: str) -> dict[str, Decimal]:
    """Return what an order has paid so far, by asset."""
    fees: dict[str, Decimal] = {}
    for fill in fills:
        if fill.venue_id == venue_id:
            fees[fill.fee_asset] = fees.get(fill.fee_asset, ZERO) + (fill.fee or ZERO)
    return fees


def _own(instrument: Instrument, forced: Forced | None, *empty: str) -> Row:
    """Return the keys that spot rows do not have."""
    if instrument.market == "spot":
        return {}
    return {"createType": CREATED[forced] if forced else "CreateByUser", **dict.fromkeys(empty, "")}


def _known(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.8f}"


def _nothing(_value: Decimal | None) -> str:
    return "0"


def _unit(order: NewOrder) -> str:
    if order.type is OrderType.LIMIT:
        return ""
    return "baseCoin" if order.money is None else "quoteCoin"


def _lives(update: OrderUpdate, order: NewOrder | None) -> str:
    if order is None or update.type is not OrderType.LIMIT:
        return "IOC"
    return "PostOnly" if order.post_only else order.time_in_force.name


def _fate(instrument: Instrument, update: OrderUpdate, order: NewOrder | None) -> tuple[str, str, str]:
    """Status, cancel type and reject reason."""
    if update.status is not OrderStatus.DONE:
        return "PartiallyFilled" if update.filled else "New", "UNKNOWN", "EC_NoError"
    if update.reason is DoneReason.FILLED:
        return "Filled", "UNKNOWN", "EC_NoError"
    if update.reason is DoneReason.REJECTED:
        return "Rejected", "UNKNOWN", "EC_Others"
    over = "PartiallyFilledCanceled" if update.filled and instrument.market == "spot" else "Cancelled"
    if update.reason is DoneReason.CANCELLED:
        return over, "CancelByUser", "EC_PerCancelRequest"
    if order is not None and order.post_only:
        return over, "UNKNOWN", "EC_PostOnlyWillTakeLiquidity"
    whole = order is not None and order.time_in_force is TimeInForce.FOK
    return over, "UNKNOWN", "EC_CancelForNoFullFill" if whole else "EC_NoImmediateQtyToFill"
