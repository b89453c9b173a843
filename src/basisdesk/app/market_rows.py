"""What the terminal is told of markets and spreads: rows, ladder and terms, made from books at one moment.

Prices are shown while both books are in sync, with their age; a book that is crossed, gapped or waiting shows none, and
a ladder is shown only while the spread is live, because a ladder is what one would trade on.
Everything here informs and is float; the terms of a spread come from the domain, exact, as text.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.domain.arithmetic import plain
from basisdesk.domain.basis import days_between, delivery_yield
from basisdesk.domain.carry import funding_apr
from basisdesk.domain.check import size_unit
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.market import spread_market, spread_tick
from basisdesk.domain.stream import Details, Ladder, MarketRow, SpreadRow
from basisdesk.kernel.book import STALE, VALID, Book, state_name
from basisdesk.kernel.compose import compose

if TYPE_CHECKING:
    from basisdesk.venues.contract import Market

LEVELS = 40
BASIS_POINT = 1e-4
_MILLISECOND = 1_000_000
_MOST_DECIMALS = 10


class Leg(NamedTuple):
    """One side of a spread: its market, its terms where they are known, and else what its symbol alone tells."""

    market: Market
    terms: Instrument | None
    outline: Instrument | None

    @property
    def shape(self) -> Instrument | None:
        """What is known of kind, margin, coins and expiry."""
        return self.terms or self.outline


class Pair(NamedTuple):
    """A spread as the terminal knows it; `decimals` is how many its prices are written with."""

    spread: str
    underlying: str
    leg1: Leg
    leg2: Leg
    decimals: int


def market_row(leg: Leg, now: int, refusal: Refusal | None) -> MarketRow:
    """Return the row of one market; `refusal` says why orders on it are refused."""
    market, shape = leg.market, leg.shape
    book, carry = market.book, market.carry
    state = book.state(now)
    shown = state in {VALID, STALE}
    hours = (shape.funding_interval if shape is not None else None) or carry.interval
    terms = _terms(leg.terms)
    return MarketRow(
        symbol=market.symbol,
        venue=market.symbol.partition(":")[0],
        kind=shape.kind.value if shape is not None else "",
        margin=shape.margin.value if shape is not None else "",
        base=shape.base if shape is not None else "",
        quote=shape.quote if shape is not None else "",
        expiry=shape.expiry if shape is not None else None,
        state=state_name(state),
        age=age(book.seen, now),
        bid=_known(book.bid) if shown else None,
        bid_size=_known(book.bid_size) if shown else None,
        ask=_known(book.ask) if shown else None,
        ask_size=_known(book.ask_size) if shown else None,
        last=_known(book.last),
        mark=_known(carry.mark),
        funding_rate=_known(carry.predicted),
        funding_apr=_apr(carry.predicted, hours),
        next_funding=carry.next_at or None,
        tick=terms["tick"],
        step=terms["step"],
        contract_size=terms["contract_size"],
        size_unit=None if leg.terms is None else size_unit(leg.terms),
        min_size=terms["min_size"],
        min_notional=terms["min_notional"],
        max_leverage=terms["max_leverage"],
        refusal=None if refusal is None else refusal.message,
        frozen=refusal is not None and refusal.code == "frozen",
    )


_TERMS = ("tick", "step", "contract_size", "min_size", "min_notional", "max_leverage")


def _terms(instrument: Instrument | None) -> dict[str, str | None]:
    return {name: None if instrument is None else _text(getattr(instrument, name)) for name in _TERMS}


def spread_row(pair: Pair, live: bool, now: int) -> SpreadRow:
    """Return the row of one spread in the matrix; `live` is the board's word on it."""
    book1, book2 = pair.leg1.market.book, pair.leg2.market.book
    state = spread_state(pair, live, now)
    shown = state in {"live", state_name(STALE)}
    places = pair.decimals
    bid = _known(book1.bid - book2.ask, places) if shown else None
    ask = _known(book1.ask - book2.bid, places) if shown else None
    mid = (bid + ask) / 2 if bid is not None and ask is not None else None
    mid2 = _known(book2.mid())
    return SpreadRow(
        spread=pair.spread,
        underlying=pair.underlying,
        leg1=pair.leg1.market.symbol,
        leg2=pair.leg2.market.symbol,
        bid=bid,
        ask=ask,
        mid=None if mid is None else round(mid, places + 1),
        mid_bp=round(mid / mid2 / BASIS_POINT, 4) if mid is not None and mid2 else None,
        last=_known(book1.last - book2.last, places),
        annualised=_annualised(pair, mid, mid2, now),
        state=state,
        age=age(min(book1.seen, book2.seen), now),
        decimals=pair.decimals,
    )


def ladder(pair: Pair, live: bool, now: int) -> Ladder:
    """Return the composed depth of one spread."""
    book1, book2 = pair.leg1.market.book, pair.leg2.market.book
    bids: list[tuple[float, float, float, float]] = []
    asks: list[tuple[float, float, float, float]] = []
    short = 0
    if live:
        bids, bids_short = compose(book1, book2, False, LEVELS)  # noqa: FBT003 (the side, as the kernel takes it)
        asks, asks_short = compose(book1, book2, True, LEVELS)  # noqa: FBT003 (as above)
        short = bids_short | asks_short
    return Ladder(
        at=now,
        spread=pair.spread,
        state=spread_state(pair, live, now),
        age=age(min(book1.seen, book2.seen), now),
        unit=_unit(pair),
        decimals=pair.decimals,
        bids=[_level(level, pair.decimals) for level in bids],
        asks=[_level(level, pair.decimals) for level in asks],
        short_leg=short,
    )


def details(pair: Pair, now: int) -> Details:
    """Return the spread market's own terms, or the problem that it has none."""
    one, two = pair.leg1.terms, pair.leg2.terms
    if one is None or two is None:
        missing = " and ".join(leg.market.symbol for leg in (pair.leg1, pair.leg2) if leg.terms is None)
        return _problem(pair, now, f"the terms of {missing} are not known: give them with --instruments FILE")
    terms = spread_market(one, two, _price(pair.leg1.market.book), _price(pair.leg2.market.book))
    if isinstance(terms, Refusal):
        return _problem(pair, now, terms.message)
    return Details(
        at=now,
        spread=pair.spread,
        leg1=one.symbol,
        leg2=two.symbol,
        unit=terms.unit,
        step=_text(terms.step),
        grid=_text(terms.grid),
        tick=_text(terms.tick),
        min_size=_text(terms.min_size),
        max_size=_text(terms.max_size),
        min_notional=_text(terms.min_notional),
        max_leverage=_text(terms.max_leverage),
        taker_cost_bp=float((one.taker_fee + two.taker_fee) * 10_000),
        problem=None,
    )


def spread_state(pair: Pair, live: bool, now: int) -> str:
    """Return "live", or the name of what is wrong with the first leg that is not valid."""
    if live:
        return "live"
    for leg in (pair.leg1, pair.leg2):
        state = leg.market.book.state(now)
        if state != VALID:
            return state_name(state)
    return state_name(STALE)


def decimals_of(leg1: Leg, leg2: Leg) -> int:
    """Return how many decimals the spread's prices have: from its tick, or from prices seen where terms are unknown."""
    if leg1.terms is not None and leg2.terms is not None:
        tick = spread_tick(leg1.terms.tick, leg2.terms.tick).normalize()
        return min(_MOST_DECIMALS, max(0, -int(tick.as_tuple().exponent)))
    return max(_decimals_seen(leg.market.book) for leg in (leg1, leg2))


def age(seen: int, now: int) -> float | None:
    """Return milliseconds since `seen`, None when that never was."""
    return round(max(0, now - seen) / _MILLISECOND, 1) if seen else None


def _level(level: tuple[float, float, float, float], places: int) -> tuple[float, float, float, float]:
    price, size, price1, price2 = level
    return round(price, places), round(size, _MOST_DECIMALS), price1, price2


def _decimals_seen(book: Book) -> int:
    texts = [f"{price:.{_MOST_DECIMALS}f}".rstrip("0") for side in (0, 1) for price, _ in book.levels(side, 20)]
    return max((len(text.partition(".")[2]) for text in texts), default=0)


def _problem(pair: Pair, now: int, problem: str) -> Details:
    return Details(
        at=now,
        spread=pair.spread,
        leg1=pair.leg1.market.symbol,
        leg2=pair.leg2.market.symbol,
        unit=_unit(pair),
        step=None,
        tick=None,
        min_size=None,
        max_size=None,
        min_notional=None,
        max_leverage=None,
        taker_cost_bp=None,
        problem=problem,
    )


def _unit(pair: Pair) -> str:
    one, two = pair.leg1.shape, pair.leg2.shape
    if one is not None and two is not None and one.margin is two.margin is Margin.INVERSE:
        return one.quote
    return pair.underlying


def _annualised(pair: Pair, mid: float | None, mid2: float | None, now: int) -> float | None:
    """Return the delivery yield of a dated contract over spot or a perpetual; None for every other pair."""
    one, two = pair.leg1.shape, pair.leg2.shape
    if mid is None or not mid2 or one is None or two is None:
        return None
    if one.kind is not Kind.DATED or one.expiry is None or two.kind is Kind.DATED:
        return None
    found = delivery_yield(Decimal(mid + mid2), Decimal(mid2), days_between(now, one.expiry))
    return None if found is None else round(float(found), 6)


def _apr(rate: float, hours: int) -> float | None:
    return float(funding_apr(Decimal(rate), hours)) if hours > 0 and math.isfinite(rate) else None


def _price(book: Book) -> Decimal | None:
    mid = book.mid()
    return Decimal(repr(mid)) if math.isfinite(mid) else None


def _known(value: float, places: int = 15) -> float | None:
    """Return a number, rid of what float subtraction leaves behind `places` decimals; None for NaN."""
    return round(value, places) if math.isfinite(value) else None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
