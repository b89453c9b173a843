import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from basisdesk.app.charts import PERIODS, Charts
from basisdesk.app.desk import Desk
from basisdesk.app.listings import Rank
from basisdesk.app.publish import Publisher, Status
from basisdesk.app.tape import Tape
from basisdesk.domain import stream
from basisdesk.domain.event import ExternalSeen
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.kernel.book import GAPPED
from basisdesk.sim.listing import SECOND, listings
from basisdesk.sim.paper import PaperTerms
from basisdesk.store.journal import Journal
from basisdesk.venues.contract import Market

START = 1_762_000_000 * SECOND
DAY = 86_400 * SECOND
TERMS = {each.instrument.symbol: each.instrument for each in listings(START)}
SPOT, PERPETUAL, DATED = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USDT:USDT-251226"
COIN, COIN_DATED = "binance:BTC/USD:BTC", "binance:BTC/USD:BTC-251226"
BASIS = f"{DATED}~{SPOT}"
Body = dict[str, Any]


class Outlet:
    """Keeps the latest body of every topic, and how often it was told."""

    def __init__(self) -> None:
        self.bodies: dict[str, Body] = {}
        self.told: dict[str, int] = {}
        self.watching: list[str] = []

    def publish(self, topic: str, body: bytes) -> None:
        self.bodies[topic] = json.loads(body)
        self.told[topic] = self.told.get(topic, 0) + 1

    def publish_more(self, topic: str, body: bytes) -> None:
        self.publish(topic, body)

    def watched(self) -> list[str]:
        return self.watching

    def row(self, topic: str, key: str, value: str) -> Body:
        (found,) = [row for row in self.bodies[topic]["rows"] if row[key] == value]
        return dict(found)


class Scene:
    """A desk with a few markets whose books the test writes, and a publisher."""

    def __init__(self, journal: Journal, tapes: dict[str, Tape] | None = None) -> None:
        self.desk = Desk(journal, PaperTerms(latency=SECOND // 100), (), 5 * SECOND, ())
        self.desk.advance(START)
        self.charts = Charts(PERIODS, tapes, 5 * SECOND)
        self.status = Status(mode="DEMO", source="a test", speed=1.0)
        self.publisher = Publisher(self.desk, self.charts, self.status)
        self.outlet = Outlet()
        self.sequence = 0

    def open(self, symbol: str) -> Market:
        terms = TERMS[symbol]
        self.desk.list_instruments([terms], Rank.OPERATOR)
        return self.desk.open_market(symbol, terms.market, terms.code, terms)

    def quote(self, symbol: str, bid: float, ask: float, size: float = 5.0, at: int | None = None) -> None:
        market = self.desk.markets[symbol] if symbol in self.desk.markets else self.open(symbol)
        now = self.desk.now if at is None else at
        self.desk.advance(now)
        self.sequence += 1
        market.book.snapshot_levels(
            [(bid, size), (bid - 10, size)], [(ask, size), (ask + 10, size)], now, self.sequence
        )
        self.desk.touched(market, now)

    def round(self, times: int = 1) -> Outlet:
        for _ in range(times):
            self.publisher.publish(self.outlet)
        return self.outlet

    def place(self, key: str, **changes: Any) -> stream.Reply:
        request = SpreadOrderRequest(spread=BASIS, side=Side.BUY, type=SpreadOrderType.MARKET, size=Decimal("0.5"))
        return self.publisher.command(stream.Place(key, msgspec.structs.replace(request, **changes)))


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Journal.open(None, "test") as journal:
        made = Scene(journal)
        made.quote(SPOT, 50_000.0, 50_001.0)
        made.quote(DATED, 50_500.0, 50_502.0)
        yield made


def test_a_spread_is_told_with_its_prices_in_money_and_basis_points_and_as_a_yearly_yield(scene: Scene) -> None:
    row = scene.round().row("matrix", "spread", BASIS)
    days = (TERMS[DATED].expiry or 0) - START
    assert row == {
        "spread": BASIS,
        "underlying": "BTC",
        "leg1": DATED,
        "leg2": SPOT,
        "bid": 499.0,
        "ask": 502.0,
        "mid": 500.5,
        "mid_bp": round(500.5 / 50_000.5 * 10_000, 4),
        "last": None,
        "annualised": pytest.approx(500.5 / 50_000.5 * 365 * DAY / days, abs=1e-6),
        "state": "live",
        "age": 0.0,
        "decimals": 2,
    }


def test_only_a_dated_contract_against_an_undated_market_has_a_yearly_yield(scene: Scene) -> None:
    scene.quote(PERPETUAL, 50_010.0, 50_011.0)
    rows = {row["spread"]: row for row in scene.round().bodies["matrix"]["rows"]}
    assert rows[f"{DATED}~{PERPETUAL}"]["annualised"] is not None
    assert rows[f"{PERPETUAL}~{SPOT}"]["annualised"] is None
    assert rows[f"{PERPETUAL}~{SPOT}"]["mid"] == 10.0


def test_near_delivery_there_is_no_yield(scene: Scene) -> None:
    at = (TERMS[DATED].expiry or 0) - DAY // 5
    scene.quote(SPOT, 50_000.0, 50_001.0, at=at)
    scene.quote(DATED, 50_003.0, 50_004.0, at=at)
    assert scene.round().row("matrix", "spread", BASIS)["annualised"] is None


def test_a_stale_spread_keeps_its_numbers_and_says_how_old_they_are(scene: Scene) -> None:
    scene.desk.advance(START + 7 * SECOND)
    outlet = scene.round()
    row = outlet.row("matrix", "spread", BASIS)
    assert (row["state"], row["age"], row["mid"]) == ("stale", 7000.0, 500.5)
    assert outlet.row("markets", "symbol", SPOT)["state"] == "stale"
    assert outlet.row("markets", "symbol", SPOT)["bid"] == 50_000.0


def test_a_gapped_or_crossed_book_shows_no_price_and_its_state(scene: Scene) -> None:
    scene.desk.markets[SPOT].book.mark_state(GAPPED)
    outlet = scene.round()
    row = outlet.row("matrix", "spread", BASIS)
    assert (row["state"], row["bid"], row["mid"], row["mid_bp"], row["annualised"]) == (
        "gapped",
        None,
        None,
        None,
        None,
    )
    assert outlet.row("markets", "symbol", SPOT)["ask"] is None
    scene.quote(SPOT, 50_003.0, 50_001.0)
    row = scene.round(2).row("matrix", "spread", BASIS)
    assert (row["state"], row["ask"]) == ("crossed", None)
    assert json.loads(scene.publisher.whole(f"ladder:{BASIS}") or b"")["asks"] == []


def test_a_market_is_told_with_its_terms_and_funding(scene: Scene) -> None:
    scene.quote(PERPETUAL, 50_010.0, 50_011.0)
    carry = scene.desk.markets[PERPETUAL].carry
    carry.mark, carry.predicted, carry.next_at = 50_010.4, 0.0001, START + 3600 * SECOND
    row = scene.round().row("markets", "symbol", PERPETUAL)
    assert (row["kind"], row["margin"], row["venue"], row["base"], row["quote"]) == (
        "perpetual", "linear", "binance", "BTC", "USDT",
    )  # fmt: skip
    assert (row["mark"], row["funding_rate"], row["next_funding"]) == (50_010.4, 0.0001, START + 3600 * SECOND)
    assert row["funding_apr"] == pytest.approx(0.0001 * 3 * 365)
    assert (row["tick"], row["step"], row["min_notional"], row["max_leverage"]) == ("0.1", "0.001", "100", None)
    assert (row["refusal"], row["frozen"], row["size_unit"]) == (None, False, "BTC")
    spot = scene.outlet.row("markets", "symbol", SPOT)
    assert (spot["mark"], spot["funding_rate"], spot["funding_apr"], spot["expiry"]) == (None, None, None, None)


def test_a_frozen_market_says_so_on_its_row_and_in_the_log_and_is_thawed_by_command(scene: Scene) -> None:
    scene.desk.room.take(ExternalSeen(START, SPOT, "orders that are not this desk's were seen there"))
    row = scene.round().row("markets", "symbol", SPOT)
    assert row["frozen"]
    assert "Trade again" in row["refusal"]
    assert scene.outlet.bodies["log"]["rows"][0]["level"] == "error"
    assert scene.publisher.command(stream.Thaw("a-thaw-key", SPOT)).ok
    scene.round(2)
    assert not scene.outlet.row("markets", "symbol", SPOT)["frozen"]
    assert scene.outlet.bodies["log"]["rows"][0]["text"] == f"{SPOT} is traded again"


def test_a_market_without_terms_is_shown_with_what_its_name_tells_and_refused(scene: Scene) -> None:
    market = scene.desk.open_market("okx:BTC/USDT:USDT-251226", "futures", "BTC-USDT-251226", None)
    market.book.snapshot_levels([(50_400.25, 1.0)], [(50_401.5, 1.0)], START, 1)
    scene.desk.touched(market, START)
    row = scene.round().row("markets", "symbol", market.symbol)
    assert [row[name] for name in ("kind", "tick", "size_unit", "bid")] == ["dated", None, None, 50_400.25]
    assert "no market metadata" in row["refusal"]
    spread = scene.outlet.row("matrix", "spread", f"{market.symbol}~{SPOT}")
    assert (spread["decimals"], spread["ask"]) == (2, 401.5)
    problem = json.loads(scene.publisher.whole(f"details:{market.symbol}~{SPOT}") or b"")["problem"]
    assert problem.startswith(f"the terms of {market.symbol} are not known")
    unknown = scene.desk.open_market("okx:odd", "spot", "odd", None)
    assert scene.round(2).row("markets", "symbol", unknown.symbol)["base"] == ""


def test_the_ladder_is_the_composed_depth_best_first(scene: Scene) -> None:
    body = json.loads(scene.publisher.whole(f"ladder:{BASIS}") or b"")
    assert body["asks"][0] == [502.0, 5.0, 50_502.0, 50_000.0]
    assert body["asks"][1] == [522.0, 5.0, 50_512.0, 49_990.0]
    assert body["bids"][0] == [499.0, 5.0, 50_500.0, 50_001.0]
    assert (body["unit"], body["decimals"], body["state"], body["short_leg"]) == ("BTC", 2, "live", 3)


def test_two_inverse_legs_are_measured_in_quote_face(scene: Scene) -> None:
    scene.quote(COIN, 50_010.0, 50_011.0, size=100.0)
    scene.quote(COIN_DATED, 50_480.0, 50_481.0, size=100.0)
    body = json.loads(scene.publisher.whole(f"ladder:{COIN_DATED}~{COIN}") or b"")
    assert body["unit"] == "USD"
    assert body["asks"][0][1] == 10_000.0
    details = json.loads(scene.publisher.whole(f"details:{COIN_DATED}~{COIN}") or b"")
    assert (details["unit"], details["step"]) == ("USD", "100")


def test_the_terms_of_a_spread_are_derived_from_its_legs(scene: Scene) -> None:
    body = json.loads(scene.publisher.whole(f"details:{BASIS}") or b"")
    assert body == {
        "at": START,
        "spread": BASIS,
        "leg1": DATED,
        "leg2": SPOT,
        "unit": "BTC",
        "step": "0.001",
        "grid": "0.001",
        "tick": "0.01",
        "min_size": "0.001",
        "max_size": body["max_size"],
        "min_notional": "100",
        "max_leverage": None,
        "taker_cost_bp": 15.0,
        "problem": None,
    }


def test_a_spread_without_a_common_market_says_why(scene: Scene) -> None:
    scene.open(COIN)
    body = json.loads(scene.publisher.whole(f"details:{COIN}~{SPOT}") or b"")
    assert "wait for a price" in body["problem"]
    assert body["step"] is None


@pytest.mark.parametrize(
    "topic",
    [
        "ladder:nothing",
        "details:a~b",
        f"candles:{BASIS}:MID:1m",
        f"candles:{BASIS}:LAST:2m",
        "candles:x",
        f"song:{BASIS}",
    ],
)
def test_a_topic_that_is_none_has_no_whole(topic: str, scene: Scene) -> None:
    assert scene.publisher.whole(topic) is None


def test_what_did_not_change_is_not_told_again(scene: Scene) -> None:
    scene.outlet.watching = [f"ladder:{BASIS}", f"details:{BASIS}", f"candles:{BASIS}:BID:1m"]
    scene.round(50)
    told = dict(scene.outlet.told)
    assert told["matrix"] == told["markets"] == told["orders"] == told["log"] == told[f"ladder:{BASIS}"] == 1
    scene.quote(SPOT, 50_001.0, 50_002.0, at=START + SECOND)
    scene.round(10)
    assert scene.outlet.told["matrix"] == 2
    assert scene.outlet.told[f"ladder:{BASIS}"] == 2
    assert scene.outlet.told[f"details:{BASIS}"] == told[f"details:{BASIS}"]
    assert scene.outlet.told["orders"] == 1


def test_the_desk_says_what_it_is_and_how_far(scene: Scene) -> None:
    scene.status.progress = 0.25
    body = scene.round().bodies["desk"]
    assert (body["mode"], body["source"], body["progress"], body["running"]) == ("DEMO", "a test", 0.25, False)
    assert body["underlyings"] == ["BTC"]
    assert body["periods"] == ["1s", "10s", "1m", "5m", "15m", "1h"]
    scene.status.running = True
    assert scene.round().bodies["desk"]["running"] is True


def test_an_order_becomes_rows_of_orders_fills_and_positions(scene: Scene) -> None:
    scene.round(2)
    reply = scene.place("key-1")
    assert reply.ok
    working = scene.round().row("orders", "order_id", reply.order_id)
    assert (working["state"], working["active"], float(working["filled"])) == ("WORKING", True, 0.0)
    scene.desk.advance(START + SECOND)
    outlet = scene.round()
    order = outlet.row("orders", "order_id", reply.order_id)
    assert (order["state"], order["active"], order["side"], order["size"]) == ("FILLED", False, "BUY", "0.5")
    assert Decimal(order["achieved"]) == 502
    assert Decimal(order["displayed"]) == 502
    assert [(leg["symbol"], leg["unit"]) for leg in order["legs"]] == [(DATED, "BTC"), (SPOT, "BTC")]
    assert [Decimal(leg["filled"] or 0) for leg in order["legs"]] == [Decimal("0.5"), Decimal("0.5")]
    assert {row["symbol"]: Decimal(row["price"]) for row in outlet.bodies["fills"]["rows"]} == {
        DATED: Decimal(50_502),
        SPOT: Decimal(50_000),
    }
    position = outlet.row("positions", "spread", BASIS)
    assert (Decimal(position["size"]), Decimal(position["entry"])) == (Decimal("0.5"), Decimal(502))
    assert Decimal(position["mark"]) == Decimal("500.5")
    assert Decimal(position["pnl"]) == Decimal("-0.75")
    assert position["fees"].endswith(" USDT")
    texts = [line["text"] for line in outlet.bodies["log"]["rows"]]
    assert texts[0] == f"order {reply.order_id} ended: filled"
    assert texts[-1] == f"order {reply.order_id}: BUY 0.5 of {BASIS}, market"


def test_a_position_follows_the_market_without_any_engine_event(scene: Scene) -> None:
    scene.place("key-1")
    scene.desk.advance(START + SECOND)
    scene.round()
    scene.quote(DATED, 50_600.0, 50_602.0)
    assert Decimal(scene.round(10).row("positions", "spread", BASIS)["mark"]) == Decimal("600.5")


def test_an_unchanged_order_is_not_made_into_a_row_again(scene: Scene) -> None:
    first = scene.place("key-1")
    scene.desk.advance(START + SECOND)
    scene.round()
    rows = scene.publisher._orders.rows()
    second = scene.place("key-2", type=SpreadOrderType.AUTO_TRIGGER, trigger=Decimal(10))
    assert [row.order_id for row in scene.publisher._orders.rows()] == [second.order_id, first.order_id]
    assert scene.publisher._orders.rows()[1] is rows[0]
    assert scene.publisher.command(stream.Cancel("key-3", second.order_id)).ok
    assert scene.round().row("orders", "order_id", second.order_id)["state"] == "CANCELLED"


def test_refused_orders_answer_with_the_reason_and_are_logged(scene: Scene) -> None:
    reply = scene.place("key-1", size=Decimal("0.0001"))
    assert (reply.ok, reply.code) == (False, "below_minimum")
    line = scene.round().bodies["log"]["rows"][0]
    assert line["level"] == "warning"
    assert reply.message in line["text"]


def test_after_the_end_no_order_is_taken_but_one_can_be_cancelled(scene: Scene) -> None:
    waiting = scene.place("key-1", type=SpreadOrderType.AUTO_TRIGGER, trigger=Decimal(10))
    scene.status.over = "the recording is over"
    assert scene.place("key-2") == stream.Reply("key-2", ok=False, code="over", message="the recording is over")
    assert scene.publisher.command(stream.Cancel("key-3", waiting.order_id)).ok


def test_candles_come_from_the_tape_and_go_on_live() -> None:
    with Journal.open(None, "test") as journal:
        tape = Tape()
        scene = Scene(journal, {"BTC": tape})
        scene.open(SPOT)
        scene.open(DATED)
        for minute in range(3):
            tape.add(0, START - (3 - minute) * 60 * SECOND, 50_000.0, 50_001.0, math.nan)
            tape.add(1, START - (3 - minute) * 60 * SECOND, 50_500.0 + minute, 50_510.0, math.nan)
        topic = f"candles:{BASIS}:BID:1m"
        whole = json.loads(scene.publisher.whole(topic) or b"")
        assert whole["whole"] is True
        assert [bar[4] for bar in whole["bars"]] == [499.0, 500.0, 501.0]
        scene.outlet.watching = [topic]
        scene.round()
        assert topic not in scene.outlet.bodies
        scene.quote(SPOT, 50_000.0, 50_001.0)
        scene.quote(DATED, 50_520.0, 50_522.0)
        more = scene.round().bodies[topic]
        assert more["whole"] is False
        assert [bar[4] for bar in more["bars"]][-2:] == [501.0, 519.0]
        assert json.loads(scene.publisher.whole(topic) or b"")["bars"][-1][4] == 519.0
        scene.outlet.watching = []
        scene.round()
        assert scene.desk.spreads[BASIS].bars is None


def test_a_leap_of_many_bars_is_told_without_a_hole(scene: Scene) -> None:
    topic = f"candles:{BASIS}:ASK:1s"
    scene.publisher.whole(topic)
    scene.outlet.watching = [topic]
    for second in range(1, 41):
        scene.quote(SPOT, 50_000.0, 50_001.0, at=START + second * SECOND)
        scene.quote(DATED, 50_500.0, 50_502.0 + second, at=START + second * SECOND)
    bars = scene.round().bodies[topic]["bars"]
    assert [bar[0] for bar in bars] == [START + second * SECOND for second in range(1, 41)]
    assert scene.round().told[topic] == 1
    scene.outlet.watching = []
    scene.round()
    assert len(json.loads(scene.publisher.whole(topic) or b"")["bars"]) == 40


def test_new_terms_of_a_market_change_its_spreads_decimals(scene: Scene) -> None:
    assert scene.round().row("matrix", "spread", BASIS)["decimals"] == 2
    finer = msgspec.structs.replace(TERMS[DATED], tick=Decimal("0.001"))
    scene.desk.list_instruments([finer], Rank.OPERATOR)
    assert scene.round(2).row("matrix", "spread", BASIS)["decimals"] == 3
