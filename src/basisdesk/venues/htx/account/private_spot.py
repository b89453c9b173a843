"""The private connection of spot: orders, clearing and balances over `/ws/v2`, plain text.

Orders come without fees; the clearing channel brings each trade once with its fee, so fills come from there alone.
Balances are asked for in mode 2, which tells total and available with every change.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#websocket-asset-and-order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.venues.htx.account import told_spot
from basisdesk.venues.htx.account.request import SPOT_HOST
from basisdesk.venues.htx.account.rows import Row, read_row
from basisdesk.venues.htx.account.sign import spot_login
from basisdesk.venues.htx.account.talk import SECOND
from basisdesk.venues.htx.inflate import MOST

if TYPE_CHECKING:
    from basisdesk.domain.account import Update
    from basisdesk.venues.htx.account.talk import Talk
    from basisdesk.venues.trading import Credentials, Session

PATH = "/ws/v2"
CROWDED = "too many connection"
"""In the answer to a login on one connection more than the key may have, which says nothing against the key."""
QUIET = 65 * SECOND
CHANNELS = ("orders#*", "trade.clearing#*#0", "accounts.update#2")
_OK = "200"


class SpotSpeech:
    """What spot's socket says."""

    url = f"wss://{SPOT_HOST}{PATH}"
    quiet = QUIET

    def __init__(self, session: Session) -> None:
        self._session = session

    def login(self, credentials: Credentials, now: int) -> bytes:
        """Return the frame that logs in."""
        return msgspec.json.encode(spot_login(credentials, SPOT_HOST, PATH, now))

    def read(self, frame: bytes) -> Row:
        """Return the message of a frame of plain text; raises ValueError, or what `read_row` raises."""
        if len(frame) > MOST:
            raise ValueError(f"a frame of {len(frame)} bytes is longer than {MOST}")
        return read_row(frame)

    def hear(self, row: Row, talk: Talk, now: int) -> list[Update]:
        """Take a message."""
        action, channel = row.need("action"), row.text("ch")
        talk.heard(now)
        if action == "ping":
            talk.outbox.append(msgspec.json.encode({"action": "pong", "data": {"ts": row.row("data").count("ts")}}))
            return []
        if action == "push":
            return self._push(channel, row.row("data"), now)
        if action not in {"req", "sub", "error"}:
            raise ValueError(f"an action was expected, not {action[:40]!r}")
        code, words = row.text("code"), row.text("message")
        if code != _OK:
            refused = channel == "auth" and CROWDED not in words
            return [*talk.end(f"{channel or action}: {code} {words}", now, refused=refused)]
        if channel == "auth":
            frames = {name: msgspec.json.encode({"action": "sub", "ch": name}) for name in CHANNELS}
            talk.subscribe(frames, now)
        else:
            talk.subscribed(channel, now)
        return []

    def _push(self, channel: str, data: Row, now: int) -> list[Update]:
        if channel.startswith("orders#"):
            return [told_spot.order(data, self._session)]
        if channel.startswith("trade.clearing#"):
            return [told_spot.fill(data, self._session)]
        if channel.startswith("accounts.update#"):
            return [told_spot.changed_balance(data, now, self._session)]
        raise ValueError(f"nobody subscribed to {channel[:40]!r}")
