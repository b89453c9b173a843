"""A first look at the recordings, before anything is played.

The head of every recording goes through the very feeds that will play it, with a sink that wants nothing and only notes
which markets are spoken of; so the names are known without a second parser.
It tells which symbols a spread or an order may name, which stamped recordings are one market cut in two, and it finds
instrument lists early.
A name that the heads do not show is looked for to the end of the recordings before it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from basisdesk.app.listings import Listings, Rank, symbol_of
from basisdesk.app.origin import Origin
from basisdesk.app.sources import Source
from basisdesk.app.track import Track
from basisdesk.domain.errors import RecordingError, UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.contract import Market, Report

HEAD = 2_000
"""Steps of a recording that are looked at: enough for every market of a busy one."""


@dataclass(slots=True)
class Sight:
    """What one recording was seen to speak of: (origin, line, code), in the order of appearance."""

    source: Source
    markets: dict[tuple[str, str, str], Origin] = field(default_factory=dict)
    symbols: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Lookout:
    """A sink that wants nothing."""

    origin: Origin
    sight: Sight

    def market(self, line: str, code: str) -> Market | None:
        self.sight.markets[self.origin.name, line, code] = self.origin
        return None

    def touched(self, market: Market, now: int) -> None:
        """No market is watched."""

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """No market is watched."""

    def carried(self, market: Market, now: int) -> None:
        """No market is watched."""

    def report(self, report: Report) -> None:
        """Troubles are told when the recording is played."""


def scout(sources: Sequence[Source], listings: Listings, wanted: Iterable[str] = ()) -> list[Sight]:
    """Look at the head of every recording, and further for symbols in `wanted` that the heads do not show.

    Instrument lists found on the way are added to `listings`.

    Raises:
        UsageError: a wanted symbol is in none of the recordings; the message names the nearest that are.
    """
    sights = [_look(source, listings, HEAD) for source in sources]
    missing = [symbol for symbol in wanted if not any(symbol in sight.symbols for sight in sights)]
    if missing:
        sights = [_look(source, listings, None) for source in sources]
        check_symbols(missing, sights)
    return sights


def check_symbols(wanted: Iterable[str], sights: Sequence[Sight]) -> None:
    """Refuse symbols that no recording speaks of; raises UsageError naming the nearest ones."""
    known = {symbol: None for sight in sights for symbol in sight.symbols}
    for symbol in wanted:
        if symbol not in known:
            hint = nearest(symbol, known)
            every = "" if hint else f"; these are: {', '.join(sorted(known)) or 'none'}"
            raise UsageError(f"there is no market {symbol} in the recordings{hint}{every}")


def _look(source: Source, listings: Listings, limit: int | None) -> Sight:
    sight = Sight(source)

    def learn(instruments: list[Instrument]) -> None:
        listings.add(instruments, Rank.RECORDING)

    def ignore(_error: RecordingError) -> None:
        """It is told when the recording is played."""

    track = Track(0, source, lambda origin, _name: _Lookout(origin, sight), learn, ignore)
    try:
        for at, _, take, data, _ in islice(track.steps(), limit):
            take(data, at)
    except RecordingError:
        pass  # told when it is played
    for (_, line, code), origin in sight.markets.items():
        symbol = symbol_of(listings, origin, line, code)
        if symbol is not None:
            sight.symbols[symbol] = None
    return sight
