"""The desk's sink as one connection's feed sees it.

The calls of the hot path go straight through where the connection writes the books.
On a connection that does not, every market is a twin with a blank book and everything else shared; what the feed says
of the twin is said of the market itself.
Reports that mean the connection should be made again are told to the link as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.venues.contract import Report, Sink


class Port:
    """Sink of one feed; `markets` are those that it asked for."""

    def __init__(self, sink: Sink, *, writes_books: bool) -> None:
        self._sink = sink
        self._writes = writes_books
        self._real: dict[int, Market] = {}
        self.markets: list[Market] = []
        self.hang_up: Callable[[str], None] = _nobody
        self.touched: Callable[[Market, int], None] = sink.touched if writes_books else _untouched
        self.traded: Callable[[Market, int, float, float, bool, str], None] = (
            sink.traded if writes_books else self._traded
        )
        self.carried: Callable[[Market, int], None] = sink.carried if writes_books else self._carried

    def market(self, line: str, code: str) -> Market | None:
        """Return the market, or its twin."""
        real = self._sink.market(line, code)
        if real is None:
            return None
        if self._writes:
            if real not in self.markets:
                self.markets.append(real)
            return real
        twin = next((other for other in self.markets if self._real[id(other)] is real), None)
        if twin is None:
            twin = Market(real.symbol, line, code, Book(), real.slot, real.tally, real.carry, real.daily, real.candles)
            self._real[id(twin)] = real
            self.markets.append(twin)
        return twin

    def report(self, report: Report) -> None:
        """Pass a report on; a connection that is told to be over is made again."""
        self._sink.report(report)
        if report.trouble is Trouble.SHUTDOWN or (report.trouble is Trouble.SILENT and not report.symbol):
            self.hang_up(f"{report.trouble.value}: {report.detail}")

    def _traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        real = self._real[id(market)]
        real.book.trade(price, size, now)
        self._sink.traded(real, now, price, size, buy, trade_id)

    def _carried(self, market: Market, now: int) -> None:
        self._sink.carried(self._real[id(market)], now)


def _nobody(_reason: str) -> None:
    """Nobody listens yet."""


def _untouched(_market: Market, _now: int) -> None:
    """A twin's book is nobody's."""
