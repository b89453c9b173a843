"""Spot orders in batches, and bookings under the older name.

Followed: https://huobiapi.github.io/docs/spot/v1/en/#place-a-batch-of-orders and #submit-cancel-for-multiple-orders-by-
ids.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import OrderRef
from basisdesk.domain.order import OrderStatus
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.htx import spot_rest, spot_rows
from basisdesk.sim.dialects.htx.params import BATCH
from basisdesk.sim.dialects.htx.refuse import DeniedError, missing

if TYPE_CHECKING:
    from basisdesk.sim.dialects.htx.visit import Visit

MOST_PLACED, MOST_CANCELLED = 10, 50
STATES = {"submitted": 3, "partial-filled": 4, "partial-canceled": 5, "filled": 6, "canceled": 7}
UNKNOWN = -1


def place_many(visit: Visit) -> list[dict[str, Any]]:
    """Take up to ten orders; each line says what became of its order."""
    told = []
    for params in visit.params.rows(BATCH, MOST_PLACED):
        client_id = params.any("client-order-id")
        row: dict[str, Any] = {"client-order-id": client_id} if client_id else {}
        try:
            row["order-id"] = int(spot_rest.place(replace(visit, params=params)))
        except DeniedError as error:
            row |= {"err-code": error.code, "err-msg": error.words}
        told.append(row)
    return told


def cancel_many(visit: Visit) -> dict[str, Any]:
    """Cancel up to fifty orders by their numbers or by client ids."""
    numbers = visit.params.texts("order-ids", MOST_CANCELLED)
    names = visit.params.texts("client-order-ids", MOST_CANCELLED)
    visit.params.done()
    if not numbers and not names:
        raise missing(visit.params.style, "order-ids")
    refs = {each: OrderRef(symbol="", venue_id=each) for each in numbers}
    refs |= {each: OrderRef(symbol="", client_id=each) for each in names}
    done: list[str] = []
    failed: list[dict[str, Any]] = []
    for name, ref in refs.items():
        state = _cancelled(visit, ref)
        if state is None:
            done.append(name)
            continue
        row = {"order-state": state, "err-code": "order-orderstate-error", "err-msg": "Incorrect order state"}
        if state == UNKNOWN:
            row |= {"err-code": "base-not-found", "err-msg": "record not found"}
        failed.append(row | {"order-id": ref.venue_id, "client-order-id": ref.client_id})
    return {"success": done, "failed": failed}


def _cancelled(visit: Visit, ref: OrderRef) -> int | None:
    """Cancel an order; return None, or the state in which it cannot be cancelled."""
    found = visit.exchange.order(visit.account, ref, visit.now)
    if isinstance(found, Refused) or visit.exchange.markets[found.symbol].instrument.market != spot_rest.LINE:
        return UNKNOWN
    if found.status is OrderStatus.DONE:
        return STATES[spot_rows.state_of(found)]
    visit.exchange.cancel(visit.account, OrderRef(symbol=found.symbol, venue_id=found.venue_id), visit.now)
    return None


def history(visit: Visit) -> list[dict[str, Any]]:
    """Return transfers in and out of the spot account as the older interface writes them."""
    renamed = replace(visit, params=visit.params.renamed(**{"account-id": "accountId"}))
    return [
        {
            "account-id": row["accountId"],
            "currency": row["currency"],
            "transact-amt": str(row["transactAmt"]),
            "transact-type": row["transferType"],
            "record-id": row["transactId"],
            "transact-time": row["transactTime"],
        }
        for row in spot_rest.ledger(renamed)["data"]
    ]
