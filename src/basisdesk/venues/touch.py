"""Books made of a touch: one level a side of a ticker or a quote, where no book is heard.

Two connections may speak of the same market, one of its book and one of its tickers, so what is in the book is looked
at before a touch replaces it, and only what came over a connection is dropped with it.
A touch may stand where nothing stands yet, or in the place of an earlier touch of the same connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.kernel.book import CLOSED, CROSSED, EMPTY, VALID, WAITING

if TYPE_CHECKING:
    from basisdesk.kernel.book import Book

Levels = list[tuple[float, float]]
"""Price and size of each level of a side."""

_BARE = (WAITING, CLOSED)
_IN_SYNC = (VALID, CROSSED, EMPTY)


def is_bare(book: Book) -> bool:
    """Whether nothing was ever put into the book, or its connection is gone."""
    return book.state(0) in _BARE


def is_touch(book: Book) -> bool:
    """Whether the book is in sync and holds no more than one level a side."""
    return max(book.depth(0), book.depth(1)) <= 1 and book.state(0) in _IN_SYNC


def takes_touch(book: Book, *, filled: bool) -> bool:
    """Whether a touch may stand in the book; `filled` says that this connection filled it with one before."""
    return (filled and is_touch(book)) or book.state(0) == WAITING
