"""Ctrl+C at a moment that suits the desk.

Python raises KeyboardInterrupt wherever it happens to be, and a desk that is stopped inside an event has decided
something that its journal does not tell.
Within `Interrupt` the first Ctrl+C is only noted, and whoever runs the desk looks at it between two steps; the second
one ends at once, for someone who does not want to wait.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType


class Interrupt:
    """A context in which SIGINT is noted in `asked`; outside the main thread, which no signal reaches, nothing changes.

    Raises:
        KeyboardInterrupt: on the second SIGINT.
    """

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Self:
        self._before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt, once, if it was asked for; call it where nothing is half done."""
        if self.asked:
            self.asked = False
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
