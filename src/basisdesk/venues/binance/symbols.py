"""Unified symbols from the venue's own codes.

A code carries no separator, so without the instrument list base and quote are told apart by known quote assets, the
longest that fits.
Futures add a suffix: `_PERP` on COIN-M perpetuals, the delivery day `_YYMMDD` on dated contracts of both lines.
USD-M settles in the quote, COIN-M in the base coin.
"""

from __future__ import annotations

from basisdesk.domain.errors import DecodeError

VENUE_NAME = "binance"
LONGEST_CODE = 40

# Quote assets of the instrument lists of 2021 to 2026, longest first, which is the order they are tried in.
QUOTES = (
    "BFUSD",
    "FDUSD",
    "RLUSD",
    "BIDR",
    "BKRW",
    "BUSD",
    "BVND",
    "DOGE",
    "EURI",
    "GYEN",
    "IDRT",
    "TUSD",
    "USD1",
    "USDC",
    "USDE",
    "USDP",
    "USDS",
    "USDT",
    "XUSD",
    "ARS",
    "AUD",
    "BNB",
    "BRL",
    "BTC",
    "COP",
    "CZK",
    "DAI",
    "DOT",
    "ETH",
    "EUR",
    "GBP",
    "IDR",
    "JPY",
    "KZT",
    "MXN",
    "NGN",
    "PAX",
    "PLN",
    "RON",
    "RUB",
    "SOL",
    "TRX",
    "TRY",
    "UAH",
    "USD",
    "VAI",
    "XRP",
    "ZAR",
    "U",
)


def split_code(line: str, code: str) -> tuple[str, str, str] | None:
    """Split a code into base, quote and suffix (empty, ``PERP`` or the delivery day); None when no known quote fits."""
    pair, _, suffix = code.upper().partition("_")
    quotes = ("USD",) if line == "coinm" else QUOTES
    for quote in quotes:
        if pair.endswith(quote) and len(pair) > len(quote):
            return pair[: -len(quote)], quote, suffix
    return None


def unified(line: str, base: str, quote: str, settle: str, suffix: str) -> str:
    """Build the unified symbol; `suffix` as `split_code` gives it."""
    symbol = f"{VENUE_NAME}:{base}/{quote}"
    if line == "spot":
        return symbol
    symbol = f"{symbol}:{settle}"
    return symbol if suffix in {"", "PERP"} else f"{symbol}-{suffix}"


def symbol_of(line: str, code: str) -> str:
    """Return the unified symbol of a code, in either case, as well as it can be told without the instrument list.

    A code whose quote is not known keeps its own spelling behind the venue's name, so that it still names one market.

    Raises:
        DecodeError: the code cannot be one of this venue's.
    """
    if not is_code(code):
        raise DecodeError(f"{code[:LONGEST_CODE]!r} is not a symbol code of {VENUE_NAME}")
    split = split_code(line, code)
    if split is None:
        return f"{VENUE_NAME}:{code.upper()}"
    base, quote, suffix = split
    return unified(line, base, quote, base if line == "coinm" else quote, suffix)


def is_code(code: str) -> bool:
    """Say whether a text can be a code at all: letters and digits of any script, and an underscore."""
    return 0 < len(code) <= LONGEST_CODE and code.replace("_", "").isalnum()
