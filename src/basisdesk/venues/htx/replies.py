"""REST bodies that a feed takes: a whole book, or funding terms; and how the venue refuses."""

from __future__ import annotations

import msgspec

from basisdesk.venues.htx.wire import Refusal
from basisdesk.venues.wire import UNREADABLE

OK = ("", "ok")
_decode_refusal = msgspec.json.Decoder(Refusal).decode


def refusal_of(body: bytes) -> str | None:
    """Return code and message of a body that refuses, None for any other text."""
    try:
        told = _decode_refusal(body)
    except UNREADABLE:
        return None
    if told.status in OK and told.code in {None, 200}:
        return None
    words = (told.code, told.dashed_code, told.old_code, told.message, told.dashed_message, told.old_message)
    return " ".join(str(word)[:200] for word in words if word is not None) or told.status[:200]
