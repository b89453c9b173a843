"""A depth snapshot can be told from a frame by its shape."""

from __future__ import annotations

import pytest

from basisdesk.venues.binance import VENUE


@pytest.mark.parametrize(
    "body",
    [
        b'{"lastUpdateId":1,"bids":[["1","2"]],"asks":[]}',
        b'{"lastUpdateId":1,"E":2,"T":3,"symbol":"BTCUSD_PERP","pair":"BTCUSD","bids":[],"asks":[]}',
    ],
)
def test_snapshots_of_all_lines_are_known_by_their_shape(body: bytes) -> None:
    assert VENUE.is_snapshot(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream":"btcusdt@depth5","lastUpdateId":1,"bids":[],"asks":[]}',
        b'{"stream":"btcusdt@depth5","data":{"lastUpdateId":1,"bids":[],"asks":[]}}',
        b'{"lastUpdateId":1,"bids":[]}',
        b'{"lastUpdateId":"1","bids":[],"asks":[]}',
        b"",
        b"\x80",
        b"[]",
        b"[" * 5000,
    ],
)
def test_anything_else_is_no_snapshot(body: bytes) -> None:
    assert not VENUE.is_snapshot(body)
