"""What a command says besides its answer: on stderr, and a progress bar on a terminal only.

Data goes to stdout and talk to stderr, so either can be redirected alone.
Troubles of the feeds are told a few times per market and kind, then only counted.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from basisdesk.venues.contract import Report

TOLD = 3
"""How often one kind of trouble of one market is told."""


class Talk:
    """Says things on stderr.  `read` counts the bytes of recordings read so far."""

    def __init__(self, *, quiet: bool = False) -> None:
        """`quiet` leaves the progress bar out; errors and warnings are always told."""
        self.read = 0
        self._bar: Any = None
        self._task: Any = None
        self._quiet = quiet
        self._troubles: Counter[tuple[str, str]] = Counter()

    def begin(self, size: int) -> None:
        """Show the progress of reading `size` bytes, where somebody can see it."""
        if self._quiet or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn("replay"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task("replay", total=size)
        self._bar.update(self._task, completed=self.read)

    def progress(self, size: int) -> None:
        """So many more bytes were read."""
        self.read += size
        if self._bar is not None:
            self._bar.update(self._task, completed=self.read)

    def report(self, report: Report, place: str) -> None:
        """Tell a trouble of a feed; further ones of its kind are only counted."""
        kind = report.symbol, report.trouble.value
        self._troubles[kind] += 1
        if self._troubles[kind] <= TOLD:
            who = f"{report.symbol} " if report.symbol else ""
            where = f" ({place})" if place else ""
            self.say(f"warning: {who}{report.trouble.value}: {report.detail}{where}")

    def fault(self, error: Exception) -> None:
        """Tell an error that does not end the command."""
        self.say(f"error: {error}")

    def end(self) -> None:
        """Take the progress bar away and tell what was only counted."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        for (symbol, trouble), count in self._troubles.items():
            if count > TOLD:
                self.say(f"warning: {symbol} {trouble}: {count - TOLD} more".replace("  ", " "))
        self._troubles.clear()

    def say(self, text: str) -> None:
        """Say one line."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr)  # noqa: T201 (this is where a command talks)
