"""What a connection beside the one that holds the book counts: what it heard is the market's, its book is its own."""

import pytest

from basisdesk.app.seats import Aside
from basisdesk.venues.contract import Tally

SHARED = ["frames", "trades", "undecoded", "ticker_agrees", "ticker_differs"]
OWN = ["book_updates", "gaps", "resyncs", "checksums_ok", "checksums_bad", "crossed"]


@pytest.mark.parametrize("name", SHARED + OWN)
def test_what_was_heard_counts_for_the_market_and_what_befell_a_book_does_not(name: str) -> None:
    market = Tally()
    aside = Aside(market)
    setattr(aside, name, getattr(aside, name) + 3)
    assert getattr(aside, name) == 3
    assert getattr(market, name) == (3 if name in SHARED else 0)
