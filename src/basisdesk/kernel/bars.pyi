# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Tick-true spread candles: a bar is folded from every tick, never from the candles of its legs.

O first, H highest, L lowest, C last value in the bucket, n ticks.  Buckets are by receive time and never go back:
a value older than the open bar of a series is not folded into it.  An empty bucket makes no bar.
"""

from typing import Final

LAST: Final[int]  # 0
BID: Final[int]  # 1
ASK: Final[int]  # 2

class Bars:
    """Bars of one spread for LAST, BID and ASK in several periods at once; each series keeps its newest `capacity`."""

    late: int  # values that at least one period took no more

    def __init__(self, periods: list[int], capacity: int = 4096) -> None:
        """`periods` in nanoseconds.  Raises ValueError for an empty list, a period <= 0 or a capacity < 1."""
    def fold(self, source: int, at: int, value: float) -> None:
        """Fold one value; what is not finite is ignored.  Raises ValueError for an unknown source."""
    def count(self, source: int, period: int) -> int:
        """How many bars this series ever had, `period` being an index into `periods`.

        Raises ValueError for an unknown source or period, as `rows` does.
        """
    def rows(self, source: int, period: int, newest: int = 0) -> list[tuple[int, float, float, float, float, int]]:
        """(open time ns, open, high, low, close, ticks), oldest first; `newest` limits to the last so many (0: all)."""
