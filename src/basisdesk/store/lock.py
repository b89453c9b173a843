"""One writer at a time: a lock file beside the file that is written.

The lock is the kernel's (`flock`), not the file's existence, so it ends with the process however that dies.
The file is removed on release; whoever locked a file that is no longer the one at the path begins again, so that two
processes never hold locks on two files of the same name.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from basisdesk.domain.errors import JournalError


class WriteLock:
    """The right to write `path`, held until `release` or the end of the process.

    Raises:
        JournalError: another process holds it (the message names that process), or the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._name = Path(f"{path}.lock")
        while True:
            self._file = self._opened(path)
            self._take(path)
            if self._is_current():
                break
            os.close(self._file)  # its last owner removed it while this process waited for it
        os.truncate(self._file, 0)
        os.write(self._file, f"process {os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others write."""
        self._name.unlink(missing_ok=True)
        os.close(self._file)

    def _opened(self, path: Path) -> int:
        try:
            return os.open(self._name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(f"{path}: cannot be written: {error.strerror}") from error

    def _take(self, path: Path) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(self._file, 32).decode(errors="replace").strip() or "another process"
            os.close(self._file)
            raise JournalError(f"{path}: is being written by {owner}: stop that one, or use another file") from error

    def _is_current(self) -> bool:
        try:
            return self._name.stat().st_ino == os.fstat(self._file).st_ino
        except FileNotFoundError:
            return False
