"""How much an account can still buy and sell, and candles of what is not traded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

SWAP, COIN, SPOT = "BTC-USDT-SWAP", "BTC-USD-SWAP", "BTC-USDT"


def sizes(venue: Any, name: str = SWAP, mode: str = "cross", **more: Any) -> tuple[Decimal, Decimal]:
    reply = venue.get("account/max-size", instId=name, tdMode=mode, **more)
    assert reply["code"] == "0", reply
    (row,) = reply["data"]
    return Decimal(row["maxBuy"]), Decimal(row["maxSell"])


def amounts(venue: Any, name: str = SWAP, mode: str = "cross", **more: Any) -> tuple[Decimal, Decimal]:
    reply = venue.get("account/max-avail-size", instId=name, tdMode=mode, **more)
    assert reply["code"] == "0", reply
    (row,) = reply["data"]
    return Decimal(row["availBuy"]), Decimal(row["availSell"])


def limit(venue: Any, name: str, side: str, size: Decimal, price: str, mode: str = "cross") -> str:
    order = {"instId": name, "tdMode": mode, "side": side, "ordType": "limit", "sz": str(size), "px": price}
    code: str = venue.post("trade/order", order)["data"][0]["sCode"]
    return code


def below(venue: Any, symbol: str, share: float = 0.98) -> str:
    market = venue.exchange.markets[symbol]
    return str(int(market.book.mid() * share / float(market.instrument.tick)) * market.instrument.tick)


@pytest.mark.parametrize(
    ("name", "symbol"), [(SWAP, "okx:BTC/USDT:USDT"), (COIN, "okx:BTC/USD:BTC")], ids=["linear", "inverse"]
)
def test_the_largest_order_of_a_contract_is_taken_and_a_larger_one_refused(venue: Any, name: str, symbol: str) -> None:
    price = below(venue, symbol)
    buy, sell = sizes(venue, name, px=price)
    assert buy == sell > 0
    assert limit(venue, name, "buy", buy * Decimal("1.01") // 1, price) == "51008"
    assert limit(venue, name, "buy", buy * Decimal("0.999") // 1, price) == "0"
    assert sum(sizes(venue, name)) < buy / 10


def test_the_leverage_that_is_asked_about_counts_up_to_its_tier(venue: Any) -> None:
    venue.pace = 0
    three, ten, hundred = (sizes(venue, leverage=each)[0] for each in ("3", "10", "100"))
    assert sizes(venue)[0] == three
    assert 3 < ten / three < Decimal("3.34")
    assert hundred == 2000
    assert sum(sizes(venue, leverage="1000")) == 0


def test_a_position_is_turned_round_and_closed(venue: Any) -> None:
    flat, _ = sizes(venue)
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "100"}
    assert venue.post("trade/order", order)["code"] == "0"
    buy, sell = sizes(venue)
    assert abs(buy - (flat - 100)) < flat / 500
    assert abs(sell - (flat + 100)) < flat / 500
    assert amounts(venue, reduceOnly="true") == (Decimal(0), Decimal(100))
    free, coin = amounts(venue), amounts(venue, COIN)
    assert free[0] == free[1] > 0
    assert coin[0] == coin[1] == round(coin[0], 8) > 0


def test_spot_is_told_in_coin_and_its_money_beside(venue: Any) -> None:
    money, coin = amounts(venue, SPOT, "cash")
    buy, sell = sizes(venue, SPOT, "cash", px="50000")
    assert sell == coin > 0
    assert 0 <= money / 50000 - buy < Decimal("0.0001")
    at_market, _ = sizes(venue, SPOT, "cash")
    best = Decimal(repr(venue.exchange.markets["okx:BTC/USDT"].book.levels(1, 1)[0][0]))
    assert 0 <= money / best - at_market < Decimal("0.001")
    assert limit(venue, SPOT, "buy", at_market * Decimal("1.01"), below(venue, "okx:BTC/USDT", 0.9999), "cash") != "0"
    lent = amounts(venue, SPOT, "cross")
    assert lent[0] > money
    assert lent[1] > coin
    assert sizes(venue, SPOT, "cross")[0] > at_market
    book = venue.exchange.markets["okx:BTC/USDT"].book
    venue.pace = 0  # no time for a new book
    book.snapshot(b"[]", b"[]", venue.now, 1)
    assert sizes(venue, SPOT, "cash")[0] == 0


@pytest.mark.parametrize("name", ["max-size", "max-avail-size"])
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"instId": SWAP}, "50014"),
        ({"tdMode": "cross"}, "50014"),
        ({"instId": SWAP, "tdMode": "cash"}, "51000"),
        ({"instId": SPOT, "tdMode": "isolated"}, "50072"),
        ({"instId": "ABC-USDT", "tdMode": "cash"}, "51001"),
        ({"instId": ",".join([SWAP] * 6), "tdMode": "cross"}, "51000"),
    ],
)
def test_what_cannot_be_read_is_refused(venue: Any, name: str, params: Any, code: str) -> None:
    assert venue.get(f"account/{name}", **params)["code"] == code


def test_several_markets_are_told_in_their_order(venue: Any) -> None:
    rows = venue.get("account/max-size", instId=f"{COIN},{SPOT}", tdMode="cross")["data"]
    assert [(row["instId"], row["ccy"]) for row in rows] == [(COIN, "BTC"), (SPOT, "BTC")]


@pytest.mark.parametrize("history", ["", "history-"])
def test_candles_of_mark_and_index_follow_their_prices(aged: Any, history: str) -> None:
    asked = {"bar": "5m", "limit": "3"}
    traded = aged.public("market/candles", instId=SWAP, **asked)["data"]
    mark = aged.public(f"market/{history}mark-price-candles", instId=SWAP, **asked)["data"]
    index = aged.public(f"market/{history}index-candles", instId="BTC-USDT", **asked)["data"]
    assert [row[0] for row in traded] == [row[0] for row in mark] == [row[0] for row in index]
    assert {len(row) for row in (*mark, *index)} == {6}
    assert [row[5] for row in mark] == ["0", "1", "1"]
    assert len({row[4] for row in (traded[0], mark[0], index[0])}) == 3  # three prices, none of them another's
    carry = aged.exchange.markets["okx:BTC/USDT:USDT"].carry
    assert (float(mark[0][4]), float(index[0][4])) == pytest.approx((carry.mark, carry.index), rel=1e-9)
    assert aged.public(f"market/{history}index-candles", instId=SWAP, **asked)["code"] == "51001"
    assert aged.public(f"market/{history}mark-price-candles", **asked)["code"] == "50014"
    assert aged.public(f"market/{history}mark-price-candles", instId=SWAP, bar="1s")["code"] == "51000"
