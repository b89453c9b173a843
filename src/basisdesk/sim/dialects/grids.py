"""How many places a tick or a step has, which is how venues state a grid and how they write what lies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.arithmetic import remembered

if TYPE_CHECKING:
    from decimal import Decimal


@remembered
def places(grid: Decimal) -> int:
    """Return how many places behind the point a grid is written with, zeros at its end among them; it is finite."""
    exponent = grid.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)
