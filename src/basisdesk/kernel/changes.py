"""A push of changed levels, read from its first character to its last in one pass.

Venues wrap a change alike: objects of flat values, one in the other, of which the innermost has the ids and both sides.
They differ in names, in the order of keys, which is theirs to choose, and in how a level is written.
`Changes` is told the names of a channel and then reads its frames: no white space, flat values besides, levels that are
numbers, quoted or not, with an action in front, or with quoted columns behind.
A general decoder has to look for the end of both sides before the levels are read, and makes an object of every value;
for a small change that costs more than changing the book.
What is taken here is a part of JSON, so that such a frame means the same to every decoder; anything else is left alone,
and the caller decodes it.
"""

from __future__ import annotations

from array import array

import cython

from basisdesk.kernel.diff import Diff
from basisdesk.kernel.levels import Levels

ABSENT = _ABSENT = -(1 << 62)
_POWERS = array("d", [float(f"1e{power}") for power in range(23)])
_EXACT = 1 << 53


@cython.final
@cython.cclass
class Changes:
    """The names of a channel, and what the frame read last said."""

    def __init__(self, path, sides, ids, kind=(b"", b"", 0), listed=False, acted=False, optional=False):
        self.path = path
        self.deep = len(path)
        self.bids_key, self.asks_key = sides
        self.last_key, self.before_key, self.extra_key = ids
        self.kind_key, self.kind_word, self.kind_depth = kind
        self.listed = listed
        self.acted = acted
        self.optional = optional
        self.given_bids = Levels()
        self.given_asks = Levels()
        self.words = Diff()
        self.numbers = Levels()
        self.last = _ABSENT
        self.before = _ABSENT
        self.extra = _ABSENT
        self.told = False
        self.found = 0.0

    def read(self, frame: bytes):
        # True when the whole frame has the shape; else nothing that was read means anything.
        self.last = _ABSENT
        self.before = _ABSENT
        self.extra = _ABSENT
        self.told = False
        self.given_bids.count = 0
        self.given_asks.count = 0
        try:
            return self.wrap(frame, len(frame), 0, 0) == len(frame) and self.told == (len(self.kind_key) > 0)
        except ValueError:
            return False

    def follow(self, last):
        # Whether the change read last is the next one after `last`.
        if len(self.extra_key) > 0 and self.extra == _ABSENT:
            return False
        if len(self.before_key) == 0:
            return self.last - 1 == last
        return 0 <= self.before <= last < self.last

    # Every reader takes the position to read at and returns the one behind what it read, or -1 for another shape; given
    # -1 it returns -1, so that readers can be chained.

    def wrap(self, text, length, at, depth):
        # An object of flat values and of the next one on the path.
        key: cython.Py_ssize_t
        size: cython.Py_ssize_t
        entered: cython.bint = False
        if depth == self.deep:
            return self.content(text, length, at)
        if at >= length or text[at] != 123:
            return -1
        while True:
            key = at + 2
            at = self.words.word(text, length, at + 1)
            size = at - key - 1
            if at < 0 or at >= length or text[at] != 58:
                return -1
            at += 1
            if self.same(text, key, size, self.path[depth]):
                if entered:
                    return -1
                entered = True
                at = self.wrap(text, length, at, depth + 1)
            elif depth == self.kind_depth and self.same(text, key, size, self.kind_key):
                at = self.kind(text, length, at)
            else:
                at = self.flat(text, length, at)
            if at < 0 or at >= length or text[at] != 44:
                break
        return at + 1 if entered and 0 <= at < length and text[at] == 125 else -1

    def content(self, text, length, at):
        # The object that has the ids and the sides, alone in a list where the venue makes one.
        key: cython.Py_ssize_t
        size: cython.Py_ssize_t
        bids: cython.bint = False
        asks: cython.bint = False
        if self.listed:
            at = self.past(text, length, at, 91)
        if at < 0 or at >= length or text[at] != 123:
            return -1
        while True:
            key = at + 2
            at = self.words.word(text, length, at + 1)
            size = at - key - 1
            if at < 0 or at >= length or text[at] != 58:
                return -1
            at += 1
            if self.same(text, key, size, self.bids_key):
                if bids:
                    return -1
                bids = True
                at = self.side(text, length, at, self.given_bids)
            elif self.same(text, key, size, self.asks_key):
                if asks:
                    return -1
                asks = True
                at = self.side(text, length, at, self.given_asks)
            elif self.same(text, key, size, self.last_key):
                at = self.words.number(text, length, at)
                self.last = self.words.value
            elif self.same(text, key, size, self.before_key):
                at = self.words.number(text, length, at)
                self.before = self.words.value
            elif self.same(text, key, size, self.extra_key):
                if at < length and text[at] == 45:
                    at = self.words.number(text, length, at + 1)
                    self.extra = -self.words.value
                else:
                    at = self.words.number(text, length, at)
                    self.extra = self.words.value
            elif self.deep == self.kind_depth and self.same(text, key, size, self.kind_key):
                at = self.kind(text, length, at)
            else:
                at = self.flat(text, length, at)
            if at < 0 or at >= length or text[at] != 44:
                break
        at = self.past(text, length, at, 125)
        if self.listed:
            at = self.past(text, length, at, 93)
        return at if (bids and asks) or self.optional else -1

    def kind(self, text, length, at):
        # The word that makes the frame a change, told once.
        end: cython.Py_ssize_t = self.words.word(text, length, at)
        if end < 0 or self.told or not self.same(text, at + 1, end - at - 2, self.kind_word):
            return -1
        self.told = True
        return end

    def side(self, text, length, at, given):
        # A list of levels.
        c: cython.uchar
        if at < 0 or at + 1 >= length or text[at] != 91:
            return -1
        if text[at + 1] == 93:
            return at + 2
        given.at = at
        c = 44
        while c == 44:
            given.at += 1
            if self.acted or not given.plain(text, length):
                given.at = self.bare(text, length, given.at, given)
            if given.at < 0 or given.at >= length:
                return -1
            c = text[given.at]
        return given.at + 1 if c == 93 else -1

    def bare(self, text, length, at, given):
        # A level of a price and a size without quotes, behind an action where the channel has them.
        price: cython.double
        action: cython.uchar = 0
        at = self.past(text, length, at, 91)
        if self.acted:
            action = text[at + 1] if 0 <= at and at + 1 < length else 0
            at = self.action(text, length, at)
        at = self.decimal(text, length, at)
        price = self.found
        at = self.past(text, length, at, 44)
        at = self.decimal(text, length, at)
        at = self.past(text, length, at, 93)
        if at >= 0:
            given.add(price, 0.0 if action == 100 else self.found)
        return at

    def action(self, text, length, at):
        # What happened to a level, and the comma behind.
        end: cython.Py_ssize_t = self.words.word(text, length, at)
        size: cython.Py_ssize_t = end - at - 2
        if end < 0:
            return -1
        if self.same(text, at + 1, size, b"change") or self.same(text, at + 1, size, b"delete"):
            return self.past(text, length, end, 44)
        return self.past(text, length, end, 44) if self.same(text, at + 1, size, b"new") else -1

    def decimal(self, text, length, at):
        # A JSON number.  Short ones are exact as an integer and a power of ten, see `levels`.
        c: cython.uchar = 0
        start: cython.Py_ssize_t = at
        point: cython.Py_ssize_t
        power: cython.Py_ssize_t = 0
        mantissa: cython.ulonglong = 0
        if at < 0:
            return -1
        while at < length:
            c = text[at]
            if c < 48 or c > 57:
                break
            mantissa = mantissa * 10 + (c - 48)
            at += 1
        if at > start and (text[start] != 48 or at == start + 1):
            if c == 46:
                at += 1
                point = at
                while at < length:
                    c = text[at]
                    if c < 48 or c > 57:
                        break
                    mantissa = mantissa * 10 + (c - 48)
                    at += 1
                power = at - point
                if power == 0:
                    return -1
            if at - start <= 18 and mantissa < _EXACT and c not in {69, 101}:
                self.found = cython.cast(cython.longlong, mantissa)
                self.found = self.found / _POWERS[power]
                return at
        # With a sign, an exponent, many digits, or no number at all.
        self.numbers.at = start
        self.found = self.numbers.number(text, length, quoted=False)
        return self.numbers.at

    def flat(self, text, length, at):
        # A value that is not read: a string, a word of JSON, or a number.
        c: cython.uchar = text[at] if at < length else 0
        if c == 34:
            return self.words.word(text, length, at)
        if c == 116 and length - at >= 4 and self.same(text, at, 4, b"true"):
            return at + 4
        if c == 102 and length - at >= 5 and self.same(text, at, 5, b"false"):
            return at + 5
        if c == 110 and length - at >= 4 and self.same(text, at, 4, b"null"):
            return at + 4
        return self.decimal(text, length, at)

    def same(self, text, at, size, key):
        i: cython.Py_ssize_t
        if size != len(key):
            return False
        for i in range(size):
            if text[at + i] != key[i]:
                return False
        return True

    def past(self, text, length, at, wanted):
        # One character.
        return at + 1 if 0 <= at < length and text[at] == wanted else -1
