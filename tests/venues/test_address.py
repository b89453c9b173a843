"""URLs as recordings write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.venues.address import Address, SoleLine, address_of
from basisdesk.venues.contract import Line

LINE = Line(
    "public", "wss://ws.example.com/v1", "https://www.example.com", "/v1/list", ("ws.example.com", "example.com")
)
ADDRESSES = SoleLine(LINE, ("/v1/list", "/v0/list"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("wss://ws.example.com:8443/ws/v5/public", Address("ws.example.com", "/ws/v5/public", "")),
        ("WS.Example.com/ws/", Address("ws.example.com", "/ws", "")),
        ("https://example.com/v1/list/?a=1&b=", Address("example.com", "/v1/list", "a=1&b=")),
        ("example.com", Address("example.com", "", "")),
        ("/v1/list", Address("", "/v1/list", "")),
        ("", Address("", "", "")),
        ("https://[::1/v1", Address("", "", "")),
        ("http://[not an address]/", Address("", "", "")),
    ],
)
def test_a_url_is_taken_apart(url: str, address: Address) -> None:
    assert address_of(url) == address


@given(st.text() | st.text(alphabet="wss:/[]?#@.%\x00a1"))
def test_no_text_raises(url: str) -> None:
    assert not address_of(url).path.endswith("/")
    assert ADDRESSES.instruments_line(url) is None


@pytest.mark.parametrize(
    ("url", "line", "lists"),
    [
        ("wss://ws.example.com/v1", "public", None),
        ("https://example.com/v1/list?kind=SPOT", "public", "public"),
        ("https://example.com/v0/list/", "public", "public"),
        ("https://example.com/v2/list", "public", None),
        ("https://example.org/v1/list", None, None),
        ("https://[::1/v1/list", None, None),
        ("/v1/list", None, None),
    ],
)
def test_a_sole_line_knows_its_own(url: str, line: str | None, lists: str | None) -> None:
    assert (ADDRESSES.line_of(url), ADDRESSES.instruments_line(url)) == (line, lists)
    assert ADDRESSES.request_of(url) is None
