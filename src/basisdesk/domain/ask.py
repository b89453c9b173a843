"""Everything that can be asked of a venue on behalf of an account.

`Command` changes something at the venue, `Query` reads.
There is no withdrawal, and there never is one: money only moves between accounts of the same owner on one venue.
Sizes are in the venue's unit of the instrument (`domain.instrument`), prices in quote money per coin, times in ns UTC,
symbols unified with the venue in front, lines the venue's own product lines (`venues.contract.Line`).
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import msgspec

from basisdesk.domain.order import Side


class OrderType(Enum):
    """Limit or market; how long a limit order lives is its `TimeInForce`."""

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(Enum):
    """How long a limit order lives."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


class MarginMode(Enum):
    """What stands behind a position: nothing but coin (cash), the whole account (cross), or its own purse."""

    CASH = "cash"
    CROSS = "cross"
    ISOLATED = "isolated"


class PositionMode(Enum):
    """One net position a market, or a long one beside a short one."""

    ONE_WAY = "one-way"
    HEDGE = "hedge"


class PositionSide(Enum):
    """Which position an order works on; NET in one-way mode."""

    NET = "net"
    LONG = "long"
    SHORT = "short"


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the desk wants it.

    Attributes:
        symbol: the market.
        side: BUY or SELL.
        type: limit or market.
        size: in the venue's unit; None only for a spot market buy that states `money`.
        price: limit price; None for a market order.
        money: quote money to spend, for a spot market buy; venues whose market buys count money get it from here, or
            refuse the order before it is sent where it is missing.
        client_id: our own id, in the venue's alphabet and length.
        time_in_force: of a limit order.
        post_only: rest or be refused; with GTC only.
        reduce_only: never opens or turns a position.
        margin: cash for spot without borrowing; None means the account's default of the market.
        position: NET, or the side in hedge mode.
        leverage: stated with the order by venues that want it there (HTX futures), else ignored.
    """

    symbol: str
    side: Side
    type: OrderType
    client_id: str
    size: Decimal | None = None
    price: Decimal | None = None
    money: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    reduce_only: bool = False
    margin: MarginMode | None = None
    position: PositionSide = PositionSide.NET
    leverage: int | None = None


class OrderRef(msgspec.Struct, frozen=True, kw_only=True):
    """Names an order by our id, by the venue's, or by both (the venue's is then sent)."""

    symbol: str
    client_id: str = ""
    venue_id: str = ""


class Place(msgspec.Struct, frozen=True, tag=True):
    """Send an order."""

    order: NewOrder


class Amend(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Change price, size or both of a resting order.

    `size` is the new whole size (filled part included); `side` is needed by venues that want it again.
    `new_client_id` names what comes of it where the venue replaces instead of amending.
    """

    order: OrderRef
    size: Decimal | None = None
    price: Decimal | None = None
    side: Side | None = None
    new_client_id: str = ""


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Take an order out of the book."""

    order: OrderRef


class CancelAll(msgspec.Struct, frozen=True, tag=True):
    """Take every order of a line, or of one market of it, out of the book.

    `cursor` is set by a reply's `further` alone, where the venue takes only a part of a line at a time.
    """

    line: str
    symbol: str = ""
    cursor: str = ""


class DeadMan(msgspec.Struct, frozen=True, tag=True):
    """Let the venue cancel everything unless it hears this again within `seconds`; 0 turns it off."""

    line: str
    seconds: int
    symbol: str = ""


class SetLeverage(msgspec.Struct, frozen=True, tag=True):
    """Set the leverage of a market."""

    symbol: str
    leverage: Decimal
    margin: MarginMode | None = None


class SetMarginMode(msgspec.Struct, frozen=True, tag=True):
    """Set cross or isolated margin of a market."""

    symbol: str
    mode: MarginMode
    leverage: Decimal | None = None


class SetPositionMode(msgspec.Struct, frozen=True, tag=True):
    """Set one-way or hedge mode of a line."""

    line: str
    mode: PositionMode
    symbol: str = ""


class MoveFunds(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Move money between two accounts of the same owner on the venue; `source` and `target` as in its capabilities."""

    asset: str
    amount: Decimal
    source: str
    target: str
    symbol: str = ""
    client_id: str = ""


class OpenStream(msgspec.Struct, frozen=True, tag=True):
    """Get what a private stream needs first (a listen key, a token)."""

    line: str


class KeepStream(msgspec.Struct, frozen=True, tag=True):
    """Keep that alive."""

    line: str


class AskTime(msgspec.Struct, frozen=True, tag=True):
    """The venue's clock."""

    line: str


class AskInstruments(msgspec.Struct, frozen=True, tag=True):
    """The line's instruments; `cursor` is the venue's own page mark."""

    line: str
    cursor: str = ""


class AskFunding(msgspec.Struct, frozen=True, tag=True):
    """Last settled and predicted funding of a market, and when it is next paid.

    `cursor` marks the second request where one request does not tell both.
    """

    symbol: str
    cursor: str = ""


class AskAccounts(msgspec.Struct, frozen=True, tag=True):
    """What must be known of the account before anything else (ids, levels)."""

    line: str = ""


class AskBalances(msgspec.Struct, frozen=True, tag=True):
    """Balances of a line's account, or of another named account."""

    line: str
    account: str = ""


class AskPositions(msgspec.Struct, frozen=True, tag=True):
    """Positions of a line with leverage and margin mode; `cursor` is set by a reply's `further` alone."""

    line: str
    symbol: str = ""
    cursor: str = ""


class AskPositionMode(msgspec.Struct, frozen=True, tag=True):
    """One-way or hedge."""

    line: str


class AskOpenOrders(msgspec.Struct, frozen=True, tag=True):
    """Orders that still live."""

    line: str
    symbol: str = ""
    cursor: str = ""


class AskOrder(msgspec.Struct, frozen=True, tag=True):
    """One order, by venue id or by client id.

    `cursor` is set by a reply's `further` alone, where the venue keeps ended orders elsewhere.
    """

    order: OrderRef
    cursor: str = ""


class AskFills(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Own trades since a time or after a cursor, oldest first where the venue can."""

    line: str
    symbol: str = ""
    since: int = 0
    cursor: str = ""


class AskIncome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Funding, interest, fees and transfers as the venue booked them."""

    line: str
    symbol: str = ""
    since: int = 0
    cursor: str = ""


class AskFees(msgspec.Struct, frozen=True, tag=True):
    """The account's own maker and taker fee of a market."""

    symbol: str


class AskPermissions(msgspec.Struct, frozen=True, tag=True):
    """What the key may do."""


Command = (
    Place
    | Amend
    | Cancel
    | CancelAll
    | DeadMan
    | SetLeverage
    | SetMarginMode
    | SetPositionMode
    | MoveFunds
    | OpenStream
    | KeepStream
)
Query = (
    AskTime
    | AskInstruments
    | AskFunding
    | AskAccounts
    | AskBalances
    | AskPositions
    | AskPositionMode
    | AskOpenOrders
    | AskOrder
    | AskFills
    | AskIncome
    | AskFees
    | AskPermissions
)
Ask = Command | Query
