"""Signatures: HMAC-SHA256 in hexadecimal digits over lines that each end with a line feed.

A HTTP request signs time, nonce, method, path with query, and body; a login signs time, nonce and a text of choice,
which is empty here.
The time is in milliseconds and serves as the nonce, too.
Followed: https://docs.deribit.com/articles/authentication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.signatures import hex_signature
from basisdesk.venues.wire import NS_PER_MS

if TYPE_CHECKING:
    from basisdesk.venues.trading import Credentials


def signature(secret: str, *lines: str) -> str:
    """Sign lines."""
    return hex_signature(secret, "".join(f"{line}\n" for line in lines))


def authorization(credentials: Credentials, now: int, method: str, path: str) -> str:
    """Return the header that signs a request without body; `now` is the venue's time in ns."""
    stamp = str(now // NS_PER_MS)
    signed = signature(credentials.secret, stamp, stamp, method, path, "")
    return f"deri-hmac-sha256 id={credentials.key},ts={stamp},sig={signed},nonce={stamp}"


def login_params(credentials: Credentials, now: int) -> tuple[tuple[str, int | str], ...]:
    """Return the parameters of ``public/auth`` by signature; `now` is the venue's time in ns."""
    stamp = now // NS_PER_MS
    signed = signature(credentials.secret, str(stamp), str(stamp))
    return (
        ("grant_type", "client_signature"),
        ("client_id", credentials.key),
        ("timestamp", stamp),
        ("signature", signed),
        ("nonce", str(stamp)),
        ("data", ""),
    )
