"""Order book of one market: two sorted arrays, a state with a name, and a unit.

A feed keeps the book in sync and says when it is not (`mark_state`); what a reader needs to know besides is derived
when it asks: a side may be empty, the sides may cross, or nothing may have been heard for too long.
The touch (best price and size of both sides) is copied into plain fields after every change, since most readers want
nothing else.
Where a venue tells the touch on a faster path, `front` shows it until the depth has reached the same update.
Walking the depth always gives the price achieved, quote money paid per base coin received: that is the size-weighted
mean for coin, and the harmonic one for contracts worth a fixed amount of quote money.
"""

from __future__ import annotations

import cython

from basisdesk.kernel.changes import Changes  # noqa: TC001 (the compiler reads it)
from basisdesk.kernel.diff import Diff
from basisdesk.kernel.levels import Levels
from basisdesk.kernel.side import Side

# The underscored twins are C integers, which compiled code compares without looking up a Python object.
WAITING = _WAITING = 0
VALID = _VALID = 1
CROSSED = _CROSSED = 2
GAPPED = 3
STALE = _STALE = 4
MISMATCHED = 5
EMPTY = _EMPTY = 6
CLOSED = 7
NOTHING = float("nan")
INFINITE = float("inf")

_SETTABLE = 1 << WAITING | 1 << VALID | 1 << GAPPED | 1 << MISMATCHED | 1 << CLOSED
_NAMES = (
    "waiting for snapshot",
    "valid",
    "crossed",
    "gapped",
    "stale",
    "checksum mismatch",
    "one side empty",
    "disconnected",
)


def state_name(state: cython.int) -> str:
    if not 0 <= state <= 7:
        raise ValueError(f"a book has no state {state}")
    return _NAMES[state]


@cython.final
@cython.cclass
class Book:
    """Sorted levels of one market."""

    def __init__(self, multiplier: cython.double = 1.0, inverse: cython.bint = False, stale_after: cython.longlong = 0):
        if not 0.0 < multiplier < INFINITE:
            raise ValueError(f"a book's multiplier must be a finite number above zero, not {multiplier}")
        self.multiplier = multiplier
        self.inverse = inverse
        self.stale_after = stale_after
        self.seen = 0
        self.updated = 0
        self.sequence = 0
        self.last = NOTHING
        self.last_size = NOTHING
        self.bids = Side(1.0)
        self.asks = Side(-1.0)
        self.given_bids = Levels()
        self.given_asks = Levels()
        self.diff = Diff()
        self.sync = _WAITING
        self.ahead = 0
        self.look()

    def snapshot(self, bids, asks, now: cython.longlong, sequence: cython.longlong):
        self.given_bids.scan(bids)
        self.given_asks.scan(asks)
        self.fill(now, sequence)

    def update(self, bids, asks, now: cython.longlong, sequence: cython.longlong):
        self.given_bids.scan(bids)
        self.given_asks.scan(asks)
        return self.apply(self.given_bids, self.given_asks, now, sequence)

    def update_from(self, changes: Changes, now: cython.longlong, sequence: cython.longlong):
        return self.apply(changes.given_bids, changes.given_asks, now, sequence)

    def follow_changes(self, changes: Changes, frame: bytes, last: cython.longlong, now: cython.longlong):
        if not changes.read(frame) or not changes.follow(last):
            return 0
        self.apply(changes.given_bids, changes.given_asks, now, changes.last)
        return 2 if self.bid >= self.ask else 1

    def follow(self, frame: bytes, before: cython.longlong, now: cython.longlong):
        if not self.diff.read(frame, len(frame), self.given_bids, self.given_asks) or self.diff.before != before:
            return -1
        self.apply(self.given_bids, self.given_asks, now, self.diff.last)
        return self.diff.last

    def snapshot_levels(self, bids, asks, now: cython.longlong, sequence: cython.longlong):
        self.given_bids.take(bids)
        self.given_asks.take(asks)
        self.fill(now, sequence)

    def update_levels(self, bids, asks, now: cython.longlong, sequence: cython.longlong):
        self.given_bids.take(bids)
        self.given_asks.take(asks)
        return self.apply(self.given_bids, self.given_asks, now, sequence)

    def fill(self, now, sequence):
        self.bids.reserve(self.given_bids.count)
        self.asks.reserve(self.given_asks.count)
        self.bids.replace(self.given_bids)
        self.asks.replace(self.given_asks)
        self.sync = _VALID
        self.sequence = sequence
        self.updated = now
        self.ahead = 0
        self.hear(now)
        self.look()
        return 0

    def apply(self, bids, asks, now, sequence):
        # Space first: past this point nothing can fail, so an update is never half applied.
        self.bids.reserve(self.bids.count + bids.count)
        self.asks.reserve(self.asks.count + asks.count)
        self.bids.change(bids)
        self.asks.change(asks)
        given: cython.Py_ssize_t = bids.count + asks.count
        self.sequence = sequence
        if given > 0:
            self.updated = now
        self.hear(now)
        if self.ahead != 0:
            self.catch_up()
        self.look()
        return given

    def hear(self, now):
        if now > self.seen:
            self.seen = now

    def front(
        self,
        bid: cython.double,
        bid_size: cython.double,
        ask: cython.double,
        ask_size: cython.double,
        now: cython.longlong,
        sequence: cython.longlong,
    ):
        if not (0.0 < bid < ask < INFINITE and 0.0 < bid_size < INFINITE and 0.0 < ask_size < INFINITE):
            raise ValueError(f"a touch is two prices and sizes above zero, not {bid} {bid_size} {ask} {ask_size}")
        self.hear(now)
        if self.sync != _VALID or sequence <= self.sequence or sequence < self.ahead:
            return False
        moved: cython.bint = bid != self.bid or ask != self.ask
        moved = moved or bid_size != self.bid_size or ask_size != self.ask_size
        self.ahead = sequence
        self.updated = now
        self.bids.front(bid, bid_size)
        self.asks.front(ask, ask_size)
        self.look()
        return moved

    def catch_up(self):
        # The depth changed: a touch that is still ahead of it stays in front.
        if self.ahead > self.sequence and self.bids.fronted:
            self.bids.front(self.bid, self.bid_size)
            self.asks.front(self.ask, self.ask_size)
        else:
            self.ahead = 0
            self.bids.fronted = False
            self.asks.fronted = False

    def look(self):
        self.bid = self.bids.price_of(0)
        self.bid_size = self.bids.size_of(0)
        self.ask = self.asks.price_of(0)
        self.ask_size = self.asks.size_of(0)

    def trade(self, price: cython.double, size: cython.double, now: cython.longlong):
        self.last = price
        self.last_size = size
        self.hear(now)

    def mark_state(self, state: cython.int):
        if not 0 <= state <= 7 or not (_SETTABLE >> state) & 1:
            raise ValueError(f"state {state} is not one that a feed can set")
        self.sync = state
        if state != _VALID:
            self.bids.clear()
            self.asks.clear()
            self.ahead = 0
            self.look()

    def state(self, now):
        if self.sync != _VALID:
            return self.sync
        if self.bids.count == 0 or self.asks.count == 0:
            return _EMPTY
        if self.bid >= self.ask:
            return _CROSSED
        if now != 0 and self.stale_after > 0 and now - self.seen > self.stale_after:
            return _STALE
        return _VALID

    def mid(self):
        return 0.5 * (self.bid + self.ask)

    def side_of(self, side):
        if side == 0:
            return self.bids
        if side == 1:
            return self.asks
        raise ValueError(f"side is 0 for bids or 1 for asks, not {side}")

    def depth(self, side: cython.int):
        return self.side_of(side).depth()

    def levels(self, side: cython.int, count: cython.Py_ssize_t):
        chosen: Side = self.side_of(side)
        deep: cython.Py_ssize_t = chosen.depth()
        if count > deep:
            count = deep
        return [(chosen.price_of(rank), chosen.size_of(rank)) for rank in range(count)]

    def size_at(self, side: cython.int, price: cython.double):
        chosen: Side = self.side_of(side)
        key: cython.double = chosen.sign * price
        if chosen.fronted and key >= chosen.front_key:
            return chosen.front_size if key == chosen.front_key else 0.0
        at: cython.Py_ssize_t = chosen.find(key)
        return chosen.sizes[at] if at < chosen.count and chosen.keys[at] == key else 0.0

    def worth(self, price, unit):
        # What one of the venue's units is worth at this price: 0 itself, 1 in coin, 2 in quote face.
        if unit == 0:
            return 1.0
        if unit == 1 and self.inverse:
            return self.multiplier / price
        return self.multiplier

    def walk(self, side: cython.int, size: cython.double, unit: cython.int = 0):
        chosen: Side = self.side_of(side)
        if not size > 0.0:
            raise ValueError(f"a size to walk must be above zero, not {size}")
        if unit < 0 or unit > 2:
            raise ValueError(f"unit is 0 (venue), 1 (coin) or 2 (quote face), not {unit}")
        if unit == 2 and not self.inverse:
            raise ValueError("only an inverse book has a quote face")
        rank: cython.Py_ssize_t
        price: cython.double = NOTHING
        available: cython.double
        taken: cython.double
        covered: cython.double = 0.0
        size = float(size)
        wanted: cython.double = size
        # What subtracting sizes leaves by rounding must not reach into the next level.
        dust: cython.double = size * 1e-12 if size < INFINITE else 0.0
        coin: cython.double = 0.0
        money: cython.double = 0.0
        for rank in range(chosen.depth()):
            price = chosen.price_of(rank)
            available = chosen.size_of(rank) * self.worth(price, unit)
            if wanted - available <= dust:
                taken = wanted
                covered = size
                wanted = 0.0
            else:
                taken = available
                covered += available
                wanted -= available
            taken = taken / self.worth(price, unit)
            coin += taken / price if self.inverse else taken
            money += taken if self.inverse else taken * price
            if wanted == 0.0:
                break
        if covered == 0.0:
            return NOTHING, NOTHING, 0.0
        average: cython.double = money / coin
        best: cython.double = chosen.price_of(0)
        # Rounding must not put the average outside of the prices it is made of.
        if chosen.sign * average > chosen.sign * best:
            average = best
        if chosen.sign * average < chosen.sign * price:
            average = price
        return average, price, covered
