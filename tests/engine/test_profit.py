from tests.engine.desk import COIN, COIN2, PERP, SPOT, D, Desk, ready, request

from basisdesk.domain.order import Side
from basisdesk.engine import fees_by_asset, positions, spread_positions
from basisdesk.engine.profit import HoldingView

LINEAR, INVERSE, MIXED = f"{PERP}~{SPOT}", f"{COIN}~{COIN2}", f"{COIN}~{SPOT}"


def bought(
    desk: Desk | None = None, key: str = "k1", side: Side = Side.BUY, prices: tuple[str, str] = ("60010", "60000")
) -> Desk:
    desk = desk or ready()
    perp, other = desk.market(request(side=side), key)
    desk.fill(perp, "1", prices[0], fee=D(30))
    if side is Side.BUY:
        desk.fill(other, "1", prices[1], fee=D(60))
    else:
        desk.fill(other, "1", prices[1], fee=D("0.001"), fee_asset="BTC")
    return desk


def by_symbol(desk: Desk, marks: dict[str, object]) -> dict[str, HoldingView]:
    return {view.symbol: view for view in positions(desk.state, marks)}  # type: ignore[arg-type]


def test_linear_profit_is_quantity_times_the_move_and_the_legs_sum_to_the_spread() -> None:
    desk = bought()
    marks = {PERP: D(61025), SPOT: D(61000)}
    (spread,) = spread_positions(desk.state, marks)
    assert (spread.spread, spread.size, spread.unit, spread.entry, spread.mark) == (LINEAR, D(1), "BTC", D(10), D(25))
    assert (spread.pnl, spread.pnl_asset, spread.pnl_quote) == (D(15), "USDT", D(15))
    assert (spread.fees, spread.fees_quote, spread.net, spread.net_delta) == ({"USDT": D(90)}, D(90), D(-75), D(0))
    one, two = spread.legs
    assert (one.size, one.entry, one.unrealised) == (D(1), D(60010), D(1015))
    assert (two.size, two.base, two.unrealised) == (D(-1), D(-1), D(-1000))
    assert spread.size * (D(25) - D(10)) == spread.pnl


def test_closing_a_spread_realises_the_change_of_the_spread() -> None:
    desk = bought(bought(), "k2", Side.SELL, ("61040", "61000"))
    (spread,) = spread_positions(desk.state, {})
    assert (spread.size, spread.entry, spread.mark) == (D(0), None, None)
    perp = by_symbol(desk, {})[PERP]
    assert (perp.size, perp.realised, perp.unrealised, perp.pnl, perp.entry) == (D(0), D(1030), D(0), D(1030), None)


def test_a_fee_kept_out_of_bought_coin_is_off_the_delta_and_valued_at_the_mark() -> None:
    desk = bought(side=Side.SELL)
    (spread,) = spread_positions(desk.state, {PERP: D(60000), SPOT: D(60000)})
    assert spread.net_delta == D("-0.001")
    assert spread.size == -1
    assert spread.fees == {"USDT": D(30), "BTC": D("0.001")}
    assert spread.fees_quote == D(90)
    assert spread.legs[1].taken == D("0.001")


def test_inverse_profit_is_in_coin_and_valued_at_the_mark() -> None:
    desk = ready()
    one, two = desk.market(request(INVERSE, size="25000"))
    desk.fill(one, "250", "50000", fee=D("0.00025"), fee_asset="BTC")
    desk.fill(two, "2500", "50000", fee=D("0.00025"), fee_asset="BTC")
    marks = {COIN: D(62500), COIN2: D(40000)}
    (spread,) = spread_positions(desk.state, marks)
    long, short = spread.legs
    assert long.pnl == D(25000) * (1 / D(50000) - 1 / D(62500)) == D("0.1")
    assert short.pnl == D(25000) * (1 / D(40000) - 1 / D(50000)) == D("0.125")
    assert (long.pnl_asset, long.pnl_quote, short.pnl_quote) == ("BTC", D(6250), D(5000))
    assert (spread.size, spread.unit, spread.pnl, spread.pnl_asset) == (D(25000), "USD", D("0.225"), "BTC")
    assert spread.pnl_quote == D(11250)
    assert spread.net_delta == D("0.4") - D("0.625")  # 25 000 / 62 500 against 25 000 / 40 000


def test_a_mixed_spread_is_summed_in_quote_money() -> None:
    desk = ready()
    coin, other = desk.market(request(MIXED, Side.SELL, "0.01"))
    desk.fill(coin, "6", "60000", fee=D(0), fee_asset="BTC")
    desk.fill(other, "0.01", "60000")
    (spread,) = spread_positions(desk.state, {COIN: D(50000), SPOT: D(50000)})
    assert (spread.size, spread.pnl_asset) == (D("-0.01"), "USD")
    assert spread.pnl == spread.legs[0].pnl_quote + spread.legs[1].pnl_quote  # type: ignore[operator]
    assert spread.legs[0].pnl == D(600) / 50000 - D(600) / 60000  # short: coin is gained as the price falls
    assert spread.pnl == (D("0.012") - D("0.01")) * 50000 - D("0.01") * 10000


def test_an_unknown_mark_leaves_profit_unknown_and_never_zero() -> None:
    desk = bought()
    view = by_symbol(desk, {})[PERP]
    assert (view.mark, view.unrealised, view.pnl, view.pnl_quote, view.net) == (None, None, None, None, None)
    (spread,) = spread_positions(desk.state, {PERP: D(61000)})
    assert (spread.mark, spread.pnl, spread.net) == (None, None, None)
    assert spread.entry == 10
    assert spread.net_delta == 0


def test_a_flat_inverse_market_that_earned_nothing_is_worth_nothing_without_a_mark() -> None:
    desk = ready()
    one, two = desk.market(request(INVERSE, size="1000"))
    desk.fill(one, "10", "60000", fee_asset="BTC")
    desk.fill(two, "100", "60000", fee_asset="BTC")
    one, two = desk.market(request(INVERSE, Side.SELL, "1000"), "k2")
    desk.fill(one, "10", "60000", fee_asset="BTC")
    desk.fill(two, "100", "50000", fee_asset="BTC")
    held = by_symbol(desk, {})
    assert (held[COIN].pnl, held[COIN].pnl_quote) == (D(0), D(0))
    assert held[COIN2].pnl is not None
    assert held[COIN2].pnl != 0
    assert held[COIN2].pnl_quote is None


def test_a_fee_in_an_asset_without_a_price_makes_the_net_unknown_and_is_still_counted() -> None:
    desk = ready()
    perp, _ = desk.market(request())
    desk.fill(perp, "1", fee=D("0.02"), fee_asset="BNB")
    view = by_symbol(desk, {PERP: D(60000)})[PERP]
    assert (view.fees, view.fees_quote, view.net) == ({"BNB": D("0.02")}, None, None)
    assert fees_by_asset(desk.state) == {"BNB": D("0.02")}


def test_fees_are_added_up_by_asset_over_all_markets_and_a_rebate_counts_against_them() -> None:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1", fee=D(30))
    desk.fill(other, "1", fee=D(-5))
    assert fees_by_asset(desk.state) == {"USDT": D(25)}


def test_one_market_in_two_spreads_has_one_position_and_the_spreads_sum_to_it() -> None:
    desk = bought()
    perp, other = desk.market(request(f"{PERP}~okx:BTC/USDT:USDT"), "k2")
    desk.fill(perp, "1", "60100")
    desk.fill(other, "100", "60000")
    total = by_symbol(desk, {})[PERP]
    legs = [spread.legs[0].size for spread in spread_positions(desk.state, {})]
    assert total.size == sum(legs) == 2
    assert total.entry == 60055


def test_a_leg_alone_is_no_spread_position() -> None:
    desk = ready()
    perp, _ = desk.market(request())
    desk.fill(perp, "1")
    (spread,) = spread_positions(desk.state, {})
    assert (spread.size, spread.entry, spread.net_delta) == (D(0), None, D(1))
