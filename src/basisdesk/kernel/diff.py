"""A depth frame of the usual shape, read from its first character to its last in one pass.

The shape is `{"stream":"...","data":{"key":value,...,"b":[levels],"a":[levels]}}`: no white space, flat values, levels
at the end.
Among the values `U` and `u` are the first and the last id that the update covers; `pu`, where there is one, is the id
before it.
A general decoder has to look for the end of both lists before the levels are read, and makes an object of every value;
for a small update that costs more than changing the book.
What is taken here is a part of JSON, so that such a frame means the same to every decoder; anything else is left alone,
and the caller decodes it.
"""

from __future__ import annotations

import cython

from basisdesk.kernel.levels import Levels  # noqa: F401 (declares the type for diff.pxd)


@cython.final
@cython.cclass
class Diff:
    """The ids of the frame read last: its own, and the one that it follows."""

    def __init__(self):
        self.last = -1
        self.before = -1
        self.value = 0

    # Every reader takes the position to read at and returns the one behind what it read, or -1 for another shape; given
    # -1 it returns -1, so that readers can be chained.

    def read(self, text, length, bids, asks):
        # True when the whole frame has the usual shape; else nothing that was read means anything.
        at: cython.Py_ssize_t = self.past(text, length, 0, b'{"stream":', 10)
        at = self.word(text, length, at)
        at = self.past(text, length, at, b',"data":{', 9)
        at = self.ids(text, length, at)
        at = bids.run(text, length, at)
        at = self.past(text, length, at, b',"a":', 5)
        at = asks.run(text, length, at)
        at = self.past(text, length, at, b"}}", 2)
        return at == length

    def ids(self, text, length, at):
        # Keys and flat values up to the key of the bids.  Of equal keys the last counts, as it does to any decoder.
        key: cython.Py_ssize_t
        size: cython.Py_ssize_t
        value: cython.longlong
        first: cython.longlong = -1
        previous: cython.longlong = -1
        self.last = -1
        while at >= 0:
            key = at + 1
            at = self.word(text, length, at)
            size = at - key - 1
            at = self.past(text, length, at, b":", 1)
            if at < 0:
                return -1
            if size == 1 and text[key] == 98:
                self.before = previous if previous >= 0 else first - 1
                return at if self.last >= 0 and first >= 0 else -1
            value = -1
            if at < length and text[at] == 34:
                at = self.word(text, length, at)
            else:
                at = self.number(text, length, at)
                value = self.value
            at = self.past(text, length, at, b",", 1)
            if size == 1 and text[key] == 117:
                self.last = value
            elif size == 1 and text[key] == 85:
                first = value
            elif size == 2 and text[key] == 112 and text[key + 1] == 117:
                previous = value
            else:
                continue
            if value < 0:
                return -1
        return -1

    def word(self, text, length, at):
        # A string of printable ASCII without escapes.
        c: cython.uchar
        if at < 0 or at >= length or text[at] != 34:
            return -1
        at += 1
        while at < length:
            c = text[at]
            if c == 34:
                return at + 1
            if c < 32 or c > 126 or c == 92:
                return -1
            at += 1
        return -1

    def number(self, text, length, at):
        # A whole number of up to 18 digits, which always fits into 64 bits.
        c: cython.uchar
        start: cython.Py_ssize_t = at
        self.value = 0
        while at < length and at < start + 19:
            c = text[at]
            if c < 48 or c > 57:
                break
            self.value = self.value * 10 + (c - 48)
            at += 1
        if at == start or at > start + 18 or (text[start] == 48 and at > start + 1):
            return -1
        return at

    def past(self, text, length, at, wanted, size):
        i: cython.Py_ssize_t
        if at < 0 or length - at < size:
            return -1
        for i in range(size):
            if text[at + i] != wanted[i]:
                return -1
        return at + size
