"""The places of a grid."""

from decimal import Decimal

import pytest

from basisdesk.sim.dialects.grids import places


@pytest.mark.parametrize(("grid", "count"), [("0.01", 2), ("0.50", 2), ("1", 0), ("1E+1", 0), ("1E-8", 8)])
def test_a_grid_has_the_places_that_it_is_written_with(grid: str, count: int) -> None:
    assert places(Decimal(grid)) == count
