"""The journal: every durable event and effect, in order, before anything is performed.

One SQLite file in WAL mode with full synchronisation: `append` returns when the rows are on the disk, in one
transaction, so either all effects of an event are known after a crash or none is.
Each row carries its sequence number, time, kind, build, schema and the JSON of the event or effect (amounts as text);
its checksum covers all of that and the checksum of the row before, and a head row states how many rows there are.
An edit, a removal, an insertion or a change of order anywhere is therefore found and named when the journal is read.
`seal` writes the digest of the state that the journal folds to; a journal without one was not closed in order (or is
still being written) and is as good, except that there is nothing to compare the folded state with.
Only one process may write; a lock file beside the journal says who does.
A journal in memory has the same rows without a file and its checksums, for runs that nobody comes back to.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from basisdesk.domain.effect import Effect
from basisdesk.domain.errors import JournalError
from basisdesk.domain.event import Event
from basisdesk.store.lock import WriteLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SCHEMA = 1
APPLICATION = 0x42444A31  # marks the file as ours in SQLite's header
SEAL = "seal"
_START = hashlib.sha256(b"basisdesk journal").digest()
_TABLES = f"""
BEGIN;
PRAGMA application_id={APPLICATION};
PRAGMA user_version={SCHEMA};
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, build TEXT NOT NULL, schema INTEGER NOT NULL,
    body BLOB NOT NULL, checksum BLOB NOT NULL
);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), rows INTEGER NOT NULL, checksum BLOB NOT NULL);
INSERT INTO head VALUES (1, 0, x'{_START.hex()}');
COMMIT;
"""  # noqa: S608 (made of this module's constants)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event | Effect] = msgspec.json.Decoder(Event | Effect)
_TYPES = (int, int, str, str, int, bytes, bytes)
_Row = tuple[int, int, str, str, int, bytes, bytes]


class Record(msgspec.Struct, frozen=True):
    """One row: `kind` is the name of the event or effect, `build` the program that wrote it."""

    seq: int
    at: int
    kind: str
    build: str
    value: Event | Effect


class Journal:
    """An open journal; make one with `open` (to write) or `read`."""

    def __init__(self, path: str, build: str, base: sqlite3.Connection | None, lock: WriteLock | None) -> None:
        self.path = path
        self._kept: list[_Row] = []
        self._build = build
        self._base = base
        self._lock = lock
        self._rows, self._last = (0, _START) if base is None else _head(base, path)

    @classmethod
    def open(cls, path: Path | str | None, build: str) -> Journal:
        """Open a journal to append to, or begin one; None keeps it in memory only.

        Raises:
            JournalError: the file is no journal, is of another schema, is damaged, is being written by another process,
                or cannot be written.
        """
        if path is None:
            return cls("memory", build, None, None)
        lock = WriteLock(Path(path))
        try:
            base = _connect(str(path), new=not Path(path).exists() or not Path(path).stat().st_size)
            return cls(str(path), build, base, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def read(cls, path: Path | str) -> Journal:
        """Open a journal to read only, also while another process writes it.

        Raises:
            JournalError: there is no such file, or it is no journal, of another schema, or damaged.
        """
        file = Path(path)
        if not file.is_file():
            raise JournalError(f"{file}: there is no such journal")
        if not file.stat().st_size or Path(f"{file}-journal").exists():  # the tables are one transaction, before WAL
            raise JournalError(f"{file}: holds nothing: the program that began it ended before the first row")
        quiet = "" if Path(f"{file}-wal").exists() else "&immutable=1"
        with _told(str(file)):
            base = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro{quiet}", uri=True, isolation_level=None)
        try:
            _check_header(base, str(file))
            return cls(str(file), "", base, None)
        except BaseException:
            base.close()
            raise

    @property
    def rows(self) -> int:
        """How many rows there are, seals included."""
        return self._rows

    def append(self, values: Sequence[Event | Effect]) -> None:
        """Make events and effects durable, all or none; returns when they are on the disk.

        Raises:
            JournalError: the rows could not be written; none is.
        """
        self._write([(value.at, type(value).__name__, _encoder.encode(value)) for value in values])

    def seal(self, digest: str, at: int = 0) -> None:
        """Write the digest of the state that the rows so far fold to; raises as `append`."""
        self._write([(at, SEAL, digest.encode())])

    def records(self) -> Iterator[Record]:
        """Read every event and effect, oldest first, checking each row against its checksum and neighbour.

        Do not append while reading.

        Raises:
            JournalError: a row is missing, changed, misplaced or of another schema; names file and row.
        """
        for row in self._checked():
            if row[2] != SEAL:
                yield Record(*row[:4], self._value(row))

    def sealed(self) -> str | None:
        """Return the digest of the final state if the last row is a seal; None when the journal was left open."""
        if self._base is None:
            row = self._kept[-1][2:6:3] if self._kept else None
        else:
            with _told(self.path):
                row = self._base.execute("SELECT kind, body FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        return bytes(row[1]).decode() if row is not None and row[0] == SEAL else None

    def close(self) -> None:
        """Close the file and let others write it."""
        if self._base is not None:
            self._base.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, values: Iterable[tuple[int, str, bytes]]) -> None:
        rows, seq, last, build = [], self._rows, self._last, self._build
        if self._base is None:
            for at, kind, body in values:
                self._rows += 1
                self._kept.append((self._rows, at, kind, build, SCHEMA, body, b""))
            return
        for at, kind, body in values:
            seq += 1
            last = _checksum(last, (seq, at, kind, build, SCHEMA, body))
            rows.append((seq, at, kind, build, SCHEMA, body, last))
        try:
            _commit(self._base, rows, seq, last)
        except sqlite3.Error as error:
            raise _as_told(self.path, "", error) from error
        self._rows, self._last = seq, last

    def _checked(self) -> Iterator[_Row]:
        if self._base is None:  # nobody else can have touched them
            yield from self._kept
            return
        seq, last = 0, _START
        with _told(self.path, lambda: f"after row {seq}"):
            # one transaction, so that the head is of the same moment as the rows while another process writes
            self._base.execute("BEGIN")
            try:
                rows, checksum = self._base.execute("SELECT rows, checksum FROM head").fetchone()
                for row in self._base.execute("SELECT * FROM journal ORDER BY seq"):
                    seq += 1
                    last = self._check(row, seq, last)
                    yield row
            finally:
                if self._base.in_transaction:
                    self._base.execute("COMMIT")
        if seq != rows or last != checksum:
            raise JournalError(
                f"{self.path}: {rows} rows were written and {seq} are there: rows are missing at the end"
            )

    def _check(self, row: _Row, expected: int, last: bytes) -> bytes:
        seq, schema = row[0], row[4]
        if seq != expected:
            raise JournalError(f"{self.path}, row {expected}: the row is missing, the next one is {seq}")
        if schema != SCHEMA:
            raise JournalError(f"{self.path}, row {seq}: written under schema {schema}, this program reads {SCHEMA}")
        whole = all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True))
        checksum = _checksum(last, row[:6]) if whole else b""
        if checksum != row[6]:
            raise JournalError(f"{self.path}, row {seq}: the checksum is wrong: the row was changed or misplaced")
        return checksum

    def _value(self, row: _Row) -> Event | Effect:
        try:
            return _decoder.decode(row[5])
        except msgspec.MsgspecError as error:
            raise JournalError(
                f"{self.path}, row {row[0]}: {row[2]} of build {row[3]} cannot be read by this program: {error}"
            ) from error


def _head(base: sqlite3.Connection, path: str) -> tuple[int, bytes]:
    """Return how many rows were written, and the checksum of the last."""
    with _told(path):
        head: tuple[int, bytes] | None = base.execute("SELECT rows, checksum FROM head").fetchone()
    if head is None:
        raise JournalError(f"{path}: the head row is missing: the journal was damaged")
    return head


def _commit(base: sqlite3.Connection, rows: list[_Row], seq: int, last: bytes) -> None:
    """Write rows and head in one transaction, and wait for the disk."""
    try:
        base.execute("BEGIN IMMEDIATE")
        base.executemany("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        base.execute("UPDATE head SET rows = ?, checksum = ?", (seq, last))
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def _connect(name: str, *, new: bool) -> sqlite3.Connection:
    with _told(name):
        base = sqlite3.connect(name, isolation_level=None, timeout=0.25)
    try:
        with _told(name):
            if new:
                base.executescript(_TABLES)
        _check_header(base, name)
        with _told(name):
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=FULL")
    except BaseException:
        base.close()
        raise
    return base


def _check_header(base: sqlite3.Connection, path: str) -> None:
    with _told(path):
        application = base.execute("PRAGMA application_id").fetchone()[0]
        schema = base.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise JournalError(f"{path}: is a database, but not a journal")
    if schema != SCHEMA:
        newer = "a newer program wrote it" if schema > SCHEMA else "an older program wrote it"
        raise JournalError(f"{path}: has schema {schema} and this program reads {SCHEMA}: {newer}")


@contextmanager
def _told(path: str, where: Callable[[], str] = str) -> Iterator[None]:
    """Turn what SQLite says into one sentence that names the file, and the row where there is one."""
    try:
        yield
    except sqlite3.Error as error:
        raise _as_told(path, where(), error) from error


def _as_told(path: str, place: str, error: sqlite3.Error) -> JournalError:
    text = str(error)
    if "not a database" in text:
        return JournalError(f"{path}: is not a journal")
    if isinstance(error, sqlite3.OperationalError) and "no such table" not in text:
        return JournalError(f"{path}: cannot be used: {text}")
    return JournalError(f"{path}{place and ', '}{place}: the journal is damaged: {text}")


def _checksum(last: bytes, row: tuple[int, int, str, str, int, bytes]) -> bytes:
    seq, at, kind, build, schema, body = row
    return hashlib.sha256(b"%b%b%b" % (last, f"{seq}\n{at}\n{kind}\n{build}\n{schema}\n".encode(), body)).digest()
