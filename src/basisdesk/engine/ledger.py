"""What was traded: fills, positions per market and per spread, and fees, each in the asset that paid it.

A trade is known by its market, our order and the venue's trade id, and is booked once however often it is told; where
two of our own orders meet, the venue gives both sides one trade id, and both are booked.
Positions are kept gross of fees; fees are added up by asset beside them, so that nothing is netted across assets.
A spot venue takes the fee of a purchase out of the coin received: such a fee is `taken` from what the leg holds, so
that the hedge sees the coin that is really there.
The shortfall is hedged once it is worth an order, and is shown until then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from basisdesk.domain.instrument import Margin, base_of
from basisdesk.domain.order import Side
from basisdesk.domain.pnl import flat
from basisdesk.engine.exposure import worth_of
from basisdesk.engine.state import ZERO, Fill, Holding, LegOrder, State

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.domain.event import LegFilled


def fill_of(state: State, leg: LegOrder, event: LegFilled) -> Fill:
    """Return the trade with its worth in coin and in the spread's common unit."""
    instrument = state.instruments[leg.symbol]
    return Fill(
        at=event.at,
        order_id=leg.order_id,
        client_id=leg.client_id,
        leg=leg.leg,
        symbol=leg.symbol,
        side=leg.side,
        purpose=leg.purpose,
        price=event.price,
        size=event.size,
        base=base_of(instrument, event.size, event.price),
        worth=worth_of(instrument, state.orders[leg.order_id].unit, event.size, event.price),
        fee=event.fee,
        fee_asset=event.fee_asset,
        trade_id=event.trade_id,
    )


def taken(state: State, fill: Fill) -> Decimal:
    """Return the received coin that the venue kept as its fee; zero unless coin was bought on a spot market."""
    instrument = state.instruments[fill.symbol]
    spot_purchase = instrument.margin is Margin.SPOT and fill.side is Side.BUY
    return fill.fee if spot_purchase and fill.fee_asset == instrument.base else ZERO


def book(state: State, fill: Fill) -> bool:
    """Enter a trade into fills, positions and fees; False, changing nothing, when it was booked before."""
    trade = f"{fill.symbol} {fill.client_id} {fill.trade_id}"
    if trade in state.trades:
        return False
    state.trades[trade] = len(state.fills)
    state.order_fills.setdefault(fill.order_id, []).append(len(state.fills))
    state.fills.append(fill)
    order = state.orders[fill.order_id]
    spread = order.request.spread
    one, two = state.spread_holdings.get(spread) or (empty(state, order.legs[0]), empty(state, order.legs[1]))
    held = state.holdings.get(fill.symbol) or empty(state, fill.symbol)
    kept = taken(state, fill)
    state.holdings[fill.symbol] = _added(held, fill, kept)
    state.spread_holdings[spread] = (_added(one, fill, kept), two) if fill.leg == 1 else (one, _added(two, fill, kept))
    return True


def fill_named(state: State, leg: LegOrder, trade_id: str) -> Fill | None:
    """Return the trade of a leg order with this id, None when none was booked."""
    row = state.trades.get(f"{leg.symbol} {leg.client_id} {trade_id}")
    return None if row is None else state.fills[row]


def reverse(state: State, fill: Fill, at: int) -> bool:
    """Enter the reverse of a trade that the venue took back; False, changing nothing, when that was done before."""
    trade = f"{fill.symbol} {fill.client_id} {fill.trade_id} void"
    if trade in state.trades:
        return False
    row = structs.replace(fill, at=at, side=fill.side.opposite, void=True)
    state.trades[trade] = len(state.fills)
    state.order_fills[fill.order_id].append(len(state.fills))
    state.fills.append(row)
    spread = state.orders[fill.order_id].request.spread
    one, two = state.spread_holdings[spread]
    back = structs.replace(row, fee=-fill.fee)
    kept = -taken(state, fill)
    state.holdings[fill.symbol] = _added(state.holdings[fill.symbol], back, kept)
    state.spread_holdings[spread] = (_added(one, back, kept), two) if fill.leg == 1 else (one, _added(two, back, kept))
    return True


def empty(state: State, symbol: str) -> Holding:
    """Return the holding of a market in which nothing was traded."""
    return Holding(position=flat(state.instruments[symbol]))


def _added(holding: Holding, fill: Fill, kept: Decimal) -> Holding:
    position, gain = holding.position.applied(fill.side, fill.size, fill.price)
    fees = {**holding.fees, fill.fee_asset: holding.fees.get(fill.fee_asset, ZERO) + fill.fee}
    return Holding(position=position, realised=holding.realised + gain, fees=fees, taken=holding.taken + kept)
