"""What a market's terms forbid is refused before it is sent, at every venue and in the same words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from basisdesk.domain.ask import Amend, NewOrder, OrderRef, OrderType, Place
from basisdesk.domain.errors import Refusal
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.order import Side
from basisdesk.venues import VENUES
from basisdesk.venues.trading import Amending, Credentials, MarketBuy, Request, Session

NOW = 1_700_000_000_000_000_000
D = Decimal
MARKETS = {each.symbol: each for venue in VENUES.values() for each in venue.well_known() if each.base == "BTC"}
SPOTS = [symbol for symbol, each in MARKETS.items() if each.kind is Kind.SPOT]
PRICED = [
    symbol for symbol, each in MARKETS.items() if each.margin is not Margin.INVERSE and not each.sized_in_contracts
]


def asked(market: Instrument, **terms: Any) -> Request | Refusal:
    trading = VENUES[market.venue].trading
    assert trading is not None
    session = Session(Credentials("demoKey", "demoSecret", "demoPass"))
    session.learned["spot_account"] = "1"
    session.know([market])
    given: dict[str, Any] = {
        "symbol": market.symbol, "side": Side.BUY, "type": OrderType.LIMIT, "client_id": "77", "leverage": 5,
        "size": market.min_size * 20, "price": market.tick * 100_000,
    }  # fmt: skip
    return trading.encode(Place(NewOrder(**(given | terms))), session, NOW)


def refusal(market: Instrument, **terms: Any) -> Refusal:
    told = asked(market, **terms)
    assert isinstance(told, Refusal), told
    return told


def test_every_venue_has_a_market_here() -> None:
    assert {each.venue for each in MARKETS.values()} == set(VENUES)


@pytest.mark.parametrize("symbol", MARKETS)
def test_a_market_that_takes_no_orders_gets_none(symbol: str) -> None:
    closed = replace(MARKETS[symbol], tradable=False, min_notional=D(0))
    assert refusal(closed).code == "not_tradable"
    assert refusal(closed, type=OrderType.MARKET, price=None, side=Side.SELL).code == "not_tradable"
    assert isinstance(asked(replace(closed, tradable=True)), Request)


@pytest.mark.parametrize("symbol", PRICED)
def test_an_order_worth_less_than_the_least_value_is_refused_with_what_to_do(symbol: str) -> None:
    market = replace(MARKETS[symbol], min_notional=D(1_000_000), tick=D(1), step=D(1), min_size=D(1), max_size=None)
    told = refusal(market, size=D(99), price=D(10_000))
    assert told.code == "below_min_notional"
    assert "990000" in told.message
    assert "1000000" in told.message
    assert "use at least 100" in told.message
    assert isinstance(asked(market, size=D(100), price=D(10_000)), Request)


@pytest.mark.parametrize("symbol", SPOTS)
def test_money_is_checked_where_a_market_buy_counts_it(symbol: str) -> None:
    market = replace(MARKETS[symbol], min_notional=D(10))
    trading = VENUES[market.venue].trading
    assert trading is not None
    if trading.capabilities[market.market].market_buy is MarketBuy.SIZE:
        assert refusal(market, type=OrderType.MARKET, price=None, size=None, money=D(50)).code == "bad_order"
        return
    terms = {"type": OrderType.MARKET, "price": None, "size": None}
    told = refusal(market, money=D("9.99"), **terms)
    assert told.code == "below_min_notional"
    assert "9.99" in told.message
    assert "10 " in told.message
    for none in (D(0), D(-5), D("NaN"), D("Infinity")):
        assert refusal(market, money=none, **terms).code == "not_positive"
    assert refusal(replace(market, tradable=False), money=D(50), **terms).code == "not_tradable"
    assert isinstance(asked(market, money=D(50), **terms), Request)


@pytest.mark.parametrize("symbol", MARKETS)
def test_terms_that_contradict_one_another_are_refused(symbol: str) -> None:
    market = MARKETS[symbol]
    assert refusal(market, type=OrderType.MARKET).code == "bad_order", "a market order with a price"
    assert refusal(market, money=D(100)).code == "bad_order", "a limit order with money"
    sold = {"type": OrderType.MARKET, "price": None, "money": D(100), "side": Side.SELL}
    assert refusal(market, **sold).code == "bad_order", "a market sale with money"
    if market.kind is not Kind.SPOT:
        assert refusal(market, type=OrderType.MARKET, price=None, money=D(100)).code == "bad_order"


@pytest.mark.parametrize("symbol", MARKETS)
def test_a_size_or_price_out_of_bounds_is_refused_with_value_limit_and_what_to_do(symbol: str) -> None:
    market = replace(MARKETS[symbol], tick=D("0.5"), step=D(2), min_size=D(4), max_size=D(40), min_notional=D(0))
    for code, terms, words in (
        ("off_tick", {"price": D("100.2")}, ("100.2", "0.5", "use 100.0 or 100.5")),
        ("off_step", {"size": D(5)}, ("5", "2", "use 4 or 6")),
        ("below_minimum", {"size": D(2)}, ("2", "4", "use at least 4")),
        ("above_maximum", {"size": D(42)}, ("42", "40", "use at most 40")),
    ):
        told = refusal(market, **({"size": D(10), "price": D(100)} | terms))
        assert told.code == code
        assert all(word in told.message for word in (symbol, *words)), told.message


@pytest.mark.parametrize("symbol", MARKETS)
def test_new_terms_hold_for_the_next_order(symbol: str) -> None:
    market = replace(MARKETS[symbol], tick=D("0.5"), step=D(1), min_size=D(1), max_size=None, min_notional=D(0))
    terms = {"size": D(11), "price": D("100.5")}
    assert isinstance(asked(market, **terms), Request)
    assert refusal(replace(market, tick=D(1)), **terms).code == "off_tick"
    assert refusal(replace(market, step=D(10)), **terms).code == "off_step"


@pytest.mark.parametrize("symbol", MARKETS)
def test_a_change_of_an_order_is_held_to_the_same_limits(symbol: str) -> None:
    market = replace(MARKETS[symbol], tick=D("0.5"), step=D(2), min_size=D(4), max_size=D(40), min_notional=D(0))
    trading = VENUES[market.venue].trading
    assert trading is not None
    if trading.capabilities[market.market].amend is Amending.NONE:
        return
    session = Session(Credentials("demoKey", "demoSecret", "demoPass"))
    session.know([market])
    order = OrderRef(symbol=symbol, venue_id="77")

    def code(size: str, price: str | None) -> str:
        change = Amend(order=order, size=D(size), price=D(price) if price else None, side=Side.BUY)
        told = trading.encode(change, session, NOW)
        return told.code if isinstance(told, Refusal) else ""

    spot_of_binance = market.venue == "binance" and market.kind is Kind.SPOT  # changes sizes alone
    price = None if spot_of_binance else "100.5"
    assert [code(size, price) for size in ("2", "5", "42", "8")] == ["below_minimum", "off_step", "above_maximum", ""]
    if price:
        assert code("8", "100.2") == "off_tick"
