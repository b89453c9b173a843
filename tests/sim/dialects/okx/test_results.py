"""What orders, fills and positions say they brought, against arithmetic on the account's own fills done here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

SWAP, COIN = "BTC-USDT-SWAP", "BTC-USD-SWAP"
GRID = Decimal(1).scaleb(-12)
D = Decimal


def rows(reply: Any) -> list[dict[str, Any]]:
    assert reply["code"] == "0", reply
    found: list[dict[str, Any]] = reply["data"]
    return found


def trade(venue: Any, side: str, size: str, code: str, **more: str) -> str:
    slip = {"instId": code, "tdMode": "cross", "side": side, "ordType": "market", "sz": size} | more
    return str(rows(venue.post("trade/order", slip))[0]["ordId"])


def value(code: str, size: Decimal, price: Decimal) -> Decimal:
    """Return money of a linear contract of 0.01 BTC, or coin of an inverse one of 100 dollars."""
    return size * D("0.01") * price if code == SWAP else size * 100 / price


def near(told: str, worked_out: Decimal) -> bool:
    return abs(D(told) - worked_out) <= 10 * GRID


def fills_of(venue: Any, order: str) -> list[dict[str, Any]]:
    return rows(venue.get("trade/fills", ordId=order))


@pytest.mark.parametrize("code", [SWAP, COIN])
def test_orders_fills_and_positions_tell_what_they_brought(venue: Any, code: str) -> None:
    socket = venue.open("private")
    venue.login(socket)
    for channel in ("orders", "positions"):
        venue.subscribe(socket, channel, instType="SWAP")
    bought = trade(venue, "buy", "3", code)
    venue.wait(5)
    venue.hear(socket)
    sold = trade(venue, "sell", "1", code)
    opening, closing = fills_of(venue, bought), fills_of(venue, sold)
    paid = sum((value(code, D(each["fillSz"]), D(each["fillPx"])) for each in opening), D(0))
    got = sum((value(code, D(each["fillSz"]), D(each["fillPx"])) for each in closing), D(0))
    gain = (got - paid / 3) * (1 if code == SWAP else -1)
    fee = sum((D(each["fee"]) for each in opening + closing), D(0))
    assert gain
    assert {each["fillPnl"] for each in opening} == {"0"}
    assert near(str(sum(D(each["fillPnl"]) for each in closing)), gain)
    orders = {each["ordId"]: each for each in rows(venue.get("trade/orders-history", instType="SWAP"))}
    assert orders[bought]["pnl"] == "0"
    assert near(orders[sold]["pnl"], gain)
    (held,) = rows(venue.get("account/positions", instId=code))
    assert near(held["pnl"], gain)
    assert near(held["fee"], fee)
    assert near(held["realizedPnl"], gain + fee)
    assert (held["fundingFee"], held["liqPenalty"]) == ("0", "0")
    assert (held["cTime"], held["uTime"]) == (opening[-1]["ts"], closing[0]["ts"])
    assert held["tradeId"] == closing[0]["tradeId"]
    venue.hand_out()
    pushed = {frame["arg"]["channel"]: frame["data"][0] for frame in venue.hear(socket) if frame["data"]}
    assert near(pushed["orders"]["pnl"], gain)
    assert pushed["orders"]["fillPnl"] == closing[0]["fillPnl"]
    names = ("pnl", "fee", "realizedPnl", "fundingFee", "liqPenalty", "cTime")
    assert [pushed["positions"][name] for name in names] == [held[name] for name in names]


def test_funding_and_penalties_are_counted_with_the_position(venue: Any) -> None:
    trade(venue, "buy", "3", SWAP)
    venue.wait(30)  # a full hour: funding is paid
    (paid,) = rows(venue.get("account/bills", type="8"))
    (held,) = rows(venue.get("account/positions", instId=SWAP))
    assert held["fundingFee"] == paid["balChg"] != "0"
    account = venue.exchange.login("basisdesk-full").account
    symbol = next(name for name, market in venue.exchange.markets.items() if market.instrument.code == SWAP)
    assert venue.exchange.faults.liquidate(account, symbol)
    (past,) = rows(venue.get("account/positions-history", instId=SWAP))
    whole = rows(venue.get("trade/fills", instId=SWAP))
    closed = [each for each in whole if each["side"] == "sell"]
    charge = venue.exchange.rules.liquidation_fee
    penalty = sum((value(SWAP, D(each["fillSz"]), D(each["fillPx"])) for each in closed), D(0)) * charge
    assert near(past["liqPenalty"], -penalty)
    assert near(past["fee"], sum((D(each["fee"]) for each in whole), penalty))
    assert past["fundingFee"] == paid["balChg"]
    parts = [D(past[name]) for name in ("pnl", "fee", "fundingFee", "liqPenalty")]
    assert near(past["realizedPnl"], sum(parts, D(0)))


def test_each_side_of_a_hedge_tells_its_own(venue: Any) -> None:
    rows(venue.post("account/set-position-mode", {"posMode": "long_short_mode"}))
    trade(venue, "buy", "100", "BTC-USDT", tdMode="cash")  # coin is no position
    trade(venue, "buy", "2", SWAP, posSide="long")
    venue.pace = 0  # the market stands still
    trade(venue, "sell", "1", SWAP, posSide="short")
    closing = fills_of(venue, trade(venue, "buy", "1", SWAP, posSide="short"))
    assert D(closing[0]["fillPnl"]) < 0  # the spread
    (held,) = rows(venue.get("account/positions", instId=SWAP))
    assert (held["posSide"], held["pnl"]) == ("long", "0")
    (past,) = rows(venue.get("account/positions-history"))
    assert (past["posSide"], past["pnl"]) == ("short", closing[0]["fillPnl"])
