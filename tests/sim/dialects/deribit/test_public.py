"""What anybody may ask, as the venue's pages show it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.sim.contract import Printed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.deribit.conftest import Stand

S = 1_000_000_000
HOUR_MS = 3_600_000
CODE, PERP = "BTC-PERPETUAL", "deribit:BTC/USD:BTC"


def told(stand: Stand, method: str, query: str = "") -> Any:
    status, message = stand.get(method, query)
    assert status == 200, message
    assert message["jsonrpc"] == "2.0"
    assert message["usOut"] == stand.now // 1000
    return message["result"]


def refused(stand: Stand, method: str, query: str = "") -> tuple[int, int, str]:
    status, message = stand.get(method, query)
    return status, message["error"]["code"], message["error"].get("data", {}).get("param", "")


def test_small_answers(stand: Stand) -> None:
    assert told(stand, "public/get_time") == stand.now // 1_000_000
    assert told(stand, "public/test") == {"version": "1.2.26"}
    assert told(stand, "public/status")["locked"] == "false"
    assert {row["currency"] for row in told(stand, "public/get_currencies")} == {"BTC", "ETH", "USDC"}
    index = told(stand, "public/get_index_price", "index_name=btc_usd")
    assert index["index_price"] == stand.exchange.markets[PERP].carry.index


def test_the_list_by_currency_and_kind(stand: Stand) -> None:
    everything = told(stand, "public/get_instruments")
    assert {row["instrument_name"] for row in everything} >= {CODE, "ETH-PERPETUAL"}
    assert {row["settlement_currency"] for row in told(stand, "public/get_instruments", "currency=BTC")} == {"BTC"}
    assert told(stand, "public/get_instruments", "currency=any&kind=option&expired=false") == []
    one = told(stand, "public/get_instrument", f"instrument_name={CODE}")
    assert (one["contract_size"], one["min_trade_amount"], one["tick_size"]) == (10, 10, 0.5)
    assert (one["instrument_type"], one["settlement_period"]) == ("reversed", "perpetual")
    dated = next(row for row in everything if row["settlement_period"] == "month")
    assert stand.now // 1_000_000 < dated["expiration_timestamp"] < 32503708800000


@pytest.mark.parametrize(
    ("method", "query", "failure"),
    [
        ("public/ticker", "", (400, -32602, "instrument_name")),
        ("public/ticker", "instrument_name=BTC-1JAN20", (400, 13020, "instrument_name")),
        ("public/get_instruments", "currency=DOGE", (400, -32602, "currency")),
        ("public/get_instruments", "kind=what", (400, -32602, "kind")),
        ("public/get_instruments", "expired=yes", (400, -32602, "expired")),
        ("public/get_index_price", "index_name=doge_usd", (400, -32602, "index_name")),
        ("public/get_order_book", f"instrument_name={CODE}&depth=0", (400, -32602, "depth")),
        ("public/get_order_book", f"instrument_name={CODE}&depth=ten", (400, -32602, "depth")),
        ("public/get_order_book", f"instrument_name={CODE}&depth=20000", (400, -32602, "depth")),
        ("public/get_last_trades_by_instrument", f"instrument_name={CODE}&count=0", (400, -32602, "count")),
        ("public/get_tradingview_chart_data", f"instrument_name={CODE}&resolution=7", (400, -32602, "resolution")),
        ("public/get_what", "", (400, -32601, "")),
        ("private/get_what", "", (400, -32601, "")),
        ("public/subscribe", "channels=[]", (400, 10030, "")),
    ],
)
def test_refusals(method: str, query: str, failure: tuple[int, int, str], stand: Stand) -> None:
    assert refused(stand, method, query) == failure


def test_the_book_and_its_ticker(stand: Stand) -> None:
    book = told(stand, "public/get_order_book", f"instrument_name={CODE}&depth=7")
    assert len(told(stand, "public/get_order_book", f"instrument_name={CODE}&depth=5")["asks"]) == 5
    real = stand.exchange.markets[PERP]
    assert [tuple(row) for row in book["bids"]] == real.book.levels(0, 10)
    assert book["change_id"] == real.sequence
    assert (book["best_bid_price"], book["best_ask_amount"]) == (real.book.bid, real.book.ask_size)
    assert "current_funding" in book
    dated = told(stand, "public/ticker", "instrument_name=BTC-25DEC26")
    assert "current_funding" not in dated
    rows = told(stand, "public/get_book_summary_by_currency", "currency=BTC")
    assert {row["instrument_name"] for row in rows} >= {CODE, "BTC-25DEC26"}


def test_trades_newest_first_or_oldest_first(stand: Stand) -> None:
    stand.wait(20)
    real = stand.exchange.markets[PERP].trades
    assert len(real) > 3
    query = f"instrument_name={CODE}&count=3"
    newest = told(stand, "public/get_last_trades_by_instrument", query)
    assert [row["trade_seq"] for row in newest["trades"]] == [trade.trade_id for trade in real[:-4:-1]]
    assert newest["has_more"]
    oldest = told(stand, "public/get_last_trades_by_instrument_and_time", f"{query}&sorting=asc")
    assert [row["trade_seq"] for row in oldest["trades"]] == [trade.trade_id for trade in real[:3]]
    last = real[-1]
    since = f"instrument_name={CODE}&count=1000&start_timestamp={last.at // 1_000_000}"
    assert told(stand, "public/get_last_trades_by_instrument_and_time", since)["trades"][0] == {
        "trade_id": str(last.trade_id), "trade_seq": last.trade_id, "instrument_name": CODE,
        "timestamp": last.at // 1_000_000, "price": float(last.price), "amount": float(last.size),
        "contracts": float(last.size / 10), "direction": "buy" if last.buy else "sell", "tick_direction": 0,
        "mark_price": stand.exchange.markets[PERP].carry.mark, "index_price": stand.exchange.markets[PERP].carry.index,
    }  # fmt: skip


def test_candles_as_columns(stand: Stand) -> None:
    stand.wait(70)
    now = stand.now // 1_000_000
    query = f"instrument_name={CODE}&resolution=1&start_timestamp={now - 120_000}&end_timestamp={now}"
    chart = told(stand, "public/get_tradingview_chart_data", query)
    assert chart["status"] == "ok"
    assert len(chart["ticks"]) == len(chart["open"]) == len(chart["volume"]) >= 1
    assert max(chart["volume"]) > 0
    before = f"instrument_name={CODE}&resolution=1D&start_timestamp=0&end_timestamp=1"
    assert told(stand, "public/get_tradingview_chart_data", before)["status"] == "no_data"


def test_funding_by_the_hour(stands: Callable[..., Stand]) -> None:
    stand = stands(history=17 * 3600 * S)
    now = stand.now // 1_000_000
    query = f"instrument_name={CODE}&start_timestamp=0&end_timestamp={now}"
    rows = told(stand, "public/get_funding_rate_history", query)
    settled = (7 * 3 + 2) * 8  # a week before the rehearsal, two intervals in it, and the hours since 08:00
    assert len(rows) == settled + 4
    assert {later["timestamp"] - row["timestamp"] for row, later in pairwise(rows)} == {HOUR_MS}
    assert rows[-1]["timestamp"] == 1_795_262_400_000  # 12:00 UTC
    value = told(stand, "public/get_funding_rate_value", query)
    assert value == pytest.approx(sum(row["interest_1h"] for row in rows))
    one = f"instrument_name={CODE}&start_timestamp={rows[3]['timestamp']}&end_timestamp={rows[3]['timestamp']}"
    assert told(stand, "public/get_funding_rate_history", one) == [rows[3]]
    for place, row in enumerate(rows):
        eight = [each["interest_1h"] for each in rows[max(0, place - 7) : place + 1]]
        assert row["interest_8h"] == pytest.approx(sum(eight))
        assert row["prev_index_price"] == rows[max(0, place - 1)]["index_price"]
    assert told(stand, "public/ticker", f"instrument_name={CODE}")["funding_8h"] == pytest.approx(
        rows[-1]["interest_8h"]
    )
    stand.exchange.markets[PERP].carry.predicted = math.nan  # nothing runs
    assert told(stand, "public/get_funding_rate_history", query)[:settled] == rows[:settled]
    dated = f"instrument_name=BTC-25DEC26&start_timestamp=0&end_timestamp={now}"
    assert refused(stand, "public/get_funding_rate_history", dated)[:2] == (400, -32602)


def test_summaries_of_a_currency_and_of_a_market(stand: Stand) -> None:
    rows = {row["instrument_name"]: row for row in told(stand, "public/get_book_summary_by_currency", "currency=BTC")}
    ticker = told(stand, "public/ticker", f"instrument_name={CODE}")
    (row,) = told(stand, "public/get_book_summary_by_instrument", f"instrument_name={CODE}")
    assert row == rows[CODE]
    assert (row["bid_price"], row["ask_price"]) == (ticker["best_bid_price"], ticker["best_ask_price"])
    assert row["bid_price"] < row["mid_price"] < row["ask_price"]
    assert (row["base_currency"], row["current_funding"]) == ("BTC", ticker["current_funding"])
    assert all("current_funding" not in rows[name] for name in rows if not name.endswith("PERPETUAL"))
    assert told(stand, "public/get_book_summary_by_currency", "currency=BTC&kind=option") == []
    stand.exchange.markets[PERP].book.snapshot_levels([], [(1.0, 2.0)], stand.now, 1)
    (row,) = told(stand, "public/get_book_summary_by_instrument", f"instrument_name={CODE}")
    assert (row["bid_price"], row["mid_price"], row["ask_price"]) == (None, None, 1)


def test_trades_of_a_currency_are_those_of_its_markets(stand: Stand) -> None:
    found = told(stand, "public/get_last_trades_by_currency", "currency=BTC&count=1000")
    stamps = [row["timestamp"] for row in found["trades"]]
    assert stamps == sorted(stamps, reverse=True)
    names = {row["instrument_name"] for row in found["trades"]}
    for name in names:
        one = told(stand, "public/get_last_trades_by_instrument", f"instrument_name={name}&count=1000")["trades"]
        assert one == [row for row in found["trades"] if row["instrument_name"] == name]
    assert told(stand, "public/get_last_trades_by_currency", "currency=BTC&kind=option")["trades"] == []
    assert told(stand, "public/get_last_trades_by_currency", "currency=SOL")["trades"] == []


def test_sizes_and_names_of_indices(stand: Stand) -> None:
    assert told(stand, "public/get_contract_size", f"instrument_name={CODE}") == {"contract_size": 10}
    assert "btc_usd" in told(stand, "public/get_index_price_names")


def test_the_funding_chart_has_the_hours_of_its_length(stands: Callable[..., Stand]) -> None:
    stand = stands(history=17 * 3600 * S)
    day = told(stand, "public/get_funding_chart_data", f"instrument_name={CODE}&length=24h")
    eight = told(stand, "public/get_funding_chart_data", f"instrument_name={CODE}")
    assert day["data"][-len(eight["data"]) :] == eight["data"]
    assert 8 <= len(eight["data"]) <= 9
    assert 24 <= len(day["data"]) <= 25
    assert refused(stand, "public/get_funding_chart_data", "instrument_name=BTC-25DEC26")[:2] == (400, -32602)


def test_the_hour_that_ends_while_one_looks_is_listed_with_the_rate_it_had(stands: Callable[..., Stand]) -> None:
    stand = stands(start=1_795_262_400 * S - 70 * S)
    stand.wait(75)
    assert len(stand.exchange.markets[PERP].settled) == 1
    query = f"instrument_name={CODE}&start_timestamp=0&end_timestamp={stand.now // 1_000_000}"
    rows = told(stand, "public/get_funding_rate_history", query)
    at, rate, _ = stand.exchange.markets[PERP].settled[0]
    assert rows[-1]["timestamp"] == at // 1_000_000 == 1_795_262_400_000
    assert rows[-1]["interest_1h"] == pytest.approx(float(rate / 8))
    assert {later["timestamp"] - row["timestamp"] for row, later in pairwise(rows)} == {HOUR_MS}


def test_a_side_without_orders_reads_zero(stand: Stand) -> None:
    book = stand.exchange.markets[PERP].book
    book.snapshot_levels([], [(1.0, 2.0)], stand.now, 1)
    ticker = told(stand, "public/ticker", f"instrument_name={CODE}")
    assert (ticker["best_bid_price"], ticker["best_bid_amount"], ticker["best_ask_price"]) == (0, 0, 1)


def test_the_list_has_a_limit_of_its_own(stand: Stand) -> None:
    codes = [stand.get("public/get_instruments")[0] for _ in range(51)]
    assert codes.count(200) in {49, 50}  # one was asked before
    assert codes[-1] == 429
    assert told(stand, "public/get_time")


def test_a_linear_market_counts_coin(stand: Stand) -> None:
    from decimal import Decimal

    from msgspec.structs import replace

    from basisdesk.domain.instrument import Margin
    from basisdesk.sim.dialects.deribit.market import candle_row
    from basisdesk.sim.dialects.deribit.rows import instrument_row, position_row, trade_row

    market = stand.exchange.markets[PERP]
    linear = replace(
        market.instrument, margin=Margin.LINEAR, settle="USDC", quote="USDC", step=Decimal("0.001"),
        symbol=market.instrument.symbol,
    )  # fmt: skip
    market.instrument = linear
    assert instrument_row(linear)["instrument_type"] == "linear"
    assert trade_row(market, Printed(PERP, 1, 1, Decimal(1), Decimal("0.002"), buy=True))["contracts"] == 2
    assert position_row(stand.exchange, "1000001", linear, None)["size_currency"] == 0
    candles = stand.exchange.candles(PERP, 60 * S, 0, 1)
    assert candle_row(market, candles[0])["volume"] == candles[0].volume


def test_delivery_prices_of_an_index_are_told_the_latest_first(stand: Stand) -> None:
    asked = "index_name=btc_usd"
    assert told(stand, "public/get_delivery_prices", asked) == {"data": [], "records_total": 0}
    markets = stand.exchange.markets
    dated, ether = (
        [each for each in markets if each.startswith(f"deribit:{coin}-")] for coin in ("BTC/USD:BTC", "ETH/USD:ETH")
    )
    for symbol, days, price in zip((*dated, ether[0]), (2, 1, 1), ("50000.5", "50001.5", "2500"), strict=True):
        market = markets[symbol]
        market.instrument = replace(market.instrument, expiry=stand.now - days * 24 * HOUR_MS * 1_000_000)
        market.estimate = Decimal(price)
    answer = told(stand, "public/get_delivery_prices", asked)
    assert [row["delivery_price"] for row in answer["data"]] == [50001.5, 50000.5]
    assert answer["records_total"] == 2
    day = datetime.fromtimestamp(stand.now // S, UTC) - timedelta(days=1)
    assert answer["data"][0]["date"] == f"{day:%Y-%m-%d}"
    second = told(stand, "public/get_delivery_prices", f"{asked}&offset=1&count=1")
    assert second == {"data": answer["data"][1:], "records_total": 2}
