"""Client ids (`orderLinkId`) and the UUIDs of transfers.

A client id has at most 36 letters, digits, dashes and underscores, and is always unique.
The desk's own ids use letters, digits and dashes, so an underscore marks those that had to be shortened to a digest.
Followed: https://bybit-exchange.github.io/docs/v5/order/create-order (orderLinkId),
/docs/v5/asset/transfer/create-inter-transfer (transferId).
"""

from __future__ import annotations

import re
from hashlib import sha256

PATTERN = r"[A-Za-z0-9_-]{1,36}"
LONGEST = 36

_CLIENT = re.compile(PATTERN)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def client_id(own: str) -> str:
    """Return the desk's own id as the venue takes it: itself where it fits, else a digest behind an underscore."""
    if len(own) <= LONGEST and "_" not in own and _CLIENT.fullmatch(own):
        return own
    return f"_{sha256(own.encode()).hexdigest()[: LONGEST - 1]}"


def is_client_id(text: str) -> bool:
    """Whether the venue takes this client id."""
    return _CLIENT.fullmatch(text) is not None


def uuid_of(text: str) -> str:
    """Return a UUID that is the text itself, or made from it: the same text always gives the same one."""
    if _UUID.fullmatch(text):
        return text
    digest = sha256(text.encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
