"""One request while it is answered: who asks what of which line, and what it may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.domain.ask import OrderRef
from basisdesk.domain.order import DoneReason
from basisdesk.sim.contract import Exchange, Login
from basisdesk.sim.dialects.binance.params import Params
from basisdesk.sim.dialects.binance.refuse import UNKNOWN_SYMBOL, Refusal
from basisdesk.sim.dialects.binance.spell import money, ms

if TYPE_CHECKING:
    from basisdesk.domain.account import Fill, OrderUpdate
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.binance.tickets import Ticket

HOUR = 3600 * 1_000_000_000


@dataclass(slots=True)
class Memory:
    """What the venue remembers beside its exchange.

    Attributes:
        keys: listen keys by (line, account), each with its end (ns).
        cancels: the ids that cancels of spot orders were given, by order.
        events: what requests themselves bring about, to be pushed: account, line, event.
        beside: what answers repeat of orders and the exchange has no words for.
        dates: account, order and good-till date (ns) of orders that have one.
        expired: orders that were cancelled at that date.
        profits: what trades realised, by account, symbol and trade.
        trades: the trades that booked rows are of, by the row's id.
        amendments: how spot orders were made smaller, by account, symbol and order.
        margins: what was put to isolated positions and taken from them: account, line, row.
    """

    count: int = 0
    keys: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    cancels: dict[str, str] = field(default_factory=dict)
    events: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    beside: dict[str, dict[str, object]] = field(default_factory=dict)
    dates: dict[str, tuple[str, OrderRef, int]] = field(default_factory=dict)
    expired: dict[str, None] = field(default_factory=dict)
    profits: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)
    trades: dict[str, str] = field(default_factory=dict)
    amendments: dict[tuple[str, str, str], list[dict[str, object]]] = field(default_factory=dict)
    margins: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def keep(self, account: str, update: OrderUpdate, ticket: Ticket) -> None:
        """Keep of an order what the exchange has no words for."""
        if ticket.beside:
            self.beside[update.venue_id] = ticket.beside
        if ticket.until:
            ref = OrderRef(symbol=update.symbol, venue_id=update.venue_id)
            self.dates[update.venue_id] = (account, ref, ticket.until)

    def dressed(self, row: dict[str, object]) -> dict[str, object]:
        """Return an order's row with what only the wire remembers of it."""
        return row | self.beside.get(str(row["orderId"]), {})

    def as_told(self, update: OrderUpdate) -> OrderUpdate:
        """Return an order as it is told: one that was cancelled at its good-till date has expired."""
        return replace(update, reason=DoneReason.EXPIRED) if update.venue_id in self.expired else update

    def note_amendment(self, account: str, before: OrderUpdate, after: OrderUpdate, row: dict[str, object]) -> int:
        """Write down that a spot order was made smaller; return the number of it."""
        self.count += 1
        told: dict[str, object] = {
            "symbol": row["symbol"],
            "orderId": row["orderId"],
            "executionId": self.count,
            "origClientOrderId": before.client_id,
            "newClientOrderId": after.client_id,
            "origQty": money(before.size or Decimal(0)),
            "newQty": row["origQty"],
            "time": ms(after.at),
        }
        self.amendments.setdefault((account, after.symbol, after.venue_id), []).append(told)
        return self.count

    def profit_of(self, fill: Fill) -> Decimal:
        """Return what a trade realised, in the settlement asset; zero for one that opened."""
        return self.profits.get((fill.account, fill.symbol, fill.trade_id), Decimal(0))

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

    def some(self) -> list[SimMarket]:
        """Return the one market that must be named, or on COIN-M those of a pair."""
        if self.line == "coinm" and "pair" in self.params and "symbol" not in self.params:
            return self.markets()
        return [self.market()]

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
