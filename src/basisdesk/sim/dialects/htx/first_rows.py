"""Linear contracts: orders, fills, positions and accounts as their first interface writes them.

Rows are those of the coin-margined contracts with the margin mode beside them; turnover is money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import MarginMode, PositionMode, PositionSide
from basisdesk.domain.instrument import Instrument, Kind, notional
from basisdesk.sim.dialects.htx import coin_rows
from basisdesk.sim.dialects.htx.names import contract_type, listed, pair
from basisdesk.sim.dialects.htx.text import number
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position
    from basisdesk.domain.order import Side
    from basisdesk.sim.contract import Exchange

LINE = symbols.LINEAR
ZERO = Decimal(0)
ADJUST = Decimal("0.025")
MODES = {PositionMode.ONE_WAY: "single_side", PositionMode.HEDGE: "dual_side"}


def margin_of(exchange: Exchange, account: str, told: OrderUpdate | Fill) -> MarginMode:
    """Return the margin mode of an order or a fill."""
    asked = exchange.new_order_of(account, told.venue_id)
    return (asked and asked.margin) or exchange.leverage(account, told.symbol)[1]


def account_of(instrument: Instrument, margin: MarginMode) -> str:
    """Return the name of the margin account of a contract."""
    return instrument.settle if margin is MarginMode.CROSS else instrument.code


def _terms(instrument: Instrument, margin: MarginMode, at: int) -> dict[str, Any]:
    swap = instrument.kind is Kind.PERPETUAL
    return {
        "margin_asset": instrument.settle,
        "margin_mode": margin.value,
        "margin_account": account_of(instrument, margin),
        "contract_type": contract_type(instrument, at),
        "pair": pair(instrument),
        "business_type": "swap" if swap else "futures",
        "trade_partition": instrument.quote,
    }


def _offset(side: Side, position: PositionSide, *, reduces: bool) -> str:
    if position is not PositionSide.NET:
        return coin_rows.offset_of(side, position)
    return "close" if reduces else "both"


def order(exchange: Exchange, account: str, update: OrderUpdate, now: int) -> dict[str, Any]:
    """Return an order."""
    asked = exchange.new_order_of(account, update.venue_id)
    assert asked is not None  # the exchange has just told of it
    instrument = exchange.markets[update.symbol].instrument
    turnover = notional(instrument, update.filled, update.average) if update.average else ZERO
    told = coin_rows.order(exchange, account, update, now)
    told |= _terms(instrument, margin_of(exchange, account, update), now)
    offset = _offset(update.side, asked.position, reduces=asked.reduce_only)
    return told | {
        "offset": offset,
        "trade_turnover": number(turnover),
        "reduce_only": int(asked.reduce_only),
        "canceled_source": None,
    }


def trade(exchange: Exchange, told: Fill) -> dict[str, Any]:
    """Return a fill inside an order."""
    turnover = notional(exchange.markets[told.symbol].instrument, told.size, told.price)
    return coin_rows.trade(told) | {"trade_turnover": number(turnover)}


def fill(exchange: Exchange, account: str, told: Fill, now: int) -> dict[str, Any]:
    """Return a row of match results."""
    asked = exchange.new_order_of(account, told.venue_id)
    instrument = exchange.markets[told.symbol].instrument
    row = coin_rows.fill(exchange, told, now) | _terms(instrument, margin_of(exchange, account, told), now)
    offset = _offset(told.side, told.position, reduces=asked is not None and asked.reduce_only)
    return row | {
        "offset": offset,
        "trade_turnover": number(notional(instrument, told.size, told.price)),
        "reduce_only": int(asked is not None and asked.reduce_only),
    }


def position(exchange: Exchange, account: str, held: Position, now: int) -> dict[str, Any]:
    """Return a position."""
    instrument = exchange.markets[held.symbol].instrument
    mode = MODES[exchange.position_mode(account, LINE)]
    told = coin_rows.position(exchange, held)
    told |= _terms(instrument, held.mode or MarginMode.CROSS, now)
    return told | {"position_mode": mode, "liquidation_price": number(held.liquidation)}


def cross(exchange: Exchange, account: str, row: Balance, now: int) -> dict[str, Any]:
    """Return the cross account of the currency in which all contracts settle, with a line for each of them."""
    held = _held(exchange, account, MarginMode.CROSS)
    details: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    free = row.total if row.available is None else row.available
    for instrument in (market.instrument for market in listed(exchange, LINE)):
        own = held.get(instrument.symbol, [])
        details[instrument.kind is Kind.PERPETUAL].append({
            "symbol": instrument.base,
            "contract_code": instrument.code,
            **_terms(instrument, MarginMode.CROSS, now),
            "margin_position": number(_margin(own)),
            "margin_frozen": 0,
            "margin_available": number(free),
            "profit_unreal": number(_profit(own)),
            "liquidation_price": number(next((each.liquidation for each in own), None)),
            "lever_rate": int(exchange.leverage(account, instrument.symbol)[0]),
            "adjust_factor": ADJUST,
        })  # fmt: skip
    told = _purse(exchange, account, row, [each for own in held.values() for each in own])
    return told | {
        "margin_mode": "cross",
        "margin_account": row.asset,
        "contract_detail": details[True],
        "futures_contract_detail": details[False],
    }


def isolated(exchange: Exchange, account: str, row: Balance, symbol: str) -> dict[str, Any]:
    """Return the isolated account of a contract: its positions' money; new positions take theirs from the purse."""
    instrument = exchange.markets[symbol].instrument
    own = _held(exchange, account, MarginMode.ISOLATED).get(symbol, [])
    told = _purse(exchange, account, row, own)
    return told | {
        "symbol": instrument.base,
        "contract_code": instrument.code,
        "margin_mode": "isolated",
        "margin_account": instrument.code,
        "margin_balance": number(_margin(own) + _profit(own)),
        "margin_static": number(_margin(own)),
        "margin_available": told["withdraw_available"],
        "liquidation_price": number(next((each.liquidation for each in own), None)),
        "lever_rate": int(exchange.leverage(account, symbol)[0]),
        "adjust_factor": ADJUST,
    }


def _purse(exchange: Exchange, account: str, row: Balance, own: list[Position]) -> dict[str, Any]:
    equity = row.total if row.equity is None else row.equity
    free = row.total if row.available is None else row.available
    held, needed = _margin(own), sum((exchange.maintenance(each) for each in own), ZERO)
    return {
        "margin_asset": row.asset,
        "margin_balance": number(equity),
        "margin_static": number(row.total),
        "margin_position": number(held),
        "margin_frozen": number(max(equity - free - held, ZERO)),
        "profit_real": 0,
        "profit_unreal": number(_profit(own)),
        "risk_rate": number((equity / needed).quantize(Decimal("0.0001"))) if needed else None,
        "withdraw_available": number(free),
        "money_in": 0,
        "money_out": 0,
        "position_mode": MODES[exchange.position_mode(account, LINE)],
    }


def _held(exchange: Exchange, account: str, margin: MarginMode) -> Mapping[str, list[Position]]:
    found: dict[str, list[Position]] = {}
    for each in exchange.positions(account, LINE):
        if (each.mode or MarginMode.CROSS) is margin:
            found.setdefault(each.symbol, []).append(each)
    return found


def _margin(own: list[Position]) -> Decimal:
    return sum((each.margin or ZERO for each in own), ZERO)


def _profit(own: list[Position]) -> Decimal:
    return sum((each.unrealised or ZERO for each in own), ZERO)
