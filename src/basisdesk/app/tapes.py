"""The tapes of a desk whose markets are all simulated: a rehearsal gives every chart a past, the live books go on.

The generator first plays some hours, tops of book only, which takes about a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.app.listings import Rank
from basisdesk.app.tape import Tape
from basisdesk.kernel.book import VALID
from basisdesk.sim.listing import SECOND

if TYPE_CHECKING:
    from basisdesk.app.desk import Desk
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.generator import Generator
    from basisdesk.venues.contract import Market

REHEARSAL = 2 * 3600 * SECOND
WARM = 4 * SECOND
"""How long before its start a market of simulated venues trades: a venue that nobody ever traded on looks broken."""
EVERY = 2 * SECOND
"""Distance between the tops of a market in the rehearsal."""
NOTHING = float("nan")


class Tapes:
    """Opens the generator's markets on a desk; `by_coin` has a tape for each underlying."""

    def __init__(self, desk: Desk, generator: Generator) -> None:
        self.by_coin: dict[str, Tape] = {}
        self._desk = desk
        instruments = generator.instruments()
        desk.list_instruments(instruments, Rank.OPERATOR)
        self._places = [self._seat(instrument) for instrument in instruments]
        self._by_slot = {market.slot: (tape, seat) for market, tape, seat in self._places}

    def rehearse(self, generator: Generator, until: int) -> None:
        """Play the past up to `until` (ns)."""
        generator.rehearse(until, EVERY, self._rehearsed)

    def note(self, market: Market, now: int) -> None:
        """Put a market's top on its tape."""
        tape, seat = self._by_slot[market.slot]
        book = market.book
        if book.state(now) == VALID:
            tape.add(seat, now, book.bid, book.ask, book.last)
        else:
            tape.add(seat, now, NOTHING, NOTHING, book.last)

    def _seat(self, instrument: Instrument) -> tuple[Market, Tape, int]:
        universe = self._desk.universe
        market = self._desk.open_market(instrument.symbol, instrument.market, instrument.code, instrument)
        return market, self.by_coin.setdefault(instrument.base, Tape()), universe.seats[market.slot]

    def _rehearsed(self, index: int, at: int, bid: float, ask: float, last: float) -> None:
        _, tape, seat = self._places[index]
        tape.add(seat, at, bid, ask, last)
