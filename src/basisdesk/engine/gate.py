"""The single gate before a spread order is taken on or sent.

Both legs are checked before either is sent, once when the order is entered and again when it fires: that the markets
are known, pairable and open, that the size fits the spread's grid and both venues' limits, that both books are fit to
trade on and cover the size, and that each leg is worth enough at the worst price it may reach.
A refusal is a value: its message names the value, the limit and what to do.

Codes added here to those of `domain.check`: ``bad_spread``, ``unknown_market``, ``not_pairable``, ``no_trigger``,
``bad_trigger``, ``trigger_given``, ``no_quote``, ``book_invalid``, ``too_thin``,
``frozen``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from basisdesk.domain.arithmetic import held, is_positive, is_workable, remembered
from basisdesk.domain.check import check_size, check_still
from basisdesk.domain.errors import Refusal, UsageError, nearest
from basisdesk.domain.instrument import Instrument, Margin, unit_worth
from basisdesk.domain.legs import LegSizes, check_legs, check_spread_size, leg_sizes
from basisdesk.domain.market import SpreadMarket, both_inverse, spread_market
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.domain.spread import pairable, spread_legs
from basisdesk.engine.hedge import bound_of, least_price
from basisdesk.engine.state import State, Unit

if TYPE_CHECKING:
    from basisdesk.domain.event import LegQuote, SpreadQuote

ONE = Decimal(1)
ANY_STEP = Decimal(10) ** 12  # an exact step is offered however coarse: the refusal of a size says which sizes fit


class Ticket(msgspec.Struct, frozen=True):
    """What passed the gate: size (venue's unit) and bound of each leg."""

    sizes: tuple[Decimal, Decimal]
    bounds: tuple[Decimal, Decimal]


def check_request(state: State, request: SpreadOrderRequest, quote: SpreadQuote | None) -> Refusal | None:
    """Check what needs no book to be valid; prices, where there are any, tell the limits of a linear-inverse pair."""
    legs = known_legs(state, request.spread)
    if isinstance(legs, Refusal):
        return legs
    if _is_still(*legs):
        sized = _still_sizes(*legs, request)
        return sized if isinstance(sized, Refusal) else None
    prices = (None, None) if quote is None else (_price(quote.leg1), _price(quote.leg2))
    market = spread_market(*legs, *prices, max_step_factor=ANY_STEP)
    if isinstance(market, SpreadMarket):
        refusal = check_spread_size(market, request.size)
    else:
        refusal = _check_still_leg(legs, request.size) if market.code == "no_price" else market
    return refusal or _check_trigger(request)


def check_prices(state: State, request: SpreadOrderRequest, quote: SpreadQuote) -> Ticket | Refusal:
    """Check both legs at the worst prices of a quote that passed `check_quote`; return what may be sent."""
    legs = known_legs(state, request.spread)
    if isinstance(legs, Refusal):
        return legs
    one, two = legs
    sized = _still_sizes(one, two, request) if _is_still(one, two) else _priced_sizes(state, one, two, request, quote)
    if isinstance(sized, Refusal):
        return sized
    market, sizes = sized
    leg1, leg2 = quote.leg1, quote.leg2
    bound1 = bound_of(state, one, request.side, leg1.worst)
    bound2 = bound_of(state, two, request.side.opposite, leg2.worst)
    # each at the price at which it is worth least, of all that it may trade at
    least1, least2 = min(bound1, leg1.average, leg1.mid), min(bound2, leg2.average, leg2.mid)
    return check_legs(market, sizes, least1, least2) or Ticket((sizes.size1, sizes.size2), (bound1, bound2))


def _priced_sizes(
    state: State, one: Instrument, two: Instrument, request: SpreadOrderRequest, quote: SpreadQuote
) -> tuple[SpreadMarket, LegSizes] | Refusal:
    """Size legs of which just one is inverse, at the prices of a quote."""
    refusal = check_request(state, request, quote)
    if refusal is not None:
        return refusal
    price1, price2 = quote.leg1.average, quote.leg2.average
    market = spread_market(one, two, price1, price2, max_step_factor=ANY_STEP)
    assert isinstance(market, SpreadMarket)  # checked above
    return market, leg_sizes(market, request.size, price1, price2)


def _is_still(one: Instrument, two: Instrument) -> bool:
    """Say whether no price changes what a size of the spread is on either leg."""
    return (one.margin is Margin.INVERSE) is (two.margin is Margin.INVERSE)


@remembered
def _terms(one: Instrument, two: Instrument) -> SpreadMarket | Refusal:
    """Exact least common multiples take a third of a millisecond, and an order asks for them four times."""
    return spread_market(one, two, max_step_factor=ANY_STEP)


@remembered
def _still_sizes(
    one: Instrument, two: Instrument, request: SpreadOrderRequest
) -> tuple[SpreadMarket, LegSizes] | Refusal:
    """Check and size all that no price changes when the order is entered; when it fires, every moment counts."""
    market = _terms(one, two)
    if isinstance(market, Refusal):
        return market
    refusal = check_spread_size(market, request.size)
    if refusal is not None:
        return refusal
    sizes = leg_sizes(market, request.size, ONE, ONE)
    refusal = check_still(one, sizes.size1) or check_still(two, sizes.size2) or _check_trigger(request)
    if refusal is not None:
        return refusal
    for leg, size in ((one, sizes.size1), (two, sizes.size2)):
        least_price(leg, size)  # remembered for when it is sent
    return market, sizes


_pairable = remembered(pairable)


@remembered
def _without_notional(instrument: Instrument) -> Instrument:
    return structs.replace(instrument, min_notional=Decimal(0))


@held
def check_quote(quote: SpreadQuote | None) -> Refusal | None:
    """Refuse a quote that is missing, of books unfit to trade on, or too thin."""
    if quote is None:
        return Refusal("no_quote", "no prices are known for this spread: wait until both markets have a book")
    covered = quote.complete and quote.price.is_finite()
    for leg in (quote.leg1, quote.leg2):
        if leg.state != "valid":
            return Refusal(
                "book_invalid",
                f"the book of {leg.symbol} is {leg.state}, and orders need a valid one: wait until it recovers",
            )
        covered = covered and is_positive(leg.average) and is_positive(leg.worst) and is_positive(leg.mid)
    return None if covered else Refusal("too_thin", _thin(quote))


def known_legs(state: State, spread: str) -> tuple[Instrument, Instrument] | Refusal:
    """Return both instruments of a spread, or why there are none."""
    try:
        names = spread_legs(spread)
    except UsageError as error:
        return Refusal("bad_spread", str(error))
    one, other = state.instruments.get(names[0]), state.instruments.get(names[1])
    if one is None or other is None:
        name = names[one is not None]
        hint = nearest(name, state.instruments)
        return Refusal("unknown_market", f"there is no market metadata for {name}, and orders need it{hint}")
    if one.tradable and other.tradable and not state.frozen and _pairable(one, other):
        return one, other
    return _refuse_legs(state, one, other) or (one, other)


def _refuse_legs(state: State, one: Instrument, other: Instrument) -> Refusal | None:
    for leg in (one, other):
        if not leg.tradable:
            return Refusal(
                "not_tradable", f"{leg.symbol} does not accept new orders now: choose another market or wait"
            )
        frozen = check_frozen(state, leg.symbol)
        if frozen is not None:
            return frozen
    if not _pairable(one, other):
        return Refusal(
            "not_pairable",
            f"{one.symbol} ({one.base}, {one.margin.value}) and {other.symbol} ({other.base}, {other.margin.value}) "
            "make no spread: choose two markets of one coin, both linear, both inverse, or one of them spot",
        )
    return None


def check_frozen(state: State, symbol: str) -> Refusal | None:
    """Refuse to open anything on a market where orders that are not ours were seen; hedges do not pass here."""
    seen = state.frozen.get(symbol)
    if seen is None:
        return None
    return Refusal("frozen", frozen_because(symbol, seen))


def frozen_because(symbol: str, seen: str) -> str:
    """Return what froze a market, and what to do, in words."""
    return f"{symbol} is frozen: {seen}; look at the account, then choose Trade again in the list of markets"


def common_unit(one: Instrument, other: Instrument) -> Unit:
    """Return the unit in which both legs of a spread are measured."""
    return Unit.FACE if both_inverse(one, other) else Unit.BASE


def is_reached(request: SpreadOrderRequest, price: Decimal) -> bool:
    """Say whether a size-weighted spread reaches the trigger: at or below it for BUY, at or above it for SELL."""
    assert request.trigger is not None  # checked when the order was entered
    return price <= request.trigger if request.side is Side.BUY else price >= request.trigger


def _check_trigger(request: SpreadOrderRequest) -> Refusal | None:
    trigger = request.trigger
    if request.type is SpreadOrderType.MARKET:
        if trigger is None:
            return None
        return Refusal(
            "trigger_given",
            f"a market order takes no trigger, but {trigger} was given: leave it out or use auto_trigger",
        )
    if trigger is None:
        return Refusal("no_trigger", "an auto_trigger order needs a trigger: give the spread price in quote money")
    if not is_workable(trigger):
        return Refusal(
            "bad_trigger", f"trigger {trigger:.6g} is not a usable number: give the spread price in quote money"
        )
    return None


def _check_still_leg(legs: tuple[Instrument, Instrument], size: Decimal) -> Refusal | None:
    """Check a size in coin on the leg that is not inverse; the inverse leg is checked when it has a price."""
    still = legs[0] if legs[1].margin is Margin.INVERSE else legs[1]
    units = size / unit_worth(still) if is_workable(size) else size
    return check_size(_without_notional(still), units, ONE)


def _price(leg: LegQuote) -> Decimal | None:
    return leg.average if is_positive(leg.average) else None


def _thin(quote: SpreadQuote) -> str:
    why = quote.reason or f"{quote.leg1.symbol} shows {quote.leg1.size} and {quote.leg2.symbol} {quote.leg2.size}"
    return f"the books do not cover a size of {quote.size}: {why}; use a smaller size or wait"
