"""Our own ids in the venue's alphabet and length.

Spot takes letters, digits, ``-`` and ``_``, at most 36 of them, and says that an id is refused when it is used again
within 24 hours; nobody relies on that here.
Contracts take no id at all.
The desk's own ids have no ``_``, so a shortened id, which has one, is never another id unshortened.
Followed: https://open.bigone.com/docs/spot (orders, `client_order_id`; wallet, `guid` of a transfer).
"""

from __future__ import annotations

import re
from hashlib import sha256

LONGEST = 36
CLIENT_ID = rf"[a-zA-Z0-9_-]{{1,{LONGEST}}}"
_KEPT = 7
_MATCH = re.compile(CLIENT_ID)


def is_client_id(text: str) -> bool:
    """Whether the venue takes this text as an id."""
    return _MATCH.fullmatch(text) is not None


def client_id(own: str) -> str:
    """Return the desk's id as the venue takes it: as it is, or its beginning and a digest where it is too long."""
    if len(own) <= LONGEST:
        return own
    return f"{own[:_KEPT]}_{sha256(own.encode()).hexdigest()[: LONGEST - _KEPT - 1]}"
