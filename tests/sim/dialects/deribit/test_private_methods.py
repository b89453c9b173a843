"""Methods that the desk does not use but others do, and orders as others may write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.sim.dialects.deribit.conftest import HOUR, START, S

from basisdesk.domain.account import Forced, Warned
from basisdesk.domain.order import DoneReason
from basisdesk.sim.exchange import booking
from basisdesk.sim.faults import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.deribit.conftest import Plug, Stand

CODE, PERP = "BTC-PERPETUAL", "deribit:BTC/USD:BTC"
DAY_S = 86_400


@pytest.fixture
def plug(stand: Stand) -> Plug:
    return stand.plug().login()


def bid(stand: Stand) -> float:
    return stand.exchange.markets[PERP].book.bid


def done(plug: Plug, method: str, **params: Any) -> Any:
    message = plug.rpc(method, **params)
    assert "result" in message, message
    plug.stand.wait(0.3)  # the limits
    return message["result"]


def code(plug: Plug, method: str, **params: Any) -> int:
    found: int = plug.rpc(method, **params)["error"]["code"]
    plug.stand.wait(0.3)
    return found


def buy(plug: Plug, **more: Any) -> Any:
    return done(plug, "private/buy", **{"instrument_name": CODE, "amount": 50, "price": bid(plug.stand) - 100} | more)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"amount": "fifty"}, -32602),
        ({"amount": True}, -32602),
        ({"price": "NaN"}, -32602),
        ({"instrument_name": 5}, -32602),
        ({"label": "x" * 65}, -32602),
        ({"label": 5}, -32602),
        ({"post_only": "true"}, -32602),
        ({"valid_until": 1.5}, -32602),
        ({"type": "stop_limit"}, 10033),
        ({"type": "fancy"}, -32602),
        ({"type": "market"}, -32602),
        ({"price": None}, -32602),
        ({"amount": None}, -32602),
        ({"amount": 1e-50}, -32602),
        ({"post_only": True, "time_in_force": "fill_or_kill"}, -32602),
        ({"time_in_force": "soon"}, -32602),
        ({"amount": 50, "contracts": 6}, 11029),
        ({"amount": 5}, 10002),
        ({"amount": 55}, 10021),
        ({"price": 60000.3}, 10043),
        ({"valid_until": 1}, 13888),
        ({"instrument_name": "BTC-1JAN20"}, 13020),
    ],
)
def test_orders_that_are_written_wrongly(more: dict[str, Any], expected: int, plug: Plug, stand: Stand) -> None:
    params = {"instrument_name": CODE, "amount": 50, "price": bid(stand) - 100} | more
    assert code(plug, "private/buy", **params) == expected


def test_numbers_may_be_written_as_text(plug: Plug, stand: Stand) -> None:
    price = int(bid(stand)) - 100
    order = buy(plug, amount="50", price=str(price))["order"]
    assert (order["amount"], order["price"]) == (50, price)


def test_a_market_order_shows_the_price_it_would_not_pass(plug: Plug) -> None:
    bought = buy(plug, type="market", price=None)["order"]
    sold = done(plug, "private/sell", instrument_name=CODE, type="market", amount=50)["order"]
    assert sold["price"] < sold["average_price"] < bought["price"]


def test_contracts_stand_for_an_amount(plug: Plug) -> None:
    order = buy(plug, amount=None, contracts=3, label="c-1", time_in_force="good_til_day")["order"]
    assert (order["amount"], order["contracts"], order["order_state"]) == (30, 3, "open")
    both = buy(plug, amount=30, contracts=3)["order"]
    assert both["amount"] == 30


def test_post_only_moves_the_price_unless_it_is_to_be_refused(plug: Plug, stand: Stand) -> None:
    book = stand.exchange.markets[PERP].book
    ask = book.ask
    moved = buy(plug, price=ask + 50, post_only=True)["order"]
    assert (moved["order_state"], moved["price"], moved["filled_amount"]) == ("open", ask - 0.5, 0)
    params = {"instrument_name": CODE, "amount": 10, "price": book.bid - 50, "post_only": True}
    best = book.bid
    sold = done(plug, "private/sell", **params)["order"]
    assert (sold["order_state"], sold["price"]) == ("open", best + 0.5)
    assert code(plug, "private/sell", **params | {"reject_post_only": True}) == 11054


def test_open_and_past_orders_in_every_way(plug: Plug) -> None:
    mine = buy(plug, label="a")["order"]["order_id"]
    other = buy(plug, label="b")["order"]["order_id"]
    for method, params in (
        ("private/get_open_orders", {}),
        ("private/get_open_orders_by_currency", {"currency": "BTC"}),
        ("private/get_open_orders_by_instrument", {"instrument_name": CODE}),
    ):
        assert [row["order_id"] for row in done(plug, method, **params)] == [mine, other]
    assert done(plug, "private/get_open_orders_by_currency", currency="ETH") == []
    by_label = done(plug, "private/get_open_orders_by_label", currency="BTC", label="b")
    assert [row["order_id"] for row in by_label] == [other]
    assert done(plug, "private/cancel_by_label", label="a") == 1
    assert done(plug, "private/cancel_all_by_currency", currency="BTC") == 1
    history = {"instrument_name": CODE}
    assert done(plug, "private/get_order_history_by_instrument", **history) == []
    past = done(plug, "private/get_order_history_by_instrument", include_unfilled=True, **history)
    assert [row["order_id"] for row in past] == [other, mine]
    one = done(plug, "private/get_order_history_by_currency", currency="BTC", include_unfilled=True, count=1, offset=1)
    assert [(row["order_id"], row["cancel_reason"]) for row in one] == [(mine, "user_request")]


def test_a_position_is_closed_by_name(plug: Plug) -> None:
    assert code(plug, "private/close_position", instrument_name=CODE, type="market") == 11030
    buy(plug, type="market", price=None, amount=40)
    closed = done(plug, "private/close_position", instrument_name=CODE, type="market")
    assert (closed["order"]["direction"], closed["order"]["filled_amount"]) == ("sell", 40)
    done(plug, "private/sell", instrument_name=CODE, type="market", amount=30)
    assert done(plug, "private/close_position", instrument_name=CODE, type="market")["order"]["direction"] == "buy"


def test_own_trades_in_every_way(plug: Plug, stand: Stand) -> None:
    order = buy(plug, type="market", price=None)["order"]["order_id"]
    for method, params in (
        ("private/get_user_trades_by_instrument", {"instrument_name": CODE}),
        ("private/get_user_trades_by_currency", {"currency": "BTC"}),
        ("private/get_user_trades_by_currency", {"currency": "BTC", "include_old": True}),
    ):
        assert {row["order_id"] for row in done(plug, method, **params)["trades"]} == {order}
    assert done(plug, "private/get_user_trades_by_currency", currency="ETH")["trades"] == []
    historical = {"instrument_name": CODE, "historical": True}
    assert done(plug, "private/get_user_trades_by_instrument", **historical)["trades"] == []
    rows = done(plug, "private/get_user_trades_by_order", order_id=order)
    assert {row["fee_currency"] for row in rows} == {"BTC"}
    assert all("label" not in row for row in rows)


def test_accounts_and_positions_in_every_way(plug: Plug) -> None:
    one = done(plug, "private/get_account_summary", currency="BTC")
    assert (one["currency"], one["balance"], "id" in one) == ("BTC", 25, False)
    extended = done(plug, "private/get_account_summary", currency="USDC", extended=True)
    assert extended["id"] == 1_000_001
    assert done(plug, "private/get_account_summary", currency="EURR")["balance"] == 0
    assert [row["id"] for row in done(plug, "private/get_subaccounts")] == [1_000_001, 6_000_001]
    buy(plug, type="market", price=None)
    assert len(done(plug, "private/get_positions", currency="BTC", kind="future")) == 1
    assert done(plug, "private/get_positions", currency="ETH") == []
    assert done(plug, "private/get_positions", currency="BTC", kind="option") == []
    assert done(plug, "private/get_position", instrument_name=CODE)["direction"] == "buy"


def test_booked_rows_page_by_page(plug: Plug, stand: Stand) -> None:
    for _ in range(3):
        buy(plug, type="market", price=None)
    span = {"currency": "BTC", "start_timestamp": 0, "end_timestamp": stand.now // 1_000_000}
    first = done(plug, "private/get_transaction_log", count=2, **span)
    assert len(first["logs"]) == 2
    assert first["continuation"] is not None
    rest = done(plug, "private/get_transaction_log", count=250, continuation=first["continuation"], **span)
    assert rest["continuation"] is None
    numbers = [row["id"] for row in first["logs"] + rest["logs"]]
    assert numbers == sorted(set(numbers), reverse=True)
    assert {(row["type"], row["instrument_name"]) for row in first["logs"]} == {("trade", CODE)}
    assert code(plug, "private/get_transaction_log", count=251, **span) == -32602


def test_funding_is_booked_with_a_settlement(stands: Callable[..., Stand]) -> None:
    stand = stands(start=START - 4 * HOUR - 50 * S)  # shortly before 08:00 UTC
    stand.exchange.place("1000001", _big(stand), stand.now)
    stand.wait(60)
    plug = stand.plug().login()
    span = {"currency": "BTC", "start_timestamp": 0, "end_timestamp": stand.now // 1_000_000}
    rows = done(plug, "private/get_transaction_log", **span)["logs"]
    funding = [row for row in rows if row["total_interest_pl"] is not None]
    assert [(row["type"], row["change"] == row["total_interest_pl"]) for row in funding] == [("settlement", True)]


def test_funding_of_the_session_is_beside_the_balance_until_it_is_settled(stands: Callable[..., Stand]) -> None:
    stand = stands(start=START - 4 * HOUR - 170 * S)
    for _ in range(20):
        stand.exchange.place("1000001", _big(stand), stand.now)
    plug = stand.plug().login()
    (owned,) = {row.total for row in stand.exchange.balances("1000001", "public") if row.asset == "BTC"}
    stand.wait(120)
    money = done(plug, "private/get_account_summary", currency="BTC")
    held = done(plug, "private/get_position", instrument_name=CODE)
    assert held["realized_funding"] == money["session_rpl"] == money["futures_session_rpl"] != 0
    assert money["balance"] == pytest.approx(float(owned), abs=1e-8)
    assert money["equity"] == pytest.approx(money["balance"] + money["session_rpl"] + money["session_upl"])
    assert money["total_pl"] == pytest.approx(money["session_rpl"] + money["session_upl"])
    assert held["total_profit_loss"] == pytest.approx(held["floating_profit_loss"] + held["realized_funding"])
    assert done(plug, "private/get_account_summary", currency="ETH")["session_rpl"] == 0
    stand.wait(60)
    after = done(plug, "private/get_account_summary", currency="BTC")
    assert after["session_rpl"] == 0
    assert after["balance"] != money["balance"]


def _big(stand: Stand) -> Any:
    from decimal import Decimal

    from basisdesk.domain.ask import NewOrder, OrderType
    from basisdesk.domain.order import Side

    return NewOrder(symbol=PERP, side=Side.BUY, type=OrderType.MARKET, size=Decimal(1000), client_id="")


def test_transfers_are_listed(stand: Stand) -> None:
    from basisdesk.sim.exchange.logins import WITHDRAWING

    plug = stand.plug().login(WITHDRAWING)
    moved = done(plug, "private/submit_transfer_between_subaccounts", currency="BTC", amount=0.5, destination=6_000_001)
    listed = done(plug, "private/get_transfers", currency="BTC")
    assert listed == {"count": 1, "data": [moved]}
    params = {"currency": "BTC", "destination": 6_000_001}
    assert code(plug, "private/submit_transfer_between_subaccounts", **params) == -32602


def test_a_simulated_maintenance_has_the_venues_code(plug: Plug, stand: Stand) -> None:
    stand.exchange.faults.switch("maintenance", Switch(fault="maintenance"))
    assert code(plug, "private/buy", instrument_name=CODE, amount=10, price=bid(stand) - 10) in {11051, 10012}
    assert code(plug, "private/edit", order_id="BTC-1", amount=10) == 10004


def test_an_edit_may_be_refused_and_a_query_misspelt(plug: Plug, stand: Stand) -> None:
    order = buy(plug)["order"]["order_id"]
    assert code(plug, "private/edit", order_id=order, price=60000.3) == 10043
    assert done(plug, "private/edit", order_id=order, amount=60)["order"]["replaced"]
    status, message = stand.signed("private/edit", f"order_id={order}&amount=many")
    assert (status, message["error"]["data"]["param"]) == (400, "amount")


def test_what_the_venue_cancels_says_why(plug: Plug, stand: Stand) -> None:
    order = buy(plug)["order"]["order_id"]
    floor, pool = stand.exchange.floor, stand.exchange.floor.pools[PERP]
    live = floor.accounts["1000001"].open[order.partition("-")[2]]
    live.forced = Forced.LIQUIDATION
    booking.end(floor, pool, live, DoneReason.CANCELLED, refused="the position is being liquidated")
    row = done(plug, "private/get_order_state", order_id=order)
    assert (row["order_state"], row["cancel_reason"], row["order_type"]) == ("cancelled", "autoliquidation", "limit")


def test_a_warning_and_a_deleveraging_are_told(plug: Plug, stand: Stand) -> None:
    plug.rpc("private/subscribe", channels=["user.liquidation"])
    buy(plug, type="market", price=None, amount=1000)
    warned = Warned(at=stand.now, forced=Forced.LIQUIDATION, symbol=PERP, account="1000001")
    stand.exchange.floor.updates.append(("1000001", warned))
    stand.exchange.faults.switch("adl", Switch(fault="adl"))
    stand.wait(0.1)
    states = [row["state"] for row in plug.taken("user.liquidation")]
    assert states == ["liquidation_started", "adl_transfer"]
    assert done(plug, "private/get_positions") == []
