"""Whatever accounts and markets do, nothing is made or lost: checked over random runs."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, DATED, FOK, INVERSE, IOC, LINEAR, ONE, RULES, SELL, SPOT, TWO, D, Hall

from basisdesk.domain.account import Fill, Income, IncomeKind
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import Amend, MarginMode, MoveFunds, OrderRef
from basisdesk.domain.instrument import Instrument, Margin, notional
from basisdesk.domain.order import OrderStatus
from basisdesk.kernel.book import VALID
from basisdesk.sim.contract import SelfMatch, VenueRules

MARKETS = (SPOT, LINEAR, INVERSE, DATED)
ticks = st.integers(min_value=-8, max_value=8).map(lambda each: 100 + each / 2)
sides = st.sampled_from((BUY, SELL))
place = st.tuples(
    st.just("place"),
    st.sampled_from(MARKETS),
    sides,
    st.integers(min_value=1, max_value=12),
    st.one_of(st.none(), ticks),
    st.sampled_from((ONE, TWO)),
    st.sampled_from(
        (
            {},
            {"time_in_force": IOC},
            {"time_in_force": FOK},
            {"post_only": True},
            {"reduce_only": True},
            {"reduce_only": True, "time_in_force": FOK},
        )
    ),
)
quote = st.tuples(
    st.just("quote"), st.sampled_from(MARKETS), ticks, st.integers(min_value=1, max_value=4), st.integers(1, 9)
)
trade = st.tuples(st.just("trade"), st.sampled_from(MARKETS), ticks, st.integers(1, 15), st.booleans())
mark = st.tuples(st.just("mark"), st.sampled_from((LINEAR, INVERSE, DATED)), ticks, st.sampled_from((-0.001, 0.002)))
amend = st.tuples(st.just("amend"), st.integers(0, 9), st.integers(1, 12), ticks, st.sampled_from((ONE, TWO)))
move = st.tuples(st.just("move"), st.sampled_from(("spot", "usdm", "funding")), st.sampled_from(("spot", "usdm")))
wait = st.tuples(st.just("wait"), st.integers(min_value=1, max_value=3 * 3600))
steps = st.lists(st.one_of(place, place, quote, trade, mark, amend, move, wait), min_size=5, max_size=40)


def act(hall: Hall, step: tuple[Any, ...]) -> None:
    match step:
        case ("place", instrument, side, size, price, account, terms):
            limited = {} if price is None and "reduce_only" not in terms else terms
            hall.send(instrument, side, size, price, account=account, **limited)
        case ("quote", instrument, middle, width, size):
            half = width / 2
            hall.quote(
                instrument,
                [(middle - half, size), (middle - half - 1, 5)],
                [(middle + half, size), (middle + half + 1, 5)],
            )
        case ("trade", instrument, price, size, buy):
            hall.trade(instrument, price, size, buy=buy)
        case ("mark", instrument, price, rate):
            hall.mark(instrument, price, rate)
        case ("amend", index, size, price, account):
            live = [each for line in ("spot", "usdm", "coinm") for each in hall.exchange.open_orders(account, line)]
            if live:
                order = OrderRef(symbol="", venue_id=live[index % len(live)].venue_id)
                hall.exchange.amend(account, Amend(order=order, size=D(size), price=D(str(price))), hall.now)
        case ("move", source, target):
            hall.exchange.move(ONE, MoveFunds(asset="USDT", amount=D(7), source=source, target=target), hall.now)
        case ("wait", seconds):
            hall.wait(seconds)


@precise
def expected(hall: Hall, account: str) -> dict[tuple[str, str], Decimal]:
    """What every purse must hold by what was told: the start, spot fills, and the rows of the bill."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in ("spot", "usdm", "coinm", "funding"):
        for instrument in MARKETS:
            if instrument.market != line or instrument.margin is not Margin.SPOT:
                continue
            for fill in hall.fills(instrument, account):
                sums[line, instrument.base] += fill.size * fill.side.sign
                sums[line, instrument.quote] -= notional(instrument, fill.size, fill.price) * fill.side.sign
                assert fill.fee is not None
                sums[line, fill.fee_asset] -= fill.fee
        for row in hall.exchange.income(account, line, "", 0):
            sums[line, row.asset] += row.amount
    return sums


@pytest.mark.parametrize(
    "rules",
    [
        RULES,
        replace(RULES, self_match=SelfMatch.CANCEL_TAKER, post_only_rejects=False),
        replace(RULES, self_match=SelfMatch.CANCEL_MAKER, replaces=True),
    ],
    ids=["refuse", "cancel-taker", "cancel-maker"],
)
@given(steps)
@settings(max_examples=100, deadline=None)
def test_every_balance_is_the_sum_of_what_was_told(rules: VenueRules, run: list[tuple[Any, ...]]) -> None:
    hall = Hall(*MARKETS, rules=rules)
    start = {(each, key): hall.total(*key, each) for each in (ONE, TWO) for key in purses(hall)}
    for step in run:
        act(hall, step)
        for instrument in MARKETS:
            book = hall.exchange.markets[instrument.symbol].book
            assert not book.bid >= book.ask
    for account in (ONE, TWO):
        sums = expected(hall, account)
        for key in purses(hall):
            assert hall.total(*key, account) == start[account, key] + sums[key]
        for instrument in (LINEAR, INVERSE, DATED):
            held = hall.position(instrument, account)
            size = sum((fill.size * fill.side.sign for fill in hall.fills(instrument, account)), D(0))
            assert size == (held.size if held else 0)
        for live in hall.exchange.floor.accounts[account].orders.values():
            assert live.size is not None
            assert 0 <= live.filled <= live.size
            assert live.order.time_in_force is not FOK or live.filled in (0, live.size)
            own = [fill for fill in hall.fills(live.instrument, account) if fill.venue_id == live.venue_id]
            assert sum((fill.size for fill in own), D(0)) == live.filled
            assert (live.venue_id in hall.exchange.floor.accounts[account].open) == (live.status is OrderStatus.OPEN)


def purses(hall: Hall) -> list[tuple[str, str]]:
    return [key for key in hall.exchange.floor.accounts[ONE].purses if key[0] != "none"]


@given(st.lists(st.tuples(st.sampled_from((LINEAR, INVERSE, SPOT)), sides, st.integers(1, 9), ticks), max_size=30))
@settings(max_examples=100, deadline=None)
def test_between_accounts_nothing_is_made_or_lost(run: list[tuple[Instrument, Any, int, float]]) -> None:
    hall = Hall()
    for instrument in (LINEAR, INVERSE, SPOT):
        hall.quote(instrument, [], [])
        if instrument is not SPOT:
            hall.mark(instrument, 100.0)
    before = wealth(hall)
    for turn, (instrument, side, size, price) in enumerate(run):
        hall.send(instrument, side, size, price, account=ONE if turn % 2 else TWO)
    for instrument in (LINEAR, INVERSE):
        hall.mark(instrument, 100.0, rate=0.0005)
    hall.wait(8 * 3600)
    hall.exchange.cancel_all(ONE, "usdm", "", hall.now)
    for instrument in (LINEAR, INVERSE):
        one, two = (hall.position(instrument, each) for each in (ONE, TWO))
        assert (one.size if one else 0) + (two.size if two else 0) == 0
        hall.exchange.delist(instrument.symbol, hall.now)
    after = wealth(hall)
    assert {asset: abs(after[asset] - before[asset]) for asset in before} == pytest.approx(
        dict.fromkeys(before, D(0)), abs=D("1e-18")
    )


@precise
def wealth(hall: Hall) -> dict[str, Decimal]:
    """All of an asset that there is: of both accounts and of the exchange."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for account in (ONE, TWO):
        for wallet, asset in purses(hall):
            sums[asset] += hall.total(wallet, asset, account)
    for asset, amount in hall.exchange.floor.house.items():
        sums[asset] += amount
    return sums


@given(steps)
@settings(max_examples=40, deadline=None)
def test_the_same_steps_lead_to_the_same_updates(run: list[tuple[Any, ...]]) -> None:
    def told() -> list[Any]:
        hall = Hall(*MARKETS)
        for step in run:
            act(hall, step)
        return [*hall.exchange.take_updates(), *hall.exchange.take_happenings()]

    assert told() == told()


def test_updates_tell_the_same_as_the_lists() -> None:
    hall = Hall()
    hall.buy(LINEAR, 3)
    hall.buy(SPOT, 2, 100)
    hall.trade(SPOT, 99.0, 5.0, buy=False)
    hall.mark(LINEAR, 100.0, rate=0.001)
    hall.wait(8 * 3600)
    told = [update for account, update in hall.exchange.take_updates() if account == ONE]
    assert [each for each in told if isinstance(each, Fill)] == [*hall.fills(LINEAR), *hall.fills(SPOT)]
    assert [each for each in told if isinstance(each, Income)] == hall.exchange.income(ONE, "usdm", "", 0)


def test_leverage_borrowing_and_liquidation_keep_the_sum_too() -> None:
    hall = Hall(rules=replace(RULES, spot_margin=True))
    before = wealth(hall)
    hall.give("spot", "BTC", 25)
    hall.sell(SPOT, 28, 99, margin=MarginMode.CROSS)
    hall.give("usdm", "USDT", 60)
    lacking = D(1_000_000) - 60
    hall.buy(LINEAR, 5)
    hall.quote(LINEAR, [(60.0, 50.0)], [(61.0, 50.0)])
    hall.mark(LINEAR, 60.0)
    hall.wait(3 * 3600)
    assert hall.position(LINEAR) is None
    assert [row.kind for row in hall.exchange.income(ONE, "usdm", "", 0)][-1] is IncomeKind.LIQUIDATION
    after = wealth(hall)
    spot = hall.fills(SPOT)
    traded = sum((fill.size for fill in spot), D(0))
    assert after["BTC"] == before["BTC"] - traded
    # The market's own share of the linear trades: what the account lost on it went to the other side of the book.
    linear = hall.fills(LINEAR)
    lost = sum((fill.size * fill.price * fill.side.sign for fill in linear), D(0))
    gained = sum((fill.size * fill.price for fill in spot), D(0))
    assert after["USDT"] == before["USDT"] - lacking - lost + gained
    assert hall.exchange.markets[LINEAR.symbol].book.state(0) == VALID
