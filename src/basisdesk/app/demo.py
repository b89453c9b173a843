"""The demo: a desk on simulated venues, with a page, and with nothing to configure.

The venues run in a process of their own and are spoken to over loopback sockets, signed and budgeted as real ones, so
what the demo shows is the live path.
A rehearsal of two hours, tops of book only, gives every chart a past; it is the same in both processes, because it
follows from the seed and the start.
Everything decided is kept in a journal of its own; the newest few of these journals stay.
With ``--in-process`` the markets run inside the desk and a paper venue fills: nothing but the page has a socket then,
and the market can run faster than the clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from basisdesk import __version__
from basisdesk.app.broker import LiveBroker
from basisdesk.app.charts import PERIODS, Charts
from basisdesk.app.desk import Desk
from basisdesk.app.live import LiveDriver
from basisdesk.app.reach import reach
from basisdesk.app.serve import PORT, free_port
from basisdesk.app.serve import run as serve
from basisdesk.app.simchild import SimulatorChild
from basisdesk.app.talk import Talk
from basisdesk.app.tapes import REHEARSAL, WARM, Tapes
from basisdesk.domain.errors import JournalError, UsageError
from basisdesk.engine.replay import digest
from basisdesk.sim.generator import Generator
from basisdesk.sim.listing import SECOND
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.store.lock import WriteLock

if TYPE_CHECKING:
    from basisdesk.app.tape import Tape
    from basisdesk.venues.contract import Market, Report

STALE_AFTER = 5 * SECOND
JOURNALS = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Stage:
    """The demo market in the desk's own process: drives the generator, keeps the tapes that charts are made from."""

    def __init__(self, desk: Desk, seed: int, start: int) -> None:
        """`start` is when trading begins (ns UTC); the rehearsal comes before it."""
        self._desk = desk
        self._generator = Generator(seed, start - REHEARSAL)
        desk.advance(start)
        self._tapes = Tapes(desk, self._generator)
        self._tapes.rehearse(self._generator, start)
        self._generator.open(lambda instrument: desk.markets.get(instrument.symbol), self)

    @property
    def tapes(self) -> dict[str, Tape]:
        """A tape for each underlying."""
        return self._tapes.by_coin

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
        self._tapes.note(market, now)

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        """As `touched`: the last price moved."""
        self._desk.traded(market, now, price, size, buy, trade_id)
        self._tapes.note(market, now)

    def carried(self, market: Market, now: int) -> None:
        """Pass it on."""
        self._desk.carried(market, now)

    def report(self, report: Report) -> None:
        """Pass it on."""
        self._desk.report(report)


def run(port: int = PORT, seed: int = 1, speed: float = 1.0, *, in_process: bool = False) -> int:
    """Serve the demo until stopped; return the exit code.

    Raises:
        UsageError: the port is taken or none, the speed is no number above zero, or the simulator does not start.
    """
    if not 0 < speed < float("inf"):
        raise UsageError(f"a speed of {speed:g} is refused: give --speed a number above zero, such as 1")
    if speed != 1 and not in_process:
        raise UsageError(f"--speed {speed:g} needs --in-process: over sockets the market keeps the time of the clock")
    port = free_port(port)
    start = time.time_ns()
    path = new_journal(journal_folder(), start)
    with Journal.open(path, __version__) as journal:
        serve_one = _in_process if in_process else _over_sockets
        code = serve_one(journal, port, seed, start, speed)
    Talk().say(f"stopped; what was decided is kept in {path}")
    return code


def _in_process(journal: Journal, port: int, seed: int, start: int, speed: float) -> int:
    desk = Desk(journal, PaperTerms(seed=seed), (), STALE_AFTER, ())
    stage = Stage(desk, seed, start)
    charts = Charts(PERIODS, stage.tapes, STALE_AFTER)
    source = f"simulated markets in this process, seed {seed}"
    code = serve(desk, stage, charts, mode="DEMO", source=source, port=port, speed=speed)
    journal.seal(digest(desk.state), desk.now)
    return code


def _over_sockets(journal: Journal, port: int, seed: int, start: int, speed: float) -> int:
    """The desk as it is on real venues, on simulated ones in a process of their own."""
    with SimulatorChild(seed, start) as child:
        opening = start - WARM  # as in the other process: another beginning would be another market
        generator = Generator(seed, opening - REHEARSAL)
        broker = LiveBroker(run_name(start))
        desk = Desk(journal, PaperTerms(), (), STALE_AFTER, (), broker)
        desk.advance(start)
        tapes = Tapes(desk, generator)
        tapes.rehearse(generator, opening)
        found = reach(child.control())
        driver = LiveDriver(desk, broker, found, list(desk.markets), tapes.note)
        charts = Charts(PERIODS, tapes.by_coin, STALE_AFTER)
        source = f"six simulated venues over sockets, seed {seed}"
        code = serve(desk, driver, charts, mode="DEMO", source=source, port=port, speed=speed, connections=driver)
        journal.seal(digest(desk.state), desk.now)
    return code


def run_name(start: int) -> str:
    """Return a short name of a run that began at `start` (ns), different for every second."""
    digits, seconds = "", start // SECOND
    while seconds:
        seconds, digit = divmod(seconds, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def journal_folder() -> Path:
    """Return the folder of the demo's journals, made when it is not there.

    Raises:
        JournalError: it cannot be made.
    """
    folder = Path(platformdirs.user_state_dir("basisdesk", appauthor=False)) / "demo"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(
            f"{folder}, where the demo keeps its journals, cannot be made ({error.strerror}): "
            "name another place with XDG_STATE_HOME=FOLDER"
        ) from error
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
