"""Subscriptions: what is asked of the venue, and what it has not yet granted.

A request names up to 100 channels, far below the venue's limit of 32 kB, and its answer lists those that it granted:
one that is missing there was refused without a word.
When a request of several channels is refused, its two halves are asked for, until the one that is wrong stands alone.
A book is granted with its first snapshot, which is what was asked for.
What is not granted within 5 s is asked for again, after twice as long each time and at most every 80 s, because a
book that is given up would stay gapped for ever.
The wait begins when the frame is taken for sending, so a replay, which sends nothing, waits for nothing.
Followed: https://docs.deribit.com/api-reference/subscription-management/public-subscribe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.deribit.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH = 100
GRANT_NS = 5_000_000_000
LONGEST_NS = 16 * GRANT_NS
LEAVE_ID = 99  # of every request to leave: its answer is of no interest
FIRST_ID = 100  # of requests to join; smaller ones are the pulse's


class _Wait(msgspec.Struct):
    """One channel that is not granted: since when (None: no frame was taken yet), under which request, how long."""

    since: int | None = None
    request: int = 0
    patience: int = GRANT_NS


class Topics:
    """Channels to leave and to join, and those that wait for the venue."""

    __slots__ = ("_halves", "_held", "_joining", "_leaving", "_number", "_pace", "_waits")

    def __init__(self) -> None:
        self._leaving: dict[str, None] = {}
        self._joining: dict[str, None] = {}
        self._halves: list[list[str]] = []
        self._waits: dict[str, _Wait] = {}
        self._number = FIRST_ID
        self._pace = Pace()
        self._held = False  # by the pace

    def clear(self) -> None:
        """Forget what is asked for: the connection is gone.  The pace stays, because the venue counts by address."""
        self._leaving.clear()
        self._joining.clear()
        self._halves.clear()
        self._waits.clear()
        self._held = False

    def subscribe(self, names: Iterable[str]) -> None:
        """Ask for channels."""
        for name in names:
            self._joining[name] = None
            self._waits[name] = _Wait()

    def renew(self, name: str) -> None:
        """Leave a channel and join it again, which brings a new snapshot."""
        self._leaving[name] = None
        self.subscribe([name])

    def granted(self, name: str) -> None:
        """The venue granted a channel, or refused it for good; either way nothing is waited for."""
        self._waits.pop(name, None)

    def asked_by(self, request: int | str | None) -> list[str]:
        """Return the channels that a request asked for and that still wait."""
        return [name for name, wait in self._waits.items() if wait.since is not None and wait.request == request]

    def halve(self, names: list[str]) -> None:
        """Ask for the two halves of channels that were refused together."""
        for name in names:
            self._waits[name] = _Wait()
        self._halves += [names[: len(names) // 2], names[len(names) // 2 :]]

    def take(self, now: int) -> list[bytes]:
        """Take the frames that may be sent now."""
        frames = []
        while self._waiting() and self._pace.spend(now):
            if self._leaving:
                frames.append(_request(LEAVE_ID, "unsubscribe", _shift(self._leaving)))
                continue
            names = self._halves.pop(0) if self._halves else _shift(self._joining)
            for name in names:
                wait = self._waits.setdefault(name, _Wait())
                wait.since, wait.request = now, self._number
            frames.append(_request(self._number, "subscribe", names))
            self._number += 1
        self._held = self._waiting()
        return frames

    def _waiting(self) -> bool:
        return bool(self._leaving or self._halves or self._joining)

    def next_deadline(self) -> int | None:
        """When `overdue`, or `take` for what is held back, wants to be called, or None."""
        deadlines = [wait.since + wait.patience for wait in self._waits.values() if wait.since is not None]
        if self._held:
            deadlines.append(self._pace.next_at())
        return min(deadlines, default=None)

    def overdue(self, now: int) -> list[str]:
        """Ask again for each channel whose grant is overdue; return them."""
        late = [
            name for name, wait in self._waits.items() if wait.since is not None and now >= wait.since + wait.patience
        ]
        for name in late:
            patience = min(2 * self._waits[name].patience, LONGEST_NS)
            self.renew(name)
            self._waits[name].patience = patience
        return late


def _shift(queue: dict[str, None]) -> list[str]:
    """Take the first channels of a queue, as many as fit into a request."""
    names = list(queue)[:BATCH]
    for name in names:
        del queue[name]
    return names


def _request(number: int, method: str, names: list[str]) -> bytes:
    return msgspec.json.encode(
        {"jsonrpc": "2.0", "id": number, "method": f"public/{method}", "params": {"channels": names}}
    )
