"""What the private and the order connection have in common: login, keep-alive, and answers matched by number.

A connection logs in by signature, so the secret is never sent, and stays logged in until its token ends; at four fifths
of the token's life it logs in again, which the venue takes on the same connection.
Numbers of requests never begin anew, so a late answer of an earlier connection matches nothing.
The venue's `test_request` is answered at once, and what is not answered in 5 s counts as refused by silence.
Nothing is documented that the venue says when a login ends early (key changed, token taken back), and a connection on
which public calls are answered may have none any more, so twice a minute something is asked that needs it.
Followed: https://docs.deribit.com/articles/authentication and
/api-reference/session-management/public-set_heartbeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.deribit.calls import Params, channels_frame, frame_of
from basisdesk.venues.deribit.heartbeat import ANSWER_NS, Heartbeat
from basisdesk.venues.deribit.hosts import PUBLIC
from basisdesk.venues.deribit.replies import Answer
from basisdesk.venues.deribit.rows import Token
from basisdesk.venues.deribit.sign import login_params
from basisdesk.venues.deribit.wire import Envelope, Failure, Named
from basisdesk.venues.trading import MESSAGE_LENGTH
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basisdesk.venues.trading import Session

FIRST_NUMBER = 10
"""Smaller ones are the heartbeat's."""

SECOND = 1_000_000_000
PROBE_NS = 30 * SECOND
PROBE = "private/get_cancel_on_disconnect"
LOST = (10000, 13004, 13009)
"""Codes that a call gets whose login is not there."""

URL = PUBLIC.stream_url
_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_answer = msgspec.json.Decoder(Answer).decode
_decode_token = msgspec.json.Decoder(Token).decode


class Heard(msgspec.Struct, frozen=True):
    """What a frame turned out to be, as far as it concerns the owner of the connection.

    `push` names a push, `answer` is the answer to one of the owner's requests, `refused` says why the login failed,
    `entered` that it succeeded, `lost` in which words the venue says that there is none any more.
    """

    push: Named | None = None
    answer: Answer | None = None
    refused: str = ""
    entered: bool = False
    lost: str = ""


class Talk:
    """One connection's conversation."""

    __slots__ = (
        "_heartbeat",
        "_login",
        "_now",
        "_number",
        "_out",
        "_probe",
        "_probe_at",
        "_renewal",
        "_session",
        "_waits_until",
        "logged_in",
    )

    def __init__(self, session: Session) -> None:
        self._session = session
        self._heartbeat = Heartbeat()
        self._now = 0
        self._number = FIRST_NUMBER
        self._out: list[bytes] = []
        self._login: int | None = None  # number of the login that is under way
        self._waits_until: int | None = None
        self._renewal: int | None = None
        self._probe: int | None = None  # number of the question that needs a login
        self._probe_at: int | None = None
        self.logged_in = False

    def connected(self, now: int) -> None:
        """A fresh connection stands: log in, ask for a heartbeat."""
        self.disconnected()
        self._now = now
        self._heartbeat.start(now)
        self.log_in(now)

    def disconnected(self) -> None:
        """There is no connection."""
        self._heartbeat.stop()
        self._out.clear()
        self._login = self._waits_until = self._renewal = None
        self.log_out()

    def log_out(self) -> None:
        """There is no login (any more)."""
        self.logged_in = False
        self._probe = self._probe_at = None

    def log_in(self, now: int) -> None:
        """Log in, or log in again."""
        assert self._session.credentials is not None  # a connection without a key is not made
        self._login = self.call("public/auth", login_params(self._session.credentials, now))
        self._waits_until = now + ANSWER_NS
        self._renewal = None

    def call(self, method: str, params: Params) -> int:
        """Queue a call and return its number."""
        self._number += 1
        self._out.append(frame_of(self._number, method, params))
        return self._number

    def subscribe(self, channels: Sequence[str]) -> int:
        """Queue a subscription to private channels and return its number."""
        self._number += 1
        self._out.append(channels_frame(self._number, "private/subscribe", channels))
        return self._number

    def take(self) -> list[bytes]:
        """Take the frames that should be sent now; the heartbeat's come first."""
        frames = self._heartbeat.take(self._now) + self._out
        self._out = []
        return frames

    def receive(self, frame: bytes, now: int) -> Heard:
        """Take one frame.

        Raises:
            msgspec.MsgspecError: it is no message of the venue (any of `venues.wire.UNREADABLE`).
        """
        self._now = self._heartbeat.pulse.heard = now
        message = _decode_envelope(frame)
        if message.method == "subscription":
            return Heard(push=message.params)
        if message.method:
            if message.params.kind == "test_request":
                self._heartbeat.owe()
            return Heard()
        answer = _decode_answer(frame)
        if answer.request == self._login and self._login is not None:
            return self._entered(answer, now)
        if answer.request == self._probe and self._probe is not None:
            return self._probed(answer)
        return Heard(answer=answer)

    def next_deadline(self) -> int | None:
        """When `overdue` wants to be called (ns), or None."""
        deadlines = (self._heartbeat.pulse.next_deadline(), self._waits_until, self._renewal, self._probe_at)
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def overdue(self, now: int) -> str:
        """Ask for what is due; return why the connection must be given up, nothing while it need not."""
        self._now = now
        if self._heartbeat.pulse.overdue(now):
            return "nothing was received for 5 s after public/test"
        if self._waits_until is not None and now >= self._waits_until:
            self._login = self._waits_until = None
            self.log_out()
            return "the login was not answered within 5 s"
        if self._renewal is not None and now >= self._renewal:
            self.log_in(now)
        if self._probe_at is not None and now >= self._probe_at:
            self._probe = self.call(PROBE, ())
            self._probe_at = now + PROBE_NS
        return ""

    def _probed(self, answer: Answer) -> Heard:
        self._probe = None
        if answer.error is None or answer.error.code not in LOST:
            return Heard()
        self.log_out()
        return Heard(lost=words(answer.error))

    def _entered(self, answer: Answer, now: int) -> Heard:
        self._login = self._waits_until = None
        if answer.error is not None:
            self.log_out()
            return Heard(refused=words(answer.error))
        try:
            token = _decode_token(answer.result or b"")
        except UNREADABLE as error:
            self.log_out()
            return Heard(refused=f"the answer to the login could not be read: {error}"[:MESSAGE_LENGTH])
        self._renewal = now + max(token.expires * SECOND * 4 // 5, SECOND)
        first = not self.logged_in
        self.logged_in = True
        self._probe_at = now + PROBE_NS
        return Heard(entered=first)


def words(failure: Failure) -> str:
    """Return a failure in the venue's words."""
    return f"{failure.code} {failure.message}"[:MESSAGE_LENGTH]
