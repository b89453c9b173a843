"""Tiers as data: what venues' tables come to, whichever way they measure and count."""

from decimal import Decimal

import pytest

from basisdesk.domain.instrument import Margin
from basisdesk.sim.dialects import rules_of
from basisdesk.sim.tiers import MOST, Ladder, Tier, flat, ladder, ladder_of
from basisdesk.venues import VENUES, venue_named

D = Decimal


def test_a_band_has_its_own_rate_and_the_deduction_makes_up_for_those_before() -> None:
    bands = rules_of("binance").tiers[Margin.LINEAR, "BTC"]
    # The amounts that Binance itself states for these brackets.
    assert [step.deduction for step in bands.steps()][:6] == [0, 50, 950, 11_450, 131_450, 481_450]
    by_hand = 50_000 * D("0.004") + 550_000 * D("0.005") + 400_000 * D("0.0065")
    assert bands.rate(D(1_000_000)) * 1_000_000 == by_hand


def test_a_whole_rate_holds_for_all_of_a_position() -> None:
    whole = ladder(("10", "50", "0.01"), ("20", "20", "0.03"), by_face=True, banded=False)
    assert (whole.rate(D(10)), whole.rate(D("10.1")), whole.rate(D(99))) == (D("0.01"), D("0.03"), D("0.03"))
    assert [(step.above, step.tier.leverage) for step in whole.steps()] == [(D(0), D(50)), (D(10), D(20))]


def test_deribits_curve_is_met_at_its_marks() -> None:
    for (margin, base), curve in rules_of("deribit").tiers.items():
        assert curve.by_face == (margin is Margin.LINEAR)
        scale = 1 if base else 10
        for coins in (1, 5, 10, 25, 50, 100, 200, 400, 800, 1600):
            assert curve.rate(D(coins * scale)) == D("0.01") + D("0.00005") * coins
    assert rules_of("deribit").tiers[Margin.INVERSE, "BTC"].step(D("0.5")).tier.leverage == 50


@pytest.mark.parametrize("venue", VENUES)
def test_every_contract_of_a_venue_has_tiers_that_only_grow_harder(venue: str) -> None:
    tables = rules_of(venue).tiers
    for instrument in venue_named(venue).well_known():
        if instrument.margin is Margin.SPOT:
            continue
        found = ladder_of(tables, instrument)
        tiers = found.tiers
        assert [each.upto for each in tiers] == sorted({each.upto for each in tiers})
        assert [each.maintenance for each in tiers] == sorted(each.maintenance for each in tiers)
        assert [each.leverage for each in tiers] == sorted((each.leverage for each in tiers), reverse=True)
        assert all(found.rate(each.upto) < 1 / each.leverage for each in tiers)


def test_one_rate_for_every_size_and_nothing_of_nothing() -> None:
    assert flat("0.01") == Ladder((Tier(MOST, D(125), D("0.01")),))
    assert (flat("0.01").rate(D(0)), flat("0.01").rate(D(10**9))) == (D("0.01"), D("0.01"))
