"""How the venue writes: numbers, times and ids.

Spot writes numbers as text, contracts as JSON numbers, and the prices of a contract's depth as keys without trailing
zeros.
Contract ids look like UUIDs; here they are the exchange's own numbers in that dress, so that they can be read back.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.arithmetic import plain
from basisdesk.sim.dialects.grids import places

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument

MILLISECOND = 1_000_000
SECOND = 1_000_000_000
_HEX = 16
_ID_LENGTH = 32


def short(value: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros."""
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal | None) -> msgspec.Raw:
    """Write a JSON number; 0 stands for none."""
    return msgspec.Raw(short(value or Decimal(0)).encode())


def loose(value: float) -> float:
    """Return a figure, 0 where nothing was heard (NaN)."""
    return value if value == value else 0.0  # noqa: PLR0124 (NaN)


def whole(value: float) -> float | int:
    """Return a figure as an integer where it is one."""
    value = loose(value)
    return int(value) if value.is_integer() else value


def priced(instrument: Instrument, value: float) -> Decimal:
    """Return a price of the book on the instrument's tick."""
    return _fixed(instrument.tick, value)


def sized(instrument: Instrument, value: float) -> Decimal:
    """Return a size of the book on the instrument's step."""
    return _fixed(instrument.step, value)


def stamp(at: int, *, fine: bool = False) -> str:
    """Write a time (ns) as the venue does: to the second, or to the millisecond."""
    moment = datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{at % SECOND // MILLISECOND:03d}Z" if fine else f"{moment}Z"


def moment_of(text: str) -> int:
    """Return a written time in ns; ValueError when it is none."""
    read = datetime.fromisoformat(text)
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return int(aware.timestamp()) * SECOND


def uuid_of(text: str) -> str:
    """Return an id for a name, always the same one."""
    return _dressed(sha256(text.encode()).hexdigest()[:_ID_LENGTH])


def id_of(count: str) -> str:
    """Dress a number of the exchange as a contract id; what is no number becomes an id of its own."""
    return _dressed(f"{int(count):0{_ID_LENGTH}x}") if count.isascii() and count.isdigit() else uuid_of(count)


def trade_id_of(code: str, at: int, count: str, *, funding: bool = False) -> str:
    """Return the id of a contract's trade or funding: its time (ns, told in ms), its contract, its number there."""
    digits = f"{at // MILLISECOND:012x}{int(funding):04x}{sha256(code.encode()).hexdigest()[:4]}"
    return _dressed(f"{digits}{int(count):012x}")


def count_of(text: str) -> str:
    """Return the number that a contract id dresses, as text; empty when it is no id."""
    digits = text.replace("-", "")
    if len(digits) != _ID_LENGTH or _dressed(digits) != text:
        return ""
    try:
        return str(int(digits, _HEX))
    except ValueError:
        return ""


def page_of(count: int) -> str:
    """Return the mark of the page after a row."""
    return urlsafe_b64encode(str(count).encode()).decode()


def after_page(token: str) -> int | None:
    """Return the row that a mark points after, None when it is none."""
    try:
        text = urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        return None
    return int(text) if text.isascii() and text.isdigit() else None


def _dressed(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _fixed(grid: Decimal, value: float) -> Decimal:
    return Decimal(f"{value:.{places(grid)}f}")
