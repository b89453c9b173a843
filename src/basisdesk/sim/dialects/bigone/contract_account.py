"""Contracts' money and positions: over REST, and as rows of the private stream.

Every contract has a position row, flat or not, because leverage and margin mode are told there; both are set together.
What `risk` and `rom` count is not documented: they are 0; a purse's `leverage` is taken for value over equity.
A request without a body, as one client sends it, changes nothing and is answered with the position.
Followed: https://open.bigone.com/docs/contract (accounts, positions).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Position
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import MarginMode
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Reason
from basisdesk.sim.dialects.bigone import refuse
from basisdesk.sim.dialects.bigone.contract_market import contracts, initial_margin, risk_limits
from basisdesk.sim.dialects.bigone.contract_orders import worth
from basisdesk.sim.dialects.bigone.spell import number, uuid_of
from basisdesk.sim.dialects.bigone.visit import CONTRACT, json_number

if TYPE_CHECKING:
    from basisdesk.domain.account import Balance
    from basisdesk.sim.contract import Exchange, Refused
    from basisdesk.sim.dialects.bigone.notes import Notes
    from basisdesk.sim.dialects.bigone.visit import Visit

    Row = dict[str, object]

ZERO = Decimal(0)
GRID = Decimal("1E-12")


class Margins(msgspec.Struct, rename="camel"):
    """How a position is to be margined."""

    is_cross: bool
    leverage: msgspec.Raw
    margin: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Risk(msgspec.Struct):
    """The wanted risk limit."""

    notional: msgspec.Raw


def accounts(visit: Visit) -> object:
    """Tell each purse with the positions that it stands behind."""
    exchange = visit.exchange
    markets = contracts(exchange)
    balances = {row.asset: row for row in exchange.balances(visit.account, CONTRACT)}
    told = []
    for asset in dict.fromkeys(market.instrument.settle for market in markets):
        held = [market.instrument.symbol for market in markets if market.instrument.settle == asset]
        rows = [position_row(exchange, visit.account, symbol, visit.notes) for symbol in held]
        told.append({"cash": cash_row(exchange, visit.account, asset, balances.get(asset)), "positions": rows})
    return told


def set_margin(visit: Visit) -> object:
    """Set margin mode and leverage of a contract."""
    symbol = visit.contract(visit.parts["symbol"]).instrument.symbol
    if visit.body.strip() not in {b"", b"{}"}:
        wanted = visit.read_bare(Margins)
        leverage = json_number(wanted.leverage)
        if leverage is None:
            raise refuse.contract(refuse.INVALID)
        mode = MarginMode.CROSS if wanted.is_cross else MarginMode.ISOLATED
        _unless(visit.exchange.set_margin_mode(visit.account, symbol, mode, visit.now))
        _unless(visit.exchange.set_leverage(visit.account, symbol, leverage, visit.now))
    return position_row(visit.exchange, visit.account, symbol, visit.notes)


def set_risk(visit: Visit) -> object:
    """Set the risk limit of a contract."""
    instrument = visit.contract(visit.parts["symbol"]).instrument
    notional = json_number(visit.read_bare(Risk).notional)
    least, most = risk_limits(instrument)
    if notional is None:
        raise refuse.contract(refuse.INVALID)
    if not least <= notional <= most:
        raise refuse.contract(refuse.BAD_RISK)
    visit.notes.risks[visit.account, instrument.symbol] = notional
    return {"notional": number(notional), "IMR": number(initial_margin(instrument))}


@precise
def cash_row(exchange: Exchange, account: str, asset: str, row: Balance | None) -> Row:
    """Write a purse."""
    total = ZERO if row is None else row.total
    available = total if row is None or row.available is None else row.available
    equity = total if row is None or row.equity is None else row.equity
    held = ZERO if row is None else exchange.needs(row)[0]
    markets = [market.instrument for market in contracts(exchange) if market.instrument.settle == asset]
    resting = sum((order_margin(exchange, account, each.symbol) for each in markets), ZERO)
    positions = [each for market in markets for each in exchange.positions(account, CONTRACT, market.symbol)]
    value = sum((abs(_value(exchange, each)) for each in positions), ZERO)
    used = held + resting
    return {
        "id": uuid_of(f"{account} {asset}"),
        "userId": uuid_of(account),
        "currency": asset,
        "balances": number(total),
        "available": number(available),
        "margin": number(used),
        "positionMargin": number(held),
        "orderMargin": number(resting),
        "positionValue": number(value),
        "unrealizedPnl": number(equity - total),
        "marginBalances": number(equity),
        "marginRate": _share(used, equity),
        "leverage": _share(value, equity),
    }


@precise
def position_row(exchange: Exchange, account: str, symbol: str, notes: Notes, told: Position | None = None) -> Row:
    """Write a position as told, or as it is now."""
    instrument = exchange.markets[symbol].instrument
    held = [told] if told is not None else exchange.positions(account, CONTRACT, symbol)
    leverage, mode = exchange.leverage(account, symbol)
    position = held[0] if held else Position(at=0, symbol=symbol, size=ZERO)
    entry, mark = position.entry or ZERO, position.mark or _mark(exchange, symbol)
    notional, value = worth(instrument, position.size, entry), worth(instrument, position.size, mark)
    margin, unrealised = position.margin or ZERO, position.unrealised or ZERO
    realised = notes.realised(account, symbol)
    fees = exchange.fees(account, symbol)
    row: Row = {
        "id": uuid_of(f"{account} {symbol}"),
        "userId": uuid_of(account),
        "symbol": instrument.code,
        "currency": instrument.settle,
        "isCross": (position.mode or mode) is MarginMode.CROSS,
        "leverage": number(leverage),
        "marginRate": number((1 / leverage).quantize(Decimal("1E-8"))),
        "feeRateTaker": number(fees.taker),
        "feeRateMaker": number(fees.maker),
        "size": number(position.size),
        "notional": number(notional),
        "value": number(value),
        "entryPrice": number(entry),
        "markPrice": number(mark),
        "liquidatePrice": number(max(ZERO, position.liquidation or ZERO)),
        "initMargin": number((abs(notional) / leverage).quantize(GRID)),
        "margin": number(margin),
        "orderMargin": number(order_margin(exchange, account, symbol)),
        "unrealizedPnl": number(unrealised),
        "realisedPnl": number(realised),
        "totalPnl": number(realised + unrealised),
        "equity": number(margin + unrealised),
        "risk": 0,
        "rom": 0,
        "riskLimit": number(notes.risks.get((account, symbol), risk_limits(instrument)[0])),
        "seqNo": 0,
    }
    return row | _resting(exchange, account, symbol)


@precise
def order_margin(exchange: Exchange, account: str, symbol: str) -> Decimal:
    """Return what resting orders tie up beyond the position: what the worse side of them would add to it."""
    instrument = exchange.markets[symbol].instrument
    size = sum((each.size for each in exchange.positions(account, CONTRACT, symbol)), ZERO)
    sides = {Side.BUY: ZERO, Side.SELL: ZERO}
    for order in exchange.open_orders(account, CONTRACT, symbol):
        if not order.reduce_only:
            sides[order.side] += ((order.size or ZERO) - order.filled) * order.side.sign
    worst = max(abs(size + each) for each in sides.values())
    added = worth(instrument, max(ZERO, worst - abs(size)), _mark(exchange, symbol))
    return (added / exchange.leverage(account, symbol)[0]).quantize(GRID)


def _mark(exchange: Exchange, symbol: str) -> Decimal:
    """Return a contract's mark, 0 where there is none."""
    mark = Decimal(repr(exchange.markets[symbol].carry.mark))
    return mark if mark.is_finite() else ZERO


def _value(exchange: Exchange, position: Position) -> Decimal:
    return worth(exchange.markets[position.symbol].instrument, position.size, position.mark or ZERO)


def _share(part: Decimal, whole: Decimal) -> msgspec.Raw:
    return number((part / whole).quantize(GRID) if whole > 0 else ZERO)


def _resting(exchange: Exchange, account: str, symbol: str) -> Row:
    """Write what rests on each side of a contract; the side of sales is negative."""
    instrument = exchange.markets[symbol].instrument
    sizes, values = {Side.BUY: ZERO, Side.SELL: ZERO}, {Side.BUY: ZERO, Side.SELL: ZERO}
    for order in exchange.open_orders(account, CONTRACT, symbol):
        left = ((order.size or ZERO) - order.filled) * order.side.sign
        sizes[order.side] += left
        values[order.side] += worth(instrument, left, order.price or ZERO)
    return {
        "buyingSize": number(sizes[Side.BUY]),
        "sellingSize": number(sizes[Side.SELL]),
        "buyingNotional": number(values[Side.BUY]),
        "sellingNotional": number(values[Side.SELL]),
    }


def _unless(refused: Refused | None) -> None:
    if refused is not None and refused.reason is not Reason.UNCHANGED:
        if refused.reason is Reason.INSUFFICIENT_MARGIN:
            raise refuse.contract(refuse.TOO_LARGE)
        raise refuse.of_contract(refused)
