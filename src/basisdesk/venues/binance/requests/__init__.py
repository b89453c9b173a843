"""From what is asked to the signed request.

`plan` says which endpoint and parameters an ask takes, without key and clock; `encode` signs it for HTTP.
The WebSocket order entry signs the same plans in its own way.
Nothing must be known before an ask can be made, so `encode` never answers with another ask's request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from basisdesk.domain import ask as asks
from basisdesk.domain.errors import Refusal
from basisdesk.venues.binance.requests import account, orders, public
from basisdesk.venues.binance.sign import Plan, written

if TYPE_CHECKING:
    from basisdesk.venues.trading import Request, Session

_FUTURES = tuple(
    (method, f"{root}/{path}")
    for root in ("/fapi/v1", "/dapi/v1")
    for method, path in (
        ("GET", "time"),
        ("GET", "exchangeInfo"),
        ("GET", "fundingInfo"),
        ("GET", "premiumIndex"),
        ("GET", "fundingRate"),
        ("POST", "order"),
        ("PUT", "order"),
        ("DELETE", "order"),
        ("GET", "order"),
        ("DELETE", "allOpenOrders"),
        ("GET", "openOrders"),
        ("POST", "countdownCancelAll"),
        ("POST", "leverage"),
        ("POST", "marginType"),
        ("POST", "positionSide/dual"),
        ("GET", "positionSide/dual"),
        ("POST", "listenKey"),
        ("PUT", "listenKey"),
        ("GET", "userTrades"),
        ("GET", "income"),
        ("GET", "commissionRate"),
    )
)
PATHS = (
    ("GET", "/api/v3/time"),
    ("GET", "/api/v3/exchangeInfo"),
    ("POST", "/api/v3/order"),
    ("PUT", "/api/v3/order/amend/keepPriority"),
    ("DELETE", "/api/v3/order"),
    ("GET", "/api/v3/order"),
    ("DELETE", "/api/v3/openOrders"),
    ("GET", "/api/v3/openOrders"),
    ("GET", "/api/v3/account"),
    ("GET", "/api/v3/account/commission"),
    ("GET", "/api/v3/myTrades"),
    ("POST", "/sapi/v1/asset/transfer"),
    ("GET", "/sapi/v1/account/apiRestrictions"),
    *_FUTURES,
    ("GET", "/fapi/v3/balance"),
    ("GET", "/dapi/v1/balance"),
    ("GET", "/fapi/v2/positionRisk"),
    ("GET", "/dapi/v1/positionRisk"),
)


def encode(ask: asks.Ask, session: Session, now: int) -> Request | Refusal:
    """Return the request that asks this at venue time `now` (ns), or why it cannot be asked."""
    planned = plan(ask, session, now)
    return planned if isinstance(planned, Refusal) else written(planned, ask, session, now)


def costs(ask: asks.Ask, session: Session, now: int) -> tuple[tuple[str, float], ...] | Refusal:
    """Return what an ask over the WebSocket API costs, nothing where it goes over HTTP, or why it cannot be asked."""
    planned = plan(ask, session, now)
    if isinstance(planned, Refusal):
        return planned
    return planned.costs if planned.socket_method else ()


def plan(ask: asks.Ask, session: Session, now: int) -> Plan | Refusal:  # noqa: C901, PLR0911 (a case an ask)
    """Return the endpoint and parameters of an ask."""
    match ask:
        case asks.Place(order):
            return orders.place(order, session)
        case asks.Amend():
            return orders.amend(ask, session)
        case asks.Cancel(order):
            return orders.cancel(order, session)
        case asks.CancelAll():
            return orders.cancel_all(ask, session)
        case asks.DeadMan():
            return orders.dead_man(ask, session)
        case asks.SetLeverage():
            return account.set_leverage(ask, session)
        case asks.SetMarginMode():
            return account.set_margin(ask, session)
        case asks.SetPositionMode():
            return account.set_position(ask)
        case asks.MoveFunds():
            return account.move(ask)
        case asks.OpenStream(line):
            return account.listen_key(line, "POST")
        case asks.KeepStream(line):
            return account.listen_key(line, "PUT")
        case _:
            return _query(ask, session, now)


def _query(ask: asks.Query, session: Session, now: int) -> Plan | Refusal:  # noqa: C901, PLR0911, PLR0912 (as above)
    match ask:
        case asks.AskTime(line):
            return public.clock(line)
        case asks.AskInstruments():
            return public.instruments(ask)
        case asks.AskFunding():
            return public.funding(ask, session)
        case asks.AskAccounts():
            return account.balances("spot", "")
        case asks.AskBalances(line, name):
            return account.balances(line, name)
        case asks.AskPositions(line, symbol):
            return account.positions(line, symbol, session)
        case asks.AskPositionMode(line):
            return account.position_mode(line)
        case asks.AskOpenOrders(line, symbol):
            return account.open_orders(line, symbol, session)
        case asks.AskOrder(order):
            return account.order(order, session)
        case asks.AskFills():
            return account.fills(ask, session, now)
        case asks.AskIncome():
            return account.income(ask, session)
        case asks.AskFees(symbol):
            return account.fees(symbol, session)
        case asks.AskPermissions():
            return account.permissions()
        case _:
            assert_never(ask)
