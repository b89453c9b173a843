"""The paper venue: fills leg orders as taker against the books of the markets that are being watched.

An order reaches the venue `latency` after it was sent, and is matched against the book as it is then: level by level
from the touch, up to its bound, with whatever is there; what is left expires at once.
What the venue says reaches the desk `reply_latency` after that, acceptance first, then one fill a price level, then
the end.
A market that the desk does not move would fill the same level for ever, so what was taken is remembered and is not
there again until the level's size changes or the level goes.
Rejects and partial fills that a real venue would cause occur at stated rates, drawn from the seed and the order's
client id, so one order's luck does not depend on another's.
A spot purchase pays its fee in the coin received, an inverse contract in coin, everything else in quote money.
"""

from __future__ import annotations

import heapq
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from basisdesk.domain.check import check_price, check_size
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import LegAccepted, LegDone, LegFilled, LegRejected
from basisdesk.domain.fee import trading_fee
from basisdesk.domain.instrument import Instrument, Margin, Rounding, base_of, round_size
from basisdesk.domain.order import DoneReason, Side
from basisdesk.kernel.book import VALID, state_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from basisdesk.domain.effect import SendLeg
    from basisdesk.domain.event import Event
    from basisdesk.kernel.book import Book

_FEE_GRID = Decimal(1).scaleb(-12)
_DIGITS = 15  # decimal text of this many digits survives float64 exactly


class PaperTerms(msgspec.Struct, frozen=True, kw_only=True):
    """How the paper venue behaves.

    Attributes:
        latency: ns from the decision to the matching.
        reply_latency: ns from the matching to the desk; None means as `latency`.
        seed: of rejects and partial fills.
        reject_rate: share of orders that are rejected, 0..1.
        partial_rate: share of orders that fill only in part, 0..1.

    Raises:
        ValueError: a latency below zero or a rate outside 0..1.
    """

    latency: int = 50_000_000
    reply_latency: int | None = None
    seed: int = 0
    reject_rate: float = 0.0
    partial_rate: float = 0.0

    def __post_init__(self) -> None:
        """Refuse terms that make no sense."""
        for name, latency in (("latency", self.latency), ("reply_latency", self.reply_latency or 0)):
            if latency < 0:
                raise ValueError(f"{name} is {latency} ns: give zero or more")
        for name, rate in (("reject_rate", self.reject_rate), ("partial_rate", self.partial_rate)):
            if not 0 <= rate <= 1:
                raise ValueError(f"{name} is {rate}: give a share from 0 to 1")


class _Arrival(NamedTuple):
    at: int
    number: int
    order: SendLeg
    instrument: Instrument


class _Reply(NamedTuple):
    at: int
    number: int
    event: Event


class _Taken(NamedTuple):
    """What was taken of a level while it showed this size."""

    shown: float
    size: Decimal


class PaperVenue:
    """All venues at once; `book_of` gives a market's book, None where it has none."""

    def __init__(self, terms: PaperTerms, book_of: Callable[[str], Book | None]) -> None:
        self._terms = terms
        self._book_of = book_of
        self._arrivals: list[_Arrival] = []
        self._replies: list[_Reply] = []
        self._taken: dict[tuple[str, int], dict[float, _Taken]] = {}
        self._count = 0

    def send(self, order: SendLeg, instrument: Instrument, *, urgent: bool = False) -> None:  # noqa: ARG002 (no limits)
        """Take an order that was sent at `order.at`."""
        arrival = _Arrival(order.at + self._terms.latency, self._next(), order, instrument)
        heapq.heappush(self._arrivals, arrival)

    def next_at(self) -> int | None:
        """Return when something happens next (ns), or None."""
        times = [queue[0].at for queue in (self._arrivals, self._replies) if queue]
        return min(times, default=None)

    def advance(self, now: int) -> list[Event]:
        """Match what arrived up to `now` against the books as they are, and return what the desk hears by then.

        Call it at `next_at`, before the books move on.
        """
        delay = self._terms.latency if self._terms.reply_latency is None else self._terms.reply_latency
        while self._arrivals and self._arrivals[0].at <= now:
            at, _, order, instrument = heapq.heappop(self._arrivals)
            for event in self._answer(order, instrument, at, at + delay):
                heapq.heappush(self._replies, _Reply(at + delay, self._next(), event))
        heard = []
        while self._replies and self._replies[0].at <= now:
            heard.append(heapq.heappop(self._replies).event)
        return heard

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _answer(self, order: SendLeg, instrument: Instrument, at: int, heard: int) -> Iterator[Event]:
        """Match one order at `at`; the events carry the time at which the desk hears of them."""
        luck = Random(f"{self._terms.seed} {order.client_id}")  # noqa: S311 (a simulation, seeded on purpose)
        book = self._book_of(order.symbol)
        refusal = self._refusal(order, instrument, book, at, luck)
        if refusal is not None or book is None:
            refusal = refusal or Refusal("book_invalid", f"{order.symbol} has no book")
            yield LegRejected(heard, order.client_id, refusal.code, refusal.message)
            return
        yield LegAccepted(heard, order.client_id, f"paper-{order.client_id}")
        wanted = self._portion(order, instrument, luck)
        filled = Decimal(0)
        for number, (price, size) in enumerate(self._walk(order, instrument, book, wanted), start=1):
            filled += size
            fee, asset = _fee(instrument, order.side, size, price)
            yield LegFilled(heard, order.client_id, f"{order.client_id}-{number}", price, size, fee, asset)
        reason = DoneReason.FILLED if filled == order.size else DoneReason.EXPIRED
        yield LegDone(heard, order.client_id, reason, filled)

    def _refusal(
        self, order: SendLeg, instrument: Instrument, book: Book | None, at: int, luck: Random
    ) -> Refusal | None:
        if luck.random() < self._terms.reject_rate:
            return Refusal("rejected", f"the paper venue rejects this order on {order.symbol} by chance")
        state = None if book is None else book.state(at)
        if state != VALID:
            name = "missing" if state is None else state_name(state)
            return Refusal("book_invalid", f"the book of {order.symbol} is {name}")
        return check_size(instrument, order.size, order.bound) or check_price(instrument, order.bound)

    def _portion(self, order: SendLeg, instrument: Instrument, luck: Random) -> Decimal:
        """Return how much of the order the venue lets trade: all, or by chance 10 to 90 % of it."""
        if luck.random() >= self._terms.partial_rate:
            return order.size
        share = Decimal(luck.randint(10, 90)).scaleb(-2)
        return round_size(instrument, order.size * share, Rounding.DOWN)

    def _walk(
        self, order: SendLeg, instrument: Instrument, book: Book, wanted: Decimal
    ) -> Iterator[tuple[Decimal, Decimal]]:
        """Take (price, size) level by level, best first, and remember what was taken."""
        side = 1 if order.side is Side.BUY else 0
        before = self._taken.get((order.symbol, side), {})
        levels = book.levels(side, book.depth(side))
        after = {price: before[price] for price, size in levels if price in before and before[price].shown == size}
        self._taken[order.symbol, side] = after
        for level, shown in levels:
            price = _decimal(level)
            if not wanted or (price > order.bound if side else price < order.bound):
                return
            gone = after[level].size if level in after else Decimal(0)
            size = min(round_size(instrument, _decimal(shown), Rounding.DOWN) - gone, wanted)
            if size > 0:
                after[level] = _Taken(shown, gone + size)
                wanted -= size
                yield price, size


def _fee(instrument: Instrument, side: Side, size: Decimal, price: Decimal) -> tuple[Decimal, str]:
    """Return what the trade costs as taker, and in which asset."""
    if instrument.margin is Margin.SPOT and side is Side.BUY:
        return base_of(instrument, size, price) * instrument.taker_fee, instrument.base
    fee = trading_fee(instrument, size, price, instrument.taker_fee)
    amount = fee.amount.quantize(_FEE_GRID) if instrument.margin is Margin.INVERSE else fee.amount
    return amount, fee.asset


def _decimal(value: float) -> Decimal:
    return Decimal(format(value, f".{_DIGITS}g"))
