"""How often one browser may speak: a bucket that refills with time and empties with use."""

from __future__ import annotations

import time

PER_SECOND = 20.0
BURST = 60.0


class Allowance:
    """`BURST` messages at once, `PER_SECOND` in the long run."""

    def __init__(self) -> None:
        self._left = BURST
        self._then = time.monotonic()

    def spend(self) -> bool:
        """Take one message out of the bucket, or say that it is empty."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._then) * PER_SECOND)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
