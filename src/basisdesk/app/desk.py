"""One desk: books, boards, one engine, one journal and a broker, run in market time.

Whoever drives the desk (recordings, the demo market) writes books through it as a `Sink` and calls `advance` before
each step, so that everything due earlier has happened by then.
Whatever the engine decides is committed to the journal before it is performed, and the engine is run to rest before the
next tick is looked at; there is one thread and one order of things, so a replay repeats itself exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.app import quotes
from basisdesk.app.listings import Listings, Rank, symbol_of
from basisdesk.app.room import Broker, Room
from basisdesk.app.triggers import Triggers
from basisdesk.app.universe import Spread, Universe
from basisdesk.domain import event as events
from basisdesk.domain.errors import Refusal, UsageError
from basisdesk.domain.spread import SEPARATOR
from basisdesk.domain.stream import Reply
from basisdesk.engine.gate import check_frozen
from basisdesk.engine.state import State
from basisdesk.sim.paper import PaperTerms, PaperVenue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from decimal import Decimal

    from basisdesk.app.origin import Origin
    from basisdesk.domain.event import SpreadQuote
    from basisdesk.domain.instrument import Instrument
    from basisdesk.domain.order import Side, SpreadOrderRequest
    from basisdesk.kernel.bars import Bars
    from basisdesk.kernel.book import Book
    from basisdesk.store.journal import Journal
    from basisdesk.venues.contract import Market, Report


class Desk:
    """The composition; see the module.  `periods` and `stale_after` are ns, `spreads` None watches every pair.

    Orders go to `broker`; without one, to a paper venue on `paper_terms`.
    """

    def __init__(
        self,
        journal: Journal,
        paper_terms: PaperTerms,
        periods: Sequence[int],
        stale_after: int,
        spreads: Sequence[str] | None = None,
        broker: Broker | None = None,
    ) -> None:
        self.listings = Listings()
        self.universe = Universe(stale_after, periods, spreads)
        self.state = State()
        self.reports: list[Callable[[Report], None]] = []
        self.news: list[Callable[[int, str, str], None]] = []
        self.trades: list[Callable[[Market, int, float, float, bool], None]] = []
        self.room = Room(self.state, journal, broker or PaperVenue(paper_terms, self._book_of), self._price)
        self._triggers = Triggers(self.universe, self.room)
        self._touches = self.universe.touches
        self._seats = self.universe.seats

    @property
    def now(self) -> int:
        """Market time, ns."""
        return self.room.now

    @property
    def markets(self) -> dict[str, Market]:
        """Open markets by symbol."""
        return self.universe.markets

    @property
    def spreads(self) -> dict[str, Spread]:
        """Spreads of open markets by name."""
        return self.universe.spreads

    @property
    def instruments(self) -> dict[str, Instrument]:
        """Instruments with known terms by symbol; orders on any other market are refused."""
        return self.listings.by_symbol

    def list_instruments(self, instruments: Iterable[Instrument], rank: Rank = Rank.RECORDING) -> None:
        """Take instrument terms; those of open markets are told to the engine at once, the others when they open."""
        for instrument in self.listings.add(instruments, rank):
            if instrument.symbol in self.markets:
                self._learn(instrument)

    def symbol_of(self, origin: Origin, line: str, code: str) -> str | None:
        """Return the symbol under which a feed's market is known here; None for a code that cannot be one."""
        return symbol_of(self.listings, origin, line, code)

    def open_market(self, symbol: str, line: str, code: str, instrument: Instrument | None) -> Market:
        """Open a market, or return it when it is open."""
        known = symbol in self.markets
        market = self.universe.open(symbol, line, code, instrument)
        if not known:
            if instrument is not None:
                self._learn(instrument)
            self._triggers.opened()
        return market

    def market(self, line: str, code: str) -> Market | None:
        """Open a listed market by line and code (`Sink`); None where none, or those of several venues, have them."""
        found = [item for item in self.instruments.values() if (item.market, item.code) == (line, code)]
        if len(found) != 1:
            return None
        return self.open_market(found[0].symbol, line, code, found[0])

    def touched(self, market: Market, now: int) -> None:
        """A book changed (`Sink`): recompute its spreads, test triggers.  This is the hot path."""
        slot = market.slot
        fired = self._touches[slot](self._seats[slot], now)
        if fired is not None:
            self._triggers.fire(fired, now)
        if self.room.asked:
            self.room.answer()

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:  # noqa: ARG002 (Sink)
        """A trade printed (`Sink`): the spread's LAST moves with it."""
        self.touched(market, now)
        for listener in self.trades:
            listener(market, now, price, size, buy)

    def carried(self, market: Market, now: int) -> None:
        """Mark or funding changed (`Sink`); nothing is decided on it yet."""

    def report(self, report: Report) -> None:
        """A feed has trouble, or is well again (`Sink`)."""
        for listener in self.reports:
            listener(report)

    def say(self, at: int, level: str, text: str) -> None:
        """Tell people something; `level` is info, warning or error."""
        for listener in self.news:
            listener(at, level, text)

    def advance(self, now: int) -> None:
        """Let everything happen that is due up to `now`; call it before the step at `now` is applied."""
        self.room.advance(now)

    def place(self, key: str, request: SpreadOrderRequest) -> Reply:
        """Enter a spread order; the same key again is the same order and gives the same answer."""
        if key not in self.state.keys and key not in self.state.refusals:
            self._list_legs(request.spread)
            self.room.take(events.Placed(self.now, key, request, self._price(request)))
            order_id = self.state.keys.get(key)
            if order_id is not None:
                self._triggers.check(order_id)
            self.room.answer()
        refusal = self.state.refusals.get(key)
        if refusal is not None:
            return Reply(key, ok=False, code=refusal.code, message=refusal.message)
        return Reply(key, ok=True, order_id=self.state.keys[key])

    def cancel(self, key: str, order_id: str) -> Reply:
        """Ask to end a spread order."""
        order = self.state.orders.get(order_id)
        if order is None:
            return Reply(key, ok=False, code="unknown_order", message=f"there is no order {order_id}")
        if order_id not in self.state.open:
            return Reply(key, ok=False, order_id=order_id, code="ended", message=f"order {order_id} is over")
        self.room.take(events.CancelAsked(self.now, order_id))
        self.room.answer()
        return Reply(key, ok=True, order_id=order_id)

    def thaw(self, key: str, symbol: str) -> Reply:
        """Have a frozen market traded again: the operator has looked at what touched it."""
        if symbol not in self.state.frozen:
            return Reply(key, ok=False, code="not_frozen", message=f"{symbol} is not frozen: orders on it are taken")
        self.room.take(events.Thawed(self.now, symbol))
        return Reply(key, ok=True)

    def watch(self, name: str) -> Bars:
        """Fold a spread's candles from now on and return them; raises UsageError for an unknown spread."""
        return self.universe.watch(self.universe.spread(name))

    def quote(self, name: str, side: Side, size: Decimal) -> SpreadQuote:
        """Price a size of a spread now; raises UsageError for an unknown spread."""
        return quotes.quote(self.universe.spread(name), side, size, self.now)

    def refusal_of(self, symbol: str) -> Refusal | None:
        """Say why orders on a market are refused, None when they are not."""
        instrument = self.state.instruments.get(symbol)
        if instrument is None:
            return Refusal("no_metadata", f"there is no market metadata for {symbol}: give --instruments FILE")
        if not instrument.tradable:
            return Refusal("not_tradable", f"{symbol} does not accept orders")
        return check_frozen(self.state, symbol)

    def _learn(self, instrument: Instrument) -> None:
        self.universe.learn(instrument)
        self.room.take(events.Listed(self.now, instrument))

    def _list_legs(self, name: str) -> None:
        """Tell the engine the terms of legs that nobody has heard yet, so that it says what is truly missing."""
        for symbol in name.split(SEPARATOR):
            if symbol in self.instruments and symbol not in self.state.instruments:
                self._learn(self.instruments[symbol])

    def _price(self, request: SpreadOrderRequest) -> SpreadQuote | None:
        spread = self.universe.spreads.get(request.spread)
        if spread is None:
            try:
                spread = self.universe.spread(request.spread)
            except UsageError:
                return None  # the engine says what is wrong with the name
        return quotes.quote(spread, request.side, request.size, self.room.now)

    def _book_of(self, symbol: str) -> Book | None:
        market = self.markets.get(symbol)
        return None if market is None else market.book
