"""Coin-margined contracts: orders, fills, positions and accounts as the first interface writes them.

Numbers are JSON numbers, a fee that was paid is negative, and an order says whether it opens or closes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import Forced
from basisdesk.domain.ask import OrderType, PositionSide, TimeInForce
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.dialects.htx.names import contract_type
from basisdesk.sim.dialects.htx.text import ms, number
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position
    from basisdesk.domain.ask import NewOrder
    from basisdesk.sim.contract import Exchange

ZERO = Decimal(0)
FORCED = {Forced.LIQUIDATION: 3, Forced.DELIVERY: 4, Forced.ADL: 22, None: 1}


def status_of(order: OrderUpdate) -> int:
    """Return an order's status as the venue numbers it."""
    if order.status is not OrderStatus.DONE:
        return 4 if order.filled else 3
    if order.reason is DoneReason.FILLED:
        return 6
    return 5 if order.filled else 7


def offset_of(side: Side, position: PositionSide) -> str:
    """Return whether an order opens or closes: there is always a long and a short position here."""
    return "open" if (side is Side.BUY) == (position is PositionSide.LONG) else "close"


def price_type(asked: NewOrder) -> str:
    """Return an order's type as the venue writes it."""
    if asked.type is OrderType.MARKET:
        return "optimal_20_ioc"
    if asked.post_only:
        return "post_only"
    return "limit" if asked.time_in_force is TimeInForce.GTC else asked.time_in_force.value


def order(exchange: Exchange, account: str, update: OrderUpdate, now: int) -> dict[str, Any]:
    """Return an order."""
    asked = exchange.new_order_of(account, update.venue_id)
    assert asked is not None  # the exchange has just told of it
    instrument = exchange.markets[update.symbol].instrument
    fills = [
        each
        for each in exchange.fills(account, instrument.market, update.symbol, 0, now)
        if each.venue_id == update.venue_id
    ]
    fee = sum((each.fee or ZERO for each in fills), ZERO)
    leverage, _ = exchange.leverage(account, update.symbol)
    done = update.status is OrderStatus.DONE
    told: dict[str, Any] = {
        "symbol": instrument.base,
        "contract_code": instrument.code,
        "volume": number(update.size or ZERO),
        "price": number(update.price or ZERO),
        "order_price_type": price_type(asked),
        "order_type": FORCED[update.forced],
        "direction": update.side.value.lower(),
        "offset": offset_of(update.side, asked.position),
        "lever_rate": int(leverage),
        "order_id": int(update.venue_id),
        "order_id_str": update.venue_id,
        "client_order_id": int(update.client_id) if update.client_id else None,
        "created_at": ms(exchange.created_at(account, update.venue_id)),
        "update_time": ms(update.at),
        "trade_volume": number(update.filled),
        "trade_turnover": number(update.filled * instrument.contract_size),
        "fee": number(-fee),
        "fee_asset": instrument.settle,
        "trade_avg_price": number(update.average),
        "margin_frozen": 0,
        "profit": 0,
        "real_profit": 0,
        "status": status_of(update),
        "order_source": "system" if update.forced else "api",
        "liquidation_type": "1" if update.forced is Forced.LIQUIDATION else "0",
        "canceled_at": ms(update.at) if done and update.reason is not DoneReason.FILLED else 0,
        "is_tpsl": 0,
    }
    if instrument.market == symbols.COIN_FUTURES:
        told["contract_type"] = contract_type(instrument, now)
    return told


def trade(told: Fill) -> dict[str, Any]:
    """Return a fill inside a pushed order."""
    return {
        "trade_id": row_id(told),
        "id": f"{row_id(told)}-{told.venue_id}-1",
        "trade_volume": number(told.size),
        "trade_price": number(told.price),
        "trade_fee": number(-(told.fee or ZERO)),
        "fee_asset": told.fee_asset,
        "trade_turnover": number(told.size),
        "role": "maker" if told.maker else "taker",
        "created_at": ms(told.at),
        "profit": 0,
        "real_profit": 0,
    }


def fill(exchange: Exchange, told: Fill, now: int) -> dict[str, Any]:
    """Return a row of match results."""
    instrument = exchange.markets[told.symbol].instrument
    return {
        "query_id": row_id(told),
        "match_id": row_id(told),
        "id": f"{row_id(told)}-{told.venue_id}-1",
        "order_id": int(told.venue_id),
        "order_id_str": told.venue_id,
        "symbol": instrument.base,
        "contract_type": contract_type(instrument, now),
        "contract_code": instrument.code,
        "direction": told.side.value.lower(),
        "offset": offset_of(told.side, told.position),
        "trade_volume": number(told.size),
        "trade_price": number(told.price),
        "trade_turnover": number(told.size * instrument.contract_size),
        "trade_fee": number(-(told.fee or ZERO)),
        "fee_asset": told.fee_asset,
        "offset_profitloss": 0,
        "create_date": ms(told.at),
        "role": "Maker" if told.maker else "Taker",
        "order_source": "api",
        "real_profit": 0,
    }


def row_id(told: Fill) -> int:
    """Return a fill's number."""
    return int("".join(each for each in told.trade_id if each.isdigit()) or "0")


def position(exchange: Exchange, held: Position) -> dict[str, Any]:
    """Return a position."""
    market = exchange.markets[held.symbol]
    size = number(abs(held.size))
    long = held.side is PositionSide.LONG or (held.side is PositionSide.NET and held.size > 0)
    last = market.trades[-1].price if market.trades else held.mark or ZERO
    margin, profit = held.margin or ZERO, held.unrealised or ZERO
    return {
        "symbol": market.instrument.base,
        "contract_code": market.instrument.code,
        "volume": size,
        "available": size,
        "frozen": 0,
        "cost_open": number(held.entry or ZERO),
        "cost_hold": number(held.entry or ZERO),
        "profit_unreal": number(profit),
        "profit_rate": number((profit / margin).quantize(Decimal("0.0001"))) if margin else 0,
        "lever_rate": int(held.leverage or 1),
        "position_margin": number(margin),
        "direction": "buy" if long else "sell",
        "profit": number(profit),
        "last_price": number(last),
        "adl_risk_percent": held.adl_rank,
    }


def account(exchange: Exchange, number_: str, line: str, row: Balance) -> dict[str, Any] | None:
    """Return the account of a coin, None for one without a contract on this line."""
    found = [
        market.instrument
        for market in exchange.markets.values()
        if market.instrument.market == line and market.instrument.base == row.asset
    ]
    if not found:
        return None
    held = sum(
        (
            each.margin or ZERO
            for each in exchange.positions(number_, line)
            if exchange.markets[each.symbol].instrument.base == row.asset
        ),
        ZERO,
    )
    equity = row.total if row.equity is None else row.equity
    free = row.total if row.available is None else row.available
    told: dict[str, Any] = {
        "symbol": row.asset,
        "margin_balance": number(equity),
        "margin_static": number(row.total),
        "margin_position": number(held),
        "margin_frozen": number(max(equity - free - held, ZERO)),
        "margin_available": number(free),
        "profit_real": 0,
        "profit_unreal": number(equity - row.total),
        "risk_rate": None,
        "withdraw_available": number(free),
        "liquidation_price": None,
        "lever_rate": int(exchange.leverage(number_, found[0].symbol)[0]),
        "adjust_factor": Decimal("0.025"),
        "transfer_profit_ratio": None,
    }
    if line == symbols.COIN_SWAP:
        told["contract_code"] = found[0].code
    return told
