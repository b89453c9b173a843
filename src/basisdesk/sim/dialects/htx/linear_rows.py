"""Linear contracts: orders, fills, positions and the account as the newer interface writes them, all numbers text."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import Forced
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.sim.dialects.htx.names import contract_type
from basisdesk.sim.dialects.htx.text import ms, short, text
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill, OrderUpdate, Position
    from basisdesk.sim.contract import Exchange

LINE = symbols.LINEAR
ZERO = Decimal(0)
SIDES = {PositionSide.NET: "both", PositionSide.LONG: "long", PositionSide.SHORT: "short"}
SOURCES = {Forced.LIQUIDATION: "risk", Forced.ADL: "adl", Forced.DELIVERY: "delivery", None: "api"}


def state_of(order: OrderUpdate) -> str:
    """Return an order's state as the venue writes it."""
    if order.status is not OrderStatus.DONE:
        return "partially_filled" if order.filled else "new"
    if order.reason is DoneReason.FILLED:
        return "filled"
    return "partially_canceled" if order.filled else "canceled"


def order(exchange: Exchange, account: str, update: OrderUpdate, now: int) -> dict[str, Any]:
    """Return an order."""
    asked = exchange.new_order_of(account, update.venue_id)
    assert asked is not None  # the exchange has just told of it
    instrument = exchange.markets[update.symbol].instrument
    fills = [fill for fill in exchange.fills(account, LINE, update.symbol, 0, now) if fill.venue_id == update.venue_id]
    leverage, mode = exchange.leverage(account, update.symbol)
    kind = "post_only" if asked.post_only else asked.type.value
    turnover = (update.average or ZERO) * update.filled * instrument.contract_size
    return {
        "id": update.venue_id,
        "side": update.side.value.lower(),
        "type": kind,
        "price": short(update.price or ZERO),
        "volume": text(update.size),
        "state": state_of(update),
        "profit": None,
        "contract_code": instrument.code,
        "position_side": SIDES[asked.position],
        "price_match": None,
        "order_id": update.venue_id,
        "client_order_id": update.client_id or update.venue_id,
        "margin_mode": (asked.margin or mode).value,
        "lever_rate": int(leverage),
        "order_source": SOURCES[update.forced],
        "reduce_only": update.reduce_only,
        "time_in_force": "ioc" if asked.type is OrderType.MARKET else asked.time_in_force.value,
        "trade_avg_price": short(update.average or ZERO),
        "trade_volume": short(update.filled),
        "trade_turnover": short(turnover),
        "fee_currency": instrument.settle if fills else "",
        "fee": short(sum((fill.fee or ZERO for fill in fills), ZERO)),
        "price_protect": False,
        "contract_type": contract_type(instrument, now),
        "created_time": str(ms(exchange.created_at(account, update.venue_id))),
        "updated_time": str(ms(update.at)),
        "cancel_reason": update.refused or None,
        "self_match_prevent": "cancel_taker",
    }


def pushed_trade(exchange: Exchange, told: Fill) -> dict[str, Any]:
    """Return a trade as the socket tells it: without its fee."""
    instrument = exchange.markets[told.symbol].instrument
    return {
        "direction": told.side.value.lower(),
        "id": f"{told.trade_id}-{told.venue_id}-1",
        "contract_code": instrument.code,
        "contract_type": contract_type(instrument, told.at),
        "order_id": told.venue_id,
        "trade_id": told.trade_id,
        "position_side": SIDES[told.position],
        "trade_volume": short(told.size),
        "trade_price": short(told.price),
        "trade_turnover": short(told.size * told.price * instrument.contract_size),
        "role": "maker" if told.maker else "taker",
        "client_order_id": told.client_id or told.venue_id,
        "order_source": SOURCES[told.forced],
        "created_time": str(ms(told.at)),
        "updated_time": str(ms(told.at)),
    }


def fill(exchange: Exchange, account: str, told: Fill) -> dict[str, Any]:
    """Return a trade as the query tells it: its row has a number of its own, and its fee is there."""
    asked = exchange.new_order_of(account, told.venue_id)
    row = pushed_trade(exchange, told)
    del row["direction"]
    return row | {
        "id": f"7{told.trade_id}",
        "side": told.side.value.lower(),
        "order_type": "1",
        "margin_mode": (asked.margin or MarginMode.CROSS).value if asked is not None else "cross",
        "type": asked.type.value if asked is not None else "market",
        "role": "MAKER" if told.maker else "TAKER",
        "fee_currency": told.fee_asset,
        "trade_fee": text(told.fee) or "0",
        "deduction_price": "",
        "profit": "0",
    }


def position(exchange: Exchange, held: Position, now: int) -> dict[str, Any]:
    """Return a position."""
    market = exchange.markets[held.symbol]
    size = abs(held.size)
    last = market.trades[-1].price if market.trades else held.mark or ZERO
    margin = held.margin or ZERO
    profit = held.unrealised or ZERO
    return {
        "contract_code": market.instrument.code,
        "position_side": SIDES[held.side],
        "direction": (Side.BUY if held.size >= 0 else Side.SELL).value.lower(),
        "margin_mode": (held.mode or MarginMode.CROSS).value,
        "open_avg_price": short(held.entry or ZERO),
        "volume": short(size),
        "available": short(size),
        "lever_rate": int(held.leverage or 1),
        "adl_risk_percent": held.adl_rank,
        "liquidation_price": text(held.liquidation),
        "margin": short(margin),
        "initial_margin": short(margin),
        "maintenance_margin": short(exchange.maintenance(held)),
        "profit_unreal": short(profit),
        "profit_rate": short((profit / margin).quantize(Decimal("0.0001"))) if margin else "0",
        "margin_rate": "0.01",
        "mark_price": text(held.mark),
        "last_price": short(last),
        "margin_currency": market.instrument.settle,
        "contract_type": contract_type(market.instrument, now),
        "created_time": str(ms(held.at)),
        "updated_time": str(ms(held.at)),
    }


@precise
def account(exchange: Exchange, number: str, now: int) -> dict[str, Any]:
    """Return the account, in US dollars, with its currencies."""
    details = []
    sums = [ZERO] * 5
    for row in exchange.balances(number, LINE):
        equity = row.total if row.equity is None else row.equity
        free = row.total if row.available is None else row.available
        price = exchange.dollars(row.asset)
        needed, least = max(equity - free, ZERO), exchange.needs(row)[1]
        figures = (equity, needed, least, equity - row.total, free)
        sums = [old + new * price for old, new in zip(sums, figures, strict=True)]
        details.append({
            "currency": row.asset,
            "equity": short(equity),
            "available": short(free),
            "profit_unreal": short(equity - row.total),
            "initial_margin": short(needed),
            "maintenance_margin": short(least),
            "maintenance_margin_rate": _share(least, equity),
            "initial_margin_rate": _share(needed, equity),
            "available_margin": short(free),
            "voucher": "0",
            "voucher_value": "0",
            "withdraw_available": short(free),
            "created_time": ms(row.at),
            "updated_time": ms(row.at),
            "isolated_equity": "0",
            "isolated_profit_unreal": "0",
        })  # fmt: skip
    dollars, needed, least, floating, free = sums
    return {
        "state": "normal",
        "equity": short(dollars),
        "initial_margin": short(needed),
        "maintenance_margin": short(least),
        "maintenance_margin_rate": _share(least, dollars),
        "profit_unreal": short(floating),
        "available_margin": short(free),
        "voucher_value": "0",
        "details": details,
        "created_time": ms(now),
        "updated_time": ms(now),
    }


@precise
def _share(part: Decimal, whole: Decimal) -> str:
    return short((part / whole).quantize(Decimal("0.00000001"))) if whole > 0 else "0"
