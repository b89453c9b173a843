"""Public market data and facts over REST, as the venue's own texts describe them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

SECOND = 1_000_000_000
EX = {
    "spot": ("spot", "/market", {"symbol": "btcusdt"}, "btcusdt"),
    "linear": ("contract", "/linear-swap-ex/market", {"contract_code": "BTC-USDT"}, "BTC-USDT"),
    "coin_swap": ("contract", "/swap-ex/market", {"contract_code": "BTC-USD"}, "BTC-USD"),
    "coin_futures": ("contract", "/market", {}, ""),
}


def future(venue: Venue) -> str:
    """Return the code of a coin-margined future on bitcoin."""
    markets = [each.instrument for each in venue.exchange.markets.values()]
    return next(each.code for each in markets if each.market == "coin_futures" and each.base == "BTC")


def ask(venue: Venue, line: str, what: str, **more: Any) -> Any:
    host, path, named, _ = EX[line]
    told = named or {"symbol": future(venue)}
    return venue.public(host, f"{path}/{what}", **told, **more)


@pytest.mark.parametrize("line", EX)
def test_a_ticker_has_the_touch_and_the_day(venue: Venue, line: str) -> None:
    venue.wait(20)
    told = ask(venue, line, "detail/merged")
    tick = told["tick"]
    assert told["status"] == "ok"
    assert told["ch"].startswith("market.")
    assert told["ch"].endswith(".detail.merged")
    assert tick["bid"][0] < tick["ask"][0]
    assert tick["low"] <= tick["close"] <= tick["high"]
    assert tick["amount"] > 0
    assert ("trade_turnover" in tick) == (line != "spot")


@pytest.mark.parametrize("line", EX)
def test_long_candles_begin_in_singapore(venue: Venue, line: str) -> None:
    lying = {"60min": "24T23", "4hour": "24T20", "1day": "24T16", "1week": "23T16"}
    begins, last = {period: f"2025-11-{day}" for period, day in lying.items()}, 0
    for period, at in (begins | {"1mon": "2025-10-31T16", "1year": "2024-12-31T16"}).items():
        rows = ask(venue, line, "history/kline", period=period)["data"]
        last = rows[0 if line == "spot" else -1]["id"]
        assert datetime.fromtimestamp(last, UTC).strftime("%Y-%m-%dT%H") == at
    now = venue.now // SECOND
    assert ask(venue, line, "history/kline", period="1mon", **{"from": last, "to": now})["data"] != []
    assert ask(venue, line, "history/kline", period="1mon", **{"from": 10**18, "to": 2 * 10**18})["data"] == []
    assert ask(venue, line, "history/kline", period="1year", to=1)["data"] == []


@pytest.mark.parametrize("line", EX)
def test_books_are_whole_and_sorted(venue: Venue, line: str) -> None:
    tick = ask(venue, line, "depth", type="step0")["tick"]
    assert tick["bids"] == sorted(tick["bids"], reverse=True)
    assert tick["asks"] == sorted(tick["asks"])
    assert ("mrid" in tick) == (line != "spot")
    if line == "spot":
        assert len(ask(venue, line, "depth", type="step0", depth=5)["tick"]["bids"]) == 5
    else:
        assert len(ask(venue, line, "depth", type="step6")["tick"]["bids"]) <= 20
    assert ask(venue, line, "depth", type="step6" if line == "spot" else "step16")["status"] == "error"


@pytest.mark.parametrize(
    ("line", "step", "grid", "levels"),
    [
        ("spot", "step1", "0.1", 20),
        ("spot", "step5", "1000", 20),
        ("linear", "step3", None, 150),
        ("linear", "step14", "1", 150),
        ("linear", "step13", "10", 20),
        ("coin_swap", "step15", "10", 150),
        ("coin_futures", "step9", None, 20),
    ],
)
def test_prices_of_books_are_merged_by_steps(venue: Venue, line: str, step: str, grid: str | None, levels: int) -> None:
    answer = ask(venue, line, "depth", type=step)
    whole = ask(venue, line, "depth", type="step0")["tick"]
    assert answer["ch"].endswith(f".depth.{step}")
    for side, onto in (("bids", floor), ("asks", ceil)):
        told = [(Decimal(str(price)), Decimal(str(size))) for price, size in answer["tick"][side]]
        if grid is None:
            assert answer["tick"][side] == whole[side][:levels]
            continue
        stretch, sums = Decimal(grid), dict[Decimal, Decimal]()
        for price, size in whole[side]:
            at = onto(Decimal(str(price)) / stretch) * stretch
            sums[at] = sums.get(at, Decimal(0)) + Decimal(str(size))
        # What lies beyond the whole book's last level is told by the merged one only.
        assert told[: len(sums) - 1] == list(sums.items())[: min(levels, len(sums) - 1)]
        assert 0 < len(told) <= levels


@pytest.mark.parametrize("line", EX)
def test_trades_are_grouped_and_newest_first(venue: Venue, line: str) -> None:
    venue.wait(20)
    groups = ask(venue, line, "history/trade", size=5)["data"]
    times = [group["ts"] for group in groups]
    assert times == sorted(times, reverse=True)
    (row,) = groups[0]["data"]
    assert row["direction"] in {"buy", "sell"}
    assert ("trade-id" in row) == (line == "spot")
    if line != "spot":
        assert row["amount"] % 2 == 0  # both sides are counted
        assert row["quantity"] > 0


@pytest.mark.parametrize("line", EX)
def test_candles_are_newest_first_on_spot_alone(aged: Venue, line: str) -> None:
    rows = ask(aged, line, "history/kline", period="60min", size=3)["data"]
    begins = [row["id"] for row in rows]
    assert len(rows) == 3
    assert begins == sorted(begins, reverse=line == "spot")
    assert all(row["low"] <= row["open"] <= row["high"] for row in rows)
    first, last = min(begins), max(begins)
    spanned = ask(aged, line, "history/kline", period="60min", **{"from": first, "to": last - 1})["data"]
    assert {row["id"] for row in spanned} == set(begins) - {last}
    assert ask(aged, line, "history/kline", period="60min", **{"from": last, "to": first})["status"] == "error"


@pytest.mark.parametrize("line", ["linear", "coin_swap", "coin_futures"])
def test_best_prices_of_one_contract_or_all(venue: Venue, line: str) -> None:
    (one,) = ask(venue, line, "bbo")["ticks"]
    assert one["bid"][0] < one["ask"][0]
    host, path, *_ = EX[line]
    assert one["contract_code"] in [row["contract_code"] for row in venue.public(host, f"{path}/bbo")["ticks"]]


def test_tickers_of_all_spot_markets(venue: Venue) -> None:
    rows = venue.public("spot", "/market/tickers")["data"]
    assert {"btcusdt", "ethusdt"} <= {row["symbol"] for row in rows}
    assert all(row["bid"] < row["ask"] for row in rows)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/index/market/history/linear_swap_mark_price_kline", {"contract_code": "BTC-USDT"}),
        ("/index/market/history/swap_mark_price_kline", {"contract_code": "BTC-USD"}),
        ("/index/market/history/mark_price_kline", {}),
    ],
)
def test_mark_prices(venue: Venue, path: str, named: dict[str, str]) -> None:
    told = venue.public("contract", path, **(named or {"symbol": future(venue)}), period="1min", size=1)
    assert float(told["data"][0]["close"]) > 0


@pytest.mark.parametrize(
    ("path", "name", "code"),
    [
        ("/linear-swap-api/v1/swap_index", "contract_code", "BTC-USDT"),
        ("/swap-api/v1/swap_index", "contract_code", "BTC-USD"),
        ("/api/v1/contract_index", "symbol", "BTC"),
    ],
)
def test_index_prices(venue: Venue, path: str, name: str, code: str) -> None:
    (one,) = venue.public("contract", path, **{name: code})["data"]
    assert one[name] == code
    assert one["index_price"] > 0
    assert len(venue.public("contract", path)["data"]) >= 1


def test_spot_markets_are_listed_under_long_and_short_names(venue: Venue) -> None:
    long = {row["symbol"]: row for row in venue.public("spot", "/v1/common/symbols")["data"]}
    short = {row["symbol"]: row for row in venue.public("spot", "/v1/settings/common/market-symbols")["data"]}
    assert long["btcusdt"]["amount-precision"] == short["btcusdt"]["ap"] == 6
    assert long["btcusdt"]["price-precision"] == short["btcusdt"]["pp"] == 2
    assert {"btc", "usdt"} <= {row["currency"] for row in venue.public("spot", "/v2/reference/currencies")["data"]}


def test_linear_contracts_are_listed_by_kind(venue: Venue) -> None:
    path = "/linear-swap-api/v1/swap_contract_info"
    kinds = {kind: venue.public("contract", path, business_type=kind)["data"] for kind in ("swap", "futures", "all")}
    assert len(kinds["all"]) == len(kinds["swap"]) + len(kinds["futures"])
    assert {row["business_type"] for row in kinds["swap"]} == {"swap"}
    dated = kinds["futures"][0]
    assert dated["contract_type"] in {"this_week", "next_week", "quarter", "next_quarter"}
    assert len(dated["delivery_date"]) == 8
    assert venue.public("contract", path)["data"] == kinds["swap"]


def test_coin_margined_contracts_are_listed(venue: Venue) -> None:
    (swap,) = venue.public("contract", "/swap-api/v1/swap_contract_info", contract_code="BTC-USD")["data"]
    assert (swap["contract_size"], swap["delivery_time"]) == (100, "")
    assert "business_type" not in swap
    rows = venue.public("contract", "/api/v1/contract_contract_info", symbol="BTC")["data"]
    assert {row["symbol"] for row in rows} == {"BTC"}


def test_a_far_contract_counts_as_quarterly(venue: Venue) -> None:
    rows = venue.public("contract", "/api/v1/contract_contract_info")["data"]
    venue.now -= 0
    kinds = {row["contract_type"] for row in rows}
    assert kinds <= {"this_week", "next_week", "quarter", "next_quarter"}


def test_funding_of_both_interfaces(venue: Venue) -> None:
    old = venue.public("contract", "/linear-swap-api/v1/swap_funding_rate", contract_code="BTC-USDT")["data"]
    (new,) = venue.public("contract", "/v5/market/funding_rate", contract_code="BTC-USDT")["data"]
    assert old["funding_time"] == new["funding_time"]
    assert float(new["min_funding_rate"]) < float(new["funding_rate"]) < float(new["max_funding_rate"])
    every = venue.public("contract", "/v5/market/funding_rate")["data"]
    batch = venue.public("contract", "/linear-swap-api/v1/swap_batch_funding_rate")["data"]
    assert [row["contract_code"] for row in every] == [row["contract_code"] for row in batch]
    (one,) = venue.public("contract", "/swap-api/v1/swap_batch_funding_rate", contract_code="BTC-USD")["data"]
    assert one["next_funding_time"] is None


def test_past_funding_by_pages_and_by_times(venue: Venue) -> None:
    venue.wait(45)
    path = "/swap-api/v1/swap_historical_funding_rate"
    page = venue.public("contract", path, contract_code="BTC-USD", page_size=1)["data"]
    assert page["total_size"] == page["total_page"] >= 2
    second = venue.public("contract", path, contract_code="BTC-USD", page_size=1, page_index=2)["data"]
    assert int(second["data"][0]["funding_time"]) < int(page["data"][0]["funding_time"])
    path = "/v5/market/funding_rate_history"
    rows = venue.public("contract", path, contract_code="BTC-USDT")["data"]
    last = int(rows[0]["funding_time"])
    assert last <= venue.now // 10**6
    assert venue.public("contract", path, contract_code="BTC-USDT", start_time=last, limit=1)["data"] == rows[:1]
    assert venue.public("contract", path, contract_code="BTC-USDT", end_time=last - 1, limit=9)["data"] == rows[1:]


@pytest.mark.parametrize(
    ("host", "path", "told", "code"),
    [
        ("spot", "/market/depth", {"type": "step0"}, "validation-constraints-required"),
        ("spot", "/market/depth", {"symbol": "nonesuch", "type": "step0"}, "base-symbol-error"),
        ("spot", "/market/depth", {"symbol": "btc/usdt", "type": "step0"}, "base-symbol-error"),
        ("spot", "/market/history/trade", {"symbol": "btcusdt", "size": "many"}, "validation-format-error"),
        ("spot", "/market/history/trade", {"symbol": "btcusdt", "size": "3000"}, "validation-format-error"),
    ],
)
def test_spot_refuses_in_words(venue: Venue, host: str, path: str, told: dict[str, str], code: str) -> None:
    answer = venue.public(host, path, **told)
    assert (answer["status"], answer["err-code"]) == ("error", code)


def test_contracts_refuse_in_numbers(venue: Venue) -> None:
    answer = venue.public("contract", "/swap-api/v1/swap_funding_rate", contract_code="XYZ-USD")
    assert (answer["status"], answer["err_code"]) == ("error", 1013)
    answer = venue.public("contract", "/v5/market/funding_rate", contract_code="XYZ-USDT")
    assert answer["code"] == 1013
    assert venue.public("contract", "/v5/market/funding_rate_history")["code"] == 1030


def test_there_are_no_other_endpoints(venue: Venue) -> None:
    for method, path in (
        ("GET", "/v1/dw/withdraw/api/create"),
        ("POST", "/market/depth"),
        ("GET", "/v5/trade/order/7"),
    ):
        assert venue.call("spot", method, path).status == 404


def test_public_requests_are_counted_by_address(venue: Venue) -> None:
    path = "/swap-api/v1/swap_funding_rate"
    answers = [venue.call("contract", "GET", f"{path}?contract_code=BTC-USD") for _ in range(241)]
    assert [answer.status for answer in answers] == [200] * 240 + [429]
    headers = dict(answers[0].headers)
    assert (headers["ratelimit-limit"], headers["ratelimit-remaining"]) == ("240", "239")
    assert dict(answers[-1].headers)["ratelimit-remaining"] == "0"
    venue.wait(3.1)
    assert venue.call("contract", "GET", f"{path}?contract_code=BTC-USD").status == 200
