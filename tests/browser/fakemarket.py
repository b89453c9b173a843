"""Made-up markets in the desk's own shapes, for tests of the page.

Prices walk at random from a seed; whatever a test wants to see (a stale spread, a full ladder) it sets by hand.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any

import msgspec

from basisdesk.domain.stream import Candles, Details, Ladder, MarketRow, SpreadRow

SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND

SYMBOLS = [
    "binance:{c}/USDT",
    "okx:{c}/USDT",
    "binance:{c}/USDT:USDT",
    "binance:{c}/USDT:USDT-261225",
    "okx:{c}/USDT:USDT",
    "okx:{c}/USDT:USDT-261225",
    "bybit:{c}/USDT:USDT",
    "binance:{c}/USD:{c}",
    "binance:{c}/USD:{c}-261225",
    "deribit:{c}/USD:{c}",
]
COINS = {"BTC": 64_250.0, "ETH": 3_180.0}


class FakeMarket:
    """All rows of the made-up markets; `step` moves them."""

    def __init__(self, seed: int = 7) -> None:
        self.random = Random(seed)
        self.at = START
        self.states: dict[str, str] = {}
        self.frozen: dict[str, str] = {}
        self.basis: dict[str, float] = {}
        self.price = dict(COINS)
        self.bars: dict[str, list[tuple[int, float, float, float, float, int]]] = {}
        self.symbols = [symbol.format(c=coin) for coin in COINS for symbol in SYMBOLS]
        for symbol in self.symbols:
            self.basis[symbol] = self._level(symbol)

    def step(self, seconds: float = 0.1) -> None:
        self.at += int(seconds * SECOND)
        for coin in self.price:
            self.price[coin] *= 1 + self.random.gauss(0, 2e-5)
        for symbol in self.symbols:
            if self.random.random() < 0.5:
                drift = 0.05 * (self._level(symbol) - self.basis[symbol])
                self.basis[symbol] += drift + self.random.gauss(0, 1.2e-5)

    def market_rows(self) -> list[MarketRow]:
        return [self._market(symbol) for symbol in self.symbols]

    def spread_rows(self) -> list[SpreadRow]:
        pairs = [(one, other) for other in self.symbols for one in self.symbols if self._pairable(one, other)]
        return [self.spread_row(f"{one}~{other}") for one, other in pairs]

    def spread_row(self, spread: str) -> SpreadRow:
        leg1, leg2 = spread.split("~")
        state = self.states.get(spread, "live")
        one, other = self._mid(leg1), self._mid(leg2)
        width = self._width(leg1) + self._width(leg2)
        mid = one - other
        return SpreadRow(
            spread=spread,
            underlying=coin_of(leg1),
            leg1=leg1,
            leg2=leg2,
            bid=mid - width / 2,
            ask=mid + width / 2,
            mid=mid,
            mid_bp=1e4 * mid / other,
            last=mid,
            annualised=mid / other * 365 / 90 if "-" in leg1 else None,
            state=state,
            age=40.0 if state == "live" else 6_300.0,
            decimals=2,
        )

    def ladder(self, spread: str) -> Ladder:
        row = self.spread_row(spread)
        assert row.bid is not None
        assert row.ask is not None
        one, other = self._mid(row.leg1), self._mid(row.leg2)
        sizes = Random(spread)
        bids, asks = [], []
        for level in range(40):
            size = round(0.02 + sizes.expovariate(2.0) * (1 + level / 8), 4)
            away = round(level * 0.6 + sizes.random() * 0.5, 2)
            bids.append((round(row.bid - away, 2), size, one, other + away))
            asks.append((round(row.ask + away, 2), size, one + away, other))
        return Ladder(
            at=self.at, spread=spread, state=row.state, age=row.age, unit=unit_of(spread), decimals=2,
            bids=bids, asks=asks, short_leg=0,
        )  # fmt: skip

    def details(self, spread: str) -> Details:
        leg1, leg2 = spread.split("~")
        return Details(
            at=self.at, spread=spread, leg1=leg1, leg2=leg2, unit=unit_of(spread), step="0.001", tick="0.01",
            min_size="0.002", max_size="120", min_notional="20", max_leverage="100", taker_cost_bp=15.0, problem=None,
        )  # fmt: skip

    def candles(self, topic: str, *, whole: bool) -> Candles:
        spread, source, period = topic.removeprefix("candles:").rsplit(":", 2)
        seconds = int(period[:-1]) * {"s": 1, "m": 60, "h": 3600}[period[-1]]
        bars = self.bars.setdefault(topic, [])
        row = self.spread_row(spread)
        price = {"LAST": row.last, "BID": row.bid, "ASK": row.ask}[source]
        assert price is not None
        if not bars:
            bars.extend(self._past(price, seconds))
        opened = self.at // (seconds * SECOND) * seconds * SECOND
        if bars[-1][0] == opened:
            _, first, high, low, _, ticks = bars[-1]
            bars[-1] = (opened, first, max(high, price), min(low, price), price, ticks + 1)
        else:
            bars.append((opened, price, price, price, price, 1))
        shown = bars if whole else bars[-2:]
        return Candles(at=self.at, spread=spread, source=source, period=period, whole=whole, bars=shown)

    def _past(self, price: float, seconds: int) -> list[tuple[int, float, float, float, float, int]]:
        bars: list[tuple[int, float, float, float, float, int]] = []
        opened = self.at // (seconds * SECOND) * seconds * SECOND
        close = price
        for back in range(1, 241):
            first = close + self.random.gauss(0, 1.4) + math.sin(back / 17) * 0.7
            reach = abs(self.random.gauss(0, 0.9))
            high, low = max(first, close) + reach, min(first, close) - reach
            bars.append((opened - back * seconds * SECOND, first, high, low, close, 9))
            close = first
        return bars[::-1]

    def _market(self, symbol: str) -> MarketRow:
        mid, half = self._mid(symbol), self._width(symbol) / 2
        spot, dated = ":" not in symbol.split("/")[1], "-" in symbol
        inverse = "USD:" in symbol and "USDT" not in symbol
        perpetual = not spot and not dated
        return MarketRow(
            symbol=symbol,
            venue=symbol.split(":", maxsplit=1)[0],
            kind="spot" if spot else "dated" if dated else "perpetual",
            margin="spot" if spot else "inverse" if inverse else "linear",
            base=coin_of(symbol),
            quote="USD" if inverse else "USDT",
            expiry=START + 34 * 86_400 * SECOND if dated else None,
            state=self.states.get(symbol, "valid"),
            age=35.0,
            bid=mid - half,
            bid_size=1.204,
            ask=mid + half,
            ask_size=0.75,
            last=mid,
            mark=mid,
            funding_rate=0.0001 if perpetual else None,
            funding_apr=0.1095 if perpetual else None,
            next_funding=START + 9_000 * SECOND if perpetual else None,
            tick="0.1",
            step="0.001",
            contract_size="100" if inverse else "1",
            size_unit="contracts" if inverse else coin_of(symbol),
            min_size="0.002",
            min_notional="20",
            max_leverage=None if spot else "100",
            refusal=self.frozen.get(symbol),
            frozen=symbol in self.frozen,
        )

    def _mid(self, symbol: str) -> float:
        return round(self.price[coin_of(symbol)] * (1 + self.basis[symbol]), 2)

    def _width(self, symbol: str) -> float:
        return 1e-5 * self.price[coin_of(symbol)]

    def _level(self, symbol: str) -> float:
        chance = Random(symbol)
        if "-" in symbol:
            return 0.0042 + chance.gauss(0, 0.0006)
        return chance.gauss(0.0001 if ":" in symbol.split("/")[1] else 0, 0.0002)

    @staticmethod
    def _pairable(one: str, other: str) -> bool:
        if one == other or coin_of(one) != coin_of(other):
            return False
        kinds = [("i" if "USDT" not in name else "l") if ":" in name.split("/")[1] else "s" for name in (one, other)]
        if kinds[1] == "s":
            return kinds[0] != "s"
        return kinds[0] == kinds[1] and ("-" in one, one) > ("-" in other, other)


def coin_of(symbol: str) -> str:
    return symbol.split(":")[1].split("/", maxsplit=1)[0]


def unit_of(spread: str) -> str:
    return "USD" if spread.count("/USD:") == 2 else coin_of(spread)


def json(value: Any) -> bytes:
    return msgspec.json.encode(value)
