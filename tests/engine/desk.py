"""A small desk for engine tests: instruments, quotes, and a recorder of everything folded."""

from dataclasses import dataclass, field
from decimal import Decimal

from basisdesk.domain.effect import AskQuote, Effect, SendLeg
from basisdesk.domain.event import (
    CancelAsked,
    Event,
    LegAccepted,
    LegDone,
    LegFilled,
    LegQuote,
    LegRejected,
    LegUnknown,
    Listed,
    Placed,
    Quoted,
    SpreadQuote,
    TimePassed,
)
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.order import DoneReason, Sequence, Side, SpreadOrderRequest, SpreadOrderType, SpreadState
from basisdesk.engine import OrderView, Rules, State, fold_all, order_view, rerun, spread_state, step

D = Decimal
SPOT, PERP, PERP2 = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "okx:BTC/USDT:USDT"
COIN, COIN2, ETH = "binance:BTC/USD:BTC", "okx:BTC/USD:BTC", "binance:ETH/USDT"


def spot(symbol: str = SPOT, **changes: object) -> Instrument:
    terms: dict[str, object] = {
        "symbol": symbol, "venue": "binance", "market": "spot", "code": "BTCUSDT", "kind": Kind.SPOT,
        "margin": Margin.SPOT, "base": symbol.split(":")[1].split("/", maxsplit=1)[0], "quote": "USDT", "settle": "",
        "contract_size": D(1), "sized_in_contracts": False, "tick": D("0.01"), "step": D("0.00001"),
        "min_size": D("0.00001"), "max_size": D(9000), "min_notional": D(5), "taker_fee": D("0.001"),
    }  # fmt: skip
    return Instrument(**(terms | changes))  # type: ignore[arg-type]


def linear(symbol: str = PERP, **changes: object) -> Instrument:
    terms: dict[str, object] = {
        "symbol": symbol, "venue": "binance", "market": "usdm", "code": "BTCUSDT", "kind": Kind.PERPETUAL,
        "margin": Margin.LINEAR, "base": "BTC", "quote": "USDT", "settle": "USDT", "contract_size": D(1),
        "sized_in_contracts": False, "tick": D("0.1"), "step": D("0.001"), "min_size": D("0.001"),
        "max_size": D(1000), "min_notional": D(50), "taker_fee": D("0.0005"),
    }  # fmt: skip
    return Instrument(**(terms | changes))  # type: ignore[arg-type]


def inverse(symbol: str = COIN, **changes: object) -> Instrument:
    terms: dict[str, object] = {
        "symbol": symbol, "venue": "binance", "market": "coinm", "code": "BTCUSD_PERP", "kind": Kind.PERPETUAL,
        "margin": Margin.INVERSE, "base": "BTC", "quote": "USD", "settle": "BTC", "contract_size": D(100),
        "sized_in_contracts": True, "tick": D("0.1"), "step": D(1), "min_size": D(1), "taker_fee": D("0.0005"),
    }  # fmt: skip
    return Instrument(**(terms | changes))  # type: ignore[arg-type]


def okx_linear(symbol: str = PERP2) -> Instrument:
    return linear(
        symbol, venue="okx", contract_size=D("0.01"), sized_in_contracts=True, step=D("0.1"), min_size=D("0.1")
    )


def okx_inverse(symbol: str = COIN2) -> Instrument:
    return inverse(symbol, venue="okx", contract_size=D(10))


ALL = (spot(), linear(), okx_linear(), inverse(), okx_inverse(), spot(ETH))


def leg_quote(symbol: str, price: str = "60000", state: str = "valid", worst: str | None = None) -> LegQuote:
    return LegQuote(
        symbol=symbol, average=D(price), worst=D(worst or price), mid=D(price), size=D(10), age=0, state=state
    )


def quote(
    spread: str,
    side: Side = Side.BUY,
    size: str = "1",
    prices: tuple[str, str] = ("60010", "60000"),
    states: tuple[str, str] = ("valid", "valid"),
    complete: bool = True,
    reason: str = "",
) -> SpreadQuote:
    leg1, leg2 = spread.split("~")
    price = D(prices[0]) - D(prices[1])
    return SpreadQuote(
        spread=spread, side=side, size=D(size), price=price, touch=price,
        leg1=leg_quote(leg1, prices[0], states[0]), leg2=leg_quote(leg2, prices[1], states[1]),
        complete=complete, reason=reason,
    )  # fmt: skip


def request(
    spread: str = f"{PERP}~{SPOT}",
    side: Side = Side.BUY,
    size: str = "1",
    trigger: str | None = None,
    sequence: Sequence = Sequence.SIMULTANEOUS,
    type: SpreadOrderType | None = None,  # noqa: A002 (the field's name)
) -> SpreadOrderRequest:
    kind = type or (SpreadOrderType.MARKET if trigger is None else SpreadOrderType.AUTO_TRIGGER)
    return SpreadOrderRequest(
        spread=spread, side=side, type=kind, size=D(size), trigger=None if trigger is None else D(trigger),
        sequence=sequence,
    )  # fmt: skip


@dataclass
class Desk:
    """Steps the engine and keeps the record; `check` says that the record tells the same story again."""

    state: State = field(default_factory=State)
    record: list[Event | Effect] = field(default_factory=list)
    now: int = 1_000
    trades: int = 0

    def know(self, *instruments: Instrument) -> None:
        for instrument in instruments:
            self.step(Listed(self.now, instrument))

    def step(self, event: Event) -> list[Effect]:
        effects = step(self.state, event)
        self.record += [event, *effects]
        return effects

    def place(self, asked: SpreadOrderRequest, given: SpreadQuote | None = None, key: str = "k1") -> list[Effect]:
        return self.step(Placed(self.now, key, asked, given))

    def market(self, asked: SpreadOrderRequest, key: str = "k1") -> list[SendLeg]:
        effects = self.place(asked, quote(asked.spread, asked.side, str(asked.size)), key)
        return [effect for effect in effects if isinstance(effect, SendLeg)]

    def fill(self, leg: SendLeg | str, size: str | Decimal, price: str = "60000", **more: object) -> list[Effect]:
        self.trades += 1
        terms: dict[str, object] = {"trade_id": f"t{self.trades}", "fee": D(0), "fee_asset": "USDT"} | more
        return self.step(LegFilled(self.now, _id(leg), price=D(price), size=D(size), **terms))  # type: ignore[arg-type]

    def accept(self, leg: SendLeg | str) -> list[Effect]:
        return self.step(LegAccepted(self.now, _id(leg), "v1"))

    def done(
        self, leg: SendLeg | str, reason: DoneReason = DoneReason.EXPIRED, filled: str | None = None
    ) -> list[Effect]:
        return self.step(LegDone(self.now, _id(leg), reason, None if filled is None else D(filled)))

    def reject(self, leg: SendLeg | str) -> list[Effect]:
        return self.step(LegRejected(self.now, _id(leg), "no_margin", "margin is insufficient"))

    def doubt(self, leg: SendLeg | str) -> list[Effect]:
        return self.step(LegUnknown(self.now, _id(leg), "timed out"))

    def cancel(self, order_id: str = "S1") -> list[Effect]:
        return self.step(CancelAsked(self.now, order_id))

    def quote(self, order_id: str = "S1", given: SpreadQuote | None = None) -> list[Effect]:
        order = self.state.orders[order_id]
        self.now = max(self.now, order.asked or 0)
        asked = order.request
        return self.step(Quoted(self.now, order_id, given or quote(asked.spread, asked.side, str(asked.size))))

    def hedge(self, order_id: str = "S1") -> SendLeg:
        (effect,) = self.quote(order_id)
        assert isinstance(effect, SendLeg)
        return effect

    def wait(self, until: int) -> list[Effect]:
        self.now = until
        return self.step(TimePassed(until))

    def view(self, order_id: str = "S1") -> OrderView:
        return order_view(self.state, order_id)

    def stands(self, order_id: str = "S1") -> SpreadState:
        return spread_state(self.state, order_id)

    def check(self) -> None:
        assert fold_all(self.record, self.state.rules) == self.state
        assert rerun(self.record, self.state.rules) is None


def _id(leg: SendLeg | str) -> str:
    return leg if isinstance(leg, str) else leg.client_id


def ask(effects: list[Effect]) -> AskQuote:
    (effect,) = effects
    assert isinstance(effect, AskQuote)
    return effect


def ready(rules: Rules | None = None) -> Desk:
    desk = Desk(State(rules=rules or Rules()))
    desk.know(*ALL)
    return desk
