"""Where demo prices come from: one fair price per coin, and one basis per market.

Fair prices are geometric random walks in steps of 50 ms that share a common factor, so that coins move together.
A market does not follow the fair price exactly: it lags by a few steps, and it carries a basis, an Ornstein-Uhlenbeck
process around its long-run level.
Now and then a market is pushed away for a minute or two and comes back; these are the moments in which a spread opens.
A dated contract carries in addition a yearly rate for the time left to delivery.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from basisdesk.sim.listing import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from basisdesk.sim.listing import Coin

STEP = SECOND // 20
YEAR = 365 * 24 * 3600 * SECOND
LONGEST_LAG = 4
BP = 1e-4


class Walk:
    """Fair prices of all coins; time only goes forward."""

    def __init__(self, chance: Random, coins: Sequence[Coin], start: int) -> None:
        self._random = chance
        self._habits = [
            (coin.coupling, math.sqrt(1.0 - coin.coupling * coin.coupling), coin.volatility) for coin in coins
        ]
        self._at = start
        self._logs = [math.log(coin.price) for coin in coins]
        self._before = tuple(coin.price for coin in coins)
        self._past: deque[tuple[float, ...]] = deque([self._before] * (LONGEST_LAG + 1), LONGEST_LAG + 1)

    def advance(self, now: int, step: int = STEP) -> None:
        """Walk up to `now` in steps of `step` ns; coarse steps keep the same volatility and know no lag."""
        while self._at + step <= now:
            self._at += step
            self._move(step)

    def price(self, coin: int, lag: int = 0) -> float:
        """Fair price of a coin, `lag` steps ago."""
        return self._past[-1 - lag][coin]

    def rising(self, coin: int) -> bool:
        """Whether the last step of this coin went up."""
        return self._past[-1][coin] > self._before[coin]

    def _move(self, step: int) -> None:
        gauss, logs = self._random.gauss, self._logs
        root = math.sqrt(step / YEAR)
        common = gauss(0.0, 1.0)
        for index, (coupling, apart, volatility) in enumerate(self._habits):
            own = gauss(0.0, 1.0)
            shock = coupling * common + apart * own
            deviation = volatility * root
            logs[index] += deviation * shock - deviation * deviation / 2
        self._before = self._past[-1]
        prices = tuple(map(math.exp, logs))
        self._past.extend([prices] * (1 if step == STEP else LONGEST_LAG + 1))


@dataclass(slots=True)
class Basis:
    """One market's distance from the fair price, as a fraction.

    `level`, `wander` and `push` are fractions; `recall` is the time constant of the way back, in ns.
    What is kept of the distance, and the noise, follow from the time that `elapsed`: in a rehearsal it is always the
    same.
    """

    level: float
    wander: float
    recall: float
    at: int
    value: float
    push: float = 0.0
    until: int = 0
    calm: float = 400.0 * SECOND
    hardest: float = 14.0 * BP
    elapsed: int = 0
    keep: float = 1.0
    noise: float = 0.0

    def advance(self, chance: Random, now: int) -> float:
        """Move to `now` and return the basis."""
        elapsed = now - self.at
        if elapsed <= 0:
            return self.value
        self.at = now
        if now >= self.until:
            self._change(chance, now)
        if elapsed != self.elapsed:
            self.elapsed, self.keep = elapsed, math.exp(-elapsed / self.recall)
            self.noise = self.wander * math.sqrt(1.0 - self.keep * self.keep)
        middle = self.level + self.push
        value = middle + (self.value - middle) * self.keep + self.noise * chance.gauss(0.0, 1.0)
        self.value = value
        return value

    def _change(self, chance: Random, now: int) -> None:
        """End a push, or begin one: pushes are rarer than the calm between them and go both ways."""
        if self.push == 0.0 and self.until:
            sign = 1.0 if chance.random() < 0.5 else -1.0  # noqa: PLR2004 (an even chance)
            self.push = sign * chance.uniform(0.4, 1.0) * self.hardest
            self.until = now + int(chance.uniform(30.0, 120.0) * SECOND)
        else:
            self.push = 0.0
            self.until = now + int(chance.expovariate(1.0 / self.calm))
