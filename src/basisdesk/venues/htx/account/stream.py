"""One private connection, whatever it speaks: the login, the frames out and in, and the silence that ends it.

Spot and contracts differ in addresses, in the fields of their messages and in compression, which is their `Speech`;
what a connection goes through is the same (`Talk`), and so is this.
Without a key there is no address to connect to, and nothing has to be asked over HTTP first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from basisdesk.domain.errors import DecodeError
from basisdesk.venues.htx.account.talk import Talk
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask
    from basisdesk.venues.htx.account.rows import Row
    from basisdesk.venues.trading import Credentials, Reply, Session


class Speech(Protocol):
    """What one kind of socket says; `quiet` is for how long (ns) a sound one may say nothing."""

    @property
    def url(self) -> str:
        """The address to connect to."""

    @property
    def quiet(self) -> int:
        """For how long (ns) a connection may say nothing."""

    def login(self, credentials: Credentials, now: int) -> bytes:
        """Return the frame that logs in."""

    def read(self, frame: bytes) -> Row:
        """Return a frame's message; raises one of UNREADABLE or DecodeError."""

    def hear(self, row: Row, talk: Talk, now: int) -> list[Update]:
        """Take a message: answer it through `talk`, return what it tells; raises as `read`."""


class AccountStream:
    """Account events of one socket."""

    def __init__(self, speech: Speech, session: Session) -> None:
        self._speech = speech
        self._session = session
        self._talk = Talk(speech.quiet)

    def to_ask(self) -> list[Ask]:
        """Nothing must be asked first."""
        return []

    def replied(self, ask: Ask, reply: Reply, now: int) -> list[Update]:
        """Nothing was asked."""
        del ask, reply, now
        return []

    def url(self, now: int) -> str | None:
        """Return the address, None while there is no key."""
        del now
        return None if self._session.credentials is None else self._speech.url

    def headers(self, now: int) -> tuple[tuple[str, str], ...]:
        """No headers are wanted."""
        del now
        return ()

    def connected(self, now: int) -> None:
        """Log in."""
        if self._session.credentials is not None:
            self._talk.start(self._speech.login(self._session.credentials, now), now)

    def disconnected(self, now: int) -> None:
        """Forget the connection."""
        del now
        self._talk.stop()

    def to_send(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        return self._talk.take()

    def receive(self, frame: bytes, now: int) -> list[Update]:
        """Take one frame."""
        try:
            return self._speech.hear(self._speech.read(frame), self._talk, now)
        except (*UNREADABLE, DecodeError):
            self._talk.undecoded += 1
            return []

    def next_deadline(self) -> int | None:
        """When `on_time` wants to be called."""
        return self._talk.deadline

    def on_time(self, now: int) -> list[Update]:
        """Say that the stream is dead when it is."""
        return [*self._talk.overdue(now)]

    @property
    def ready(self) -> bool:
        """Whether login and subscriptions have been acknowledged."""
        return self._talk.ready

    @property
    def undecoded(self) -> int:
        """How many frames could not be read."""
        return self._talk.undecoded
