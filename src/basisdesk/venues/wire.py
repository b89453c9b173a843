"""What the messages of the venues share: numbers of 64 bits, numbers spelled as text, and what reading them may raise.

A venue that spells its numbers as text gives empty text for what it does not know.
Text is shown shortened in errors, because the other side makes it up.
"""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding a frame, or applying what it says, may raise."""

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
LONGEST_S = 3 * 86_400
LATEST_MS = 2**63 // NS_PER_MS - 1
"""The latest time in milliseconds that is a time in nanoseconds, too."""


def number(text: str) -> float:
    """Return the finite number that `text` spells.

    Raises:
        ValueError: it spells none.
    """
    value = float(text)
    if not -inf < value < inf:
        raise ValueError(f"a finite number was expected, not {text[:40]!r}")
    return value


def number_or_nan(text: str) -> float:
    """Return `number`, or NaN for empty text."""
    return number(text) if text else nan


def above_zero(text: str) -> float:
    """Return the number above zero that `text` spells.

    Raises:
        ValueError: it spells none.
    """
    value = number(text)
    if value <= 0.0:
        raise ValueError(f"a number above zero was expected, not {text[:40]!r}")
    return value


def count(text: str, most: int) -> int:
    """Return the whole number from 0 to `most` that decimal digits spell.

    Raises:
        ValueError: they spell none.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or int(text) > most:
        raise ValueError(f"a whole number up to {most} was expected, not {text[:40]!r}")
    return int(text)


def again_at(headers: Mapping[str, str], now: int, usual: int) -> int:
    """Return when (ns) may be asked again: after the seconds that ``retry-after`` states, or after `usual` ns.

    No ban is longer than three days; dates are not read, because no venue sends one.
    """
    try:
        return now + min(count(headers.get("retry-after", ""), 10**9), LONGEST_S) * NS_PER_S
    except ValueError:
        return now + usual


def nanoseconds(text: str) -> int:
    """Return milliseconds given as text in nanoseconds, 0 for empty text.

    Raises:
        ValueError: it is no count of milliseconds that fits.
    """
    return count(text, LATEST_MS) * NS_PER_MS if text else 0
