"""Public requests: what they take, what they tell, and how they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

SWAP, SPOT, COIN = "BTC-USDT-SWAP", "BTC-USDT", "BTC-USD-SWAP"


def rows(reply: Any) -> list[Any]:
    assert (reply["code"], reply["msg"]) == ("0", "")
    found: list[Any] = reply["data"]
    return found


def test_instruments_are_text_but_for_their_number(venue: Any) -> None:
    swaps = {row["instId"]: row for row in rows(venue.public("public/instruments", instType="SWAP"))}
    assert (swaps[SWAP]["ctType"], swaps[SWAP]["ctVal"], swaps[SWAP]["ctValCcy"]) == ("linear", "0.01", "BTC")
    assert (swaps[COIN]["ctType"], swaps[COIN]["ctVal"], swaps[COIN]["ctValCcy"]) == ("inverse", "100", "USD")
    assert isinstance(swaps[SWAP]["instIdCode"], int)
    (pair,) = rows(venue.public("public/instruments", instType="MARGIN", instId=SPOT))
    (spot,) = rows(venue.public("public/instruments", instType="SPOT", instId=SPOT))
    assert (pair["lever"], spot["lever"], pair["instIdCode"]) == ("10", "", spot["instIdCode"])
    dated = rows(venue.public("public/instruments", instType="FUTURES", uly="BTC-USD"))
    assert len(dated) == 2
    assert all(int(row["expTime"]) > venue.now // 10**6 for row in dated)
    assert rows(venue.public("public/instruments", instType="OPTION", uly="BTC-USD")) == []


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("public/instruments", {}, "50014"),
        ("public/instruments", {"instType": "FISH"}, "51000"),
        ("public/instruments", {"instType": "SPOT", "instId": SWAP}, "51015"),
        ("market/ticker", {}, "50014"),
        ("market/ticker", {"instId": "ABC-USDT"}, "51001"),
        ("market/tickers", {"instType": "MARGIN"}, "51000"),
        ("market/books", {"instId": SPOT, "sz": "0"}, "51000"),
        ("market/books", {"instId": SPOT, "sz": "x"}, "51000"),
        ("market/candles", {"instId": SPOT, "bar": "7m"}, "51000"),
        ("market/candles", {"instId": SPOT, "after": "x"}, "51000"),
        ("market/index-tickers", {}, "50015"),
        ("market/index-tickers", {"instId": "ABC-USD"}, "51001"),
        ("market/history-trades", {"instId": SPOT, "type": "3"}, "51000"),
        ("public/funding-rate", {"instId": SPOT}, "51001"),
    ],
)
def test_what_is_missing_or_wrong_is_refused(venue: Any, name: str, params: Any, code: str) -> None:
    reply = venue.public(name, **params)
    assert (reply["code"], reply["data"]) == (code, [])
    assert reply["msg"]


def test_prices_of_now(aged: Any) -> None:
    aged.wait(3)
    assert abs(int(rows(aged.public("public/time"))[0]["ts"]) - aged.now // 10**6) < 1000
    (ticker,) = rows(aged.public("market/ticker", instId=SWAP))
    assert float(ticker["bidPx"]) < float(ticker["askPx"])
    assert float(ticker["low24h"]) <= float(ticker["open24h"]) <= float(ticker["high24h"])
    assert len(rows(aged.public("market/tickers", instType="SWAP"))) == len(
        [each for each in aged.exchange.markets.values() if each.instrument.code.endswith("SWAP")]
    )
    (mark,) = rows(aged.public("public/mark-price", instId=SWAP))
    assert rows(aged.public("public/mark-price", instType="SWAP", instId=SWAP))[0]["markPx"] == mark["markPx"]
    assert float(rows(aged.public("public/mark-price", instType="MARGIN", instId=SPOT))[0]["markPx"]) > 0
    (index,) = rows(aged.public("market/index-tickers", instId="BTC-USDT"))
    assert abs(float(index["idxPx"]) / float(mark["markPx"]) - 1) < 0.01
    assert len(rows(aged.public("market/index-tickers", quoteCcy="USD"))) == 3
    limit = rows(aged.public("public/price-limit", instId=SWAP))[0]
    assert float(limit["sellLmt"]) < float(ticker["bidPx"]) < float(limit["buyLmt"])
    for code in (SWAP, COIN):
        (interest,) = rows(aged.public("public/open-interest", instType="SWAP", instId=code))
        told = {name: float(interest[name]) for name in ("oi", "oiCcy", "oiUsd")}
        assert 15e6 < told["oiUsd"] < 100e6
        same = (told["oiCcy"], told["oi"] * 0.01) if code == SWAP else (told["oiUsd"], told["oi"] * 100)
        assert same[0] == pytest.approx(same[1])
    assert rows(aged.public("system/status")) == []


def test_the_book_has_its_levels(venue: Any) -> None:
    venue.pace = 0
    (top,) = rows(venue.public("market/books", instId=SPOT))
    assert (len(top["bids"]), len(top["asks"]), top["seqId"]) == (1, 1, venue.exchange.markets["okx:BTC/USDT"].sequence)
    (deep,) = rows(venue.public("market/books", instId=SPOT, sz="400"))
    assert deep["bids"][0] == top["bids"][0]
    assert [float(level[0]) for level in deep["asks"]] == sorted(float(level[0]) for level in deep["asks"])
    assert {len(level) for level in deep["bids"]} == {4}
    assert deep["bids"][0][2:] == ["0", "1"]
    (whole,) = rows(venue.public("market/books-full", instId=SPOT, sz="5000"))
    assert {len(level) for level in whole["bids"]} == {3}


def test_trades_and_their_history(venue: Any) -> None:
    venue.wait(20)
    venue.pace = 0
    latest = rows(venue.public("market/trades", instId=SWAP, limit="500"))
    assert len(latest) > 2
    ids = [int(row["tradeId"]) for row in latest]
    assert ids == sorted(ids, reverse=True)
    assert {row["side"] for row in latest} <= {"buy", "sell"}
    assert len(rows(venue.public("market/trades", instId=SWAP, limit="2"))) == 2
    older = rows(venue.public("market/history-trades", instId=SWAP, after=str(ids[0])))
    assert [int(row["tradeId"]) for row in older] == ids[1:101]
    newer = rows(venue.public("market/history-trades", instId=SWAP, before=str(ids[2])))
    assert [int(row["tradeId"]) for row in newer] == ids[:2]
    by_time = rows(venue.public("market/history-trades", instId=SWAP, type="2", after=latest[0]["ts"]))
    assert by_time
    assert all(int(row["ts"]) < int(latest[0]["ts"]) for row in by_time)


def test_candles_are_newest_first(aged: Any) -> None:
    found = rows(aged.public("market/candles", instId=SPOT, bar="5m", limit="6"))
    begins = [int(row[0]) for row in found]
    assert begins == [begins[0] - count * 300_000 for count in range(6)]
    assert [row[8] for row in found] == ["0"] + ["1"] * 5
    assert all(float(row[3]) <= float(row[1]) <= float(row[2]) for row in found)
    older = rows(aged.public("market/history-candles", instId=SPOT, bar="5m", after=str(begins[3]), limit="2"))
    assert [int(row[0]) for row in older] == begins[4:6]
    newer = rows(aged.public("market/candles", instId=SPOT, bar="5m", before=str(begins[3])))
    assert [int(row[0]) for row in newer] == begins[:3]
    (coin,) = rows(aged.public("market/candles", instId=COIN, bar="1H", limit="1"))
    assert len(coin) == 9


def test_funding_now_and_before(aged: Any) -> None:
    (now,) = rows(aged.public("public/funding-rate", instId=SWAP))
    assert int(now["nextFundingTime"]) - int(now["fundingTime"]) == 8 * 3_600_000
    assert float(now["minFundingRate"]) < float(now["fundingRate"]) < float(now["maxFundingRate"])
    past = rows(aged.public("public/funding-rate-history", instId=SWAP))
    assert past[0]["fundingTime"] == now["prevFundingTime"]
    assert past[0]["realizedRate"] == now["settFundingRate"]
    assert rows(aged.public("public/funding-rate-history", instId=SWAP, after=past[-1]["fundingTime"])) == []
    assert rows(aged.public("public/funding-rate-history", instId=SWAP, before=past[0]["fundingTime"])) == []
    assert len(rows(aged.public("public/funding-rate", instId="ANY"))) == 6
    assert rows(aged.public("public/funding-rate-history", instId=SPOT)) == []


def test_other_paths_and_methods_are_refused(venue: Any) -> None:
    assert venue.call("GET", "/api/v5/asset/withdrawal-history").status == 404
    assert venue.call("GET", "/other").status == 404
    assert venue.call("POST", "/api/v5/public/time").status == 405
    assert venue.call("GET", "/api/v5/trade/cancel-order").status == 405
    assert venue.call("POST", "/api/v5/account/balance").status == 405


def test_too_many_requests_are_refused_until_the_window_is_over(venue: Any) -> None:
    def ask(source: str = "127.0.0.1") -> int:
        from basisdesk.sim.contract import HttpCall

        call = HttpCall(host="api", authority="", method="GET", path="/api/v5/public/time", query="", headers={},
                        body=b"", source=source)  # fmt: skip
        answer = venue.wire.http(call, venue.now)
        if answer.status != 200:
            assert json.loads(answer.body)["code"] == "50011"
        status: int = answer.status
        return status

    assert [ask() for _ in range(11)] == [200] * 10 + [429]
    assert ask("127.0.0.2") == 200
    venue.now += 2 * 10**9
    assert ask() == 200
    venue.wire.exhaust(venue.now, venue.now + 10**9)
    assert ask() == 429
    venue.now += 10**9
    assert ask() == 200


def test_a_market_without_figures_tells_empty_texts(venue: Any) -> None:
    venue.pace = 0
    market = venue.exchange.markets["okx:SOL/USDT"]
    market.book.snapshot_levels([], [], venue.now, 1)
    (ticker,) = rows(venue.public("market/ticker", instId="SOL-USDT"))
    assert (ticker["bidPx"], ticker["askPx"], ticker["last"]) == ("", "", "")
    market.settled.clear()
    swap = venue.exchange.markets["okx:SOL/USDT:USDT"]
    swap.settled.clear()
    (funding,) = rows(venue.public("public/funding-rate", instId="SOL-USDT-SWAP"))
    assert (funding["settFundingRate"], funding["prevFundingTime"]) == ("", "")
