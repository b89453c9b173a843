"""All that the engine knows, as a plain struct of small tables.

The rows are frozen values; `fold` replaces them and nothing else does, so two states that folded the same events and
effects are equal, and `encode` writes equal states as equal bytes.
Amounts are Decimal throughout.
Tables are keyed by text and keep their insertion order, which the events determine; nothing depends on hashing.
`rules` are part of the state because decisions depend on them.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import msgspec

from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import DoneReason, OrderStatus, Side, SpreadOrderRequest
from basisdesk.domain.pnl import Position

ZERO = Decimal(0)
MILLISECOND = 1_000_000


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How hard the engine tries.

    Attributes:
        hedge_band: how far past the quoted worst price an immediate-or-cancel leg may trade, as a fraction.
        attempts: hedges (and then unwinds) that may fail before the engine gives up.
        first_delay: wait after the first failed attempt, ns; each further wait is twice as long.
        quote_wait: how long an asked-for quote may stay away before the attempt counts as failed, ns.
    """

    hedge_band: Decimal = Decimal("0.005")
    attempts: int = 5
    first_delay: int = 100 * MILLISECOND
    quote_wait: int = 2_000 * MILLISECOND


class Phase(Enum):
    """Lifecycle of a spread order; what a trader sees is derived in `view`."""

    WAITING = "waiting"
    WORKING = "working"
    ENDED = "ended"


class Unit(Enum):
    """Common unit of a spread: base coin, or quote face when both legs are inverse."""

    BASE = "base"
    FACE = "face"


class SpreadOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One spread order.

    Attributes:
        displayed: the size-weighted spread when it was entered, None where there was none.
        fired: the size-weighted spread that it was sent on.
        prices: last usable average price of each leg, zero before the first.
        leg_ids: client ids of its leg orders, oldest first.
        asked: not-before time of the quote that is awaited, None when none is.
        attempts: hedges that failed; at the limit the engine unwinds instead, and never goes back to hedging.
        unwinds: unwinds that failed.
        cancelled: the operator asked to end it.
        refused: why it was refused when it came to be sent.
        residual: what stayed unhedged at the end, common unit, signed (positive is net long).
    """

    order_id: str
    key: str
    request: SpreadOrderRequest
    legs: tuple[str, str]
    unit: Unit
    displayed: Decimal | None
    created: int
    updated: int
    fired: Decimal | None = None
    phase: Phase = Phase.WAITING
    prices: tuple[Decimal, Decimal] = (ZERO, ZERO)
    leg_ids: tuple[str, ...] = ()
    asked: int | None = None
    attempts: int = 0
    unwinds: int = 0
    cancelled: bool = False
    refused: Refusal | None = None
    reason: str = ""
    residual: Decimal = ZERO


class LegOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One order at a venue; `size` and `filled` in the venue's unit.

    `worth` is what was filled in the spread's common unit, `taken` the part of it that the venue kept as a fee in the
    received coin, `told` the whole filled size that the venue stated at the end (None where it did not say).
    """

    client_id: str
    order_id: str
    leg: int
    symbol: str
    side: Side
    size: Decimal
    bound: Decimal
    purpose: str
    sent_at: int
    status: OrderStatus = OrderStatus.INFLIGHT
    done: DoneReason | None = None
    venue_id: str = ""
    message: str = ""
    filled: Decimal = ZERO
    worth: Decimal = ZERO
    taken: Decimal = ZERO
    told: Decimal | None = None


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """One trade of a leg order.

    `size` is in the venue's unit, `base` in coin, `worth` in the spread's common unit, `fee` in `fee_asset`.
    `void` marks the row that reverses a trade which the venue took back; its amounts are that trade's.
    """

    at: int
    order_id: str
    client_id: str
    leg: int
    symbol: str
    side: Side
    purpose: str
    price: Decimal
    size: Decimal
    base: Decimal
    worth: Decimal
    fee: Decimal
    fee_asset: str
    trade_id: str
    void: bool = False


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A position with what it has earned and cost so far.

    Attributes:
        position: gross of fees.
        realised: profit of what was closed: quote money, or coin for an inverse market.
        fees: by asset; positive is paid.
        taken: the part of the fees that was kept out of bought coin; the coin held is the position less this.
    """

    position: Position
    realised: Decimal = ZERO
    fees: dict[str, Decimal] = {}
    taken: Decimal = ZERO


class Entry(msgspec.Struct, frozen=True):
    """Key of the latest request, and the average price of each leg when it was entered (zero where unknown)."""

    key: str = ""
    prices: tuple[Decimal, Decimal] = (ZERO, ZERO)


class State(msgspec.Struct, kw_only=True):
    """Every table of the engine.

    Attributes:
        orders: spread orders by order id.
        open: ids of spread orders that have not ended, as keys.
        legs: leg orders by client id.
        fills: every trade booked, oldest first.
        order_fills: indices into `fills` by order id.
        trades: ``symbol client_id trade_id`` of every trade booked, to index; a trade told twice is booked once.
        keys: idempotency key to order id.
        refusals: idempotency key to the refusal that was given.
        placed: the request that is being decided.
        holdings: by symbol, over all spreads.
        spread_holdings: by spread, one a leg.
        strays: what was heard of client ids that are not ours, counted by client id.
        external: by symbol, what the account holds besides the ledger (signed, venue's unit); no entry before it was
            first read.
        differences: by symbol, what the venue's position is beyond ledger and EXTERNAL, until it is accepted.
        frozen: markets that were touched by orders which are not ours, or whose position is another than the ledger's,
            with what was seen; nothing new is opened there.
        counter: number of the last order id.
    """

    rules: Rules = Rules()
    now: int = 0
    instruments: dict[str, Instrument] = {}
    orders: dict[str, SpreadOrder] = {}
    open: dict[str, bool] = {}
    legs: dict[str, LegOrder] = {}
    fills: list[Fill] = []
    order_fills: dict[str, list[int]] = {}
    trades: dict[str, int] = {}
    keys: dict[str, str] = {}
    refusals: dict[str, Refusal] = {}
    placed: Entry = Entry()
    holdings: dict[str, Holding] = {}
    spread_holdings: dict[str, tuple[Holding, Holding]] = {}
    strays: dict[str, int] = {}
    external: dict[str, Decimal] = {}
    differences: dict[str, Decimal] = {}
    frozen: dict[str, str] = {}
    counter: int = 0


_encoder = msgspec.json.Encoder(decimal_format="string")
_decoder: msgspec.json.Decoder[State] = msgspec.json.Decoder(State)


def encode(state: State) -> bytes:
    """Write a state as JSON; equal states give equal bytes."""
    return _encoder.encode(state)


def decode(body: bytes) -> State:
    """Read what `encode` wrote.

    Raises:
        msgspec.ValidationError: the body is no state.
    """
    return _decoder.decode(body)
