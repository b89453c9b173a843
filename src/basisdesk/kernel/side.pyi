# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""One side of a book: unique prices in a sorted array, the best at the end.  Used inside the kernel alone."""

class Side:
    """Sorted levels; `sign` is 1 for bids and -1 for asks."""

    def __init__(self, sign: float) -> None: ...
