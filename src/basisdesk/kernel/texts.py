"""Texts of a book's levels as they were sent, for checksums that a venue takes over its own spelling.

A level is kept under its price as a number, so "1.0" and "1.00" are one level, of which the newest text counts; size 0
removes it, as in the book.
Texts lie in slots of one buffer and never move; what is kept sorted, the best price last, are the prices and the
numbers of their slots.
The scan that reads the levels for the book notes where their texts stand, so that a change is read once.
Which levels are the best is asked of the book itself, so that a checksum proves the book and not only the texts.
"""

from __future__ import annotations

from array import array

import cython

from basisdesk.kernel.book import Book  # noqa: TC001 (the compiler reads it)
from basisdesk.kernel.levels import Levels

WIDE = _WIDE = 80


@cython.final
@cython.cclass
class Spelling:
    """Texts ``price:size`` of one side; `sign` is 1 for bids and -1 for asks."""

    def __init__(self, sign: cython.double):
        self.sign = sign
        self.room = 64
        self.count = 0
        self.keys = array("d", bytes(8 * self.room))
        self.slots = array("q", range(self.room))
        self.lengths = array("q", bytes(8 * self.room))
        self.texts = array("B", bytes(_WIDE * self.room))
        self.live = 0
        self.cursor = 0
        self.rank = 0

    def grow(self, wanted):
        # Twice the room, or as often as is wanted; texts stay in their slots, and the new slots are free.
        i: cython.Py_ssize_t
        room: cython.Py_ssize_t = 2 * self.room
        while room < wanted:
            room *= 2
        keys: cython.double[::1] = array("d", bytes(8 * room))
        slots: cython.longlong[::1] = array("q", bytes(8 * room))
        lengths: cython.longlong[::1] = array("q", bytes(8 * room))
        texts: cython.uchar[::1] = array("B", bytes(_WIDE * room))
        for i in range(self.room):
            keys[i] = self.keys[i]
            slots[i] = self.slots[i]
            lengths[i] = self.lengths[i]
        for i in range(self.room, room):
            slots[i] = i
        for i in range(_WIDE * self.room):
            texts[i] = self.texts[i]
        self.keys = keys
        self.slots = slots
        self.lengths = lengths
        self.texts = texts
        self.room = room
        return 0

    def note(self, text, given):
        # Take the texts of levels that were scanned.  As in a side of the book, first where each belongs, then those
        # that have a place, then the others.
        i: cython.Py_ssize_t
        at: cython.Py_ssize_t
        missing: cython.Py_ssize_t = 0
        falls: cython.bint = True
        if self.count == 0 and given.count > self.room:
            self.grow(given.count)  # at once for a whole book
        for i in range(given.count):
            given.places[i] = self.find(self.sign * given.prices[i])
        for i in range(given.count):
            at = given.places[i]
            if at < self.count and self.keys[at] == self.sign * given.prices[i]:
                self.write(text, given, i, self.slots[at])
            else:
                given.places[missing] = i
                missing += 1
        # Venues send the best first; from the other end, none of these moves to make room for the next.
        for i in range(1, missing):
            if self.sign * (given.prices[given.places[i]] - given.prices[given.places[i - 1]]) >= 0.0:
                falls = False
                break
        for i in range(missing):
            self.put(text, given, given.places[missing - 1 - i] if falls else given.places[i])
        if self.count > 2 * self.live + 64:
            self.settle()
        return 0

    def put(self, text, given, i):
        # A level that had no place; an earlier one of the same update may have given it one.
        key: cython.double = self.sign * given.prices[i]
        at: cython.Py_ssize_t = self.find(key)
        if at == self.count or self.keys[at] != key:
            if not given.sizes[i] > 0.0:
                return 0
            if self.count == self.room:
                self.settle()
                if 2 * self.count > self.room:
                    self.grow(0)
                at = self.find(key)
            slot: cython.longlong = self.slots[self.count]
            self.shift(at, at + 1, self.count - at)
            self.keys[at] = key
            self.slots[at] = slot
            self.lengths[slot] = 0
            self.count += 1
        self.write(text, given, i, self.slots[at])
        return 0

    def write(self, text, given, i, slot):
        # A removed level keeps its place with an empty text, because most prices come back.  A text longer than a slot
        # is not kept, and no checksum then agrees.
        to: cython.Py_ssize_t = slot * _WIDE
        price: cython.Py_ssize_t = given.spans[4 * i + 1] - given.spans[4 * i]
        size: cython.Py_ssize_t = given.spans[4 * i + 3] - given.spans[4 * i + 2]
        length: cython.Py_ssize_t = price + 1 + size if given.sizes[i] > 0.0 else 0
        self.live += (length != 0) - (self.lengths[slot] != 0)
        if length > _WIDE:
            length = -1
        self.lengths[slot] = length
        if length <= 0:
            return
        if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
            memcpy(cython.address(self.texts[to]), text + given.spans[4 * i], price)  # noqa: F821
            memcpy(cython.address(self.texts[to + price + 1]), text + given.spans[4 * i + 2], size)  # noqa: F821
        else:
            start, end, begin, close = given.spans[4 * i : 4 * i + 4]
            self.texts[to : to + price] = array("B", text[start:end])
            self.texts[to + price + 1 : to + price + 1 + size] = array("B", text[begin:close])
        self.texts[to + price] = 58

    def settle(self):
        # Drop the places of removed levels; their slots are free.
        i: cython.Py_ssize_t
        slot: cython.longlong
        kept: cython.Py_ssize_t = 0
        for i in range(self.count):
            slot = self.slots[i]
            if self.lengths[slot] != 0:
                self.keys[kept] = self.keys[i]
                self.slots[i] = self.slots[kept]
                self.slots[kept] = slot
                kept += 1
        self.count = kept

    def shift(self, source, target, count):
        if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
            if count > 0:
                memmove(cython.address(self.keys[target]), cython.address(self.keys[source]), 8 * count)  # noqa: F821
                memmove(cython.address(self.slots[target]), cython.address(self.slots[source]), 8 * count)  # noqa: F821
        else:
            self.keys[target : target + count] = self.keys[source : source + count]
            self.slots[target : target + count] = self.slots[source : source + count]

    def find(self, key):
        # Index of the first key that is not below `key`.
        low: cython.Py_ssize_t = 0
        left: cython.Py_ssize_t = self.count
        half: cython.Py_ssize_t
        while left > 0:
            half = (left + 1) >> 1
            low += half * (self.keys[low + half - 1] < key)
            left -= half
        return low

    def spell(self, side, line, end):
        # Put a colon and the text of the book's next best level behind `line`; return its new end.  Both cursors only
        # fall; places of removed levels are passed over and not dropped, because most prices come back.
        key: cython.double
        slot: cython.longlong
        length: cython.Py_ssize_t = 0
        while self.rank >= 0 and not side.sizes[self.rank] > 0.0:
            self.rank -= 1
        if self.rank < 0:
            return end
        key = side.keys[self.rank]
        self.rank -= 1
        line[end] = 58
        end += 1
        while self.cursor >= 0 and self.keys[self.cursor] > key:
            self.cursor -= 1
        if self.cursor >= 0 and self.keys[self.cursor] == key:
            slot = self.slots[self.cursor]
            length = self.lengths[slot]
            if length > 0:
                if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
                    memcpy(cython.address(line[end]), cython.address(self.texts[slot * _WIDE]), length)  # noqa: F821
                else:
                    line[end : end + length] = self.texts[slot * _WIDE : slot * _WIDE + length]
        if length <= 0:
            line[end] = 63
            length = 1
        return end + length


@cython.final
@cython.cclass
class Texts:
    """Texts of both sides of one book."""

    def __init__(self, bids=b"[]", asks=b"[]"):
        self.bids = Spelling(1.0)
        self.asks = Spelling(-1.0)
        self.room = 0
        self.buffer = array("B")
        self.take(bids, asks, Levels(), Levels())

    def snapshot(self, book: Book, bids, asks, now: cython.longlong, sequence: cython.longlong):
        self.take(bids, asks, book.given_bids, book.given_asks)
        book.fill(now, sequence)

    def update(self, book: Book, bids, asks, now: cython.longlong, sequence: cython.longlong):
        self.take(bids, asks, book.given_bids, book.given_asks)
        return book.apply(book.given_bids, book.given_asks, now, sequence)

    def take(self, bids, asks, given_bids, given_asks):
        # The buffers are borrowed until both sides are read and checked, and their texts are kept.
        if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
            view1: Py_buffer  # noqa: F821 (declared in texts.pxd)
            view2: Py_buffer  # noqa: F821
            PyObject_GetBuffer(bids, cython.address(view1), PyBUF_SIMPLE)  # noqa: F821
            try:
                PyObject_GetBuffer(asks, cython.address(view2), PyBUF_SIMPLE)  # noqa: F821
                try:
                    text1: cython.p_const_uchar = cython.cast(cython.p_const_uchar, view1.buf)  # noqa: F821
                    text2: cython.p_const_uchar = cython.cast(cython.p_const_uchar, view2.buf)  # noqa: F821
                    self.scan(text1, view1.len, given_bids, text2, view2.len, given_asks)  # noqa: F821
                finally:
                    PyBuffer_Release(cython.address(view2))  # noqa: F821
            finally:
                PyBuffer_Release(cython.address(view1))  # noqa: F821
        else:
            sides = memoryview(bids).cast("B"), memoryview(asks).cast("B")
            self.scan(sides[0], len(sides[0]), given_bids, sides[1], len(sides[1]), given_asks)
        return 0

    def scan(self, bids, length1, given_bids, asks, length2, given_asks):
        given_bids.spelled = True
        given_asks.spelled = True
        given_bids.parse(bids, length1)
        given_asks.parse(asks, length2)
        self.bids.note(bids, given_bids)
        self.asks.note(asks, given_asks)
        return 0

    def line(self, book: Book, depth: cython.Py_ssize_t):
        end: cython.Py_ssize_t = 0
        if self.room < 2 * depth * (_WIDE + 1):
            self.room = 2 * depth * (_WIDE + 1)
            self.buffer = array("B", bytes(self.room))
        self.bids.cursor = self.bids.count - 1
        self.asks.cursor = self.asks.count - 1
        self.bids.rank = book.bids.count - 1
        self.asks.rank = book.asks.count - 1
        for _ in range(depth):
            end = self.bids.spell(book.bids, self.buffer, end)
            end = self.asks.spell(book.asks, self.buffer, end)
        if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
            return (
                PyBytes_FromStringAndSize(  # noqa: F821 (declared in texts.pxd)
                    cython.cast(cython.p_char, cython.address(self.buffer[1])), end - 1
                )
                if end > 0
                else b""
            )
        return bytes(self.buffer[1:end])
