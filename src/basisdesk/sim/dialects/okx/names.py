"""Markets by the venue's own names: code, number, type, family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.instrument import Instrument, Kind
from basisdesk.sim.dialects.okx.errors import CodeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import SimMarket

TYPES = {Kind.SPOT: "SPOT", Kind.PERPETUAL: "SWAP", Kind.DATED: "FUTURES"}
LISTED = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS")
FIRST_NUMBER = 10_001


def type_of(instrument: Instrument) -> str:
    """Return the type of an instrument; a margin pair is listed under its spot market."""
    return TYPES[instrument.kind]


def family_of(instrument: Instrument) -> str:
    """Return the family of a contract (also its underlying), or the index of a spot market: ``BTC-USDT``."""
    return f"{instrument.base}-{instrument.quote}"


class Names:
    """Finds markets; each has a number (`instIdCode`) that follows from the order of the codes."""

    def __init__(self, markets: Mapping[str, SimMarket]) -> None:
        self.by_code = {market.instrument.code: market for market in markets.values()}
        self.by_symbol = markets
        self.numbers = {code: FIRST_NUMBER + count for count, code in enumerate(sorted(self.by_code))}
        self._codes = {number: code for code, number in self.numbers.items()}
        self._listed = len(markets)
        self.lines = tuple(dict.fromkeys(market.instrument.market for market in markets.values()))

    def renew(self) -> None:
        """Take up markets that were listed since; their numbers follow the last."""
        if len(self.by_symbol) == self._listed:
            return
        self._listed = len(self.by_symbol)
        for market in self.by_symbol.values():
            code = market.instrument.code
            if code not in self.by_code:
                number = FIRST_NUMBER + len(self.by_code)
                self.by_code[code] = market
                self.numbers[code] = number
                self._codes[number] = code

    def find(self, code: str) -> SimMarket:
        """Return the market of a code; raises CodeError for an unknown one."""
        found = self.by_code.get(code)
        if found is None:
            raise CodeError("51001")
        return found

    def numbered(self, number: int) -> SimMarket:
        """Return the market of a number; raises CodeError for an unknown one."""
        return self.find(self._codes.get(number, ""))

    def of_type(self, kind: str) -> list[SimMarket]:
        """Return the markets of a type; margin pairs are the spot markets."""
        wanted = "SPOT" if kind == "MARGIN" else kind
        return [market for market in self.by_symbol.values() if type_of(market.instrument) == wanted]

    def indices(self) -> dict[str, SimMarket]:
        """Return a contract of each index (family) whose price it knows."""
        return {
            family_of(market.instrument): market
            for market in self.by_symbol.values()
            if market.instrument.kind is not Kind.SPOT
        }
