"""What "too often" closes, and until when, for every venue and every word it says it by."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from msgspec import structs

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import Ask, NewOrder, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Reason, RetryLater
from basisdesk.venues import VENUES
from basisdesk.venues.patience import heed
from basisdesk.venues.trading import Credentials, Reply, Request, Response, Session
from basisdesk.venues.wire import again_at

if TYPE_CHECKING:
    from basisdesk.venues.trading import Trading

NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
SPOTS = {"binance": "binance:BTC/USDT", "bybit": "bybit:BTC/USDT", "okx": "okx:BTC/USDT", "htx": "htx:BTC/USDT"}
SWAPS = {
    "bigone": "bigone:BTC/USDT:USDT", "binance": "binance:BTC/USDT:USDT", "bybit": "bybit:BTC/USDT:USDT",
    "deribit": "deribit:BTC/USD:BTC", "htx": "htx:BTC/USDT:USDT", "okx": "okx:BTC/USDT:USDT",
}  # fmt: skip


class Desk(NamedTuple):
    trading: Trading
    session: Session

    def hear(self, ask: Ask, status: int, body: Any, **headers: str) -> Reply:
        request = self.trading.encode(ask, self.session, NOW)
        assert isinstance(request, Request)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.trading.decode(request, Response(status, raw, told, NOW), self.session)


def desk_of(venue: str) -> Desk:
    trading = VENUES[venue].trading
    assert trading is not None
    session = Session(Credentials("demoKey", "demoSecret", "demoPass"))
    session.know(VENUES[venue].well_known())
    session.learned |= {"spot_account": "1", "user": "1"}
    return Desk(trading, session)


def place(symbol: str, session: Session) -> Place:
    market = session.instruments[symbol]
    price = (Decimal(50_000) // market.tick) * market.tick
    return Place(
        NewOrder(
            symbol=symbol, side=Side.BUY, type=OrderType.LIMIT, client_id="77", leverage=5, price=price,
            size=market.step * 20 * max(1, int(market.min_size / market.step)),
        )
    )  # fmt: skip


BINANCE_429 = {"code": -1003, "msg": "Too many requests; current limit is 2400 request weight per 1 MINUTE."}
USDM = ("usdm.weight", "usdm.orders.10s", "usdm.orders.1m", "usdm.funding", "usdm.messages")
LIMITED: list[tuple[str, int, Any, tuple[str, ...]]] = [
    ("binance", 429, BINANCE_429, USDM),
    ("binance", 400, BINANCE_429, USDM),
    ("binance", 429, b"<html>", USDM),
    ("binance", 418, {"code": -1003, "msg": "Way too many requests; IP banned until 1700000100000."}, ()),
    ("binance", 400, {"code": -1015, "msg": "Too many new orders."}, ("usdm.orders.10s", "usdm.orders.1m")),
    ("bybit", 200, {"retCode": 10006, "retMsg": "Too many visits!", "result": {}}, ("/v5/order/create contracts",)),
    ("bybit", 200, {"retCode": 10018, "retMsg": "ip", "result": {}}, ()),
    ("bybit", 403, b"403, access too frequent", ()),
    ("bybit", 429, b"", ()),
    ("okx", 429, {"code": "50011", "msg": "Too Many Requests", "data": None}, ("place",)),
    ("okx", 200, {"code": "1", "msg": "", "data": [{"sCode": "50011", "sMsg": "Rate limit"}]}, ("place",)),
    ("okx", 200, {"code": "1", "msg": "", "data": [{"sCode": "50061", "sMsg": "sub-account"}]}, ("orders",)),
    ("okx", 429, b"<html>", ("place",)),
    ("deribit", 429, {"error": {"code": 10028, "message": "too_many_requests"}}, ("matching",)),
    ("deribit", 429, b"", ("matching",)),
    ("htx", 429, b"", ("v5_trade",)),
    ("htx", 200, {"code": 1032, "message": "The number of access exceeded the limit."}, ("v5_trade",)),
    ("bigone", 429, {"code": 10429, "message": "too many requests"}, ()),
    ("bigone", 429, b"<html>", ()),
]


@pytest.mark.parametrize(("venue", "status", "body", "held"), LIMITED)
def test_a_limit_closes_what_it_is_about_and_nothing_else(
    venue: str, status: int, body: Any, held: tuple[str, ...]
) -> None:
    desk = desk_of(venue)
    reply = desk.hear(place(SWAPS[venue], desk.session), status, body)
    assert isinstance(reply.outcome, RetryLater), reply
    assert reply.outcome.reason is Reason.RATE_LIMIT
    assert reply.outcome.at > NOW
    assert set(reply.held) == set(held)
    assert set(reply.held) <= {bucket.name for bucket in desk.trading.buckets}


@pytest.mark.parametrize("venue", VENUES)
def test_retry_after_is_waited_for(venue: str) -> None:
    desk = desk_of(venue)
    for ask in (place(SWAPS[venue], desk.session), asks.AskTime(next(iter(VENUES[venue].lines)))):
        reply = desk.hear(ask, 429, b"<html>slow down</html>", retry_after="120")
        assert isinstance(reply.outcome, RetryLater), (venue, ask)
        assert reply.outcome.at == NOW + 120 * SECOND


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("stated", ["", "soon", "-5", "1.5", "9" * 5000, "Wed, 21 Oct 2026 07:28:00 GMT", "١٢٠"])
def test_a_retry_after_that_is_no_count_of_seconds_is_passed_over(venue: str, stated: str) -> None:
    desk = desk_of(venue)
    reply = desk.hear(place(SWAPS[venue], desk.session), 429, b"", retry_after=stated)
    assert isinstance(reply.outcome, RetryLater)
    assert NOW < reply.outcome.at <= NOW + 60 * SECOND


def over_the_socket(venue: str, line: str, login: list[Any], refusal: dict[str, Any]) -> Reply:
    """Place an order over the venue's order connection, which answers it with this refusal."""
    desk = desk_of(venue)
    entry = desk.trading.entry(line, desk.session)
    assert entry is not None
    entry.connected(NOW)
    entry.to_send()
    for frame in login:
        entry.receive(json.dumps(frame).encode(), NOW)
    entry.to_send()
    assert entry.send(place(SWAPS[venue], desk.session), NOW) is True
    (frame,) = entry.to_send()
    asked = json.loads(frame)
    number = {name: asked[name] for name in ("id", "reqId") if name in asked}
    ((_, reply),) = entry.receive(json.dumps(refusal | number).encode(), NOW)
    return reply


@pytest.mark.parametrize(
    ("venue", "line", "login", "refusal", "held"),
    [
        ("binance", "usdm", [], {"status": 429, "error": BINANCE_429}, USDM),
        ("binance", "usdm", [], {"status": 400, "error": {"code": -1015, "msg": "Too many new orders."}},
         ("usdm.orders.10s", "usdm.orders.1m")),
        ("bybit", "linear", [{"op": "auth", "retCode": 0}], {"op": "order.create", "retCode": 10006, "retMsg": "often"},
         ("/v5/order/create contracts",)),
        ("bybit", "linear", [{"op": "auth", "retCode": 0}], {"op": "order.create", "retCode": 10403, "retMsg": "often"},
         ("trade socket",)),
        ("deribit", "public", [{"id": 11, "result": {"scope": "trade:read_write", "expires_in": 900}}],
         {"error": {"code": 10028, "message": "too_many_requests"}}, ("matching",)),
    ],
)  # fmt: skip
def test_a_limit_over_a_socket_closes_the_same(
    venue: str, line: str, login: list[Any], refusal: dict[str, Any], held: tuple[str, ...]
) -> None:
    reply = over_the_socket(venue, line, login, refusal)
    assert isinstance(reply.outcome, RetryLater)
    assert set(reply.held) == set(held)


def test_okx_over_the_socket_closes_the_operation_or_what_the_account_counts_together() -> None:
    desk = desk_of("okx")
    market = desk.session.instruments[SWAPS["okx"]]
    desk.session.know([structs.replace(market, number=5)])
    entry = desk.trading.entry("public", desk.session)
    assert entry is not None
    entry.connected(NOW)
    entry.receive(b'{"event":"login","code":"0","msg":""}', NOW)
    entry.to_send()
    ref = asks.OrderRef(symbol=SWAPS["okx"], venue_id="9")
    new = place(SWAPS["okx"], desk.session)
    for ask, code, held in (
        (new, "50011", "place"), (new, "50061", "orders"), (asks.Cancel(ref), "50011", "cancel"),
        (asks.Amend(order=ref, price=market.tick * 1000), "50011", "amend"),
    ):  # fmt: skip
        assert entry.send(ask, NOW) is True
        (frame,) = entry.to_send()
        row = {"sCode": code, "sMsg": "too often", "ordId": "", "clOrdId": ""}
        answer = {"id": json.loads(frame)["id"], "op": "order", "code": "1", "msg": "", "data": [row]}
        ((_, reply),) = entry.receive(json.dumps(answer).encode(), NOW)
        assert reply.held == (held,)


def test_a_read_during_maintenance_waits_as_long_as_the_venue_says() -> None:
    reply = desk_of("okx").hear(asks.AskPositions("public"), 503, {"code": "50001", "msg": "x"}, retry_after="30")
    assert isinstance(reply.outcome, RetryLater)
    assert reply.outcome.at == NOW + 30 * SECOND
    assert reply.held == ()


def test_a_limit_of_the_wallet_closes_the_wallet_alone() -> None:
    desk = desk_of("binance")
    move = asks.MoveFunds(asset="USDT", amount=Decimal(1), source="spot", target="usdm")
    assert desk.hear(move, 429, BINANCE_429).held == ("sapi.weight", "sapi.uid")


def test_what_was_done_closes_nothing() -> None:
    assert heed(Reply(outcome=Done()), ("x",), {"retry-after": "9"}, NOW) == Reply(outcome=Done())


def test_a_ban_is_at_most_three_days() -> None:
    assert again_at({"retry-after": "999999999"}, 0, 5) == 3 * 86_400 * SECOND
    assert again_at({}, 7, 5) == 12
