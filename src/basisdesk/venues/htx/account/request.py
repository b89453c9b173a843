"""How a request is put together: address, signed query, body, cost and the time it can no longer be accepted after.

Spot and contracts live on hosts of their own, and the host is part of what is signed.
A GET carries its parameters in the signed query; a POST carries them as JSON in a body that is not signed.
Every (method, path) that is used stands in `PATHS`; none of them withdraws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.errors import Refusal
from basisdesk.venues.htx import symbols
from basisdesk.venues.htx.account.limits import bucket_of
from basisdesk.venues.htx.account.sign import LIFE, signed_query
from basisdesk.venues.trading import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Session

SPOT_HOST = "api.huobi.pro"
CONTRACT_HOST = "api.hbdm.com"
SPOT_ACCOUNT, USER = "spot_account", "user"
"""What `Session.learned` holds: the number of the spot account, and that of the user."""

JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)

Body = dict[str, str | int | msgspec.Raw]

PATHS = (
    ("GET", "/v1/common/timestamp"),
    ("GET", "/api/v1/timestamp"),
    ("GET", "/v1/settings/common/market-symbols"),
    ("GET", "/linear-swap-api/v1/swap_contract_info"),
    ("GET", "/swap-api/v1/swap_contract_info"),
    ("GET", "/api/v1/contract_contract_info"),
    ("GET", "/linear-swap-api/v1/swap_batch_funding_rate"),
    ("GET", "/v5/market/funding_rate"),
    ("GET", "/v5/market/funding_rate_history"),
    ("GET", "/swap-api/v1/swap_funding_rate"),
    ("GET", "/swap-api/v1/swap_historical_funding_rate"),
    ("GET", "/v1/account/accounts"),
    ("GET", "/v2/user/uid"),
    ("GET", "/v2/user/api-key"),
    ("GET", "/v1/account/accounts/{id}/balance"),
    ("GET", "/v2/account/ledger"),
    ("GET", "/v2/reference/transact-fee-rate"),
    ("GET", "/v1/order/openOrders"),
    ("GET", "/v1/order/orders/{id}"),
    ("GET", "/v1/order/orders/getClientOrder"),
    ("GET", "/v1/order/matchresults"),
    ("POST", "/v1/order/orders/place"),
    ("POST", "/v1/order/orders/{id}/submitcancel"),
    ("POST", "/v1/order/orders/submitCancelClientOrder"),
    ("POST", "/v1/order/orders/batchCancelOpenOrders"),
    ("POST", "/v2/algo-orders/cancel-all-after"),
    ("POST", "/v2/account/transfer"),
    ("POST", "/v1/futures/transfer"),
    ("POST", "/v5/trade/order"),
    ("POST", "/v5/trade/cancel_order"),
    ("POST", "/v5/trade/cancel_all_orders"),
    ("POST", "/v5/trade/cancel-after"),
    ("POST", "/v5/position/lever"),
    ("POST", "/v5/position/mode"),
    ("GET", "/v5/position/mode"),
    ("GET", "/v5/account/balance"),
    ("GET", "/v5/account/bills"),
    ("GET", "/v5/trade/position/opens"),
    ("GET", "/v5/trade/order"),
    ("GET", "/v5/trade/order/opens"),
    ("GET", "/v5/trade/order/details"),
    ("POST", "/linear-swap-api/v1/swap_fee"),
    *(
        ("POST", f"/swap-api/{name}")
        for name in (
            "v1/swap_order",
            "v1/swap_cancel",
            "v1/swap_cancelall",
            "v1/swap-cancel-after",
            "v1/swap_switch_lever_rate",
            "v1/swap_account_info",
            "v1/swap_position_info",
            "v1/swap_openorders",
            "v1/swap_order_info",
            "v1/swap_fee",
            "v3/swap_matchresults_exact",
            "v3/swap_financial_record_exact",
        )
    ),
    *(
        ("POST", f"/api/{name}")
        for name in (
            "v1/contract_order",
            "v1/contract_cancel",
            "v1/contract_cancelall",
            "v1/contract-cancel-after",
            "v1/contract_switch_lever_rate",
            "v1/contract_account_info",
            "v1/contract_position_info",
            "v1/contract_openorders",
            "v1/contract_order_info",
            "v1/contract_fee",
            "v3/contract_matchresults_exact",
            "v3/contract_financial_record_exact",
        )
    ),
)


def host_of(line: str) -> str:
    """Return the host of a line."""
    return SPOT_HOST if line == symbols.SPOT else CONTRACT_HOST


def public(ask: Ask, line: str, path: str, query: str = "") -> Request:
    """Return a request that needs no key."""
    return Request(
        ask=ask,
        method="GET",
        origin=f"https://{host_of(line)}",
        path=f"{path}?{query}" if query else path,
        headers=FORM,
        costs=((bucket_of(line, path, changes=False, private=False), 1.0),),
    )


def get(
    ask: Ask, session: Session, now: int, line: str, path: str, parameters: Mapping[str, str | int] | None = None
) -> Request | Refusal:
    """Return a signed GET; parameters of empty text are left out."""
    told = {name: str(value) for name, value in (parameters or {}).items() if value != ""}
    return _signed(ask, session, now, ("GET", line, path), told, b"", changes=False)


def read(ask: Ask, session: Session, now: int, line: str, path: str, body: Body | None = None) -> Request | Refusal:
    """Return a signed POST that only reads; fields of empty text are left out."""
    told = {name: value for name, value in (body or {}).items() if value != ""}
    return _signed(ask, session, now, ("POST", line, path), {}, msgspec.json.encode(told), changes=False)


def change(ask: Ask, session: Session, now: int, line: str, path: str, body: Body) -> Request | Refusal:
    """Return a signed POST that changes something; fields of empty text are left out."""
    told = {name: value for name, value in body.items() if value != ""}
    return _signed(ask, session, now, ("POST", line, path), {}, msgspec.json.encode(told), changes=True)


def _signed(
    ask: Ask,
    session: Session,
    now: int,
    where: tuple[str, str, str],
    parameters: Mapping[str, str],
    body: bytes,
    *,
    changes: bool,
) -> Request | Refusal:
    method, line, path = where
    if session.credentials is None:
        return Refusal("no_key", f"{symbols.VENUE_NAME} needs a key for this: enter one for the account")
    host = host_of(line)
    query = signed_query(session.credentials, method, host, path, parameters, now)
    return Request(
        ask=ask,
        method=method,
        origin=f"https://{host}",
        path=f"{path}?{query}",
        headers=JSON if method == "POST" else FORM,
        body=body,
        changes=changes,
        costs=((bucket_of(line, path, changes=changes, private=True), 1.0),),
        expires=now + LIFE if changes else None,
    )
