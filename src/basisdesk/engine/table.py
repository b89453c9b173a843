"""The one table of leg order statuses.

A leg order is INFLIGHT from the moment it is decided until a venue speaks of it, OPEN while the venue holds it,
CANCELING while a cancel is on its way, UNKNOWN while nobody can say, and DONE for good.
A partial fill is a quantity, not a status.
Evidence arrives in any order and more than once: a late acknowledgement never re-opens a DONE order, a doubt never
overrides an end, and a fill on a DONE order is booked without changing its status.
UNKNOWN is left by evidence alone.
Every pair of status and happening is in the table, so there is no transition that nobody thought of.
"""

from __future__ import annotations

from enum import Enum

from basisdesk.domain.order import OrderStatus

INFLIGHT, OPEN, CANCELING, UNKNOWN, DONE = OrderStatus


class Happening(Enum):
    """What is heard of a leg order."""

    ACCEPTED = "accepted"
    PART_FILLED = "part filled"
    WHOLLY_FILLED = "wholly filled"
    CANCEL_SENT = "cancel sent"
    DOUBTED = "doubted"
    ENDED = "ended"
    REJECTED = "rejected"


_NEXT: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    # now       accepted    part filled wholly      cancel sent  doubted   ended rejected
    INFLIGHT:  (OPEN,       OPEN,       DONE,       CANCELING,   UNKNOWN,  DONE, DONE),
    OPEN:      (OPEN,       OPEN,       DONE,       CANCELING,   UNKNOWN,  DONE, DONE),
    CANCELING: (CANCELING,  CANCELING,  DONE,       CANCELING,   UNKNOWN,  DONE, DONE),
    UNKNOWN:   (OPEN,       OPEN,       DONE,       UNKNOWN,     UNKNOWN,  DONE, DONE),
    DONE:      (DONE,       DONE,       DONE,       DONE,        DONE,     DONE, DONE),
}  # fmt: skip

TABLE: dict[tuple[OrderStatus, Happening], OrderStatus] = {
    (status, happening): following
    for status, row in _NEXT.items()
    for happening, following in zip(Happening, row, strict=True)
}


def follow(status: OrderStatus, happening: Happening) -> OrderStatus:
    """Return the status after something was heard."""
    return TABLE[status, happening]


def printed() -> str:
    """Return the table as text, one line a status, for the documentation."""
    head = ["status", *(happening.value for happening in Happening)]
    rows = [head, *([status.value, *(TABLE[status, what].value for what in Happening)] for status in OrderStatus)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
