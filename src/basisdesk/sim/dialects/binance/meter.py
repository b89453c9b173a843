"""The venue's counters: weight by address, orders by account, each in fixed windows.

Going over a limit is answered with 429 and the seconds to wait; whoever goes on asking is banned with 418.
A ban lasts two minutes, and longer each time.
Source: "Limits", "IP Limits", "Unfilled Order Count".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from basisdesk.sim.dialects.binance.refuse import Refusal

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
WEIGHTS = {"spot": 6000, "usdm": 2400, "coinm": 2400}
# Header, window and ceiling of each order counter.
ORDERS = {
    "spot": (("10S", 10 * SECOND, 50), ("1D", DAY, 160_000)),
    "usdm": (("10S", 10 * SECOND, 300), ("1M", MINUTE, 1200)),
    "coinm": (("1M", MINUTE, 1200),),
}
PATIENCE = 10  # warnings before a ban
FIRST_BAN, LONGEST_BAN = 120 * SECOND, 3 * DAY
UNITS = {"S": "SECOND", "M": "MINUTE", "D": "DAY"}


@dataclass(slots=True)
class _Window:
    begins: int = 0
    count: int = 0

    def add(self, now: int, length: int, units: int) -> int:
        """Count units in the window of now; return the count."""
        begins = now // length * length
        if begins != self.begins:
            self.begins, self.count = begins, 0
        self.count += units
        return self.count


@dataclass(slots=True)
class Meter:
    """All counters of the venue."""

    exhausted_until: int = 0
    _weights: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _orders: dict[tuple[str, str, str], _Window] = field(default_factory=dict)
    _warnings: dict[str, int] = field(default_factory=dict)
    _bans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def weigh(self, line: str, source: str, weight: int, now: int) -> int:
        """Count a request's weight; return what is used up in this minute, or refuse."""
        until, _ = self._bans.get(source, (0, 0))
        if now < until:
            raise _banned(until, now)
        if now < self.exhausted_until:
            raise _slow(line, self.exhausted_until - now)
        count = self._weights.setdefault((line, source), _Window()).add(now, MINUTE, weight)
        if count <= WEIGHTS[line]:
            if count == weight:
                self._warnings.pop(source, None)
            return count
        warnings = self._warnings[source] = self._warnings.get(source, 0) + 1
        if warnings > PATIENCE:
            _, before = self._bans.get(source, (0, FIRST_BAN // 2))
            self._bans[source] = (now + min(2 * before, LONGEST_BAN), min(2 * before, LONGEST_BAN))
            raise _banned(self._bans[source][0], now)
        raise _slow(line, MINUTE - now % MINUTE)

    def used(self, line: str, source: str, now: int) -> int:
        """Return what is used up of the weight of this minute."""
        return self._weights.setdefault((line, source), _Window()).add(now, MINUTE, 0)

    def count_orders(self, line: str, account: str, orders: int, now: int) -> list[tuple[str, int, int]]:
        """Count orders; return (window, used, ceiling) of each counter, or refuse.

        A batch counts as its orders in the window of seconds, as one in the longer ones.  Without an order the counts
        are only told.
        """
        told = []
        for name, length, most in ORDERS[line]:
            units = orders if length < MINUTE else min(orders, 1)
            count = self._orders.setdefault((line, account, name), _Window()).add(now, length, units)
            if units and count > most:
                raise Refusal(
                    -1015, f"Too many new orders; current limit is {most} orders per {name}.", 429, _left(length, now)
                )
            told.append((name, count, most))
        return told


def _left(length: int, now: int) -> int:
    return -(-(length - now % length) // SECOND)


def _slow(line: str, wait: int) -> Refusal:
    most = WEIGHTS[line]
    text = f"Too much request weight used; current limit is {most} request weight per 1 MINUTE."
    return Refusal(-1003, text, 429, max(1, -(-wait // SECOND)))


def _banned(until: int, now: int) -> Refusal:
    text = f"Way too much request weight used; IP banned until {until // 1_000_000}."
    return Refusal(-1003, text, 418, -(-(until - now) // SECOND))
