"""Many orders on the generated market: books stay whole and money adds up, on every venue."""

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from tests.sim.exchange.hall import ONE, SECOND, START, TWO, D

from basisdesk.domain.arithmetic import Rounding
from basisdesk.domain.ask import NewOrder, OrderType, TimeInForce
from basisdesk.domain.instrument import Instrument, Margin, notional, round_price, round_size, unit_worth
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused, SelfMatch, VenueRules
from basisdesk.sim.dialects import rules_of
from basisdesk.sim.exchange import SimExchange, exchanges, listed
from basisdesk.sim.generator import Generator
from basisdesk.sim.listing import listings
from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from basisdesk.domain.account import OrderUpdate

STEP = SECOND // 25


def order(luck: Random, instrument: Instrument, bid: float, ask: float) -> NewOrder:
    """An order near the touch for some thousand dollars, of any kind."""
    side = luck.choice((Side.BUY, Side.SELL))
    price = D(repr((bid if side is Side.BUY else ask) * (1 + luck.uniform(-4, 4) * 1e-4)))
    worth = unit_worth(instrument) * (1 if instrument.margin is Margin.INVERSE else price)
    size = round_size(instrument, D(luck.randint(2_000, 400_000)) / worth, Rounding.UP)
    terms: dict[str, Any] = luck.choice(
        (
            {"type": OrderType.LIMIT},
            {"type": OrderType.LIMIT, "post_only": True},
            {"type": OrderType.LIMIT, "time_in_force": TimeInForce.IOC},
            {"type": OrderType.MARKET},
        )
    )
    if terms["type"] is OrderType.LIMIT:
        terms = {**terms, "price": round_price(instrument, price, Rounding.NEAREST)}
    return NewOrder(symbol=instrument.symbol, side=side, size=max(size, instrument.min_size), client_id="", **terms)


def spread(exchange: SimExchange) -> float:
    """The narrowest book, as a fraction; below zero when one is crossed."""
    books = [market.book for market in exchange.markets.values()]
    return min((book.ask - book.bid) / book.ask for book in books)


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_orders_of_two_accounts_leave_books_whole_and_money_accounted_for(venue: str) -> None:
    rules = VenueRules(self_match=SelfMatch.CANCEL_MAKER, default_leverage=D(5))
    exchange = exchanges([venue], {venue: rules}, 3, START, 0)[venue]
    luck = Random(f"orders on {venue}")
    accounts = exchange.floor.accounts
    before = {(each, key): accounts[each].purse(*key).total for each in (ONE, TWO) for key in keys(exchange)}
    markets = list(exchange.markets.values())
    done: list[OrderUpdate | Refused] = []
    for turn in range(1, 301):
        now = START + turn * STEP
        exchange.advance(now)
        market = luck.choice(markets)
        account = luck.choice((ONE, TWO))
        done.append(exchange.place(account, order(luck, market.instrument, market.book.bid, market.book.ask), now))
        assert spread(exchange) > 0
    assert sum(isinstance(each, Refused) for each in done) < len(done) / 2
    makers = 0
    for account in (ONE, TWO):
        sums = dict.fromkeys(keys(exchange), D(0))
        for market in markets:
            instrument = market.instrument
            fills = exchange.fills(account, instrument.market, instrument.symbol, 0, START + 300 * STEP)
            makers += sum(fill.maker is True for fill in fills)
            held = exchange.positions(account, instrument.market, instrument.symbol)
            if instrument.margin is not Margin.SPOT:
                net = sum((fill.size * fill.side.sign for fill in fills), D(0))
                assert net == (held[0].size if held else 0)
                continue
            for fill in fills:
                sums[instrument.market, instrument.base] += fill.size * fill.side.sign
                sums[instrument.market, instrument.quote] -= (
                    notional(instrument, fill.size, fill.price) * fill.side.sign
                )
                sums[instrument.market, fill.fee_asset] -= fill.fee or D(0)
        for line in dict.fromkeys(market.instrument.market for market in markets):
            for row in exchange.income(account, line, "", 0):
                sums[line, row.asset] += row.amount
        for key, change in sums.items():
            assert exchange.floor.accounts[account].purse(*key).total == before[account, key] + change
    assert makers > 10


def keys(exchange: SimExchange) -> list[tuple[str, str]]:
    return list(exchange.floor.accounts[ONE].purses)


def test_books_hold_as_much_money_as_their_product_line_says() -> None:
    market = Generator(4, START)
    lines = {each.instrument.symbol: each.product for each in listings(START)}
    venues = tuple(dict.fromkeys(each.venue for each in lines.values()))
    made = listed(market, venues, {venue: rules_of(venue) for venue in venues}, 4, START)
    for exchange in made.values():
        for symbol, each in exchange.markets.items():
            worth = float(unit_worth(each.instrument))
            levels = each.book.levels(0, 10)
            inverse = each.instrument.margin is Margin.INVERSE
            money = sum(size * worth * (1 if inverse else price) for price, size in levels) / len(levels)
            assert lines[symbol].money / 5 < money < lines[symbol].money * 5, symbol


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_contracts_have_some_open_interest_before_anybody_trades(venue: str) -> None:
    def opened() -> dict[str, float]:
        made = exchanges([venue], {venue: rules_of(venue)}, 7, START, 600 * SECOND)[venue]
        made.advance(START + 2 * SECOND)
        for symbol, market in made.markets.items():
            daily, instrument = market.daily, market.instrument
            if instrument.margin is Margin.SPOT:
                assert not daily.interest > 0
                continue
            worth = daily.interest_value * (market.carry.mark if instrument.margin is Margin.INVERSE else 1)
            assert 15e6 < worth < 100e6, symbol
            assert D(repr(daily.interest)) % instrument.step == 0
        return {symbol: market.daily.interest for symbol, market in made.markets.items() if market.daily.interest > 0}

    first = opened()
    assert first == opened() != {}
