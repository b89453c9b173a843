"""Several futures orders in one request, each answered in its own row: placed, amended, cancelled.

A row that fails says why with the venue's code and stops no other; only a list that cannot be read fails as a whole.
Source: "Place Multiple Orders", "Modify Multiple Orders", "Cancel Multiple Orders" (USD-M, COIN-M).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import msgspec

from basisdesk.sim.dialects.binance import orders
from basisdesk.sim.dialects.binance.params import Params, from_json
from basisdesk.sim.dialects.binance.refuse import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from basisdesk.sim.dialects.binance.visit import Visit

Row = dict[str, object]
Item = TypeVar("Item")
MOST, MOST_CANCELS = 5, 10


def place(visit: Visit) -> list[Row]:
    """Take orders."""
    return [_answer(visit, each, orders.place) for each in _orders(visit)]


def amend(visit: Visit) -> list[Row]:
    """Change price and size of orders."""
    return [_answer(visit, each, orders.amend_future) for each in _orders(visit)]


def cancel(visit: Visit) -> list[Row]:
    """Cancel orders of one market, by the venue's ids or by the client's."""
    symbol = visit.market().instrument.code
    for names, asked, kind in (
        (("orderIdList", "orderidlist"), "orderId", int),
        (("origClientOrderIdList", "origclientorderidlist"), "origClientOrderId", str),
    ):
        for name in names:  # some clients write the names in small letters, and the venue takes both
            if name in visit.params:
                found = _read(visit, name, list[kind], MOST_CANCELS)  # type: ignore[valid-type]
                return [_answer(visit, {"symbol": symbol, asked: one}, orders.cancel) for one in found]
    raise Refusal(-1102, "Param 'origClientOrderIdList' or 'orderIdList' must be sent, but both were empty/null!")


def _orders(visit: Visit) -> list[dict[str, object]]:
    return _read(visit, "batchOrders", list[dict[str, object]], MOST)


def _read(visit: Visit, name: str, kind: type[list[Item]], most: int) -> list[Item]:
    """Read a list that is written as JSON in a parameter."""
    try:
        found = msgspec.json.decode(visit.params.text(name), type=kind)
    except msgspec.MsgspecError:
        raise Refusal(-1130, f"Data sent for parameter '{name}' is not valid.") from None
    if not 1 <= len(found) <= most:
        raise Refusal(-4082, f"Invalid number of batch place orders. It should not be larger than {most}.")
    return found


def _answer(visit: Visit, given: Mapping[str, object], answer: Callable[[Visit], Row]) -> Row:
    """Answer one row, with what became of it or with the reason why nothing did."""
    try:
        params: Params = from_json(given)
        return answer(replace(visit, params=params))
    except Refusal as refusal:
        return refusal.body()
