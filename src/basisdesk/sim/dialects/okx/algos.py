"""Orders that wait for a price, which are not simulated: none is taken, and none is there.

Followed: https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.sim.dialects.okx.errors import WORDS, CodeError
from basisdesk.sim.dialects.okx.params import Params, one_of, word

if TYPE_CHECKING:
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[dict[str, Any]]
KINDS = ("conditional", "oco", "trigger", "move_order_stop", "iceberg", "twap", "chase")
STATES = ("", "effective", "canceled", "order_failed")
NOT_HERE = "51010"
"""Not in this mode of the account."""
ATTACHED = ("tpTriggerPx", "slTriggerPx", "newTpTriggerPx", "newSlTriggerPx")


def refuse_attached(params: Params) -> None:
    """Raise CodeError for an order that brings others along which wait."""
    if params.get("attachAlgoOrds") or any(word(params, name) for name in ATTACHED):
        raise CodeError(NOT_HERE)


def place(office: Office, params: Params) -> Rows:
    """Refuse an order that waits."""
    office.names.find(word(params, "instId"))
    one_of(params, "ordType", KINDS)
    return [{
        "algoClOrdId": word(params, "algoClOrdId"), "algoId": "", "clOrdId": "", "sCode": NOT_HERE,
        "sMsg": WORDS[NOT_HERE], "subCode": "", "tag": word(params, "tag"),
    }]  # fmt: skip


def cancel(params: list[Params]) -> Rows:
    """Find none of the orders to be cancelled."""
    return [
        {
            "algoClOrdId": word(each, "algoClOrdId"), "algoId": word(each, "algoId"), "clOrdId": "", "sCode": "51400",
            "sMsg": WORDS["51400"], "tag": "",
        }
        for each in params
    ]  # fmt: skip


def pending(_office: Office, _account: str, params: Params, _now: int) -> Rows:
    """No order waits."""
    for kind in (word(params, "ordType") or " ").split(","):
        one_of({"ordType": kind.strip()}, "ordType", KINDS)
    return []


def history(_office: Office, _account: str, params: Params, _now: int) -> Rows:
    """No order has waited."""
    one_of(params, "ordType", KINDS)
    if not one_of(params, "state", STATES, "") and not word(params, "algoId"):
        raise CodeError("50015", "state", "algoId")
    return []


def one(_office: Office, _account: str, params: Params, _now: int) -> Rows:
    """There is no such order."""
    if not word(params, "algoId") and not word(params, "algoClOrdId"):
        raise CodeError("50015", "algoId", "algoClOrdId")
    raise CodeError("51603")
