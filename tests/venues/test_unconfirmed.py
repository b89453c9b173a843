"""What no source states for certain stands in the code and in the venue's document, with the test to settle it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from basisdesk.venues import VENUES

DOCUMENTS = Path(__file__).parents[2] / "docs" / "venues"


def words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


@pytest.mark.parametrize("venue", VENUES)
def test_every_claim_of_the_capabilities_is_a_row_of_the_document(venue: str) -> None:
    rows = [words(line) for line in (DOCUMENTS / f"{venue}.md").read_text().splitlines() if line.startswith("|")]
    trading = VENUES[venue].trading
    assert trading is not None
    claims = {claim for capabilities in trading.capabilities.values() for claim in capabilities.unconfirmed}
    assert claims
    missing = [claim for claim, test in claims if not any(words(claim) in row and words(test) in row for row in rows)]
    assert missing == []


@pytest.mark.parametrize("venue", VENUES)
def test_every_claim_has_a_test_that_a_person_can_do(venue: str) -> None:
    trading = VENUES[venue].trading
    assert trading is not None
    for capabilities in trading.capabilities.values():
        for claim, test in capabilities.unconfirmed:
            assert len(claim) > 20, claim
            assert len(test) > 15, claim
