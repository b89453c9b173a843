"""One side of a book: unique prices in a sorted array, the best at the end.

Nearly every change happens near the touch, so the best level is last and an insertion moves only what is better.
Bids and asks share one code: a level is kept under a key, its price for bids and the negated price for asks, and the
highest key is the best level.
Negation is exact, so a price comes out as it went in.
An update first seeks the places of all its levels, then sets those that have one, then inserts the others together:
searches that do not wait for each other run side by side in the processor, and what has to move moves once.
A removed level keeps its place with size 0, because most prices come back; `settle` drops such places when depth is
read, and when they outnumber the levels.
A venue may tell the touch on a faster path than the depth: `front` shows it in place of the levels it outdates, until
the depth has caught up.
"""

from __future__ import annotations

from array import array

import cython

NOTHING = float("nan")


@cython.final
@cython.cclass
class Side:
    """Sorted levels; `sign` is 1 for bids and -1 for asks.  A rank counts levels from the best, which is rank 0."""

    def __init__(self, sign: cython.double):
        self.sign = sign
        self.room = 64
        self.keys = array("d", bytes(8 * self.room))
        self.sizes = array("d", bytes(8 * self.room))
        self.count = 0
        self.live = 0
        self.hidden = 0
        self.fronted = False
        self.front_key = NOTHING
        self.front_size = NOTHING

    def reserve(self, room):
        i: cython.Py_ssize_t
        if room <= self.room:
            return 0
        larger: cython.Py_ssize_t = self.room
        while larger < room:
            larger *= 2
        keys: cython.double[::1] = array("d", bytes(8 * larger))
        sizes: cython.double[::1] = array("d", bytes(8 * larger))
        for i in range(self.count):
            keys[i] = self.keys[i]
            sizes[i] = self.sizes[i]
        self.keys = keys
        self.sizes = sizes
        self.room = larger
        return 0

    def replace(self, given):
        # Venues send snapshots best first; any other order is sorted by Python, where the last of equal prices wins.
        i: cython.Py_ssize_t
        falling: cython.bint = True
        for i in range(1, given.count):
            if self.sign * given.prices[i] >= self.sign * given.prices[i - 1]:
                falling = False
                break
        self.clear()
        if falling:
            for i in range(given.count - 1, -1, -1):
                self.push(self.sign * given.prices[i], given.sizes[i])
            return 0
        latest = {}
        for i in range(given.count):
            latest[self.sign * given.prices[i]] = given.sizes[i]
        for key in sorted(latest):
            self.push(key, latest[key])
        return 0

    def change(self, given):
        i: cython.Py_ssize_t
        at: cython.Py_ssize_t
        key: cython.double
        size: cython.double
        missing: cython.Py_ssize_t = 0
        # First where each level belongs: no search waits for another, so the processor runs several at once.
        for i in range(given.count):
            given.places[i] = self.find(self.sign * given.prices[i])
        # Then the levels that have a place already, counted without a branch: nobody can guess which come and which go.
        for i in range(given.count):
            at = given.places[i]
            key = self.sign * given.prices[i]
            size = given.sizes[i]
            if at < self.count and self.keys[at] == key:
                self.live += (size > 0.0) - (self.sizes[at] > 0.0)
                self.sizes[at] = size
            else:
                given.prices[missing] = given.prices[i]
                given.sizes[missing] = size
                given.places[missing] = at
                missing += 1
        self.trim()
        self.insert(given, missing)
        if self.count > 2 * self.live + 64:
            self.settle()

    def insert(self, given, missing):
        # The levels without a place, the first `missing` of `given`.  Sorted, as venues send them, they go in from the
        # best down, so that what lies between two of them moves once.
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        at: cython.Py_ssize_t
        new: cython.Py_ssize_t = 0
        rises: cython.Py_ssize_t = 0
        falls: cython.Py_ssize_t = 0
        end: cython.Py_ssize_t = self.count
        for i in range(missing):
            new += given.sizes[i] > 0.0
            if i > 0:
                rises += self.sign * given.prices[i] > self.sign * given.prices[i - 1]
                falls += self.sign * given.prices[i] < self.sign * given.prices[i - 1]
        if missing > 1 and rises < missing - 1 and falls < missing - 1:
            for i in range(missing):
                self.put(self.sign * given.prices[i], given.sizes[i])
            return
        self.count += new
        self.live += new
        for i in range(missing):
            j = missing - 1 - i if rises > 0 else i
            if given.sizes[j] > 0.0:
                at = given.places[j] if given.places[j] < end else end
                self.shift(at, at + new, end - at)
                end = at
                new -= 1
                self.keys[at + new] = self.sign * given.prices[j]
                self.sizes[at + new] = given.sizes[j]

    def find(self, key):
        # Index of the first key that is not below `key`: halving without a branch, which no predictor could guess.
        low: cython.Py_ssize_t = 0
        left: cython.Py_ssize_t = self.count
        half: cython.Py_ssize_t
        while left > 0:
            half = (left + 1) >> 1
            low += half * (self.keys[low + half - 1] < key)
            left -= half
        return low

    def trim(self):
        # The best place is always a level, so that the touch needs no search.
        while self.count > 0 and self.sizes[self.count - 1] == 0.0:
            self.count -= 1

    def clear(self):
        self.count = 0
        self.live = 0
        self.fronted = False

    def settle(self):
        # Drop the places of removed levels.
        i: cython.Py_ssize_t
        kept: cython.Py_ssize_t = 0
        if self.live < self.count:
            for i in range(self.count):
                if self.sizes[i] > 0.0:
                    self.keys[kept] = self.keys[i]
                    self.sizes[kept] = self.sizes[i]
                    kept += 1
            self.count = kept

    def front(self, price, size):
        # Levels at or above the newer touch are hidden behind it.
        self.settle()
        self.front_key = self.sign * price
        self.front_size = size
        self.fronted = True
        self.hidden = 0
        while self.hidden < self.count and self.keys[self.count - 1 - self.hidden] >= self.front_key:
            self.hidden += 1

    def depth(self):
        # How many levels a reader sees.  Ranks are good until the next change.
        self.settle()
        return self.count - self.hidden + 1 if self.fronted else self.count

    def push(self, key, size):
        if size > 0.0:
            self.keys[self.count] = key
            self.sizes[self.count] = size
            self.count += 1
            self.live += 1

    def put(self, key, size):
        # Set, insert or remove one level, wherever it lies.
        at: cython.Py_ssize_t = self.find(key)
        if at < self.count and self.keys[at] == key:
            self.live += (size > 0.0) - (self.sizes[at] > 0.0)
            self.sizes[at] = size
            self.trim()
        elif size > 0.0:
            self.shift(at, at + 1, self.count - at)
            self.keys[at] = key
            self.sizes[at] = size
            self.count += 1
            self.live += 1

    def shift(self, source, target, count):
        if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
            if count > 0:
                memmove(cython.address(self.keys[target]), cython.address(self.keys[source]), 8 * count)  # noqa: F821
                memmove(cython.address(self.sizes[target]), cython.address(self.sizes[source]), 8 * count)  # noqa: F821
        else:
            self.keys[target : target + count] = self.keys[source : source + count]
            self.sizes[target : target + count] = self.sizes[source : source + count]

    def price_of(self, rank):
        at: cython.Py_ssize_t = self.index(rank)
        if at == self.count:
            return self.sign * self.front_key
        return self.sign * self.keys[at] if at >= 0 else NOTHING

    def size_of(self, rank):
        at: cython.Py_ssize_t = self.index(rank)
        if at == self.count:
            return self.front_size
        return self.sizes[at] if at >= 0 else NOTHING

    def index(self, rank):
        # Where a rank is kept: `count` stands for the front, a negative index for no level.
        if self.fronted:
            return self.count if rank == 0 else self.count - self.hidden - rank
        return self.count - 1 - rank
