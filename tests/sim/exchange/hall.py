"""An exchange whose market is written by the test: prices, sizes and times are what the test says."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from basisdesk.domain.account import Balance, Fill, OrderUpdate, Position, Update
from basisdesk.domain.ask import MarginMode, NewOrder, OrderRef, OrderType, TimeInForce
from basisdesk.domain.instrument import Instrument, Kind, Margin
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused, VenueRules
from basisdesk.sim.exchange import SimExchange, listed
from basisdesk.sim.exchange.logins import FIRST, SECOND_ACCOUNT
from basisdesk.sim.generator import Past
from basisdesk.sim.tiers import Tables, flat
from basisdesk.venues.contract import Market, Sink

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
START = 1_762_000_000 // 3600 * 3600 * SECOND
ONE, TWO = FIRST, SECOND_ACCOUNT
D = Decimal

SPOT = Instrument(
    symbol="venue:BTC/USDT", venue="venue", market="spot", code="BTCUSDT", kind=Kind.SPOT, margin=Margin.SPOT,
    base="BTC", quote="USDT", settle="USDT", contract_size=D(1), sized_in_contracts=False, tick=D("0.5"),
    step=D("0.001"), min_size=D("0.001"), max_size=D(1000), min_notional=D(5), maker_fee=D("0.001"),
    taker_fee=D("0.002"),
)  # fmt: skip
LINEAR = replace(
    SPOT, symbol="venue:BTC/USDT:USDT", market="usdm", kind=Kind.PERPETUAL, margin=Margin.LINEAR,
    max_leverage=D(50), funding_interval=8, maker_fee=D("0.0002"), taker_fee=D("0.0005"),
)  # fmt: skip
INVERSE = replace(
    LINEAR, symbol="venue:BTC/USD:BTC", market="coinm", code="BTCUSD_PERP", margin=Margin.INVERSE, quote="USD",
    settle="BTC", contract_size=D(100), sized_in_contracts=True, step=D(1), min_size=D(1), max_size=D(100_000),
    min_notional=D(0), maker_fee=D("-0.0001"), max_leverage=None,
)  # fmt: skip
DATED = replace(
    LINEAR, symbol="venue:BTC/USDT:USDT-251107", code="BTCUSDT_251107", kind=Kind.DATED, funding_interval=None,
    expiry=START + 6 * HOUR,
)  # fmt: skip


def rated(maintenance: str) -> Tables:
    """One maintenance rate for every contract of every size."""
    return dict.fromkeys(((Margin.LINEAR, ""), (Margin.INVERSE, "")), flat(maintenance))


RULES = VenueRules(default_leverage=D(10), tiers=rated("0.01"))
Levels = Sequence[tuple[float, float]]


class Script:
    """A source that does what it is told."""

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self.listed = list(instruments)
        self.markets: dict[str, Market] = {}
        self.sink: Sink | None = None
        self.played: list[int] = []

    def instruments(self) -> list[Instrument]:
        return self.listed

    def past(self) -> dict[str, Past]:
        return {}

    def open(self, find: Callable[[Instrument], Market | None], sink: Sink) -> None:
        self.sink = sink
        for instrument in self.listed:
            market = find(instrument)
            if market is not None:
                self.markets[instrument.symbol] = market

    def next_at(self, venue: str = "") -> int | None:
        return None

    def advance(self, now: int) -> None:
        self.played.append(now)


class Hall:
    """One exchange, its two accounts, and the test's hand on its market."""

    def __init__(self, *instruments: Instrument, rules: VenueRules = RULES) -> None:
        self.now = START
        self.script = Script(instruments or (SPOT, LINEAR, INVERSE))
        self.exchange: SimExchange = listed(self.script, ["venue"], {"venue": rules}, 1, START)["venue"]
        self.said: list[tuple[str, Update]] = []
        for instrument in self.script.listed:
            self.quote(instrument, [(100.0, 5.0), (99.0, 9.0)], [(101.0, 5.0), (102.0, 9.0)])

    # ------------------------------------------------------------- the market's side

    def quote(self, instrument: Instrument, bids: Levels, asks: Levels) -> None:
        """The source shows this book, whole."""
        assert self.script.sink is not None
        market = self.script.markets[instrument.symbol]
        market.book.snapshot_levels(list(bids), list(asks), self.now, market.book.sequence + 1)
        self.script.sink.touched(market, self.now)
        self.exchange.advance(self.now)

    def trade(self, instrument: Instrument, price: float, size: float, *, buy: bool) -> None:
        """A trade prints at the source."""
        assert self.script.sink is not None
        self.script.sink.traded(self.script.markets[instrument.symbol], self.now, price, size, buy, "x")
        self.exchange.advance(self.now)

    def mark(self, instrument: Instrument, mark: float, rate: float = float("nan"), next_at: int = 0) -> None:
        """The source tells mark (and index) and the predicted rate."""
        assert self.script.sink is not None
        market = self.script.markets[instrument.symbol]
        market.carry.mark = market.carry.index = mark
        market.carry.predicted, market.carry.next_at = rate, next_at
        self.script.sink.carried(market, self.now)
        self.exchange.advance(self.now)

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        self.exchange.advance(self.now)

    # ------------------------------------------------------------- the accounts' side

    def send(
        self, instrument: Instrument, side: Side, size: Any, price: Any = None, **terms: Any
    ) -> OrderUpdate | Refused:
        account = terms.pop("account", ONE)
        kind = OrderType.MARKET if price is None else OrderType.LIMIT
        order = NewOrder(
            symbol=instrument.symbol, side=side, type=kind, client_id=terms.pop("name", ""),
            size=None if size is None else D(str(size)), price=None if price is None else D(str(price)), **terms,
        )  # fmt: skip
        return self.exchange.place(account, order, self.now)

    def buy(self, instrument: Instrument, size: Any, price: Any = None, **terms: Any) -> OrderUpdate:
        done = self.send(instrument, Side.BUY, size, price, **terms)
        assert isinstance(done, OrderUpdate), done
        return done

    def sell(self, instrument: Instrument, size: Any, price: Any = None, **terms: Any) -> OrderUpdate:
        done = self.send(instrument, Side.SELL, size, price, **terms)
        assert isinstance(done, OrderUpdate), done
        return done

    def refused(self, instrument: Instrument, side: Side, size: Any, price: Any = None, **terms: Any) -> Refused:
        done = self.send(instrument, side, size, price, **terms)
        assert isinstance(done, Refused), done
        return done

    def look(self, update: OrderUpdate, account: str = ONE) -> OrderUpdate:
        """The order as it is now."""
        done = self.exchange.order(account, OrderRef(symbol=update.symbol, venue_id=update.venue_id), self.now)
        assert isinstance(done, OrderUpdate), done
        return done

    def total(self, wallet: str, asset: str, account: str = ONE) -> Decimal:
        purse = self.exchange.floor.accounts[account].purse(wallet, asset)
        return purse.total - purse.borrowed

    def balance(self, wallet: str, asset: str, account: str = ONE) -> Balance:
        return next(each for each in self.exchange.balances(account, wallet) if each.asset == asset)

    def position(self, instrument: Instrument, account: str = ONE) -> Position | None:
        found = self.exchange.positions(account, instrument.market, instrument.symbol)
        return found[0] if found else None

    def fills(self, instrument: Instrument, account: str = ONE) -> list[Fill]:
        return self.exchange.fills(account, instrument.market, instrument.symbol, 0, self.now)

    def top(self, instrument: Instrument) -> tuple[float, float, float, float]:
        book = self.exchange.markets[instrument.symbol].book
        return book.bid, book.bid_size, book.ask, book.ask_size

    def give(self, wallet: str, asset: str, amount: Any, account: str = ONE) -> None:
        """Let a purse hold just this."""
        self.exchange.floor.accounts[account].purse(wallet, asset).total = D(str(amount))

    def isolate(self, instrument: Instrument, leverage: Any, account: str = ONE) -> None:
        self.exchange.set_leverage(account, instrument.symbol, D(str(leverage)), self.now)
        assert self.exchange.set_margin_mode(account, instrument.symbol, MarginMode.ISOLATED, self.now) is None


IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
BUY, SELL = Side.BUY, Side.SELL
