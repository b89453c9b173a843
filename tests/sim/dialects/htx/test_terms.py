"""Tiers and limits, prices that nobody trades at, settlements, open interest, and newer orders in batches."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.sim.course import Course

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

CROSS = "/linear-swap-api/v1/swap_cross_adjustfactor"
LINEAR = "htx:BTC/USDT:USDT"
ORDER: dict[str, Any] = {"contract_code": "BTC-USDT", "margin_mode": "cross", "side": "buy", "position_side": "both"}
PUBLIC = (
    ("/linear-swap-api/v1/swap", {"contract_code": "BTC-USDT"}),
    ("/swap-api/v1/swap", {"contract_code": "BTC-USD"}),
    ("/api/v1/contract", {"symbol": "BTC"}),
)


def future(venue: Venue) -> str:
    codes = [each.instrument for each in venue.exchange.markets.values() if each.instrument.market == "coin_futures"]
    return codes[0].code


# ------------------------------------------------------------- tiers


def test_factors_are_maintenance_rates_times_leverage(venue: Venue) -> None:
    (row,) = venue.public("contract", CROSS, contract_code="BTC-USDT")["data"]
    assert (row["margin_mode"], row["pair"], row["business_type"]) == ("cross", "BTC-USDT", "swap")
    tiers = venue.exchange.ladder(LINEAR).tiers
    size = venue.exchange.markets[LINEAR].instrument.contract_size
    for each in row["list"]:
        allowed = [tier for tier in tiers if tier.leverage >= each["lever_rate"]]
        ladders = each["ladders"]
        assert [Decimal(str(one["adjust_factor"])) for one in ladders] == [
            tier.maintenance * each["lever_rate"] for tier in allowed
        ]
        assert [one["max_size"] for one in ladders] == [*(int(tier.upto / size) for tier in allowed[:-1]), None]
        assert ladders[0]["min_size"] == 0
        assert all(later["min_size"] == one["max_size"] + 1 for one, later in pairwise(ladders))
    levers = [each["lever_rate"] for each in row["list"]]
    assert levers == sorted(levers)
    (isolated,) = venue.public("contract", "/linear-swap-api/v1/swap_adjustfactor", contract_code="BTC-USDT")["data"]
    assert (isolated["margin_mode"], isolated["list"]) == ("isolated", row["list"])
    assert len(venue.public("contract", CROSS)["data"]) > 1
    assert venue.public("contract", CROSS, contract_code="XYZ-USDT")["err_code"] == 1013


def test_coin_margined_factors(venue: Venue) -> None:
    (swap,) = venue.public("contract", "/swap-api/v1/swap_adjustfactor", contract_code="BTC-USD")["data"]
    assert set(swap) == {"symbol", "contract_code", "list"}
    (coin,) = venue.public("contract", "/api/v1/contract_adjustfactor", symbol="BTC")["data"]
    assert (coin["symbol"], coin["list"]) == ("BTC", swap["list"])


@pytest.mark.parametrize(
    ("api", "named", "key"),
    [
        ("/swap-api/v1/swap", {"contract_code": "BTC-USD"}, "contract_code"),
        ("/api/v1/contract", {"symbol": "BTC"}, "symbol"),
    ],
)
def test_limits_of_coin_margined_contracts(venue: Venue, api: str, named: dict[str, str], key: str) -> None:
    (rates,) = venue.post("contract", f"{api}_available_level_rate", named)["data"]
    assert rates[key] == named[key]
    assert rates["available_level_rate"].startswith("1,2,3,5")
    orders = venue.post("contract", f"{api}_order_limit", named | {"order_price_type": "limit"})["data"]
    assert orders["order_price_type"] == "limit"
    assert all(row["open_limit"] == row["close_limit"] > 0 for row in orders["list"])
    assert ("contract_type" in orders["list"][0]) is (key == "symbol")
    rows = venue.post("contract", f"{api}_position_limit", named)["data"]
    assert all(row["buy_limit"] == row["sell_limit"] > 0 for row in rows)
    assert venue.post("contract", f"{api}_order_limit", named | {"order_price_type": "what"})["err_code"] == 1030


def test_limits_of_linear_contracts(venue: Venue) -> None:
    named = {"contract_code": "BTC-USDT"}
    for word, margin in (("swap_cross", "cross"), ("swap", "isolated")):
        (row,) = venue.post("contract", f"/linear-swap-api/v1/{word}_position_limit", named)["data"]
        assert (row["margin_mode"], row["contract_code"]) == (margin, "BTC-USDT")
    told = venue.post("contract", "/linear-swap-api/v1/swap_order_limit", named | {"order_price_type": "optimal_5"})
    assert [row["contract_code"] for row in told["data"]["list"]] == ["BTC-USDT"]
    (rate,) = venue.get("contract", "/v5/position/lever", **named)["data"]
    assert rate["lever_rate"] == venue.exchange.leverage("1000001", LINEAR)[0]
    assert venue.get("contract", "/v5/position/lever", symbol="XYZ")["code"] == 1030


@pytest.mark.parametrize(("api", "named"), PUBLIC)
def test_what_may_be_done(venue: Venue, api: str, named: dict[str, str]) -> None:
    rows = venue.public("contract", f"{api}_api_state", **named)["data"]
    assert rows
    assert {(row["open"], row["close"], row["transfer_in"]) for row in rows} == {(1, 1, 1)}
    assert ("margin_account" in rows[0]) is api.startswith("/linear")


# ------------------------------------------------------------- courses


@pytest.mark.parametrize(
    ("path", "named", "symbol", "course"),
    [
        ("linear_swap_mark_price_kline", {"contract_code": "BTC-USDT"}, LINEAR, Course.MARK),
        ("linear_swap_premium_index_kline", {"contract_code": "BTC-USDT"}, LINEAR, Course.PREMIUM),
        ("swap_mark_price_kline", {"contract_code": "BTC-USD"}, "htx:BTC/USD:BTC", Course.MARK),
        ("swap_premium_index_kline", {"contract_code": "BTC-USD"}, "htx:BTC/USD:BTC", Course.PREMIUM),
        ("index", {"symbol": "BTC-USD"}, "htx:BTC/USD:BTC", Course.INDEX),
        ("mark_price_kline", {"symbol": "BTC_CQ"}, "", Course.MARK),
    ],
)
def test_candles_follow_their_own_price(
    venue: Venue, path: str, named: dict[str, str], symbol: str, course: Course
) -> None:
    venue.wait(65)
    told = venue.public("contract", f"/index/market/history/{path}", **named, period="1min", size=3)
    assert told["status"] == "ok"
    symbol = symbol or next(
        each.instrument.symbol for each in venue.exchange.markets.values() if each.instrument.code == future(venue)
    )
    kept = venue.exchange.price_candles(symbol, course, 60 * 10**9, 0, 3)
    assert [row["id"] for row in told["data"]] == [one.begins // 10**9 for one in kept]
    assert [float(row["close"]) for row in told["data"]] == pytest.approx([one.close for one in kept])
    assert {row["vol"] for row in told["data"]} == {"0"}
    assert [row["id"] % 60 for row in told["data"]] == [0, 0, 0]


def test_the_index_of_a_future_may_be_asked_for_by_its_code(venue: Venue) -> None:
    told = venue.public("contract", "/index/market/history/index", symbol=future(venue), period="1min", size=1)
    assert len(told["data"]) == 1


@pytest.mark.parametrize("which", ["open", "close", "high", "low", "average"])
def test_the_basis_is_contract_less_index(venue: Venue, which: str) -> None:
    venue.wait(65)
    path, named = "/index/market/history/linear_swap_basis", {"contract_code": "BTC-USDT", "period": "1min"}
    rows = venue.public("contract", path, **named, size=2, basis_price_type=which)["data"]
    assert len(rows) == 2
    for row in rows:
        contract, index = Decimal(row["contract_price"]), Decimal(row["index_price"])
        assert Decimal(row["basis"]) == contract - index
        assert float(row["basis_rate"]) == pytest.approx(float((contract - index) / index))
    last = venue.public("contract", "/linear-swap-ex/market/history/kline", **named, size=1)["data"][-1]
    if which != "average":
        assert float(rows[-1]["contract_price"]) == float(last[which])


def test_a_basis_is_told_where_both_prices_are_known(venue: Venue) -> None:
    path, named = "/index/market/history/linear_swap_basis", {"contract_code": "BTC-USDT", "period": "1day"}
    assert len(venue.public("contract", path, **named, size=2000)["data"]) < 2000


@pytest.mark.parametrize("what", ["premium_index.1min", "basis.1min.close"])
def test_premium_and_basis_are_streamed(venue: Venue, what: str) -> None:
    wire = venue.open("contract", "/ws_index")
    _, first = wire.say({"sub": f"market.BTC-USDT.{what}", "id": "1"})
    assert {"id"} < set(first["tick"])
    (asked,) = wire.say({"req": f"market.BTC-USDT.{what}", "id": "2"})
    assert asked["data"][-1] == first["tick"]
    (refused,) = wire.say({"sub": "market.BTC-USDT.basis.1min.what", "id": "3"})
    assert refused["status"] == "error"


# ------------------------------------------------------------- settlements and open interest


def test_settlements_of_swaps_newest_first(venue: Venue) -> None:
    settled = venue.exchange.markets[LINEAR].settled
    named = {"contract_code": "BTC-USDT"}
    told = venue.public("contract", "/linear-swap-api/v1/swap_settlement_records", **named, page_size=2)["data"]
    assert (told["total_size"], len(told["settlement_record"])) == (len(settled), 2)
    row = told["settlement_record"][0]
    assert row["settlement_time"] == settled[-1][0] // 1_000_000
    assert Decimal(str(row["settlement_price"])) == settled[-1][2]
    assert (row["settlement_type"], row["business_type"]) == ("settlement", "swap")
    newer = venue.public("contract", "/v5/market/settlement_history", **named, limit=2)["data"]
    assert [each["settlement_time"] for each in newer] == [str(at // 1_000_000) for at, _, _ in settled[:-3:-1]]
    coin = venue.public("contract", "/swap-api/v1/swap_settlement_records", contract_code="BTC-USD")["data"]
    assert "pair" not in coin["settlement_record"][0]
    since = row["settlement_time"]
    one = venue.public("contract", "/v5/market/settlement_history", **named, start_time=since)["data"]
    assert len(one) == 1


def test_a_delivered_future_is_told_with_its_last_price(venue: Venue) -> None:
    path = "/api/v1/contract_settlement_records"
    assert venue.public("contract", path, symbol="BTC")["data"]["settlement_record"] == []
    market = next(each for each in venue.exchange.markets.values() if each.instrument.code == future(venue))
    market.estimate = Decimal("64000.5")
    assert venue.public("contract", path, symbol="BTC")["data"]["settlement_record"] == []
    estimated = venue.public("contract", "/api/v1/contract_estimated_settlement_price", symbol="BTC")["data"]
    assert (64000.5, "delivery") in {(row["estimated_settlement_price"], row["settlement_type"]) for row in estimated}
    market.instrument = replace(market.instrument, expiry=venue.now)
    (row,) = venue.public("contract", path, symbol="BTC")["data"]["settlement_record"]
    assert row["settlement_time"] == venue.now // 1_000_000
    assert [(each["settlement_price"], each["settlement_type"]) for each in row["list"]] == [(64000.5, "delivery")]
    assert venue.public("contract", path, symbol="ETH")["data"]["settlement_record"] == []


def test_estimates_of_swaps(venue: Venue) -> None:
    path = "/linear-swap-api/v1/swap_estimated_settlement_price"
    (row,) = venue.public("contract", path, contract_code="BTC-USDT")["data"]
    assert (row["estimated_settlement_price"], row["settlement_type"]) == (None, "settlement")


def test_open_interest_now(venue: Venue) -> None:
    venue.exchange.markets[LINEAR].daily.interest = 1200.0
    row = venue.public("contract", "/v5/market/open_interest", contract_code="BTC-USDT")["data"]
    assert (row["volume"], row["amount"]) == ("1200", "1.2")
    mark = Decimal(repr(venue.exchange.markets[LINEAR].carry.mark))
    assert Decimal(row["value"]) == Decimal("1.2") * mark
    old = venue.public("contract", "/linear-swap-api/v1/swap_open_interest", contract_code="BTC-USDT")["data"][0]
    assert Decimal(str(old["trade_volume"])) == Decimal(row["trade_volume"])


@pytest.mark.parametrize(
    ("api", "named"),
    [*PUBLIC[:2], ("/api/v1/contract", {"symbol": "BTC", "contract_type": "quarter"})],
)
def test_open_interest_over_time_is_what_it_is_now(venue: Venue, api: str, named: dict[str, str]) -> None:
    for unit in (1, 2):
        told = venue.public("contract", f"{api}_his_open_interest", **named, period="60min", amount_type=unit)["data"]
        (row,) = told["tick"]
        assert (row["amount_type"], row["ts"] % 3_600_000) == (unit, 0)
        assert ("value" in row) is api.startswith("/linear")
        assert ("contract_code" in told) is ("symbol" not in named)
    assert venue.public("contract", f"{api}_his_open_interest", **named, period="1min")["err_code"] == 1030


# ------------------------------------------------------------- market data, said otherwise


@pytest.mark.parametrize(
    ("path", "key"),
    [("/linear-swap-ex/market", "contract_code"), ("/swap-ex/market", "contract_code"), ("/market", "symbol")],
)
def test_the_latest_trade_of_every_contract(venue: Venue, path: str, key: str) -> None:
    venue.wait(20)
    told = venue.public("contract", f"{path}/trade")
    assert told["ch"] == "market.*.trade.detail"
    names = {row[key] for row in told["tick"]["data"]}
    assert names & {"BTC-USDT", "BTC-USD", "BTC_CQ"}
    assert names <= {row[key] for row in venue.public("contract", f"{path}/detail/batch_merged")["ticks"]}


def test_a_stated_size_goes_before_the_times_on_contracts(venue: Venue) -> None:
    named = {"contract_code": "BTC-USDT", "period": "1min"}
    late = {"from": venue.now // 10**9, "to": venue.now // 10**9 - 600}
    rows = venue.public("contract", "/linear-swap-ex/market/history/kline", **named, size=5, **late)["data"]
    assert rows == venue.public("contract", "/linear-swap-ex/market/history/kline", **named, size=5)["data"]
    assert venue.public("contract", "/linear-swap-ex/market/history/kline", **named, **late)["status"] == "error"


def test_candles_up_to_a_time(venue: Venue) -> None:
    until = venue.now // 10**9 - 600
    told = venue.public("spot", "/market/history/candles", symbol="btcusdt", period="1min", size=5, to=until)["data"]
    assert [row["id"] for row in told] == [until // 60 * 60 - 60 * place for place in range(5)]


# ------------------------------------------------------------- batches and closing


def test_several_orders_at_once_each_with_its_own_answer(venue: Venue) -> None:
    order = ORDER | {"type": "limit", "price": "50000", "volume": "1", "client_order_id": "71"}
    short = {name: value for name, value in order.items() if name != "volume"} | {"client_order_id": "72"}
    fine, failed = venue.post("contract", "/v5/trade/batch_orders", [order, short])["data"]
    assert (fine["code"], fine["client_order_id"]) == (200, "71")
    assert (failed["code"], failed["order_id"], failed["client_order_id"]) == (1030, "", "72")
    assert venue.post("contract", "/v5/trade/batch_orders", [])["code"] == 1030
    more = venue.post("contract", "/v5/trade/batch_orders", [order | {"client_order_id": "73"}])["data"]
    named = {"contract_code": "BTC-USDT"}
    told = venue.post("contract", "/v5/trade/cancel_batch_orders", named | {"order_id": [fine["order_id"], "5"]})[
        "data"
    ]
    assert [row["code"] for row in told] == [200, 1061]
    last = venue.post("contract", "/v5/trade/cancel_batch_orders", named | {"client_order_id": ["73"]})["data"]
    assert [row["order_id"] for row in last] == [more[0]["order_id"]]
    assert venue.post("contract", "/v5/trade/cancel_batch_orders", named)["code"] == 1030


def test_positions_are_closed_at_the_market(venue: Venue) -> None:
    for side, volume in (("buy", "3"), ("sell", "1")):
        venue.post("contract", "/v5/trade/order", ORDER | {"side": side, "type": "market", "volume": volume})
    named = {"contract_code": "BTC-USDT", "margin_mode": "cross"}
    assert venue.post("contract", "/v5/trade/position", named | {"margin_mode": "isolated"})["code"] == 1048
    closed = venue.post("contract", "/v5/trade/position", named | {"client_order_id": "81"})
    assert closed["data"]["client_order_id"] == "81"
    assert venue.exchange.positions("1000001", "linear") == []
    assert venue.post("contract", "/v5/trade/position", named)["code"] == 1048
    venue.post("contract", "/v5/trade/order", ORDER | {"side": "sell", "type": "market", "volume": "2"})
    every = venue.post("contract", "/v5/trade/position_all", {})["data"]
    assert [row["code"] for row in every] == [200]
    assert venue.exchange.positions("1000001", "linear") == []


def test_a_close_that_the_venue_refuses(venue: Venue) -> None:
    venue.post("contract", "/v5/trade/order", ORDER | {"type": "market", "volume": "2"})
    rest = ORDER | {"type": "limit", "price": "50000", "volume": "1", "client_order_id": "91"}
    venue.post("contract", "/v5/trade/order", rest)
    named = {"contract_code": "BTC-USDT", "margin_mode": "cross", "client_order_id": "91"}
    assert venue.post("contract", "/v5/trade/position", named)["code"] == 1067


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("/swap-api/v1/swap_lightning_close_position", {"contract_code": "BTC-USD"}),
        ("/api/v1/lightning_close_position", {"symbol": "BTC"}),
    ],
)
def test_coin_margined_positions_are_closed_at_once(venue: Venue, path: str, order: dict[str, str]) -> None:
    code = order.get("contract_code") or future(venue)
    opens = path.replace("lightning_close_position", "order").replace("/v1/order", "/v1/contract_order")
    taken = {"contract_code": code, "direction": "buy", "offset": "open", "lever_rate": 5, "volume": 2}
    assert venue.post("contract", opens, taken | {"order_price_type": "opponent"})["status"] == "ok"
    line = "coin_swap" if "contract_code" in order else "coin_futures"
    assert len(venue.exchange.positions("1000001", line)) == 1
    close = {"contract_code": code, "volume": 2, "direction": "sell"}
    assert venue.post("contract", path, {"contract_code": code, "direction": "sell"})["err_code"] == 1030
    assert venue.post("contract", path, close)["status"] == "ok"
    assert venue.exchange.positions("1000001", line) == []
