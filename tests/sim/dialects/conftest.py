"""Simulated venues on markets that move less often than usual, because most of a long wait is the market's work.

What a venue tells of a move does not depend on how many there are; the usual pace is tested with the generator.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from basisdesk.sim import listing

QUIET = tuple(replace(each, rate=min(each.rate, 3.0)) for each in listing.PRODUCTS)
"""No market has more than three updates a second."""


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PRODUCTS", QUIET)
