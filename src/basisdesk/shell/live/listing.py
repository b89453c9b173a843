"""Instruments of one venue, loaded at the start and again on a timer; what changed is told as `Terms`.

They come through the venue's account codec where it has one, because that knows its pages, else from the paths of its
lines.
An instrument that is gone is told with `tradable` off, so that nothing new is begun in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Terms
from basisdesk.domain.ask import AskInstruments
from basisdesk.domain.errors import DecodeError, Refusal
from basisdesk.domain.outcome import Done
from basisdesk.shell.live.health import Capability, Health, Weight
from basisdesk.shell.live.transport import NotSent
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.ask import Ask
    from basisdesk.domain.instrument import Instrument
    from basisdesk.shell.live.asker import Asker
    from basisdesk.shell.live.site import Site
    from basisdesk.venues.trading import Session

SECOND = 1_000_000_000
OK = 200
PAGES = 100
TRIES = 5


class Listing:
    """The instruments of a venue's lines; `known` is by unified symbol."""

    def __init__(self, site: Site, session: Session, asker: Asker | None, tell: Callable[[Terms], None]) -> None:
        self.known: dict[str, Instrument] = {}
        self._site = site
        self._session = session
        self._asker = asker
        self._tell = tell

    async def load(self) -> list[str]:
        """Load every line; returns what could not be loaded, in words."""
        faults = []
        for line in self._site.venue.lines:
            told = await self._line(line)
            if isinstance(told, str):
                faults.append(f"{line}: {told}")
            else:
                self._take(line, told)
        said = "; ".join(faults)
        health = Health.UP if not faults else Health.DEGRADED if self.known else Health.DOWN
        self._site.say(Capability.DATA, "instruments", health, said, Weight.VITAL)
        return faults

    async def _line(self, line: str) -> list[Instrument] | str:
        asker = self._asker
        if asker is not None:
            told = await self._by_codec(asker, line)
            if told is not None:
                return told
        return await self._by_path(line)

    async def _by_codec(self, asker: Asker, line: str) -> list[Instrument] | str | None:
        """Ask page by page; None where the codec does not do it."""
        found: list[Instrument] = []
        ask: Ask = AskInstruments(line)
        tries = 0
        for _ in range(PAGES):
            reply = await asker.ask(ask)
            if isinstance(reply, Refusal):
                return None if not found else reply.message
            if not isinstance(reply.outcome, Done):
                tries += 1
                if tries >= TRIES:
                    return reply.outcome.message
                await self._site.clock.sleep(tries * SECOND)
                continue
            found += [update.instrument for update in reply.updates if isinstance(update, Terms)]
            if reply.further is None:
                return found
            ask = reply.further
        return found

    async def _by_path(self, line: str) -> list[Instrument] | str:
        place = self._site.venue.lines[line]
        found: list[Instrument] = []
        for path in (place.instruments_path, *place.further_instruments):
            wait = self._site.budget.ask((), False, "", self._site.clock.now())  # noqa: FBT003 (not urgent)
            if wait:
                return f"the venue wants to be left alone for {wait / SECOND:.1f} s"
            get = Request(ask=AskInstruments(line), method="GET", origin=place.rest_url, path=path)
            try:
                response = await self._site.transport.request(get)
                self._site.overhear(get, response)
                if response.status != OK:
                    return f"HTTP status {response.status} {response.body[:100].decode(errors='replace')}"
                found += self._site.venue.decode_instruments(line, response.body)
            except (NotSent, DecodeError) as error:
                return f"{error}"
        return found

    def _take(self, line: str, told: list[Instrument]) -> None:
        """Tell what changed."""
        first = not any(instrument.market == line for instrument in self.known.values())
        names = {instrument.symbol for instrument in told}
        gone = [
            msgspec.structs.replace(instrument, tradable=False)
            for symbol, instrument in self.known.items()
            if instrument.market == line and symbol not in names and instrument.tradable
        ]
        changed = [instrument for instrument in [*told, *gone] if self.known.get(instrument.symbol) != instrument]
        self._session.know(changed)
        self.known.update((instrument.symbol, instrument) for instrument in changed)
        if not first:
            for instrument in changed:
                self._tell(Terms(instrument))
