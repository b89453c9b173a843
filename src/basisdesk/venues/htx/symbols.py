"""The venue's codes and our symbols.

Spot writes both currencies in small letters without a mark between them (``btcusdt``), so they are told apart by the
known quote currencies, the longest that fits.
Linear contracts are ``BTC-USDT``, dated ones ``BTC-USDT-261225``; both settle in the quote.
A coin-margined swap is ``BTC-USD``, a coin-margined future ``BTC261225``; both settle in the coin and are inverse.
Streams of futures use standing names instead of dates (``BTC_CQ``, ``BTC-USDT-CQ``), which `calendar` resolves.
"""

from __future__ import annotations

import re

from basisdesk.domain.errors import DecodeError

VENUE_NAME = "htx"
SPOT, LINEAR, COIN_SWAP, COIN_FUTURES = "spot", "linear", "coin_swap", "coin_futures"

# Quote currencies of the lists of 2021 to 2026; of those that fit, the longest is meant.
QUOTES = (
    "fdusd",
    "usdt",
    "usdc",
    "usdd",
    "husd",
    "tusd",
    "eurc",
    "btc",
    "eth",
    "trx",
    "eur",
    "try",
    "brl",
    "usd",
    "ht",
)

_SHAPES = {
    SPOT: re.compile(r"[a-z0-9]{2,30}"),
    LINEAR: re.compile(r"([A-Z0-9]{1,20})-(USDT|USDC|USDD|HUSD)(?:-(\d{6}|CW|NW|CQ|NQ))?"),
    COIN_SWAP: re.compile(r"([A-Z0-9]{1,20})-(USD)()"),
    COIN_FUTURES: re.compile(r"([A-Z0-9]{1,20}?)()(\d{6}|_CW|_NW|_CQ|_NQ)"),
}


def normal(line: str, code: str) -> str:
    """Return a code in the letters that its line uses: small for spot, large for contracts."""
    return code.lower() if line == SPOT else code.upper()


def is_code(line: str, code: str) -> bool:
    """Whether a text can be the code of a market (or the standing name of a future) of this line."""
    return line in _SHAPES and _SHAPES[line].fullmatch(code) is not None


def is_any_code(code: str) -> bool:
    """Whether a text can be a code of any line, large or small."""
    return any(is_code(line, normal(line, code)) for line in _SHAPES)


def line_of_contract(code: str) -> str | None:
    """Return the line of contracts that a code in large letters is of, None when it is of none."""
    return next((line for line in (LINEAR, COIN_SWAP, COIN_FUTURES) if is_code(line, code)), None)


def split_pair(code: str) -> tuple[str, str]:
    """Return base and quote of a spot code, in large letters.

    Raises:
        DecodeError: no known quote currency ends the code.
    """
    for quote in QUOTES:
        if code.endswith(quote) and len(code) > len(quote):
            return code.removesuffix(quote).upper(), quote.upper()
    raise DecodeError(f"{code!r} does not end in a known quote currency")


def term_of(line: str, code: str) -> tuple[str, str, str]:
    """Return base, quote and term of a contract; the term is empty for a swap, a date, or CW, NW, CQ, NQ.

    Raises:
        DecodeError: the line has no such contracts.
    """
    match = _SHAPES[line].fullmatch(code) if line in _SHAPES and line != SPOT else None
    if match is None:
        raise DecodeError(f"{code!r} is no contract of {VENUE_NAME} {line}")
    return match[1], match[2] or "USD", (match[3] or "").removeprefix("_")


def is_perpetual(line: str, code: str) -> bool:
    """Whether the code is that of a swap, the only kind that pays funding."""
    return line == COIN_SWAP or (line == LINEAR and code.count("-") == 1)


def index_of(line: str, code: str) -> str:
    """Return the name of the index that a contract follows, such as BTC-USDT or BTC-USD."""
    base, quote, _ = term_of(line, code)
    return f"{base}-{quote}"


def pair_symbol(base: str, quote: str) -> str:
    """Return the symbol of a spot market."""
    return f"{VENUE_NAME}:{base.upper()}/{quote.upper()}"


def contract_symbol(line: str, code: str) -> str:
    """Return the symbol of a contract; raises DecodeError for a code of another form."""
    base, quote, term = term_of(line, code)
    settle = quote if line == LINEAR else base
    return f"{VENUE_NAME}:{base}/{quote}:{settle}{term and '-' + term}"


def symbol_of(line: str, code: str) -> str:
    """Return the unified symbol of a code.

    Raises:
        DecodeError: the code is none of this line, or its quote currency is not known.
    """
    if line == SPOT:
        if not is_code(line, code):
            raise DecodeError(f"{code!r} is no code of {VENUE_NAME} {line}")
        return pair_symbol(*split_pair(code))
    return contract_symbol(line, code)


def spelled(line: str, code: str) -> str:
    """Return `symbol_of`; a pair whose quote currency is not known keeps its spelling, so that it names one market.

    Raises:
        DecodeError: the code is none of this line.
    """
    try:
        return symbol_of(line, code)
    except DecodeError:
        if line == SPOT and is_code(line, code):
            return f"{VENUE_NAME}:{code}"
        raise
