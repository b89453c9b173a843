"""Engine and paper venue together over moving books: the desk's loop in small."""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import pytest
from tests.engine.desk import COIN, COIN2, PERP, SPOT, D, Desk, ready, request

from basisdesk.domain.effect import AskQuote, Effect, SendLeg
from basisdesk.domain.event import Event, LegFilled, LegQuote, Placed, Quoted, SpreadQuote, TimePassed
from basisdesk.domain.order import Sequence, Side, SpreadOrderRequest, SpreadState
from basisdesk.engine import next_deadline, order_view, positions, spread_positions, wants
from basisdesk.kernel.book import GAPPED, VALID, Book, state_name
from basisdesk.kernel.compose import walk_spread
from basisdesk.sim.paper import PaperTerms, PaperVenue

MILLISECOND = 1_000_000
BOOKS = {PERP: (1.0, False), SPOT: (1.0, False), COIN: (100.0, True), COIN2: (10.0, True)}


@dataclass
class Market:
    """Two moving books, one desk, one paper venue, one clock."""

    seed: int
    terms: PaperTerms
    desk: Desk = field(default_factory=ready)
    heard: list[LegFilled] = field(default_factory=list)
    asks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.luck = Random(self.seed)
        self.books = {symbol: Book(*terms) for symbol, terms in BOOKS.items()}
        self.paper = PaperVenue(self.terms, self.books.get)
        self.now = self.desk.now
        self.shake()

    def shake(self) -> None:
        middle = 60000 + self.luck.randint(-20, 20)
        for symbol, book in self.books.items():
            scale = 60000 / BOOKS[symbol][0] if BOOKS[symbol][1] else 1
            sizes = [round(self.luck.uniform(0.05, 0.6) * scale, 0 if scale > 1 else 3) for _ in range(12)]
            bids = [(middle - 1.0 - level, sizes[level]) for level in range(6)]
            asks = [(middle + 1.0 + level, sizes[6 + level]) for level in range(6)]
            book.snapshot_levels(bids, asks, self.now, 1)
            if self.luck.random() < 0.05:
                book.mark_state(GAPPED)

    def quote(self, asked: SpreadOrderRequest) -> SpreadQuote:
        leg1, leg2 = (self.books[symbol] for symbol in asked.spread.split("~"))
        buy = asked.side is Side.BUY
        price, *legs, covered = walk_spread(leg1, leg2, buy, float(asked.size))
        quotes = [
            LegQuote(
                symbol=symbol, average=number(average), worst=number(worst), mid=number(book.mid()), size=D(0), age=0,
                state="valid" if book.state(self.now) == VALID else state_name(book.state(self.now)),
            )
            for symbol, book, average, worst in zip(
                asked.spread.split("~"), (leg1, leg2), legs[::2], legs[1::2], strict=True
            )
        ]  # fmt: skip
        complete = covered >= float(asked.size) - 1e-9 and all(leg.state == "valid" for leg in quotes)
        return SpreadQuote(
            spread=asked.spread, side=asked.side, size=asked.size, price=number(price), touch=number(price),
            leg1=quotes[0], leg2=quotes[1], complete=complete,
        )  # fmt: skip

    def take(self, event: Event) -> list[Effect]:
        effects = self.desk.step(event)
        for effect in effects:
            if isinstance(effect, SendLeg):
                self.paper.send(effect, self.desk.state.instruments[effect.symbol])
            elif isinstance(effect, AskQuote):
                self.asks[effect.order_id] = effect.not_before
        return effects

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.now += 10 * MILLISECOND
            for event in self.paper.advance(self.now):
                if isinstance(event, LegFilled):
                    self.heard.append(event)
                self.take(event)
            deadline = next_deadline(self.desk.state)
            if deadline is not None and deadline <= self.now:
                self.take(TimePassed(self.now))
            for order_id in list(self.desk.state.open):
                quote = self.quote(self.desk.state.orders[order_id].request)
                if self.asks.get(order_id, 0) <= self.now and wants(self.desk.state, order_id, quote):
                    self.take(Quoted(self.now, order_id, quote))
            if not self.desk.state.open and self.paper.next_at() is None:
                return
            if self.luck.random() < 0.5:
                self.shake()


def number(value: float) -> Decimal:
    return Decimal(format(value, ".12g"))


@pytest.mark.parametrize("spread", [f"{PERP}~{SPOT}", f"{COIN}~{COIN2}", f"{COIN}~{SPOT}"])
@pytest.mark.parametrize("sequence", Sequence)
def test_orders_on_moving_books_with_rejects_and_partial_fills_end_balanced_or_say_that_they_did_not(
    spread: str, sequence: Sequence
) -> None:
    seen = set()
    for seed in range(25):
        market = Market(seed, PaperTerms(latency=15 * MILLISECOND, seed=seed, reject_rate=0.2, partial_rate=0.3))
        size = "30000" if spread.startswith(COIN) and spread.endswith(COIN2) else "0.5"
        side = Side.BUY if seed % 2 else Side.SELL
        trigger = "50000" if side is Side.BUY else "-50000"  # true as soon as both books are fit to trade on
        market.take(Placed(market.now, "k", request(spread, side, size, trigger, sequence), None))
        market.run(3000)
        view = order_view(market.desk.state, "S1")
        seen.add(view.state)
        assert not view.active
        assert "0 failed hedges" not in view.reason
        lot = D(100) if view.unit == "USD" else D("0.0021")
        assert view.state is SpreadState.INCOMPLETE or abs(view.unhedged) <= lot
        assert len(market.desk.state.fills) == len(market.heard)
        sums = {symbol: D(0) for symbol in BOOKS}
        for fill in market.heard:
            leg = market.desk.state.legs[fill.client_id]
            sums[leg.symbol] += fill.size * leg.side.sign
            assert fill.price <= leg.bound if leg.side is Side.BUY else fill.price >= leg.bound
        assert all(held.size == sums[held.symbol] for held in positions(market.desk.state, {}))
        for leg in market.desk.state.legs.values():
            assert leg.filled <= leg.size
        marks = {symbol: D(60000) for symbol in BOOKS}
        for held in spread_positions(market.desk.state, marks):
            assert held.net_delta == sum((leg.base - leg.taken for leg in held.legs), D(0))
            assert (held.pnl_quote, held.net) != (None, None)
        market.desk.check()
    assert SpreadState.FILLED in seen
