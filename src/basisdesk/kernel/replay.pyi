# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Columnar replay: ticks in arrays, driven through a board without touching Python objects."""

from array import array

from basisdesk.kernel.board import Board

def run(
    board: Board,
    times: array[int],
    markets: array[int],
    bids: array[float],
    asks: array[float],
    lasts: array[float],
) -> tuple[int, int]:
    """Drive every tick through `board.set_top`; return (events, times a trigger was true).

    `times` is array('q') of ns, `markets` array('i'), the rest array('d'), all of one length.
    NumPy arrays of the same item types are taken too.
    Raises ValueError on unequal lengths, other item types, an unknown market or one with a book, before the first tick.
    Triggers are tested and watched bars folded at every tick, as by `set_top`.
    """
