"""Positions and what they earn, per market and per spread.

Positions are gross of fees; profit is price profit, realised and not, in quote money on spot and linear markets and
in coin on inverse ones, where it is valued in quote money at the mark.
Fees are kept by asset and subtracted only in `net`, valued in quote money: the quote asset at one, the market's coin
at the mark.
A figure that is not known, for want of a mark or of a price of the fee's asset, is None and never zero.
A spread position sets LEG1 against LEG2: its size is what both legs hold against each other, and `net_delta` the coin
that is left open, with fees that were kept out of bought coin taken off.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.instrument import Instrument, base_of, face_of
from basisdesk.domain.market import both_inverse
from basisdesk.domain.spread import spread_legs
from basisdesk.engine.state import ZERO, Holding, State
from basisdesk.engine.view import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class HoldingView(msgspec.Struct, frozen=True, kw_only=True):
    """One market's position, or one leg's of a spread.

    Attributes:
        size: signed, in the venue's unit.
        base: signed coin at the mark (at the entry without one), gross of fees.
        entry: average entry price, None when flat.
        mark: None when not known.
        realised: price profit of what was closed, in `pnl_asset`.
        unrealised: price profit of what is open, in `pnl_asset`; None without a mark.
        pnl: their sum.
        pnl_quote: `pnl` in quote money at the mark.
        fees: by asset; positive is paid.
        fees_quote: the same in quote money, None where an asset has no price here.
        net: `pnl_quote` less `fees_quote`.
        taken: the part of the fees that was kept out of bought coin, in coin.
    """

    symbol: str
    size: Decimal
    base: Decimal
    entry: Decimal | None
    mark: Decimal | None
    realised: Decimal
    unrealised: Decimal | None
    pnl: Decimal | None
    pnl_asset: str
    pnl_quote: Decimal | None
    fees: dict[str, Decimal]
    fees_quote: Decimal | None
    net: Decimal | None
    taken: Decimal


class SpreadHoldingView(msgspec.Struct, frozen=True, kw_only=True):
    """A spread's position over all its orders.

    Attributes:
        size: signed, in `unit` (coin, or quote face when both legs are inverse); positive is long the spread.
        entry: LEG1's entry less LEG2's, None unless both legs are open.
        mark: LEG1's mark less LEG2's, None unless both are known.
        pnl: price profit of both legs in `pnl_asset`: coin when both are inverse, else quote money.
        pnl_quote: the same in quote money.
        fees: of both legs, by asset.
        fees_quote: the same in quote money.
        net: `pnl_quote` less `fees_quote`.
        net_delta: coin held on both legs together, net of `taken`.
    """

    spread: str
    size: Decimal
    unit: str
    entry: Decimal | None
    mark: Decimal | None
    pnl: Decimal | None
    pnl_asset: str
    pnl_quote: Decimal | None
    fees: dict[str, Decimal]
    fees_quote: Decimal | None
    net: Decimal | None
    net_delta: Decimal
    legs: list[HoldingView]


@precise
def positions(state: State, marks: Mapping[str, Decimal]) -> list[HoldingView]:
    """Report every market that was traded; `marks` are quote money per coin by symbol, as far as known."""
    return [
        _holding_view(state.instruments[symbol], holding, marks.get(symbol))
        for symbol, holding in state.holdings.items()
    ]


@precise
def spread_positions(state: State, marks: Mapping[str, Decimal]) -> list[SpreadHoldingView]:
    """Report every spread that was traded."""
    return [_spread_view(state, spread, marks) for spread in state.spread_holdings]


@precise
def fees_by_asset(state: State) -> dict[str, Decimal]:
    """Add up all fees ever paid, by asset; a rebate is negative."""
    return _added(holding.fees for holding in state.holdings.values())


def _holding_view(instrument: Instrument, holding: Holding, mark: Decimal | None) -> HoldingView:
    position = holding.position
    inverse = position.inverse
    entry = position.average()
    unrealised = ZERO if not position.size else None if mark is None else position.unrealised(mark)
    pnl = None if unrealised is None else holding.realised + unrealised
    fees_quote = _in_quote(instrument, holding.fees, mark)
    pnl_quote = _valued(pnl, mark) if inverse else pnl
    return HoldingView(
        symbol=position.symbol,
        size=position.size,
        base=_coin(instrument, position.size, mark or entry),
        entry=None if entry is None else shown(entry),
        mark=mark,
        realised=holding.realised,
        unrealised=unrealised,
        pnl=pnl,
        pnl_asset=instrument.base if inverse else instrument.quote,
        pnl_quote=pnl_quote,
        fees=holding.fees,
        fees_quote=fees_quote,
        net=_minus(pnl_quote, fees_quote),
        taken=holding.taken,
    )


def _coin(instrument: Instrument, size: Decimal, price: Decimal | None) -> Decimal:
    """Return signed coin; a price is known wherever a position is open, because its entry is."""
    return ZERO if price is None or not size else shown(base_of(instrument, size, price))


def _spread_view(state: State, spread: str, marks: Mapping[str, Decimal]) -> SpreadHoldingView:
    instruments = [state.instruments[symbol] for symbol in spread_legs(spread)]
    holdings = state.spread_holdings[spread]
    one, two = (
        _holding_view(instrument, holding, marks.get(instrument.symbol))
        for instrument, holding in zip(instruments, holdings, strict=True)
    )
    in_face = both_inverse(*instruments)
    fees_quote = _plus(one.fees_quote, two.fees_quote)
    pnl_quote = _plus(one.pnl_quote, two.pnl_quote)
    return SpreadHoldingView(
        spread=spread,
        size=_matched(
            *(_amount(instrument, leg, in_face) for instrument, leg in zip(instruments, (one, two), strict=True))
        ),
        unit=instruments[0].quote if in_face else instruments[0].base,
        entry=_minus(one.entry, two.entry),
        mark=_minus(one.mark, two.mark),
        pnl=_plus(one.pnl, two.pnl) if in_face else pnl_quote,
        pnl_asset=instruments[0].base if in_face else instruments[0].quote,
        pnl_quote=pnl_quote,
        fees=_added((one.fees, two.fees)),
        fees_quote=fees_quote,
        net=_minus(pnl_quote, fees_quote),
        net_delta=one.base + two.base - one.taken - two.taken,
        legs=[one, two],
    )


def _amount(instrument: Instrument, leg: HoldingView, in_face: bool) -> Decimal:
    """Return a leg's signed amount in the common unit, at its entry price, so that it does not move with the mark."""
    return face_of(instrument, leg.size) if in_face else _coin(instrument, leg.size, leg.entry)


def _matched(one: Decimal, two: Decimal) -> Decimal:
    """Return what two amounts hold against each other, signed like the first; zero when they do not oppose."""
    if one * two >= 0:
        return ZERO
    return min(abs(one), abs(two)) * (1 if one > 0 else -1)


def _in_quote(instrument: Instrument, fees: Mapping[str, Decimal], mark: Decimal | None) -> Decimal | None:
    total = ZERO
    for asset, amount in fees.items():
        if asset == instrument.quote or not amount:
            total += amount
        elif asset == instrument.base and mark is not None:
            total += amount * mark
        else:
            return None
    return total


def _added(tables: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for table in tables:
        for asset, amount in table.items():
            total[asset] = total.get(asset, ZERO) + amount
    return total


def _valued(coin: Decimal | None, mark: Decimal | None) -> Decimal | None:
    """Return coin in quote money; nothing is worth nothing at any price."""
    if coin is None or mark is None:
        return coin if coin == 0 else None
    return coin * mark


def _plus(one: Decimal | None, two: Decimal | None) -> Decimal | None:
    return None if one is None or two is None else one + two


def _minus(one: Decimal | None, two: Decimal | None) -> Decimal | None:
    return None if one is None or two is None else one - two
