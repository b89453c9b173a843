"""Recordings: what a venue sent, with the time at which it was received.

Two formats are read, plain or gzip; which one it is, is told by the first line, not by the file's name.

*Stamped*: a line is the receive time in nanoseconds, a space, and the message exactly as received; an object that has
``bids`` and ``asks`` and no ``stream`` is the body of a REST depth snapshot which the recorder took.
*JSON lines*: a line is an object whose ``t`` says what happened (``header``, ``config``, ``http``, ``connect``,
``send`` or ``recv``) on the connection ``conn`` at ``ts`` seconds; text is in ``data``, binary frames are in ``b64``.

Records come lazily and in the order of the file.
Where time runs backwards inside a file (a clock was set), the record is given the time of the one before it: order is
evidence of what the recorder saw, its clock is not.
A line that cannot be read ends the file with one `RecordingError`; everything before it has been given by then.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import RecordingError
from basisdesk.store import recording_formats as formats
from basisdesk.store.record import JSON_LINES, STAMPED, Connect, Frame, Record, Reply, Sent
from basisdesk.store.recording_lines import read_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["JSON_LINES", "STAMPED", "Connect", "Frame", "Record", "Recording", "Reply", "Sent", "open_recording"]


class Recording(msgspec.Struct, frozen=True):
    """One readable recording: where it is, what it is called in messages, and its format."""

    path: Path
    name: str
    form: str

    def records(self, progress: Callable[[int], None] | None = None) -> Iterator[Record]:
        """Yield the records, oldest first; times never decrease.

        `progress` is told the number of bytes of the file whenever some were read.

        Raises:
            RecordingError: at the first line that cannot be read, naming file and line.
        """
        read = formats.stamped if self.form == STAMPED else formats.json_lines
        return read(read_batches(self.path, self.name, progress), self.name)


def open_recording(path: Path, name: str | None = None) -> Recording:
    """Look at the first line of a file and say what kind of recording it is.

    Raises:
        RecordingError: the file is missing, unreadable, empty, or not a recording.
    """
    called = name or str(path)
    for lines, _ in read_batches(path, called):
        for number, line in enumerate(lines, 1):
            if line.strip():
                return Recording(path, called, formats.form_of(line, called, number))
    raise RecordingError("holds no records", called, 1)
