"""What is told of an account: orders, positions and balances as the domain's values."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, OrderUpdate, Position
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.order import Side
from basisdesk.sim.exchange import edge, margin
from basisdesk.sim.exchange.state import GRID, ZERO, Account, Floor, Holding, Live

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

RANKS = (Decimal(0), Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(2))
"""Leveraged profit at which the next rank in the line of deleveraging begins."""


@precise
def order_of(live: Live) -> OrderUpdate:
    """Return an order as it is."""
    return OrderUpdate(
        at=live.updated,
        symbol=live.order.symbol,
        venue_id=live.venue_id,
        client_id=live.order.client_id,
        status=live.status,
        reason=live.reason,
        side=live.order.side,
        type=live.order.type,
        size=live.size,
        price=live.price,
        filled=live.filled,
        average=_short(live.value / live.filled, live.instrument) if live.filled else None,
        reduce_only=live.order.reduce_only,
        forced=live.forced,
        refused=live.refused,
        account=live.account,
    )


@precise
def position_of(floor: Floor, account: Account, holding: Holding) -> Position:
    """Return a position at its market's mark now."""
    symbol = holding.lot.symbol
    instrument = floor.pools[symbol].instrument
    mark = margin.mark_of(floor.pools[symbol])
    unrealised = margin.unrealised(floor, holding)
    initial = margin.position_initial(floor, account, holding)
    ratio = unrealised / initial if initial else ZERO
    return Position(
        at=floor.now,
        symbol=symbol,
        size=holding.lot.size,
        entry=_short(holding.lot.average(), instrument),
        mark=mark,
        liquidation=_short(edge.liquidation_price(floor, account, holding), instrument),
        unrealised=_money(unrealised),
        margin=_money(initial),
        leverage=margin.leverage_of(floor, account, floor.pools[symbol], holding.lot.size),
        mode=holding.mode,
        side=holding.side,
        adl_rank=sum(ratio > each for each in RANKS),
        account=account.number,
    )


@precise
def balance_of(floor: Floor, account: Account, wallet: str, asset: str) -> Balance:
    """Return a balance of a wallet."""
    purse = account.purse(wallet, asset)
    floating = sum(
        (
            margin.unrealised(floor, each)
            for each in account.holdings.values()
            if margin.settles_in(floor, each) == (wallet, asset)
        ),
        ZERO,
    )
    return Balance(
        at=floor.now,
        line=wallet,
        asset=asset,
        total=purse.total,
        available=_money(max(ZERO, margin.available(floor, account, wallet, asset))),
        borrowed=purse.borrowed,
        interest=purse.interest,
        equity=_money(purse.total - purse.borrowed + floating),
        wallet=wallet,
        account=account.number,
    )


def direction(size: Decimal) -> Side:
    """Return the direction that a signed size has."""
    return Side.BUY if size > 0 else Side.SELL


def _short(price: Decimal | None, instrument: Instrument) -> Decimal | None:
    """Return an average or computed price with six places beyond the tick, as venues show it."""
    return None if price is None else price.quantize(instrument.tick.scaleb(-6))


def _money(amount: Decimal) -> Decimal:
    """Return computed money no finer than money is booked; what is available is never shown as more than it is."""
    return amount.quantize(GRID, rounding=ROUND_FLOOR)
