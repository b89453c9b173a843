"""Positions that were closed: how each was opened and closed by the account's own trades, and what it brought.

Followed: https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-positions-history.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import Fill, Forced
from basisdesk.domain.arithmetic import precise
from basisdesk.domain.ask import PositionSide
from basisdesk.domain.instrument import Margin, unit_worth
from basisdesk.sim.dialects.okx.names import LISTED, family_of, type_of
from basisdesk.sim.dialects.okx.params import Params, count, one_of, when, word
from basisdesk.sim.dialects.okx.text import booked, ms, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basisdesk.sim.contract import Login
    from basisdesk.sim.dialects.okx.office import Office
    from basisdesk.sim.gains import Brought

ZERO = Decimal(0)
MODES = ("", "cross", "isolated")
CLOSED = {None: "2", Forced.LIQUIDATION: "3", Forced.ADL: "5", Forced.DELIVERY: "2"}
PART, RATIO = "1", Decimal("0.00000001")
GRID = Decimal(1).scaleb(-12)


@dataclass(slots=True)
class Life:
    """A position from its first trade: signed size now, the most it was, contracts and values opened and closed."""

    first: Fill
    last: Fill
    size: Decimal = ZERO
    most: Decimal = ZERO
    opened: Decimal = ZERO
    opened_at: Decimal = ZERO
    closed: Decimal = ZERO
    closed_at: Decimal = ZERO

    def take(self, fill: Fill, size: Decimal) -> None:
        """Count a trade, or the part of it that belongs to this position; `size` is signed."""
        self.last = fill
        if self.size * size < 0:
            self.closed += abs(size)
            self.closed_at += abs(size) * fill.price
        else:
            self.opened += abs(size)
            self.opened_at += abs(size) * fill.price
        self.size += size
        self.most = max(self.most, abs(self.size))


@precise
def lives(fills: list[Fill]) -> list[Life]:
    """Go through trades, oldest first, and return each position there was or is."""
    found: list[Life] = []
    held: dict[tuple[str, PositionSide], Life] = {}
    for fill in fills:
        key, left = (fill.symbol, fill.position), fill.size * fill.side.sign
        while left:
            life = held.get(key)
            if life is None:
                life = held[key] = Life(fill, fill)
                found.append(life)
            turns = life.size * left < 0 and abs(left) > abs(life.size)
            part = -life.size if turns else left
            life.take(fill, part)
            left -= part
            if not life.size:
                del held[key]
    return found


@precise
def positions_history(office: Office, login: Login, params: Params, now: int) -> list[dict[str, Any]]:
    """Positions of which something was closed, the latest first."""
    kind, code = one_of(params, "instType", ("", *LISTED), ""), word(params, "instId")
    mode, type_ = one_of(params, "mgnMode", MODES, ""), word(params, "type")
    after, before = when(params, "after") or now + 1, when(params, "before")
    rows = [
        (life.last.at, _row(office, login, life, brought))
        for line in office.names.lines
        for life, brought in _brought(office, login, lives(office.exchange.fills(login.account, line, "", 0, now)))
        if life.closed
    ]
    office.drain(now)
    kept = [
        row
        for at, row in sorted(rows, key=lambda each: -each[0])
        if before < at < after
        and kind in {"", row["instType"]}
        and code in {"", row["instId"]}
        and mode in {"", row["mgnMode"]}
        and type_ in {"", row["type"]}
    ]
    return kept[: count(params, "limit", 100, 100)]


def _brought(office: Office, login: Login, found: list[Life]) -> Iterator[tuple[Life, Brought]]:
    """Go through positions with what each brought, of contracts and the latest first."""
    known = {
        key: list(office.exchange.brought(login.account, *key))
        for key in dict.fromkeys((life.first.symbol, life.first.position) for life in found)
    }
    for life in reversed(found):
        left = known[life.first.symbol, life.first.position]
        if left:
            yield life, left.pop()


def _row(office: Office, login: Login, life: Life, brought: Brought) -> dict[str, Any]:
    fill = life.first
    instrument = office.names.by_symbol[fill.symbol].instrument
    asked = office.exchange.new_order_of(login.account, fill.venue_id)
    leverage = office.exchange.leverage(login.account, fill.symbol)[0]
    entry, leaving = life.opened_at / life.opened, life.closed_at / life.closed
    worth = life.closed * unit_worth(instrument)
    margin = worth / entry if instrument.margin is Margin.INVERSE else worth * entry
    net = fill.position is PositionSide.NET
    return {
        "cTime": ms(fill.at), "ccy": instrument.settle, "closeAvgPx": text(leaving.quantize(GRID)),
        "closeTotalPos": text(life.closed), "direction": "long" if fill.side.sign > 0 else "short",
        "fee": booked(-brought.fee), "fundingFee": booked(brought.funding),
        "instId": instrument.code, "instType": type_of(instrument),
        "lever": text(leverage), "liqPenalty": booked(-brought.penalty),
        "mgnMode": asked.margin.value if asked and asked.margin else "cross", "nonSettleAvgPx": "",
        "openAvgPx": text(entry.quantize(GRID)), "openMaxPos": text(life.most), "pnl": booked(brought.profit),
        "pnlRatio": text((brought.realised * leverage / margin).quantize(RATIO)),
        "posId": str(office.names.numbers[instrument.code]), "posSide": "net" if net else fill.position.value,
        "realizedPnl": booked(brought.realised), "settledPnl": "", "triggerPx": "",
        "type": PART if life.size else CLOSED[life.last.forced], "uTime": ms(life.last.at),
        "uly": family_of(instrument),
    }  # fmt: skip
