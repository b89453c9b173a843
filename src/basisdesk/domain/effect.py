"""Everything the engine decides.

An effect is folded into state when it is decided, committed to the journal, and only then performed.
A crash in between is the same case as a lost reply.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from basisdesk.domain.errors import Refusal
from basisdesk.domain.order import Side, SpreadOrderRequest


class AcceptOrder(msgspec.Struct, frozen=True, tag=True):
    """A spread order is taken on under `order_id`; `displayed` is the spread shown when it was entered."""

    at: int
    order_id: str
    key: str
    request: SpreadOrderRequest
    displayed: Decimal | None


class RefuseOrder(msgspec.Struct, frozen=True, tag=True):
    """A spread order is not taken on, or not sent; nothing leaves."""

    at: int
    key: str
    request: SpreadOrderRequest
    refusal: Refusal


class Claim(msgspec.Struct, frozen=True, tag=True):
    """An auto-trigger fires: claimed once, before either leg is sent; `displayed` is the spread it fired on."""

    at: int
    order_id: str
    displayed: Decimal


class SendLeg(msgspec.Struct, frozen=True, tag=True):
    """Send one immediate-or-cancel leg order.

    `client_id` is derived from spread order, leg and sequence number, and is never used twice.
    `size` is a multiple of the instrument's step in the venue's unit, `bound` the worst price on its tick.
    `purpose` is ``open`` for the first send of a leg, ``hedge`` to catch up with the other leg, ``unwind`` to undo.
    """

    at: int
    client_id: str
    order_id: str
    leg: int
    symbol: str
    side: Side
    size: Decimal
    bound: Decimal
    purpose: str


class AskQuote(msgspec.Struct, frozen=True, tag=True):
    """The engine needs the order's current `SpreadQuote`, no sooner than `not_before`."""

    at: int
    order_id: str
    not_before: int


class EndOrder(msgspec.Struct, frozen=True, tag=True):
    """A spread order is over; `residual` is what stays unhedged, in the common unit of its leg 1, signed."""

    at: int
    order_id: str
    reason: str
    residual: Decimal


Effect = AcceptOrder | RefuseOrder | Claim | SendLeg | AskQuote | EndOrder
