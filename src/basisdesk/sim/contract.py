"""What a simulated exchange offers to the dialects, and what a dialect offers to the server.

An `Exchange` is one venue without a wire: accounts, matching, margin, funding, all in the domain's own values.
A `Dialect` speaks one venue's HTTP and WebSocket byte for byte in front of it: it checks signature, clock and types,
turns what it is asked into calls of the exchange, and what happened there into frames.
Neither has a clock or a socket: time is an argument, and the server (in the shell) owns the sockets.
Faults are put between a dialect and its sockets by name (`sim.faults`); those that only the exchange can do
(reject, partial fills, a clock that is off) it does itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Protocol

import msgspec

from basisdesk.domain.account import Balance, Fees, Fill, Income, OrderUpdate, Permissions, Position, Update
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.outcome import Reason
from basisdesk.kernel.book import Book
from basisdesk.sim.tiers import HALF_PERCENT, Ladder, Tables
from basisdesk.venues.contract import Candle, Carry, Daily
from basisdesk.venues.trading import ClientIds, Credentials

if TYPE_CHECKING:
    from basisdesk.domain.ask import Amend, MarginMode, MoveFunds, NewOrder, OrderRef, PositionMode, PositionSide
    from basisdesk.sim.course import Course
    from basisdesk.sim.gains import Brought, Gain


class Refused(msgspec.Struct, frozen=True):
    """The exchange will not: why, and a sentence; the dialect knows the venue's code for it."""

    reason: Reason
    message: str
    detail: str = ""
    """Tells apart what one reason covers where venues have separate codes, such as ``price`` or ``size`` off grid."""


class BookChanged(msgspec.Struct, frozen=True):
    """Levels of a market changed: absolute sizes, 0 removes.  `sequence` rises by one with each."""

    symbol: str
    at: int
    sequence: int
    bids: tuple[tuple[Decimal, Decimal], ...]
    asks: tuple[tuple[Decimal, Decimal], ...]


class Printed(msgspec.Struct, frozen=True):
    """A trade printed; `buy` says that the taker bought."""

    symbol: str
    at: int
    trade_id: int
    price: Decimal
    size: Decimal
    buy: bool


class Carried(msgspec.Struct, frozen=True):
    """Mark, index or funding of a market changed (`Exchange.markets[symbol].carry`)."""

    symbol: str
    at: int


class Relisted(msgspec.Struct, frozen=True):
    """Terms or status of an instrument changed, or it is new."""

    symbol: str
    at: int


Happening = BookChanged | Printed | Carried | Relisted


@dataclass(slots=True)
class SimMarket:
    """One market: its public book (own resting orders included), latest trades, carry and daily figures.

    `settled` are past funding settlements, oldest first: (time ns, rate, mark); every full hour where funding accrues.
    `estimate` is the mean of the index so far in the last stretch before a delivery, and the delivery price after it.
    """

    instrument: Instrument
    book: Book
    sequence: int = 0
    carry: Carry = field(default_factory=Carry)
    daily: Daily = field(default_factory=Daily)
    trades: list[Printed] = field(default_factory=list)
    settled: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    estimate: Decimal | None = None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A key that the exchange knows; `account` is its number, as a venue would show it."""

    credentials: Credentials
    account: str
    permissions: Permissions


class SelfMatch(Enum):
    """What becomes of an order that would meet a resting one of the same account."""

    REFUSE = "the new one is refused"
    CANCEL_TAKER = "what is left of the new one is cancelled"
    CANCEL_MAKER = "the resting one is cancelled"


class VenueRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a venue differs in its dealings, as data; the dialect of the venue states it.

    Attributes:
        unified: whether one purse stands behind all lines (then balances live in wallet ``unified``), else the wallet
            of a balance is the line's own name.
        client_ids: how far a client id is unique.
        order_memory: ns for which an ended order can be asked for (0 for not at all), by whether it had fills.
        spot_memory: the same of spot orders, where they are kept otherwise.
        fill_memory: ns for which fills can be asked for.
        default_leverage: of a market nobody has set.
        replaces: an amend makes a new order with a new venue id.
        post_only_rejects: a crossing post-only order is refused; else accepted and at once cancelled (DONE, EXPIRED).
        market_slippage: how far from the touch a market order may walk, as a fraction.
        price_band: how far above mark a buy and below it a sell may be limited, as a fraction.
        interest_hours: how often borrowed coin costs interest.
        spot_margin: whether spot orders with margin CROSS or ISOLATED borrow.
        self_match: what becomes of an order that would meet one of the same account.
        tiers: leverage and maintenance margin by size of a position.
        sinks: in a higher tier leverage sinks to what it allows; else an order into one that allows less is refused.
        haircut: share of a coin's value that counts as collateral in a unified account.
        liquidation_fee: charged on what is liquidated, as a fraction of its value.
        delivery_fee: charged on what is delivered, as a fraction of its value.
        delivery_average: ns before delivery over whose index prices the delivery price is the mean.
        interest_rate: of borrowed coin, a fraction a year.
        borrow_leverage: most that spot may be worth over the account's own equity.
        funding_step: ns after which funding accrues again, each time a share of the interval's rate; it is booked at
            08:00 UTC.  0: all of it is paid and booked at the end of an interval.
    """

    unified: bool = False
    client_ids: ClientIds = ClientIds.OPEN
    order_memory: tuple[int, int] = (3 * 86_400_000_000_000, 90 * 86_400_000_000_000)
    spot_memory: tuple[int, int] | None = None
    fill_memory: int = 90 * 86_400_000_000_000
    default_leverage: Decimal = Decimal(20)
    replaces: bool = False
    post_only_rejects: bool = True
    market_slippage: Decimal = Decimal("0.05")
    price_band: Decimal = Decimal("0.5")
    interest_hours: int = 1
    spot_margin: bool = False
    self_match: SelfMatch = SelfMatch.REFUSE
    tiers: Tables = msgspec.field(default_factory=lambda: HALF_PERCENT)
    sinks: bool = False
    haircut: Decimal = Decimal("0.95")
    liquidation_fee: Decimal = Decimal("0.002")
    delivery_fee: Decimal = Decimal("0.00015")
    delivery_average: int = 1_800_000_000_000
    interest_rate: Decimal = Decimal("0.05")
    borrow_leverage: Decimal = Decimal(3)
    funding_step: int = 0


class Exchange(Protocol):
    """One venue's dealings.  Every call states the time; time never goes back.

    What an account does is told in `take_updates` too, in the order it happened, so a private stream is a mapping of
    these.  Calls that name an order raise nothing: they return `Refused`.
    """

    @property
    def venue(self) -> str:
        """The venue's name."""

    @property
    def rules(self) -> VenueRules:
        """How it deals."""

    @property
    def markets(self) -> Mapping[str, SimMarket]:
        """By unified symbol."""

    def market_of(self, line: str, code: str) -> SimMarket | None:
        """Return a market by the venue's own names."""

    def login(self, key: str) -> Login | None:
        """Return whose key this is, None for a key nobody has (or one that was revoked)."""

    def place(self, account: str, order: NewOrder, now: int) -> OrderUpdate | Refused:
        """Take an order; the update says what has become of it by the end of this call."""

    def amend(self, account: str, amend: Amend, now: int) -> OrderUpdate | Refused:
        """Change an order."""

    def cancel(self, account: str, order: OrderRef, now: int) -> OrderUpdate | Refused:
        """Cancel an order."""

    def cancel_all(self, account: str, line: str, symbol: str, now: int) -> list[OrderUpdate]:
        """Cancel all orders of a line, or of a market."""

    def dead_man(self, account: str, line: str, symbol: str, seconds: int, now: int) -> None:
        """Arm or disarm the dead-man switch."""

    def order(self, account: str, order: OrderRef, now: int) -> OrderUpdate | Refused:
        """Return an order, as long as the venue remembers it."""

    def new_order_of(self, account: str, venue_id: str) -> NewOrder | None:
        """Return an order as it was asked for, for answers that repeat its terms."""

    def created_at(self, account: str, venue_id: str) -> int:
        """Return when an order was taken (ns), 0 for an unknown one."""

    def open_orders(self, account: str, line: str, symbol: str = "") -> list[OrderUpdate]:
        """Return orders that live, oldest first."""

    def past_orders(self, account: str, line: str, symbol: str, since: int, now: int) -> list[OrderUpdate]:
        """Return all remembered orders created since, oldest first."""

    def fills(self, account: str, line: str, symbol: str, since: int, now: int) -> list[Fill]:
        """Return remembered fills, oldest first."""

    def positions(self, account: str, line: str, symbol: str = "") -> list[Position]:
        """Return positions that are not flat."""

    def gain(self, account: str, fill: Fill) -> Gain:
        """Return what a trade closed."""

    def brought(self, account: str, symbol: str, side: PositionSide) -> Sequence[Brought]:
        """Return what every position of a market and side brought, the present or latest one last."""

    def ladder(self, symbol: str) -> Ladder:
        """Return the tiers of a contract."""

    def maintenance(self, held: Position) -> Decimal:
        """Return the maintenance margin of a position at its mark, in its settlement asset."""

    def needs(self, held: Balance) -> tuple[Decimal, Decimal]:
        """Return initial and maintenance margin of the positions that settle in a balance."""

    def dollars(self, asset: str) -> Decimal:
        """Return what one unit of an asset is worth in US dollars, zero for one that no market prices."""

    def position_mode(self, account: str, line: str) -> PositionMode:
        """Return one-way or hedge."""

    def leverage(self, account: str, symbol: str) -> tuple[Decimal, MarginMode]:
        """Return leverage and margin mode of a market."""

    def balances(self, account: str, wallet: str) -> list[Balance]:
        """Return the balances of a wallet, zero ones left out."""

    def wallets(self, account: str) -> list[str]:
        """Return the names of an account's wallets."""

    def income(self, account: str, line: str, symbol: str, since: int) -> list[Income]:
        """Return booked rows, oldest first."""

    def accrued(self, account: str, symbol: str) -> Decimal:
        """Return the funding that has accrued and is not booked yet, in the settlement asset; balances contain it."""

    def fees(self, account: str, symbol: str) -> Fees:
        """Return the account's own fees."""

    def set_leverage(self, account: str, symbol: str, leverage: Decimal, now: int) -> Refused | None:
        """Set leverage."""

    def set_margin_mode(self, account: str, symbol: str, mode: MarginMode, now: int) -> Refused | None:
        """Set cross or isolated; refused while there is a position or an order."""

    def set_position_mode(self, account: str, line: str, mode: PositionMode, now: int) -> Refused | None:
        """Set one-way or hedge; refused while there is a position or an order."""

    def adjust_margin(self, account: str, symbol: str, side: PositionSide, change: Decimal, now: int) -> Refused | None:
        """Put margin to an isolated position, or take some away (negative), in its settlement asset."""

    def move(self, account: str, move: MoveFunds, now: int) -> Income | Refused:
        """Move money between wallets (`source` and `target` are wallet names); the row's id is the transfer's."""

    def free(self, account: str, symbol: str) -> Decimal:
        """Return what new positions of a contract may use, in its settlement asset; below zero when margin is short."""

    def borrowable(self, account: str, wallet: str, asset: str) -> Decimal:
        """Return how much more of an asset an account may borrow."""

    def borrow(self, account: str, wallet: str, asset: str, amount: Decimal, now: int) -> Refused | None:
        """Put borrowed coin into a wallet."""

    def repay(self, account: str, wallet: str, asset: str, amount: Decimal | None, now: int) -> Decimal | Refused:
        """Pay back up to an amount, or all that is owed; return what was paid."""

    def candles(self, symbol: str, period: int, since: int, limit: int) -> list[Candle]:
        """Return candles of `period` ns made from the market's own trades, oldest first."""

    def price_candles(self, symbol: str, course: Course, period: int, since: int, limit: int) -> list[Candle]:
        """Return candles of mark, index or premium, as `candles` (whole minutes; no volume)."""

    def take_updates(self) -> list[tuple[str, Update]]:
        """Take what happened to accounts since the last call: (account, update), in order."""

    def take_happenings(self) -> list[Happening]:
        """Take what happened to markets since the last call, in order."""

    def next_deadline(self) -> int | None:
        """When `advance` has something to do (ns), or None."""

    def advance(self, now: int) -> None:
        """Let everything due happen: market moves, funding, interest, liquidation, delivery, dead-man switches."""


class HttpCall(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request (or WebSocket handshake) as it arrived.

    `host` is the dialect's own name of the address it came to, `authority` the Host header; `query` is the raw text
    after ``?``; header names are lower case.
    """

    host: str
    authority: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    source: str = "127.0.0.1"


class HttpAnswer(msgspec.Struct, frozen=True):
    """The answer; the content type is JSON unless a header says otherwise."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Frame(msgspec.Struct, frozen=True):
    """A frame for a socket; `binary` where the venue sends binary ones.  With `ping` it is a ping frame.

    `topic` tells faults what it is about: a kind, and after a space the market where it has one.
    Kinds are ``snapshot`` and ``book`` (a whole book, a change of one), ``trades``, ``ticker``, ``carry``, ``candles``,
    ``account`` (orders, fills, positions, balances), ``reply`` (to an order entered over the socket) and ``control``
    (acknowledgements, pings, logins).
    """

    socket: int
    body: bytes
    topic: str
    binary: bool = False
    ping: bool = False


class Close(msgspec.Struct, frozen=True):
    """Close a socket."""

    socket: int
    code: int = 1000
    reason: str = ""


class Dialect(Protocol):
    """One venue's wire in front of an `Exchange`."""

    @property
    def origins(self) -> Mapping[str, Sequence[str]]:
        """Name of each address that the venue needs of its own, to the live origins (http and ws) that it stands for.

        One address suffices unless paths collide between hosts (Binance's ``/ws`` and ``/stream``).
        """

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        """Answer a request."""

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        """A WebSocket handshake came; an answer refuses it, None accepts it."""

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        """Take a frame from a client."""

    def closed(self, socket: int, now: int) -> None:
        """A client is gone."""

    def take(self) -> list[Frame | Close]:
        """Take what is to be sent, in order."""

    def next_deadline(self) -> int | None:
        """When `advance` has something to do (ns), or None."""

    def advance(self, now: int) -> None:
        """Let the exchange go on to `now`, and turn what happened into frames."""

    def exhaust(self, now: int, until: int) -> None:
        """Behave until then as though every rate limit were used up, with the venue's own answers."""

    def expire(self, now: int) -> None:
        """End every listen key, token and login now, and say on the sockets what the venue says then."""
