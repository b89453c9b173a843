"""What clients ask for beyond orders and books: orders that wait, closed positions, long bars, quiet channels."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from basisdesk.domain.account import Fill, Forced
from basisdesk.domain.ask import PositionSide
from basisdesk.domain.order import Side
from basisdesk.sim.dialects.okx.past import lives

D = Decimal
SWAP, SPOT, COIN, DATED = "BTC-USDT-SWAP", "BTC-USDT", "BTC-USD-SWAP", "BTC-USDT-251226"
LIMIT = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "1", "px": "10000"}


def rows(reply: Any) -> Any:
    assert reply["code"] == "0", reply
    return reply["data"]


def codes(reply: Any) -> list[str]:
    return [row["sCode"] for row in reply["data"]]


def trade(venue: Any, side: str, size: str, code: str = SWAP, **more: Any) -> None:
    order = {"instId": code, "tdMode": "cross", "side": side, "ordType": "market", "sz": size}
    assert codes(venue.post("trade/order", order | more)) == ["0"]


# ------------------------------------------------------------- orders that wait for a price


@pytest.mark.parametrize(
    "more",
    [{"attachAlgoOrds": [{"slTriggerPx": "9000", "slOrdPx": "-1"}]}, {"tpTriggerPx": "99000"}, {"slTriggerPx": "9000"}],
)
def test_orders_do_not_lose_the_stops_they_bring_along(venue: Any, more: dict[str, Any]) -> None:
    refused = venue.post("trade/order", LIMIT | more)
    assert (refused["code"], codes(refused)) == ("1", ["51010"])
    (placed,) = rows(venue.post("trade/order", LIMIT | {"attachAlgoOrds": []}))
    amend = {"instId": SWAP, "ordId": placed["ordId"], "newSlTriggerPx": "9000"}
    assert codes(venue.post("trade/amend-order", amend)) == ["51010"]


def test_no_order_waits(venue: Any) -> None:
    waiting = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "trigger", "sz": "1", "triggerPx": "9",
               "orderPx": "-1", "algoClOrdId": "mine"}  # fmt: skip
    refused = venue.post("trade/order-algo", waiting)
    assert (refused["code"], codes(refused), refused["data"][0]["algoClOrdId"]) == ("1", ["51010"], "mine")
    assert venue.post("trade/order-algo", waiting | {"ordType": "limit"})["code"] == "51000"
    assert venue.post("trade/order-algo", waiting | {"instId": "NONE"})["code"] == "51001"
    assert venue.post("trade/order-algo", [waiting])["code"] == "50002"
    gone = venue.post("trade/cancel-algos", [{"instId": SWAP, "algoId": "1"}, {"instId": SWAP, "algoId": "2"}])
    assert (gone["code"], codes(gone), gone["data"][1]["algoId"]) == ("1", ["51400", "51400"], "2")
    assert rows(venue.get("trade/orders-algo-pending", ordType="conditional,oco")) == []
    assert venue.get("trade/orders-algo-pending")["code"] == "50014"
    assert rows(venue.get("trade/orders-algo-history", ordType="trigger", state="effective")) == []
    assert venue.get("trade/orders-algo-history", ordType="trigger")["code"] == "50015"
    assert venue.get("trade/order-algo", algoId="1")["code"] == "51603"
    assert venue.get("trade/order-algo")["code"] == "50015"
    assert venue.post("trade/order-algo", waiting, key="basisdesk-readonly")["code"] == "50120"


# ------------------------------------------------------------- closed positions


def test_closed_positions_add_up_to_what_was_booked(venue: Any) -> None:
    before = {row["ccy"]: D(row["cashBal"]) for row in rows(venue.get("account/balance"))[0]["details"]}
    for code, settle in ((SWAP, "USDT"), (COIN, "BTC")):
        trade(venue, "buy", "3", code)
        venue.wait(3)
        trade(venue, "sell", "1", code)
        (part,) = rows(venue.get("account/positions-history", instId=code))
        assert (part["type"], part["closeTotalPos"], part["direction"], part["openMaxPos"]) == ("1", "1", "long", "3")
        venue.wait(3)
        trade(venue, "sell", "4", code)  # turns it round
        trade(venue, "buy", "2", code)
        short, long = rows(venue.get("account/positions-history", instId=code))
        assert [(row["type"], row["direction"], row["closeTotalPos"]) for row in (short, long)] == [
            ("2", "short", "2"), ("2", "long", "3"),
        ]  # fmt: skip
        assert D(long["realizedPnl"]) == D(long["pnl"]) + D(long["fee"])
        now = {row["ccy"]: D(row["cashBal"]) for row in rows(venue.get("account/balance"))[0]["details"]}
        gained = D(short["realizedPnl"]) + D(long["realizedPnl"])
        assert float(now[settle] - before[settle]) == pytest.approx(float(gained), abs=1e-7)
        before = now
        assert int(short["uTime"]) >= int(short["cTime"]) >= int(long["cTime"])
    everything = rows(venue.get("account/positions-history"))
    assert len(everything) == 4
    assert rows(venue.get("account/positions-history", instType="FUTURES")) == []
    assert rows(venue.get("account/positions-history", type="1")) == []
    assert len(rows(venue.get("account/positions-history", mgnMode="cross", limit="3"))) == 3
    older = rows(venue.get("account/positions-history", after=everything[1]["uTime"]))
    assert older == [row for row in everything if int(row["uTime"]) < int(everything[1]["uTime"])]


def test_a_position_of_each_side_lives_by_itself() -> None:
    def fill(at: int, side: Side, size: int, position: PositionSide, forced: Forced | None = None) -> Fill:
        return Fill(
            at=at, symbol="x", trade_id=str(at), venue_id="1", client_id="", side=side, price=D(100), size=D(size),
            fee=D(size), fee_asset="USDT", position=position, forced=forced,
        )  # fmt: skip

    long, short = PositionSide.LONG, PositionSide.SHORT
    found = lives([
        fill(1, Side.BUY, 2, long), fill(2, Side.SELL, 3, short), fill(3, Side.SELL, 2, long),
        fill(4, Side.BUY, 1, short, Forced.LIQUIDATION),
    ])  # fmt: skip
    assert [(each.size, each.closed, each.most) for each in found] == [(D(0), D(2), D(2)), (D(-2), D(1), D(3))]
    assert found[1].last.forced is Forced.LIQUIDATION


def test_margin_of_isolated_positions_is_moved_by_hand(venue: Any) -> None:
    adjust = {"instId": SWAP, "posSide": "net", "type": "add", "amt": "10"}
    assert venue.post("account/position/margin-balance", adjust)["code"] == "59300"
    for number, code in ((10, "59300"), (1.5, "59300"), (0, "51000"), (-1.5, "51000"), (True, "51000")):
        assert venue.post("account/position/margin-balance", adjust | {"amt": number})["code"] == code
    for code, settle, size, face in ((SWAP, "USDT", "2", D("0.02")), (COIN, "BTC", "30", D(3000))):
        trade(venue, "buy", size, code, tdMode="isolated")
        ask = adjust | {"instId": code, "amt": "10" if code == SWAP else "0.01"}

        def held(code: str = code) -> tuple[Any, Any]:
            (row,) = rows(venue.get("account/positions", instId=code))
            return D(row["margin"]), row["markPx"]

        before, _ = held()
        venue.pace = 0
        (told,) = rows(venue.post("account/position/margin-balance", ask))
        after, mark = held()
        venue.pace = 1
        assert after - before == D(ask["amt"])
        worth = face * D(mark) if code == SWAP else face / D(mark)
        assert abs(D(told.pop("leverage")) - worth / after) < D("1e-7")
        assert told == {"instId": code, "posSide": "net", "amt": ask["amt"], "type": "add", "ccy": settle}
        rows(venue.post("account/position/margin-balance", ask | {"type": "reduce"}))
        assert held()[0] == before
        assert venue.post("account/position/margin-balance", ask | {"type": "reduce"})["code"] == "59301"
        assert venue.post("account/position/margin-balance", ask | {"amt": "999999999"})["code"] == "59301"
    assert venue.post("account/position/margin-balance", adjust | {"type": "more"})["code"] == "51000"
    mode = {"isoMode": "automatic", "type": "CONTRACTS"}
    assert rows(venue.post("account/set-isolated-mode", mode)) == [{"isoMode": "automatic"}]
    assert venue.post("account/set-isolated-mode", mode | {"isoMode": "own"})["code"] == "51000"


# ------------------------------------------------------------- the account as a whole


def test_figures_of_the_account_are_those_of_all_its_coins(venue: Any) -> None:
    venue.pace = 0
    (whole,) = rows(venue.get("account/balance"))
    (part,) = rows(venue.get("account/balance", ccy="BTC"))
    assert part["totalEq"] == whole["totalEq"]
    assert [row["ccy"] for row in part["details"]] == ["BTC"]
    socket = venue.open("private")
    venue.login(socket)
    first = venue.subscribe(socket, "account", ccy="BTC")[-1]
    assert [row["ccy"] for row in first["data"][0]["details"]] == ["BTC"]
    venue.subscribe(socket, "account", ccy="USDT")
    venue.pace = 1
    trade(venue, "buy", "2")
    venue.hand_out()
    told = [frame for frame in venue.hear(socket) if "data" in frame]
    assert [frame["arg"]["ccy"] for frame in told] == ["USDT"]
    (row,) = told[0]["data"]
    assert [each["ccy"] for each in row["details"]] == ["USDT"]
    assert float(row["totalEq"]) == pytest.approx(float(whole["totalEq"]), rel=1e-3)


def test_risk_and_limits(venue: Any) -> None:
    trade(venue, "buy", "2")
    (risk,) = rows(venue.get("account/account-position-risk"))
    assert [(row["instId"], row["pos"]) for row in risk["posData"]] == [(SWAP, "2")]
    assert {"BTC", "USDT"} <= {row["ccy"] for row in risk["balData"]}
    assert float(risk["adjEq"]) > 0
    assert rows(venue.get("account/account-position-risk", instType="FUTURES"))[0]["posData"] == []
    assert rows(venue.get("account/risk-state"))[0]["atRisk"] is False
    assert rows(venue.get("trade/account-rate-limit"))[0]["accRateLimit"] == "1000"


def test_transfers_are_told_and_add_up(venue: Any) -> None:
    (out,) = rows(venue.post("asset/transfer", {"ccy": "USDT", "amt": "7", "from": "18", "to": "6", "clientId": "a1"}))
    again = venue.post("asset/transfer", {"ccy": "USDT", "amt": "7", "from": "18", "to": "6", "clientId": "a1"})
    assert rows(again)[0]["transId"] == out["transId"]
    (back,) = rows(venue.post("asset/transfer", {"ccy": "BTC", "amt": "1", "from": "6", "to": "18"}))
    (state,) = rows(venue.get("asset/transfer-state", transId=out["transId"]))
    assert (state["state"], state["amt"], state["from"], state["to"]) == ("success", "7", "18", "6")
    assert rows(venue.get("asset/transfer-state", clientId="a1")) == [state]
    assert venue.get("asset/transfer-state", transId="1")["code"] == "58129"
    assert venue.get("asset/transfer-state")["code"] == "50015"
    bills = rows(venue.get("asset/bills"))
    assert [(row["ccy"], row["balChg"], row["type"]) for row in bills] == [("BTC", "-1", "131"), ("USDT", "7", "130")]
    assert [row["billId"] for row in rows(venue.get("asset/bills", ccy="BTC", type="131"))] == [back["transId"]]
    assert len(rows(venue.get("asset/bills", after=bills[0]["ts"]))) == 1
    assert len(rows(venue.get("asset/bills", before=bills[1]["ts"]))) == 1


def test_what_both_accounts_are_worth(venue: Any) -> None:
    venue.pace = 0
    (usdt,) = rows(venue.get("asset/asset-valuation", ccy="USDT"))
    (whole,) = rows(venue.get("account/balance"))
    assert float(usdt["details"]["trading"]) == pytest.approx(float(whole["totalEq"]), rel=1e-6)
    assert D(usdt["totalBal"]) == D(usdt["details"]["trading"]) + D(usdt["details"]["funding"])
    venue.now += 2 * 10**9
    (btc,) = rows(venue.get("asset/asset-valuation"))
    assert float(usdt["totalBal"]) / float(btc["totalBal"]) > 1000
    venue.now += 2 * 10**9
    assert venue.get("asset/asset-valuation", ccy="NONE")["code"] == "51000"


def test_loans(venue: Any) -> None:
    sell, buy = rows(venue.get("account/max-loan", instId=SPOT, mgnMode="cross"))
    assert [(row["ccy"], row["side"]) for row in (sell, buy)] == [("BTC", "sell"), ("USDT", "buy")]
    assert float(buy["maxLoan"]) > float(sell["maxLoan"]) > 0
    assert venue.get("account/max-loan", instId=SWAP, mgnMode="cross")["code"] == "51000"
    (quota,) = rows(venue.public("public/interest-rate-loan-quota"))
    hourly = {row["ccy"]: float(row["interestRate"]) for row in rows(venue.get("account/interest-rate"))}
    assert {row["ccy"]: float(row["rate"]) / 24 for row in quota["basic"]} == pytest.approx(hourly, rel=1e-4)


# ------------------------------------------------------------- market data


def test_a_days_volume_in_currency_is_coin_of_contracts_and_money_of_spot(venue: Any) -> None:
    venue.wait(20)
    size = {}
    for code in (SPOT, SWAP, COIN):
        (row,) = rows(venue.public("market/ticker", instId=code))
        size[code] = float(row["vol24h"]), float(row["volCcy24h"]), float(row["last"])
    volume, currency, last = size[SPOT]
    assert currency == pytest.approx(volume * last, rel=0.05)
    volume, currency, _ = size[SWAP]
    assert currency == pytest.approx(volume * 0.01)
    volume, currency, last = size[COIN]
    assert currency == pytest.approx(volume * 100 / last, rel=0.05)


@pytest.mark.parametrize(
    ("bar", "begins"),
    [
        ("1Dutc", "2025-11-24T00"), ("1D", "2025-11-24T16"), ("6H", "2025-11-24T22"), ("6Hutc", "2025-11-24T18"),
        ("1W", "2025-11-23T16"), ("1Wutc", "2025-11-24T00"), ("1M", "2025-10-31T16"), ("1Mutc", "2025-11-01T00"),
        ("3Mutc", "2025-10-01T00"), ("3M", "2025-09-30T16"),
    ],
)  # fmt: skip
def test_long_bars_begin_with_the_days_of_hong_kong_or_of_utc(aged: Any, bar: str, begins: str) -> None:
    first = rows(aged.public("market/candles", instId=SWAP, bar=bar))[0]
    assert datetime.fromtimestamp(int(first[0]) / 1000, UTC).strftime("%Y-%m-%dT%H") == begins
    assert first[-1] == "0"
    mark = rows(aged.public("market/mark-price-candles", instId=SWAP, bar=bar))[0]
    assert mark[0] == first[0]
    socket = aged.open("business")
    for channel, code in ((f"candle{bar}", SWAP), (f"mark-price-candle{bar}", SWAP), (f"index-candle{bar}", SPOT)):
        _, told = aged.subscribe(socket, channel, instId=code)
        assert (told["data"][-1][0], len(told["data"][-1])) == (first[0], 9 if channel == f"candle{bar}" else 6)
    aged.wait(2)
    again = {frame["arg"]["channel"] for frame in aged.hear(socket)}
    assert {f"mark-price-candle{bar}", f"index-candle{bar}"} <= again


def test_times_beyond_all_bars_are_no_trouble(aged: Any) -> None:
    far = "9999999999999999999"
    assert rows(aged.public("market/candles", instId=SWAP, bar="1M", before=far)) == []
    assert len(rows(aged.public("market/candles", instId=SWAP, bar="1M", after=far))) == 1
    assert rows(aged.public("market/candles", instId=SWAP, bar="1M", after="1")) == []
    assert aged.public("market/candles", instId=SWAP, bar="1Y")["code"] == "51000"


def test_seconds(venue: Any) -> None:
    venue.wait(5)
    found = rows(venue.public("market/candles", instId=SWAP, bar="1s"))
    assert found
    assert all(int(row[0]) % 1000 == 0 for row in found)


def test_families_units_and_premiums(aged: Any) -> None:
    (families,) = rows(aged.public("public/underlying", instType="SWAP"))
    assert {"BTC-USDT", "BTC-USD"} <= set(families)
    assert aged.public("public/underlying", instType="SPOT")["code"] == "51000"

    def converted(**asked: str) -> str:
        return str(rows(aged.public("public/convert-contract-coin", **asked))[0]["sz"])

    assert converted(instId=SWAP, sz="0.888") == "89"
    assert converted(instId=SWAP, sz="0.888", opType="open") == "88"
    assert converted(instId=SWAP, sz="89", type="2") == "0.89"
    assert converted(instId=SWAP, sz="12345", px="50000", unit="usds", opType="open") == "24"
    assert converted(instId=COIN, sz="1", px="50000") == "500"
    assert converted(instId=COIN, sz="500", px="50000", type="2") == "1"
    assert float(converted(instId=COIN, sz="1")) > 100
    assert aged.public("public/convert-contract-coin", instId=SPOT, sz="1")["code"] == "51000"
    found = rows(aged.public("public/premium-history", instId=SWAP, limit="5"))
    assert [int(row["ts"]) - int(later["ts"]) for row, later in itertools.pairwise(found)] == [60_000] * 4
    assert rows(aged.public("public/premium-history", instId=SWAP, after=found[1]["ts"], limit="1")) == [found[2]]
    assert aged.public("public/premium-history", instId=DATED)["code"] in {"51000", "51001"}
    assert aged.public("public/premium-history", instId=SPOT)["code"] == "51000"


def events(frames: list[Any]) -> list[str]:
    return [frame["event"] for frame in frames if "event" in frame]


def test_channels_on_which_nothing_happens_here(venue: Any) -> None:
    socket = venue.open("public")
    quiet = ({"channel": "liquidation-orders", "instType": "SWAP"}, {"channel": "status"},
             {"channel": "adl-warning", "instType": "FUTURES"})  # fmt: skip
    for argument in quiet:
        assert venue.subscribe(socket, **argument)[0]["event"] == "subscribe"
    assert events(venue.subscribe(socket, "liquidation-orders", instType="NONE")) == ["error"]
    venue.wait(2)
    assert venue.hear(socket) == []
    algos = {"channel": "orders-algo", "instType": "ANY"}
    business, private = venue.open("business"), venue.open("private")
    assert venue.subscribe(business, **algos)[0]["code"] == "60011"
    for each in (business, private):
        venue.login(each)
    assert events(venue.subscribe(business, **algos)) == ["subscribe"]
    assert events(venue.subscribe(private, **algos)) == ["error"]
    assert events(venue.subscribe(private, "account-greeks")) == ["subscribe"]


def test_the_delivery_price_is_told_by_code_and_family(fresh: Any) -> None:
    venue = fresh()
    dated = [each for each in venue.exchange.markets.values() if each.instrument.expiry]
    first = min(dated, key=lambda each: (each.instrument.expiry, each.instrument.code))
    socket = venue.open("public")
    family = f"{first.instrument.base}-{first.instrument.quote}"
    assert events(venue.subscribe(socket, "estimated-price", instType="FUTURES", instId=first.instrument.code)) == [
        "subscribe"
    ]
    assert events(venue.subscribe(socket, "estimated-price", instType="FUTURES", instFamily=family)) == ["subscribe"]
    assert events(venue.subscribe(socket, "estimated-price", instType="FUTURES", instFamily="NONE")) == ["error"]
    venue.wait(1)
    assert venue.hear(socket) == []
    first.estimate = D(50_000)
    venue.wait(1)
    told = [frame for frame in venue.hear(socket) if frame["arg"]["channel"] == "estimated-price"]
    assert {("instId" in frame["arg"]) for frame in told} == {True, False}
    assert {row["settlePx"] for frame in told for row in frame["data"]} == {"50000"}
    assert json.dumps(told)
