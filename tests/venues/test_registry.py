"""The registry: venues by name and by URL, imported when first asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import basisdesk.venues
from basisdesk.domain.errors import UsageError
from basisdesk.venues import VENUES, venue_named, venue_of_url


def test_every_venue_is_registered_under_its_own_name() -> None:
    assert list(VENUES) == ["bigone", "binance", "bybit", "deribit", "htx", "okx"]
    assert all(venue.name == name for name, venue in VENUES.items())
    assert basisdesk.venues.VENUES is VENUES


def test_a_venue_is_found_by_name() -> None:
    assert venue_named("okx") is VENUES["okx"]


@pytest.mark.parametrize(
    ("word", "hint"), [("okex", "did you mean okx?"), ("xyzzy", "known are bigone, binance, bybit, deribit, htx, okx")]
)
def test_an_unknown_name_is_refused_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        venue_named(word)
    assert hint in str(refused.value)
    assert repr(word) in str(refused.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("wss://ws.okx.com:8443/ws/v5/public", "okx"),
        ("wss://www.deribit.com/ws/api/v2", "deribit"),
        ("wss://stream.binance.com:9443/stream", "binance"),
        ("wss://api.big.one/ws/contract/v2/depth@BTCUSD", "bigone"),
        ("https://example.com/", None),
        ("no address at all", None),
    ],
)
def test_a_recorded_url_names_venue_and_line(url: str, name: str | None) -> None:
    found = venue_of_url(url)
    assert (found and found[0].name) == name
    if found:
        assert found[1] in found[0].lines


def test_every_line_is_found_by_its_own_addresses() -> None:
    for venue in VENUES.values():
        for line in venue.lines.values():
            for address in (line.stream_url, line.rest_url + line.instruments_path):
                assert venue_of_url(address) == (venue, line.name), address


def test_well_known_markets_are_named_once_and_by_their_venue() -> None:
    symbols = [instrument.symbol for venue in VENUES.values() for instrument in venue.well_known()]
    assert len(symbols) == len(set(symbols))
    for name, venue in VENUES.items():
        for instrument in venue.well_known():
            assert instrument.venue == name
            assert instrument.symbol.startswith(f"{name}:")
            assert instrument.market in venue.lines


def test_a_code_of_no_known_family_tells_no_terms() -> None:
    for venue in VENUES.values():
        assert [venue.terms_of(line, "NO-SUCH-CODE") for line in venue.lines] == [None] * len(venue.lines)


def test_naming_the_package_loads_no_venue() -> None:
    script = "import sys, basisdesk.venues.contract; print('basisdesk.venues.okx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'VENUE'"):
        _ = basisdesk.venues.VENUE
