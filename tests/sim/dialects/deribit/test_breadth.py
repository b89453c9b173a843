"""What clients of others call besides what a desk needs: lists, filters, detailed answers, narrowed tokens."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.sim.dialects.deribit import indices
from basisdesk.sim.exchange.logins import FULL, WITHDRAWING

if TYPE_CHECKING:
    from tests.sim.dialects.deribit.conftest import Plug, Stand

CODE, LINEAR = "BTC-PERPETUAL", "BTC_USDC-PERPETUAL"
KEY = FULL.credentials


def told(stand: Stand, method: str, query: str = "") -> Any:
    status, message = stand.get(method, query)
    assert status == 200, message
    return message["result"]


def done(plug: Plug, method: str, **params: Any) -> Any:
    message = plug.rpc(method, **params)
    assert "result" in message, message
    return message["result"]


def code(plug: Plug, method: str, **params: Any) -> int:
    number: int = plug.rpc(method, **params)["error"]["code"]
    return number


def rest(plug: Plug, name: str = CODE, amount: float = 10, **more: Any) -> str:
    order = done(plug, "private/buy", instrument_name=name, amount=amount, price=30_000, **more)["order"]
    number: str = order["order_id"]
    return number


# ------------------------------------------------------------- lists


def test_index_names_short_and_extended(stand: Stand) -> None:
    names = told(stand, "public/get_index_price_names")
    assert names == ["btc_usd", "btc_usdc", "eth_usd", "eth_usdc"]
    assert [row["name"] for row in told(stand, "public/get_supported_index_names", "extended=true&type=all")] == names


def test_expirations_are_words_of_names_nearest_first(stand: Stand) -> None:
    assert told(stand, "public/get_expirations", "currency=BTC&kind=future") == {
        "future": ["25DEC26", "26MAR27", "PERPETUAL"]
    }
    assert told(stand, "public/get_expirations", "currency=BTC&kind=option") == {"option": []}
    every = told(stand, "public/get_expirations", "currency=any&kind=any")
    assert every == {"future": ["25DEC26", "26MAR27", "PERPETUAL"], "option": []}
    grouped = told(stand, "public/get_expirations", "currency=grouped&kind=any")
    assert set(grouped) == {"btc", "eth", "usdc"}
    assert "PERPETUAL" in grouped["usdc"]["future"]
    assert stand.get("public/get_expirations", "currency=BTC&kind=spot")[0] == 400
    assert stand.get("public/get_expirations", "currency=XYZ&kind=any")[0] == 400


def test_volumes_are_in_coin_by_settlement(stand: Stand) -> None:
    stand.wait(20)
    rows = {row["currency"]: row["futures_volume"] for row in told(stand, "public/get_trade_volumes")}
    inverse = [each for each in stand.exchange.markets.values() if each.instrument.settle == "BTC"]
    assert rows["BTC"] == pytest.approx(sum(each.daily.volume / each.carry.mark for each in inverse))
    assert set(rows) == {"BTC", "ETH", "USDC"}


def test_lists_that_are_empty_and_say_so(stand: Stand) -> None:
    assert told(stand, "public/get_announcements") == []
    span = f"instrument_name={CODE}&start_timestamp=1&end_timestamp=2"
    assert told(stand, "public/get_mark_price_history", span) == []
    assert done(stand.plug().login(), "private/get_trigger_order_history", currency="BTC")["entries"] == []


def test_an_index_has_a_chart(stand: Stand) -> None:
    stand.wait(70)
    hour = told(stand, "public/get_index_chart_data", "index_name=btc_usd&range=1h")
    assert hour[-1][0] == stand.now // 60_000_000_000 * 60_000
    assert hour[-1][1] == pytest.approx(stand.exchange.markets["deribit:BTC/USD:BTC"].carry.index, rel=0.001)
    assert told(stand, "public/get_index_chart_data", "index_name=btc_usd&range=1d")
    assert stand.get("public/get_index_chart_data", "index_name=doge_usd&range=1d")[0] == 400


def test_a_book_by_its_number(stand: Stand) -> None:
    number = told(stand, "public/get_instrument", f"instrument_name={CODE}")["instrument_id"]
    book = told(stand, "public/get_order_book_by_instrument_id", f"instrument_id={number}&depth=1")
    assert (book["instrument_name"], len(book["bids"])) == (CODE, 1)
    assert stand.get("public/get_order_book_by_instrument_id", "instrument_id=1")[1]["error"]["code"] == 13020


def test_numbers_of_markets_are_their_own(stand: Stand) -> None:
    rows = told(stand, "public/get_instruments")
    assert len({row["instrument_id"] for row in rows}) == len(rows)


def test_trades_by_their_place_and_by_their_id(stand: Stand) -> None:
    stand.wait(30)
    rows = told(stand, "public/get_last_trades_by_instrument", f"instrument_name={CODE}&count=100")["trades"]
    first, last = rows[-1]["trade_seq"] + 1, rows[0]["trade_seq"] - 1
    some = told(
        stand, "public/get_last_trades_by_instrument",
        f"instrument_name={CODE}&count=100&start_seq={first}&end_seq={last}",
    )  # fmt: skip
    assert some["trades"] == rows[1:-1]
    ids = told(stand, "public/get_last_trades_by_currency", f"currency=BTC&count=1000&start_id=BTC-{first}")["trades"]
    assert {int(row["trade_id"]) >= first for row in ids} == {True}
    assert stand.get("public/get_last_trades_by_currency", "currency=BTC&start_id=x")[0] == 400


# ------------------------------------------------------------- orders


def test_open_orders_by_kind_and_type(stand: Stand) -> None:
    plug = stand.plug().login()
    number = rest(plug)
    for method, more in (
        ("private/get_open_orders", {}),
        ("private/get_open_orders_by_currency", {"currency": "BTC"}),
        ("private/get_open_orders_by_instrument", {"instrument_name": CODE}),
    ):
        assert [row["order_id"] for row in done(plug, method, type="limit", **more)] == [number]
        assert done(plug, method, type="stop_all", **more) == []
        assert done(plug, method, kind="option", **more) == []
        assert code(plug, method, type="what", **more) == -32602


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("cancel_all", {}),
        ("cancel_all_by_instrument", {"instrument_name": CODE}),
        ("cancel_all_by_currency", {"currency": "BTC"}),
        ("cancel_all_by_kind_or_type", {"currency": ["BTC", "ETH"], "kind": "future"}),
        ("cancel_all_by_kind_or_type", {"currency": "any", "type": "limit"}),
        ("cancel_all_by_currency_pair", {"currency_pair": "btc_usd"}),
        ("cancel_by_label", {"label": "mine"}),
    ],
)
def test_what_cancels_many_counts_or_tells(stand: Stand, method: str, more: dict[str, Any]) -> None:
    plug = stand.plug().login()
    numbers = [rest(plug, label="mine"), rest(plug, label="mine")]
    told_rows = done(plug, f"private/{method}", detailed=True, **more)
    assert [row["order"]["order_id"] for row in told_rows] == numbers
    assert {row["order"]["order_state"] for row in told_rows} == {"cancelled"}
    rest(plug, label="mine")
    assert done(plug, f"private/{method}", **more) == 1
    assert done(plug, f"private/{method}", **more) == 0


def test_what_cancels_many_leaves_others(stand: Stand) -> None:
    plug = stand.plug().login()
    numbers = [rest(plug), rest(plug, LINEAR, 0.01)]
    assert done(plug, "private/cancel_all_by_kind_or_type", currency="any", type="stop") == 0
    assert done(plug, "private/cancel_all_by_instrument", instrument_name=CODE, type="take") == 0
    assert done(plug, "private/cancel_all_by_currency", currency="BTC", kind="option") == 0
    assert done(plug, "private/cancel_all_by_currency_pair", currency_pair="btc_usdc", kind="spot") == 0
    assert done(plug, "private/cancel_all_by_currency_pair", currency_pair="eth_usd") == 0
    assert [row["order_id"] for row in done(plug, "private/get_open_orders")] == numbers
    assert code(plug, "private/cancel_all_by_currency_pair", currency_pair="doge_usd") == -32602
    assert code(plug, "private/cancel_all_by_kind_or_type", currency=["BTC", "DOGE"]) == -32602
    assert code(plug, "private/cancel_all_by_kind_or_type", kind="any") == -32602
    _, answer = stand.signed("private/cancel_all_by_kind_or_type", "currency=%5B%22BTC%22%2C%22USDC%22%5D")
    assert answer["result"] == 2


# ------------------------------------------------------------- money


def test_summaries_have_every_field_that_is_required(stand: Stand) -> None:
    plug = stand.plug().login()
    done(plug, "private/buy", instrument_name=CODE, amount=1000, type="market")
    row = done(plug, "private/get_account_summary", currency="BTC", extended=True)
    held = done(plug, "private/get_position", instrument_name=CODE)
    assert row["delta_total"] == row["projected_delta_total"] == held["size_currency"]
    assert row["projected_maintenance_margin"] == row["maintenance_margin"]
    assert row["futures_pl"] == row["total_pl"]
    assert (row["options_gamma_map"], row["options_vega"], row["security_keys_enabled"]) == ({}, 0, False)
    assert done(plug, "private/get_account_summary", currency="ETH")["delta_total"] == 0
    done(plug, "private/buy", instrument_name=LINEAR, amount=0.02, type="market")
    assert done(plug, "private/get_account_summary", currency="USDC")["delta_total"] == 0.02


def test_subaccounts_with_money_positions_and_orders(stand: Stand) -> None:
    plug = stand.plug().login()
    number = rest(plug)
    done(plug, "private/buy", instrument_name=CODE, amount=10, type="market")
    main, below = done(plug, "private/get_subaccounts", with_portfolio=True)
    assert main["portfolio"]["btc"]["balance"] > 0
    assert main["portfolio"]["btc"]["currency"] == "btc"
    assert "portfolio" not in done(plug, "private/get_subaccounts")[0]
    rows = done(plug, "private/get_subaccounts_details", currency="BTC", with_open_orders=True)
    assert [row["uid"] for row in rows] == [main["id"], below["id"]]
    assert [row["instrument_name"] for row in rows[0]["positions"]] == [CODE]
    assert [[each["order_id"] for each in row["open_orders"]] for row in rows] == [[number], []]
    assert "open_orders" not in done(plug, "private/get_subaccounts_details", currency="BTC")[0]


def test_a_transfer_to_a_subaccount(stand: Stand) -> None:
    plug = stand.plug().login(WITHDRAWING)
    moved = done(plug, "private/submit_transfer_to_subaccount", currency="BTC", amount=0.5, destination=6_000_001)
    assert (moved["amount"], moved["state"]) == (0.5, "confirmed")


def test_own_trades_by_their_place(stand: Stand) -> None:
    plug = stand.plug().login()
    for _ in range(3):
        done(plug, "private/buy", instrument_name=CODE, amount=10, type="market")
    rows = done(plug, "private/get_user_trades_by_instrument", instrument_name=CODE)["trades"]
    assert len(rows) >= 3
    some = done(
        plug, "private/get_user_trades_by_instrument", instrument_name=CODE, start_seq=rows[-1]["trade_seq"] + 1
    )
    assert some["trades"] == rows[:-1]
    by_id = done(plug, "private/get_user_trades_by_currency", currency="BTC", end_id=rows[-1]["trade_id"])
    assert by_id["trades"] == rows[-1:]


# ------------------------------------------------------------- conversation


def test_methods_that_are_not_here_say_so_after_the_login(stand: Stand) -> None:
    assert stand.get("public/get_historical_volatility", "currency=BTC")[1]["error"]["code"] == 10033
    assert stand.get("private/get_margins")[1]["error"]["code"] == 13009
    plug = stand.plug()
    assert code(plug, "private/get_margins") == 13009
    assert code(plug.login(), "private/get_margins") == 10033
    assert code(plug, "private/what") == -32601


def test_a_get_may_carry_a_request_in_its_body(stand: Stand) -> None:
    body = json.dumps(
        {"jsonrpc": "2.0", "id": "a-1", "method": "public/ticker", "params": {"instrument_name": CODE}}
    ).encode()
    answer = stand.dialect.http(stand.call("GET", "/api/v2/public/ticker", "", body), stand.now)
    message = json.loads(answer.body)
    assert (message["id"], message["result"]["instrument_name"]) == ("a-1", CODE)


def test_a_request_without_an_id_is_refused_over_a_socket(stand: Stand) -> None:
    plug = stand.plug()
    plug.send(b'{"jsonrpc":"2.0","method":"public/test"}')
    (answer,) = [json.loads(body) for body in plug.heard]
    assert answer["error"]["code"] == -32600
    assert "id" not in answer
    body = b'{"jsonrpc":"2.0","method":"public/test"}'
    assert stand.dialect.http(stand.call("POST", "/api/v2", body=body), stand.now).status == 200


def test_both_sides_introduce_themselves(stand: Stand) -> None:
    plug = stand.plug()
    assert "version" in done(plug, "public/hello", client_name="x", client_version="1")
    assert code(plug, "public/hello", client_name="x") == -32602
    assert stand.get("public/hello", "client_name=x&client_version=1")[1]["error"]["code"] == 10030


def test_a_token_may_ask_for_less_and_for_another_life(stand: Stand) -> None:
    plug = stand.plug()
    login = {"grant_type": "client_credentials", "client_id": KEY.key, "client_secret": KEY.secret}
    token = done(plug, "public/auth", **login, scope="session:desk trade:read wallet:none expires:60", state="s-1")
    assert token["scope"] == "session:desk mainaccount account:read trade:read wallet:read"
    assert (token["expires_in"], token["state"]) == (60, "s-1")
    assert code(plug, "private/buy", instrument_name=CODE, amount=10, type="market") == 13021
    assert done(plug, "private/get_positions", currency="BTC") == []
    stand.wait(61)
    assert code(plug, "private/get_positions", currency="BTC") == 13009
    assert "trade:read_write" in done(plug, "public/auth", **login)["scope"]


def test_cancel_on_disconnect_for_an_account_holds_for_its_next_connections(stand: Stand) -> None:
    first = stand.plug().login()
    assert done(first, "private/enable_cancel_on_disconnect", scope="account") == "ok"
    assert done(first, "private/get_cancel_on_disconnect") == {"scope": "connection", "enabled": False}
    assert done(first, "private/get_cancel_on_disconnect", scope="account") == {"scope": "account", "enabled": True}
    _, answer = stand.signed("private/get_cancel_on_disconnect", "scope=account")
    assert answer["result"] == {"scope": "account", "enabled": True}
    _, answer = stand.signed("private/get_cancel_on_disconnect")
    assert answer["result"] == {"scope": "connection", "enabled": False}
    second = stand.plug().login()
    number = rest(second)
    second.close()
    state = done(first, "private/get_order_state", order_id=number)
    assert (state["order_state"], state["cancel_reason"]) == ("cancelled", "cancel_on_disconnect")
    assert done(first, "private/disable_cancel_on_disconnect", scope="account") == "ok"
    assert done(stand.plug().login(), "private/get_cancel_on_disconnect")["enabled"] is False
    assert code(first, "private/enable_cancel_on_disconnect", scope="world") == -32602


# ------------------------------------------------------------- channels of an index


def test_statistics_and_the_estimate_of_an_index_are_streamed(stand: Stand) -> None:
    plug = stand.plug()
    names = [
        "deribit_price_statistics.btc_usd",
        "estimated_expiration_price.btc_usd",
        "platform_state.public_methods_state",
    ]
    assert done(plug, "public/subscribe", channels=[*names, "deribit_price_statistics.doge_usd"]) == names
    stand.wait(5)
    days, ends = (plug.taken(name) for name in names[:2])
    index = stand.exchange.markets["deribit:BTC/USD:BTC"].carry.index
    assert len(days) >= 3
    assert days[-1]["low24h"] <= index <= days[-1]["high24h"] * 1.001
    assert (days[-1]["index_name"], days[-1]["high_volatility"]) == ("btc_usd", False)
    first = min(each.instrument.expiry for each in stand.exchange.markets.values() if each.instrument.expiry)
    assert 0 <= (first - stand.now) // 10**9 + 5 - ends[-1]["seconds"] <= 10
    assert (ends[-1]["is_estimated"], ends[-1]["price"]) == (False, pytest.approx(index, rel=0.001))


def test_an_index_without_dated_contracts_is_settled_every_day(stand: Stand) -> None:
    market = stand.exchange.markets["deribit:ETH/USDC:USDC"]
    row = indices.row(stand.exchange, "estimate", market, stand.now)
    assert 0 < row["seconds"] <= 86_400
    assert (stand.now // 10**9 + row["seconds"]) % 86_400 == 8 * 3600
    market.carry.index = 2000.0
    assert indices.row(stand.exchange, "index", market, stand.now)["price"] == 2000.0


def test_an_estimate_stands_for_the_index_once_it_is_averaged(stand: Stand) -> None:
    dated = next(each for each in stand.exchange.markets.values() if each.instrument.code == "BTC-25DEC26")
    dated.estimate = Decimal("61234.5")
    row = indices.row(stand.exchange, "estimate", dated, stand.now)
    assert (row["price"], row["is_estimated"]) == (Decimal("61234.5"), True)
