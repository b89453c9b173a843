"""Levels on their way into a book: JSON text read straight into two arrays of numbers.

A venue sends depth as `[["61737.63000000","0.00000000"],...]`: numbers quoted or not, and columns nobody needs.
Decoding that into Python lists costs more than everything else a tick does, so the text is scanned here, character by
character, and no object is made per level.

A decimal of up to 18 digits is an integer and a power of ten.
While the integer is below 2**53 and the power at most 22 both are exact as float64, so that one multiplication or
division rounds once and gives what `float(text)` gives; every other number goes to `float` itself.
All of a text is read and checked before any of it is applied.
"""

from __future__ import annotations

from array import array

import cython

INFINITE = float("inf")
POWERS = array("d", [float(f"1e{power}") for power in range(23)])
EXACT = 1 << 53


@cython.final
@cython.cclass
class Levels:
    """Scratch space for the levels of one side; `prices` and `sizes` hold `count` of them after `scan` or `take`.

    With `spelled`, `spans` has where in the text each level's price and size begin and end.
    """

    def __init__(self):
        self.room = 64
        self.prices = array("d", bytes(8 * self.room))
        self.sizes = array("d", bytes(8 * self.room))
        self.places = array("q", bytes(8 * self.room))
        self.spans = array("q", bytes(32 * self.room))
        self.spelled = False
        self.count = 0
        self.at = 0
        self.price_at = 0
        self.price_end = 0
        self.size_at = 0
        self.size_end = 0

    def scan(self, text):
        # The buffer is borrowed for the length of the scan; text may be bytes, msgspec.Raw, memoryview and the like.
        if cython.compiled:  # pragma: no cover (the other branch is the same in plain Python)
            view: Py_buffer  # noqa: F821 (declared in levels.pxd)
            PyObject_GetBuffer(text, cython.address(view), PyBUF_SIMPLE)  # noqa: F821
            try:
                self.parse(cython.cast(cython.p_const_uchar, view.buf), view.len)  # noqa: F821
            finally:
                PyBuffer_Release(cython.address(view))  # noqa: F821
        else:
            characters = memoryview(text).cast("B")
            self.parse(characters, len(characters))
        return 0

    def take(self, pairs):
        self.count = 0
        for pair in pairs:
            try:
                price, size = pair
                level = float(price), float(size)
            except (TypeError, ValueError, OverflowError) as error:
                raise ValueError(f"a level is a price and a size, not {pair!r}") from error
            self.add(level[0], level[1])
        return 0

    def add(self, price, size):
        if not 0.0 < price < INFINITE:
            raise ValueError(f"a price must be a finite number above zero, not {price}")
        if not 0.0 <= size < INFINITE:
            raise ValueError(f"a size must be a finite number, zero or above, not {size}")
        if self.count == self.room:
            i: cython.Py_ssize_t
            room: cython.Py_ssize_t = 2 * self.room
            prices: cython.double[::1] = array("d", bytes(8 * room))
            sizes: cython.double[::1] = array("d", bytes(8 * room))
            spans: cython.longlong[::1] = array("q", bytes(32 * room))
            for i in range(self.count):
                prices[i] = self.prices[i]
                sizes[i] = self.sizes[i]
            for i in range(4 * self.count):
                spans[i] = self.spans[i]
            self.prices = prices
            self.sizes = sizes
            self.spans = spans
            self.places = array("q", bytes(8 * room))
            self.room = room
        self.prices[self.count] = price
        self.sizes[self.count] = size
        if self.spelled:
            self.spans[4 * self.count] = self.price_at
            self.spans[4 * self.count + 1] = self.price_end
            self.spans[4 * self.count + 2] = self.size_at
            self.spans[4 * self.count + 3] = self.size_end
        self.count += 1
        return 0

    def parse(self, text, length):
        self.count = 0
        self.at = 0
        self.expect(text, length, 91)
        if self.peek(text, length) == 93:
            self.at += 1
        else:
            if not self.plain(text, length):
                self.level(text, length)
            while self.peek(text, length) == 44:
                self.at += 1
                if not self.plain(text, length):
                    self.level(text, length)
            self.expect(text, length, 93)
        self.peek(text, length)
        if self.at != length:
            raise self.wrong("nothing more was expected")
        return 0

    def run(self, text, length, at):
        # A list of nothing but plain levels, which begins at `at`; return where it ends, or -1 for anything else.
        c: cython.uchar
        self.count = 0
        if at < 0 or at + 1 >= length or text[at] != 91:
            return -1
        if text[at + 1] == 93:
            return at + 2
        self.at = at
        c = 44
        while c == 44:
            self.at += 1
            # Pairs alone: where the size's closing quote is not followed by the bracket, there are more columns.
            if not self.plain(text, length) or self.at != self.size_end + 2 or self.at >= length:
                return -1
            c = text[self.at]
        return self.at + 1 if c == 93 else -1

    def plain(self, text, length):
        # The shape that venues send all day, ["digits.digits","digits",...] with quoted columns, read without leaving
        # the registers; where the texts of price and size stood is noted.
        # Anything else is left untouched to `level`, which knows the whole grammar.
        at: cython.Py_ssize_t = self.at
        start: cython.Py_ssize_t
        point: cython.Py_ssize_t
        power: cython.Py_ssize_t
        column: cython.int
        c: cython.uchar
        mantissa: cython.ulonglong
        price: cython.double = 0.0
        value: cython.double = 0.0
        if at >= length or text[at] != 91:
            return 0
        for column in range(2):
            if at + 1 >= length or text[at + 1] != 34:
                return 0
            at += 2
            start = at
            mantissa = 0
            while at < length:
                c = text[at]
                if c < 48 or c > 57:
                    break
                mantissa = mantissa * 10 + (c - 48)
                at += 1
            if at == start or at >= length:
                return 0
            power = 0
            if text[at] == 46:
                at += 1
                point = at
                while at < length:
                    c = text[at]
                    if c < 48 or c > 57:
                        break
                    mantissa = mantissa * 10 + (c - 48)
                    at += 1
                power = at - point
            if at - start > 18 or mantissa >= EXACT or at + 1 >= length or text[at] != 34:
                return 0
            value = cython.cast(cython.longlong, mantissa)
            value = value / POWERS[power]
            at += 1
            if column == 0:
                if text[at] != 44 or mantissa == 0:
                    return 0
                price = value
                self.price_at = start
                self.price_end = at - 1
        self.size_at = start
        self.size_end = at - 1
        while text[at] == 44:
            # A quoted column that is not read.
            at += 1
            if at >= length or text[at] != 34:
                return 0
            at += 1
            while at < length and text[at] >= 32 and text[at] != 34 and text[at] != 92:
                at += 1
            if at + 1 >= length or text[at] != 34:
                return 0
            at += 1
        if text[at] != 93:
            return 0
        self.at = at + 1
        self.add(price, value)
        return 1

    def level(self, text, length):
        self.expect(text, length, 91)
        quoted: cython.Py_ssize_t = self.peek(text, length) == 34
        self.price_at = self.at + quoted
        price: cython.double = self.value(text, length)
        self.price_end = self.at - quoted
        self.expect(text, length, 44)
        quoted = self.peek(text, length) == 34
        self.size_at = self.at + quoted
        size: cython.double = self.value(text, length)
        self.size_end = self.at - quoted
        while self.peek(text, length) == 44:
            self.at += 1
            self.skip(text, length)
        self.expect(text, length, 93)
        return self.add(price, size)

    def peek(self, text, length):
        # The next character that is not white space, or 0 at the end; `at` then points to it.
        c: cython.uchar
        while self.at < length:
            c = text[self.at]
            if c not in {32, 10, 13, 9}:
                return c
            self.at += 1
        return 0

    def expect(self, text, length, wanted):
        if self.peek(text, length) != wanted:
            raise self.wrong(f"{chr(wanted)} was expected")
        self.at += 1
        return 0

    def value(self, text, length):
        quoted: cython.bint = self.peek(text, length) == 34
        if quoted:
            self.at += 1
        result: cython.double = self.number(text, length, quoted)
        if quoted:
            if self.at == length or text[self.at] != 34:
                raise self.wrong("only digits were expected before the closing quote")
            self.at += 1
        return result

    def number(self, text, length, quoted):
        # Quoted text may be written like anything `float` takes in digits; unquoted text must be a JSON number.
        at: cython.Py_ssize_t = self.at
        start: cython.Py_ssize_t = at
        c: cython.uchar = 0
        mantissa: cython.ulonglong = 0
        power: cython.Py_ssize_t = 0
        shift: cython.Py_ssize_t = 0
        negative: cython.bint = False
        falling: cython.bint = False
        loose: cython.bint = False
        if at < length and text[at] in {45, 43}:
            negative = text[at] == 45
            loose = not negative
            at += 1
        first: cython.Py_ssize_t = at
        while at < length:
            c = text[at]
            if c < 48 or c > 57:
                break
            mantissa = mantissa * 10 + (c - 48)
            at += 1
        digits: cython.Py_ssize_t = at - first
        loose = loose or digits == 0 or (digits > 1 and text[first] == 48)
        if at < length and c == 46:
            at += 1
            first = at
            while at < length:
                c = text[at]
                if c < 48 or c > 57:
                    break
                mantissa = mantissa * 10 + (c - 48)
                at += 1
            power = first - at
            digits -= power
            loose = loose or power == 0
        if digits == 0:
            self.at = at
            raise self.wrong("a decimal number was expected")
        if at < length and c in {101, 69}:
            at += 1
            if at < length and text[at] in {45, 43}:
                falling = text[at] == 45
                at += 1
            first = at
            while at < length:
                c = text[at]
                if c < 48 or c > 57:
                    break
                if shift < 100000:
                    shift = shift * 10 + (c - 48)
                at += 1
            if at == first:
                self.at = at
                raise self.wrong("an exponent was expected")
            power += -shift if falling else shift
        self.at = at
        if loose and not quoted:
            raise self.wrong("a JSON number was expected")
        result: cython.double
        if digits > 18:
            return float(bytes(text[start:at]))
        while mantissa >= EXACT and mantissa % 10 == 0:
            mantissa = mantissa // 10
            power += 1
        if mantissa >= EXACT or power < -22 or power > 22:
            return float(bytes(text[start:at]))
        result = cython.cast(cython.longlong, mantissa)
        if power < 0:
            result = result / POWERS[-power]
        else:
            result = result * POWERS[power]
        return -result if negative else result

    def skip(self, text, length):
        # A column that is not read: a JSON string or a JSON number.
        c: cython.uchar
        if self.peek(text, length) != 34:
            self.number(text, length, quoted=False)
            return 0
        self.at += 1
        while self.at < length:
            c = text[self.at]
            if c < 32:
                break
            self.at += 1
            if c == 34:
                return 0
            if c == 92:
                self.at += 1
        raise self.wrong("a string without an end")

    def wrong(self, what):
        return ValueError(f"levels: {what} at character {self.at}")
