"""The venue's codes and our symbols.

A spot code is BTC-USDT; a contract's is BTCUSDT or BTCUSD, with nothing between its coins, and every contract found is
a perpetual.
A contract quoted in USD is inverse and settles in its coin; one quoted in a stablecoin is linear and settles in that.
A code of no such form keeps its own spelling as symbol.
Followed: GET /asset_pairs and GET /symbols.
"""

from __future__ import annotations

import re

VENUE_NAME = "bigone"
SPOT = "spot"
CONTRACT = "contract"
QUOTES = ("USDT", "USDC", "USD")
INVERSE_QUOTE = "USD"

_PAIR = re.compile(r"([A-Z0-9]{1,20})-([A-Z0-9]{1,20})")
_WORD = re.compile(r"[A-Za-z0-9._-]{2,48}")


def is_code(text: str) -> bool:
    """Whether a text can be the code of a market: short, of letters, digits and few signs."""
    return _WORD.fullmatch(text) is not None


def coins_of(line: str, code: str) -> tuple[str, str] | None:
    """Return base and quote as far as the code spells them, else None."""
    if line == SPOT:
        pair = _PAIR.fullmatch(code)
        return None if pair is None else (pair[1], pair[2])
    quote = next((quote for quote in QUOTES if code.endswith(quote) and code != quote), None)
    base = "" if quote is None else code.removesuffix(quote)
    return (base, quote) if quote is not None and base.isascii() and base.isalnum() and base.isupper() else None


def pair_symbol(base: str, quote: str) -> str:
    """Return the symbol of a spot market."""
    return f"{VENUE_NAME}:{base}/{quote}"


def contract_symbol(base: str, quote: str, settle: str) -> str:
    """Return the symbol of a perpetual."""
    return f"{VENUE_NAME}:{base}/{quote}:{settle}"


def symbol_of(line: str, code: str) -> str:
    """Return the unified symbol of a code as far as the code tells."""
    coins = coins_of(line, code)
    if coins is None:
        return f"{VENUE_NAME}:{code}"
    base, quote = coins
    if line == SPOT:
        return pair_symbol(base, quote)
    return contract_symbol(base, quote, base if quote == INVERSE_QUOTE else quote)
