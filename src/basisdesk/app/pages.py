"""Keeps what an order touches on few pages of memory.

Between a trigger and the first byte of its order the processor looks at some hundred thousand bytes all over the heap,
and after a quiet moment it must find out anew where each page of 4 KiB lies; on a virtual machine that takes as long as
the work.
Linux has pages of 2 MiB for programs that ask, and from 6.1 on it moves what is there already.
Small objects live in blocks of 1 MiB that Python takes one by one, between libraries and too small for that: so a piece
is taken as a whole before anything else is loaded, and Python fills it.
Where the system has nothing of the kind, or does not want to, everything stays as it is.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE = 2 << 20
RESERVED = 24 << 20
"""What a desk has loaded when it begins to trade, bytes."""
MOST = 128 << 20
"""More than this is not moved, because whoever moves it waits."""
_BLOCK = 400  # of the size that Python keeps in its own blocks
_ARENA = 1 << 20
_HUGEPAGE, _COLLAPSE = 14, 25  # from the system's <linux/mman.h>
_MAPS = Path("/proc/self/maps")
_held: list[bytes] = []


def reserve(size: int = RESERVED) -> None:
    """Take a piece of memory for what will be loaded; call it first of all, a second call does nothing."""
    if not _held and _MAPS.exists():
        blocks = [bytes(_BLOCK) for _ in range(size // _BLOCK)]
        _held.extend(blocks[:: _ARENA // _BLOCK // 2])  # a block of Python's is given back when nothing is left in it


def gather() -> int:
    """Move what is there onto large pages; return how many bytes were."""
    moved = 0
    with suppress(OSError, AttributeError):  # no such file, or no such function
        advise = ctypes.CDLL(None).madvise
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for begin, end in _writable():
            first, length = -(-begin // LARGE) * LARGE, end // LARGE * LARGE - -(-begin // LARGE) * LARGE
            if 0 < length <= MOST - moved and advise(first, length, _HUGEPAGE) == 0:
                moved += length if advise(first, length, _COLLAPSE) == 0 else 0
    return moved


def _writable() -> Iterator[tuple[int, int]]:
    """Yield begin and end of the heap, and of memory that belongs to no file."""
    for line in _MAPS.read_text().splitlines():
        span, rights, _, _, _, *name = line.split(maxsplit=5)
        if rights.startswith("rw") and (not name or name[0] == "[heap]"):
            begin, end = span.split("-")
            yield int(begin, 16), int(end, 16)
