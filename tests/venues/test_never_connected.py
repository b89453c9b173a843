"""What a private stream and an order connection say of themselves before the first connection and after the last.

The desk sends its orders over what calls itself ready, so nothing may, that has not been granted its login.
"""

from __future__ import annotations

import pytest
from tests.venues.test_patience import NOW, desk_of

from basisdesk.venues import VENUES

LINES = [(name, line) for name, venue in VENUES.items() for line in venue.lines]
SOCKETS = [(name, line) for name, line in LINES if desk_of(name).trading.capabilities[line].socket_orders]


@pytest.mark.parametrize(("venue", "line"), LINES)
def test_a_private_stream_is_not_ready_and_says_nothing_without_a_connection(venue: str, line: str) -> None:
    desk = desk_of(venue)
    (stream,) = desk.trading.privates([line], desk.session)
    assert (stream.ready, stream.to_send(), stream.undecoded) == (False, [], 0)
    stream.connected(NOW)
    stream.disconnected(NOW)
    assert (stream.ready, stream.to_send(), stream.undecoded) == (False, [], 0)
    assert stream.next_deadline() is None


def test_a_line_whose_capabilities_tell_no_order_connection_has_none() -> None:
    found = {(name, line) for name, line in LINES if desk_of(name).trading.entry(line, desk_of(name).session)}
    assert found == set(SOCKETS)
    assert {name for name, _ in found} == {"binance", "bybit", "okx", "deribit"}


@pytest.mark.parametrize(("venue", "line"), SOCKETS)
def test_an_order_connection_is_not_ready_and_says_nothing_without_a_connection(venue: str, line: str) -> None:
    desk = desk_of(venue)
    entry = desk.trading.entry(line, desk.session)
    assert entry is not None
    assert (entry.ready(NOW), entry.to_send()) == (False, [])
    entry.connected(NOW)
    entry.disconnected(NOW)
    assert (entry.ready(NOW), entry.to_send()) == (False, [])
    assert entry.next_deadline() is None
