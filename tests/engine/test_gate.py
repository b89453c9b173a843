import pytest
from tests.engine.desk import COIN, COIN2, ETH, PERP, PERP2, SPOT, D, Desk, inverse, linear, quote, ready, request

from basisdesk.domain.effect import AcceptOrder, RefuseOrder, SendLeg
from basisdesk.domain.errors import Refusal
from basisdesk.domain.event import ExternalSeen, LegRejected, Listed, Quoted, SpreadQuote, Thawed
from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.engine.gate import check_frozen

LINEAR = f"{PERP}~{SPOT}"
MIXED = f"{COIN}~{SPOT}"


def refusal(desk: Desk, asked: SpreadOrderRequest, given: SpreadQuote | None = None) -> Refusal:
    (effect,) = desk.place(asked, given)
    assert isinstance(effect, RefuseOrder), effect
    assert desk.state.refusals["k1"] == effect.refusal
    assert not desk.state.orders
    assert not desk.state.legs
    desk.check()
    return effect.refusal


def priced(asked: SpreadOrderRequest) -> SpreadQuote:
    return quote(asked.spread, asked.side, str(asked.size))


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (request("BTC"), "bad_spread", "LEG1~LEG2"),
        (request(f"{SPOT}~{SPOT}"), "bad_spread", "two different markets"),
        (request(f"binance:BTC/USDTT~{SPOT}"), "unknown_market", "did you mean binance:BTC/USDT"),
        (request(f"{PERP}~{ETH}"), "not_pairable", "BTC, linear"),
        (request(f"{PERP}~{COIN}"), "not_pairable", "one coin"),
        (request(size="0"), "not_positive", "above zero"),
        (request(size="-1"), "not_positive", "above zero"),
        (request(size="NaN"), "not_finite", "not a number"),
        (request(size="sNaN"), "not_finite", "not a number"),
        (request(size="Infinity"), "not_finite", "not a number"),
        (request(size="0.0001"), "below_minimum", "0.001"),
        (request(size="1E-90"), "below_minimum", "0.001"),
        (request(size="0.0015"), "off_step", "0.001 or 0.002"),
        (request(size="1001"), "above_maximum", "1000"),
        (request(size="1E+999999"), "above_maximum", "1000"),
        (request(f"{PERP2}~{SPOT}", size="0.00111"), "off_step", "0.001 or 0.002"),
        (request(f"{COIN}~{COIN2}", size="150"), "off_step", "100 or 200"),
        (request(f"{COIN}~{COIN2}", size="10"), "below_minimum", "100"),
        (request(trigger="10", type=SpreadOrderType.MARKET), "trigger_given", "10"),
        (request(type=SpreadOrderType.AUTO_TRIGGER), "no_trigger", "trigger"),
        (request(trigger="NaN"), "bad_trigger", "NaN"),
        (request(trigger="-Infinity"), "bad_trigger", "Infinity"),
        (request(trigger="1E+9999"), "bad_trigger", "9999"),
    ],
)
def test_a_request_that_cannot_be_traded_is_refused_with_the_reason(
    asked: SpreadOrderRequest, code: str, words: str
) -> None:
    found = refusal(ready(), asked, None)
    assert (found.code, words in found.message) == (code, True), found


def test_a_market_without_metadata_is_refused() -> None:
    assert refusal(Desk(), request()).code == "unknown_market"


@pytest.mark.parametrize("instrument", [linear(tradable=False), linear(step=D(0))])
def test_a_market_that_is_closed_or_has_no_valid_terms_is_refused(instrument: object) -> None:
    desk = ready()
    desk.step(Listed(1, instrument))  # type: ignore[arg-type]
    assert refusal(desk, request(), priced(request())).code in {"not_tradable", "no_terms"}


def test_a_market_order_without_a_quote_is_refused() -> None:
    assert refusal(ready(), request(), None).code == "no_quote"


@pytest.mark.parametrize("state", ["crossed", "gapped", "stale", "waiting for snapshot"])
@pytest.mark.parametrize("leg", [1, 2])
def test_a_market_order_on_an_unfit_book_is_refused_naming_market_and_state(state: str, leg: int) -> None:
    states = (state, "valid") if leg == 1 else ("valid", state)
    found = refusal(ready(), request(), quote(LINEAR, states=states, complete=False))
    assert found.code == "book_invalid"
    assert (PERP, SPOT)[leg - 1] in found.message
    assert state in found.message


def test_a_market_order_on_books_too_thin_is_refused_with_what_they_show() -> None:
    thin = quote(LINEAR, complete=False, reason="together they show 0.4 of 1")
    assert "together they show 0.4 of 1" in refusal(ready(), request(), thin).message
    assert "shows 10" in refusal(ready(), request(), quote(LINEAR, complete=False)).message


def test_a_quote_that_claims_to_be_complete_but_has_no_prices_is_refused() -> None:
    assert refusal(ready(), request(), quote(LINEAR, prices=("NaN", "60000"))).code == "too_thin"


def test_each_leg_is_checked_at_the_worst_price_it_may_reach() -> None:
    # 0.001 at 50 100 is worth 50.10; sold down to 0.5 % below it is worth less than the minimum of 50
    asked = request(side=Side.SELL, size="0.001")
    given = quote(LINEAR, Side.SELL, "0.001", ("50100", "50100"))
    assert refusal(ready(), asked, given).code == "below_min_notional"
    effects = ready().place(request(size="0.001"), quote(LINEAR, Side.BUY, "0.001", ("50100", "50100")))
    assert isinstance(effects[0], AcceptOrder)


def test_the_inverse_leg_of_a_mixed_pair_is_floored_and_the_other_matches_it() -> None:
    desk = ready()
    legs = desk.market(request(MIXED, Side.SELL, "0.01"))
    assert [leg.size for leg in legs] == [D(6), D("0.01000")]
    # 6 contracts of 100 USD at 60 010 are 0.009998 coin, to the nearest step of the spot market 0.01


@pytest.mark.parametrize(("size", "code"), [("0.001", "below_minimum"), ("0.010001", "off_step")])
def test_a_mixed_pair_has_the_inverse_contract_as_its_minimum(size: str, code: str) -> None:
    asked = request(MIXED, size=size)
    assert refusal(ready(), asked, priced(asked)).code == code


@pytest.mark.parametrize(
    ("size", "code"), [("0.000001", "below_minimum"), ("NaN", "not_finite"), ("9001", "above_maximum")]
)
def test_a_mixed_pair_without_prices_is_checked_on_its_spot_leg(size: str, code: str) -> None:
    assert refusal(ready(), request(MIXED, size=size, trigger="5")).code == code
    assert refusal(ready(), request(f"{SPOT}~{COIN}", size=size, trigger="5")).code == code


def test_an_auto_trigger_may_wait_for_markets_that_have_no_book_yet() -> None:
    for spread in (LINEAR, MIXED):
        (effect,) = ready().place(request(spread, size="0.5", trigger="5"), None)
        assert isinstance(effect, AcceptOrder)
        assert effect.displayed is None


def test_both_legs_are_checked_before_either_is_sent() -> None:
    desk = ready()
    desk.step(Listed(1, inverse(min_size=D(1000))))
    effects = desk.place(request(f"{COIN}~{COIN2}", size="10000"), quote(f"{COIN}~{COIN2}", size="10000"))
    assert not any(isinstance(effect, SendLeg) for effect in effects)


def test_a_market_that_others_traded_takes_no_new_order_until_it_is_thawed_and_the_rest_does() -> None:
    desk = ready()
    desk.step(ExternalSeen(desk.now, PERP, "orders that are not this desk's were seen there (updates: 1, trades: 0)"))
    found = refusal(desk, request(LINEAR), priced(request(LINEAR)))
    assert (found.code, "not this desk's" in found.message, "Trade again" in found.message) == ("frozen", True, True)
    assert check_frozen(desk.state, SPOT) is None
    other = request(f"{PERP2}~{SPOT}")
    assert len(desk.market(other, "k2")) == 2
    desk.step(Thawed(desk.now, PERP))
    assert len(desk.market(request(LINEAR), "k3")) == 2
    desk.check()


def test_a_hedge_goes_out_on_a_market_that_is_frozen_after_the_order_began() -> None:
    desk = ready()
    first, second = desk.market(request(LINEAR))
    desk.step(ExternalSeen(desk.now, second.symbol, "seen"))
    desk.fill(first, first.size)
    desk.step(LegRejected(desk.now, second.client_id, "busy", "try again"))
    (order_id,) = desk.state.orders
    effects = desk.step(Quoted(desk.now, order_id, priced(request(LINEAR))))
    hedges = [effect for effect in effects if isinstance(effect, SendLeg)]
    assert [(hedge.symbol, hedge.purpose) for hedge in hedges] == [(second.symbol, "hedge")]
    desk.check()


def test_an_armed_order_on_a_frozen_market_ends_with_the_reason_when_it_would_fire() -> None:
    desk = ready()
    asked = request(LINEAR, trigger="10")
    desk.place(asked, quote(LINEAR, prices=("60020", "60000")))
    desk.step(ExternalSeen(desk.now, PERP, "seen"))
    (order_id,) = desk.state.orders
    effects = desk.step(Quoted(desk.now, order_id, quote(LINEAR, prices=("60005", "60000"))))
    assert [effect.refusal.code for effect in effects if isinstance(effect, RefuseOrder)] == ["frozen"]
    assert not desk.state.legs
    desk.check()


@pytest.mark.parametrize(("spread", "least"), [(LINEAR, "2"), (MIXED, "5000")])
def test_an_armed_order_below_a_new_minimum_is_refused_when_it_fires(spread: str, least: str) -> None:
    desk = ready()
    asked = request(spread, trigger="10")
    (accepted,) = desk.place(asked, quote(spread, prices=("60020", "60000")))
    assert isinstance(accepted, AcceptOrder)
    (contract,) = (leg for leg in spread.split("~") if leg != SPOT)
    make = linear if contract == PERP else inverse
    desk.step(Listed(desk.now, make(contract, min_size=D(least))))
    (effect,) = desk.step(Quoted(desk.now, accepted.order_id, quote(spread, prices=("60005", "60000"))))
    assert isinstance(effect, RefuseOrder)
    assert effect.refusal.code == "below_minimum"
    assert not desk.state.legs
    desk.check()
