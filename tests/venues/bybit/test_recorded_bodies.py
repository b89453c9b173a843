"""Captured and documented account messages and bodies, one file each, by what they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Fees, Fill, Forced, Mode, OrderUpdate, Position
from basisdesk.domain.order import DoneReason, OrderStatus
from basisdesk.domain.outcome import Done, RetryLater, Unknown
from basisdesk.venues.bybit import VENUE
from basisdesk.venues.trading import Credentials, Request, Response, Session

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.venues.trading import Reply

pytestmark = pytest.mark.recordings

NOW = 1_700_000_000_000_000_000
SWAP = "bybit:BTC/USDT:USDT"
PUSHED = {
    "ws_account_execution.json": "Fill",
    "ws_account_execution_adl.json": "Fill",
    "ws_account_execution_fast_envelope_id.json": "",
    "ws_account_order.json": "OrderUpdate",
    "ws_account_order_filled.json": "OrderUpdate",
    "ws_account_order_market_if_touched.json": "OrderUpdate",
    "ws_account_order_sell_market_if_touched.json": "OrderUpdate",
    "ws_account_order_stop_loss.json": "OrderUpdate",
    "ws_account_order_take_profit.json": "OrderUpdate",
    "ws_account_position.json": "Position",
    "ws_account_wallet.json": "Balance Balance",
    "ws_account_wallet_small_order.json": "Balance",
    "ws_auth_success.json": "",
}
ANSWERED: list[tuple[str, asks.Ask, str]] = [
    ("http_get_account_info.json", asks.AskAccounts("linear"), "Mode"),
    ("http_get_fee_rate.json", asks.AskFees(SWAP), "Fees"),
    ("http_get_orders_history_with_duplicate.json", asks.AskOpenOrders("linear"), "OrderUpdate OrderUpdate"),
    ("http_get_orders_realtime_tp_sl.json", asks.AskOpenOrders("linear"), "OrderUpdate OrderUpdate"),
    ("http_get_positions_with_open_time.json", asks.AskPositions("linear"), "Position"),
    ("http_get_wallet_balance_spot_short.json", asks.AskBalances("linear"), "Balance Balance Complete"),
]


def session() -> Session:
    made = Session(Credentials("key", "secret"))
    made.know(VENUE.well_known())
    return made


def answered(recordings: Path, name: str, ask: asks.Ask) -> Reply:
    assert VENUE.trading is not None
    one = session()
    request = VENUE.trading.encode(ask, one, NOW)
    assert isinstance(request, Request)
    body = (recordings / "nautilus" / "bybit" / name).read_bytes()
    return VENUE.trading.decode(request, Response(200, body, {}, NOW), one)


@pytest.mark.parametrize(("name", "kinds"), PUSHED.items())
def test_a_pushed_message_tells_what_it_says(recordings: Path, name: str, kinds: str) -> None:
    assert VENUE.trading is not None
    (stream,) = VENUE.trading.privates(["linear"], session())
    told = stream.receive((recordings / "nautilus" / "bybit" / name).read_bytes(), NOW)
    assert " ".join(type(update).__name__ for update in told) == kinds
    assert stream.undecoded == 0
    forced = [update.forced for update in told if isinstance(update, Fill)]
    assert forced == ([Forced.ADL] if "adl" in name else [None] if kinds == "Fill" else [])
    for update in told:
        if isinstance(update, OrderUpdate | Fill | Position):
            assert update.symbol.startswith("bybit:")


def test_a_row_without_its_frame_is_counted(recordings: Path) -> None:
    assert VENUE.trading is not None
    (stream,) = VENUE.trading.privates(["linear"], session())
    body = (recordings / "nautilus" / "bybit" / "ws_account_position_with_open_time.json").read_bytes()
    assert stream.receive(body, NOW) == []
    assert stream.undecoded == 1


@pytest.mark.parametrize(("name", "ask", "kinds"), ANSWERED)
def test_a_body_tells_what_it_says(recordings: Path, name: str, ask: asks.Ask, kinds: str) -> None:
    reply = answered(recordings, name, ask)
    assert reply.outcome == Done()
    assert " ".join(type(update).__name__ for update in reply.updates)[: len(kinds)] == kinds
    for update in reply.updates:
        if isinstance(update, Fees):
            assert -0.01 < update.maker <= update.taker < 0.01
        if isinstance(update, Mode):
            assert update.margin is not None or update.position is not None


def test_a_list_may_hold_ended_orders_beside_living_ones(recordings: Path) -> None:
    reply = answered(recordings, "http_get_orders_history_with_duplicate.json", asks.AskOpenOrders("linear"))
    orders = {update.client_id: update for update in reply.updates if isinstance(update, OrderUpdate)}
    assert orders["client-open-1"].status is OrderStatus.OPEN
    assert orders["client-closed-1"].reason is DoneReason.CANCELLED
    assert [order.venue_id for order in orders.values()] == ["open-order-1", "closed-order-1"]


@pytest.mark.parametrize("name", ["http_get_klines_linear.json", "http_get_orderbook.json"])
def test_bodies_of_other_paths_are_not_taken_for_answers(recordings: Path, name: str) -> None:
    reply = answered(recordings, name, asks.AskTime("linear"))
    assert isinstance(reply.outcome, Unknown | RetryLater)
    assert reply.updates == ()
