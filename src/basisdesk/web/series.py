"""Candles of one topic, kept whole.

The desk sends a series once and then its newest bars, and every step matters: a browser that joins late, or that was
too slow for a while, must not end with a hole.
So the series is merged here, and each browser is told the bars since the newest one it has.
"""

from __future__ import annotations

import msgspec

from basisdesk.domain.stream import Candles

KEPT = 5_000
_decode = msgspec.json.Decoder(Candles).decode
_encode = msgspec.json.Encoder().encode
Bar = tuple[int, float, float, float, float, int]


class Mark(msgspec.Struct, frozen=True):
    """How far a browser is: which run of the series, and its newest bar's open time."""

    run: int
    newest: int


class Series:
    """The newest `KEPT` bars of one candle topic, oldest first."""

    def __init__(self) -> None:
        self._run = 0
        self._bars: dict[int, Bar] = {}
        self._head: Candles | None = None

    def apply(self, body: bytes) -> None:
        """Take in what the desk published.

        Raises:
            msgspec.ValidationError: the body holds no candles.
        """
        candles = _decode(body)
        if candles.whole or self._head is None:
            self._run += 1
            self._bars = {}
        self._head = candles
        for bar in candles.bars:
            self._bars[bar[0]] = bar
        for opened in sorted(self._bars)[:-KEPT]:
            del self._bars[opened]

    def since(self, mark: Mark | None) -> tuple[bytes, Mark]:
        """Return a body that brings a browser from `mark` to now, and its new mark.

        Without a mark, or after the series began anew, that is the whole series.
        """
        assert self._head is not None
        whole = mark is None or mark.run != self._run
        start = -1 if whole or mark is None else mark.newest
        bars = [bar for opened, bar in sorted(self._bars.items()) if opened >= start]
        newest = bars[-1][0] if bars else -1
        return _encode(msgspec.structs.replace(self._head, whole=whole, bars=bars)), Mark(self._run, newest)
