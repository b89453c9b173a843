"""Compressed frames.

Every frame of a public stream is one gzip member, pings and acknowledgements included.
Deflate cannot grow anything more than 1,032 times, so a small frame is inflated in one call, whatever it says; a larger
one into a bounded buffer, so that one that would grow without end (a bomb) costs no more than the bound.
A frame that is cut short, has something behind its end, or fails its checksum is refused: gzip ends with the length of
the text, which shows what stands behind the end.
"""

from __future__ import annotations

import zlib
from struct import Struct
from typing import cast

from isal.igzip_lib import DECOMP_GZIP, IsalError, decompress

MAGIC = b"\x1f\x8b"
MOST = 4 << 20  # a book of 150 levels a side is 6 kB
GROWTH = 1032  # the most that deflate can do
SMALL = MOST // GROWTH
GZIP = DECOMP_GZIP
WINDOW = 15
ROOM = 470  # of the first buffer: most changes fit, and it is of the size that Python's allocator keeps at hand
Fault = cast("type[Exception]", IsalError)  # its stub declares an instance
_ZLIB_GZIP = 31  # zlib's number for "the largest window, with a gzip header"
_size_in = Struct("<I").unpack_from


def inflate(frame: bytes) -> bytes:
    """Return the text of a frame; one that is not compressed is returned as it is.

    Raises:
        ValueError: the frame is damaged, or its text is longer than `MOST` bytes.
    """
    if len(frame) <= SMALL and frame.startswith(MAGIC):
        try:
            text = decompress(frame, GZIP, WINDOW, ROOM)
        except Fault as error:
            raise ValueError(f"the compressed frame is cut short or damaged ({error})") from error
        return text if _size_in(frame, len(frame) - 4)[0] == len(text) else _bounded(frame)
    if frame.startswith(MAGIC):
        return _bounded(frame)
    if len(frame) > MOST:
        raise ValueError(f"a text of {len(frame)} bytes is longer than the {MOST} that a frame may have")
    return frame


def _bounded(frame: bytes) -> bytes:
    stream = zlib.decompressobj(_ZLIB_GZIP)
    try:
        text = stream.decompress(frame, MOST)
    except zlib.error as error:
        raise ValueError(f"the compression is damaged ({error})") from error
    if not stream.eof:
        grows = len(text) >= MOST
        raise ValueError(f"it inflates to more than {MOST} bytes" if grows else "the compressed frame is cut short")
    if stream.unused_data:
        raise ValueError(f"{len(stream.unused_data)} bytes follow the compressed frame")
    return text
