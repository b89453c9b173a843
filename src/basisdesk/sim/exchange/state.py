"""What a simulated exchange remembers: accounts with their purses, holdings and orders, and markets with their pools.

These are plain mutable records; the modules beside this one are the rules by which they change.
Money is exact and signed; sizes are in the venue's unit; times ns UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from basisdesk.domain.account import Fill, Forced, Income, Update
from basisdesk.domain.ask import MarginMode, NewOrder, PositionMode, PositionSide
from basisdesk.domain.instrument import Instrument, Margin
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.domain.pnl import Position as Lot
from basisdesk.sim.contract import Happening, Login, SimMarket, VenueRules
from basisdesk.sim.course import Course, Minutes
from basisdesk.sim.exchange.candles import Chart
from basisdesk.sim.exchange.faults import ExchangeFaults
from basisdesk.sim.exchange.logins import UNIFIED
from basisdesk.sim.gains import Brought, Gain

ZERO = Decimal(0)
Level = tuple[Decimal, Decimal]
GRID = Decimal(1).scaleb(-12)
"""Money is booked in such units; what profits have beyond them is the exchange's."""


@dataclass(slots=True)
class Purse:
    """One asset in one wallet: what lies there, what of it is borrowed, and interest paid so far."""

    total: Decimal = ZERO
    borrowed: Decimal = ZERO
    interest: Decimal = ZERO


@dataclass(slots=True)
class Holding:
    """A position; `margin` is what is set aside for an isolated one, in the settlement asset."""

    lot: Lot
    side: PositionSide
    mode: MarginMode
    margin: Decimal = ZERO


@dataclass(slots=True)
class Setting:
    """How a market is set for an account."""

    leverage: Decimal
    mode: MarginMode


@dataclass(slots=True, eq=False)
class Live:
    """An order, living or ended.

    Attributes:
        number: rises with each order; earlier ones come first at a price.
        size: whole size; None for a market buy that states money.
        value: sum of price x size of its fills.
        ahead: size of others at its price that joined before it.
        shrunk: what changes of its level took from `ahead` lately, with their times (ns): a trade that is told after
            them may be why.
        updated: when it last changed.
    """

    account: str
    order: NewOrder
    instrument: Instrument
    venue_id: str
    number: int
    created: int
    size: Decimal | None
    price: Decimal | None
    filled: Decimal = ZERO
    value: Decimal = ZERO
    ahead: Decimal = ZERO
    shrunk: list[tuple[int, Decimal]] = field(default_factory=list)
    status: OrderStatus = OrderStatus.OPEN
    reason: DoneReason | None = None
    updated: int = 0
    refused: str = ""
    forced: Forced | None = None

    @property
    def left(self) -> Decimal:
        """Size that may still fill; zero for an order by money."""
        return ZERO if self.size is None else self.size - self.filled

    @property
    def closes(self) -> bool:
        """Whether it may only make a position smaller: asked so, or against its side in hedge mode."""
        against = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
        return self.order.reduce_only or against.get(self.order.position) is self.order.side


@dataclass(slots=True)
class Account:
    """One account; `orders` by venue id and `named` by client id (latest last) hold ended ones too.

    `accrued` is the funding of each market that is paid but not booked yet; `gains` are what trades closed, by symbol
    and id, and `brought` what positions brought, past ones too.
    """

    number: str
    purses: dict[tuple[str, str], Purse] = field(default_factory=dict)
    orders: dict[str, Live] = field(default_factory=dict)
    open: dict[str, Live] = field(default_factory=dict)
    named: dict[str, list[Live]] = field(default_factory=dict)
    fills: list[tuple[str, Fill]] = field(default_factory=list)
    income: list[tuple[str, Income]] = field(default_factory=list)
    holdings: dict[tuple[str, PositionSide], Holding] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    modes: dict[str, PositionMode] = field(default_factory=dict)
    switches: dict[tuple[str, str], int] = field(default_factory=dict)
    moves: dict[str, Income] = field(default_factory=dict)
    accrued: dict[str, Decimal] = field(default_factory=dict)
    gains: dict[tuple[str, str], Gain] = field(default_factory=dict)
    brought: dict[tuple[str, PositionSide], list[Brought]] = field(default_factory=dict)

    def purse(self, wallet: str, asset: str) -> Purse:
        """Return a purse, made when it is not there."""
        return self.purses.setdefault((wallet, asset), Purse())


@dataclass(slots=True)
class Pool:
    """One market's liquidity: what its source shows, and accounts' own resting orders, best first, by side.

    Side 0 is bids, 1 is asks.  `settles_at` is when funding is next paid, 0 where there is none.
    `ladders` are the source's levels, as far as they were read; `news` are changes to them by price as a float, which
    nobody has read yet: an exact price takes ten times as long to look up.
    `raw` is kept where the market's tick is `coarse`, coarser than the source's.
    `indices` are sum and count of the index prices that the delivery price is the mean of.
    `courses` are the minutes of mark, index and premium; `interest` is the size of positions that are nobody's here.
    """

    market: SimMarket
    chart: Chart
    ladders: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = field(default_factory=lambda: ({}, {}))
    news: tuple[dict[float, Level], dict[float, Level]] = field(default_factory=lambda: ({}, {}))
    resting: tuple[list[Live], list[Live]] = field(default_factory=lambda: ([], []))
    settles_at: int = 0
    trade_count: int = 0
    dirty: tuple[dict[Decimal, None], dict[Decimal, None]] = field(default_factory=lambda: ({}, {}))
    delivered: bool = False
    interest: Decimal = ZERO
    raw: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = field(default_factory=lambda: ({}, {}))
    coarse: bool = False
    indices: tuple[Decimal, int] = (ZERO, 0)
    courses: dict[Course, Minutes] = field(default_factory=lambda: {course: Minutes() for course in Course})

    @property
    def background(self) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """The source's levels by price, on each side."""
        self.read()
        return self.ladders

    def read(self) -> None:
        """Take the news into the ladders."""
        for ladder, news in zip(self.ladders, self.news, strict=True):
            for price, size in news.values():
                if size:
                    ladder[price] = size
                else:
                    ladder.pop(price, None)
            news.clear()

    @property
    def instrument(self) -> Instrument:
        """The market's terms now."""
        return self.market.instrument


@dataclass(slots=True)
class Floor:
    """All that one exchange remembers; `house` is what it earned and lost itself, by asset."""

    venue: str
    rules: VenueRules
    faults: ExchangeFaults
    now: int
    pools: dict[str, Pool] = field(default_factory=dict)
    codes: dict[tuple[str, str], Pool] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    updates: list[tuple[str, Update]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    house: dict[str, Decimal] = field(default_factory=dict)
    interest_at: int = 0
    count: int = 0

    def next_number(self) -> int:
        """Count on; ids of orders, rows and transfers are such numbers."""
        self.count += 1
        return self.count

    def tell(self, account: Account, update: Update) -> None:
        """Note what happened to an account."""
        self.updates.append((account.number, update))

    def wallet_of(self, line: str) -> str:
        """Return the wallet behind a line."""
        return UNIFIED if self.rules.unified else line

    def setting(self, account: Account, symbol: str) -> Setting:
        """Return how a market is set, by default where nobody has set it."""
        found = account.settings.get(symbol)
        if found is None:
            instrument = self.pools[symbol].instrument
            most = instrument.max_leverage
            leverage = self.rules.default_leverage if most is None else min(self.rules.default_leverage, most)
            spot = instrument.margin is Margin.SPOT
            found = Setting(Decimal(1) if spot else leverage, MarginMode.CASH if spot else MarginMode.CROSS)
            account.settings[symbol] = found
        return found


def side_of(side: Side) -> int:
    """Return the side of the book that orders of this direction rest on: 0 bids, 1 asks."""
    return 0 if side is Side.BUY else 1
