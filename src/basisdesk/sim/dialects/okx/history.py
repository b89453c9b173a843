"""What an account did: open and past orders, fills, booked rows; newest first, in pages.

Followed: https://www.okx.com/docs-v5/en/#order-book-trading-trade and #trading-account-rest-api-get-bills-details.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.domain.account import IncomeKind
from basisdesk.domain.order import OrderStatus
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.names import LISTED, family_of, type_of
from basisdesk.sim.dialects.okx.params import Params, count, one_of, required, when, word
from basisdesk.sim.dialects.okx.slips import fill_row, order_row, reference
from basisdesk.sim.dialects.okx.text import ms, text
from basisdesk.sim.dialects.spans import DAY

if TYPE_CHECKING:
    from basisdesk.domain.account import Income, OrderUpdate
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[dict[str, Any]]
ANY_TYPE = ("", *LISTED)
BILLS = {
    IncomeKind.TRANSFER: ("1", "11", "12"),
    IncomeKind.TRADE: ("2", "1", "2"),
    IncomeKind.FEE: ("2", "1", "2"),
    IncomeKind.REBATE: ("2", "1", "2"),
    IncomeKind.DELIVERY: ("3", "112", "113"),
    IncomeKind.LIQUIDATION: ("5", "104", "105"),
    IncomeKind.INTEREST: ("7", "9", "9"),
    IncomeKind.FUNDING: ("8", "174", "173"),
    IncomeKind.OTHER: ("22", "1", "1"),
}
"""Type of a bill, and its sub-type for what came in and what went out."""


def _page(rows: Rows, params: Params, mark: str) -> Rows:
    """Return one page of rows that are newest first; `after` an id means older."""
    after, before = word(params, "after"), word(params, "before")
    for name, value in (("after", after), ("before", before)):
        if value and not (value.isascii() and value.isdigit()):
            raise CodeError("51000", name)
    kept = [
        row
        for row in rows
        if (not after or _order(row[mark]) < _order(after)) and (not before or _order(row[mark]) > _order(before))
    ]
    return kept[: count(params, "limit", 100, 100)]


def _order(digits: str) -> tuple[int, str]:
    return len(digits), digits


def _filtered(rows: Rows, params: Params, kinds: tuple[str, ...] = ANY_TYPE) -> Rows:
    """Keep the rows that a request names by type, code, family, order type and state."""
    kind = one_of(params, "instType", kinds, "" if "" in kinds else None)
    code, family = word(params, "instId"), word(params, "instFamily") or word(params, "uly")
    types = word(params, "ordType").split(",") if word(params, "ordType") else []
    state, order = word(params, "state"), word(params, "ordId")
    return [
        row
        for row in rows
        if kind in {"", row["instType"]}
        and code in {"", row["instId"]}
        and (not family or row["instId"].startswith(f"{family}-"))
        and (not types or row["ordType"] in types)
        and state in {"", row.get("state", "")}
        and order in {"", row["ordId"]}
    ]


def order(office: Office, account: str, params: Params, now: int) -> Rows:
    """One order."""
    market = office.names.find(required(params, "instId"))
    found = office.order(account, reference(params, market.instrument.symbol, "51003"), now)
    if isinstance(found, Refused):
        raise CodeError("51603")
    return [order_row(office, account, found)]


def orders_pending(office: Office, account: str, params: Params, _now: int) -> Rows:
    """Orders that live."""
    living = [update for line in office.names.lines for update in office.exchange.open_orders(account, line)]
    rows = [order_row(office, account, update) for update in _newest(living)]
    return _page(_filtered(rows, params), params, "ordId")


def orders_history(office: Office, account: str, params: Params, now: int) -> Rows:
    """Orders that ended, of the last seven days."""
    return _history(office, account, params, now, 7 * DAY)


def orders_archive(office: Office, account: str, params: Params, now: int) -> Rows:
    """Orders that ended, of the last three months."""
    return _history(office, account, params, now, 90 * DAY)


def _history(office: Office, account: str, params: Params, now: int, memory: int) -> Rows:
    one_of(params, "instType", LISTED)
    since, until = max(now - memory, when(params, "begin")), when(params, "end") or now
    ended = [
        update
        for line in office.names.lines
        for update in office.exchange.past_orders(account, line, "", since, now)
        if update.status is OrderStatus.DONE and office.exchange.created_at(account, update.venue_id) <= until
    ]
    office.drain(now)
    rows = [order_row(office, account, update) for update in _newest(ended)]
    return _page(_filtered(rows, params, LISTED), params, "ordId")


def _newest(updates: list[OrderUpdate]) -> list[OrderUpdate]:
    return sorted(updates, key=lambda update: _order(update.venue_id), reverse=True)


def fills(office: Office, account: str, params: Params, now: int) -> Rows:
    """Own trades of the last three days."""
    return _fills(office, account, params, now, 3 * DAY)


def fills_history(office: Office, account: str, params: Params, now: int) -> Rows:
    """Own trades of the last three months, of one type."""
    one_of(params, "instType", LISTED)
    return _fills(office, account, params, now, 90 * DAY)


def _fills(office: Office, account: str, params: Params, now: int, memory: int) -> Rows:
    since, until = max(now - memory, when(params, "begin")), when(params, "end") or now
    told = [
        fill
        for line in office.names.lines
        for fill in office.exchange.fills(account, line, "", since, now)
        if fill.at <= until
    ]
    office.drain(now)
    rows = [fill_row(office, account, fill) for fill in reversed(told)]
    return _page(_filtered(rows, params), params, "billId")


def bills(office: Office, account: str, params: Params, now: int) -> Rows:
    """Booked rows of the last seven days."""
    return _bills(office, account, params, now - 7 * DAY)


def bills_archive(office: Office, account: str, params: Params, now: int) -> Rows:
    """Booked rows of the last three months."""
    return _bills(office, account, params, now - 90 * DAY)


def _bills(office: Office, account: str, params: Params, earliest: int) -> Rows:
    kind, asset = word(params, "type"), word(params, "ccy")
    since = max(earliest, when(params, "begin"))
    booked: dict[tuple[str, str, str], Income] = {}
    for line in office.names.lines:
        for row in office.exchange.income(account, line, "", since):
            booked[row.id, row.asset, text(row.amount)] = row
    rows = [_bill(office, row) for row in reversed(booked.values())]
    kept = [row for row in rows if kind in {"", row["type"]} and asset in {"", row["ccy"]}]
    return _page(_filtered(kept, params), params, "billId")


def _bill(office: Office, row: Income) -> dict[str, Any]:
    type_, came, went = BILLS[row.kind]
    instrument = office.names.by_symbol[row.symbol].instrument if row.symbol else None
    return {
        "bal": "", "balChg": text(row.amount), "billId": row.id, "ccy": row.asset, "clOrdId": "", "execType": "",
        "fee": "0", "fillFwdPx": "", "fillIdxPx": "", "fillMarkPx": "", "fillMarkVol": "", "fillPxUsd": "",
        "fillPxVol": "", "fillTime": ms(row.at), "from": "", "instFamily": family_of(instrument) if instrument else "",
        "instId": instrument.code if instrument else "", "instType": type_of(instrument) if instrument else "",
        "interest": text(row.amount) if row.kind is IncomeKind.INTEREST else "0", "mgnMode": "cross", "notes": "",
        "ordId": "", "ordType": "", "pnl": text(row.amount) if row.kind is IncomeKind.FUNDING else "0", "posBal": "0",
        "posBalChg": "0", "px": "", "subType": came if row.amount > 0 else went, "sz": text(abs(row.amount)),
        "tag": "", "to": "", "tradeId": "", "ts": ms(row.at), "type": type_,
    }  # fmt: skip
