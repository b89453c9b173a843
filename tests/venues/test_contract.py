"""What a venue does that says no more than it must."""

from __future__ import annotations

from basisdesk.venues.address import SoleLine
from basisdesk.venues.contract import Channel, Line, Venue
from basisdesk.venues.okx import VENUE
from basisdesk.venues.trading import Credentials, Session

LINE = Line("public", "wss://ws.example.com/v1", "https://www.example.com", "/v1/list", ("ws.example.com",))
ADDRESSES = SoleLine(LINE, ("/v1/list",))
PLAIN = Venue(
    name="example",
    lines={LINE.name: LINE},
    feed=VENUE.feed,
    line_of=ADDRESSES.line_of,
    request_of=ADDRESSES.request_of,
    decode_instruments=VENUE.decode_instruments,
    instruments_line=ADDRESSES.instruments_line,
    symbol_of=VENUE.symbol_of,
    well_known=VENUE.well_known,
)


def test_it_subscribes_in_frames_and_not_by_its_addresses() -> None:
    assert PLAIN.stream_of(LINE.stream_url) is None
    assert PLAIN.streams_of("public", ["BTC-USDT"], tuple(Channel)) == []


def test_it_takes_no_body_for_a_snapshot() -> None:
    assert not PLAIN.is_snapshot(b'{"bids":[],"asks":[]}')


def test_it_knows_no_family_of_contracts() -> None:
    assert PLAIN.terms_of("public", "BTC-USDT-260925") is None


def test_a_key_that_is_printed_shows_nothing_of_itself() -> None:
    key = Credentials("whose", "hidden", "phrase")
    shown = f"{key!r} {key} {Session(key)!r}"
    assert not [word for word in ("whose", "hidden", "phrase") if word in shown]
