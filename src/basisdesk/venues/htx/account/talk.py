"""What every private connection goes through: log in, subscribe, be acknowledged, be pinged.

The venue pings: spot every 20 s, contracts every 5 s; it hangs up when its pings are not answered.
So a connection that says nothing for three pings (and a little) is dead, whatever the socket says; one that does not
answer a login or a subscription within ten seconds is as good as dead.
"""

from __future__ import annotations

from basisdesk.domain.account import StreamEnded

SECOND = 1_000_000_000
ANSWERS_WITHIN = 10 * SECOND


class Talk:
    """One connection's state: what is to be sent, what is waited for, and when something was heard last."""

    __slots__ = ("_quiet", "_waiting", "deadline", "ended", "logged_in", "outbox", "undecoded")

    def __init__(self, quiet: int) -> None:
        self._quiet = quiet
        self._waiting: dict[str, None] = {}
        self.outbox: list[bytes] = []
        self.deadline: int | None = None
        self.logged_in = False
        self.ended = False
        self.undecoded = 0

    @property
    def ready(self) -> bool:
        """Whether login and every subscription have been acknowledged."""
        return self.logged_in and not self._waiting and not self.ended

    def start(self, login: bytes, now: int) -> None:
        """A fresh connection stands."""
        self.stop()
        self.outbox.append(login)
        self.deadline = now + ANSWERS_WITHIN

    def stop(self) -> None:
        """The connection is gone."""
        self.outbox.clear()
        self._waiting.clear()
        self.deadline = None
        self.logged_in = self.ended = False

    def subscribe(self, frames: dict[str, bytes], now: int) -> None:
        """The login was accepted: subscribe to what the frames ask for, by name."""
        self.logged_in = True
        self._waiting = dict.fromkeys(frames)
        self.outbox += frames.values()
        self.deadline = now + ANSWERS_WITHIN

    def subscribed(self, name: str, now: int) -> None:
        """A subscription was acknowledged."""
        self._waiting.pop(name, None)
        self.heard(now)

    def heard(self, now: int) -> None:
        """Something came; while an answer is waited for, other messages do not put off its deadline."""
        if self.ready:
            self.deadline = now + self._quiet

    def end(self, message: str, now: int, *, refused: bool = False) -> list[StreamEnded]:
        """Say once that this stream will say no more."""
        if self.ended:
            return []
        self.ended = True
        self.deadline = None
        return [StreamEnded(at=now, message=message[:200], refused=refused)]

    def overdue(self, now: int) -> list[StreamEnded]:
        """Say that the stream is dead when its deadline has passed."""
        if self.deadline is None or now < self.deadline:
            return []
        missed = "nothing was heard" if self.ready else "login or subscription was not answered"
        return self.end(f"{missed} in time", now)

    def take(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames, self.outbox = self.outbox, []
        return frames
