"""Positions that grow into harder terms: maintenance, liquidation price, leverage."""

from decimal import Decimal

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, INVERSE, LINEAR, ONE, RULES, SELL, D, Hall, rated

from basisdesk.domain.account import Forced, OrderUpdate
from basisdesk.domain.ask import Amend, OrderRef, PositionMode, PositionSide
from basisdesk.domain.instrument import Instrument, Margin
from basisdesk.domain.outcome import Reason
from basisdesk.sim.contract import Refused, VenueRules
from basisdesk.sim.exchange import margin
from basisdesk.sim.tiers import Ladder, ladder

BANDS = ladder(("10000", "50", "0.01"), ("30000", "10", "0.03"), ("100000", "5", "0.1"))
COINS = ladder(("0.2", "50", "0.01"), ("0.6", "10", "0.03"), ("5", "5", "0.1"))
FACES = ladder(("0.3", "50", "0.01"), ("2", "10", "0.05"), by_face=True, banded=False)
DOLLARS = ladder(("20000", "50", "0.01"), ("90000", "10", "0.05"), by_face=True, banded=False)


def climbing(linear: Ladder, inverse: Ladder, **changes: object) -> VenueRules:
    return replace(RULES, tiers={(Margin.LINEAR, ""): linear, (Margin.INVERSE, ""): inverse}, **changes)


def priced(instrument: Instrument, rules: VenueRules, price: float = 50_000.0) -> Hall:
    hall = Hall(rules=rules)
    show(hall, instrument, price)
    return hall


def show(hall: Hall, instrument: Instrument, price: float) -> None:
    size = 1e6 if instrument is INVERSE else 100.0
    hall.quote(instrument, [(price - 0.5, size)], [(price + 0.5, size)])
    hall.mark(instrument, price)


@pytest.mark.parametrize(("instrument", "wallet"), [(LINEAR, "usdm"), (INVERSE, "coinm")])
@pytest.mark.parametrize("side", [BUY, SELL])
@pytest.mark.parametrize("by_face", [False, True])
def test_the_price_of_liquidation_is_where_equity_meets_the_need_of_the_tier_there(
    instrument: Instrument, wallet: str, side: object, by_face: bool
) -> None:
    hall = priced(instrument, climbing(FACES, DOLLARS) if by_face else climbing(BANDS, COINS))
    hall.give(wallet, instrument.settle, "6000" if instrument is LINEAR else "0.12")
    size = "0.5" if instrument is LINEAR else 250
    (hall.buy if side is BUY else hall.sell)(instrument, size)
    held = hall.position(instrument)
    assert held is not None
    assert held.liquidation is not None
    floor, ladder_ = hall.exchange.floor, hall.exchange.ladder(instrument.symbol)
    account = floor.accounts[ONE]

    def spare(price: Decimal) -> Decimal:
        """Equity less maintenance at a price, by the definition: band by band, or all at the rate reached."""
        holding = next(iter(account.holdings.values()))
        equity = account.purse(wallet, instrument.settle).total + holding.lot.unrealised(price)
        value = margin.worth(instrument, holding.lot.size, price)
        measure = margin.measure(ladder_, instrument, holding.lot.size, price)
        above, need = D(0), D(0)
        for tier in ladder_.tiers:
            if by_face and above < measure <= tier.upto:
                need = value * tier.maintenance
            elif not by_face:
                need += max(D(0), min(measure, tier.upto) - above) * tier.maintenance
            above = tier.upto
        return equity - need

    tiny = held.liquidation * D("0.000001")
    worse = tiny if side is SELL else -tiny
    assert spare(held.liquidation - worse) > 0 > spare(held.liquidation + worse)
    assert hall.exchange.maintenance(held) == pytest.approx(
        margin.worth(instrument, held.size, D(50_000))
        * ladder_.rate(margin.measure(ladder_, instrument, held.size, D(50_000)))
    )
    show(hall, instrument, float(round(held.liquidation - (50 if side is SELL else -50))))
    assert hall.fills(instrument)[-1].forced is None
    show(hall, instrument, float(round(held.liquidation + (50 if side is SELL else -50))))
    assert hall.fills(instrument)[-1].forced is Forced.LIQUIDATION


def test_a_position_covered_in_every_tier_is_never_liquidated() -> None:
    hall = priced(LINEAR, climbing(BANDS, COINS))
    hall.buy(LINEAR, "0.5")
    held = hall.position(LINEAR)
    assert held is not None
    assert held.liquidation is None


def test_leverage_allows_a_position_only_as_large_as_its_tier() -> None:
    hall = priced(LINEAR, climbing(BANDS, COINS))
    hall.exchange.set_leverage(ONE, LINEAR.symbol, D(20), hall.now)
    resting = hall.buy(LINEAR, "0.1", 49_000)
    refused = hall.refused(LINEAR, BUY, "0.11", 49_000)
    assert (refused.reason, refused.detail) == (Reason.RISK_LIMIT, "position")
    assert hall.buy(LINEAR, "0.1", 49_000).filled == 0
    assert hall.sell(LINEAR, "0.2", 51_000).filled == 0  # each direction is looked at by itself
    grown = Amend(order=OrderRef(symbol=LINEAR.symbol, venue_id=resting.venue_id), size=D("0.2"))
    told = hall.exchange.amend(ONE, grown, hall.now)
    assert isinstance(told, Refused)
    assert told.reason is Reason.RISK_LIMIT
    assert hall.exchange.set_leverage(ONE, LINEAR.symbol, D(10), hall.now) is None
    assert isinstance(hall.exchange.amend(ONE, grown, hall.now), OrderUpdate)


def test_beyond_the_last_tier_nothing_is_taken_and_a_close_always_is() -> None:
    hall = priced(LINEAR, climbing(BANDS, COINS))
    hall.exchange.set_leverage(ONE, LINEAR.symbol, D(2), hall.now)
    hall.buy(LINEAR, "1.9")
    assert hall.refused(LINEAR, BUY, "0.2").reason is Reason.RISK_LIMIT
    assert hall.sell(LINEAR, "1.9").filled == D("1.9")


def test_leverage_is_not_raised_above_what_the_tier_of_a_position_allows() -> None:
    hall = priced(LINEAR, climbing(BANDS, COINS))
    hall.exchange.set_leverage(ONE, LINEAR.symbol, D(5), hall.now)
    hall.exchange.set_position_mode(ONE, "usdm", PositionMode.HEDGE, hall.now)
    hall.buy(LINEAR, "0.1", position=PositionSide.LONG)
    hall.sell(LINEAR, "0.5", position=PositionSide.SHORT)
    refused = hall.exchange.set_leverage(ONE, LINEAR.symbol, D(11), hall.now)
    assert refused is not None
    assert (refused.reason, refused.detail) == (Reason.RISK_LIMIT, "position")
    assert hall.exchange.set_leverage(ONE, LINEAR.symbol, D(10), hall.now) is None


def test_where_leverage_sinks_margin_grows_with_the_tier_and_nothing_is_refused_for_it() -> None:
    hall = priced(LINEAR, climbing(BANDS, COINS, sinks=True, default_leverage=D(50)))
    hall.sell(LINEAR, "0.1")
    held = hall.position(LINEAR)
    assert held is not None
    assert (held.leverage, held.margin) == (D(50), D(100))
    hall.sell(LINEAR, "0.4")
    held = hall.position(LINEAR)
    assert held is not None
    assert (held.leverage, held.margin) == (D(10), D(2500))
    assert hall.refused(LINEAR, SELL, "1.6").reason is Reason.RISK_LIMIT


def test_one_rate_is_what_it_was() -> None:
    hall = priced(LINEAR, replace(RULES, tiers=rated("0.02")))
    hall.buy(LINEAR, "0.5")
    held = hall.position(LINEAR)
    assert held is not None
    assert hall.exchange.maintenance(held) == 500


def test_what_an_account_needs_is_the_sum_over_the_positions_that_settle_in_a_balance() -> None:
    hall = priced(LINEAR, climbing(BANDS, COINS))
    hall.buy(LINEAR, "0.5")
    held = hall.position(LINEAR)
    assert held is not None
    money = hall.balance("usdm", "USDT")
    assert hall.exchange.needs(money) == (held.margin, hall.exchange.maintenance(held))
    assert 0 < hall.exchange.free(ONE, held.symbol) == money.available
    assert hall.exchange.needs(hall.balance("coinm", "BTC")) == (D(0), D(0))
    assert hall.exchange.needs(replace(money, account="nobody")) == (D(0), D(0))
