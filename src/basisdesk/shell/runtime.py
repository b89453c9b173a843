"""Where the processes of one desk meet: a private folder for its socket.

Whoever can reach the socket can place orders, so the folder belongs to this user alone (mode 0700) and that is checked,
not assumed: in a shared temporary folder somebody else could have made it first.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from basisdesk.domain.errors import UsageError

LONGEST_PATH = 100
"""Unix socket addresses end at 107 bytes; longer runtime folders are passed over."""


def runtime_folder() -> Path:
    """Return this user's private folder for sockets, made when it is not there.

    Raises:
        UsageError: the folder exists but belongs to somebody else or is open to others.
    """
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and len(given) < LONGEST_PATH // 2 and os.access(given, os.W_OK | os.X_OK):
        folder = Path(given) / "basisdesk"
    else:
        folder = Path(tempfile.gettempdir()) / f"basisdesk-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UsageError(
            f"{folder} must be a folder of yours that nobody else can enter (mode 0700): remove it and start again"
        )
    return folder
