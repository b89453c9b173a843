"""Private sockets: logins, topics, and what they say when something is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.domain.ask import MoveFunds, OrderType, PositionSide
from basisdesk.domain.order import Side

if TYPE_CHECKING:
    from tests.sim.dialects.htx.conftest import Desk, Venue, Wire

PATHS = {
    "spot": ("spot", "/ws/v2"),
    "linear": ("contract", "/ws/v5/notification"),
    "coin_swap": ("contract", "/swap-notification"),
    "coin_futures": ("contract", "/notification"),
}
AUTHORITY = "127.0.0.1:4242"


def opened(venue: Venue, line: str, *, login: bool = True) -> Wire:
    wire = venue.open(*PATHS[line])
    if login:
        answer = wire.login(path=PATHS[line][1])
        assert answer.get("code", answer.get("err-code")) in {200, 0}
    return wire


@pytest.mark.parametrize("line", PATHS)
def test_the_whole_local_address_may_be_signed_as_the_path(venue: Venue, line: str) -> None:
    wire = opened(venue, line, login=False)
    answer = wire.login(path=f"ws://{AUTHORITY}{PATHS[line][1]}")
    assert answer.get("code", answer.get("err-code")) in {200, 0}


@pytest.mark.parametrize("line", PATHS)
@pytest.mark.parametrize("spoilt", [{"key": "nobody"}, {"secret": "other"}, {"path": "/other"}, {"version": "9"}])
def test_a_login_that_is_wrong_is_refused(venue: Venue, line: str, spoilt: dict[str, str]) -> None:
    wire = opened(venue, line, login=False)
    answer = wire.login(**({"path": PATHS[line][1]} | spoilt))
    assert answer.get("code", answer.get("err-code")) == 2002
    assert wire.say({"action": "req", "ch": "auth"} if line == "spot" else {"op": "auth"})[-1]


def test_only_ten_sockets_of_a_key_stand_on_spot(venue: Venue) -> None:
    wires = [opened(venue, "spot") for _ in range(10)]
    extra = opened(venue, "spot", login=False)
    answer = extra.login()
    assert (answer["ch"], answer["code"], answer["message"]) == ("auth", 2002, "too many connection")
    assert extra.say({"action": "sub", "ch": "orders#*"})[0]["message"] == "invalid.auth.state"
    assert wires[0].login()["code"] == 200
    venue.dialect.closed(wires[1].number, venue.now)
    assert extra.login()["code"] == 200
    opened(venue, "linear")


def test_spot_channels_want_a_login_and_a_sound_name(venue: Venue) -> None:
    wire = opened(venue, "spot", login=False)
    (answer,) = wire.say({"action": "sub", "ch": "orders#*"})
    assert (answer["code"], answer["message"]) == (2002, "invalid.auth.state")
    wire.login()
    for channel, code in (
        ("orders#nonesuch", 2001),
        ("weather#*", 2021),
        ("trade.clearing#*", 2021),
        ("orders#btcusdt", 200),
        ("trade.clearing#btcusdt#1", 200),
        (5, 2021),
    ):
        assert wire.say({"action": "sub", "ch": channel})[0]["code"] == code
    assert wire.say({"action": "dance"})[0]["code"] == 2021
    assert wire.say(b"{")[0]["message"] == "invalid.json"
    assert wire.say({"action": "ping", "data": {"ts": 5}}) == [{"action": "pong", "data": {"ts": 5}}]
    first = wire.say({"action": "sub", "ch": "accounts.update#2"})
    assert {row["data"]["currency"] for row in first[1:]} >= {"btc", "usdt"}
    assert wire.say({"action": "unsub", "ch": "accounts.update#2"})[0]["code"] == 200


def test_spot_tells_only_what_was_subscribed(venue: Venue, desk: Desk) -> None:
    wire = opened(venue, "spot")
    wire.say({"action": "sub", "ch": "orders#ethusdt"})
    desk.ask(desk.order("htx:BTC/USDT", "0.9", client_id="1"))
    desk.ask(desk.order("htx:BTC/USDT:USDT", "1", type=OrderType.MARKET, client_id="2"))
    desk.ask(MoveFunds(asset="BTC", amount=Decimal(1), source="linear", target="spot"))
    assert wire.take() == []
    wire.say({"action": "sub", "ch": "trade.clearing#*#0"})
    wire.say({"action": "sub", "ch": "orders#*"})
    desk.ask(desk.order("htx:BTC/USDT:USDT", "1", type=OrderType.MARKET, side=Side.SELL, client_id="3"))
    assert wire.take() == []


def test_a_market_buy_of_spot_says_its_value(venue: Venue, desk: Desk) -> None:
    wire = opened(venue, "spot")
    wire.say({"action": "sub", "ch": "orders#*"})
    more: dict[str, Any] = {"type": OrderType.MARKET, "size": None, "money": Decimal(640)}
    desk.ask(desk.order("htx:BTC/USDT", "1", client_id="1", **more))
    heard = [message["data"] for message in wire.take()]
    assert [data["eventType"] for data in heard] == ["creation", *["trade"] * (len(heard) - 1)]
    assert {data["orderValue"] for data in heard} == {"640"}
    assert all("orderSize" not in data for data in heard)
    assert heard[-1]["orderStatus"] == "filled"


@pytest.mark.parametrize("line", ["linear", "coin_swap", "coin_futures"])
def test_contract_topics_want_a_login_and_a_sound_name(venue: Venue, line: str) -> None:
    wire = opened(venue, line, login=False)
    (answer,) = wire.say({"op": "sub", "cid": "1", "topic": "orders"})
    assert (answer["err-code"], answer["cid"]) == (2002, "1")
    wire.login(path=PATHS[line][1])
    assert wire.say({"op": "sub", "cid": "1"})[0]["err-code"] == 2040
    assert wire.say({"op": "sub", "topic": "weather.*"})[0]["err-code"] == 2030
    assert wire.say({"op": "dance"})[0]["err-code"] == 2030
    assert wire.say(b"{")[0]["err-code"] == 2030
    assert wire.say({"op": "ping", "ts": "5"}) == [{"op": "pong", "ts": "5"}]
    bad = {"topic": "orders", "contract_code": "XYZ-USDT"} if line == "linear" else {"topic": "orders.xyz"}
    assert wire.say({"op": "sub", **bad})[0]["err-code"] == 2011
    good = {"topic": "orders", "contract_code": "BTC-USDT"} if line == "linear" else {"topic": "orders.*"}
    assert wire.say({"op": "sub", **good})[0]["err-code"] == 0
    assert wire.say({"op": "unsub", **good})[0]["err-code"] == 0


@pytest.mark.parametrize("line", ["linear", "coin_swap", "coin_futures"])
def test_positions_and_balances_begin_with_what_is_so(venue: Venue, desk: Desk, line: str) -> None:
    side = PositionSide.NET if line == "linear" else PositionSide.LONG
    desk.ask(desk.order(desk.symbol(line), "1", type=OrderType.MARKET, leverage=3, position=side))
    wire = opened(venue, line)
    topics = ("positions", "account") if line == "linear" else ("positions.*", "accounts.*")
    _, *positions = wire.say({"op": "sub", "topic": topics[0]})
    assert [row["volume"] for message in positions for row in message["data"]] == ["2" if line == "linear" else 2]
    _, *balances = wire.say({"op": "sub", "topic": topics[1]})
    assert balances
    assert all(message["op"] == "notify" for message in balances)
    named = {message["topic"] for message in balances}
    assert named == {"account"} if line == "linear" else "accounts." in next(iter(named))


def test_linear_topics_may_be_for_one_contract(venue: Venue, desk: Desk) -> None:
    wire = opened(venue, "linear")
    wire.say({"op": "sub", "topic": "orders", "contract_code": "ETH-USDT"})
    desk.ask(desk.order("htx:BTC/USDT:USDT", "0.9"))
    assert wire.take() == []


def test_coin_topics_may_be_for_one_coin(venue: Venue, desk: Desk) -> None:
    wire = opened(venue, "coin_futures")
    wire.say({"op": "sub", "topic": "orders.btc"})
    wire.say({"op": "sub", "topic": "positions.*"})
    symbol = desk.symbol("coin_futures")
    desk.ask(desk.order(symbol, "0.9", leverage=3))
    (heard,) = wire.take()
    assert (heard["topic"], heard["status"], heard["offset"]) == ("orders.btc", 3, "open")


@pytest.mark.parametrize(
    ("path", "code"), [("/linear-swap-notification", "BTC-USDT"), ("/swap-notification", "BTC-USD")]
)
def test_funding_is_public_on_the_notification_sockets(venue: Venue, path: str, code: str) -> None:
    wire = venue.open("contract", path)
    topic = f"public.{code}.funding_rate"
    answer, first = wire.say({"op": "sub", "cid": "1", "topic": topic})
    assert (answer["err-code"], first["topic"]) == (0, topic)
    assert first["data"][0]["contract_code"] == code
    for _ in range(4):
        venue.wait(4)
    assert [message for message in wire.take() if message["op"] == "notify"]
    assert wire.say({"op": "sub", "topic": "public.XYZ-USDT.funding_rate"})[0]["err-code"] == 2011
    assert wire.say({"op": "unsub", "topic": topic})[0]["err-code"] == 0


@pytest.mark.parametrize("line", PATHS)
def test_only_logins_expire(venue: Venue, line: str) -> None:
    logged_in, stranger = opened(venue, line), opened(venue, line, login=False)
    market = venue.open("spot", "/ws")
    venue.dialect.expire(venue.now)
    venue.hand_out()
    assert logged_in.gone is not None
    assert stranger.gone is None
    assert market.gone is None
    assert logged_in.take()


@pytest.mark.parametrize(("line", "every", "patience"), [("spot", 20, 2), ("coin_swap", 5, 5)])
def test_pings_that_nobody_answers_end_it(venue: Venue, line: str, every: int, patience: int) -> None:
    wire = opened(venue, line)
    for _ in range(patience):
        venue.wait(every)
    assert len(wire.take()) == patience
    wire.say({"action": "pong", "data": {"ts": 1}} if line == "spot" else {"op": "pong", "ts": "1"})
    venue.wait(every)
    assert wire.gone is None
    for _ in range(patience):
        venue.wait(every)
    assert wire.gone is not None
