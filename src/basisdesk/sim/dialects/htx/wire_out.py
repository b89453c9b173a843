"""What every socket of the dialect has: its number, its handshake, frames to send, and pings that want an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.sim.contract import Close, Frame
from basisdesk.sim.dialects.htx.text import body, ms, zipped

if TYPE_CHECKING:
    from basisdesk.sim.contract import HttpCall

SECOND = 1_000_000_000


class Outbox:
    """One socket's way out."""

    def __init__(self, socket: int, call: HttpCall, *, plain: bool, every: int, patience: int, now: int) -> None:
        self.socket = socket
        self.call = call
        self.frames: list[Frame | Close] = []
        self.due = now + every
        self._plain = plain
        self._every = every
        self._patience = patience
        self._unanswered = 0

    def say(self, message: dict[str, Any], topic: str) -> None:
        """Send a message."""
        frame = body(message) if self._plain else zipped(message)
        self.frames.append(Frame(self.socket, frame, topic, binary=not self._plain))

    def close(self, reason: str) -> None:
        """Hang up."""
        self.frames.append(Close(self.socket, 1000, reason))
        self.due = 2**62

    def answered(self) -> None:
        """A ping was answered."""
        self._unanswered = 0

    def ping_at(self, now: int, shape: str) -> None:
        """Ping when it is time; hang up when too many pings were not answered."""
        if now < self.due:
            return
        self.due = now + self._every
        if self._unanswered >= self._patience:
            self.close("ping was not answered")
            return
        self._unanswered += 1
        stamp = ms(now)
        match shape:
            case "number":
                self.say({"ping": stamp}, "control")
            case "action":
                self.say({"action": "ping", "data": {"ts": stamp}}, "control")
            case _:
                self.say({"op": "ping", "ts": str(stamp)}, "control")
