"""How the venue writes: numbers as numbers here and as text there, times in milliseconds.

Contracts of the first generation and all market data write JSON numbers; spot's private interface and the newer linear
one write text.
"""

from __future__ import annotations

import gzip
from decimal import Decimal
from typing import Any

import msgspec

from basisdesk.domain.arithmetic import plain

NS_PER_MS = 1_000_000
_encode = msgspec.json.Encoder(decimal_format="number").encode


def body(value: Any) -> bytes:
    """Write a value as JSON, decimals as numbers."""
    return _encode(value)


def zipped(value: Any) -> bytes:
    """Write a value as the compressed frame that it is sent in."""
    return gzip.compress(_encode(value), 1, mtime=0)


def ms(at: int) -> int:
    """Return a time in milliseconds."""
    return at // NS_PER_MS


def text(value: Decimal | None) -> str:
    """Return a number as text, empty for none; never with an exponent."""
    return "" if value is None else short(value)


def short(value: Decimal) -> str:
    """Return a number as text without trailing zeros."""
    return _short(plain(value))


def number(value: Decimal | None) -> Decimal | None:
    """Return a number as it is written, plain and short."""
    return None if value is None else Decimal(short(value))


def decimal(value: float) -> Decimal:
    """Return the number that a float of the market shows; zero for none."""
    if value != value:  # noqa: PLR0124 (not a number)
        return Decimal(0)
    spelled = repr(value)
    return Decimal(_short(spelled) if "e" not in spelled else short(Decimal(spelled)))


def _short(spelled: str) -> str:
    return (spelled.rstrip("0").rstrip(".") if "." in spelled else spelled) or "0"
