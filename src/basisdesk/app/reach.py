"""How a command reaches venues: the real ones, or those of a running simulator.

``--sim URL`` names the control address that `basisdesk sim serve` printed; from it come the addresses of the simulated
venues and their keys, and nothing else can be connected to.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from basisdesk.app.keys import read_keys
from basisdesk.domain.errors import UsageError, VenueError
from basisdesk.shell.live.routes import Routes, check_safe
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues import VENUES, venue_named
from basisdesk.venues.trading import Credentials

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE = 5.0
_LARGEST = 1 << 20


class _Key(msgspec.Struct):
    key: str
    secret: str
    passphrase: str = ""


class _Told(msgspec.Struct):
    origins: dict[str, dict[str, str]]
    keys: dict[str, dict[str, _Key]]


class Reach(msgspec.Struct, frozen=True):
    """Where venues are, whose keys are used, and which venues can be asked at all."""

    routes: Routes
    credentials: dict[str, Credentials]
    venues: tuple[str, ...]
    simulated: bool


def reach(
    sim: str = "", keys: Path | None = None, venues: str = "", use: str = "trade", *, public: bool = False
) -> Reach:
    """Return how the wanted venues (comma-separated, all without) are reached.

    `public` leaves the file of keys alone: what needs none shall not fail over it.
    `use` chooses among a simulator's keys: ``trade``, ``read``, ``withdraw`` or ``second``.

    Raises:
        UsageError: an unknown venue or use, or a simulator that does not serve the venue.
        VenueError: no simulator answers.
        ConfigurationError: the file of keys cannot be used.
    """
    names = [venue_named(name.strip()).name for name in venues.split(",") if name.strip()]
    if not sim:
        return Reach(Routes(), {} if public else read_keys(keys), tuple(names or VENUES), simulated=False)
    told = _ask(sim)
    lacking = [name for name in names if name not in told.origins]
    if lacking:
        served = ", ".join(told.origins)
        raise UsageError(f"the simulator at {sim} does not serve {', '.join(lacking)}: choose among {served}")
    origins = {live: here for table in told.origins.values() for live, here in table.items()}
    kinds = list(dict.fromkeys(kind for table in told.keys.values() for kind in table))
    if use not in kinds:
        raise UsageError(f"the simulator has no key for {use!r}: choose among {', '.join(kinds)}")
    found = {name: table[use] for name, table in told.keys.items() if use in table}
    credentials = {name: Credentials(key.key, key.secret, key.passphrase) for name, key in found.items()}
    if keys is not None:
        credentials = read_keys(keys)
    return Reach(Routes(origins), credentials, tuple(names or told.origins), simulated=True)


def _ask(sim: str) -> _Told:
    address = sim if "://" in sim else f"http://{sim}"
    try:
        check_safe(address)
    except NotSent as error:
        raise UsageError(f"--sim {sim}: {error}") from error
    if not address.startswith("http://"):
        raise UsageError(
            f"--sim {sim}: a simulator is spoken to over http, as `basisdesk sim serve` prints its address"
        )
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
    try:
        connection.request("GET", "/")
        return msgspec.json.decode(connection.getresponse().read(_LARGEST), type=_Told)
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise VenueError(
            f"no simulator answers at {sim} ({why}): start one with `basisdesk sim serve` and name what it prints"
        ) from error
    finally:
        connection.close()
