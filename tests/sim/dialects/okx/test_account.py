"""The account over HTTP: who may ask, balances, positions, settings, transfers, bills."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

SWAP, SPOT = "BTC-USDT-SWAP", "BTC-USDT"
MARKET = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2"}


def ok(reply: Any) -> Any:
    assert reply["code"] == "0", reply
    (row,) = reply["data"]
    return row


@pytest.mark.parametrize(
    ("instead", "status", "code"),
    [
        ({"ok-access-key": ""}, 401, "50103"),
        ({"ok-access-passphrase": ""}, 401, "50104"),
        ({"ok-access-sign": ""}, 401, "50106"),
        ({"ok-access-timestamp": ""}, 401, "50107"),
        ({"ok-access-timestamp": "1700000000"}, 401, "50112"),
        ({"ok-access-timestamp": "2023-13-44T22:13:20.000Z"}, 401, "50112"),
        ({"ok-access-timestamp": "2023-11-14T22:13:20Z"}, 401, "50102"),
        ({"ok-access-key": "nobody"}, 401, "50111"),
        ({"ok-access-passphrase": "wrong"}, 401, "50105"),
        ({"ok-access-sign": "AAAA"}, 401, "50113"),
    ],
)
def test_who_does_not_sign_properly_is_refused(venue: Any, instead: dict[str, str], status: int, code: str) -> None:
    target = "/api/v5/account/balance"
    answer = venue.call("GET", target, headers=venue.headers("GET", target) | instead)
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)


def test_a_signed_time_may_be_half_a_minute_off(venue: Any) -> None:
    target = "/api/v5/account/balance?ccy=BTC"
    headers = venue.headers("GET", target)
    venue.now += 30 * 10**9
    assert venue.call("GET", target, headers=headers).status == 200
    venue.now += 10**9
    assert venue.call("GET", target, headers=headers).status == 401


def test_a_key_that_only_reads_changes_nothing(venue: Any) -> None:
    assert ok(venue.get("account/config", key="basisdesk-readonly"))["perm"] == "read_only"
    assert ok(venue.get("account/config", key="basisdesk-withdraw"))["perm"] == "read_only,withdraw,trade"
    assert venue.post("trade/order", MARKET, key="basisdesk-readonly")["code"] == "50120"
    other = ok(venue.get("account/config", key="basisdesk-second"))
    assert (other["uid"], other["acctLv"]) == ("1000002", "3")


def test_balances_of_both_accounts(venue: Any) -> None:
    account = ok(venue.get("account/balance"))
    coins = {row["ccy"]: row for row in account["details"]}
    assert coins["USDT"]["cashBal"] == coins["USDT"]["eq"] == "1000000"
    assert Decimal(account["totalEq"]) > 1_000_000
    assert [row["ccy"] for row in ok(venue.get("account/balance", ccy="BTC,ETH"))["details"]] == ["BTC", "ETH"]
    assert venue.get("asset/balances", ccy="ETH")["data"] == [
        {"ccy": "ETH", "bal": "400", "availBal": "400", "frozenBal": "0"}
    ]
    assert len(venue.get("asset/balances")["data"]) == 5
    listed = {row["ccy"]: row for row in venue.get("asset/currencies")["data"]}
    assert (listed["BTC"]["canWd"], "USD" in listed) == (False, False)
    venue.exchange.floor.accounts["1000001"].purse("unified", "XYZ").total = Decimal(7)
    (unlisted,) = ok(venue.get("account/balance", ccy="XYZ"))["details"]
    assert (unlisted["cashBal"], unlisted["eqUsd"]) == ("7", "0")
    venue.pace = 0
    venue.exchange.markets["okx:SOL/USDT"].book.snapshot_levels([], [], venue.now, 1)
    assert Decimal({row["ccy"]: row for row in ok(venue.get("account/balance"))["details"]}["SOL"]["eqUsd"]) > 100_000


def test_positions_have_their_figures(venue: Any) -> None:
    ok(venue.post("trade/order", MARKET))
    held = ok(venue.get("account/positions", instType="SWAP", instId=f"{SWAP},ETH-USDT-SWAP"))
    assert (held["pos"], held["lever"], held["mgnMode"], held["margin"]) == ("2", "3", "cross", "")
    assert Decimal(held["imr"]) > 0
    assert Decimal("0.9") < Decimal(held["notionalUsd"]) / (Decimal(held["markPx"]) * Decimal("0.02")) < Decimal("1.1")
    assert venue.get("account/positions", instType="FUTURES")["data"] == []
    isolated = MARKET | {"instId": "ETH-USDT-SWAP", "tdMode": "isolated"}
    ok(venue.post("trade/order", isolated))
    row = ok(venue.get("account/positions", instId="ETH-USDT-SWAP"))
    assert (row["mgnMode"], row["imr"], Decimal(row["margin"]) > 0) == ("isolated", "", True)


def test_leverage_is_of_a_contract_or_noted_for_a_pair(venue: Any) -> None:
    lever = {"lever": "5", "mgnMode": "cross"}
    assert ok(venue.post("account/set-leverage", lever | {"instId": SWAP}))["lever"] == "5"
    assert ok(venue.post("account/set-leverage", lever | {"instId": SWAP, "lever": 5}))["lever"] == "5"
    assert ok(venue.get("account/leverage-info", instId=SWAP, mgnMode="cross"))["lever"] == "5"
    ok(venue.post("account/set-leverage", lever | {"instId": SPOT}))
    ok(venue.post("account/set-leverage", lever | {"ccy": "BTC"}))
    rows = venue.get("account/leverage-info", instId=f"{SPOT},ETH-USDT", mgnMode="cross")["data"]
    assert [row["lever"] for row in rows] == ["5", "3"]
    assert venue.post("account/set-leverage", lever)["code"] == "50015"
    assert venue.post("account/set-leverage", lever | {"instId": SWAP, "lever": "500"})["code"] == "59102"
    for purse in venue.exchange.floor.accounts["1000001"].purses.values():
        purse.total = Decimal(0)
    venue.exchange.floor.accounts["1000001"].purse("unified", "USDT").total = Decimal(1000)
    ok(venue.post("trade/order", MARKET))
    assert venue.post("account/set-leverage", lever | {"instId": SWAP, "lever": "1"})["code"] == "59108"


def test_the_position_mode_is_the_accounts(venue: Any) -> None:
    hedge = {"posMode": "long_short_mode"}
    assert ok(venue.post("account/set-position-mode", hedge)) == hedge
    ok(venue.post("account/set-position-mode", hedge))
    assert ok(venue.get("account/config"))["posMode"] == "long_short_mode"
    ok(venue.post("trade/order", MARKET | {"side": "sell", "posSide": "short"}))
    held = ok(venue.get("account/positions"))
    assert (held["pos"], held["posSide"]) == ("2", "short")
    assert venue.post("account/set-position-mode", {"posMode": "net_mode"})["code"] == "59000"
    ok(venue.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross", "posSide": "short"}))
    ok(venue.post("account/set-position-mode", {"posMode": "net_mode"}))


def test_fees_and_instruments_are_the_accounts_own(venue: Any) -> None:
    swap = ok(venue.get("account/trade-fee", instType="SWAP", instFamily="BTC-USDT"))
    assert (swap["makerU"], swap["feeGroup"][0]["taker"]) == ("-0.0002", "-0.0005")
    spot = ok(venue.get("account/trade-fee", instType="SPOT", instId=SPOT))
    assert (spot["maker"], spot["makerU"]) == ("-0.0008", "")
    assert venue.get("account/trade-fee", instType="SPOT", instId="ABC-USDT")["code"] == "51001"
    assert ok(venue.get("account/instruments", instType="SWAP", instId=SWAP))["instId"] == SWAP
    assert len(venue.get("account/instruments", instType="SPOT")["data"]) == 3


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ({"from": "6", "to": "6"}, "58123"),
        ({"from": "9"}, "58129"),
        ({"amt": "99999999"}, "58350"),
        ({"amt": "-1"}, "51000"),
        ({"type": "1"}, "51000"),
        ({"ccy": ""}, "50014"),
        ({"clientId": "a b"}, "51000"),
    ],
)
def test_a_transfer_that_cannot_be_is_refused(venue: Any, instead: dict[str, str], code: str) -> None:
    move = {"ccy": "USDT", "amt": "5", "from": "6", "to": "18", "type": "0"} | instead
    assert venue.post("asset/transfer", move)["code"] == code


def test_bills_tell_what_was_booked(venue: Any) -> None:
    ok(venue.post("asset/transfer", {"ccy": "USDT", "amt": "5", "from": "6", "to": "18"}))
    ok(venue.post("asset/transfer", {"ccy": "USDT", "amt": "3", "from": "18", "to": "6", "clientId": "m1"}))
    ok(venue.post("trade/order", MARKET))
    venue.wait(40)
    rows = venue.get("account/bills")["data"]
    assert [row["type"] for row in rows].count("8") == 1
    moved = [row["balChg"] for row in venue.get("account/bills", type="1", ccy="USDT")["data"]]
    assert moved == ["-3", "5"]
    funding = ok(venue.get("account/bills-archive", type="8"))
    assert (funding["instId"], funding["instType"], funding["instFamily"]) == (SWAP, "SWAP", "BTC-USDT")
    ids = [row["billId"] for row in rows]
    assert [row["billId"] for row in venue.get("account/bills", after=ids[0])["data"]] == ids[1:]
    begin = str(venue.now // 10**6 + 1)
    assert venue.get("account/bills", begin=begin)["data"] == []
