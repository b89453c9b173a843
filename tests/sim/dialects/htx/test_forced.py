"""Positions that the venue closes: what the private stream and REST say of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from basisdesk.domain.account import Fill, Forced, OrderUpdate, Position
from basisdesk.domain.ask import AskAccounts, AskOrder, OrderRef, PositionSide

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.htx.conftest import Desk, Talk


@pytest.mark.parametrize("line", ["linear", "coin_swap", "coin_futures"])
@pytest.mark.parametrize(("close", "why"), [("liquidate", Forced.LIQUIDATION), ("deleverage", Forced.ADL)])
def test_a_forced_close_is_told_with_its_reason(
    desk: Desk, talk: Callable[[str], Talk], line: str, close: str, why: Forced
) -> None:
    symbol = desk.symbol(line)
    desk.ask(AskAccounts("spot"))
    private = talk(line)
    side = PositionSide.NET if line == "linear" else PositionSide.LONG
    desk.ask(desk.order(symbol, "1.01", client_id="2", leverage=3, position=side))
    private.hear()
    assert getattr(desk.venue.exchange.faults, close)("1000001", symbol, Decimal("0.5"))
    desk.venue.dialect.advance(desk.venue.now)
    heard = private.hear()
    done = [each for each in heard if isinstance(each, OrderUpdate)][-1]
    assert (done.symbol, done.forced, done.filled) == (symbol, why, Decimal(1))
    assert sum(each.size for each in heard if isinstance(each, Fill)) == 1
    assert [each.size for each in heard if isinstance(each, Position)][-1] == 1
    asked = desk.all(AskOrder(OrderRef(symbol=symbol, venue_id=done.venue_id)))
    assert [each.forced for each in asked if isinstance(each, OrderUpdate)] == [why]
