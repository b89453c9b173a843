import math
from itertools import pairwise

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import HOUR, LINEAR, ONE, RULES, SECOND, SPOT, START, D, Hall

from basisdesk.domain.account import Income, IncomeKind
from basisdesk.domain.ask import MoveFunds, NewOrder, OrderType
from basisdesk.domain.instrument import Kind, Margin
from basisdesk.domain.order import Side
from basisdesk.kernel.book import GAPPED, VALID, WAITING, Book
from basisdesk.sim.contract import BookChanged, Carried, Exchange, Printed, VenueRules
from basisdesk.sim.exchange import Recorded, SimExchange, exchanges, listed, pools
from basisdesk.sim.exchange.source import Broadcast, exact
from basisdesk.sim.generator import Generator
from basisdesk.venues import VENUES
from basisdesk.venues.contract import Market, Report, Trouble

NAMES = sorted(VENUES)


def fair(names: list[str], history: int = 0, seed: int = 1) -> dict[str, SimExchange]:
    rules = {name: VenueRules(unified=name in {"okx", "bybit"}) for name in names}
    return exchanges(names, rules, seed, START, history)


# ------------------------------------------------------------- the generated market


def test_every_venue_trades_on_books_of_one_market() -> None:
    made = fair(NAMES)
    for step in range(1, 21):
        for exchange in made.values():
            exchange.advance(START + step * SECOND // 4)
    mids = {}
    for name, exchange in made.items():
        contract: Exchange = exchange
        assert contract.venue == name
        for symbol, market in contract.markets.items():
            assert market.book.state(0) == VALID
            assert market.sequence > 5
            mids[symbol] = market.book.mid()
    bitcoin = [mid for symbol, mid in mids.items() if ":BTC/" in symbol and "-" not in symbol]
    assert max(bitcoin) / min(bitcoin) < 1.01
    assert {symbol.partition(":")[0] for symbol in mids} == set(NAMES)


def test_exchanges_that_are_advanced_one_after_the_other_see_the_same_market_as_alone() -> None:
    together, apart = fair(["okx", "htx"]), fair(["okx", "htx"])
    for step in range(1, 9):
        together["okx"].advance(START + step * SECOND // 2)
        together["htx"].advance(START + step * SECOND // 2)
    apart["okx"].advance(START + 4 * SECOND)
    soon = apart["htx"].next_deadline()
    assert soon is not None
    assert START < soon < START + SECOND
    apart["htx"].advance(START + 2 * SECOND)
    apart["htx"].advance(START + 4 * SECOND)
    for name in ("okx", "htx"):
        assert together[name].take_happenings() == apart[name].take_happenings()


def test_what_a_book_tells_adds_up_to_the_book() -> None:
    exchange = fair(["bybit"])["bybit"]
    exchange.advance(START + 5 * SECOND)
    sides: dict[str, tuple[dict[float, float], dict[float, float]]] = {}
    last: dict[str, int] = {}
    for happening in exchange.take_happenings():
        if isinstance(happening, BookChanged):
            assert happening.sequence == last.get(happening.symbol, 0) + 1
            last[happening.symbol] = happening.sequence
            shown = sides.setdefault(happening.symbol, ({}, {}))
            for side, levels in zip(shown, (happening.bids, happening.asks), strict=True):
                side.update({float(price): float(size) for price, size in levels})
        else:
            assert isinstance(happening, Printed | Carried)
    for symbol, market in exchange.markets.items():
        for number, told in enumerate(sides[symbol]):
            left = {price: size for price, size in told.items() if size}
            assert left == dict(market.book.levels(number, 500))


def test_sizes_that_were_drawn_as_they_stood_are_no_news() -> None:
    broadcast = Broadcast(Generator(1, START, ["bybit"]), ["bybit"])
    broadcast.open()
    told = len(broadcast.inboxes["bybit"])
    market = Market(broadcast.instruments[0].symbol, "", "", Book(1.0, inverse=False))
    broadcast.requoted(market, START, [], [])
    assert len(broadcast.inboxes["bybit"]) == told
    broadcast.requoted(market, START, [], [(5, 0)])
    assert len(broadcast.inboxes["bybit"]) == told + 1


@pytest.mark.parametrize("unread", [3, 1_000_000])
def test_what_stands_behind_orders_is_the_book_however_late_it_is_read(
    unread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "UNREAD", unread)
    exchange = fair(["bybit"])["bybit"]
    exchange.advance(START + 3 * SECOND)
    for pool in exchange.floor.pools.values():
        assert max(map(len, pool.news)) <= unread
        for side in (0, 1):
            levels = {float(price): float(size) for price, size in pool.background[side].items()}
            assert levels == dict(pool.market.book.levels(side, 500))
        assert pool.news == ({}, {})


def test_a_day_of_candles_figures_and_funding_lies_before_the_first_moment() -> None:
    exchange = fair(["bigone"], history=26 * HOUR)["bigone"]
    symbol = "bigone:BTC/USDT:USDT"
    market = exchange.markets[symbol]
    assert [at for at, _, _ in market.settled] == sorted(at for at, _, _ in market.settled)
    assert len(market.settled) >= 3
    assert all(at % (8 * HOUR) == 0 and at < START for at, _, _ in market.settled)
    assert market.carry.settled == float(market.settled[-1][1])
    assert len(exchange.candles(symbol, HOUR, 0, 500)) >= 25
    assert market.daily.low < market.daily.open * 1.0001
    exchange.advance(START + 30 * SECOND)
    assert market.daily.volume > 0
    assert math.isfinite(market.daily.change)
    assert math.isnan(exchange.markets["bigone:BTC/USDT"].carry.mark)


def test_funding_is_paid_on_the_generated_market() -> None:
    due = (START // (8 * HOUR) + 1) * 8 * HOUR
    start = due - 4 * SECOND
    exchange = exchanges(["deribit"], {"deribit": RULES}, 1, start, 0)["deribit"]
    symbol = "deribit:BTC/USD:BTC"
    order = NewOrder(symbol=symbol, side=Side.BUY, type=OrderType.MARKET, client_id="a", size=D(10_000))
    exchange.place(ONE, order, start + 2 * SECOND)
    assert exchange.markets[symbol].carry.next_at == due
    exchange.advance(start + 5 * SECOND)
    (paid,) = [row for row in exchange.income(ONE, "public", symbol, 0) if row.kind is IncomeKind.FUNDING]
    ((at, rate, mark),) = exchange.markets[symbol].settled
    assert (paid.at, at) == (due, due)
    assert paid.amount == (-10_000 * rate / mark).quantize(D("1e-12"))
    assert exchange.markets[symbol].carry.next_at == due + 8 * HOUR


# ------------------------------------------------------------- recordings


class Tape:
    """Recorded steps, each at its recorded time."""

    def __init__(self, steps: list[tuple[int, object]]) -> None:
        self.steps = steps

    def next_at(self) -> int | None:
        return self.steps[0][0] if self.steps else None

    def play(self, until: int) -> None:
        while self.steps and self.steps[0][0] <= until:
            step = self.steps.pop(0)[1]
            assert callable(step)
            step()


def recorded() -> tuple[SimExchange, Tape, Recorded]:
    tape = Tape([])
    markets = [SPOT, LINEAR, replace(SPOT, venue="other", symbol="other:BTC/USDT")]
    source = Recorded(
        markets,
        tape.play,
        tape.next_at,
        shift=START - 1000,
    )
    return listed(source, ["venue"], {"venue": RULES}, 1, START)["venue"], tape, source


def test_recorded_books_trades_and_marks_are_traded_on_as_if_they_happened_now() -> None:
    exchange, tape, source = recorded()
    sink = source.sink("venue")
    market = sink.market("usdm", "BTCUSDT")
    assert isinstance(market, Market)
    assert sink.market("usdm", "ETHUSDT") is None
    assert source.sink("other").market("spot", "BTCUSDT") is None
    assert exchange.next_deadline() is None

    def book() -> None:
        market.book.snapshot_levels([(100.0, 2.0), (99.75, 1.0)], [(100.5, 2.0005)], 1000, 7)
        sink.touched(market, 1000)

    def marks() -> None:
        market.carry.mark, market.carry.index, market.carry.predicted = 100.25, 100.2, 0.0001
        market.carry.next_at = 1000 + HOUR
        sink.carried(market, 1500)
        sink.traded(market, 1500, 100.5, 1.0, buy=True, trade_id="17")

    tape.steps += [(1000, book), (1500, marks)]
    assert exchange.next_deadline() == START
    exchange.advance(START + 400)
    public = exchange.markets[LINEAR.symbol]
    assert public.book.levels(0, 5) == [(100.0, 2.0), (99.75, 1.0)]
    assert public.trades == []
    assert exchange.next_deadline() == START + 500
    exchange.advance(START + 500)
    assert (public.carry.mark, public.carry.next_at) == (100.25, START + HOUR)
    assert [(each.at, each.price, each.size, each.buy) for each in public.trades] == [
        (START + 500, D("100.5"), D(1), True)
    ]
    order = NewOrder(symbol=LINEAR.symbol, side=Side.BUY, type=OrderType.MARKET, client_id="", size=D(3))
    exchange.place(ONE, order, START + 600)
    assert [(fill.price, fill.size) for fill in exchange.fills(ONE, "usdm", "", 0, START + 600)] == [(D("100.5"), D(2))]
    assert public.book.depth(1) == 0
    assert exchange.next_deadline() == START + HOUR


def test_a_recorded_book_that_is_out_of_step_shows_nothing_and_a_crossed_one_is_waited_out() -> None:
    exchange, tape, source = recorded()
    sink = source.sink("venue")
    market = sink.market("spot", "BTCUSDT")
    assert market is not None
    assert market.book.state(0) == WAITING

    def at(when: int, bid: float, ask: float) -> None:
        def show() -> None:
            market.book.snapshot_levels([(bid, 2.0)], [(ask, 2.0)], when, when)
            sink.touched(market, when)

        tape.steps.append((when, show))

    def gap() -> None:
        market.book.mark_state(GAPPED)
        sink.touched(market, 1300)
        sink.report(Report(1300, Trouble.GAP, SPOT.symbol, "made up"))

    public = exchange.markets[SPOT.symbol].book
    at(1000, 100.0, 101.0)
    at(1100, 101.5, 101.0)
    at(1200, 100.5, 101.0)
    tape.steps.append((1300, gap))
    tops = []
    for when in (0, 100, 200, 300):
        exchange.advance(START + when)
        tops.append(public.levels(0, 1))
    assert tops == [[(100.0, 2.0)], [(100.0, 2.0)], [(100.5, 2.0)], []]
    assert [each.trouble for each in sink.reports] == [Trouble.GAP]


def test_a_source_gives_its_markets_by_symbol_alone() -> None:
    assert Broadcast(Generator(1, START, ["htx"]), ["htx"]).market("spot", "btcusdt") is None


def test_marks_without_a_settlement_time_keep_none() -> None:
    exchange, tape, source = recorded()
    sink = source.sink("venue")
    market = sink.market("usdm", "BTCUSDT")
    assert market is not None
    market.carry.mark = 100.0
    tape.steps.append((1000, lambda: sink.carried(market, 1000)))
    exchange.advance(START)
    assert exchange.markets[LINEAR.symbol].carry.mark == 100.0
    assert exchange.next_deadline() is None


def test_levels_too_small_to_trade_vanish_when_an_order_reaches_them() -> None:
    hall = Hall()
    hall.quote(SPOT, [(100.0, 5.0)], [(101.0, 0.0004), (101.5, 1.0007)])
    done = hall.buy(SPOT, 1, "101.5")
    assert done.filled == 1
    assert hall.exchange.markets[SPOT.symbol].book.depth(1) == 0
    hall.quote(SPOT, [(100.0, 5.0)], [(101.0, 0.0003), (102.0, 1.0)])
    hall.buy(SPOT, 1, 100)
    hall.quote(SPOT, [(99.0, 5.0)], [(100.0, 0.0003), (102.0, 1.0)])
    assert hall.top(SPOT)[:3] == (100.0, 1.0, 102.0)


@pytest.mark.parametrize(
    ("value", "grid", "text"),
    [(0.3, "0.1", "0.3"), (64250.5, "0.5", "64250.5"), (0.25, "0.1", "0.25"), (3.0, "1", "3")],
)
def test_floats_become_the_decimals_that_they_stand_for(value: float, grid: str, text: str) -> None:
    assert exact(value, D(grid)) == D(text)


# ------------------------------------------------------------- candles


def test_minutes_without_a_trade_show_the_price_that_stood() -> None:
    hall = Hall()
    hall.trade(LINEAR, 100.0, 1.0, buy=True)
    hall.wait(200)
    hall.trade(LINEAR, 103.0, 1.0, buy=True)
    found = hall.exchange.candles(LINEAR.symbol, 60 * SECOND, 0, 10)
    assert {later.begins - each.begins for each, later in pairwise(found)} == {60 * SECOND}
    assert [(each.open, each.close, each.volume) for each in found[1:-1]] == [(100.0, 100.0, 0.0)] * (len(found) - 2)
    assert (found[0].volume, found[-1].close) == (1.0, 103.0)


def test_candles_of_any_period_come_from_the_markets_own_trades() -> None:
    hall = Hall()
    for seconds, price, size in (
        (0, 101.0, 1.0),
        (20, 103.0, 2.0),
        (20, 100.0, 1.0),
        (30, 102.0, 4.0),
        (60, 99.0, 1.0),
    ):
        hall.wait(seconds)
        hall.trade(LINEAR, price, size, buy=True)
    first, second, third = hall.exchange.candles(LINEAR.symbol, 60 * SECOND, 0, 10)
    assert (first.open, first.high, first.low, first.close) == (101.0, 103.0, 100.0, 100.0)
    assert (first.volume, first.turnover, first.trades, first.begins) == (4.0, 407.0, 3, START)
    assert (second.volume, third.close) == (4.0, 99.0)
    (hour,) = hall.exchange.candles(LINEAR.symbol, HOUR, 0, 10)
    assert (hour.open, hour.close, hour.low, hour.volume, hour.ends) == (101.0, 99.0, 99.0, 9.0, START + HOUR)
    assert hall.exchange.candles(LINEAR.symbol, 60 * SECOND, START + 60 * SECOND, 1) == [second]
    assert hall.exchange.candles(LINEAR.symbol, 60 * SECOND, 0, 1) == [third]
    seconds_ = hall.exchange.candles(LINEAR.symbol, 20 * SECOND, START + 20 * SECOND, 10)
    assert [(each.begins - START) // SECOND for each in seconds_] == [20, 40, 60, 120]
    daily = hall.exchange.markets[LINEAR.symbol].daily
    assert (daily.open, daily.high, daily.low, daily.volume) == (101.0, 103.0, 99.0, 9.0)
    assert daily.change == pytest.approx(99 / 101 - 1)


def test_an_inverse_contract_turns_over_coin() -> None:
    generator = Generator(1, START, ["htx"])
    inverse = next(
        each for each in generator.instruments() if each.margin is Margin.INVERSE and each.kind is Kind.PERPETUAL
    )
    market = replace(inverse, venue="venue", symbol="venue:BTC/USD:BTC")
    hall = Hall(market)
    hall.trade(market, 50_000.0, 10.0, buy=True)
    hall.trade(market, 50_000.0, 10.0, buy=True)
    daily = hall.exchange.markets[market.symbol].daily
    assert (daily.turnover, daily.volume_usd) == (0.04, 2000.0)


def test_only_the_latest_trades_are_kept() -> None:
    hall = Hall()
    for number in range(2001):
        hall.trade(LINEAR, 101.0, 0.001 * (number + 1), buy=True)
    trades = hall.exchange.markets[LINEAR.symbol].trades
    assert (len(trades), trades[-1].trade_id) == (1001, 2001)


def test_a_transfer_is_among_the_rows_of_a_unified_account_under_every_line() -> None:
    hall = Hall(rules=replace(RULES, unified=True))
    move = MoveFunds(asset="USDT", amount=D(5), source="funding", target="unified")
    assert isinstance(hall.exchange.move(ONE, move, hall.now), Income)
    assert [row.amount for row in hall.exchange.income(ONE, "usdm", "", 0)] == [D(5)]
    assert hall.exchange.income(ONE, "usdm", LINEAR.symbol, 0) == []


def test_an_exchange_takes_its_own_venue_out_of_a_larger_market() -> None:
    generator = Generator(1, START - 600 * SECOND, ["okx", "htx"])
    generator.rehearse(START, 2 * SECOND, lambda *_: None)
    exchange = listed(generator, ["htx"], {"htx": RULES}, 1, START)["htx"]
    assert {each.instrument.venue for each in exchange.markets.values()} == {"htx"}
    assert 9 <= len(exchange.candles("htx:BTC/USDT", 60 * SECOND, 0, 99)) <= 11
    market = exchange.markets["htx:BTC/USDT"]
    assert market.daily.at < START
    assert market.daily.low <= market.book.last <= market.daily.high
