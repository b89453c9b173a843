from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.app.desk import Desk
from basisdesk.app.listings import Rank, well_known
from basisdesk.app.samples import COLUMNS, Column, Sampler
from basisdesk.domain.effect import SendLeg
from basisdesk.domain.errors import JournalError, UsageError
from basisdesk.domain.event import ExternalSeen
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import Side, SpreadOrderRequest
from basisdesk.engine.replay import fold_all, rerun
from basisdesk.engine.state import encode
from basisdesk.engine.view import order_view
from basisdesk.sim.paper import PaperTerms, PaperVenue
from basisdesk.store.journal import Journal
from basisdesk.venues.contract import Market

SECOND = 10**9
START = 1_700_000_000 * SECOND
SPOT, PERP, COIN = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
BASIS, INVERSE = f"{PERP}~{SPOT}", f"{COIN}~{SPOT}"
TERMS = {each.symbol: each for each in well_known()}


_opened: list[Journal] = []


def journal_in_memory() -> Journal:
    _opened.append(Journal.open(None, "test"))
    return _opened[-1]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close the journals of a test when it ends."""
    yield
    while _opened:
        _opened.pop().close()


def level(market: Market, bid: float, ask: float, size: float = 5.0, at: int = START) -> None:
    market.book.snapshot_levels([(bid, size)], [(ask, size)], at, market.book.sequence + 1)


def desk_with(*prices: tuple[str, float, float], stale_after: int = 10 * SECOND) -> Desk:
    desk = Desk(journal_in_memory(), PaperTerms(latency=0), [SECOND], stale_after)
    desk.list_instruments(well_known(), Rank.WELL_KNOWN)
    desk.advance(START)
    for symbol, bid, ask in prices:
        terms = TERMS[symbol]
        market = desk.open_market(symbol, terms.market, terms.code, terms)
        level(market, bid, ask)
        desk.touched(market, START)
    return desk


@pytest.fixture
def desk() -> Desk:
    return desk_with((PERP, 100.0, 101.0), (SPOT, 90.0, 91.0), (COIN, 102.0, 103.0))


def request(**fields: object) -> SpreadOrderRequest:
    base = {"spread": BASIS, "side": "BUY", "type": "market", "size": "2"}
    return msgspec.convert(base | fields, SpreadOrderRequest)


def move(desk: Desk, symbol: str, bid: float, ask: float, at: int, size: float = 5.0) -> None:
    desk.advance(at)
    level(desk.markets[symbol], bid, ask, size, at)
    desk.touched(desk.markets[symbol], at)


def test_a_board_covers_pairs_of_one_margin_type_and_spot_against_each_contract(desk: Desk) -> None:
    assert set(desk.spreads) == {BASIS, INVERSE}
    assert desk.universe.spread(f"{SPOT}~{PERP}").board is desk.spreads[BASIS].board
    linear_inverse = desk.universe.spread(f"{PERP}~{COIN}")
    assert linear_inverse.live(START)


def test_inverse_books_know_what_their_contracts_are_worth(desk: Desk) -> None:
    coin, spot = desk.markets[COIN].book, desk.markets[SPOT].book
    assert (coin.inverse, coin.multiplier) == (True, 100.0)
    assert (spot.inverse, spot.multiplier) == (False, 1.0)


def test_terms_that_come_late_set_the_unit_of_an_open_book() -> None:
    desk = Desk(journal_in_memory(), PaperTerms(), [SECOND], 0)
    market = desk.open_market(COIN, "coinm", "BTCUSD_PERP", None)
    assert (market.book.inverse, market.book.multiplier) == (True, 1.0)
    refusal = desk.refusal_of(COIN)
    assert refusal is not None
    assert refusal.code == "no_metadata"
    desk.list_instruments([TERMS[COIN]])
    assert market.book.multiplier == 100.0
    assert desk.refusal_of(COIN) is None
    assert desk.state.instruments[COIN] is TERMS[COIN]


def test_a_listed_market_opens_by_line_and_code_and_others_do_not(desk: Desk) -> None:
    assert desk.market("coinm", "BTCUSD_PERP") is desk.markets[COIN]
    assert desk.market("coinm", "NOSUCH") is None


def test_a_market_that_takes_no_orders_says_so(desk: Desk) -> None:
    closed = msgspec.structs.replace(TERMS[SPOT], tradable=False)
    desk.list_instruments([closed], Rank.OPERATOR)
    refusal = desk.refusal_of(SPOT)
    assert refusal is not None
    assert refusal.code == "not_tradable"
    assert not desk.place("k", request()).ok


def test_a_market_that_others_traded_is_frozen_until_it_is_thawed(desk: Desk) -> None:
    desk.room.take(ExternalSeen(desk.now, SPOT, "orders that are not this desk's were seen there"))
    refusal = desk.refusal_of(SPOT)
    assert refusal is not None
    assert refusal.code == desk.place("k1", request()).code == "frozen"
    assert desk.thaw("t1", SPOT).ok
    assert desk.refusal_of(SPOT) is None
    assert desk.place("k2", request()).ok
    again = desk.thaw("t2", SPOT)
    assert (again.ok, again.code, SPOT in again.message) == (False, "not_frozen", True)


def test_a_quote_walks_both_books_for_the_size_and_tells_state_age_and_depth(desk: Desk) -> None:
    quote = desk.quote(BASIS, Side.BUY, Decimal(5))
    assert (quote.price, quote.touch, quote.complete, quote.reason) == (Decimal(11), Decimal(11), True, "")
    assert (quote.leg1.average, quote.leg1.worst, quote.leg1.size) == (Decimal(101), Decimal(101), Decimal(5))
    assert (quote.leg2.mid, quote.leg2.state, quote.leg2.age) == (Decimal("90.5"), "valid", 0)
    assert desk.quote(BASIS, Side.SELL, Decimal(5)).price == 9
    thin = desk.quote(BASIS, Side.BUY, Decimal(6))
    assert (thin.complete, thin.leg1.size, thin.reason) == (False, Decimal(5), "together they show 5 of 6")
    desk.advance(START + 11 * SECOND)
    old = desk.quote(BASIS, Side.BUY, Decimal(5))
    assert (old.complete, old.leg1.state, old.leg1.age) == (False, "stale", 11 * SECOND)


def test_a_quote_of_an_inverse_leg_counts_its_depth_in_contracts(desk: Desk) -> None:
    quote = desk.quote(INVERSE, Side.BUY, Decimal(2))
    assert quote.leg1.size == Decimal("2.06")
    assert quote.leg2.size == 2


@given(
    bid=st.decimals(1, 99_999, places=2), tick=st.decimals("0.01", "5", places=2), gap=st.decimals(-50, 50, places=2)
)
def test_the_price_of_a_quote_is_the_exact_difference_of_its_legs(bid: Decimal, tick: Decimal, gap: Decimal) -> None:
    far = bid + gap + 60
    desk = desk_with((PERP, float(far), float(far + tick)), (SPOT, float(bid), float(bid + tick)))
    assert desk.quote(BASIS, Side.BUY, Decimal(1)).price == far + tick - bid
    assert desk.quote(BASIS, Side.SELL, Decimal(1)).touch == far - bid - tick


@pytest.mark.parametrize("size", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_a_size_that_is_none_has_no_price(desk: Desk, size: Decimal) -> None:
    quote = desk.quote(BASIS, Side.BUY, size)
    assert (quote.complete, quote.price.is_nan()) == (False, True)


def test_unknown_spreads_are_refused_with_the_nearest_market(desk: Desk) -> None:
    with pytest.raises(UsageError, match=f"did you mean {SPOT}"):
        desk.quote(f"{PERP}~binance:BTC/USDC", Side.BUY, Decimal(1))
    with pytest.raises(UsageError, match="is not a spread"):
        desk.watch("nothing")
    desk.open_market("binance:ETH/USDT", "spot", "ETHUSDT", None)
    with pytest.raises(UsageError, match="different underlyings"):
        desk.watch(f"{PERP}~binance:ETH/USDT")


def test_the_same_key_is_the_same_order_and_a_refusal_stays_one(desk: Desk) -> None:
    placed = desk.place("k", request())
    assert placed == desk.place("k", request(size="3"))
    assert list(desk.state.orders) == [placed.order_id]
    refused = desk.place("r", request(size="0"))
    assert (refused.ok, refused.code) == (False, "not_positive")
    assert refused == desk.place("r", request())


def test_a_trigger_that_is_reached_when_it_is_entered_fires_at_once(desk: Desk) -> None:
    reply = desk.place("k", request(type="auto_trigger", trigger="11"))
    assert len(desk.state.legs) == 2
    assert order_view(desk.state, reply.order_id).fired == 11


@pytest.mark.parametrize(
    ("side", "trigger", "bid", "ask"), [("BUY", "10.3", 100.2, 100.3), ("SELL", "9.2", 100.2, 100.3)]
)
def test_an_armed_trigger_fires_on_the_touch_that_equals_it_and_only_once(
    desk: Desk, side: str, trigger: str, bid: float, ask: float
) -> None:
    reply = desk.place("k", request(type="auto_trigger", trigger=trigger, side=side))
    assert reply.ok
    assert not desk.state.legs
    move(desk, PERP, bid, ask, START + SECOND)
    assert len(desk.state.legs) == 2
    for step in range(2, 6):
        move(desk, PERP, bid, ask, START + step * SECOND)
    view = order_view(desk.state, reply.order_id)
    assert (len(desk.state.legs), view.fired) == (2, Decimal(trigger))


def test_the_leg_that_follows_a_fill_is_sent_as_one_that_takes_risk_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, bool]] = []
    send = PaperVenue.send

    def noted(venue: PaperVenue, order: SendLeg, instrument: Instrument, *, urgent: bool) -> None:
        told.append((order.leg, urgent))
        send(venue, order, instrument, urgent=urgent)

    monkeypatch.setattr(PaperVenue, "send", noted)
    desk.place("k", request(sequence="contract_first"))
    for step in range(1, 4):
        move(desk, PERP, 100.0, 101.0, START + step * SECOND)
    assert told == [(1, False), (2, True)]


def test_a_trigger_waits_while_a_book_is_stale_or_too_thin(desk: Desk) -> None:
    desk.place("k", request(type="auto_trigger", trigger="5", size="2"))
    move(desk, PERP, 90.0, 90.1, START + 11 * SECOND)
    assert not desk.state.legs
    move(desk, SPOT, 90.0, 91.0, START + 12 * SECOND, size=1.0)
    assert not desk.state.legs
    move(desk, SPOT, 90.0, 91.0, START + 13 * SECOND)
    assert len(desk.state.legs) == 2


def test_a_waiting_order_can_be_cancelled_and_does_not_fire_after(desk: Desk) -> None:
    order_id = desk.place("k", request(type="auto_trigger", trigger="5")).order_id
    assert desk.cancel("c", order_id).ok
    assert order_view(desk.state, order_id).state.value == "CANCELLED"
    move(desk, PERP, 90.0, 90.1, START + SECOND)
    assert not desk.state.legs
    assert desk.cancel("c2", order_id).code == "ended"
    assert desk.cancel("c3", "S9").code == "unknown_order"


def test_a_quote_that_is_asked_for_while_a_book_is_invalid_is_given_once_it_recovers() -> None:
    desk = desk_with((PERP, 100.0, 101.0), (SPOT, 90.0, 91.0))
    order_id = desk.place("k", request(sequence="contract_first")).order_id
    level(desk.markets[SPOT], 92.0, 91.0, at=START)  # crossed
    desk.touched(desk.markets[SPOT], START)
    desk.advance(START + 1)
    assert [leg.symbol for leg in desk.state.legs.values()] == [PERP]
    assert list(desk.room.asked) == [order_id]
    move(desk, SPOT, 90.0, 91.0, START + SECOND)
    desk.advance(START + SECOND + 1)
    assert order_view(desk.state, order_id).state.value == "FILLED"
    assert not desk.room.asked


def test_everything_decided_is_in_the_journal_before_it_is_performed() -> None:
    sent: list[int] = []
    journal = journal_in_memory()
    desk = Desk(journal, PaperTerms(latency=0), [SECOND], 0)
    desk.room._broker.send = lambda *_, **__: sent.append(journal.rows)  # type: ignore[method-assign]
    desk.list_instruments(well_known(), Rank.WELL_KNOWN)
    for symbol, bid in ((PERP, 100.0), (SPOT, 90.0)):
        terms = TERMS[symbol]
        level(desk.open_market(symbol, terms.market, terms.code, terms), bid, bid + 1)
    desk.place("k", request())
    assert sent == [journal.rows, journal.rows]
    values = [record.value for record in journal.records()]
    assert rerun(values) is None
    assert encode(fold_all(values)) == encode(desk.state)


def test_after_an_event_that_could_not_be_written_nothing_more_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_with((PERP, 100.0, 101.0), (SPOT, 90.0, 91.0))
    journal = _opened[-1]
    sent: list[int] = []
    rows = journal.rows
    desk.room._broker.send = lambda *_, **__: sent.append(1)  # type: ignore[method-assign]

    def full(_values: object) -> None:
        raise JournalError("desk.journal: cannot be used: database or disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(journal, "append", full)
        with pytest.raises(JournalError, match="disk is full"):
            desk.place("k", request())
    with pytest.raises(JournalError, match="nothing more is decided"):
        desk.place("k2", request())
    with pytest.raises(JournalError, match="nothing more is decided"):
        desk.cancel("c", "S1")
    assert (sent, journal.rows, desk.room.torn) == ([], rows, True)


def test_trades_touch_the_spread_and_reach_whoever_listens(desk: Desk) -> None:
    heard: list[tuple[str, float, bool]] = []
    desk.trades.append(lambda market, _now, price, _size, buy: heard.append((market.symbol, price, buy)))
    market = desk.markets[SPOT]
    market.book.trade(90.5, 1.0, START)
    desk.traded(market, START, 90.5, 1.0, buy=True, trade_id="1")
    desk.carried(market, START)
    assert heard == [(SPOT, 90.5, True)]


def test_samples_are_left_out_while_a_book_is_not_valid_and_over_a_long_silence(desk: Desk) -> None:
    sampler = Sampler(desk.universe, [BASIS])
    desk.advance(START)
    assert sampler.before(START) == START
    assert sampler.before(START + 1) == START + SECOND // 10
    level(desk.markets[SPOT], 92.0, 91.0)
    desk.touched(desk.markets[SPOT], START)
    sampler.before(START + SECOND)
    level(desk.markets[SPOT], 90.0, 91.0, at=START + SECOND)
    desk.touched(desk.markets[SPOT], START + SECOND)
    sampler.before(START + SECOND + 1)
    assert sampler.before(START + 86_400 * SECOND + 1) == START + 86_400 * SECOND + SECOND // 10
    assert len(sampler.columns[BASIS].mid) == 3


def test_a_column_without_samples_is_null() -> None:
    empty = dict.fromkeys(("first", "last", "min", "median", "max"))
    assert Column().summary() == dict.fromkeys(("mid", "mid_bp", "bid", "ask"), empty)


def test_every_price_of_a_sample_is_in_money_and_in_basis_points_of_leg_2(desk: Desk) -> None:
    column = Column()
    column.take(desk.spreads[BASIS])  # 100 to 101 against 90 to 91
    found = {name: figures["last"] for name, figures in column.summary(COLUMNS).items()}
    money = {"bid": 9.0, "mid": 10.0, "ask": 11.0}
    in_points = {f"{name}_bp": pytest.approx(value / 90.5 * 1e4) for name, value in money.items()}
    assert found == {**money, **in_points}


def test_instruments_of_unopened_markets_are_not_told_to_the_engine(desk: Desk) -> None:
    unknown = [symbol for symbol in TERMS if symbol not in desk.markets]
    assert unknown
    assert not any(symbol in desk.state.instruments for symbol in unknown)
    assert isinstance(desk.instruments[unknown[0]], Instrument)
