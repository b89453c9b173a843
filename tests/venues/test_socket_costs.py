"""What orders over a socket cost, told without signing them for HTTP first."""

from decimal import Decimal

import msgspec
import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import Side
from basisdesk.venues import VENUES, venue_named
from basisdesk.venues.budget import Budget
from basisdesk.venues.trading import Amending, Credentials, Request, Session, Trading

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
KEY = Credentials("key", "c2VjcmV0", "pass")


def trading_of(venue: str) -> Trading:
    trading = venue_named(venue).trading
    assert trading is not None
    return trading


SOCKETS = [
    (venue, line)
    for venue in VENUES
    for line, can in trading_of(venue).capabilities.items()
    if can.socket_orders
]  # fmt: skip


def session_of(venue: str, line: str) -> tuple[Session, Instrument]:
    session = Session(credentials=KEY)
    listed = [each for each in venue_named(venue).well_known() if each.market == line]
    session.know([msgspec.structs.replace(each, number=7) for each in listed])
    return session, next(iter(session.instruments.values()))


def commands(trading: Trading, market: Instrument) -> dict[str, asks.Command]:
    price = market.tick * 100_000
    size = max(market.min_size, market.step)
    while size * price < market.min_notional:
        size += market.step
    name = trading.client_id("7-order")
    order = asks.NewOrder(
        symbol=market.symbol, side=Side.BUY, type=asks.OrderType.LIMIT, client_id=name, size=size, price=price
    )
    ref = asks.OrderRef(symbol=market.symbol, venue_id="77", client_id=name)
    return {
        "place": asks.Place(order),
        "amend": asks.Amend(order=ref, side=Side.BUY, size=size, price=price),
        "cancel": asks.Cancel(ref),
        "cancel all": asks.CancelAll(market.market, market.symbol),
    }


def signed(trading: Trading, ask: asks.Command, session: Session) -> Request:
    request = trading.encode(ask, session, NOW)
    assert isinstance(request, Request), request
    return request


@pytest.mark.parametrize(("venue", "line"), SOCKETS)
def test_a_socket_order_costs_what_the_same_over_http_does(venue: str, line: str) -> None:
    trading = trading_of(venue)
    session, market = session_of(venue, line)
    entry = trading.entry(line, session)
    assert entry is not None
    assert trading.costs is not None
    asked = commands(trading, market)
    if trading.capabilities[line].amend is Amending.NONE:
        del asked["amend"]
    if venue == "binance" and line == "spot":  # an amend there changes the size alone
        asked["amend"] = msgspec.structs.replace(asked["amend"], price=None)
    for ask in asked.values():
        costs = trading.costs(ask, session, NOW)
        assert isinstance(costs, tuple)
        if costs:
            budget = Budget(trading.buckets)
            assert budget.ask(costs, urgent=False, symbol=market.symbol, now=NOW) == 0
            told = {name: units for name, units in costs if name != "trade socket"}
            same = {name: units for name, units in signed(trading, ask, session).costs if name != "address"}
            assert told == same
    for name in ("place", "cancel"):
        assert trading.costs(asked[name], session, NOW)


@pytest.mark.parametrize(("venue", "line"), SOCKETS)
def test_what_a_socket_does_not_carry_costs_nothing_there(venue: str, line: str) -> None:
    trading = trading_of(venue)
    session, market = session_of(venue, line)
    assert trading.costs is not None
    stranger = asks.Cancel(asks.OrderRef(symbol=f"{venue}:NO/SUCH", venue_id="7"))
    costs = trading.costs(stranger, session, NOW)
    assert not isinstance(costs, tuple) or not costs or venue == "deribit"  # whose ids need no market
    for ask in (
        asks.MoveFunds(asset="USDT", amount=Decimal(1), source="a", target="b"),
        asks.SetLeverage(market.symbol, Decimal(2)),
    ):
        costs = trading.costs(ask, session, NOW)
        assert not isinstance(costs, tuple) or not costs


@pytest.mark.parametrize(("venue", "carried"), [("bybit", False), ("okx", False), ("deribit", True)])
def test_cancelling_all_costs_where_the_socket_carries_it(venue: str, *, carried: bool) -> None:
    trading = trading_of(venue)
    session, market = session_of(venue, next(line for name, line in SOCKETS if name == venue))
    assert trading.costs is not None
    assert bool(trading.costs(asks.CancelAll(market.market, market.symbol), session, NOW)) is carried


def test_an_order_on_a_market_without_a_number_goes_over_http_and_costs_nothing_on_the_socket() -> None:
    trading = trading_of("okx")
    session, market = session_of("okx", "public")
    session.know([msgspec.structs.replace(market, number=0)])
    assert trading.costs is not None
    assert trading.costs(commands(trading, market)["place"], session, NOW) == ()


def test_orders_over_the_trade_socket_are_none_of_the_requests_of_the_address() -> None:
    trading = trading_of("bybit")
    session, market = session_of("bybit", "linear")
    assert trading.costs is not None
    costs = trading.costs(commands(trading, market)["place"], session, NOW)
    assert costs == (("trade socket", 1.0), ("/v5/order/create contracts", 1.0))


@pytest.mark.parametrize(("seconds", "units"), [(30, 1000.0), (0, 500.0)])
def test_the_switch_that_only_a_socket_has_costs_its_calls(seconds: int, units: float) -> None:
    trading = trading_of("deribit")
    session, _ = session_of("deribit", "public")
    assert trading.costs is not None
    assert trading.costs(asks.DeadMan("public", seconds), session, NOW) == (("credits", units),)
