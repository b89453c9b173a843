"""The desk's own private connections against the simulated venue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.account import (
    Balance,
    Fill,
    OrderUpdate,
    Position,
    StreamEnded,
)
from basisdesk.domain.ask import (
    AskAccounts,
    AskFills,
    Cancel,
    OrderRef,
    PositionSide,
)
from basisdesk.domain.order import DoneReason, OrderStatus, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.htx.conftest import Desk, Talk

    from basisdesk.domain.account import Update

SPOT, LINEAR, SWAP = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC"
LINES = ("spot", "linear", "coin_swap", "coin_futures")
D = Decimal


def of_kind(updates: Any, kind: type) -> list[Any]:
    return [update for update in updates if isinstance(update, kind)]


@pytest.mark.parametrize("line", LINES)
def test_an_account_hears_what_happens_to_it(desk: Desk, talk: Callable[[str], Talk], line: str) -> None:
    symbol = desk.symbol(line)
    desk.ask(AskAccounts("spot"))
    private = talk(line)
    side = PositionSide.NET if line in {"spot", "linear"} else PositionSide.LONG
    resting = desk.order(symbol, "0.9", client_id="1", leverage=3, position=side)
    desk.ask(resting)
    (opened,) = of_kind(private.hear(), OrderUpdate)
    assert (opened.symbol, opened.client_id, opened.status) == (symbol, "1", OrderStatus.OPEN)
    assert (opened.size, opened.price, opened.filled) == (resting.order.size, resting.order.price, D(0))
    desk.ask(Cancel(OrderRef(symbol=symbol, client_id="1")))
    ended = of_kind(private.hear(), OrderUpdate)[-1]
    assert (ended.status, ended.reason) == (OrderStatus.DONE, DoneReason.CANCELLED)
    desk.ask(desk.order(symbol, "1.01", client_id="2", leverage=3, position=side))
    heard = private.hear()
    fills, orders = of_kind(heard, Fill), of_kind(heard, OrderUpdate)
    assert (orders[-1].status, orders[-1].reason, orders[-1].client_id) == (OrderStatus.DONE, DoneReason.FILLED, "2")
    assert sum(fill.size for fill in fills) == orders[-1].filled
    assert {(fill.symbol, fill.venue_id, fill.side, fill.maker) for fill in fills} == {
        (symbol, orders[-1].venue_id, Side.BUY, False)
    }
    asked = of_kind(desk.all(AskFills(line=line, symbol=symbol)), Fill)
    assert {fill.trade_id for fill in fills} == {fill.trade_id for fill in asked}
    assert of_kind(heard, Balance)
    if line != "spot":
        position = of_kind(heard, Position)[-1]
        assert (position.symbol, position.size, position.side) == (symbol, D(2), side)


@pytest.mark.parametrize("line", LINES)
def test_nobody_hears_of_another_account(
    desk: Desk, another: Callable[[str], Desk], listen: Callable[[Desk, str], Talk], line: str
) -> None:
    second = listen(another("second"), line)
    second.hear()
    desk.ask(desk.order(desk.symbol(line), "0.9", leverage=3))
    assert second.hear() == []


@pytest.mark.parametrize("line", LINES)
def test_a_login_that_expires_ends_the_stream(desk: Desk, talk: Callable[[str], Talk], line: str) -> None:
    private = talk(line)
    desk.venue.dialect.expire(desk.venue.now)
    heard: list[Update] = private.hear()
    assert of_kind(heard, StreamEnded) or private.wire.gone is not None
    assert private.wire.gone is not None


@pytest.mark.parametrize("line", LINES)
def test_pings_keep_a_connection_alive(desk: Desk, talk: Callable[[str], Talk], line: str) -> None:
    private = talk(line)
    for _ in range(12):
        desk.venue.wait(4)
        private.hear()
        assert private.private.on_time(desk.venue.now) == []
    assert private.private.ready
    assert private.wire.gone is None
