"""Compressed frames.

Every frame of a public stream is one gzip member, pings and acknowledgements included.
A frame is inflated into a bounded buffer, so one that would grow without end (a bomb) costs no more than the bound; a
frame that is cut short, has something behind its end, or fails its checksum is refused as well.
"""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
MOST = 4 << 20  # a book of 150 levels a side is 6 kB
_GZIP = 31  # zlib's number for "the largest window, with a gzip header"


def inflate(frame: bytes) -> bytes:
    """Return the text of a frame; one that is not compressed is returned as it is.

    Raises:
        ValueError: the frame is damaged, or its text is longer than `MOST` bytes.
    """
    if frame[:2] != MAGIC:
        if len(frame) > MOST:
            raise ValueError(f"a text of {len(frame)} bytes is longer than the {MOST} that a frame may have")
        return frame
    stream = zlib.decompressobj(_GZIP)
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
