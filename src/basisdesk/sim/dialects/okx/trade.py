"""Orders: placed, amended and cancelled, one or up to 20, the same over HTTP and over the socket.

Each order has a row of its own with its own code; what is wrong with the request itself is told instead of any row
where there is but one order.
Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.domain.ask import Amend, MarginMode, NewOrder, OrderType, PositionSide
from basisdesk.domain.order import Side
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.okx.algos import refuse_attached
from basisdesk.sim.dialects.okx.errors import CodeError, failure
from basisdesk.sim.dialects.okx.office import Note, Office
from basisdesk.sim.dialects.okx.params import Params, flag, number, one_of, word
from basisdesk.sim.dialects.okx.slips import client_id, named_market, reference, slip
from basisdesk.sim.dialects.okx.text import ms
from basisdesk.sim.dialects.spans import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
MOST = 20
OF_THE_REQUEST = ("50011", "50014", "50061", "51000", "51001", "51003", "51407", "51500")
"""Codes that are told instead of a row where there is but one order."""


def _ack(params: Params, venue_id: str, own: str, at: int, **more: str) -> Row:
    return {
        "clOrdId": own, "ordId": venue_id, "tag": word(params, "tag"), "ts": ms(at), "sCode": "0", "sMsg": "",
        "subCode": "",
    } | more  # fmt: skip


def place(office: Office, account: str, params: Params, now: int, *, by_number: bool) -> Row:
    """Send an order."""
    market = named_market(office, params, by_number=by_number)
    order, note = slip(market, params)
    done = office.exchange.place(account, order, now)
    if isinstance(done, Refused):
        raise failure(done, order.side)
    office.notes[done.venue_id] = note
    office.drain(now)
    at = office.exchange.created_at(account, done.venue_id)
    return _ack(params, done.venue_id, order.client_id, at) | {"sMsg": "Order placed"}


def amend(office: Office, account: str, params: Params, now: int, *, by_number: bool) -> Row:
    """Change an order; with `cxlOnFail` it is cancelled where that fails."""
    market = named_market(office, params, by_number=by_number)
    ref = reference(params, market.instrument.symbol, "51003")
    refuse_attached(params)
    size = number(params, "newSz") if word(params, "newSz") else None
    price = number(params, "newPx") if word(params, "newPx") else None
    cancels, request = flag(params, "cxlOnFail"), client_id(params, "reqId")
    if size is None and price is None:
        raise CodeError("51500")
    before = office.order(account, ref, now)
    if not isinstance(before, Refused):
        office.note(before.venue_id).amended = request
    done = office.exchange.amend(account, Amend(order=ref, size=size, price=price), now)
    if isinstance(done, Refused):
        if not isinstance(before, Refused):
            office.note(before.venue_id).amended = None
        if cancels:
            office.exchange.cancel(account, ref, now)
            office.drain(now)
        raise failure(done, None, c51603="51503", c51008="51502")
    office.drain(now)
    return _ack(params, done.venue_id, done.client_id, now, reqId=request)


def cancel(office: Office, account: str, params: Params, now: int, *, by_number: bool) -> Row:
    """Cancel an order."""
    market = named_market(office, params, by_number=by_number)
    ref = reference(params, market.instrument.symbol, "51407")
    done = office.exchange.cancel(account, ref, now)
    if isinstance(done, Refused):
        raise failure(done, None, c51603="51400")
    office.drain(now)
    return _ack(params, done.venue_id, done.client_id, now)


SINGLE: dict[str, tuple[str, Callable[..., Row]]] = {
    "trade/order": ("trade/order", place),
    "trade/amend-order": ("trade/amend-order", amend),
    "trade/cancel-order": ("trade/cancel-order", cancel),
}
BATCH: dict[str, tuple[str, Callable[..., Row]]] = {
    "trade/batch-orders": ("trade/batch-orders", place),
    "trade/amend-batch-orders": ("trade/amend-batch-orders", amend),
    "trade/cancel-batch-orders": ("trade/cancel-batch-orders", cancel),
}
SOCKET = {
    "order": "trade/order", "amend-order": "trade/amend-order", "cancel-order": "trade/cancel-order",
    "batch-orders": "trade/batch-orders", "batch-amend-orders": "trade/amend-batch-orders",
    "batch-cancel-orders": "trade/cancel-batch-orders",
}  # fmt: skip


def work(
    office: Office, account: str, path: str, given: Params | list[Params], now: int, *, by_number: bool = False
) -> tuple[str, str, list[Row]]:
    """Do what a path and its orders ask; returns code, words and rows; raises CodeError for a wrong request."""
    single = path in SINGLE
    if isinstance(given, list) == single:
        raise CodeError("50002")
    name, act = SINGLE[path] if single else BATCH[path]
    orders: list[Params] = [given] if isinstance(given, dict) else given
    if not 0 < len(orders) <= MOST:
        raise CodeError("51111")
    rows: list[Row] = []
    for params in orders:
        try:
            office.spend(name, f"{account} {params.get('instId', params.get('instIdCode'))}", now)
            if act is not cancel:
                office.spend_order(account, now)
            rows.append(act(office, account, params, now, by_number=by_number))
        except CodeError as error:
            office.drain(now)
            if single and error.code in OF_THE_REQUEST:
                raise
            rows.append(_failed(params, error, now))
    failed = sum(row["sCode"] != "0" for row in rows)
    if not failed:
        return "0", "", rows
    everything = failed == len(rows)
    return ("1", "All operations failed", rows) if everything else ("2", "Bulk operation partially succeeded.", rows)


def _failed(params: Params, error: CodeError, now: int) -> Row:
    own, venue_id = params.get("clOrdId", ""), params.get("ordId", "")
    tag = params.get("tag", "")
    return {
        "clOrdId": own if isinstance(own, str) else "", "ordId": venue_id if isinstance(venue_id, str) else "",
        "tag": tag if isinstance(tag, str) else "", "ts": ms(now), "sCode": error.code, "sMsg": error.words,
        "subCode": "",
    }  # fmt: skip


def close_position(office: Office, account: str, params: Params, now: int) -> list[Row]:
    """Close a position at the market."""
    market = named_market(office, params, by_number=False)
    instrument = market.instrument
    mode = one_of(params, "mgnMode", ("cross", "isolated"))
    side = PositionSide(one_of(params, "posSide", ("net", "long", "short"), "net"))
    held = [
        each
        for each in office.exchange.positions(account, instrument.market, instrument.symbol)
        if each.side is side and each.mode is MarginMode(mode)
    ]
    if not held:
        raise CodeError("51023")
    order = NewOrder(
        symbol=instrument.symbol,
        side=Side.SELL if held[0].size > 0 else Side.BUY,
        type=OrderType.MARKET,
        client_id=client_id(params),
        size=abs(held[0].size),
        reduce_only=side is PositionSide.NET,
        margin=MarginMode(mode),
        position=side,
    )
    done = office.exchange.place(account, order, now)
    if isinstance(done, Refused):
        raise failure(done, order.side)
    office.notes[done.venue_id] = Note(type="market", mode=mode)
    office.drain(now)
    return [{"instId": instrument.code, "posSide": side.value, "clOrdId": order.client_id, "tag": ""}]


def cancel_all_after(office: Office, account: str, params: Params, now: int) -> list[Row]:
    """Arm or disarm the dead-man switch of the whole account."""
    given = word(params, "timeOut")
    seconds = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else -1  # noqa: PLR2004
    if seconds != 0 and not 10 <= seconds <= 120:  # noqa: PLR2004 (the venue's range)
        raise CodeError("51000", "timeOut")
    for line in office.names.lines:
        office.exchange.dead_man(account, line, "", seconds, now)
    office.drain(now)
    trigger = ms(now + seconds * SECOND) if seconds else "0"
    return [{"triggerTime": trigger, "tag": word(params, "tag"), "ts": ms(now)}]
