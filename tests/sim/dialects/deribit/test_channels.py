"""Subscriptions: what is granted, what is heard first, and what is heard then."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from basisdesk.sim.contract import BookChanged, Relisted

if TYPE_CHECKING:
    from tests.sim.dialects.deribit.conftest import Plug, Stand

S = 1_000_000_000
CODE, PERP = "BTC-PERPETUAL", "deribit:BTC/USD:BTC"


def join(plug: Plug, *channels: str, private: bool = False) -> list[str]:
    method = "private/subscribe" if private else "public/subscribe"
    granted: list[str] = plug.rpc(method, channels=list(channels))["result"]
    return granted


PUBLIC = [
    f"book.{CODE}.100ms", f"book.{CODE}.agg2", f"book.{CODE}.none.10.100ms", f"book.{CODE}.10.20.agg2",
    f"ticker.{CODE}.100ms", f"incremental_ticker.{CODE}", f"quote.{CODE}", f"trades.{CODE}.100ms",
    "trades.future.BTC.100ms", "trades.any.ETH.agg2", f"perpetual.{CODE}.100ms", "deribit_price_index.btc_usd",
    f"chart.trades.{CODE}.1", "platform_state", "instrument.state.future.BTC", "instrument.state.any.any",
]  # fmt: skip
RAW = [f"book.{CODE}.raw", f"ticker.{CODE}.raw", f"trades.{CODE}.raw"]
USER = [
    "user.orders.any.any.raw", "user.orders.future.BTC.100ms", f"user.orders.{CODE}.raw", f"user.trades.{CODE}.100ms",
    "user.trades.any.any.raw", f"user.changes.{CODE}.raw", "user.changes.any.BTC.raw",
    "user.changes.any.ETH.raw", "user.portfolio.any",
    "user.portfolio.btc", "user.portfolio.ETH", "user.liquidation", "user.lock", "user.access_log",
]  # fmt: skip
NONE = [
    "book.BTC-1JAN20.100ms", f"book.{CODE}.50ms", f"book.{CODE}.3.10.100ms", f"book.{CODE}.none.7.100ms",
    f"book.{CODE}.none.10.raw", f"chart.trades.{CODE}.7", "trades.future.DOGE.100ms", "trades.option.BTC.100ms",
    "deribit_price_index.doge_usd", "instrument.state.what.BTC", "weather", "", "user.orders.any.any.1s",
    "user.orders.BTC-1JAN20.raw", "user.portfolio.doge", "user.what", "user.trades.what.any.raw", f"book.{CODE}",
    "trades.future.BTC.1s",
]  # fmt: skip


def test_what_there_is_is_granted_and_the_rest_is_left_out(stand: Stand) -> None:
    plug = stand.plug()
    assert join(plug, *PUBLIC, *NONE, *RAW, *USER) == PUBLIC
    assert plug.rpc("private/subscribe", channels=USER)["error"]["code"] == 13009
    stand.wait(1)
    plug.login()
    assert join(plug, *USER, *RAW, *NONE, private=True) == [*USER, *RAW]
    assert join(plug, *PUBLIC) == PUBLIC  # again
    assert plug.rpc("public/subscribe", channels="book")["error"]["code"] == -32602
    assert plug.rpc("public/subscribe", channels=[5])["error"]["code"] == -32602
    assert plug.rpc("public/subscribe")["error"]["code"] == -32602


def followed(rows: list[Any]) -> dict[str, dict[float, float]]:
    """Return the book that a snapshot and its changes make, each following the one before."""
    sides: dict[str, dict[float, float]] = {"bids": {}, "asks": {}}
    last = None
    for row in rows:
        assert (row["type"] == "snapshot") == (last is None)
        assert row.get("prev_change_id") == last
        last = row["change_id"]
        for side, levels in sides.items():
            for action, price, size in row[side]:
                assert (action == "delete") == (size == 0)
                assert (action == "new") == (price not in levels)
                if size:
                    levels[price] = size
                else:
                    del levels[price]
    return sides


@pytest.mark.parametrize("interval", ["raw", "100ms", "agg2"])
def test_a_book_goes_on_from_its_snapshot_whoever_joins(interval: str, stand: Stand) -> None:
    one, two = stand.plug().login(), stand.plug().login()
    name = f"book.{CODE}.{interval}"
    assert join(one, name) == [name]
    stand.wait(3.05)
    assert join(two, name) == [name]
    stand.wait(5)
    first, second = one.taken(name), two.taken(name)
    assert len(first) > len(second) > 1
    assert followed(first) == followed(second)
    three = stand.plug().login()
    join(three, name)
    assert followed(three.taken(name)) == followed([*first, *one.taken(name)])
    if interval == "raw":
        real = stand.exchange.markets[PERP].book
        shown = followed([*first, *one.taken(name)])
        assert sorted(shown["asks"].items()) == real.levels(1, 10_000)


def test_a_newcomer_does_not_make_the_others_miss_anything(stand: Stand) -> None:
    one, name = stand.plug(), f"book.{CODE}.100ms"
    join(one, name)
    for _ in range(20):
        stand.wait(0.13)
        join(stand.plug(), name)
    assert followed(one.taken(name))["bids"]


def test_grouped_books_are_whole_each_time(stand: Stand) -> None:
    plug = stand.plug()
    join(plug, f"book.{CODE}.none.10.100ms", f"book.{CODE}.10.20.100ms", f"book.{CODE}.100.1.agg2")
    stand.wait(3)
    fine, coarse = plug.taken(f"book.{CODE}.none"), plug.taken(f"book.{CODE}.10.20")
    assert {len(row["bids"]) for row in fine} == {10}
    assert len(fine) > 2
    for row in coarse:
        assert all(price % 10 == 0 for price, _ in row["bids"] + row["asks"])
        assert row["bids"] == sorted(row["bids"], reverse=True)
        assert row["bids"][0][0] <= row["asks"][0][0]
    assert {len(row["asks"]) for row in plug.taken(f"book.{CODE}.100.1")} == {1}


def test_tickers_quotes_and_marks(stand: Stand) -> None:
    plug = stand.plug()
    join(plug, f"ticker.{CODE}.100ms", f"incremental_ticker.{CODE}", f"quote.{CODE}", f"perpetual.{CODE}.100ms",
         "deribit_price_index.btc_usd")  # fmt: skip
    stand.wait(5)
    tickers, quotes = plug.taken("ticker"), plug.taken("quote")
    assert len(tickers) > 5
    assert {row["instrument_name"] for row in tickers} == {CODE}
    assert set(quotes[0]) == {
        "timestamp", "instrument_name", "best_bid_price", "best_bid_amount", "best_ask_price", "best_ask_amount"
    }  # fmt: skip
    assert plug.taken("incremental_ticker")[0]["type"] == "snapshot"
    assert {row["index_name"] for row in plug.taken("deribit_price_index")} == {"btc_usd"}
    assert plug.taken("perpetual")[0]["index_price"] > 0


def test_trades_of_one_market_and_of_many(stand: Stand) -> None:
    plug = stand.plug()
    join(plug, f"trades.{CODE}.100ms", "trades.future.BTC.100ms", f"chart.trades.{CODE}.1")
    stand.wait(15)
    one = [row for rows in plug.taken(f"trades.{CODE}") for row in rows]
    many = [row for rows in plug.taken("trades.future") for row in rows]
    assert [row["trade_seq"] for row in one] == list(range(one[0]["trade_seq"], one[0]["trade_seq"] + len(one)))
    assert [row for row in many if row["instrument_name"] == CODE] == one
    assert len(many) > len(one)
    candles = plug.taken("chart")
    assert candles[-1]["low"] <= one[-1]["price"] <= candles[-1]["high"]


def test_a_market_that_closes_is_told(stand: Stand) -> None:
    plug = stand.plug()
    join(plug, "instrument.state.future.BTC", "instrument.state.any.ETH", "trades.any.any.100ms")
    stand.exchange.floor.happenings.append(Relisted(PERP, stand.now))
    stand.wait(0.1)
    rows = plug.taken("instrument.state.future")
    assert {(row["instrument_name"], row["state"]) for row in rows} >= {(CODE, "started")}
    assert plug.taken("instrument.state.any.ETH") == []


def test_own_events_on_each_kind_of_channel(stand: Stand) -> None:
    plug, stranger = stand.plug().login(), stand.plug()
    join(plug, *USER, private=True)
    join(stranger, "platform_state")
    plug.rpc("private/buy", instrument_name=CODE, amount=20, type="market", label="l-1")
    raw, rows = plug.taken("user.orders.any.any.raw"), plug.taken("user.orders.future.BTC.100ms")
    assert [row["order_state"] for row in raw][-1] == "filled"
    assert [row for each in rows for row in each] == raw == plug.taken(f"user.orders.{CODE}.raw")
    assert {row["label"] for row in raw} == {"l-1"}
    trades = [row for each in plug.taken("user.trades.any.any.raw") for row in each]
    assert [row for each in plug.taken(f"user.trades.{CODE}.100ms") for row in each] == trades
    assert sum(row["amount"] for row in trades) == 20
    changes = plug.taken(f"user.changes.{CODE}.raw")
    assert changes == plug.taken("user.changes.any.BTC.raw")
    assert changes[-1]["positions"][0]["size"] == 20
    assert plug.taken("user.changes.any.ETH.raw") == []
    assert {row["currency"] for row in plug.taken("user.portfolio.any")} == {"BTC"}
    assert plug.taken("user.portfolio.btc")
    assert plug.taken("user.portfolio.ETH") == []
    assert stranger.heard == []


def test_a_level_that_came_and_went_is_not_told(stand: Stand) -> None:
    plug, market = stand.plug().login(), stand.exchange.markets[PERP]
    join(plug, f"book.{CODE}.raw")
    for sequence, size in ((market.sequence + 1, Decimal(70)), (market.sequence + 2, Decimal(0))):
        level = ((Decimal(100), size),)
        stand.exchange.floor.happenings.append(BookChanged(PERP, stand.now, sequence, level, ()))
    stand.dialect.http(stand.call("GET", "/api/v2/public/test"), stand.now)
    assert stand.dialect.take() == []


def test_a_channel_that_was_left_is_silent(stand: Stand) -> None:
    plug, name = stand.plug(), f"ticker.{CODE}.100ms"
    join(stand.plug(), name)
    join(plug, name, f"quote.{CODE}")
    assert plug.rpc("public/unsubscribe", channels=[name, "book.never"])["result"] == [name]
    plug.taken()
    stand.wait(2)
    assert plug.taken("ticker") == []
    assert plug.taken("quote")
    assert plug.rpc("public/unsubscribe_all")["result"] == "ok"
    plug.taken()
    stand.wait(2)
    assert plug.taken() == []
    join(plug, name)
    plug.close()
    stand.wait(1)


def test_the_private_ones_end_with_the_login(stand: Stand) -> None:
    plug = stand.plug().login()
    join(plug, f"book.{CODE}.raw", f"book.{CODE}.100ms", "user.orders.any.any.raw")
    stand.dialect.expire(stand.now)
    plug.taken()
    stand.wait(1)
    assert plug.taken(f"book.{CODE}.raw") == []
    assert plug.taken(f"book.{CODE}.100ms")


def test_heartbeats_and_idleness(stand: Stand) -> None:
    plug = stand.plug()
    assert plug.rpc("public/set_heartbeat", interval=9)["error"]["code"] == -32602
    assert plug.rpc("public/set_heartbeat", interval=10)["result"] == "ok"
    stand.wait(21)
    assert [row["type"] for row in plug.taken()] == ["heartbeat", "test_request"]
    assert plug.rpc("public/test")["result"]["version"]
    stand.wait(10)
    assert [row["type"] for row in plug.taken()] == ["heartbeat"]
    assert plug.rpc("public/disable_heartbeat")["result"] == "ok"
    stand.wait(60)
    assert plug.taken() == []
    assert not plug.closed
    line = cast("Any", stand.dialect)._sockets.open[plug.number]
    line.heard -= 530 * S  # ten minutes of a whole market take too long to play
    stand.wait(9)
    assert not plug.closed
    stand.wait(2)
    assert plug.closed


def test_what_is_not_json_is_answered(stand: Stand) -> None:
    plug = stand.plug()
    plug.send(b"{")
    assert b"-32700" in plug.heard[0]
    assert plug.rpc("public/what")["error"]["code"] == -32601


def test_subscriptions_have_a_limit_of_their_own(stand: Stand) -> None:
    plug = stand.plug()
    codes = [plug.rpc("public/subscribe", channels=["platform_state"]).get("error", {}).get("code") for _ in range(11)]
    assert codes == [None] * 10 + [10028]
    assert plug.closed
