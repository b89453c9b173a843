"""Contracts' money and positions: over REST, and as rows of the private stream.

Every contract has a position row, flat or not, because leverage and margin mode are told there; both are set together.
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
    from basisdesk.sim.dialects.bigone.visit import Visit

    Row = dict[str, object]
    Risks = dict[tuple[str, str], Decimal]

ZERO = Decimal(0)


class Margins(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """How a position is to be margined."""

    is_cross: bool
    leverage: msgspec.Raw
    margin: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Risk(msgspec.Struct, forbid_unknown_fields=True):
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
        rows = [position_row(exchange, visit.account, symbol, visit.risks) for symbol in held]
        told.append({"cash": cash_row(visit.account, asset, balances.get(asset)), "positions": rows})
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
    return position_row(visit.exchange, visit.account, symbol, visit.risks)


def set_risk(visit: Visit) -> object:
    """Set the risk limit of a contract."""
    instrument = visit.contract(visit.parts["symbol"]).instrument
    notional = json_number(visit.read_bare(Risk).notional)
    least, most = risk_limits(instrument)
    if notional is None:
        raise refuse.contract(refuse.INVALID)
    if not least <= notional <= most:
        raise refuse.contract(refuse.BAD_RISK)
    visit.risks[visit.account, instrument.symbol] = notional
    return {"notional": number(notional), "IMR": number(initial_margin(instrument))}


@precise
def cash_row(account: str, asset: str, row: Balance | None) -> Row:
    """Write a purse."""
    total = ZERO if row is None else row.total
    available = total if row is None or row.available is None else row.available
    equity = total if row is None or row.equity is None else row.equity
    used = max(ZERO, total - available)
    return {
        "id": uuid_of(f"{account} {asset}"),
        "userId": uuid_of(account),
        "currency": asset,
        "balances": number(total),
        "available": number(available),
        "margin": number(used),
        "positionMargin": number(used),
        "orderMargin": 0,
        "positionValue": 0,
        "unrealizedPnl": number(equity - total),
        "marginBalances": number(equity),
        "marginRate": number((used / equity).quantize(Decimal("1E-12")) if equity > 0 else ZERO),
        "leverage": 0,
    }


@precise
def position_row(exchange: Exchange, account: str, symbol: str, risks: Risks, told: Position | None = None) -> Row:
    """Write a position as told, or as it is now."""
    instrument = exchange.markets[symbol].instrument
    held = [told] if told is not None else exchange.positions(account, CONTRACT, symbol)
    leverage, mode = exchange.leverage(account, symbol)
    position = held[0] if held else Position(at=0, symbol=symbol, size=ZERO)
    entry, mark = position.entry or ZERO, position.mark or Decimal(repr(exchange.markets[symbol].carry.mark))
    mark = mark if mark.is_finite() else ZERO
    notional, value = worth(instrument, position.size, entry), worth(instrument, position.size, mark)
    margin, unrealised = position.margin or ZERO, position.unrealised or ZERO
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
        "initMargin": number(margin),
        "margin": number(margin),
        "orderMargin": 0,
        "unrealizedPnl": number(unrealised),
        "realisedPnl": 0,
        "totalPnl": number(unrealised),
        "equity": number(margin + unrealised),
        "risk": 0,
        "rom": 0,
        "riskLimit": number(risks.get((account, symbol), risk_limits(instrument)[0])),
        "seqNo": None,
    }
    return row | _resting(exchange, account, symbol)


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
