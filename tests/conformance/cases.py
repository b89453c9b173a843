"""The numbered cases, in the order of the table in the documentation.

A case is a coroutine of a venue's name; it returns an empty text, or what the table says instead of a tick: ``none``
where the venue has nothing of the kind (and the desk refused it before anything was sent).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance import cases_data as data
from tests.conformance import cases_orders as orders
from tests.conformance import cases_trouble as trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

CASES: dict[str, Callable[[str], Coroutine[object, object, str]]] = {
    "01 snapshot and delta": data.snapshot_and_delta,
    "02 gap": data.gap,
    "03 stale snapshot": data.stale_snapshot,
    "04 duplicate": data.duplicate,
    "05 checksum error": data.checksum_error,
    "06 reconnect": data.reconnect,
    "07 accept": orders.accept,
    "08 reject": orders.reject,
    "09 partial": orders.partial,
    "10 fill": orders.fill,
    "11 cancel": orders.cancel,
    "12 cancel-fill race": orders.cancel_fill_race,
    "13 post-only cross": orders.post_only_cross,
    "14 reduce-only": orders.reduce_only,
    "15 amend": orders.amend,
    "16 duplicate id": orders.duplicate_id,
    "17 lost reply": trouble.lost_reply,
    "18 late accept": trouble.late_accept,
    "19 5xx after accept": trouble.server_error_after_accept,
    "20 rate limit": trouble.rate_limit,
    "21 clock skew": trouble.clock_skew,
    "22 key revoked": trouble.key_revoked,
    "23 malformed frame": data.malformed_frame,
    "24 key or token expiry": trouble.expiry,
    "25 cancel all": orders.cancel_all,
    "26 new terms": data.new_terms,
}
