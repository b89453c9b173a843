"""The venue's codes and our symbols.

A code does not name its product line: BTCUSDT is spot on one line and a perpetual on another.
Spot codes join base and quote, which known quote coins tell apart, the longest that fits.
Linear perpetuals end in USDT, or in PERP when they are quoted and settled in USDC; a delivery day behind a dash makes
them dated (BTCUSDT-26DEC26, BTC-26DEC26 in USDC).
Inverse contracts end in USD and settle in coin; dated ones add the letter of the month and the year (BTCUSDZ26), and
are delivered on the last Friday of that month.
"""

from __future__ import annotations

import re
from calendar import FRIDAY, monthrange
from datetime import UTC, datetime

from basisdesk.domain.errors import DecodeError

VENUE_NAME = "bybit"
LONGEST_CODE = 40
DELIVERY_HOUR = 8

QUOTES = (
    "RLUSD", "USDT", "USDC", "USDE", "USDQ", "USDR", "USD1", "XUSD", "AED", "BRL", "BTC", "DAI", "ETH", "EUR", "GBP",
    "KZT", "MNT", "PLN", "SOL", "TRY", "USD",
)  # fmt: skip
"""Quote coins of the instrument lists of 2021 to 2026, longest first, which is the order they are tried in."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LETTERS = "FGHJKMNQUVXZ"
_DAY = re.compile(r"([0-9]{1,2})([A-Z]{3})([0-9]{2})")
_INVERSE = re.compile(r"(\w+)USD(?:([FGHJKMNQUVXZ])([0-9]{2}))?")


def is_code(text: str) -> bool:
    """Whether a text can be the code of a market: letters and digits of any script, and dashes."""
    return 0 < len(text) <= LONGEST_CODE and text.replace("-", "").isalnum()


def split_code(line: str, code: str) -> tuple[str, str, str] | None:
    """Return base, quote and delivery day (``YYMMDD``, empty for what is not dated); None when they cannot be told."""
    if line == "inverse":
        return _split_inverse(code)
    pair, dash, day = code.partition("-")
    date = _date_of(day) if dash else ""
    if date is None or (dash and line == "spot"):
        return None
    if line == "spot":
        quotes: tuple[str, ...] = QUOTES
    elif dash and not pair.endswith("USDT"):
        return (pair, "USDC", date) if pair else None
    elif pair.endswith("PERP") and not dash:
        base = pair.removesuffix("PERP")
        return (base, "USDC", "") if base else None
    else:
        quotes = ("USDT",)
    quote = next((quote for quote in quotes if pair.endswith(quote) and len(pair) > len(quote)), None)
    return None if quote is None else (pair.removesuffix(quote), quote, date)


def is_perpetual(line: str, code: str) -> bool:
    """Whether the code is that of a perpetual, the only kind that pays funding."""
    if line == "spot":
        return False
    split = split_code(line, code)
    return "-" not in code if split is None else not split[2]


def unified(base: str, quote: str, settle: str, date: str) -> str:
    """Build the unified symbol; no settle coin for spot, `date` as `split_code` gives it."""
    term = f"-{date}" if date else ""
    return f"{VENUE_NAME}:{base}/{quote}" + (f":{settle}{term}" if settle else "")


def symbol_of(line: str, code: str) -> str:
    """Return the unified symbol of a code as well as it can be told without the instrument list.

    A code that cannot be split keeps its own spelling behind its line, so that it still names one market.

    Raises:
        DecodeError: the code cannot be one of this venue's.
    """
    if not is_code(code):
        raise DecodeError(f"{code[:LONGEST_CODE]!r} is not a symbol code of {VENUE_NAME}")
    split = split_code(line, code)
    if split is None:
        return f"{VENUE_NAME}:{line}.{code}"
    base, quote, date = split
    return unified(base, quote, {"spot": "", "inverse": base}.get(line, quote), date)


def delivery_of(date: str) -> int | None:
    """Return the delivery time (ns) of a day ``YYMMDD``, 08:00 UTC; None when there is no such day."""
    try:
        day = datetime.strptime(f"20{date}", "%Y%m%d").replace(hour=DELIVERY_HOUR, tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) * 1_000_000_000


def _split_inverse(code: str) -> tuple[str, str, str] | None:
    match = _INVERSE.fullmatch(code)
    if match is None:
        return None
    base, letter, year = match.groups()
    return base, "USD", f"{year}{_last_friday(2000 + int(year), _LETTERS.index(letter) + 1)}" if letter else ""


def _last_friday(year: int, month: int) -> str:
    weekday, days = monthrange(year, month)
    last = (weekday + days - 1) % 7  # the weekday of the last day
    return f"{month:02}{days - (last - FRIDAY) % 7:02}"


def _date_of(day: str) -> str | None:
    match = _DAY.fullmatch(day)
    if match is None or match[2] not in _MONTHS:
        return None
    date = f"{match[3]}{_MONTHS.index(match[2]) + 1:02}{int(match[1]):02}"
    return None if delivery_of(date) is None else date
