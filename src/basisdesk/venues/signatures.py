"""The hash that most venues sign with: HMAC-SHA256 of a text under the secret, in hexadecimal digits or in base64.

What the text is made of, and where the signature goes, is each venue's own affair.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

BLOCK = 64
"""Bytes that SHA-256 takes at a time."""


def hex_signature(secret: str, text: str) -> str:
    """Return the signature of a text in lower-case hexadecimal digits."""
    return _digest(secret, text).hex()


def base64_signature(secret: str, text: str) -> str:
    """Return the signature of a text in base64."""
    return base64.b64encode(_digest(secret, text)).decode()


def _digest(secret: str, text: str) -> bytes:
    inner, outer = _begun(secret)
    inner, outer = inner.copy(), outer.copy()
    inner.update(text.encode())
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=64)
def _begun(secret: str) -> tuple[HASH, HASH]:
    """Return both hashes of RFC 2104 with the key in them: to begin them anew takes twice as long as the rest."""
    key = secret.encode()
    padded = (sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in padded)), sha256(bytes(byte ^ 0x5C for byte in padded))
