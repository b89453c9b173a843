"""Margin put to an isolated position, or taken from it.

Source: "Modify Isolated Position Margin", "Get Position Margin Change History" (USD-M, COIN-M).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.outcome import Reason
from basisdesk.sim.dialects.binance.refuse import Refusal, missing, said
from basisdesk.sim.dialects.binance.spell import MILLISECOND, money, ms
from basisdesk.sim.dialects.binance.tickets import POSITIONS

if TYPE_CHECKING:
    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
ADD, TAKE = 1, 2


def adjust(visit: Visit) -> Row:
    """Put margin to a position (type 1) or take some away (type 2)."""
    market, params = visit.market(), visit.params
    amount, kind = params.amount("amount"), params.whole("type")
    if amount is None:
        raise missing("amount")
    if kind not in {ADD, TAKE}:
        raise Refusal(-1130, "Data sent for parameter 'type' is not valid.")
    side = params.one_of("positionSide", POSITIONS, -4060, "BOTH")
    change = amount if kind == ADD else -amount
    symbol = market.instrument.symbol
    refused = visit.exchange.adjust_margin(visit.account, symbol, POSITIONS[side], change, visit.now)
    if refused is not None:
        match refused.reason, refused.detail:
            case Reason.MODE, _:
                raise Refusal(-4049, "Add margin only support for isolated position.")
            case Reason.REDUCE_ONLY, _:
                raise Refusal(-4054, "Cannot add position margin: position is 0.")
            case Reason.INSUFFICIENT_MARGIN, "wallet":
                raise Refusal(-4050, "Cross balance insufficient.")
            case Reason.INSUFFICIENT_MARGIN, _:
                raise Refusal(-4051, "Isolated balance insufficient.")
            case _:
                raise said(visit.line, refused)
    row: Row = {
        "symbol": market.instrument.code,
        "type": kind,
        "deltaType": "USER_ADJUST",
        "amount": money(amount),
        "asset": market.instrument.settle,
        "time": ms(visit.now),
        "positionSide": side,
    }
    visit.memory.margins.append((visit.account, visit.line, row))
    return {"code": 200, "msg": "Successfully modify position margin.", "amount": float(amount), "type": kind}


def history(visit: Visit) -> list[Row]:
    """Answer with what was put to and taken from positions of a market, the latest first."""
    params, code = visit.params, visit.market().instrument.code
    kind, limit = params.whole("type", 0), min(params.count("limit", 500), 500)
    since = params.whole("startTime", 0)
    until = params.whole("endTime", visit.now // MILLISECOND)
    rows = [
        row
        for account, line, row in visit.memory.margins
        if (account, line, row["symbol"]) == (visit.account, visit.line, code)
        and kind in {0, row["type"]}
        and since <= int(str(row["time"])) <= until
    ]
    return rows[::-1][:limit]
