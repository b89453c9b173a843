"""The venue's checksum of a book, given until June 2026.

It is the CRC-32, as a signed integer, of the best 25 levels of each side as ``bid:size:ask:size:bid:...``, a side that
has fewer levels simply ending sooner.
It is taken over the texts as sent, so the texts are kept beside the book's numbers (`basisdesk.kernel.texts`).
Which levels are the best is asked of the book itself, so that the checksum proves the book and not only the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
from msgspec import Raw

if TYPE_CHECKING:
    from basisdesk.kernel.book import Book
    from basisdesk.kernel.texts import Texts

DEPTH = 25
_texts = msgspec.json.Decoder(list[list[str]]).decode
_levels = msgspec.json.Decoder(list[list[Raw]]).decode


def levels_of(side: Raw) -> list[tuple[str, str]]:
    """Return (price, size) of each level as the texts that were sent, whether or not they were quoted.

    Raises:
        msgspec.DecodeError, ValueError: the text is no list of levels.
    """
    try:
        return [(price, size) for price, size, *_ in _texts(side)]
    except msgspec.ValidationError:  # not all are quoted
        return [(_text(price), _text(size)) for price, size, *_ in _levels(side)]


def _text(raw: Raw) -> str:
    return bytes(raw).decode().strip('"')


def checksum(texts: Texts, book: Book) -> int:
    """Return the checksum of the book's best levels in the venue's spelling."""
    return signed(crc32(texts.line(book, DEPTH)))


def signed(value: int) -> int:
    """Return an unsigned 32-bit number as the signed one of the same bits."""
    return value - (1 << 32) if value >= 1 << 31 else value
