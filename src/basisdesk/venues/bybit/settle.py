"""Settle coins of a line, where the venue wants one named.

Linear contracts settle in USDT or USDC, inverse ones in their base coin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

_USUAL = {"linear": ("USDT", "USDC"), "inverse": ("BTC", "ETH")}


def settles(line: str, session: Session) -> list[str]:
    """Return the settle coins of a line of contracts: the usual ones and those of the loaded instruments."""
    coins = dict.fromkeys(_USUAL[line])
    coins.update((each.settle, None) for each in session.instruments.values() if each.market == line)
    return list(coins)


def settle_after(line: str, coin: str, session: Session) -> str | None:
    """Return the settle coin that comes after another, None after the last."""
    coins = settles(line, session)
    rest = coins[coins.index(coin) + 1 :] if coin in coins else []
    return rest[0] if rest else None
