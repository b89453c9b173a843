"""Every numbered case over every venue in the registry, through the real shell, over sockets, against the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conformance.cases import CASES

from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("venue", VENUES)
def test_case(venue: str, case: str, note_case: Callable[[str, str, str], None]) -> None:
    said = asyncio.run(CASES[case](venue))
    note_case(venue, case, said or "yes")


def test_the_page_has_every_case_of_every_venue() -> None:
    lines = PAGE.read_text().splitlines()
    header = next(line for line in lines if line.startswith("| case"))
    assert [cell.strip() for cell in header.strip("|").split("|")] == ["case", *VENUES]
    rows = {
        line.strip("|").split("|")[0].strip(): line.strip("|").split("|")[1:] for line in lines if line[2:4].isdigit()
    }
    assert list(rows) == list(CASES)
    assert all(cell.strip() for row in rows.values() for cell in row)
