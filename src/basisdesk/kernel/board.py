"""All spreads of one underlying, recomputed for the touched market only.

A tick of one market changes the spreads that contain it and no others, so the board keeps, for every market, the list
of its pairs and of the market at the other end.
The loop over them reads a handful of flat arrays: prices by market, and by pair the easiest price of any armed trigger.
Only when a pair is watched or one of its triggers looks true is the rest of it looked at: both legs are read afresh
from their books, and nothing is reported or folded unless both are valid, uncrossed and recent.
"""

from __future__ import annotations

from array import array

import cython

from basisdesk.kernel.arrays import doubles, integers
from basisdesk.kernel.bars import Bars  # noqa: TC001 (the compiler reads it)
from basisdesk.kernel.book import Book  # noqa: TC001 (the compiler reads it)

NOTHING = float("nan")
INFINITE = float("inf")
_VALID = 1
_LAST = 0
_BID = 1
_ASK = 2


@cython.final
@cython.cclass
class Board:
    """Spreads of one underlying."""

    def __init__(self, stale_after: cython.longlong = 0):
        if stale_after < 0:
            raise ValueError(f"stale_after is in ns, zero (never) or above, not {stale_after}")
        self.stale_after = stale_after
        self.markets = 0
        self.pairs = 0
        self.books = []
        self.bid = array("d", bytes(64))
        self.ask = array("d", bytes(64))
        self.last = array("d", bytes(64))
        self.seen = array("q", bytes(64))
        self.valid = array("q", bytes(64))
        self.leg1 = array("q", bytes(64))
        self.leg2 = array("q", bytes(64))
        self.buy_below = array("d", bytes(64))
        self.sell_above = array("d", bytes(64))
        self.watched = array("q", bytes(64))
        self.first = array("q", bytes(64))
        self.bars = []
        self.settled = False
        self.starts = array("q", bytes(64))
        self.middles = array("q", bytes(64))
        self.entry_pair = array("q", bytes(64))
        self.entry_other = array("q", bytes(64))
        self.slots = {}
        self.ids = []
        self.free = []
        self.prices = array("d", bytes(64))
        self.buys = array("q", bytes(64))
        self.of_pair = array("q", bytes(64))
        self.following = array("q", bytes(64))
        self.hits = array("q", bytes(64))
        self.hit = 0

    def add_market(self, book: Book | None):
        market: cython.Py_ssize_t = self.markets
        if market == len(self.bid):
            self.bid = doubles(self.bid, 2 * market)
            self.ask = doubles(self.ask, 2 * market)
            self.last = doubles(self.last, 2 * market)
            self.seen = integers(self.seen, 2 * market)
            self.valid = integers(self.valid, 2 * market)
        self.bid[market] = NOTHING
        self.ask[market] = NOTHING
        self.last[market] = NOTHING
        self.books.append(book)
        self.markets += 1
        self.settled = False
        self.refresh(market)
        return market

    def add_pair(self, leg1: cython.Py_ssize_t, leg2: cython.Py_ssize_t):
        pair: cython.Py_ssize_t = self.pairs
        self.check_market(leg1)
        self.check_market(leg2)
        if leg1 == leg2:
            raise ValueError(f"a spread needs two different markets, not {leg1} twice")
        if pair == len(self.leg1):
            self.leg1 = integers(self.leg1, 2 * pair)
            self.leg2 = integers(self.leg2, 2 * pair)
            self.watched = integers(self.watched, 2 * pair)
            self.first = integers(self.first, 2 * pair)
            self.buy_below = doubles(self.buy_below, 2 * pair)
            self.sell_above = doubles(self.sell_above, 2 * pair)
        self.leg1[pair] = leg1
        self.leg2[pair] = leg2
        self.first[pair] = -1
        self.buy_below[pair] = -INFINITE
        self.sell_above[pair] = INFINITE
        self.bars.append(None)
        self.pairs += 1
        self.settled = False
        return pair

    def check_market(self, market):
        if market < 0 or market >= self.markets:
            raise ValueError(f"the board has {self.markets} markets and none has index {market}")
        return 0

    def check_pair(self, pair):
        if pair < 0 or pair >= self.pairs:
            raise ValueError(f"the board has {self.pairs} pairs and none has index {pair}")
        return 0

    def settle(self):
        # Put each market's pairs side by side: counted first, then placed, those where it is leg 1 in front.
        market: cython.Py_ssize_t
        pair: cython.Py_ssize_t
        at: cython.Py_ssize_t = 0
        heads: cython.longlong[::1] = array("q", bytes(8 * self.markets))
        tails: cython.longlong[::1] = array("q", bytes(8 * self.markets))
        self.starts = array("q", bytes(8 * (self.markets + 1)))
        self.middles = array("q", bytes(8 * self.markets))
        self.entry_pair = array("q", bytes(16 * self.pairs + 8))
        self.entry_other = array("q", bytes(16 * self.pairs + 8))
        for pair in range(self.pairs):
            heads[self.leg1[pair]] += 1
            tails[self.leg2[pair]] += 1
        for market in range(self.markets):
            self.starts[market] = at
            at += heads[market]
            heads[market] = self.starts[market]
            self.middles[market] = at
            at += tails[market]
            tails[market] = self.middles[market]
        self.starts[self.markets] = at
        for pair in range(self.pairs):
            self.entry_pair[heads[self.leg1[pair]]] = pair
            self.entry_other[heads[self.leg1[pair]]] = self.leg2[pair]
            heads[self.leg1[pair]] += 1
            self.entry_pair[tails[self.leg2[pair]]] = pair
            self.entry_other[tails[self.leg2[pair]]] = self.leg1[pair]
            tails[self.leg2[pair]] += 1
        self.settled = True

    def touch(self, market: cython.Py_ssize_t, now: cython.longlong):
        self.check_market(market)
        self.refresh(market)
        return self.named() if self.scan(market, now) > 0 else None

    def set_top(
        self,
        market: cython.Py_ssize_t,
        now: cython.longlong,
        bid: cython.double,
        ask: cython.double,
        last: cython.double,
    ):
        self.check_market(market)
        if self.books[market] is not None:
            raise ValueError(f"market {market} has a book, which its prices come from")
        self.put_top(market, now, bid, ask, last)
        return self.named() if self.scan(market, now) > 0 else None

    def named(self):
        return [self.ids[self.hits[i]] for i in range(self.hit)]

    def refresh(self, market):
        book: Book = self.books[market]
        if book is not None:
            self.bid[market] = book.bid
            self.ask[market] = book.ask
            self.last[market] = book.last
            self.seen[market] = book.seen
            self.valid[market] = book.state(0) == _VALID

    def put_top(self, market, now, bid, ask, last):
        self.bid[market] = bid
        self.ask[market] = ask
        if -INFINITE < last < INFINITE:
            self.last[market] = last
        if now > self.seen[market]:
            self.seen[market] = now
        self.valid[market] = -INFINITE < bid < ask < INFINITE

    def scan(self, market, now):
        at: cython.Py_ssize_t
        pair: cython.Py_ssize_t
        other: cython.Py_ssize_t
        bid: cython.double = self.bid[market]
        ask: cython.double = self.ask[market]
        self.hit = 0
        if not self.settled:
            self.settle()
        if not self.valid[market]:
            return 0
        for at in range(self.starts[market], self.middles[market]):
            pair = self.entry_pair[at]
            other = self.entry_other[at]
            if (
                ask - self.bid[other] <= self.buy_below[pair]
                or bid - self.ask[other] >= self.sell_above[pair]
                or self.watched[pair]
            ):
                self.report(pair, now)
        for at in range(self.middles[market], self.starts[market + 1]):
            pair = self.entry_pair[at]
            other = self.entry_other[at]
            if (
                self.ask[other] - bid <= self.buy_below[pair]
                or self.bid[other] - ask >= self.sell_above[pair]
                or self.watched[pair]
            ):
                self.report(pair, now)
        return self.hit

    def fresh(self, pair, now):
        leg1: cython.Py_ssize_t = self.leg1[pair]
        leg2: cython.Py_ssize_t = self.leg2[pair]
        if not self.valid[leg1] or not self.valid[leg2]:
            return False
        if self.stale_after == 0:
            return True
        return now - self.seen[leg1] <= self.stale_after and now - self.seen[leg2] <= self.stale_after

    def report(self, pair, now):
        leg1: cython.Py_ssize_t = self.leg1[pair]
        leg2: cython.Py_ssize_t = self.leg2[pair]
        slot: cython.Py_ssize_t
        bars: Bars
        self.refresh(leg1)
        self.refresh(leg2)
        if not self.fresh(pair, now):
            return 0
        bid: cython.double = self.bid[leg1] - self.ask[leg2]
        ask: cython.double = self.ask[leg1] - self.bid[leg2]
        if self.watched[pair]:
            bars = self.bars[pair]
            bars.add(_LAST, now, self.last[leg1] - self.last[leg2])
            bars.add(_BID, now, bid)
            bars.add(_ASK, now, ask)
        slot = self.first[pair]
        while slot >= 0:
            if ask <= self.prices[slot] if self.buys[slot] else bid >= self.prices[slot]:
                self.hits[self.hit] = slot
                self.hit += 1
            slot = self.following[slot]
        return 0

    def arm(self, trigger, pair: cython.Py_ssize_t, buy: cython.bint, price: cython.double):
        slot: cython.Py_ssize_t
        at: cython.Py_ssize_t
        self.check_pair(pair)
        if not -INFINITE <= price <= INFINITE:
            raise ValueError(f"a trigger's price must be a number, not {price}")
        self.disarm(trigger)
        if self.free:
            slot = self.free.pop()
            self.ids[slot] = trigger
        else:
            slot = len(self.ids)
            if slot == len(self.prices):
                self.prices = doubles(self.prices, 2 * slot)
                self.buys = integers(self.buys, 2 * slot)
                self.of_pair = integers(self.of_pair, 2 * slot)
                self.following = integers(self.following, 2 * slot)
                self.hits = integers(self.hits, 2 * slot)
            self.ids.append(trigger)
        self.slots[trigger] = slot
        self.prices[slot] = price
        self.buys[slot] = buy
        self.of_pair[slot] = pair
        self.following[slot] = -1
        at = self.first[pair]
        if at < 0:
            self.first[pair] = slot
        else:
            while self.following[at] >= 0:
                at = self.following[at]
            self.following[at] = slot
        self.limit(pair)

    def disarm(self, trigger):
        slot: cython.Py_ssize_t
        at: cython.Py_ssize_t
        if trigger not in self.slots:
            return
        slot = self.slots.pop(trigger)
        pair: cython.Py_ssize_t = self.of_pair[slot]
        at = self.first[pair]
        if at == slot:
            self.first[pair] = self.following[slot]
        else:
            while self.following[at] != slot:
                at = self.following[at]
            self.following[at] = self.following[slot]
        self.ids[slot] = None
        self.free.append(slot)
        self.limit(pair)

    def limit(self, pair):
        # The price at which the first of the pair's triggers can come true, per side.
        slot: cython.Py_ssize_t = self.first[pair]
        self.buy_below[pair] = -INFINITE
        self.sell_above[pair] = INFINITE
        while slot >= 0:
            if self.buys[slot]:
                if self.prices[slot] > self.buy_below[pair]:
                    self.buy_below[pair] = self.prices[slot]
            elif self.prices[slot] < self.sell_above[pair]:
                self.sell_above[pair] = self.prices[slot]
            slot = self.following[slot]

    def watch(self, pair: cython.Py_ssize_t, bars: Bars | None):
        self.check_pair(pair)
        self.bars[pair] = bars
        self.watched[pair] = bars is not None

    def live(self, pair: cython.Py_ssize_t, now: cython.longlong):
        self.check_pair(pair)
        self.refresh(self.leg1[pair])
        self.refresh(self.leg2[pair])
        return self.fresh(pair, now)

    def quote(self, pair: cython.Py_ssize_t):
        self.check_pair(pair)
        leg1: cython.Py_ssize_t = self.leg1[pair]
        leg2: cython.Py_ssize_t = self.leg2[pair]
        self.refresh(leg1)
        self.refresh(leg2)
        older: cython.longlong = self.seen[leg1]
        if self.seen[leg2] < older:
            older = self.seen[leg2]
        return (
            self.bid[leg1] - self.ask[leg2],
            self.ask[leg1] - self.bid[leg2],
            self.last[leg1] - self.last[leg2],
            older,
        )

    def legs(self, pair: cython.Py_ssize_t):
        self.check_pair(pair)
        return self.leg1[pair], self.leg2[pair]
