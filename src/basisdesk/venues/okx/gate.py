"""How a private connection begins and stays alive: login, and a ping when it has been quiet.

The venue hangs up after 30 s without a word, and answers the text ``ping`` with the text ``pong``.
A login that is not answered within 10 s counts as refused by silence; after any end the connection must be made anew.
Followed: https://www.okx.com/docs-v5/en/#overview-websocket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.okx import sign
from basisdesk.venues.pulse import QuietPulse

if TYPE_CHECKING:
    from basisdesk.venues.trading import Session

LIVE_URL = "wss://ws.okx.com:8443/ws/v5/private"
DEMO_URL = "wss://wspap.okx.com:8443/ws/v5/private"
PING = b"ping"
PONG = b"pong"
QUIET_NS = 20_000_000_000
ANSWER_NS = 5_000_000_000
PATIENCE_NS = 10_000_000_000


class Arg(msgspec.Struct, frozen=True):
    """What a push or an acknowledgement is about; `account` is the user's number."""

    channel: str = ""
    account: str = msgspec.field(name="uid", default="")


class Said(msgspec.Struct, frozen=True):
    """Any frame of a private connection."""

    event: str = ""
    code: str | int = ""
    msg: str = ""
    channel: str = ""
    arg: Arg = Arg()
    id: str = ""
    op: str = ""
    data: list[msgspec.Raw] = []
    kind: str = msgspec.field(name="eventType", default="")
    last: bool = msgspec.field(name="lastPage", default=True)


said = msgspec.json.Decoder(Said).decode


class Gate:
    """One connection's login and keep-alive; `logged_in` once the venue said so."""

    __slots__ = ("_frames", "_now", "_pulse", "_session", "logged_in", "waits_until")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pulse = QuietPulse(PING, QUIET_NS, ANSWER_NS)
        self._frames: list[bytes] = []
        self._now = 0
        self.logged_in = False
        self.waits_until: int | None = None

    @property
    def url(self) -> str:
        """The address of the account's kind of trading."""
        return DEMO_URL if sign.is_demo(self._session) else LIVE_URL

    def start(self, now: int) -> None:
        """A fresh connection stands: the login is queued."""
        self.stop()
        self._now = now
        credentials = self._session.credentials
        if credentials is not None:
            self._frames.append(sign.login_frame(credentials, now))
        self._pulse.start(now)
        self.waits_until = now + PATIENCE_NS

    def stop(self) -> None:
        """There is no connection."""
        self.logged_in = False
        self.waits_until = None
        self._frames.clear()
        self._pulse.stop()

    def heard(self, now: int) -> None:
        """Something came."""
        self._now = self._pulse.heard = now

    def queue(self, frame: bytes) -> None:
        """Send a frame, too."""
        self._frames.append(frame)

    def take(self) -> list[bytes]:
        """Take the frames that should be sent now."""
        frames, self._frames = self._frames, []
        return frames + self._pulse.take(self._now)

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called, or None."""
        times = (self.waits_until, self._pulse.next_deadline())
        return min((time for time in times if time is not None), default=None)

    def overdue(self, now: int) -> str:
        """Ping when it is time; return what was waited for in vain, empty text when nothing was."""
        self._now = now
        if self._pulse.overdue(now):
            self.waits_until = None
            return "no answer to a ping"
        if self.waits_until is not None and now >= self.waits_until:
            self.waits_until = None
            return "no answer to the login or to a subscription"
        return ""
