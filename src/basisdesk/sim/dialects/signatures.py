"""What a simulated venue expects as a signature: HMAC-SHA256 in hexadecimal digits or base64, as each venue writes it.

What is signed is each venue's own affair.
The codecs sign by code of their own, so that a fault of theirs is not repeated here and taken for right.
"""

from __future__ import annotations

import base64
import hmac


def hex_signature(secret: str, text: str) -> str:
    """Return the signature of a text in lower-case hexadecimal digits."""
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def base64_signature(secret: str, text: str) -> str:
    """Return the signature of a text in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode()


def agrees(expected: str, given: str) -> bool:
    """Whether a signature is the expected one; it may be any text, and how long this takes tells nothing of it."""
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
