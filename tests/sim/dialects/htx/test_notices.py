"""Public topics of the notification sockets, orders by the terms of a future, and a broker's mark in a body."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from basisdesk.domain.account import Fill, Forced
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Relisted

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Venue

LINEAR = "htx:BTC/USDT:USDT"
PATH = "/linear-swap-notification"


def sub(venue: Venue, topic: str, path: str = PATH) -> tuple[Any, list[Any]]:
    wire = venue.open("contract", path)
    heard = wire.say({"op": "sub", "cid": "1", "topic": topic})
    return wire, heard


def test_funding_of_every_swap_by_one_topic(venue: Venue) -> None:
    wire, (answer, *rates) = sub(venue, "public.*.funding_rate")
    assert (answer["err-code"], answer["topic"]) == (0, "public.*.funding_rate")
    assert {rate["data"][0]["contract_code"] for rate in rates} == {"BTC-USDT", "ETH-USDT"}
    venue.wait(2)
    assert {message["topic"] for message in wire.take() if message.get("op") == "notify"} == {"public.*.funding_rate"}
    (left,) = wire.say({"op": "unsub", "topic": "public.*.funding_rate"})
    assert left["err-code"] == 0
    venue.wait(2)
    assert not [message for message in wire.take() if message.get("op") == "notify"]


@pytest.mark.parametrize("code", ["BTC-USDT", "btc-usdt", "*"])
def test_what_is_listed_is_told_and_told_again(venue: Venue, code: str) -> None:
    wire, (_, first) = sub(venue, f"public.{code}.contract_info")
    assert first["event"] == "init"
    assert "BTC-USDT" in {row["contract_code"] for row in first["data"]}
    market = venue.exchange.markets[LINEAR]
    venue.exchange.relist(replace(market.instrument, tradable=False), venue.now)
    venue.wait(0.5)
    (told,) = [message for message in wire.take() if message.get("event") == "update"]
    assert [(row["contract_code"], row["contract_status"]) for row in told["data"]] == [("BTC-USDT", 3)]


def test_liquidations_are_told_to_everybody(venue: Venue) -> None:
    wire, heard = sub(venue, "public.BTC-USDT.liquidation_orders")
    other, _ = sub(venue, "public.ETH-USDT.liquidation_orders")
    assert [message["err-code"] for message in heard] == [0]
    spot = venue.open("spot", "/ws")
    fill = Fill(
        at=venue.now, symbol=LINEAR, trade_id="1", venue_id="5", client_id="", side=Side.SELL,
        price=Decimal(60_000), size=Decimal(12), fee=None, fee_asset="USDT", maker=False,
        forced=Forced.LIQUIDATION, account="1000002",
    )  # fmt: skip
    venue.exchange.floor.updates.append(("1000002", fill))
    venue.wait(0.1)
    (told,) = [message for message in wire.take() if message.get("op") == "notify"]
    (row,) = told["data"]
    assert (row["direction"], row["offset"], row["volume"], row["price"]) == ("sell", "close", 12, 60000)
    assert (row["amount"], row["trade_turnover"]) == (0.012, 720)
    assert not [message for message in other.take() + spot.take() if message.get("op") == "notify"]


@pytest.mark.parametrize(
    "topic", ["public.BTC-USDT.what", "public.XYZ-USDT.contract_info", "public.BTC-USDT-261225.funding_rate"]
)
def test_public_topics_that_there_are_not(venue: Venue, topic: str) -> None:
    _, (answer,) = sub(venue, topic)
    assert answer["err-code"] == 2011


def test_a_market_that_is_new_says_nothing_to_market_sockets(venue: Venue) -> None:
    wire = venue.open("spot", "/ws")
    venue.exchange.floor.happenings.append(Relisted(LINEAR, venue.now))
    venue.hand_out()
    assert wire.take() == []


def test_a_future_is_ordered_by_its_coin_and_term(venue: Venue) -> None:
    order = {
        "symbol": "BTC", "contract_type": "quarter", "direction": "buy", "offset": "open", "lever_rate": 5,
        "volume": 1, "price": 50_000, "order_price_type": "limit",
    }  # fmt: skip
    told = venue.post("contract", "/api/v1/contract_order", order)
    assert told["status"] == "ok"
    (row,) = venue.post("contract", "/api/v1/contract_openorders", {"symbol": "BTC"})["data"]["orders"]
    assert (row["order_id_str"], row["contract_type"]) == (told["data"]["order_id_str"], "quarter")
    assert venue.post("contract", "/api/v1/contract_order", order | {"contract_type": "what"})["err_code"] == 1030
    assert venue.post("contract", "/api/v1/contract_order", order | {"symbol": "XYZ"})["err_code"] == 1013


def test_a_brokers_mark_does_not_matter(venue: Venue) -> None:
    told = venue.post("spot", "/v2/algo-orders/cancel-all-after", {"timeout": 0, "channel_code": "AA1"})
    assert told["code"] == 200
    assert venue.post("spot", "/v2/algo-orders/cancel-all-after", {"timeout": 0, "mark": "AA1"})["code"] == 2002
