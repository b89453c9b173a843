"""`basisdesk replay`: recordings in, a report out.

The recordings are looked at before they are played, so that whatever was misspelt is refused before anything runs.
What could be read of a damaged recording is reported all the same, its error beside it, and the exit code says so.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from basisdesk import __version__
from basisdesk.app.codes import FAILED, INTERRUPTED, OK, REFUSED, UNHEDGED
from basisdesk.app.desk import Desk
from basisdesk.app.entries import Entries
from basisdesk.app.interrupt import Interrupt
from basisdesk.app.listings import Rank, read_instruments, well_known
from basisdesk.app.options import Entry, Period
from basisdesk.app.outline import outline_of
from basisdesk.app.play import Player
from basisdesk.app.report import Outcome
from basisdesk.app.samples import Sampler
from basisdesk.app.scout import scout
from basisdesk.app.sources import find_sources
from basisdesk.app.talk import Talk
from basisdesk.domain.errors import JournalError, UsageError
from basisdesk.domain.order import SpreadState
from basisdesk.domain.spread import spread_legs
from basisdesk.engine.replay import digest
from basisdesk.engine.view import order_view
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.app.scout import Sight
    from basisdesk.app.sources import Source
    from basisdesk.domain.errors import RecordingError

SECOND = 1_000_000_000
FOREVER = 1 << 62
SETTLE = 5 * SECOND
"""Market time after the last frame within which what is under way may end."""
PIECE = 0.02
"""Wall seconds between two pieces of a paced replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for; times are ns, `speed` None is as fast as it goes, no `spreads` means every pair."""

    files: Sequence[str]
    spreads: Sequence[str] = ()
    speed: float | None = None
    candles: Sequence[Period] = (Period("1s", SECOND), Period("1m", 60 * SECOND))
    entries: Sequence[Entry] = ()
    terms: PaperTerms = field(default_factory=PaperTerms)
    journal: Path | None = None
    instruments: Sequence[str] = ()
    stale_after: int = 10 * SECOND


class Replay:
    """One replay: everything opened and checked, ready to be played."""

    def __init__(self, options: Options, talk: Talk, stack: ExitStack) -> None:
        """Raises UsageError on whatever cannot be meant as written, JournalError when the journal cannot be begun."""
        self.options = options
        self.talk = talk
        sources, self._refused = find_sources(options.files)
        for error in self._refused:
            talk.fault(error)
        given = read_instruments(options.instruments)
        self.journal = _begin_journal(options.journal)
        stack.callback(self.journal.close)
        wanted = list(options.spreads) or None
        lengths = [period.length for period in options.candles]
        self.desk = Desk(self.journal, options.terms, lengths, options.stale_after, wanted)
        self.desk.list_instruments(well_known(), Rank.WELL_KNOWN)
        self.desk.list_instruments(given, Rank.OPERATOR)
        names = [*options.spreads, *(entry.request.spread for entry in options.entries)]
        sights = self._scout(sources, names)
        self.desk.universe.want(names)
        self.sampler = Sampler(self.desk.universe, wanted)
        self.entries = Entries(self.desk, options.entries)
        self.player = Player(self.desk, sights, talk.progress, self._before, self.entries.finish, talk.fault)
        self.desk.reports.append(lambda report: talk.report(report, self.player.place()))
        self.elapsed = 0.0
        self.interrupted = False
        self._interrupt = Interrupt()

    @property
    def errors(self) -> list[RecordingError]:
        """Of every recording that could not be read to its end."""
        return [*self._refused, *self.player.errors]

    def play(self) -> None:
        """Play everything at the wanted speed; an interrupt ends it early."""
        self.talk.begin(self.player.size)
        began = time.perf_counter()
        try:
            with self._interrupt:
                if self.options.speed is None:
                    self.player.advance(FOREVER)
                else:
                    self._pace(self.options.speed)
        except KeyboardInterrupt:
            self.interrupted = True
        self.elapsed = time.perf_counter() - began
        self.end()

    def end(self) -> None:
        """Let what is under way come to its end, and close the record.

        A second interrupt may fall inside an event; the record is then left as it was before it, without a seal.
        """
        if not self.desk.room.torn:
            self.player.finish(SETTLE)
            self.journal.seal(digest(self.desk.state), self.desk.now)
        self.talk.end()

    def outcome(self) -> Outcome:
        """Return what there is to report."""
        return Outcome(
            desk=self.desk,
            sampler=self.sampler,
            periods=self.options.candles,
            entries=self.options.entries,
            refused=self.entries.refused,
            frames=self.player.frames,
            undecoded=self.player.undecoded,
            elapsed=self.elapsed,
            span=self.player.played - self.player.started,
            errors=self.errors,
        )

    def code(self) -> int:
        """Return the exit code."""
        if self.interrupted:
            return INTERRUPTED
        if self.errors:
            return FAILED
        state = self.desk.state
        if any(order_view(state, order_id).state is SpreadState.INCOMPLETE for order_id in state.orders):
            return UNHEDGED
        keys = [entry.key for entry in self.options.entries]
        refused = any(key in state.refusals or key in self.entries.refused for key in keys)
        return REFUSED if refused else OK

    def _scout(self, sources: Sequence[Source], names: Sequence[str]) -> list[Sight]:
        legs = list(dict.fromkeys(symbol for name in names for symbol in spread_legs(name)))
        sights = scout(sources, self.desk.listings, legs)
        for name in names:
            _check_underlying(name)
        return sights

    def _before(self, at: int) -> int:
        self._interrupt.check()
        return min(self.sampler.before(at), self.entries.before(at))

    def _pace(self, speed: float) -> None:
        """Keep market time at `speed` times the wall clock."""
        player = self.player
        start, began = player.next_at(), time.monotonic_ns()
        while (following := player.next_at()) is not None and start is not None:
            self._interrupt.check()
            target = start + int((time.monotonic_ns() - began) * speed)
            player.advance(target)
            wait = (following - target) / speed / 1e9
            time.sleep(min(max(wait, 0.0), 0.25) or PIECE)


def run(options: Options, *, as_json: bool) -> int:
    """Replay and print the report; return the exit code."""
    with ExitStack() as stack:
        talk = Talk(quiet=as_json)
        stack.callback(talk.end)
        replay = Replay(options, talk, stack)
        replay.play()
        outcome = replay.outcome()
        if as_json:
            from basisdesk.app.report import print_json

            print_json(outcome)
        else:
            from basisdesk.app.tables import print_tables

            print_tables(outcome)
        return replay.code()


def serve(options: Options, port: int) -> int:
    """Replay into the browser until stopped; return the exit code."""
    from basisdesk.app import serve as server
    from basisdesk.app.charts import Charts

    options = replace(options, candles=_charted(options.candles))
    with ExitStack() as stack:
        talk = Talk(quiet=True)
        replay = Replay(options, talk, stack)
        periods = {period.name: period.length for period in options.candles}
        source = ", ".join(Path(name).name for name in options.files)
        code = server.run(
            replay.desk,
            replay.player,
            Charts(periods, stale_after=options.stale_after),
            mode="REPLAY",
            source=source,
            port=port,
            speed=options.speed,
            progress=_share(replay.player, talk),
        )
        replay.journal.seal(digest(replay.desk.state), replay.desk.now)
        return code or (FAILED if replay.errors else OK)


def _charted(wanted: Sequence[Period]) -> list[Period]:
    """Return the periods that every chart offers together with those asked for, shortest first."""
    from basisdesk.app.charts import PERIODS

    lengths = {length: name for name, length in PERIODS.items()}
    lengths |= {period.length: period.name for period in wanted if period.length not in lengths}
    return [Period(lengths[length], length) for length in sorted(lengths)]


def _share(player: Player, talk: Talk) -> Callable[[], float]:
    size = max(player.size, 1)
    return lambda: min(talk.read / size, 1.0)


def _begin_journal(path: Path | None) -> Journal:
    try:
        if path is not None and path.exists() and path.stat().st_size:
            raise UsageError(f"{path} exists already: a replay begins a journal of its own, so name a new file")
        return Journal.open(path, __version__)
    except JournalError as error:
        raise UsageError(f"--journal: {error}") from error
    except (OSError, ValueError) as error:  # a name too long, a folder that may not be entered
        raise UsageError(f"--journal: {str(path)[:80]} cannot be used ({error}): name another file") from error


def _check_underlying(name: str) -> None:
    """Refuse a spread whose legs are plainly on two underlyings."""
    one, other = (outline_of(symbol, "", "") for symbol in spread_legs(name))
    if one is not None and other is not None and one.base != other.base:
        raise UsageError(f"{name} is no spread: one leg is on {one.base}, the other on {other.base}")
    for symbol, outline in zip(spread_legs(name), (one, other), strict=True):
        if outline is None:
            raise UsageError(f"{name} is no spread: {symbol} is neither spot nor a perpetual or dated future")
