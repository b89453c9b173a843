"""The demo: a desk on simulated markets, with a page, and with nothing to configure.

The generator first rehearses two hours, tops of book only, which takes about a second and gives every chart a past; the
books open where the rehearsal ended and then run with the wall clock.
Orders are filled by the paper venue against these books, and everything decided is kept in a journal of its own; the
newest few of these journals stay.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from basisdesk import __version__
from basisdesk.app.charts import PERIODS, Charts
from basisdesk.app.desk import Desk
from basisdesk.app.listings import Rank
from basisdesk.app.serve import PORT, free_port
from basisdesk.app.serve import run as serve
from basisdesk.app.talk import Talk
from basisdesk.app.tape import Tape
from basisdesk.domain.errors import JournalError, UsageError
from basisdesk.engine.replay import digest
from basisdesk.kernel.book import VALID
from basisdesk.sim.generator import Generator
from basisdesk.sim.listing import SECOND
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.store.lock import WriteLock

if TYPE_CHECKING:
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.contract import Market, Report

REHEARSAL = 2 * 3600 * SECOND
EVERY = 2 * SECOND
"""Distance between the tops of a market in the rehearsal."""
STALE_AFTER = 5 * SECOND
JOURNALS = 5
NOTHING = float("nan")


class Stage:
    """The demo market on a desk: drives the generator, and keeps the tapes that charts are made from."""

    def __init__(self, desk: Desk, seed: int, start: int) -> None:
        """`start` is when trading begins (ns UTC); the rehearsal comes before it."""
        self.tapes: dict[str, Tape] = {}
        self._desk = desk
        self._generator = Generator(seed, start - REHEARSAL)
        desk.advance(start)
        instruments = self._generator.instruments()
        desk.list_instruments(instruments, Rank.OPERATOR)
        self._places = [self._seat(instrument) for instrument in instruments]
        self._by_slot = {market.slot: (tape, seat) for market, tape, seat in self._places}
        self._generator.rehearse(start, EVERY, self._rehearsed)
        self._generator.open(lambda instrument: desk.markets[instrument.symbol], self)

    def next_at(self) -> int | None:
        """When the generator moves next (ns)."""
        return self._generator.next_at()

    def advance(self, until: int) -> None:
        """Play the market up to and including `until`, with what the desk has due in between."""
        desk, generator = self._desk, self._generator
        while (at := generator.next_at()) is not None and at <= until:
            desk.advance(at)
            generator.advance(at)
        desk.advance(until)

    def finish(self, settle: int) -> None:
        """A demo market has no end but that of its last contract; let what is under way settle."""
        self._desk.advance(self._desk.now + settle)

    def market(self, line: str, code: str) -> Market | None:
        """Open nothing: the generator is given its markets by symbol, because venues share codes."""
        return self._desk.market(line, code)

    def touched(self, market: Market, now: int) -> None:
        """Tell the desk, and note the top on the tape."""
        self._desk.touched(market, now)
        self._note(market, now)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """As `touched`: the last price moved."""
        self._desk.traded(market, now, price, size, buy, trade_id)
        self._note(market, now)

    def carried(self, market: Market, now: int) -> None:
        """Pass it on."""
        self._desk.carried(market, now)

    def report(self, report: Report) -> None:
        """Pass it on."""
        self._desk.report(report)

    def _seat(self, instrument: Instrument) -> tuple[Market, Tape, int]:
        universe = self._desk.universe
        market = self._desk.open_market(instrument.symbol, instrument.market, instrument.code, instrument)
        return market, self.tapes.setdefault(instrument.base, Tape()), universe.seats[market.slot]

    def _rehearsed(self, index: int, at: int, bid: float, ask: float, last: float) -> None:
        _, tape, seat = self._places[index]
        tape.add(seat, at, bid, ask, last)

    def _note(self, market: Market, now: int) -> None:
        tape, seat = self._by_slot[market.slot]
        book = market.book
        if book.state(now) == VALID:
            tape.add(seat, now, book.bid, book.ask, book.last)
        else:
            tape.add(seat, now, NOTHING, NOTHING, book.last)


def run(port: int = PORT, seed: int = 1, speed: float = 1.0) -> int:
    """Serve the demo until stopped; return the exit code.

    Raises:
        UsageError: the port is taken or none, or the speed is no number above zero.
    """
    if not 0 < speed < float("inf"):
        raise UsageError(f"a speed of {speed:g} is refused: give --speed a number above zero, such as 1")
    port = free_port(port)
    start = time.time_ns()
    path = new_journal(journal_folder(), start)
    with Journal.open(path, __version__) as journal:
        desk = Desk(journal, PaperTerms(seed=seed), (), STALE_AFTER, ())
        stage = Stage(desk, seed, start)
        charts = Charts(PERIODS, stage.tapes, STALE_AFTER)
        source = f"simulated markets, seed {seed}"
        code = serve(desk, stage, charts, mode="DEMO", source=source, port=port, speed=speed)
        journal.seal(digest(desk.state), desk.now)
    Talk().say(f"stopped; what was decided is kept in {path}")
    return code


def journal_folder() -> Path:
    """Return the folder of the demo's journals, made when it is not there."""
    folder = Path(platformdirs.user_state_dir("basisdesk", appauthor=False)) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_journal(folder: Path, start: int) -> Path:
    """Return the path of this run's journal, and remove the oldest so that, with it, `JOURNALS` are kept."""
    kept = sorted(folder.glob("demo-*.journal"))
    for old in kept[: max(0, len(kept) - JOURNALS + 1)]:
        try:
            lock = WriteLock(old)
        except JournalError:
            continue  # another demo is writing it
        for path in (old, *folder.glob(f"{old.name}-*")):
            path.unlink(missing_ok=True)
        lock.release()
    stamp = datetime.fromtimestamp(start // SECOND, UTC)
    return folder / f"demo-{stamp:%Y%m%dT%H%M%S}{start % SECOND:09d}Z.journal"
