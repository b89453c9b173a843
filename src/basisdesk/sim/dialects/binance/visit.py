"""One request while it is answered: who asks what of which line, and what it may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from basisdesk.sim.contract import Exchange, Login
from basisdesk.sim.dialects.binance.params import Params
from basisdesk.sim.dialects.binance.refuse import UNKNOWN_SYMBOL, Refusal

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket

HOUR = 3600 * 1_000_000_000


@dataclass(slots=True)
class Memory:
    """What the venue remembers beside its exchange: listen keys by (line, account), ids of cancels, events to push."""

    count: int = 0
    keys: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    cancels: dict[str, str] = field(default_factory=dict)
    events: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def made_up(self) -> str:
        """Return an id of 22 letters and digits, as the venue gives to orders and cancels without one."""
        self.count += 1
        return sha256(f"binance {self.count}".encode()).hexdigest()[:22]

    def key_of(self, line: str, account: str, now: int) -> str:
        """Return the listen key of an account; asking again keeps the same one for another hour."""
        key, until = self.keys.get((line, account), ("", 0))
        if now >= until:
            self.count += 1
            key = sha256(f"{line} {account} {self.count} {now}".encode()).hexdigest()
        self.keys[line, account] = (key, now + HOUR)
        return key


@dataclass(frozen=True, slots=True)
class Visit:
    """A request."""

    exchange: Exchange
    memory: Memory
    line: str
    params: Params
    now: int
    login: Login | None = None
    counted: Sequence[tuple[str, int, int]] = ()
    """Window, used and ceiling of each counter of orders, where they are told."""

    @property
    def account(self) -> str:
        """Whose request it is; only asked where the route wants a key."""
        assert self.login is not None
        return self.login.account

    def market(self, name: str = "symbol") -> SimMarket:
        """Return the market that a parameter names."""
        code = self.params.text(name)
        market = self.exchange.market_of(self.line, code)
        if market is None:
            raise Refusal(*UNKNOWN_SYMBOL)
        return market

    def markets(self) -> list[SimMarket]:
        """Return the markets that are asked for: one by symbol, those of a pair, or all of the line."""
        if "symbol" in self.params:
            return [self.market()]
        pair = self.params.maybe("pair")
        found = [each for each in self.exchange.markets.values() if each.instrument.market == self.line]
        return [each for each in found if pair in {"", pair_of(each.instrument)}]


def pair_of(instrument: Instrument) -> str:
    """Return the pair of a futures market: its code without the suffix."""
    return instrument.code.partition("_")[0]
