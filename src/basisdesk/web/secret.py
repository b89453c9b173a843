"""The signing key of this installation.

It is drawn at random on first use and kept in the user's state folder, readable by the owner alone.
Nothing is signed with it yet beyond what Django itself asks for; it exists so that no installation ever shares a key
with another.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from basisdesk.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

_OWNER_ONLY = 0o600
_LENGTH = 50


def key_file() -> Path:
    """Return where the key is kept."""
    return user_state_path("basisdesk") / "web.key"


def install_key(path: Path | None = None) -> str:
    """Return the key, drawing it first where there is none.

    Raises:
        ConfigurationError: the file cannot be written or read, or is too short to be a key.
    """
    path = path or key_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = _drawn(path) or path.read_text(encoding="ascii").strip()
        path.chmod(_OWNER_ONLY)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the signing key {path} cannot be used: {error}") from error
    if len(key) < _LENGTH:
        raise ConfigurationError(f"the signing key {path} is damaged: delete the file and start again")
    return key


def _drawn(path: Path) -> str:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError:
        return ""
    key = secrets.token_urlsafe(_LENGTH)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key
