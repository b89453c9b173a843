"""Everything that happens to the engine.

An event is a fact with a time (`at`, nanoseconds UTC).
The engine folds events and its own effects into state; nothing else changes state.
Market data is the exception: the kernel folds it, and the engine is told (`Quoted`) only of spreads that it armed.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import DoneReason, Side, SpreadOrderRequest


class LegQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What one leg would cost now for a given size.

    Attributes:
        symbol: the leg's market.
        average: size-weighted price in quote money.
        worst: price of the last level that the size reaches.
        mid: middle of the touch.
        size: how much of the wanted size the visible depth covers, in the venue's unit.
        age: nanoseconds since this market last changed.
        state: "valid", or the name of what is wrong with the book.
    """

    symbol: str
    average: Decimal
    worst: Decimal
    mid: Decimal
    size: Decimal
    age: int
    state: str


class SpreadQuote(msgspec.Struct, frozen=True, kw_only=True):
    """The size-weighted spread at one moment, for one side and size.

    `price` is `leg1.average - leg2.average`, `touch` the same at the best prices.
    `complete` says that both books are valid and fresh and that their depth covers the whole size.
    """

    spread: str
    side: Side
    size: Decimal
    price: Decimal
    touch: Decimal
    leg1: LegQuote
    leg2: LegQuote
    complete: bool
    reason: str = ""


class Listed(msgspec.Struct, frozen=True, tag=True):
    """An instrument became known, or its terms changed."""

    at: int
    instrument: Instrument


class Placed(msgspec.Struct, frozen=True, tag=True):
    """The operator asks for a spread order; `key` makes a repeated click the same request."""

    at: int
    key: str
    request: SpreadOrderRequest
    quote: SpreadQuote | None


class CancelAsked(msgspec.Struct, frozen=True, tag=True):
    """The operator asks to end a spread order."""

    at: int
    order_id: str


class Quoted(msgspec.Struct, frozen=True, tag=True):
    """An armed trigger came true on the touch, or a working order needs prices to go on."""

    at: int
    order_id: str
    quote: SpreadQuote


class LegAccepted(msgspec.Struct, frozen=True, tag=True):
    """A venue took a leg order."""

    at: int
    client_id: str
    venue_id: str


class LegRejected(msgspec.Struct, frozen=True, tag=True):
    """A venue refused a leg order for certain; nothing of it can fill."""

    at: int
    client_id: str
    code: str
    message: str


class LegFilled(msgspec.Struct, frozen=True, tag=True):
    """A leg order traded; `size` in the venue's unit, `fee` in `fee_asset` (positive is paid)."""

    at: int
    client_id: str
    trade_id: str
    price: Decimal
    size: Decimal
    fee: Decimal
    fee_asset: str


class LegDone(msgspec.Struct, frozen=True, tag=True):
    """A leg order is over; what is not filled never will be.

    `filled` is the whole quantity the venue says was filled (its fills may still be on their way), None where it does
    not say.
    """

    at: int
    client_id: str
    reason: DoneReason
    filled: Decimal | None = None


class LegUnknown(msgspec.Struct, frozen=True, tag=True):
    """What became of a leg order is not known: a timeout, a broken reply, a venue error after sending."""

    at: int
    client_id: str
    message: str


class LegVoided(msgspec.Struct, frozen=True, tag=True):
    """A venue took back a trade that it had told."""

    at: int
    client_id: str
    trade_id: str


class ExternalHeld(msgspec.Struct, frozen=True, tag=True):
    """What an account holds of a market besides what the ledger says: signed, in the venue's unit.

    It stood there before the desk began, and is EXTERNAL from then on.
    """

    at: int
    symbol: str
    size: Decimal


class ExternalSeen(msgspec.Struct, frozen=True, tag=True):
    """What is not this desk's touched a market, or the venue's position is another: frozen until somebody has looked.

    Attributes:
        traded: what trades of others moved the position by (signed, in the venue's unit): EXTERNAL from now on.
        differs: by how much the venue's position is beyond ledger and EXTERNAL, zero when it is no longer, None where
            nothing is said of it; EXTERNAL once the operator thaws the market.
    """

    at: int
    symbol: str
    message: str
    traded: Decimal = Decimal(0)
    differs: Decimal | None = None


class Thawed(msgspec.Struct, frozen=True, tag=True):
    """The operator has looked at what was not the desk's, and wants the market traded again."""

    at: int
    symbol: str


class TimePassed(msgspec.Struct, frozen=True, tag=True):
    """A deadline that the engine asked for has come."""

    at: int


Event = (
    Listed
    | Placed
    | CancelAsked
    | Quoted
    | LegAccepted
    | LegRejected
    | LegFilled
    | LegVoided
    | LegDone
    | LegUnknown
    | ExternalHeld
    | ExternalSeen
    | Thawed
    | TimePassed
)
