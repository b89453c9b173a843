"""`basisdesk sim serve`: venues that are not there, on loopback ports, as the real ones would speak.

Each venue is a dialect in front of an exchange; all exchanges share one market, generated, so that what is dear on one
venue is cheap on another, or played from recordings (`app.playback`), so that orders meet what was really there.
The addresses are printed before anything can connect, one line a venue, or as one JSON object.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import msgspec

from basisdesk.app.playback import Playback
from basisdesk.app.sheet import Sheet, open_console
from basisdesk.app.talk import Talk
from basisdesk.app.tapes import EVERY, REHEARSAL, WARM
from basisdesk.domain.errors import UsageError
from basisdesk.shell.simserver.booth import Booth
from basisdesk.shell.simserver.control import Control
from basisdesk.sim.dialects import dialect_of, rules_of
from basisdesk.sim.exchange import listed
from basisdesk.sim.exchange.logins import FULL, READ_ONLY, SECOND, WITHDRAWING
from basisdesk.sim.faulty import Faulty
from basisdesk.sim.generator import Generator
from basisdesk.venues import VENUES, venue_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.sim.exchange import Source

GENERATOR = "generator"
KEYS = {"trade": FULL, "read": READ_ONLY, "withdraw": WITHDRAWING, "second": SECOND}
"""What a key of the simulator is for."""


class Fair:
    """Running venues; use as an async context, then read `told`."""

    def __init__(
        self, venues: Sequence[str], seed: int, start: int, rehearsal: int = REHEARSAL, source: Source | None = None
    ) -> None:
        """The market opens at `start` (ns UTC): `source`, else a generated one after a rehearsal of so many ns."""
        rules = {venue: rules_of(venue) for venue in venues}
        opening = start if source else start - WARM
        market = source or _generated(venues, seed, opening, rehearsal)
        self.exchanges = listed(market, venues, rules, seed, opening)
        for each in self.exchanges.values():
            each.advance(start)
        self.booths = {
            name: Booth(name, Faulty(dialect_of(name, each, start), each.faults.switch, seed, each.faults.is_spent))
            for name, each in self.exchanges.items()
        }
        self.control = ""
        self.tasks: list[asyncio.Task[None]] = []
        self._service = Control(self.booths, time.time_ns, self.told)

    async def __aenter__(self) -> Self:
        for booth in self.booths.values():
            self.tasks.append(await booth.start())
        self.control = await self._service.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._service.stop()
        for booth in self.booths.values():
            await booth.stop()

    def told(self) -> dict[str, Any]:
        """Return what is printed: addresses by venue and host, what they stand for, keys, and where faults are made."""
        return {
            "venues": {name: booth.urls for name, booth in self.booths.items()},
            "origins": {name: routes(booth) for name, booth in self.booths.items()},
            "keys": {name: _keys() for name in self.booths},
            "control": self.control,
        }


def routes(booth: Booth) -> dict[str, str]:
    """Return live origin to simulated origin, for HTTP and sockets alike."""
    found = {}
    for host, origins in booth.wire.origins.items():
        for origin in origins:
            scheme = "ws" if origin.startswith("ws") else "http"
            found[origin] = f"{scheme}://{booth.urls[host].partition('://')[2]}"
    return found


def chosen(text: str) -> list[str]:
    """Return the venues of a comma-separated list, all of them for an empty one.

    Raises:
        UsageError: a venue that there is not.
    """
    names = [name.strip() for name in text.split(",") if name.strip()] or list(VENUES)
    return [venue_named(name).name for name in dict.fromkeys(names)]


def run(
    venues: str = "",
    seed: int = 1,
    market: Sequence[str] = (),
    instruments: Sequence[str] = (),
    *,
    more: Sequence[str] = (),
    start: int = 0,
    until_closed: bool = False,
    as_json: bool = False,
) -> int:
    """Serve until stopped; return the exit code.  The market opens at `start` (ns UTC), now where it is 0.

    `market` are recordings, none for the generated market, and `more` those that were named after them without the
    option; `instruments` are files with the terms of recorded markets.

    Raises:
        UsageError: an unknown venue, or a recording that cannot be used.
    """
    files = [each for each in market if each != GENERATOR]
    if files and len(files) < len(market):
        raise UsageError(f"--market {GENERATOR} and --market {files[0]} exclude each other: choose one")
    if more and not files:
        raise UsageError(f"{more[0]} has no --market before it: name recordings as --market {more[0]}")
    files += more
    if instruments and not files:
        raise UsageError("--instruments gives the terms of recorded markets: name the recordings with --market")
    opens, wanted = start or time.time_ns(), chosen(venues) if venues else []
    fair = _recorded(files, instruments, wanted, seed, opens) if files else Fair(chosen(venues), seed, opens)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(fair, until_closed=until_closed, as_json=as_json))
    return 0


def _recorded(files: Sequence[str], instruments: Sequence[str], venues: Sequence[str], seed: int, start: int) -> Fair:
    talk = Talk(quiet=True)
    playback = Playback(files, start, talk, venues, instruments)
    for sentence in playback.left_out:
        talk.say(f"warning: {sentence}")
    began = f"{datetime.fromtimestamp(playback.first / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC"
    symbols = ", ".join(each.symbol for each in playback.source.instruments())
    talk.say(f"playing what was recorded from {began} as if it happened now: {symbols}")
    return Fair(playback.venues, seed, start, source=playback.source)


def _generated(venues: Sequence[str], seed: int, start: int, rehearsal: int) -> Generator:
    market = Generator(seed, start - rehearsal, venues)
    market.rehearse(start, EVERY, _unseen)
    return market


async def _serve(fair: Fair, *, until_closed: bool, as_json: bool) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    if until_closed:
        loop.add_reader(sys.stdin.fileno(), ended.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with fair:
        if as_json:
            print(msgspec.json.encode(fair.told()).decode(), flush=True)  # noqa: T201 (the command's answer)
        else:
            show(fair)
        waiting = asyncio.create_task(ended.wait())
        done, _ = await asyncio.wait([waiting, *fair.tasks], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done - {waiting}:
            await task  # a venue that stopped living is our bug: its error ends the command


def show(fair: Fair) -> None:
    """Print addresses and keys for a person."""
    console = open_console()
    sheet = Sheet("Simulated venues", ("venue", "l"), ("stands for", "l"), ("address", "l"))
    for name, booth in fair.booths.items():
        for host, url in booth.urls.items():
            hosts = dict.fromkeys(origin.partition("://")[2] for origin in booth.wire.origins[host])
            sheet.add(name, ", ".join(hosts), url)
    sheet.add("control", "--sim of other commands, faults", fair.control)
    sheet.print(console)
    keys = Sheet("Keys, the same on every venue", ("for", "l"), ("key", "l"), ("secret", "l"), ("passphrase", "l"))
    for use, key in _keys().items():
        keys.add(use, key["key"], key["secret"], key["passphrase"])
    keys.print(console)
    Talk().say(f"faults are switched on at {fair.control}/faults; stop with Ctrl+C")


def _keys() -> dict[str, dict[str, str]]:
    return {
        use: {
            "key": login.credentials.key,
            "secret": login.credentials.secret,
            "passphrase": login.credentials.passphrase,
            "account": login.account,
        }
        for use, login in KEYS.items()
    }


def _unseen(_index: int, _at: int, _bid: float, _ask: float, _last: float) -> None:
    """Whoever wants to see the rehearsal plays it again; it follows from seed and start."""
