"""Markets, boards and spreads: everything that is priced at the moment.

Each underlying has a board; a market that opens is paired there with every market it makes a spread with.
A spread asked for the other way round, or between legs that the rule does not pair (linear against inverse), becomes a
pair of its own.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basisdesk.app.outline import outline_of
from basisdesk.domain.errors import UsageError, nearest
from basisdesk.domain.instrument import Instrument, Margin, unit_worth
from basisdesk.domain.spread import leg_order, pairable, spread_legs, spread_name
from basisdesk.kernel.bars import Bars
from basisdesk.kernel.board import Board
from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(slots=True, eq=False)
class Spread:
    """One spread: its legs, its seat on the board, and its candles when it is watched."""

    name: str
    underlying: str
    leg1: Market
    leg2: Market
    board: Board
    pair: int
    bars: Bars | None = None

    def live(self, now: int) -> bool:
        """Say whether both books are valid and fresh."""
        return self.board.live(self.pair, now)


class Universe:
    """All markets by symbol, all spreads by name, and a board for each underlying."""

    def __init__(self, stale_after: int, periods: Sequence[int], wanted: Sequence[str] | None) -> None:
        """`wanted` None makes and watches every pair; a list watches those only (the others are made all the same)."""
        self.markets: dict[str, Market] = {}
        self.shapes: dict[str, Instrument] = {}
        self.boards: dict[str, Board] = {}
        self.spreads: dict[str, Spread] = {}
        self.touches: list[Callable[[int, int], list[int] | None]] = []
        self.seats: list[int] = []
        self._stale_after = stale_after
        self._periods = list(periods)
        self._wanted = None if wanted is None else dict.fromkeys(wanted)
        self._asked = dict.fromkeys(wanted or ())
        self._by_underlying: dict[str, list[Market]] = {}

    def open(self, symbol: str, line: str, code: str, instrument: Instrument | None) -> Market:
        """Open a market: its book, its seat on a board, and its spreads; the one that is there when it was opened."""
        market = self.markets.get(symbol)
        if market is not None:
            return market
        shape = instrument or outline_of(symbol, line, code)
        market = Market(symbol, line, code, Book(stale_after=self._stale_after), slot=len(self.seats))
        underlying = shape.base if shape is not None else symbol
        board = self.boards.get(underlying)
        if board is None:
            board = self.boards[underlying] = Board(self._stale_after)
        self.touches.append(board.touch)
        self.seats.append(board.add_market(market.book))
        self.markets[symbol] = market
        others = self._by_underlying.setdefault(underlying, [])
        if shape is not None:
            self.shapes[symbol] = shape
            _set_unit(market.book, shape)
            self._pair(market, shape, others)
        others.append(market)
        self._make_wanted()
        return market

    def learn(self, instrument: Instrument) -> None:
        """Take the terms of a market that is open already."""
        market = self.markets.get(instrument.symbol)
        if market is not None:
            self.shapes[instrument.symbol] = instrument
            _set_unit(market.book, instrument)

    def spread(self, name: str) -> Spread:
        """Return a spread by name, made when both its legs are open and share their underlying.

        Raises:
            UsageError: not a spread, an unknown market (the nearest are named), or legs of different underlyings.
        """
        found = self.spreads.get(name)
        if found is not None:
            return found
        legs = spread_legs(name)
        for symbol in legs:
            if symbol not in self.markets:
                raise UsageError(f"there is no market {symbol}{nearest(symbol, self.markets)}")
        one, other = (self.shapes.get(symbol) for symbol in legs)
        if one is None or other is None or one.base != other.base:
            raise UsageError(f"{name} is no spread: its legs are on different underlyings")
        return self._make(self.markets[legs[0]], self.markets[legs[1]], one.base)

    def want(self, names: Sequence[str]) -> None:
        """Make these spreads too, as soon as their legs are open."""
        self._asked.update(dict.fromkeys(names))
        self._make_wanted()

    def watch(self, spread: Spread, *, capacity: int = 4096) -> Bars:
        """Fold the spread's candles from now on; returns them, the same ones when it is watched already."""
        if spread.bars is None:
            spread.bars = Bars(self._periods, capacity)
            spread.board.watch(spread.pair, spread.bars)
        return spread.bars

    def _pair(self, market: Market, shape: Instrument, others: Sequence[Market]) -> None:
        for other in others:
            other_shape = self.shapes.get(other.symbol)
            if other_shape is None or not pairable(shape, other_shape):
                continue
            first = leg_order(shape, other_shape)[0]
            legs = (market, other) if first is shape else (other, market)
            if spread_name(legs[0].symbol, legs[1].symbol) not in self.spreads:
                self._make(*legs, shape.base)

    def _make(self, leg1: Market, leg2: Market, underlying: str) -> Spread:
        board = self.boards[underlying]
        pair = board.add_pair(self.seats[leg1.slot], self.seats[leg2.slot])
        name = spread_name(leg1.symbol, leg2.symbol)
        made = self.spreads[name] = Spread(name, underlying, leg1, leg2, board, pair)
        if self._periods and (self._wanted is None or name in self._wanted):
            self.watch(made)
        return made

    def _make_wanted(self) -> None:
        for name in self._asked:
            if name not in self.spreads and all(symbol in self.markets for symbol in spread_legs(name)):
                with suppress(UsageError):  # legs of two underlyings: whoever asked is told when it is used
                    self.spread(name)


def _set_unit(book: Book, instrument: Instrument) -> None:
    book.inverse = instrument.margin is Margin.INVERSE
    book.multiplier = float(unit_worth(instrument))
