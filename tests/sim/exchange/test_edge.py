"""A long and a short of one market in one cross margin are liquidated at one price: where the equation says."""

from decimal import Decimal
from random import Random

import pytest
from msgspec.structs import replace
from tests.sim.exchange.hall import BUY, INVERSE, LINEAR, ONE, RULES, SELL, D, Hall

from basisdesk.domain.account import Forced, Position
from basisdesk.domain.ask import PositionMode, PositionSide
from basisdesk.domain.instrument import Instrument, Margin
from basisdesk.sim.contract import VenueRules
from basisdesk.sim.tiers import Tables, flat, ladder

BANDS: Tables = {
    (Margin.LINEAR, ""): ladder(("300", "50", "0.01"), ("900", "50", "0.04"), ("1000000", "50", "0.1")),
    (Margin.INVERSE, ""): ladder(("2", "50", "0.01"), ("6", "50", "0.04"), ("1000000", "50", "0.1")),
}
FACES: Tables = {
    (Margin.LINEAR, ""): ladder(("3", "50", "0.01"), ("1000000", "50", "0.05"), by_face=True, banded=False),
    (Margin.INVERSE, ""): ladder(("300", "50", "0.01"), ("1000000", "50", "0.05"), by_face=True, banded=False),
}
FLAT: Tables = dict.fromkeys(((Margin.LINEAR, ""), (Margin.INVERSE, "")), flat("0.02"))


def pair(instrument: Instrument, rules: VenueRules, luck: Random) -> Hall:
    """Both positions, and little behind them."""
    hall = Hall(LINEAR, INVERSE, rules=rules)
    hall.exchange.set_position_mode(ONE, instrument.market, PositionMode.HEDGE, hall.now)
    hall.exchange.set_leverage(ONE, instrument.symbol, D(40), hall.now)
    hall.quote(instrument, [(100.0, 900.0)], [(100.5, 900.0)])
    hall.mark(instrument, 100.0)
    big, small = D(luck.randint(6, 12)), D(luck.randint(1, 4))
    long, short = (big, small) if luck.random() < 0.5 else (small, big)
    hall.buy(instrument, long, position=PositionSide.LONG)
    hall.sell(instrument, short, position=PositionSide.SHORT)
    wallet = "unified" if rules.unified else instrument.market
    for asset in ("USDT", "USDC", "ETH", "SOL", "BTC"):
        hall.give(wallet, asset, 0)
    inverse = instrument.margin is Margin.INVERSE
    hall.give(wallet, instrument.settle, D(luck.randint(20, 40)) / 10 if inverse else luck.randint(200, 400))
    return hall


def spare(hall: Hall, instrument: Instrument, held: list[Position], mark: Decimal) -> Decimal:
    """What backs the pair at a mark, less what it needs there."""
    left = hall.total("unified" if hall.exchange.rules.unified else instrument.market, instrument.settle)
    if hall.exchange.rules.unified and instrument.settle == "BTC":
        left *= hall.exchange.rules.haircut
    rules = hall.exchange.rules.tiers[instrument.margin, ""]
    for each in held:
        assert each.entry is not None
        face = each.size * instrument.contract_size
        inverse = instrument.margin is Margin.INVERSE
        left += face / each.entry - face / mark if inverse else face * (mark - each.entry)
        value = abs(face) / mark if inverse else abs(face) * mark
        measure, above, need = abs(face) if rules.by_face else value, D(0), D(0)
        for tier in rules.tiers:
            part = max(D(0), min(measure, tier.upto) - above) * tier.maintenance
            whole = value * tier.maintenance if above < measure <= tier.upto else D(0)
            need, above = need + (part if rules.banded else whole), tier.upto
        left -= need
    return left


@pytest.mark.parametrize("instrument", [LINEAR, INVERSE], ids=["linear", "inverse"])
@pytest.mark.parametrize("tiers", [FLAT, BANDS, FACES], ids=["flat", "bands", "faces"])
@pytest.mark.parametrize("unified", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_hedged_pair_goes_where_what_backs_both_ends(
    instrument: Instrument, tiers: Tables, unified: bool, seed: int
) -> None:
    hall = pair(instrument, replace(RULES, tiers=tiers, unified=unified), Random(seed))
    held = hall.exchange.positions(ONE, instrument.market)
    assert len(held) == 2
    (price,) = {each.liquidation for each in held}
    if price is None:
        assert all(spare(hall, instrument, held, D(100) * factor) > 0 for factor in map(D, ("0.01", "0.5", "2", "50")))
        return
    tiny = price / 100_000 * (1 if price > 100 else -1)
    assert spare(hall, instrument, held, price - tiny) > 0 > spare(hall, instrument, held, price + tiny)
    if unified and instrument is INVERSE:
        return  # the coin is worth what this very mark says, so nothing stands still
    hall.mark(instrument, float(price - 1000 * tiny))
    assert not any(each.forced for each in hall.fills(instrument))
    hall.mark(instrument, float(price + 1000 * tiny))
    assert any(each.forced is Forced.LIQUIDATION for each in hall.fills(instrument))


def test_one_hedged_whole_is_liquidated_by_what_it_needs_alone() -> None:
    hall = Hall(LINEAR, rules=replace(RULES, tiers=FLAT))
    hall.exchange.set_position_mode(ONE, LINEAR.market, PositionMode.HEDGE, hall.now)
    hall.mark(LINEAR, 100.0)
    for side, position in ((BUY, PositionSide.LONG), (SELL, PositionSide.SHORT)):
        hall.send(LINEAR, side, 5, position=position)
    hall.give("usdm", "USDT", 45)
    for each in hall.exchange.positions(ONE, "usdm"):
        assert each.liquidation == 200  # 45 - 5 x (101 - 100) = 2 x 5 x 0.02 x P


def test_nothing_liquidates_an_inverse_pair_whose_need_and_profit_cancel() -> None:
    """With need as large as the net face and nothing else behind it, no price makes a difference."""
    one = dict.fromkeys(((Margin.LINEAR, ""), (Margin.INVERSE, "")), flat("0.5"))
    hall = Hall(LINEAR, INVERSE, rules=replace(RULES, tiers=one, default_leverage=D(1)))
    hall.exchange.set_position_mode(ONE, "coinm", PositionMode.HEDGE, hall.now)
    hall.quote(INVERSE, [(100.0, 900.0)], [(100.0 + 0.5, 900.0)])
    hall.mark(INVERSE, 100.0)
    hall.buy(INVERSE, 1, position=PositionSide.LONG)
    hall.sell(INVERSE, 3, position=PositionSide.SHORT)
    entered = sum(each.lot.cost for each in hall.exchange.floor.accounts[ONE].holdings.values())
    hall.give("coinm", "BTC", -entered)
    assert {each.liquidation for each in hall.exchange.positions(ONE, "coinm")} == {None}
