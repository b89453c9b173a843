import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from random import Random

import pytest

from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.kernel.book import CLOSED, VALID, Book
from basisdesk.sim.depth import Steps
from basisdesk.sim.drift import BP, STEP, Basis, Walk
from basisdesk.sim.generator import Generator
from basisdesk.sim.listing import COINS, SECOND
from basisdesk.venues.contract import Market, Report

START = 1_762_000_000 * SECOND
HOUR = 3600 * SECOND
ROW = 5 * SECOND
"""How far apart the rows of a market are in the history."""
MINUTE = 60 * SECOND // ROW
MOMENTS = 20.0
Tops = dict[str, list[tuple[int, float, float, float]]]


class Tape:
    """A sink that checks every book as it changes and writes down what it saw."""

    def __init__(self, instruments: list[Instrument], wanted: str = "") -> None:
        self.instruments = [each for each in instruments if wanted in each.symbol]
        self.markets: dict[str, Market] = {}
        self.tops: Tops = defaultdict(list)
        self.trades: list[tuple[str, int, float, float, bool]] = []
        self.carries: list[tuple[str, int, float]] = []
        self.now = 0

    def market(self, line: str, code: str) -> Market | None:
        raise AssertionError(line, code)

    def find(self, instrument: Instrument) -> Market | None:
        if instrument not in self.instruments:
            return None
        book = Book(float(instrument.contract_size), instrument.margin is Margin.INVERSE)
        market = Market(instrument.symbol, instrument.market, instrument.code, book)
        self.markets[instrument.symbol] = market
        return market

    def touched(self, market: Market, now: int) -> None:
        assert now >= self.now
        self.now = now
        book = market.book
        if book.state(now) != CLOSED:
            assert book.state(now) == VALID
            assert 0 < book.bid < book.ask
        self.tops[market.symbol].append((now, book.bid, book.ask, 0.0 if math.isnan(book.last) else book.last))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        assert price == (market.book.ask if buy else market.book.bid) == market.book.last
        assert 0 < size <= (market.book.ask_size if buy else market.book.bid_size)
        self.trades.append((market.symbol, now, price, size, buy))

    def carried(self, market: Market, now: int) -> None:
        self.carries.append((market.symbol, now, market.carry.predicted))

    def report(self, report: Report) -> None:
        raise AssertionError(report)


class Following(Tape):
    """A sink that keeps the levels by itself, as floats of the grid."""

    def __init__(self, instruments: list[Instrument], wanted: str = "") -> None:
        super().__init__(instruments, wanted)
        self.ladders: dict[str, tuple[dict[float, float], dict[float, float]]] = {}

    def touched(self, market: Market, now: int) -> None:
        assert market.book.state(now) == CLOSED

    def requoted(self, market: Market, now: int, bids: Steps, asks: Steps) -> None:
        (terms,) = [each for each in self.instruments if each.symbol == market.symbol]
        ladders = self.ladders.setdefault(market.symbol, ({}, {}))
        for side, (ladder, levels) in enumerate(zip(ladders, (bids, asks), strict=True)):
            there = [tick for tick, size in levels if size]
            assert [size for _, size in levels[: len(levels) - len(there)]] == [0] * (len(levels) - len(there))
            assert there == sorted(there, reverse=not side)
            for tick, size in levels:
                level = float(tick * terms.tick), float(size * terms.step)
                assert ladder.get(level[0], 0.0) != level[1]
                ladder[level[0]] = level[1]
                if not size:
                    del ladder[level[0]]

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        assert 0 < size <= self.ladders[market.symbol][int(buy)][price]
        self.trades.append((market.symbol, now, price, size, buy))


def played(seed: int, seconds: float, steps: int = 1, wanted: str = "", start: int = START) -> tuple[Generator, Tape]:
    generator = Generator(seed, start)
    tape = Tape(generator.instruments(), wanted)
    generator.open(tape.find, tape)
    for step in range(1, steps + 1):
        generator.advance(start + int(seconds * SECOND) * step // steps)
    return generator, tape


def rehearsed(seed: int, hours: float, every: int = 2 * SECOND, venues: Sequence[str] | None = None) -> Tops:
    generator = Generator(seed, START, venues)
    symbols = [each.symbol for each in generator.instruments()]
    tops: Tops = defaultdict(list)
    generator.rehearse(
        START + int(hours * HOUR), every, lambda index, at, *prices: tops[symbols[index]].append((at, *prices))
    )
    return tops


def basis(tops: Tops, one: str, other: str) -> list[float]:
    """Middle of one over the middle of the other, in basis points, row by row."""
    return [
        ((bid1 + ask1) / (bid2 + ask2) - 1) / BP
        for (_, bid1, ask1, _), (_, bid2, ask2, _) in zip(tops[one], tops[other], strict=True)
    ]


@pytest.fixture(scope="module")
def moments() -> Tape:
    return played(7, MOMENTS, steps=200)[1]


@pytest.fixture(scope="module")
def history() -> Tops:
    return rehearsed(3, 4.0, ROW, ["binance", "okx", "bybit"])


def test_the_same_seed_gives_the_same_market_however_time_is_cut() -> None:
    whole, pieces, other = played(5, 3.0)[1], played(5, 3.0, steps=997)[1], played(6, 3.0)[1]
    assert whole.tops == pieces.tops
    assert whole.trades == pieces.trades
    assert whole.carries == pieces.carries
    assert whole.tops != other.tops


def test_a_follower_is_told_what_others_find_in_the_books() -> None:
    _, tape = played(5, 5.0)
    generator = Generator(5, START)
    following = Following(generator.instruments())
    generator.open(following.find, following)
    generator.advance(START + 5 * SECOND)
    assert following.trades == tape.trades
    assert following.carries == tape.carries
    for symbol, market in tape.markets.items():
        assert following.ladders[symbol] == tuple(dict(market.book.levels(side, 100)) for side in (0, 1))
        assert following.markets[symbol].book.depth(0) == 0


def test_every_venue_knows_when_it_moves_next() -> None:
    generator = Generator(5, START)
    assert generator.next_at("okx") is None
    tape = Tape(generator.instruments())
    generator.open(tape.find, tape)
    venues = sorted({each.venue for each in tape.instruments})
    for step in range(50):
        now = START + step * SECOND // 10
        soon = {venue: generator.next_at(venue) for venue in venues}
        assert all(at is not None and at >= now for at in soon.values())
        assert min(at for at in soon.values() if at is not None) == generator.next_at()
        first = {venue: len([each for each in tape.carries if each[0].startswith(venue)]) for venue in venues}
        quiet = max(soon, key=lambda venue: soon[venue] or 0)
        generator.advance((soon[quiet] or 0) - 1)
        assert first[quiet] == len([each for each in tape.carries if each[0].startswith(quiet)])
        generator.advance(now + SECOND // 10)


def test_history_is_as_repeatable_and_never_goes_back_in_time() -> None:
    assert rehearsed(5, 0.05) == rehearsed(5, 0.05)
    generator = Generator(1, START)
    times: list[int] = []
    generator.rehearse(START + 60 * SECOND, SECOND, lambda _index, at, *_prices: times.append(at))
    assert times == sorted(times)
    assert times[-1] <= START + 60 * SECOND
    assert len(times) == 60 * len(generator.instruments())


def test_live_prices_go_on_where_history_ended() -> None:
    generator = Generator(2, START)
    last: dict[int, float] = {}
    generator.rehearse(START + 600 * SECOND, 2 * SECOND, lambda index, _at, bid, _ask, _last: last.update({index: bid}))
    tape = Tape(generator.instruments())
    generator.open(tape.find, tape)
    first = generator.next_at()
    assert first is not None
    assert first >= START + 600 * SECOND
    for index, instrument in enumerate(generator.instruments()):
        assert tape.tops[instrument.symbol][0][1] == pytest.approx(last[index], rel=30 * BP)


def test_every_market_quotes_at_its_rate_with_a_narrow_touch_and_tens_of_levels(moments: Tape) -> None:
    for symbol, market in moments.markets.items():
        rows = moments.tops[symbol]
        assert 3 <= len(rows) / MOMENTS <= 22, symbol
        width = statistics.median((ask - bid) / bid / BP for _, bid, ask, _ in rows)
        assert width < 1.5, symbol
        assert max((ask - bid) / bid / BP for _, bid, ask, _ in rows) < 6, symbol
        assert market.book.depth(0) == market.book.depth(1) >= 30


def test_every_price_and_size_is_on_the_grid_of_its_instrument(moments: Tape) -> None:
    instruments = {each.symbol: each for each in moments.instruments}
    for symbol, market in moments.markets.items():
        tick, step = float(instruments[symbol].tick), float(instruments[symbol].step)
        for side in (0, 1):
            for price, size in market.book.levels(side, 100):
                assert price == pytest.approx(round(price / tick) * tick, abs=tick * 1e-6)
                assert float(f"{price:.8f}") == price
                assert size == pytest.approx(round(size / step) * step, abs=step * 1e-5)
                assert size >= float(instruments[symbol].min_size)


def test_depth_grows_away_from_the_touch(moments: Tape) -> None:
    near = far = 0.0
    for market in moments.markets.values():
        sizes = [size for _, size in market.book.levels(0, 100)]
        near += statistics.mean(sizes[:8]) / sum(sizes)
        far += statistics.mean(sizes[-8:]) / sum(sizes)
    assert far > 2 * near


def test_trades_print_at_the_touch_on_both_sides(moments: Tape) -> None:
    buys = sum(buy for *_, buy in moments.trades)
    assert 0.35 < buys / len(moments.trades) < 0.65
    assert {symbol for symbol, *_ in moments.trades} == set(moments.markets)
    for symbol, market in moments.markets.items():
        assert market.tally.trades == sum(traded == symbol for traded, *_ in moments.trades)
        assert market.tally.book_updates == len(moments.tops[symbol])


def test_coins_move_together_and_venues_of_a_coin_almost_as_one(history: Tops) -> None:
    def moves(symbol: str, minutes: int = 1) -> list[float]:
        bids = [bid for _, bid, _, _ in history[symbol]][:: MINUTE * minutes]
        return [math.log(after / before) for before, after in itertools.pairwise(bids)]

    btc, eth = moves("binance:BTC/USDT"), moves("binance:ETH/USDT")
    assert 0.6 < statistics.correlation(btc, eth) < 0.95
    assert statistics.correlation(btc, moves("okx:BTC/USDT")) > 0.97
    assert statistics.correlation(moves("binance:BTC/USDT", 5), moves("okx:BTC/USD:BTC", 5)) > 0.92
    yearly = statistics.stdev(btc) * math.sqrt(365 * 24 * 60)
    assert 0.35 < yearly < 0.60


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("binance:BTC/USDT:USDT", "binance:BTC/USDT"),
        ("okx:ETH/USD:ETH", "binance:ETH/USD:ETH"),
        ("bybit:SOL/USDT:USDT", "okx:SOL/USDT"),
    ],
)
def test_a_basis_opens_closes_and_comes_back_to_its_level(one: str, other: str, history: Tops) -> None:
    values = basis(history, one, other)
    middle = statistics.mean(values)
    assert abs(middle) < 6
    assert 1.0 < statistics.stdev(values) < 10
    assert max(abs(value - middle) for value in values) < 40
    crossings = sum((before < middle) != (after < middle) for before, after in itertools.pairwise(values))
    assert crossings > 100
    wide = [index for index, value in enumerate(values[: -5 * MINUTE]) if abs(value - middle) > 6]
    assert len(wide) > 20
    later = [abs(values[index + 5 * MINUTE] - middle) for index in wide]
    assert statistics.mean(later) < 0.75 * statistics.mean(abs(values[index] - middle) for index in wide)


def test_a_dated_contract_stands_above_spot_the_more_the_later_it_delivers(history: Tops) -> None:
    near, far = sorted(symbol for symbol in history if symbol.startswith("binance:BTC/USDT:USDT-"))
    sooner, later = (statistics.mean(basis(history, each, "binance:BTC/USDT")) for each in (near, far))
    assert 20 < sooner < later < 450


def test_funding_follows_the_averaged_premium() -> None:
    generator = Generator(11, START)
    generator.rehearse(START + HOUR, 10 * SECOND, lambda *_: None)
    tape = Tape(generator.instruments())
    generator.open(tape.find, tape)
    generator.advance(START + HOUR + 2 * SECOND)
    signs = []
    for instrument in generator.instruments():
        carry = tape.markets[instrument.symbol].carry
        if instrument.kind is Kind.PERPETUAL:
            premium = carry.mark / carry.index - 1
            assert instrument.funding_interval is not None
            assert carry.predicted == pytest.approx(premium * instrument.funding_interval / 8, abs=1e-12)
            assert carry.next_at % (instrument.funding_interval * HOUR) == 0
            assert 0 < carry.next_at - tape.now <= instrument.funding_interval * HOUR
            signs.append(carry.predicted > 0)
        elif instrument.kind is Kind.DATED:
            assert carry.mark > carry.index
            assert math.isnan(carry.predicted)
            assert carry.next_at == 0
        else:
            assert carry.at == 0
    assert 0 < sum(signs) < len(signs)


def test_a_settlement_pays_the_predicted_rate_and_the_next_is_announced() -> None:
    start = START // (8 * HOUR) * 8 * HOUR + 8 * HOUR - 3 * SECOND
    _, tape = played(4, 2.9, wanted="bybit:SOL/USDT:USDT", start=start)
    carry = tape.markets["bybit:SOL/USDT:USDT"].carry
    assert carry.next_at == start + 3 * SECOND
    assert math.isnan(carry.settled)
    _, tape = played(4, 4.5, wanted="bybit:SOL/USDT:USDT", start=start)
    after = tape.markets["bybit:SOL/USDT:USDT"].carry
    assert after.next_at == start + 3 * SECOND + 8 * HOUR
    paid = [rate for _, at, rate in tape.carries if at < start + 3 * SECOND][-1]
    assert after.settled == paid


def test_only_wanted_markets_are_played_and_nothing_is_due_without_any() -> None:
    _, tape = played(1, 2.0, wanted="okx:SOL")
    assert set(tape.tops) == {"okx:SOL/USDT", "okx:SOL/USDT:USDT", "okx:SOL/USD:SOL"}
    generator, tape = played(1, 2.0, wanted="no such market")
    assert generator.next_at() is None
    assert not tape.tops


def test_a_market_closes_at_delivery_and_stays_closed() -> None:
    dated = min(
        (each for each in Generator(1, START).instruments() if each.expiry is not None),
        key=lambda each: each.expiry or 0,
    )
    assert dated.expiry is not None
    opening = dated.expiry - 2 * SECOND
    generator = Generator(1, opening - 11 * 24 * HOUR, [dated.venue])
    generator.rehearse(opening, HOUR, lambda *_: None)
    tape = Tape(generator.instruments(), dated.symbol)
    generator.open(tape.find, tape)
    generator.advance(dated.expiry - 1)
    assert tape.markets[dated.symbol].book.state(0) == VALID
    generator.advance(dated.expiry + 5 * SECOND)
    assert tape.markets[dated.symbol].book.state(0) == CLOSED
    assert generator.next_at() is None


def test_no_market_drifts_off_the_fair_price_when_it_was_not_asked_for_long() -> None:
    walk = Walk(Random(1), COINS, START)
    walk.advance(START + STEP - 1)
    assert [walk.price(index) for index in range(len(COINS))] == [coin.price for coin in COINS]
    basis = Basis(2 * BP, BP, 45.0 * SECOND, START, 90 * BP)
    assert basis.advance(Random(1), START) == 90 * BP
    assert abs(basis.advance(Random(1), START + HOUR)) < 30 * BP
