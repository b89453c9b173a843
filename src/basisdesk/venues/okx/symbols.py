"""The venue's codes and our symbols.

A code spells its market: BTC-USDT is spot, BTC-USDT-SWAP a perpetual, BTC-USD-261225 a dated future, and
BTC-USD-210924-66000-C an option; its first two parts are the underlying, which is also the name of the index.
A contract quoted in USD is inverse and settles in coin; one quoted in a stablecoin is linear and settles in that.
Contracts on USD that are linear have the underlying BTC-USD_UM; what follows the underscore is no currency.
"""

from __future__ import annotations

VENUE_NAME = "okx"
SWAP = "SWAP"


def underlying_of(code: str) -> str:
    """Return the underlying (and index) of a contract's code, or empty text for spot."""
    parts = code.split("-")
    return "-".join(parts[:2]) if len(parts) > 2 else ""  # noqa: PLR2004 (base, quote, and what makes it a contract)


def is_perpetual(code: str) -> bool:
    """Whether the code is that of a perpetual swap, the only kind that pays funding."""
    return code.endswith(f"-{SWAP}")


def quote_of(part: str) -> str:
    """Return the quote currency that the second part of a code names."""
    return part.split("_", maxsplit=1)[0]


def contract_symbol(base: str, quote: str, settle: str, term: str) -> str:
    """Return the symbol of a contract; `term` is SWAP, a delivery date, or what names an option."""
    return f"{VENUE_NAME}:{base}/{quote}:{settle}{'' if term == SWAP else '-' + term}"


def symbol_of(_line: str, code: str) -> str:
    """Return the unified symbol of a code as far as the code tells; a code of no known form keeps its own spelling."""
    match code.split("-"):
        case [base, quote] if base and quote:
            return f"{VENUE_NAME}:{base}/{quote}"
        case [base, quote, term, *rest] if base and quote and term:
            money = quote_of(quote)
            return contract_symbol(base, money, base if quote == "USD" else money, "-".join([term, *rest]))
        case _:
            return f"{VENUE_NAME}:{code}"
