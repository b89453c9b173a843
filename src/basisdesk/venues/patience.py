"""What "too often" closes, and until when.

A limit closes as much as the venue says: one bucket of one path, all that a line counts, or the whole address.
Who asks on where nothing is closed loses no time, and who asks on where something is makes the ban longer.
``retry-after`` (seconds) is heeded with whatever is to be asked again; it never shortens what a codec waits for anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from basisdesk.domain.outcome import Reason, RetryLater
from basisdesk.venues.wire import again_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basisdesk.venues.trading import Reply


def heed(reply: Reply, held: Sequence[str], headers: Mapping[str, str], now: int) -> Reply:
    """Return a reply that says what a limit closes (`held`: buckets, none for all) and waits as long as it is told."""
    outcome = reply.outcome
    if not isinstance(outcome, RetryLater):
        return reply
    later = structs.replace(outcome, at=max(outcome.at, again_at(headers, now, 0)))
    return structs.replace(reply, outcome=later, held=tuple(held) if outcome.reason is Reason.RATE_LIMIT else ())
