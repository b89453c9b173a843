"""Orders given on the command line, entered while the recordings play.

An order with a time is entered at that time after the start; one without is entered at the first moment at which both
its books are valid, or when the recordings end, so that every order is answered by the engine and none is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.app.desk import Desk
    from basisdesk.app.options import Entry

NEVER = 1 << 62


class Entries:
    """The orders that wait to be entered; `before` fits `Player`.

    Attributes:
        refused: why an order was never entered, by key.
    """

    def __init__(self, desk: Desk, entries: Sequence[Entry]) -> None:
        self._desk = desk
        self._started = 0
        self._timed = sorted((entry for entry in entries if entry.at is not None), key=lambda entry: entry.at or 0)
        self._waiting = [entry for entry in entries if entry.at is None]
        self.refused: dict[str, Refusal] = {}

    def before(self, at: int) -> int:
        """Enter what is due before a step at `at`; return when to be asked again (0: before every step)."""
        if not self._started:
            self._started = at
        while self._timed and self._started + (self._timed[0].at or 0) < at:
            entry = self._timed.pop(0)
            self._desk.advance(self._started + (entry.at or 0))
            self._desk.place(entry.key, entry.request)
        for entry in list(self._waiting):
            spread = self._desk.spreads.get(entry.request.spread)
            if spread is not None and spread.live(self._desk.now):
                self._waiting.remove(entry)
                self._desk.place(entry.key, entry.request)
        if self._waiting:
            return 0
        return self._started + (self._timed[0].at or 0) if self._timed else NEVER

    def finish(self) -> None:
        """The recordings have ended: enter what still waits for its books, and refuse what lies beyond the end."""
        for entry in self._waiting:
            self._desk.place(entry.key, entry.request)
        for entry in self._timed:
            seconds = (entry.at or 0) / 1e9
            message = f"the recordings end before {seconds:g} s after their start: give a smaller at"
            self.refused[entry.key] = Refusal("not_reached", message)
        self._waiting, self._timed = [], []
