"""Lines of a recording, plain or gzip, with everything that can be wrong with a file named.

Whether a file is compressed is told by its first two bytes, never by its name.
A damaged gzip stream still gives every line that was whole before the damage: the decompressor is copied before each
chunk, and the chunk that fails is fed again byte by byte from the copy.
Memory is bounded by one chunk and the longest line.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from basisdesk.domain.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK = 1 << 16
LONGEST = 1 << 26  # a depth snapshot of 5,000 levels is half a megabyte; beyond 64 MiB it is no line of a recording
GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's number for "the largest window, with a gzip header"
_BOM = b"\xef\xbb\xbf"


def read_batches(
    path: Path, name: str, progress: Callable[[int], None] | None = None
) -> Iterator[tuple[list[bytes], bool]]:
    """Yield the file's lines in batches, without line ends, and whether the batch is a last line without a line end.

    `progress` is told how many bytes of the file were read each time.

    Raises:
        RecordingError: the file cannot be opened or read, or its compression is truncated or corrupt; every whole line
            before the damage has been yielded by then.
    """
    if path.is_dir():
        raise RecordingError("is a folder: name the recordings in it", name)
    try:
        with path.open("rb") as file:
            yield from _batches(file, name, progress or _quiet)
    except FileNotFoundError as error:
        raise RecordingError("there is no such file", name) from error
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror or error}", name) from error


def read_body(path: Path, name: str) -> bytes:
    """Return a whole file, plain or gzip, such as a recorded REST body.

    Raises:
        RecordingError: as `read_batches`.
    """
    return b"\n".join(line for lines, _ in read_batches(path, name) for line in lines)


def _quiet(_size: int) -> None:
    """Nobody wants to know."""


def _batches(file: IO[bytes], name: str, progress: Callable[[int], None]) -> Iterator[tuple[list[bytes], bool]]:
    first = file.read(CHUNK)
    if not first:
        raise RecordingError("is empty", name, 1)
    chunks = _inflate(first, file) if first.startswith(GZIP) else _plain(first, file)
    parts: list[bytes] = []  # of the line whose end has not come; joined once, or a long line would be copied for ever
    length = count = 0
    try:
        told = 0
        for chunk in chunks:
            progress(file.tell() - told)
            told = file.tell()
            lines = chunk.split(b"\n")
            rest = lines.pop()
            if lines:
                lines[0] = b"".join([*parts, lines[0]])
                if not count:
                    lines[0] = lines[0].removeprefix(_BOM)
                count += len(lines)
                parts, length = [], 0
                yield lines, False
            parts.append(rest)
            length += len(rest)
            if length > LONGEST:
                raise RecordingError(f"the line is longer than {LONGEST >> 20} MiB", name, count + 1)
    except _DamageError as damage:
        raise RecordingError(str(damage), name, count + 1) from damage
    last = b"".join(parts)
    if last:
        yield [last if count else last.removeprefix(_BOM)], True
    elif not count:
        raise RecordingError("is empty", name, 1)


def _plain(first: bytes, file: IO[bytes]) -> Iterator[bytes]:
    yield first
    while chunk := file.read(CHUNK):
        yield chunk


class _DamageError(Exception):
    """The compressed stream ends early or cannot be decompressed."""


def _inflate(first: bytes, file: IO[bytes]) -> Iterator[bytes]:
    """Decompress all members of a gzip file."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    chunk = first
    while chunk:
        before = stream.copy()
        try:
            yield stream.decompress(chunk)
        except zlib.error as error:
            yield _salvage(before, chunk)
            raise _DamageError(f"the gzip stream is corrupt ({error})") from error
        chunk = stream.unused_data
        if stream.eof:
            chunk = chunk.lstrip(b"\0") or file.read(CHUNK).lstrip(b"\0")
            if chunk:  # another member, as `cat a.gz b.gz` makes; padding with zero bytes is allowed
                stream = zlib.decompressobj(_GZIP_WINDOW)
        else:
            chunk = file.read(CHUNK)
    if not stream.eof:
        raise _DamageError("the gzip stream is cut off here")


def _salvage(stream: zlib._Decompress, chunk: bytes) -> bytes:
    """What a failing chunk gives before the byte that fails."""
    saved = bytearray()
    with suppress(zlib.error):
        for index in range(len(chunk)):
            saved += stream.decompress(chunk[index : index + 1])
    return bytes(saved)
