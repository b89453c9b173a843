"""Rows of JSON objects whose numbers are spelled as numbers here and as text there.

The same field is a number with eighteen decimals in one reply, text in the next, and ``0E-18`` in a third.
So a row keeps every field as raw JSON, and is asked for text, an exact decimal or a time; nothing passes through a
float.
Order numbers have 18 digits, more than a double holds, and stay text.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec
from msgspec import Raw

from basisdesk.domain.arithmetic import MAX_DIGITS, is_workable
from basisdesk.venues.wire import LATEST_MS, NS_PER_MS

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?")
_LONGEST = 200
_NULL = Raw(b"null")
_NOT_TOLD = frozenset({b"null", b'""'})

_decode_row = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_rows = msgspec.json.Decoder(list[dict[str, Raw]]).decode
_decode_text = msgspec.json.Decoder(str).decode


class Row:
    """One JSON object; a missing field, null and empty text are the same: not told."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Raw]) -> None:
        self._fields = fields

    def raw(self, *names: str) -> bytes | None:
        """Return the first of these fields that is told, as JSON."""
        for name in names:
            found = bytes(self._fields.get(name, _NULL))
            if found not in _NOT_TOLD:
                return found
        return None

    def text(self, *names: str) -> str:
        """Return the first of these fields that is told as text, empty when none is.

        Raises:
            msgspec.MsgspecError, ValueError: it is an object, a list, or damaged.
        """
        found = self.raw(*names)
        if found is None:
            return ""
        if found[:1] == b'"':
            return _decode_text(found)
        if found[:1] in {b"{", b"["}:
            raise ValueError(f"{names[0]} was expected to be a number or text")
        return found.decode()

    def need(self, *names: str) -> str:
        """Return the same; ValueError when it is not told."""
        found = self.text(*names)
        if not found:
            raise ValueError(f"{names[0]} is missing")
        return found

    def number(self, *names: str) -> Decimal | None:
        """Return a number exactly, None when it is not told; ValueError when it is none."""
        text = self.text(*names)
        return exact(text) if text else None

    def amount(self, *names: str) -> Decimal:
        """Return a number that must be told; ValueError when it is not."""
        return exact(self.need(*names))

    def count(self, *names: str) -> int:
        """Return a whole number, 0 when it is not told; ValueError when it is none."""
        found = self.number(*names) or Decimal(0)
        if found != found.to_integral_value():
            raise ValueError(f"{names[0]} {found} is not whole")
        return int(found)

    def time(self, *names: str) -> int:
        """Return a time in ns from milliseconds, 0 when it is not told; ValueError when it is no time."""
        found = self.count(*names)
        if not 0 <= found <= LATEST_MS:
            raise ValueError(f"{names[0]} {found} is no time in milliseconds")
        return found * NS_PER_MS

    def flag(self, *names: str) -> bool:
        """Return whether a field says yes: true or 1, as a word, number or text."""
        return self.text(*names).lower() in {"true", "1"}

    def row(self, name: str) -> Row:
        """Return an object inside this one; empty when it is not told; msgspec.MsgspecError when it is none."""
        found = self.raw(name)
        return Row({} if found is None else _decode_row(found))

    def rows(self, name: str) -> list[Row]:
        """Return the objects of a list inside this one; none when it is not told."""
        found = self.raw(name)
        return [] if found is None else [Row(fields) for fields in _decode_rows(found)]

    def either(self, name: str, *inside: str) -> list[Row]:
        """Return the objects of a list, of a list inside an object, or the one object itself."""
        found = self.raw(name)
        if found is None or found[:1] == b"[":
            return self.rows(name)
        within = self.row(name)
        for key in inside:
            if within.raw(key) is not None:
                return within.rows(key)
        return [] if inside else [within]


def read_row(body: bytes) -> Row:
    """Return the object that a body spells; raises msgspec.MsgspecError when it spells none."""
    return Row(_decode_row(body))


def exact(text: str) -> Decimal:
    """Return the number that a text spells, exactly and without trailing zeros; ValueError when it spells none."""
    if not _NUMBER.fullmatch(text[:_LONGEST]) or len(text) > _LONGEST:
        raise ValueError(f"a number was expected, not {text[:40]!r}")
    value = Decimal(text)
    if not value:
        return Decimal(0)
    if value.adjusted() < -2 * _LONGEST or not _is_sane(value):
        raise ValueError(f"a number that can be traded was expected, not {text[:40]!r}")
    plain = format(value, "f")
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def _is_sane(value: Decimal) -> bool:
    """Unrealised profits come with more than 50 decimals, so decimals are not bounded as sizes are."""
    return is_workable(value) or (value.is_finite() and -_LONGEST <= value.adjusted() < MAX_DIGITS)
