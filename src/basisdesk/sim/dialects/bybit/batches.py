"""Orders in batches: each is taken or refused by itself, and the answer says beside the list what became of each.

Followed: https://bybit-exchange.github.io/docs/v5/order/batch-place, batch-amend and batch-cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.sim.dialects.bybit.codes import RefusalError, parameter
from basisdesk.sim.dialects.bybit.names import LINES
from basisdesk.sim.dialects.bybit.orders import amend, cancel, create

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import Exchange
    from basisdesk.sim.dialects.bybit.params import Params

Row = dict[str, object]
EXTRA = "retExtInfo"
"""Under this name a result carries what belongs beside it."""
MOST = {"spot": 10}
MOST_CONTRACTS = 20


def _many(one: Callable[[Exchange, str, Params, int], Row]) -> Callable[[Exchange, str, Params, int], Row]:
    def answer(exchange: Exchange, account: str, params: Params, now: int) -> Row:
        line = params.choice("category", LINES, None)
        asked = params.row("request")
        if not 0 < len(asked) <= MOST.get(line, MOST_CONTRACTS):
            raise parameter("params error: request must hold some orders, and not too many")
        rows: list[Row] = []
        codes: list[Row] = []
        for each in asked:
            told: Row = {"category": line, "symbol": each.text("symbol"), "createAt": str(now // 1_000_000)}
            try:
                rows.append(told | one(exchange, account, each.beside(category=line), now))
                codes.append({"code": 0, "msg": "OK"})
            except RefusalError as error:
                rows.append(told | {"orderId": "", "orderLinkId": each.text("orderLinkId"), "createAt": ""})
                codes.append({"code": error.code, "msg": error.message})
        return {"list": rows, EXTRA: {"list": codes}}

    return answer


PATHS: dict[str, Callable[[Exchange, str, Params, int], Row]] = {
    "/v5/order/create-batch": _many(create),
    "/v5/order/amend-batch": _many(amend),
    "/v5/order/cancel-batch": _many(cancel),
}
