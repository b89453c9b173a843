"""Sinks for the feeds under test: one that remembers what it is told, one that expects to be told of troubles alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.kernel.book import Book
from basisdesk.venues.contract import Market, Report

if TYPE_CHECKING:
    from collections.abc import Callable


class Ear:
    """A sink that remembers what it is told; codes in `unwanted` get no market, those in `given` this one."""

    def __init__(self, symbol_of: Callable[[str, str], str | None]) -> None:
        """`symbol_of` gives the symbol of a line's code, None where there is no such market."""
        self._symbol_of = symbol_of
        self.markets: dict[str, Market] = {}
        self.unwanted: list[str] = []
        self.given: dict[str, Market] = {}
        self.asked: list[str] = []
        self.touches: list[tuple[str, int, int]] = []
        self.trades: list[tuple[str, float, float, bool, str]] = []
        self.carries: list[str] = []
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        self.asked.append(code)
        symbol = None if code in self.unwanted else self._symbol_of(line, code)
        if symbol is None:
            return None
        self.markets[code] = self.given.get(code) or Market(symbol, line, code, Book())
        return self.markets[code]

    def touched(self, market: Market, now: int) -> None:
        self.touches.append((market.code, now, market.book.state(0)))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.trades.append((market.code, price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        self.carries.append(market.code)

    def report(self, report: Report) -> None:
        self.reports.append(report)


class ReportEar:
    """A sink that remembers reports, and fails when it is told anything else."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    def market(self, line: str, code: str) -> Market | None:
        raise AssertionError(line, code)

    def touched(self, market: Market, now: int) -> None:
        raise AssertionError(market, now)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        raise AssertionError(market, now, price, size, buy, trade_id)

    def carried(self, market: Market, now: int) -> None:
        raise AssertionError(market, now)

    def report(self, report: Report) -> None:
        self.reports.append(report)
