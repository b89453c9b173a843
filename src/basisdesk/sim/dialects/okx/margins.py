"""Margin of isolated positions: how it gets there, and moving it by hand.

Followed: https://www.okx.com/docs-v5/en/#trading-account-rest-api-increase-decrease-margin.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import MarginMode, PositionSide
from basisdesk.domain.instrument import Margin, notional
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.params import Params, number, one_of, required
from basisdesk.sim.dialects.okx.text import text

if TYPE_CHECKING:
    from basisdesk.domain.account import Position
    from basisdesk.domain.instrument import Instrument
    from basisdesk.sim.contract import Login
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[dict[str, Any]]
RATIO = Decimal("0.00000001")


def isolated_mode(_office: Office, _login: Login, params: Params, _now: int) -> Rows:
    """How margin gets into isolated positions: by itself, and not otherwise."""
    mode = one_of(params, "isoMode", ("automatic",))
    one_of(params, "type", ("MARGIN", "CONTRACTS"))
    return [{"isoMode": mode}]


def adjust_margin(office: Office, login: Login, params: Params, now: int) -> Rows:
    """Put margin to an isolated position, or take away what its leverage does not need."""
    market = office.names.find(required(params, "instId"))
    side = PositionSide(one_of(params, "posSide", ("net", "long", "short")))
    kind = one_of(params, "type", ("add", "reduce"))
    amount = number(params, "amt", text_only=False)
    instrument = market.instrument
    if _isolated(office, login, instrument, side) is None:
        raise CodeError("59300")
    change = amount if kind == "add" else -amount
    refused = office.exchange.adjust_margin(login.account, instrument.symbol, side, change, now)
    office.drain(now)
    if refused is not None:
        raise CodeError("59301")
    held = _isolated(office, login, instrument, side)
    assert held is not None and held.mark and held.margin  # noqa: PT018 (it was there a moment ago)
    price = held.mark
    worth = notional(instrument, abs(held.size), price) / (price if instrument.margin is Margin.INVERSE else 1)
    return [
        {
            "instId": instrument.code, "posSide": side.value, "amt": text(amount), "type": kind,
            "leverage": text((worth / held.margin).quantize(RATIO)), "ccy": instrument.settle,
        }
    ]  # fmt: skip


def _isolated(office: Office, login: Login, instrument: Instrument, side: PositionSide) -> Position | None:
    """Return an isolated position of a side, None where there is none."""
    held = office.exchange.positions(login.account, instrument.market, instrument.symbol)
    return next((each for each in held if each.side is side and each.mode is MarginMode.ISOLATED), None)
