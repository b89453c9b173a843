"""Tiers, deliveries and borrowed coin, as the venue tells them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from basisdesk.domain.arithmetic import plain
from basisdesk.sim.contract import Relisted, SimMarket
from basisdesk.sim.dialects.okx import RULES

DAY = 86_400 * 10**9


def test_tiers_in_contracts_are_those_that_positions_are_held_to(venue: Any) -> None:
    rows = venue.public("public/position-tiers", instType="SWAP", tdMode="cross", instFamily="BTC-USDT")["data"]
    ladder = venue.exchange.ladder("okx:BTC/USDT:USDT")
    assert [row["mmr"] for row in rows] == [plain(tier.maintenance) for tier in ladder.tiers]
    first, second = rows[:2]
    # A contract is a hundredth of a coin.
    assert (first["minSz"], first["maxSz"], first["maxLever"], first["imr"]) == ("0", "2000", "100", "0.01")
    assert (second["tier"], second["minSz"], second["instFamily"]) == ("2", "2001", "BTC-USDT")
    one = venue.public("public/position-tiers", instType="FUTURES", tdMode="isolated", uly="BTC-USD", tier="3")["data"]
    assert [(row["tier"], row["maxSz"]) for row in one] == [("3", "100000")]
    assert venue.public("public/position-tiers", instType="SWAP", tdMode="cross")["code"] == "50015"
    assert venue.public("public/position-tiers", instType="SPOT", tdMode="cross", uly="x")["code"] == "51000"


def test_a_position_too_large_for_its_leverage_is_refused_and_told_its_need(venue: Any) -> None:
    assert venue.get("account/balance")["data"][0]["mgnRatio"] == ""
    swap = {"instId": "BTC-USDT-SWAP", "mgnMode": "cross", "lever": "100"}
    assert venue.post("account/set-leverage", swap)["code"] == "0"
    order = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "market"}
    assert venue.post("trade/order", order | {"sz": "2001"})["data"][0]["sCode"] == "51004"
    assert venue.post("trade/order", order | {"sz": "100"})["code"] == "0"
    assert venue.post("account/set-leverage", swap | {"lever": "10"})["code"] == "0"
    assert venue.post("trade/order", order | {"sz": "2000"})["code"] == "0"
    assert venue.post("account/set-leverage", swap)["code"] == "59102"
    (row,) = venue.get("account/positions")["data"]
    assert abs(float(row["mmr"]) - float(row["notionalUsd"]) * 0.005) < 0.01
    assert row["lever"] == "10"
    (told,) = venue.get("account/balance")["data"]
    money = next(each for each in told["details"] if each["ccy"] == "USDT")
    assert abs(float(money["mmr"]) - float(row["mmr"])) < float(row["mmr"]) / 1000
    assert abs(float(told["mgnRatio"]) - float(told["totalEq"]) / float(told["mmr"])) < 1e-3
    assert float(money["imr"]) > float(money["mmr"]) > 0


def test_borrowing_by_hand_costs_interest_every_hour(venue: Any) -> None:
    told = venue.post("account/spot-manual-borrow-repay", {"ccy": "BTC", "side": "borrow", "amt": "4"})
    assert told["data"] == [{"ccy": "BTC", "side": "borrow", "amt": "4"}]
    assert (
        venue.post("account/spot-manual-borrow-repay", {"ccy": "BTC", "side": "borrow", "amt": "9999"})["code"] != "0"
    )
    venue.now += 40_000_000_000  # the full hour has come
    (row,) = venue.get("account/interest-accrued", ccy="BTC")["data"]
    rate = float(RULES.interest_rate) / 8760
    assert abs(float(row["interest"]) - 4 * rate) < 1e-9
    assert abs(float(row["liab"]) - 4) < 1e-4
    (bill,) = venue.get("account/bills", type="7")["data"]
    assert float(bill["balChg"]) == -float(row["interest"])
    assert venue.get("account/interest-accrued", ccy="ETH")["data"] == []
    (offered,) = venue.get("account/interest-rate", ccy="BTC")["data"]
    assert offered["interestRate"] == row["interestRate"]
    assert len(venue.get("account/interest-rate")["data"]) > 2
    paid = venue.post("account/spot-manual-borrow-repay", {"ccy": "BTC", "side": "repay", "amt": "9"})["data"]
    assert paid == [{"ccy": "BTC", "side": "repay", "amt": "4"}]
    (coin,) = venue.get("account/balance", ccy="BTC")["data"][0]["details"]
    assert (coin["liab"], coin["interest"]) == ("0", row["interest"])


def test_nothing_was_delivered_yet(venue: Any) -> None:
    assert venue.public("public/delivery-exercise-history", instType="FUTURES", uly="BTC-USD")["data"] == []
    assert venue.public("public/estimated-price", instId="BTC-USDT-SWAP")["data"] == []


def test_past_deliveries_of_a_family_are_told_the_latest_first(venue: Any) -> None:
    asked = {"instType": "FUTURES", "uly": "BTC-USD"}
    dated = [each for symbol, each in venue.exchange.markets.items() if symbol.startswith("okx:BTC/USD:BTC-")]
    for market, days, price in zip(dated, (2, 1), ("50000", "50001.5"), strict=True):
        market.instrument = replace(market.instrument, expiry=venue.now - days * DAY)
        market.estimate = Decimal(price)
    rows = venue.public("public/delivery-exercise-history", **asked)["data"]
    assert [[each["px"] for each in row["details"]] for row in rows] == [["50001.5"], ["50000"]]
    assert rows[0]["details"] == [{"insId": dated[1].instrument.code, "px": "50001.5", "type": "delivery"}]
    assert int(rows[0]["ts"]) - int(rows[1]["ts"]) == DAY // 10**6
    older = venue.public("public/delivery-exercise-history", **asked, after=rows[0]["ts"])["data"]
    assert older == rows[1:]
    (row,) = venue.public("public/estimated-price", instId=dated[1].instrument.code)["data"]
    assert (row["settlePx"], row["settleType"], row["instType"]) == ("50001.5", "delivery", "FUTURES")


def test_a_market_listed_later_has_the_next_number_and_the_others_keep_theirs(venue: Any) -> None:
    swaps = venue.public("public/instruments", instType="SWAP")["data"]
    highest = max(row["instIdCode"] for kind in ("SPOT", "SWAP", "FUTURES")
                  for row in venue.public("public/instruments", instType=kind)["data"])  # fmt: skip
    old = venue.exchange.markets["okx:BTC/USDT:USDT"]
    fresh = replace(old.instrument, symbol="okx:NEW/USDT:USDT", code="NEW-USDT-SWAP", base="NEW")
    venue.exchange.markets[fresh.symbol] = SimMarket(fresh, old.book, carry=old.carry)
    venue.exchange.floor.happenings.append(Relisted(fresh.symbol, venue.now))
    venue.wait(1)
    rows = {row["instId"]: row["instIdCode"] for row in venue.public("public/instruments", instType="SWAP")["data"]}
    assert rows == {row["instId"]: row["instIdCode"] for row in swaps} | {"NEW-USDT-SWAP": highest + 1}
    assert venue.public("public/mark-price", instId="NEW-USDT-SWAP")["code"] == "0"
