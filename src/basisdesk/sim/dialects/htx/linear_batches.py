"""Several linear orders at once, and positions closed at the market, as the newer interface (`/v5`) takes them.

What is refused of a batch is told in its own row of an answer that succeeds.
Followed: https://www.htx.com/en-us/opend/newApiPages/ (USDT-margined contracts, v5).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import NewOrder, OrderRef, OrderType
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.htx import linear_rest as linear
from basisdesk.sim.dialects.htx.params import BATCH
from basisdesk.sim.dialects.htx.refuse import DeniedError, denied, missing

if TYPE_CHECKING:
    from basisdesk.domain.account import Position
    from basisdesk.sim.dialects.htx.visit import Visit

MOST = 20
FINE: dict[str, Any] = {"code": 200, "message": "Success"}


def place_many(visit: Visit) -> list[dict[str, Any]]:
    """Take several orders."""
    rows = []
    for params in visit.params.rows(BATCH, MOST):
        client_id = params.any("client_order_id")
        try:
            rows.append(FINE | linear.place(replace(visit, params=params)))
        except DeniedError as error:
            rows.append(_failed(error.code, error.words, "", client_id))
    return rows


def cancel_many(visit: Visit) -> list[dict[str, Any]]:
    """Cancel several orders of a contract, by their numbers or by client ids."""
    symbol = visit.market(linear.LINE, "contract_code").instrument.symbol
    numbers, names = visit.params.texts("order_id", MOST), visit.params.texts("client_order_id", MOST)
    visit.params.done()
    if not numbers and not names:
        raise missing(visit.params.style, "order_id")
    refs = [OrderRef(symbol=symbol, venue_id=each) for each in numbers]
    refs += [OrderRef(symbol=symbol, client_id=each) for each in names]
    rows = []
    for ref in refs:
        ended = visit.exchange.cancel(visit.account, ref, visit.now)
        if isinstance(ended, Refused):
            rows.append(_failed("1061", "The order does not exist.", ref.venue_id, ref.client_id))
        else:
            rows.append(FINE | linear.named(ended))
    return rows


def _failed(code: str, words: str, number: str, client_id: str) -> dict[str, Any]:
    return {"code": int(code), "message": words, "order_id": number, "client_order_id": client_id}


def close(visit: Visit) -> dict[str, str]:
    """Close a position of a contract at the market."""
    params = visit.params
    symbol = visit.market(linear.LINE, "contract_code").instrument.symbol
    margin = linear.MARGINS[params.need("margin_mode", among=linear.MARGINS)]
    side = linear.SIDES[params.text("position_side", among=linear.SIDES) or "both"]
    client_id = linear.client_id_of(visit)
    params.ignore(*linear.TAGS)
    params.done()
    for held in visit.exchange.positions(visit.account, linear.LINE, symbol):
        if (held.mode, held.side) == (margin, side):
            return _closed(visit, held, client_id)
    raise DeniedError("1048", "Insufficient close amount available.")


def close_all(visit: Visit) -> list[dict[str, Any]]:
    """Close every position at the market."""
    visit.params.done()
    held = visit.exchange.positions(visit.account, linear.LINE)
    return [FINE | _closed(visit, each, "") for each in held]


def _closed(visit: Visit, held: Position, client_id: str) -> dict[str, str]:
    order = NewOrder(
        symbol=held.symbol,
        side=Side.SELL if held.size > 0 else Side.BUY,
        type=OrderType.MARKET,
        size=abs(held.size),
        client_id=client_id,
        reduce_only=held.side is linear.SIDES["both"],
        margin=held.mode,
        position=held.side,
    )
    taken = visit.exchange.place(visit.account, order, visit.now)
    if isinstance(taken, Refused):
        raise denied(taken, visit.params.style)
    return linear.named(taken)
