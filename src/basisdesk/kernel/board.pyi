# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""All spreads of one underlying, recomputed for the touched market only.

`touch` is the only work done per tick for markets nobody is looking at: both directions of every spread that contains
the market, the armed triggers of those spreads, and the bars of watched ones.
"""

from basisdesk.kernel.bars import Bars
from basisdesk.kernel.book import Book

class Board:
    """Spreads of one underlying."""

    def __init__(self, stale_after: int = 0) -> None:
        """`stale_after` in ns: a pair is not live while either market was last seen longer ago; 0 means never.

        Raises ValueError when it is negative.
        """
    def add_market(self, book: Book | None) -> int:
        """Add a market and return its index.  None: its prices come from `set_top`."""
    def add_pair(self, leg1: int, leg2: int) -> int:
        """Add the spread leg1 minus leg2 and return its index.  Raises ValueError for unknown or equal markets."""
    @property
    def stale_after(self) -> int: ...
    @property
    def markets(self) -> int: ...
    @property
    def pairs(self) -> int: ...
    def touch(self, market: int, now: int) -> list[int] | None:
        """Recompute the market's spreads from its book; return the ids of triggers that are true now, or None.

        Ids come in the order of pairs, then of arming.  A trigger stays armed (and is returned again) until `disarm`.
        Call it after every change of the book, of its levels or of its state.  Raises ValueError for an unknown market.
        """
    def set_top(self, market: int, now: int, bid: float, ask: float, last: float) -> list[int] | None:
        """As `touch`, with prices given (for markets without a book).

        A bid or ask that is not finite, or a bid at or above the ask, makes the market not live; a last that is not
        finite leaves the one before.  Raises ValueError for an unknown market, or one that has a book.
        """
    def arm(self, trigger: int, pair: int, buy: bool, price: float) -> None:
        """Arm: BUY is true while ask <= price, SELL while bid >= price.  An id that is armed already is armed anew.

        Raises ValueError on a NaN price or an unknown pair.
        """
    def disarm(self, trigger: int) -> None:
        """Disarm; unknown ids are ignored."""
    def watch(self, pair: int, bars: Bars | None) -> None:
        """Fold this pair's LAST, BID and ASK into `bars` at every touch of either leg while it is live; None stops."""
    def live(self, pair: int, now: int) -> bool:
        """Both legs valid, not crossed, and seen within `stale_after`."""
    def quote(self, pair: int) -> tuple[float, float, float, int]:
        """(bid, ask, last, ns of the older leg's last sight); NaN where a leg has no price."""
    def legs(self, pair: int) -> tuple[int, int]: ...
