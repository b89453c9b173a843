"""A 5xx tells nothing of an order, however certain the code in its body sounds."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.test_error_codes import CASES, order_of, outcome

from basisdesk.domain.outcome import Reason, Unknown
from basisdesk.venues import VENUES

BODIES: dict[str, list[Any]] = {
    name: [body for venue, _, _, body, means in CASES if venue == name and isinstance(means, Reason)] for name in VENUES
}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
@pytest.mark.parametrize("venue", VENUES)
def test_a_refusal_that_comes_with_a_servers_error_leaves_the_order_open(venue: str, status: int) -> None:
    assert len(BODIES[venue]) > 20
    assert {
        str(body) for body in BODIES[venue] if not isinstance(outcome(venue, order_of(venue), status, body), Unknown)
    } == set()
