"""What the live shell hears of an account, in the order it came: one union for a callback to match on.

`at` is the local time of arrival, ns UTC.
An answer's updates are in its reply and are not told again.
"""

from __future__ import annotations

import msgspec

from basisdesk.domain.account import Update
from basisdesk.domain.ask import Ask
from basisdesk.venues.trading import Reply


class Told(msgspec.Struct, frozen=True):
    """The venue told something by itself."""

    venue: str
    at: int
    update: Update


class Answered(msgspec.Struct, frozen=True):
    """The venue answered something that was asked, or nobody can tell what came of it."""

    venue: str
    at: int
    ask: Ask
    reply: Reply


Heard = Told | Answered
