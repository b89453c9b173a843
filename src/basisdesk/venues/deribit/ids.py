"""Client ids: what the venue calls a label.

A label has at most 64 characters and is no key: two orders may bear the same one, and a call by label reaches both.
So the desk's own ids, which are never used twice, are what makes a label name one order.
Followed: https://docs.deribit.com/api-reference/trading/private-buy.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from basisdesk.domain.errors import Refusal
from basisdesk.venues.deribit.capabilities import CAPABILITIES, LABEL_LENGTH
from basisdesk.venues.deribit.hosts import PUBLIC

if TYPE_CHECKING:
    from basisdesk.domain.ask import OrderRef

_HEAD = 23
_DIGEST = 40  # hexadecimal digits: 160 bits
_LABEL = re.compile(CAPABILITIES[PUBLIC.name].client_id_pattern)


def client_id(own: str) -> str:
    """Return the desk's own id as a label; one that is too long keeps its head, and a digest stands for the whole.

    The desk's ids hold no point, so a shortened one is never another's whole.
    """
    if len(own) <= LABEL_LENGTH:
        return own
    return f"{own[:_HEAD]}.{sha256(own.encode()).hexdigest()[:_DIGEST]}"


def check_name(order: OrderRef) -> Refusal | None:
    """Refuse a reference without the venue's id that has no label, or what is none."""
    if not order.client_id:
        return Refusal("no_order_id", f"an order on {order.symbol} is named by neither id: give one")
    return check_label(order.client_id)


def check_label(label: str) -> Refusal | None:
    """Refuse what is no label."""
    if _LABEL.fullmatch(label):
        return None
    return Refusal(
        "bad_client_id",
        f"client id {label[:80]!r} is no label of 1 to {LABEL_LENGTH} letters, digits, points, hyphens and "
        "underscores: shorten or respell it",
    )
