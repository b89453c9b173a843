"""A market out of recordings: what venues' own feeds write is played again as if it happened now.

This side has no files and no decoders.
The caller plays the recordings through the venues' feeds (`play`), gives each feed the sink of its venue, and says how
much later than recorded everything is to happen (`shift`).
Terms come from the caller too: recorded instrument lists, or what the codec knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.contract import Carry, Market

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.generator import Past
    from basisdesk.venues.contract import Report, Sink


class Recorded:
    """Recorded markets as a `Source`.

    `play(until)` plays everything recorded up to and including a recorded time, `next_at()` returns the recorded time
    of what comes next, None at the end; `shift` (ns) is added to recorded times.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        play: Callable[[int], object],
        next_at: Callable[[], int | None],
        shift: int,
    ) -> None:
        self._instruments = list(instruments)
        self._play = play
        self._next_at = next_at
        self._shift = shift
        self._markets: dict[tuple[str, str, str], Market] = {}
        self._sink: Sink | None = None

    def instruments(self) -> list[Instrument]:
        """Every market that there are terms of."""
        return self._instruments

    def past(self) -> dict[str, Past]:
        """Nothing is known of before."""
        return {}

    def open(self, find: Callable[[Instrument], Market | None], sink: Sink) -> None:
        """Take the markets that `find` gives out; their books fill as the recordings are played."""
        self._sink = sink
        for instrument in self._instruments:
            market = find(instrument)
            if market is not None:
                self._markets[instrument.venue, instrument.market, instrument.code] = market

    def next_at(self, venue: str = "") -> int | None:  # noqa: ARG002 (recordings are not told apart by venue)
        """When something was recorded next, as of now (ns)."""
        at = self._next_at()
        return None if at is None else at + self._shift

    def advance(self, now: int) -> None:
        """Play everything recorded up to `now`."""
        self._play(now - self._shift)

    def sink(self, venue: str) -> VenueSink:
        """Return where the feeds of a venue are to write."""
        return VenueSink(self, venue)

    def find(self, venue: str, line: str, code: str) -> Market | None:
        """Return the market of a venue's own names."""
        return self._markets.get((venue, line, code))

    def touched(self, market: Market, at: int) -> None:
        """Pass it on at its new time."""
        assert self._sink is not None
        self._sink.touched(market, at + self._shift)

    def traded(self, market: Market, at: int, trade: tuple[float, float, bool, str]) -> None:
        """Pass it on at its new time."""
        assert self._sink is not None
        price, size, buy, trade_id = trade
        self._sink.traded(market, at + self._shift, price, size, buy, trade_id)

    def carried(self, market: Market, at: int) -> None:
        """Pass it on, with the coming settlement at its new time too."""
        assert self._sink is not None
        heard = market.carry
        carry = Carry(at + self._shift, heard.mark, heard.index, heard.predicted, heard.settled, 0, heard.interval)
        if heard.next_at:
            carry.next_at = heard.next_at + self._shift
        told = Market(market.symbol, market.line, market.code, market.book, carry=carry)
        self._sink.carried(told, at + self._shift)


class VenueSink:
    """Where one venue's feeds write (`venues.contract.Sink`)."""

    def __init__(self, recorded: Recorded, venue: str) -> None:
        self.reports: list[Report] = []
        self._recorded = recorded
        self._venue = venue

    def market(self, line: str, code: str) -> Market | None:
        """Return the market to write to, None when there are no terms of it."""
        return self._recorded.find(self._venue, line, code)

    def touched(self, market: Market, now: int) -> None:
        """Pass it on."""
        self._recorded.touched(market, now)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """Pass it on."""
        self._recorded.traded(market, now, (price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        """Pass it on."""
        self._recorded.carried(market, now)

    def report(self, report: Report) -> None:
        """Keep it for the caller."""
        self.reports.append(report)
