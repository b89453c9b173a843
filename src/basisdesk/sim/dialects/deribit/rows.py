"""What the exchange knows, as the venue's rows.

Sizes are the venue's `amount` on both sides, so they pass through; `contracts` counts the step of the market.
An order's id is its number behind the settlement currency, as in ``BTC-9001``.
Followed: https://docs.deribit.com/api-reference (instrument, order, trade, position, account summary).
"""

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import Forced
from basisdesk.domain.arithmetic import Rounding, on_grid, precise
from basisdesk.domain.ask import OrderType, TimeInForce
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.order import DoneReason, OrderStatus

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position
    from basisdesk.domain.ask import NewOrder
    from basisdesk.sim.contract import Exchange, Printed, SimMarket

NS_PER_MS = 1_000_000
NEVER_MS = 32503708800000
BORN_MS = 1534167754000
PLACES = Decimal(1).scaleb(-8)
COIN_PLACES = Decimal(1).scaleb(-9)
BLOCK, BLOCK_TICK, BLOCK_FEE = 200_000, 0.01, 0.00025
LIVES = {
    TimeInForce.GTC: "good_til_cancelled",
    TimeInForce.IOC: "immediate_or_cancel",
    TimeInForce.FOK: "fill_or_kill",
}
WHY = {"liquidat": "autoliquidation", "deliver": "settlement", "reduce": "reduce_only", "match": "self_trading"}
"""A word of the exchange's reason to cancel an order, to the venue's."""

Row = dict[str, Any]

NO_OPTIONS: Row = {
    "options_delta": 0, "options_gamma": 0, "options_gamma_map": {}, "options_pl": 0, "options_session_rpl": 0,
    "options_session_upl": 0, "options_theta": 0, "options_theta_map": {}, "options_value": 0, "options_vega": 0,
    "options_vega_map": {},
}  # fmt: skip


def index_of(instrument: Instrument) -> str:
    """Return the name of a market's price index."""
    return f"{instrument.base}_{instrument.quote}".lower()


def instrument_row(instrument: Instrument) -> Row:
    """Return a market as listed."""
    kind = "reversed" if instrument.margin is Margin.INVERSE else "linear"
    perpetual = instrument.kind is Kind.PERPETUAL
    return {
        "price_index": index_of(instrument),
        "kind": "future",
        "instrument_name": instrument.code,
        "max_leverage": instrument.max_leverage,
        "maker_commission": instrument.maker_fee,
        "taker_commission": instrument.taker_fee,
        "instrument_type": kind,
        "future_type": kind,
        "expiration_timestamp": NEVER_MS if instrument.expiry is None else instrument.expiry // NS_PER_MS,
        "creation_timestamp": BORN_MS,
        "is_active": instrument.tradable,
        "state": "open" if instrument.tradable else "closed",
        "tick_size": instrument.tick,
        "tick_size_steps": [],
        "contract_size": instrument.step,
        "rfq": False,
        "instrument_id": instrument_id(instrument),
        "block_trade_commission": BLOCK_FEE,
        "block_trade_min_trade_amount": BLOCK,
        "block_trade_tick_size": BLOCK_TICK,
        "min_trade_amount": instrument.min_size,
        "max_liquidation_commission": 0.0075,
        "settlement_currency": instrument.settle,
        "settlement_period": "perpetual" if perpetual else "month",
        "base_currency": instrument.base,
        "counter_currency": instrument.quote,
        "quote_currency": instrument.quote,
    }


def instrument_id(instrument: Instrument) -> int:
    """Return a market's number."""
    return 100_000 + zlib.crc32(instrument.code.encode()) % 900_000


def order_id(instrument: Instrument, number: str) -> str:
    """Return an order's id as the venue shows it."""
    return f"{instrument.settle}-{number}"


def order_number(text: str) -> str:
    """Return the exchange's id of an order."""
    return text.rpartition("-")[2]


def order_row(exchange: Exchange, update: OrderUpdate, why: str = "") -> Row:
    """Return an order; `why` is a reason of its end that only the connection knows."""
    instrument = exchange.markets[update.symbol].instrument
    asked = exchange.new_order_of(update.account, update.venue_id)
    market = update.type is OrderType.MARKET
    liquidates = update.forced is Forced.LIQUIDATION and update.reason is not DoneReason.CANCELLED
    row: Row = {
        "order_id": order_id(instrument, update.venue_id),
        "order_state": _state(update),
        "order_type": "liquidation" if liquidates else "market" if market else "limit",
        "time_in_force": LIVES[TimeInForce.GTC if asked is None else asked.time_in_force],
        "instrument_name": instrument.code,
        "creation_timestamp": exchange.created_at(update.account, update.venue_id) // NS_PER_MS,
        "last_update_timestamp": update.at // NS_PER_MS,
        "direction": update.side.value.lower(),
        "price": _bound(exchange, update) if update.price is None else update.price,
        "label": update.client_id,
        "amount": update.size,
        "contracts": _contracts(instrument, update.size),
        "filled_amount": update.filled,
        "average_price": update.average or Decimal(0),
        "reduce_only": update.reduce_only,
        "api": True,
        "web": False,
        "replaced": False,
        "mmp": False,
        "is_liquidation": liquidates,
        "risk_reducing": update.reduce_only,
        "user_id": int(update.account),
        **_posting(asked),
    }
    reason = why or _reason(update)
    return row | ({"cancel_reason": reason} if reason else {})


@precise
def _bound(exchange: Exchange, update: OrderUpdate) -> Decimal:
    """Return the price that a market order would not pass, which the venue shows as its price."""
    market = exchange.markets[update.symbol]
    around = update.average or Decimal(repr(market.carry.mark))
    worst = around * (1 + update.side.sign * exchange.rules.market_slippage)
    return on_grid(worst, market.instrument.tick, Rounding.NEAREST)


def _posting(asked: NewOrder | None) -> Row:
    post_only = asked is not None and asked.post_only
    return {"post_only": post_only, "reject_post_only": post_only}


def _state(update: OrderUpdate) -> str:
    if update.status is not OrderStatus.DONE:
        return "open"
    return {DoneReason.FILLED: "filled", DoneReason.REJECTED: "rejected"}.get(
        update.reason or DoneReason.CANCELLED, "cancelled"
    )


def _reason(update: OrderUpdate) -> str:
    if update.status is not OrderStatus.DONE or update.reason is not DoneReason.CANCELLED:
        return ""
    word = next((word for word in WHY if word in update.refused), "")
    return WHY.get(word, update.refused) or "user_request"


@precise
def _contracts(instrument: Instrument, size: Decimal | None) -> Decimal | None:
    return None if size is None else (size / instrument.step).normalize() + 0


def fill_row(exchange: Exchange, fill: Fill, sequence: int) -> Row:
    """Return an own trade."""
    market = exchange.markets[fill.symbol]
    asked = exchange.new_order_of(fill.account, fill.venue_id)
    liquidity = "M" if fill.maker else "T"
    kind = "market" if asked is None else asked.type.value
    liquidated = fill.forced is Forced.LIQUIDATION
    row: Row = {
        "trade_id": fill.trade_id,
        "trade_seq": sequence,
        "instrument_name": market.instrument.code,
        "timestamp": fill.at // NS_PER_MS,
        "order_id": order_id(market.instrument, fill.venue_id),
        "order_type": "liquidation" if liquidated else kind,
        "matching_id": None,
        "direction": fill.side.value.lower(),
        "tick_direction": 1,
        "index_price": market.carry.index,
        "mark_price": market.carry.mark,
        "price": fill.price,
        "amount": fill.size,
        "contracts": _contracts(market.instrument, fill.size),
        "liquidity": liquidity,
        "fee": None if fill.fee is None else fill.fee.normalize(),
        "fee_currency": fill.fee_asset,
        "state": "filled",
        "post_only": asked is not None and asked.post_only,
        "reduce_only": asked is not None and asked.reduce_only,
        "user_id": int(fill.account),
    }
    if fill.client_id:
        row["label"] = fill.client_id
    return row | ({"liquidation": liquidity} if liquidated else {})


@precise
def position_row(exchange: Exchange, account: str, instrument: Instrument, held: Position | None) -> Row:
    """Return an account's position; flat where there is none."""
    carry = exchange.markets[instrument.symbol].carry
    size = Decimal(0) if held is None else held.size
    coin = coin_of(exchange.markets[instrument.symbol], size)
    margin = money(None if held is None else held.margin)
    floating = money(None if held is None else held.unrealised)
    funding = money(exchange.accrued(account, instrument.symbol))
    return {
        "instrument_name": instrument.code,
        "kind": "future",
        "direction": "buy" if size > 0 else "sell" if size < 0 else "zero",
        "size": size,
        "size_currency": coin,
        "average_price": Decimal(0) if held is None else held.entry,
        "mark_price": carry.mark,
        "index_price": carry.index,
        "settlement_price": carry.mark,
        "estimated_liquidation_price": None if held is None else held.liquidation,
        "floating_profit_loss": floating,
        "total_profit_loss": floating + funding,
        "realized_profit_loss": funding,
        "realized_funding": funding,
        "initial_margin": margin,
        "maintenance_margin": money(None if held is None else exchange.maintenance(held)),
        "open_orders_margin": Decimal(0),
        "leverage": instrument.max_leverage if held is None else held.leverage,
        "delta": coin,
        "interest_value": 0.0,
    }


@precise
def summary_row(exchange: Exchange, balance: Balance) -> Row:
    """Return the money of one currency; funding of the session (since 08:00 UTC) is beside the balance."""
    funding = sum((exchange.accrued(balance.account, each) for each in _settled_in(exchange, balance)), Decimal(0))
    owned, session = money(balance.total), money(funding)
    total = owned - session
    equity, available = money(balance.equity), money(balance.available)
    used, kept = max(equity - available, Decimal(0)), money(exchange.needs(balance)[1])
    delta = _delta(exchange, balance)
    return {
        "currency": balance.asset,
        "balance": total,
        "equity": equity,
        "margin_balance": equity,
        "available_funds": available,
        "available_withdrawal_funds": available,
        "initial_margin": used,
        "maintenance_margin": kept,
        "session_rpl": session,
        "session_upl": equity - owned,
        "futures_pl": equity - total,
        "futures_session_rpl": session,
        "futures_session_upl": equity - owned,
        **NO_OPTIONS,
        "delta_total": delta,
        "projected_delta_total": delta,
        "projected_initial_margin": used,
        "projected_maintenance_margin": kept,
        "total_pl": equity - total,
        "spot_reserve": 0,
        "additional_reserve": 0,
        "fee_balance": 0,
        "margin_model": "segregated_sm",
        "portfolio_margining_enabled": False,
        "cross_collateral_enabled": False,
        "limits": {
            "limits_per_currency": False,
            "non_matching_engine": {"burst": 100, "rate": 20},
            "matching_engine": {"trading": {"total": {"burst": 20, "rate": 5}}, "cancel_all": {"burst": 20, "rate": 5}},
        },
    }


def _delta(exchange: Exchange, balance: Balance) -> Decimal:
    """Return the coin that the positions settled in a balance stand for."""
    mine = _settled_in(exchange, balance)
    held = exchange.positions(balance.account, balance.line) if mine else []
    rows = [(exchange.markets[each.symbol], each.size) for each in held if each.symbol in mine]
    return sum((coin_of(market, size) for market, size in rows), Decimal(0))


def coin_of(market: SimMarket, size: Decimal) -> Decimal:
    """Return what a size is in base coin at the mark."""
    if market.instrument.margin is Margin.LINEAR or not size:
        return size
    return (size / Decimal(repr(market.carry.mark))).quantize(COIN_PLACES)


def _settled_in(exchange: Exchange, balance: Balance) -> list[str]:
    """Return the markets whose profits go to a balance; none for one that is not there."""
    markets = [market.instrument for market in exchange.markets.values()]
    return [
        each.symbol
        for each in markets
        if balance.account and (each.market, each.settle) == (balance.line, balance.asset)
    ]


def money(value: Decimal | None) -> Decimal:
    """Return an amount of money with the venue's eight places, zero for none."""
    return (value or Decimal(0)).quantize(PLACES) + 0


def trade_row(market: SimMarket, trade: Printed) -> Row:
    """Return a public trade."""
    return {
        "trade_id": str(trade.trade_id),
        "trade_seq": trade.trade_id,
        "instrument_name": market.instrument.code,
        "timestamp": trade.at // NS_PER_MS,
        "price": trade.price,
        "amount": trade.size,
        "contracts": _contracts(market.instrument, trade.size),
        "direction": "buy" if trade.buy else "sell",
        "tick_direction": 0,
        "mark_price": market.carry.mark,
        "index_price": market.carry.index,
    }
