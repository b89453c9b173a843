"""Positions that the venue closes, and contracts that end: what the private stream and REST say of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.sim.dialects.deribit.test_conversations import Stream

from basisdesk.domain.account import Fill, Forced, OrderUpdate, Position
from basisdesk.domain.ask import AskOrder, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from tests.sim.dialects.deribit.conftest import Stand

D = Decimal


@pytest.mark.parametrize(
    ("symbol", "size", "half"),
    [("deribit:BTC/USD:BTC", "200", "100"), ("deribit:BTC/USDC:USDC", "0.02", "0.01")],
)
def test_a_liquidation_is_told_as_one(stand: Stand, symbol: str, size: str, half: str) -> None:
    stream = Stream(stand)
    order = NewOrder(symbol=symbol, side=Side.BUY, type=OrderType.MARKET, client_id="m-1", size=D(size))
    stand.done(Place(order))
    stream.pump()
    assert stand.exchange.faults.liquidate("1000001", symbol, D("0.5"))
    stand.wait(0.1)
    told = stream.pump()
    (fill,) = [each for each in told if isinstance(each, Fill)]
    done = [each for each in told if isinstance(each, OrderUpdate)][-1]
    assert (fill.forced, fill.side, fill.size) == (Forced.LIQUIDATION, Side.SELL, D(half))
    assert (done.forced, done.filled, done.venue_id) == (Forced.LIQUIDATION, D(half), fill.venue_id)
    assert [each.size for each in told if isinstance(each, Position) and each.symbol == symbol][-1] == D(half)
    (asked,) = [
        each
        for each in stand.done(AskOrder(OrderRef(symbol=symbol, venue_id=done.venue_id)))
        if isinstance(each, OrderUpdate)
    ]
    assert asked.forced is Forced.LIQUIDATION
