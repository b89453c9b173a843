# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""What a frame begins with, which names its channel."""

def head_of(text: bytes, start: int, frame: bytes) -> bytes:
    """Return what stands before the first quote from `start` on (0 or above) in the text inflated from a gzip frame.

    Empty where there is no quote, or where the frame's last four bytes do not say how long the text is.
    """
