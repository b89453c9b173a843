"""The two formats of a recording, line by line.

The stamped reader looks at as little of a line as it must: the stamp, and the first and last byte of the message; what
is inside is for the venue's decoder, which counts what it cannot read.
The last line of a file without a line end is parsed whole, because that is where a copy was cut off.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.domain.errors import RecordingError
from basisdesk.store.record import JSON_LINES, STAMPED, Connect, Frame, Record, Reply, Sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    Batches = Iterator[tuple[list[bytes], bool]]

_EARLIEST = 10**18  # 2001-09-09 in nanoseconds; a smaller stamp is in another unit
_LATEST = 4 * 10**18  # 2096-10-02; the desk's own "never" is not far beyond (2 to the power of 62)
_QUIET = ("header", "config")
_PACKED = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\x04\x22\x4d\x18": "lz4",
}
_TAR = b"\0ustar"  # at byte 257 of an archive, whose first byte is that of a file's name


class _Line(msgspec.Struct):
    """One JSON line of any kind."""

    t: str
    conn: str = ""
    ts: float | None = None
    addr: str = ""
    url: str = ""
    data: str | None = None
    b64: str | None = None


class _Snapshot(msgspec.Struct):
    """What tells a REST depth snapshot from a stream message."""

    stream: Any = None
    bids: Any = None
    asks: Any = None


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_snapshot = msgspec.json.Decoder(_Snapshot).decode
_decode_any = msgspec.json.Decoder().decode


def form_of(line: bytes, name: str, number: int) -> str:
    """Tell the format from the first line that is not blank.

    Raises:
        RecordingError: it is the first line of neither format.
    """
    stamp, _, message = line.strip().partition(b" ")
    if stamp.isdigit() and message.lstrip()[:1] == b"{":
        return STAMPED
    if line.lstrip()[:1] == b"{":
        try:
            _decode_line(line)
        except msgspec.DecodeError:
            pass
        else:
            return JSON_LINES
    packed = next((by for magic, by in _PACKED.items() if line.startswith(magic)), "tar" if _TAR in line[:264] else "")
    if packed:
        raise RecordingError(
            f"is packed by {packed}, and recordings are read plain or gzip: unpack it first", name, number
        )
    raise RecordingError(
        f"is not a recording: its first line begins with {line[:40]!r}, and it should be a receive time in nanoseconds,"
        ' a space and a JSON message, or a JSON object with a field "t"',
        name,
        number,
    )


def stamped(batches: Batches, name: str) -> Iterator[Record]:
    """Yield the records of a stamped recording."""
    at = number = 0
    for lines, open_ended in batches:
        for line in lines:
            number += 1
            stamp, _, data = line.partition(b" ")
            if data[:10] == b'{"stream":' and data[-1:] == b"}" and stamp.isdigit() and not open_ended:
                stamp_at = int(stamp)
                at = max(at, stamp_at)
                if _EARLIEST <= stamp_at < _LATEST:
                    yield Frame(at, number, "", data)
                    continue
            record = _stamped_slowly(line, name, number, at, open_ended=open_ended)
            if record is not None:
                at = record.at
                yield record


def _stamped_slowly(line: bytes, name: str, number: int, before: int, *, open_ended: bool) -> Record | None:
    """One line that is not plainly a frame: blank, a snapshot, with odd white space, or damaged."""
    line = line.strip()
    if not line:
        return None
    stamp, _, data = line.partition(b" ")
    data = data.lstrip()
    if not stamp.isdigit():
        raise RecordingError(f"does not begin with a receive time in nanoseconds but with {line[:40]!r}", name, number)
    at = int(stamp)
    if not _EARLIEST <= at < _LATEST:
        raise RecordingError(
            f"the receive time {stamp[:30].decode()} is not in nanoseconds since 1970, between 2001 and 2096",
            name,
            number,
        )
    at = max(at, before)
    if not data:
        raise RecordingError("the line is cut off: no message follows the receive time", name, number)
    if open_ended:
        try:
            _decode_any(data)
        except msgspec.DecodeError as error:
            raise RecordingError(f"the last line is cut off ({error})", name, number) from error
    try:
        snapshot = _decode_snapshot(data)
    except msgspec.DecodeError:
        return Frame(at, number, "", data)  # the feed counts what it cannot decode
    if snapshot.stream is None and snapshot.bids is not None and snapshot.asks is not None:
        return Reply(at, number, "", "", data)
    return Frame(at, number, "", data)


def json_lines(batches: Batches, name: str) -> Iterator[Record]:
    """Yield the records of a recording in JSON lines."""
    before = number = 0
    for lines, _ in batches:
        for text in lines:
            number += 1
            if not text.strip():
                continue
            try:
                line = _decode_line(text)
            except msgspec.DecodeError as error:
                raise RecordingError(f"cannot be read: {error}; it begins with {text[:60]!r}", name, number) from error
            if line.t in _QUIET:
                continue
            if line.ts is None:
                raise RecordingError(f"a record of kind {line.t[:40]!r} has no time (ts)", name, number)
            if not _EARLIEST <= line.ts * 1e9 < _LATEST:
                raise RecordingError(
                    f"ts {line.ts:.15g} is no time in seconds since 1970, between 2001 and 2096", name, number
                )
            # The recorders' clocks tick in microseconds; a double cannot hold this time in nanoseconds.
            before = max(before, int(line.ts * 1e6 + 0.5) * 1000)
            yield _record(line, name, number, before)


def _record(line: _Line, name: str, number: int, at: int) -> Record:
    match line.t:
        case "recv":
            return Frame(at, number, line.conn, _text(line, name, number))
        case "http":
            return Reply(at, number, line.conn, line.url, _text(line, name, number))
        case "connect":
            return Connect(at, number, line.conn, line.addr)
        case "send":
            return Sent(at, number, line.conn, line.addr, _text(line, name, number))
    raise RecordingError(f"a record of unknown kind {line.t[:40]!r}", name, number)


def _text(line: _Line, name: str, number: int) -> bytes:
    if line.data is not None:
        return line.data.encode()
    if line.b64 is None:
        raise RecordingError(f"a record of kind {line.t[:40]!r} has neither data nor b64", name, number)
    try:
        return binascii.a2b_base64(line.b64, strict_mode=True)
    except binascii.Error as error:
        raise RecordingError(f"b64 cannot be decoded ({error})", name, number) from error
