"""python-okx against the simulated venue over HTTP, unchanged but for its `domain`.

It sends every parameter it knows, empty ones too, and numbers as they were given.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from okx import Account, Funding, MarketData, PublicData, Trade

if TYPE_CHECKING:
    from collections.abc import Callable

SWAP = "BTC-USDT-SWAP"


class Desk:
    """One key's clients of every section of the interface."""

    def __init__(self, base: str, key: dict[str, str]) -> None:
        signed = (key["key"], key["secret"], key["passphrase"], None, "1")
        self.account = Account.AccountAPI(*signed, domain=base)
        self.trade = Trade.TradeAPI(*signed, domain=base)
        self.funding = Funding.FundingAPI(*signed, domain=base)
        self.market = MarketData.MarketAPI(flag="1", domain=base)
        self.public = PublicData.PublicAPI(flag="1", domain=base)


@pytest.fixture(scope="module")
def desk(simulator: Callable[[str], Any]) -> Desk:
    """The clients, pointed at the simulator."""
    venue = simulator("okx")
    return Desk(venue.url("okx"), venue.key("okx"))


def rows(reply: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a reply that succeeded."""
    assert reply["code"] == "0", reply
    found: list[dict[str, Any]] = reply["data"]
    return found


def bid(desk: Desk, share: str) -> str:
    """Return a price on the grid at this share of the best bid."""
    (ticker,) = rows(desk.market.get_ticker(SWAP))
    return str((Decimal(ticker["bidPx"]) * Decimal(share)).quantize(Decimal("0.1")))


def test_public_facts(desk: Desk) -> None:
    assert abs(int(rows(desk.public.get_system_time())[0]["ts"]) - time.time() * 1000) < 5000
    (terms,) = rows(desk.public.get_instruments(instType="SWAP", instId=SWAP))
    assert (terms["ctVal"], terms["ctType"], terms["settleCcy"]) == ("0.01", "linear", "USDT")
    assert isinstance(terms["instIdCode"], int)
    (book,) = rows(desk.market.get_orderbook(SWAP, "5"))
    assert len(book["asks"]) == len(book["bids"]) == 5
    assert all(level[2] == "0" for level in book["asks"])
    (funding,) = rows(desk.public.get_funding_rate(SWAP))
    assert int(funding["nextFundingTime"]) - int(funding["fundingTime"]) == 8 * 3_600_000
    assert rows(desk.market.get_tickers("SPOT"))
    assert desk.market.get_ticker("ABC-USDT")["code"] == "51001"


def test_account_facts(desk: Desk) -> None:
    (config,) = rows(desk.account.get_account_config())
    assert (config["posMode"], config["perm"]) == ("net_mode", "read_only,trade")
    (balance,) = rows(desk.account.get_account_balance())
    assert {"USDT", "BTC"} <= {coin["ccy"] for coin in balance["details"]}
    assert rows(desk.account.get_account_balance("USDT"))[0]["details"][0]["ccy"] == "USDT"
    assert rows(desk.account.set_leverage(lever="4", mgnMode="cross", instId=SWAP))[0]["lever"] == "4"
    assert rows(desk.account.get_leverage(mgnMode="cross", instId=SWAP))[0]["lever"] == "4"
    fee = rows(desk.account.get_fee_rates(instType="SWAP", instFamily="BTC-USDT"))[0]
    assert fee["feeGroup"][0]["taker"] == "-0.0005"
    assert rows(desk.funding.get_balances("BTC"))[0]["ccy"] == "BTC"
    moved = rows(desk.funding.funds_transfer(ccy="USDT", amt="5", from_="6", to="18"))[0]
    assert (moved["amt"], moved["from"], moved["to"]) == ("5", "6", "18")


def test_an_order_is_placed_amended_found_and_cancelled(desk: Desk) -> None:
    own = f"pyokx{time.time_ns()}"
    placed = rows(desk.trade.place_order(SWAP, "cross", "buy", "limit", "2", clOrdId=own, px=bid(desk, "0.9")))[0]
    assert (placed["sCode"], placed["clOrdId"]) == ("0", own)
    found = rows(desk.trade.get_order(SWAP, clOrdId=own))[0]
    assert (found["ordId"], found["state"], found["sz"]) == (placed["ordId"], "live", "2")
    amended = rows(desk.trade.amend_order(SWAP, ordId=placed["ordId"], newSz="3"))[0]
    assert amended["sCode"] == "0"
    assert rows(desk.trade.get_order_list(instType="SWAP"))[0]["sz"] == "3"
    assert rows(desk.trade.cancel_order(SWAP, ordId=placed["ordId"]))[0]["sCode"] == "0"
    assert rows(desk.trade.get_order(SWAP, ordId=placed["ordId"]))[0]["cancelSource"] == "1"
    again = desk.trade.cancel_order(SWAP, ordId=placed["ordId"])
    assert (again["code"], again["data"][0]["sCode"]) == ("1", "51400")
    assert desk.trade.get_order(SWAP, clOrdId="nothing")["code"] == "51603"


def test_batches_tell_each_order_its_own_fate(desk: Desk) -> None:
    price = bid(desk, "0.9")
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "limit", "sz": "1", "px": price}
    reply = desk.trade.place_multiple_orders([order, order | {"instId": "ABC-USDT-SWAP"}])
    assert (reply["code"], [row["sCode"] for row in reply["data"]]) == ("2", ["0", "51001"])
    living = [{"instId": SWAP, "ordId": row["ordId"]} for row in rows(desk.trade.get_order_list(instId=SWAP))]
    assert all(row["sCode"] == "0" for row in rows(desk.trade.cancel_multiple_orders(living)))


def test_a_market_order_makes_a_position_that_is_closed(desk: Desk) -> None:
    placed = rows(desk.trade.place_order(SWAP, "cross", "sell", "market", "2"))[0]
    filled = rows(desk.trade.get_order(SWAP, ordId=placed["ordId"]))[0]
    assert (filled["state"], filled["accFillSz"]) == ("filled", "2")
    fills = [row for row in rows(desk.trade.get_fills(instId=SWAP)) if row["ordId"] == placed["ordId"]]
    assert sum(Decimal(row["fillSz"]) for row in fills) == 2
    (held,) = rows(desk.account.get_positions(instId=SWAP))
    assert (held["pos"], held["mgnMode"], held["posSide"]) == ("-2", "cross", "net")
    rows(desk.trade.close_positions(SWAP, "cross"))
    assert rows(desk.account.get_positions(instId=SWAP)) == []
    assert placed["ordId"] in [row["ordId"] for row in rows(desk.trade.get_orders_history("SWAP"))]
