"""What a venue tells of an account, by its private stream or in a reply: one union for both, `Update`.

The same fact may come twice, late, and out of order; whoever folds these values decides by ids and quantities, never
by arrival.
`at` is the venue's own time of the fact in ns UTC (0 where it tells none).
Sizes are in the venue's unit, signed for positions (positive is long); money is in `asset`.
`account` names whose fact it is where the venue says so; empty means the connection's own.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import msgspec

from basisdesk.domain.ask import MarginMode, OrderType, PositionMode, PositionSide
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import DoneReason, OrderStatus, Side


class Forced(Enum):
    """Something that the venue did to the account by itself."""

    LIQUIDATION = "liquidation"
    ADL = "auto-deleveraging"
    DELIVERY = "delivery"


class IncomeKind(Enum):
    """What a booked row is for."""

    FUNDING = "funding"
    INTEREST = "interest"
    FEE = "fee"
    REBATE = "rebate"
    TRADE = "trade"
    TRANSFER = "transfer"
    LIQUIDATION = "liquidation"
    DELIVERY = "delivery"
    OTHER = "other"


class OrderUpdate(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """An order as the venue sees it at `at`.

    `filled` is the whole quantity filled so far; a partial fill is a quantity, not a status.
    `status` is OPEN, CANCELING or DONE (then with `reason`); `client_id` is empty for orders that were not given one.
    `refused` says in the venue's words why it was rejected or cancelled by the venue.
    """

    at: int
    symbol: str
    venue_id: str
    client_id: str
    status: OrderStatus
    reason: DoneReason | None = None
    side: Side
    type: OrderType | None = None
    size: Decimal | None = None
    price: Decimal | None = None
    filled: Decimal = Decimal(0)
    average: Decimal | None = None
    reduce_only: bool = False
    forced: Forced | None = None
    refused: str = ""
    account: str = ""


class Fill(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """One own trade; `fee` positive is paid, in `fee_asset` (None where this message does not tell the fee)."""

    at: int
    symbol: str
    trade_id: str
    venue_id: str
    client_id: str
    side: Side
    price: Decimal
    size: Decimal
    fee: Decimal | None
    fee_asset: str
    maker: bool | None = None
    position: PositionSide = PositionSide.NET
    forced: Forced | None = None
    account: str = ""


class FillVoided(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """The venue takes a trade back, or states it anew (then a `Fill` with the same id follows)."""

    at: int
    symbol: str
    trade_id: str
    account: str = ""


class Position(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """A position as the venue counts it; `size` signed, zero when flat.

    `entry` is None when flat; `adl_rank` runs from 0 (last in line) to 5 (next).
    """

    at: int
    symbol: str
    size: Decimal
    entry: Decimal | None = None
    mark: Decimal | None = None
    liquidation: Decimal | None = None
    unrealised: Decimal | None = None
    margin: Decimal | None = None
    leverage: Decimal | None = None
    mode: MarginMode | None = None
    side: PositionSide = PositionSide.NET
    adl_rank: int | None = None
    account: str = ""


class Balance(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """A balance: `total` is what is owned before unrealised profit, `available` what new orders may use."""

    at: int
    line: str
    asset: str
    total: Decimal
    available: Decimal | None = None
    borrowed: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    equity: Decimal | None = None
    wallet: str = ""
    account: str = ""


class Income(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """One row that the venue booked; `amount` positive is received."""

    at: int
    id: str
    kind: IncomeKind
    asset: str
    amount: Decimal
    symbol: str = ""
    account: str = ""


class Complete(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """Ends a list that is whole as of `at`: what it does not name was not there then.

    `what` is ``open_orders``, ``positions`` or ``balances``; `symbol` is empty when the whole line was asked.
    """

    at: int
    what: str
    line: str
    symbol: str = ""


class Permissions(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """What a key may do; None where the venue does not tell.  A key that may withdraw is refused by the desk."""

    at: int
    read: bool | None
    trade: bool | None
    withdraw: bool | None
    transfer: bool | None = None
    addresses: bool | None = None
    account: str = ""


class ServerTime(msgspec.Struct, frozen=True, tag_field="update", tag=True):
    """The venue's clock, ns UTC."""

    at: int


class Fees(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """The account's own fees of a market, as fractions; negative is a rebate."""

    symbol: str
    maker: Decimal
    taker: Decimal


class Terms(msgspec.Struct, frozen=True, tag_field="update", tag=True):
    """An instrument's current terms."""

    instrument: Instrument


class Funding(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """Funding of a market: what the coming settlement will pay as far as known, and what the last one paid."""

    at: int
    symbol: str
    predicted: Decimal | None = None
    settled: Decimal | None = None
    next_at: int = 0
    settled_at: int = 0
    interval: int | None = None
    cap: Decimal | None = None
    floor: Decimal | None = None


class Mode(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """How a line, or one market of it, is set; None where this message does not tell."""

    line: str
    symbol: str = ""
    position: PositionMode | None = None
    margin: MarginMode | None = None
    leverage: Decimal | None = None


class Warned(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """The venue warns of a liquidation, a deleveraging or a forced close; `rank` as in `Position.adl_rank`."""

    at: int
    forced: Forced
    symbol: str = ""
    rank: int | None = None
    message: str = ""
    account: str = ""


class StreamEnded(msgspec.Struct, frozen=True, kw_only=True, tag_field="update", tag=True):
    """The private stream will say no more although its socket may stay open (key expired, login refused)."""

    at: int
    message: str
    refused: bool = False


Update = (
    OrderUpdate
    | Fill
    | FillVoided
    | Position
    | Balance
    | Income
    | Complete
    | Permissions
    | ServerTime
    | Fees
    | Terms
    | Funding
    | Mode
    | Warned
    | StreamEnded
)
