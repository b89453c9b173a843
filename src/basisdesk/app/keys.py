"""API keys from a file that only its owner can read.

The file is TOML, one table a venue::

    [binance]
    key = "…"
    secret = "…"

    [okx]
    key = "…"
    secret = "…"
    passphrase = "…"

Keys are never taken from the command line, which other users of a machine can see.
"""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import msgspec
import platformdirs

from basisdesk.domain.errors import ConfigurationError, nearest
from basisdesk.venues import VENUES
from basisdesk.venues.trading import Credentials


def keys_path() -> Path:
    """Return where keys are looked for when no file is named."""
    return Path(platformdirs.user_config_dir("basisdesk", appauthor=False)) / "keys.toml"


def read_keys(path: Path | None = None) -> dict[str, Credentials]:
    """Return credentials by venue; none when no file is named and there is none at the usual place.

    Raises:
        ConfigurationError: the file is not there, is open to others, or does not hold keys.
    """
    file = path or keys_path()
    try:
        mode = file.stat().st_mode
        text = file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        if path is None:
            return {}
        raise ConfigurationError(f"{file} is not there: name a file with keys, or leave --keys out") from None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError(f"{file} can be read by others (mode {stat.S_IMODE(mode):04o}): chmod 600 {file}")
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is no TOML: {error}") from error
    return {venue: _credentials(file, venue, table) for venue, table in tables.items()}


def _credentials(file: Path, venue: str, table: object) -> Credentials:
    if venue not in VENUES:
        raise ConfigurationError(
            f"{file}: there is no venue {venue!r}{nearest(venue, VENUES)}; known are {', '.join(VENUES)}"
        )
    known = msgspec.structs.fields(Credentials)
    names = [field.name for field in known]
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: {venue} is no table: write [{venue}] with {', '.join(names)} under it")
    for name, value in table.items():
        if name not in names:
            raise ConfigurationError(f"{file}: [{venue}] has an unknown key {name!r}{nearest(name, names)}")
        if not isinstance(value, str) or not value:
            raise ConfigurationError(f"{file}: [{venue}] {name} is no text")
        if not value.isprintable():  # no header takes it, and the venue would call the signature wrong
            raise ConfigurationError(f"{file}: [{venue}] {name} holds a line break or the like: copy it again without")
    missing = [field.name for field in known if field.required and field.name not in table]
    if missing:
        raise ConfigurationError(f"{file}: [{venue}] lacks {' and '.join(missing)}")
    return Credentials(**table)
