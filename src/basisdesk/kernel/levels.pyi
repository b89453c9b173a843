# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Levels on their way into a book: JSON text read straight into two arrays of numbers.  Used by `book` alone."""

class Levels:
    """Scratch space for the levels of one side."""

    def __init__(self) -> None: ...
