# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""A depth frame of the usual shape, read from its first character to its last.  Used by `book` alone."""

class Diff:
    """The ids of the frame read last."""

    def __init__(self) -> None: ...
