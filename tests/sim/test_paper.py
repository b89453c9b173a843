from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.desk import COIN, PERP, SPOT, D, inverse, linear, okx_linear, spot

from basisdesk.domain.effect import SendLeg
from basisdesk.domain.event import Event, LegAccepted, LegDone, LegFilled, LegRejected
from basisdesk.domain.instrument import Instrument
from basisdesk.domain.order import DoneReason, Side
from basisdesk.kernel.book import GAPPED, Book
from basisdesk.sim.paper import PaperTerms, PaperVenue

NOW = 1_000
INSTANT = PaperTerms(latency=0)
ASKS = [(60000.0, 0.5), (60010.0, 1.0), (60100.0, 4.0)]
BIDS = [(59990.0, 0.25), (59980.0, 2.0)]


def book(bids: list[tuple[float, float]] | None = None, asks: list[tuple[float, float]] | None = None) -> Book:
    made = Book()
    made.snapshot_levels(BIDS if bids is None else bids, ASKS if asks is None else asks, NOW, 1)
    return made


def order(
    size: str, side: Side = Side.BUY, bound: str = "60200", symbol: str = PERP, client_id: str = "S1-1-1", at: int = NOW
) -> SendLeg:
    return SendLeg(at, client_id, "S1", 1, symbol, side, D(size), D(bound), "open")


def venue(terms: PaperTerms = INSTANT, made: Book | None = None) -> PaperVenue:
    shown = made or book()
    return PaperVenue(terms, lambda _: shown)


def answers(sent: SendLeg, instrument: Instrument | None = None, paper: PaperVenue | None = None) -> list[Event]:
    paper = paper or venue()
    paper.send(sent, instrument or linear())
    return paper.advance(NOW)


def fills(events: list[Event]) -> list[tuple[Decimal, Decimal]]:
    return [(event.price, event.size) for event in events if isinstance(event, LegFilled)]


def test_an_order_takes_level_by_level_from_the_touch() -> None:
    events = answers(order("1.2"))
    assert isinstance(events[0], LegAccepted)
    assert fills(events) == [(D(60000), D("0.5")), (D(60010), D("0.7"))]
    assert events[-1] == LegDone(NOW, "S1-1-1", DoneReason.FILLED, D("1.2"))


def test_a_sale_takes_the_bids() -> None:
    assert fills(answers(order("1", Side.SELL, "59000"))) == [(D(59990), D("0.25")), (D(59980), D("0.75"))]


@pytest.mark.parametrize(("side", "bound", "filled"), [(Side.BUY, "60010", "1.5"), (Side.SELL, "59990", "0.25")])
def test_nothing_trades_past_the_bound_and_the_rest_expires(side: Side, bound: str, filled: str) -> None:
    events = answers(order("2", side, bound))
    assert sum(size for _, size in fills(events)) == D(filled)
    assert events[-1] == LegDone(NOW, "S1-1-1", DoneReason.EXPIRED, D(filled))


def test_what_the_depth_does_not_cover_expires() -> None:
    assert answers(order("9"))[-1] == LegDone(NOW, "S1-1-1", DoneReason.EXPIRED, D("5.5"))


def test_a_bound_before_the_touch_fills_nothing() -> None:
    assert answers(order("1", bound="59995"))[1:] == [LegDone(NOW, "S1-1-1", DoneReason.EXPIRED, D(0))]


def test_trade_ids_are_unique_and_derived_from_the_order() -> None:
    paper = venue()
    events = answers(order("1.2"), paper=paper) + answers(order("1", client_id="S1-1-2"), paper=paper)
    ids = [event.trade_id for event in events if isinstance(event, LegFilled)]
    assert ids == ["S1-1-1-1", "S1-1-1-2", "S1-1-2-1", "S1-1-2-2"]


def test_liquidity_taken_is_gone_until_the_level_changes() -> None:
    shown = book()
    paper = venue(made=shown)
    answers(order("0.8"), paper=paper)
    again = answers(order("0.8", client_id="S1-1-2"), paper=paper)
    assert fills(again) == [(D(60010), D("0.7")), (D(60100), D("0.1"))]
    shown.update_levels([], [(60000.0, 0.3)], NOW, 2)
    third = answers(order("0.4", client_id="S1-1-3"), paper=paper)
    assert fills(third) == [(D(60000), D("0.3")), (D(60100), D("0.1"))]


def test_a_level_that_went_and_came_back_is_there_again() -> None:
    shown = book()
    paper = venue(made=shown)
    answers(order("0.5"), paper=paper)
    shown.update_levels([], [(60000.0, 0.0)], NOW, 2)
    answers(order("0.5", client_id="S1-1-2"), paper=paper)
    shown.update_levels([], [(60000.0, 0.5)], NOW, 3)
    assert fills(answers(order("0.5", client_id="S1-1-3"), paper=paper)) == [(D(60000), D("0.5"))]


def test_taking_one_side_or_market_leaves_the_others() -> None:
    paper = venue()
    answers(order("0.5"), paper=paper)
    assert fills(answers(order("0.25", Side.SELL, "59000", client_id="b"), paper=paper)) == [(D(59990), D("0.25"))]
    assert fills(answers(order("0.5", symbol="x", client_id="c"), paper=paper)) == [(D(60000), D("0.5"))]


def test_level_sizes_are_traded_on_the_step_and_dust_levels_are_passed_over() -> None:
    paper = venue(made=book(asks=[(60000.0, 0.0004), (60001.0, 0.0019), (60002.0, 1.0)]))
    assert fills(answers(order("0.003"), paper=paper)) == [(D(60001), D("0.001")), (D(60002), D("0.002"))]


@pytest.mark.parametrize(
    ("instrument", "side", "fee", "asset"),
    [
        (linear(), Side.BUY, "15", "USDT"),  # 0.5 x 60 000 x 0.0005
        (spot(), Side.BUY, "0.0005", "BTC"),  # the coin received pays
        (spot(), Side.SELL, "14.9975", "USDT"),  # 0.25 x 59 990 x 0.001
        (linear(taker_fee=D("-0.0001")), Side.BUY, "-3", "USDT"),
    ],
)
def test_a_taker_pays_in_the_asset_the_venue_charges(instrument: Instrument, side: Side, fee: str, asset: str) -> None:
    size, bound = ("0.5", "60000") if side is Side.BUY else ("0.25", "59990")
    (fill,) = (event for event in answers(order(size, side, bound), instrument) if isinstance(event, LegFilled))
    assert (fill.fee, fill.fee_asset) == (D(fee), asset)


def test_an_inverse_contract_is_sized_in_contracts_and_pays_its_fee_in_coin() -> None:
    paper = venue(made=book(asks=[(60000.0, 500.0)]))
    events = answers(order("300", symbol=COIN), inverse(), paper)
    (fill,) = (event for event in events if isinstance(event, LegFilled))
    assert (fill.size, fill.fee, fill.fee_asset) == (D(300), D("0.00025"), "BTC")  # 30 000 / 60 000 x 0.0005


def test_linear_contracts_pay_on_their_coin() -> None:
    paper = venue(made=book(asks=[(60000.0, 500.0)]))
    (fill,) = (e for e in answers(order("100"), okx_linear(), paper) if isinstance(e, LegFilled))
    assert fill.fee == 30  # 100 contracts of 0.01


def rejection(events: list[Event]) -> LegRejected:
    (event,) = events
    assert isinstance(event, LegRejected)
    return event


@pytest.mark.parametrize(
    ("size", "bound", "instrument", "code"),
    [
        ("0.0001", "60200", linear(), "below_minimum"),
        ("0.0015", "60200", linear(), "off_step"),
        ("2000", "60200", linear(), "above_maximum"),
        ("1", "60200.05", linear(), "off_tick"),
        ("1", "60200", linear(tradable=False), "not_tradable"),
        ("0.001", "49000", linear(), "below_min_notional"),
    ],
)
def test_what_a_venue_would_refuse_is_rejected(size: str, bound: str, instrument: Instrument, code: str) -> None:
    assert rejection(answers(order(size, bound=bound), instrument)).code == code


def test_a_book_that_is_not_valid_rejects_the_order_naming_its_state() -> None:
    gapped = book()
    gapped.mark_state(GAPPED)
    crossed = book(bids=[(60000.0, 1.0)])
    stale = Book(stale_after=10)
    stale.snapshot_levels(BIDS, ASKS, NOW - 11, 1)
    for made, word in ((gapped, "gapped"), (crossed, "crossed"), (stale, "stale"), (Book(), "waiting")):
        rejected = rejection(answers(order("1"), paper=venue(made=made)))
        assert rejected.code == "book_invalid"
        assert word in rejected.message


def test_a_market_without_a_book_rejects_the_order() -> None:
    rejected = rejection(answers(order("1"), paper=PaperVenue(INSTANT, lambda _: None)))
    assert (rejected.code, "missing" in rejected.message) == ("book_invalid", True)


def test_an_order_is_matched_after_the_latency_and_heard_of_after_the_way_back() -> None:
    shown = book()
    paper = venue(PaperTerms(latency=100, reply_latency=30), shown)
    assert paper.next_at() is None
    paper.send(order("0.5"), linear())
    assert paper.next_at() == NOW + 100
    assert paper.advance(NOW + 99) == []
    shown.update_levels([], [(60000.0, 0.0)], NOW + 50, 2)  # the touch goes before the order arrives
    assert paper.advance(NOW + 100) == []
    assert paper.next_at() == NOW + 130
    shown.update_levels([], [(60010.0, 0.0)], NOW + 110, 3)  # too late to matter
    events = paper.advance(NOW + 130)
    assert fills(events) == [(D(60010), D("0.5"))]
    assert {event.at for event in events} == {NOW + 130}
    assert paper.next_at() is None


def test_the_way_back_takes_as_long_as_the_way_there_unless_stated() -> None:
    paper = venue(PaperTerms(latency=100))
    paper.send(order("0.5"), linear())
    paper.advance(NOW + 100)
    assert paper.next_at() == NOW + 200


def test_orders_are_matched_in_the_order_of_arrival() -> None:
    paper = venue(PaperTerms(latency=10, reply_latency=0))
    paper.send(order("0.5", client_id="late", at=NOW + 5), linear())
    paper.send(order("0.5", client_id="early"), linear())
    events = [event for event in paper.advance(NOW + 100) if isinstance(event, LegFilled)]
    assert [(event.client_id, event.price) for event in events] == [("early", D(60000)), ("late", D(60010))]


def test_rejects_and_partial_fills_occur_at_their_rates() -> None:
    rejected = [answers(order("0.5", client_id=f"c{n}"), paper=venue(PaperTerms(latency=0, reject_rate=0.3)))
                for n in range(200)]  # fmt: skip
    assert 30 < sum(isinstance(events[0], LegRejected) for events in rejected) < 90
    partial = [answers(order("0.5", client_id=f"c{n}"), paper=venue(PaperTerms(latency=0, partial_rate=0.3)))
               for n in range(200)]  # fmt: skip
    filled = [sum(size for _, size in fills(events)) for events in partial]
    assert 30 < sum(size < D("0.5") for size in filled) < 90
    assert all(D("0.05") <= size <= D("0.5") for size in filled)
    for events, size in zip(partial, filled, strict=True):
        reason = DoneReason.FILLED if size == D("0.5") else DoneReason.EXPIRED
        assert events[-1] == LegDone(NOW, events[0].client_id, reason, D(size))  # type: ignore[union-attr]


def test_certain_rejects_say_that_chance_did_it() -> None:
    assert "by chance" in rejection(answers(order("1"), paper=venue(PaperTerms(latency=0, reject_rate=1)))).message


@given(seed=st.integers(0, 1000))
def test_the_same_seed_and_orders_give_the_same_answers_whatever_else_is_sent(seed: int) -> None:
    terms = PaperTerms(latency=0, seed=seed, reject_rate=0.5, partial_rate=0.5)
    alone = answers(order("0.3", client_id="x"), paper=venue(terms))
    paper = venue(terms)
    answers(order("0.25", Side.SELL, "59000", client_id="y"), paper=paper)
    assert answers(order("0.3", client_id="x"), paper=paper) == alone


@pytest.mark.parametrize(
    "terms", [{"latency": -1}, {"reply_latency": -1}, {"reject_rate": 1.1}, {"partial_rate": -0.1}]
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(terms))):
        PaperTerms(**terms)  # type: ignore[arg-type]


LEVELS = st.lists(st.integers(1, 3000), min_size=1, max_size=6)


@given(sizes=LEVELS, orders=st.lists(st.integers(1, 4000), min_size=1, max_size=4), reach=st.integers(0, 6))
def test_orders_together_never_take_more_than_was_shown_within_their_bounds(
    sizes: list[int], orders: list[int], reach: int
) -> None:
    asks = [(60000.0 + number, size / 1000) for number, size in enumerate(sizes)]
    paper = venue(made=book(asks=asks))
    bound = 60000 + reach
    available = sum((D(size) / 1000 for size in sizes[: reach + 1]), D(0))
    wanted = sum((D(size) / 1000 for size in orders), D(0))
    total = D(0)
    for number, size in enumerate(orders):
        events = answers(order(str(D(size) / 1000), bound=str(bound), client_id=f"c{number}"), spot(), paper)
        prices = [price for price, _ in fills(events)]
        assert prices == sorted(prices)
        assert all(price <= bound for price in prices)
        total += sum((size for _, size in fills(events)), D(0))
    assert total == min(available, wanted)


MAKER: Callable[[str], Book | None] = {PERP: book(), SPOT: None}.get


def test_each_market_has_its_own_book() -> None:
    paper = PaperVenue(INSTANT, MAKER)
    assert fills(answers(order("0.5"), paper=paper)) == [(D(60000), D("0.5"))]
    assert rejection(answers(order("0.5", symbol=SPOT, client_id="s"), spot(), paper)).code == "book_invalid"
