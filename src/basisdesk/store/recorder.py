"""Writes recordings that `recording` reads: JSON lines, compressed as they come.

Every line says what happened on which connection: text is kept as it was received, binary frames in base64.
What was written is on the disk in whole lines at least once a second of recording, so a recorder that dies leaves a
file that ends early and is otherwise whole.
"""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Self

import msgspec

from basisdesk.domain.errors import RecordingError

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000
_FLUSH_EVERY = SECOND
_LEVEL = 6


class Recorder:
    """One file that is being written; times are ns UTC.

    What is recorded comes from the middle of a socket, where an error would look like the socket's.
    So a file that cannot be written any further (a full disk) raises nothing: `fault` says why from then on, and
    whatever comes is left out.
    """

    def __init__(self, path: Path, about: dict[str, object]) -> None:
        """Begin a new file; `about` goes into its first line.

        Raises:
            RecordingError: the file is there already, or cannot be written.
        """
        self.path = path
        self.lines = 0
        self.fault = ""
        self._flushed = 0
        self._written = 0
        try:
            self._raw = path.open("xb")
        except FileExistsError as error:
            what = "is a folder: name a new file in it" if path.is_dir() else "is there already: name a new file"
            raise RecordingError(what, str(path)) from error
        except OSError as error:
            raise RecordingError(f"cannot be written: {error.strerror}", str(path)) from error
        self._file = gzip.GzipFile(fileobj=self._raw, mode="wb", compresslevel=_LEVEL, filename="")
        self._write({"t": "header", "format": 2, **about})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._file, self._raw):
            try:
                each.close()
            except OSError as error:
                self._failed(error)

    @property
    def size(self) -> int:
        """Bytes of the file so far, those of about the last second left out."""
        return self._written

    def connected(self, at: int, connection: str, address: str) -> None:
        """A connection was opened."""
        self._write({"t": "connect", "conn": connection, "ts": _seconds(at), "addr": address}, at)

    def sent(self, at: int, connection: str, address: str, frame: bytes) -> None:
        """A frame was sent; frames with secrets are the caller's not to pass."""
        self._write({"t": "send", "conn": connection, "ts": _seconds(at), "addr": address, **_body(frame)}, at)

    def received(self, at: int, connection: str, frame: bytes) -> None:
        """A frame came."""
        self._write({"t": "recv", "conn": connection, "ts": _seconds(at), **_body(frame)}, at)

    def replied(self, at: int, connection: str, url: str, body: bytes) -> None:
        """An answer came over HTTP."""
        self._write({"t": "http", "conn": connection, "ts": _seconds(at), "url": url, **_body(body)}, at)

    def _write(self, line: dict[str, object], at: int = 0) -> None:
        if self.fault:
            return
        try:
            self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            self.lines += 1
            if at >= self._flushed + _FLUSH_EVERY:
                self._flushed = at
                self._file.flush(zlib.Z_SYNC_FLUSH)
                self._raw.flush()
                self._written = self._raw.tell()
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        self.fault = self.fault or f"cannot be written any further: {error.strerror}"


def _body(frame: bytes) -> dict[str, object]:
    try:
        return {"data": frame.decode()}
    except UnicodeDecodeError:
        return {"b64": msgspec.to_builtins(frame)}


def _seconds(at: int) -> float:
    """Return seconds with microseconds, which is what a double holds of a time of today."""
    return round(at / SECOND, 6)
