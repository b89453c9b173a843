# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Arrays that grow by being copied into larger ones.  Used inside the kernel alone."""

from array import array

def doubles(values: array[float], room: int) -> array[float]:
    """Copy into an array of `room` numbers, zero behind the old ones."""

def integers(values: array[int], room: int) -> array[int]:
    """Copy into an array of `room` integers, zero behind the old ones."""
