"""Which path is answered by what, and with which right.

Spot's lie below ``/api/v3``, contracts' below ``/api/contract/v2``.
A path that is not here is answered as not found; there is none that withdraws.
Followed: https://open.bigone.com/docs/spot, /docs/contract and /docs/wallet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from basisdesk.sim.dialects.bigone import (
    contract_account,
    contract_market,
    contract_orders,
    spot_market,
    spot_money,
    spot_orders,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from basisdesk.sim.dialects.bigone.visit import Visit

    Answer = Callable[[Visit], object]

SPOT_ROOT, CONTRACT_ROOT = "/api/v3/", "/api/contract/v2/"
PUBLIC, READ, TRADE, TRANSFER = "", "read", "trade", "transfer"
_PART = re.compile(r"\{(\w+)\}")


class Route(NamedTuple):
    """One path; `right` is empty where no key is needed."""

    method: str
    form: re.Pattern[str]
    answer: Answer
    right: str
    bare: bool


class Found(NamedTuple):
    """A route and the parts of the path that it leaves open."""

    route: Route
    parts: Mapping[str, str]


def _route(method: str, path: str, answer: Answer, right: str = PUBLIC) -> Route:
    form = "".join(
        f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece) for index, piece in enumerate(_PART.split(path))
    )
    return Route(method, re.compile(form), answer, right, path.startswith(CONTRACT_ROOT))


_S, _V, _C = SPOT_ROOT, f"{SPOT_ROOT}viewer/", CONTRACT_ROOT

ROUTES = (
    _route("GET", f"{_S}ping", spot_market.ping),
    _route("GET", f"{_S}assets", spot_market.assets),
    _route("GET", f"{_S}asset_pairs", spot_market.pairs),
    _route("GET", f"{_S}asset_pairs/tickers", spot_market.tickers),
    _route("GET", f"{_S}asset_pairs/{{pair}}/ticker", spot_market.ticker),
    _route("GET", f"{_S}asset_pairs/{{pair}}/depth", spot_market.depth),
    _route("GET", f"{_S}asset_pairs/{{pair}}/trades", spot_market.trades),
    _route("GET", f"{_S}asset_pairs/{{pair}}/candles", spot_market.candles),
    _route("GET", f"{_V}accounts", spot_money.accounts, READ),
    _route("GET", f"{_V}accounts/{{asset}}", spot_money.account, READ),
    _route("GET", f"{_V}fund/accounts", spot_money.fund_accounts, READ),
    _route("GET", f"{_V}fund/accounts/{{asset}}", spot_money.fund_account, READ),
    _route("GET", f"{_V}trading_fees", spot_money.fees, READ),
    _route("GET", f"{_V}transfer", spot_money.transferred, READ),
    _route("POST", f"{_V}transfer", spot_money.transfer, TRANSFER),
    _route("GET", f"{_V}orders", spot_orders.listed, READ),
    _route("POST", f"{_V}orders", spot_orders.create, TRADE),
    _route("POST", f"{_V}orders/multi", spot_orders.create_many, TRADE),
    _route("POST", f"{_V}orders/cancel", spot_orders.cancel_all, TRADE),
    _route("GET", f"{_V}orders/{{id}}", spot_orders.by_path, READ),
    _route("POST", f"{_V}orders/{{id}}/cancel", spot_orders.cancel_by_path, TRADE),
    _route("GET", f"{_V}order", spot_orders.by_query, READ),
    _route("POST", f"{_V}order/cancel", spot_orders.cancel_named, TRADE),
    _route("GET", f"{_V}trades", spot_orders.trades, READ),
    _route("GET", f"{_C}symbols", contract_market.symbols),
    _route("GET", f"{_C}instruments", contract_market.instruments),
    _route("GET", f"{_C}depth@{{symbol}}/snapshot", contract_market.snapshot),
    _route("GET", f"{_C}accounts", contract_account.accounts, READ),
    _route("PUT", f"{_C}positions/{{symbol}}/margin", contract_account.set_margin, TRADE),
    _route("PUT", f"{_C}positions/{{symbol}}/risk-limit", contract_account.set_risk, TRADE),
    _route("POST", f"{_C}orders", contract_orders.create, TRADE),
    _route("GET", f"{_C}orders", contract_orders.listed, READ),
    _route("GET", f"{_C}orders/opening", contract_orders.opening, READ),
    _route("GET", f"{_C}orders/count", contract_orders.count, READ),
    _route("GET", f"{_C}orders/opening/count", contract_orders.opening_count, READ),
    _route("GET", f"{_C}orders/{{id}}", contract_orders.find, READ),
    _route("DELETE", f"{_C}orders/{{id}}", contract_orders.cancel, TRADE),
    _route("GET", f"{_C}trades", contract_orders.trades, READ),
    _route("GET", f"{_C}trades/count", contract_orders.trades_count, READ),
)


def route_of(method: str, path: str) -> Found | None:
    """Return the route of a path, the first that fits, None when there is none."""
    for route in ROUTES:
        fits = route.form.fullmatch(path) if route.method == method else None
        if fits is not None:
            return Found(route, fits.groupdict())
    return None
