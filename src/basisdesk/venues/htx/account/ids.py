"""Client ids.

Spot takes up to 64 letters, digits, ``_`` and ``-``; contracts take a whole number from 1 to 2^63 - 1.
A venue has one rule for the desk, so the desk's id becomes such a number for every line.
It is the first 62 bits of a SHA-256 digest plus one: the same id always gives the same number, and among a million ids
two meet with a chance of about one in ten million.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#place-a-new-order and .../usdt_swap/v1/en/ ("Place an Order").
"""

from __future__ import annotations

import hashlib
import re

SPOT_PATTERN = r"[A-Za-z0-9_\-]{1,64}"
CONTRACT_PATTERN = r"[1-9][0-9]{0,18}"
LARGEST = 2**63 - 1

_spot = re.compile(SPOT_PATTERN).fullmatch
_contract = re.compile(CONTRACT_PATTERN).fullmatch


def client_id(own: str) -> str:
    """Return the desk's id in digits that every line takes."""
    digest = hashlib.sha256(own.encode()).digest()
    return str((int.from_bytes(digest[:8], "big") >> 2) + 1)


def is_client_id(text: str, *, spot: bool) -> bool:
    """Say whether a line takes this client id."""
    if spot:
        return _spot(text) is not None
    return _contract(text) is not None and int(text) <= LARGEST
