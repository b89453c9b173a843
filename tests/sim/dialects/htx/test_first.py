"""The first interface of linear contracts, which clients of others still speak: REST and its notification socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import PositionMode
from basisdesk.domain.instrument import Kind

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

API = "/linear-swap-api"
CODE = "BTC-USDT"
SOUND: dict[str, Any] = {"contract_code": CODE, "direction": "buy", "offset": "open", "lever_rate": 5}
LIMIT: dict[str, Any] = SOUND | {"volume": 2, "price": 50_000.5, "order_price_type": "limit"}
MARKET: dict[str, Any] = SOUND | {"volume": 2, "order_price_type": "optimal_20"}
WORDS = ("swap_cross", "swap")


def ask(venue: Venue, name: str, version: str = "v1", /, **told: Any) -> Any:
    return venue.post("contract", f"{API}/{version}/{name}", told)


def done(venue: Venue, name: str, version: str = "v1", /, **told: Any) -> Any:
    answer = ask(venue, name, version, **told)
    assert answer.get("status") == "ok" or answer.get("code") == 200, answer
    return answer["data"]


@pytest.mark.parametrize("word", WORDS)
def test_an_order_rests_is_found_and_cancelled(venue: Venue, word: str) -> None:
    placed = done(venue, f"{word}_order", **LIMIT, client_order_id=77)
    number = placed["order_id_str"]
    assert placed == {"order_id": int(number), "order_id_str": number, "client_order_id": 77}
    (row,) = done(venue, f"{word}_order_info", order_id=number, contract_code=CODE)
    told = {name: row[name] for name in ("status", "price", "volume", "offset", "lever_rate", "margin_mode", "pair")}
    mode = {"swap_cross": "cross", "swap": "isolated"}[word]
    expected = {"status": 3, "price": 50_000.5, "volume": 2, "offset": "both", "lever_rate": 5}
    assert told == expected | {"margin_mode": mode, "pair": CODE}
    assert row["margin_account"] == ("USDT" if mode == "cross" else CODE)
    (open_row,) = done(venue, f"{word}_openorders", pair=CODE, contract_type="swap", page_index=1)["orders"]
    assert open_row["order_id_str"] == number
    other = next(each for each in WORDS if each != word)
    assert done(venue, f"{other}_openorders", contract_code=CODE)["orders"] == []
    assert ask(venue, f"{other}_order_info", client_order_id="77")["err_code"] == 1017
    assert ask(venue, f"{other}_order_detail", order_id=number)["err_code"] == 1017
    assert done(venue, f"{word}_cancel", order_id=number, contract_code=CODE)["successes"] == number
    for name, version, key in (
        ("hisorders", "v1", "orders"),
        ("hisorders_exact", "v3", "orders"),
        ("hisorders", "v3", ""),
    ):
        data = done(venue, f"{word}_{name}", version, contract_code=CODE, contract=CODE, trade_type=0, status="0")
        (past,) = data[key] if key else data
        assert (past["order_id_str"], past["status"]) == (number, 7)
    assert ask(venue, f"{word}_cancelall", contract_code=CODE)["err_code"] == 1051


@pytest.mark.parametrize("word", WORDS)
def test_a_market_order_makes_a_position_that_is_closed(venue: Venue, word: str) -> None:
    number = done(venue, f"{word}_order", **MARKET)["order_id_str"]
    whole = done(venue, f"{word}_order_detail", order_id=number, contract_code=CODE)
    (trade,) = whole["trades"]
    worth = 2 * 0.001 * trade["trade_price"]
    assert (whole["status"], trade["trade_turnover"]) == (6, pytest.approx(worth))
    assert whole["trade_turnover"] == pytest.approx(worth)
    (held,) = done(venue, f"{word}_position_info", contract_code=CODE)
    assert (held["direction"], held["volume"], held["position_mode"]) == ("buy", 2, "single_side")
    (account,) = done(venue, f"{word}_account_info", contract_code=CODE)
    assert account["margin_position"] == held["position_margin"] > 0
    assert account["risk_rate"] > 0
    both = done(venue, f"{word}_account_position_info", contract_code=CODE)
    row = both if word == "swap_cross" else both[0]
    assert [each["contract_code"] for each in row["positions"]] == [CODE]
    other = next(each for each in WORDS if each != word)
    assert done(venue, f"{other}_position_info", contract_code=CODE) == []
    closed = done(venue, f"{word}_lightning_close_position", contract_code=CODE, volume=2, direction="sell")
    assert done(venue, f"{word}_position_info") == []
    for name, version, key in (
        ("matchresults", "v1", "trades"),
        ("matchresults_exact", "v3", "trades"),
        ("matchresults", "v3", ""),
    ):
        data = done(venue, f"{word}_{name}", version, contract_code=CODE, trade_type=0)
        rows = data[key] if key else data
        assert {each["order_id_str"]: each["offset"] for each in rows} == {
            number: "both",
            closed["order_id_str"]: "close",
        }


def test_long_and_short_stand_beside_each_other_when_asked_for(venue: Venue) -> None:
    assert done(venue, "swap_cross_switch_position_mode", margin_account="USDT", position_mode="dual_side") == [
        {"margin_account": "USDT", "position_mode": "dual_side"}
    ]
    assert venue.exchange.position_mode("1000001", "linear") is PositionMode.HEDGE
    side = venue.get("contract", f"{API}/v1/swap_cross_position_side", margin_account="USDT")["data"]
    assert side == [{"margin_mode": "cross", "margin_account": "USDT", "position_mode": "dual_side"}]
    done(venue, "swap_cross_order", **MARKET)
    done(venue, "swap_cross_order", **(MARKET | {"direction": "sell"}))
    assert {row["direction"] for row in done(venue, "swap_cross_position_info")} == {"buy", "sell"}
    silent = {name: value for name, value in MARKET.items() if name != "offset"}
    assert ask(venue, "swap_cross_order", **silent)["err_code"] == 1030
    done(venue, "swap_cross_order", **(MARKET | {"direction": "sell", "offset": "close"}))
    done(venue, "swap_cross_lightning_close_position", contract_code=CODE, volume=2, direction="buy")
    assert done(venue, "swap_cross_position_info") == []
    past = done(venue, "swap_cross_hisorders", contract_code=CODE)["orders"]
    assert [(row["direction"], row["offset"]) for row in past] == [
        ("buy", "close"),
        ("sell", "close"),
        ("sell", "open"),
        ("buy", "open"),
    ]
    refused = ask(venue, "swap_cross_switch_position_mode", margin_account="USDT", position_mode="dual_side")
    assert refused["status"] == "ok"  # it is so already
    done(venue, "swap_cross_order", **LIMIT)
    refused = ask(venue, "swap_cross_switch_position_mode", margin_account="USDT", position_mode="single_side")
    assert refused["status"] == "error"


def test_orders_that_only_reduce(venue: Venue) -> None:
    assert ask(venue, "swap_cross_order", **(MARKET | {"direction": "sell", "offset": "close"}))["err_code"] == 1048
    told = {name: value for name, value in MARKET.items() if name != "offset"}
    assert ask(venue, "swap_cross_order", **told, reduce_only=1)["err_code"] == 1048


def test_a_batch_says_what_became_of_each_order(venue: Venue) -> None:
    dear = LIMIT | {"price": 900_000}
    told = done(venue, "swap_cross_batchorder", orders_data=[LIMIT | {"client_order_id": 5}, dear])
    ((taken,), (refused,)) = told["success"], told["errors"]
    assert (taken["index"], taken["client_order_id"]) == (1, 5)
    assert (refused["index"], refused["err_code"]) == (2, 1039)
    for bad in ([], [LIMIT] * 11, [5], 5, "x"):
        assert ask(venue, "swap_cross_batchorder", orders_data=bad)["err_code"] == 1030
    swap = {"contract_code": "BTC-USD", "direction": "buy", "offset": "open", "lever_rate": 5, "volume": 1}
    body = {"orders_data": [swap | {"order_price_type": "opponent"}]}
    assert venue.post("contract", "/swap-api/v1/swap_batchorder", body)["data"]["success"]


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("swap_cross_order", {"contract_code": None}, 1030),
        ("swap_cross_order", {"colour": "red"}, 1030),
        ("swap_cross_lightning_close_position", {}, 1030),
        ("swap_cross_switch_lever_rate", {"lever_rate": 2000}, 1037),
    ],
)
def test_what_is_refused(venue: Venue, name: str, told: dict[str, Any], code: int) -> None:
    closing: dict[str, Any] = {"contract_code": CODE, "direction": "buy"}
    sounds = {"swap_cross_order": LIMIT, "swap_cross_lightning_close_position": closing}
    sound = sounds.get(name, {"contract_code": CODE})
    body = {key: value for key, value in (sound | told).items() if value is not None}
    assert ask(venue, name, **body)["err_code"] == code


def test_accounts_and_settings(venue: Venue) -> None:
    (cross,) = done(venue, "swap_cross_account_info", margin_account="USDT")
    linear = [each.instrument for each in venue.exchange.markets.values() if each.instrument.market == "linear"]
    dated = [each.code for each in linear if each.kind is not Kind.PERPETUAL]
    assert [row["contract_code"] for row in cross["futures_contract_detail"]] == dated
    assert len(cross["contract_detail"]) == len(linear) - len(dated)
    assert cross["margin_balance"] > 1000
    assert cross["risk_rate"] is None
    assert done(venue, "swap_cross_account_info", margin_account="BTC") == []
    assert done(venue, "swap_cross_account_position_info", margin_account="BTC") == []
    isolated = done(venue, "swap_account_info")
    assert {row["margin_account"] for row in isolated} >= {CODE, "ETH-USDT"}
    (row,) = venue.get("contract", f"{API}/v3/unified_account_info")["data"]
    assert row["cross_swap"] == cross["contract_detail"]
    told = done(venue, "swap_cross_switch_lever_rate", contract_code=CODE, lever_rate=7)
    assert told == {"margin_mode": "cross", "contract_code": CODE, "lever_rate": 7}
    (rates,) = done(venue, "swap_available_level_rate", contract_code=CODE)
    assert rates["available_level_rate"].startswith("1,2,3,5,10")
    assert len(done(venue, "swap_cross_available_level_rate")) > 1
    assert done(venue, "linear-cancel-after", on_off=1, time_out=6000)["trigger_time"]


def test_bookings(venue: Venue) -> None:
    done(venue, "swap_cross_order", **MARKET)
    first = done(venue, "swap_financial_record", margin_account="USDT")
    assert {row["type"] for row in first["financial_record"]} == {5}
    newer = done(venue, "swap_financial_record", "v3", mar_acct=CODE)
    assert [row["id"] for row in newer] == [row["id"] for row in first["financial_record"]][::-1]
    assert done(venue, "swap_financial_record_exact", "v3", mar_acct="USDT", type="30")["financial_record"] == []
    assert done(venue, "swap_financial_record", "v3", mar_acct="ETH-USDT") == []


def test_the_socket_tells_of_each_margin_mode_apart(venue: Venue) -> None:
    wire = venue.open("contract", "/linear-swap-notification")
    wire.login(path="/linear-swap-notification")
    assert wire.say({"op": "sub", "topic": "weather.*"})[0]["err-code"] == 2030
    assert wire.say({"op": "sub", "topic": "orders_cross."})[0]["err-code"] == 2030
    assert wire.say({"op": "sub", "topic": "accounts_cross.btc-usdt"})[0]["err-code"] == 2011
    kinds = ("orders", "matchOrders", "positions")
    for kind in kinds:
        for ending in ("", "_cross"):
            assert wire.say({"op": "sub", "topic": f"{kind}{ending}.{CODE}"})[0]["err-code"] == 0
    _, snapshot = wire.say({"op": "sub", "topic": "accounts_cross.USDT"})
    assert (snapshot["event"], snapshot["data"][0]["margin_mode"]) == ("init", "cross")
    assert wire.say({"op": "sub", "topic": f"accounts.{CODE}"})[-1]["topic"] == "accounts.btc-usdt"
    for word, ending in (("swap_cross", "_cross"), ("swap", "")):
        done(venue, f"{word}_order", **MARKET)
        heard = {message["topic"]: message for message in wire.take()}
        assert {f"{kind}{ending}.btc-usdt" for kind in kinds} <= set(heard)
        assert heard[f"orders{ending}.btc-usdt"]["status"] == 6
        assert heard[f"matchOrders{ending}.btc-usdt"]["trade"]
        assert not {f"{kind}{'' if ending else '_cross'}.btc-usdt" for kind in kinds} & set(heard)
        done(venue, f"{word}_lightning_close_position", contract_code=CODE, volume=2, direction="sell")
        venue.wait()
        wire.take()
