"""The venue's checksum of a book, given until June 2026.

It is the CRC-32, as a signed integer, of the best 25 levels of each side as ``bid:size:ask:size:bid:...``, a side that
has fewer levels simply ending sooner.
It is taken over the texts as sent, so the texts must be kept beside the book's numbers: the prices "1.0" and "1.00" are
one level, of which the newest text counts.
Which levels are the best is asked of the book itself, so that the checksum proves the book and not only the texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
from msgspec import Raw

if TYPE_CHECKING:
    from basisdesk.kernel.book import Book

DEPTH = 25
UNKNOWN = "?"  # a level that this channel never sent, so the checksum cannot agree
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


class Texts:
    """Texts of all levels of one book, by price."""

    __slots__ = ("_asks", "_bids")

    def __init__(self, bids: Raw, asks: Raw) -> None:
        self._bids: dict[float, str] = {}
        self._asks: dict[float, str] = {}
        self.change(bids, asks)

    def change(self, bids: Raw, asks: Raw) -> None:
        """Take changed levels, which the book has already accepted."""
        for texts, side in ((self._bids, bids), (self._asks, asks)):
            for price, size in levels_of(side):
                if float(size) == 0.0:
                    texts.pop(float(price), None)
                else:
                    texts[float(price)] = f"{price}:{size}"

    def checksum(self, book: Book) -> int:
        """Return the checksum of the book's best levels in the venue's spelling."""
        bid, ask = self._bids.get, self._asks.get
        bids = [bid(price, UNKNOWN) for price, _ in book.levels(0, DEPTH)]
        asks = [ask(price, UNKNOWN) for price, _ in book.levels(1, DEPTH)]
        both = min(len(bids), len(asks))
        parts = [text for pair in zip(bids, asks, strict=False) for text in pair] + bids[both:] + asks[both:]
        return signed(crc32(":".join(parts).encode()))


def signed(value: int) -> int:
    """Return an unsigned 32-bit number as the signed one of the same bits."""
    return value - (1 << 32) if value >= 1 << 31 else value
