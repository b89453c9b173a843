# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Texts of a book's levels as they were sent, for checksums that a venue takes over its own spelling."""

from typing import Final

from typing_extensions import Buffer

from basisdesk.kernel.book import Book

WIDE: Final[int]  # the longest text ``price:size`` of a level that is kept, in characters

class Texts:
    """Texts of all levels of one book: a level that is gone is forgotten, of a level told twice the newest counts."""

    def __init__(self, bids: Buffer = b"[]", asks: Buffer = b"[]") -> None:
        """Take a whole book, JSON text of levels that a book has already accepted.

        Raises ValueError for text that is not a list of levels.
        """
    def snapshot(self, book: Book, bids: Buffer, asks: Buffer, now: int, sequence: int) -> None:
        """Do what `Book.snapshot` does, and keep the texts of the levels; for texts that are still empty.

        Raises alike, changing nothing.
        """
    def update(self, book: Book, bids: Buffer, asks: Buffer, now: int, sequence: int) -> int:
        """Do what `Book.update` does, and keep the texts of the changed levels; raises alike, changing nothing."""
    def line(self, book: Book, depth: int) -> bytes:
        """Spell the book's best `depth` levels as ``bid:size:ask:size:bid:...``; a side that is shorter ends sooner.

        A touch in front of the depth is passed over: only levels have texts.
        A level whose text is not known, or is longer than `WIDE`, is a question mark.
        """
