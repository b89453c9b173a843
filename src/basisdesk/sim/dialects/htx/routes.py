"""Every endpoint that is spoken: address, method, path, how it wraps, what it is counted against, and who answers.

Paths of different hosts collide (`/market/depth` is spot on one and coin-margined futures on the other), so the address
is part of the key.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from basisdesk.domain.ask import MarginMode
from basisdesk.sim.dialects.htx import courses, settlements, terms
from basisdesk.sim.dialects.htx import facts_rest as facts
from basisdesk.sim.dialects.htx import linear_batches as many
from basisdesk.sim.dialects.htx import linear_rest as linear
from basisdesk.sim.dialects.htx import market_rest as market
from basisdesk.sim.dialects.htx import meter as limits
from basisdesk.sim.dialects.htx import more_facts as more
from basisdesk.sim.dialects.htx import spot_batches as batches
from basisdesk.sim.dialects.htx import spot_rest as spot
from basisdesk.sim.dialects.htx.contract_lists import Lists
from basisdesk.sim.dialects.htx.first_rest import First
from basisdesk.sim.dialects.htx.refuse import Style
from basisdesk.venues.htx import symbols

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from basisdesk.sim.dialects.htx.meter import Limit
    from basisdesk.sim.dialects.htx.visit import Visit

SPOT, CONTRACT = "spot", "contract"


class Route(NamedTuple):
    """One endpoint; `whole` says that the answer is the whole body."""

    style: Style
    limit: Limit
    answer: Callable[[Visit], Any]
    private: bool = True
    trades: bool = False
    whole: bool = False


Answers = tuple[tuple[str, "Callable[[Visit], Any]"], ...]
Routes = dict[tuple[str, str, str], Route]


def _spot_public() -> Iterator[tuple[str, Route]]:
    read = limits.MARKET
    yield "/v1/common/timestamp", Route(Style.SPOT, read, facts.spot_time, private=False)
    yield "/v1/common/symbols", Route(Style.SPOT, read, facts.spot_list, private=False)
    yield "/v1/settings/common/market-symbols", Route(Style.SPOT, read, facts.spot_short_list, private=False)
    yield "/v1/settings/common/symbols", Route(Style.SPOT, read, more.pair_settings, private=False)
    yield "/v1/settings/common/currencys", Route(Style.SPOT, read, more.coin_settings, private=False)
    yield "/v1/common/currencys", Route(Style.SPOT, read, more.coin_names, private=False)
    yield "/v2/settings/common/symbols", Route(Style.SPOT, read, more.pair_settings, private=False)
    yield "/v2/settings/common/currencies", Route(Style.SPOT, read, more.coin_settings, private=False)
    yield "/v2/market-status", Route(Style.SPOT_NEW, read, more.status, private=False)
    yield "/v2/reference/currencies", Route(Style.SPOT_NEW, read, facts.currencies, private=False)
    line = symbols.SPOT
    prices: Answers = (
        ("/market/detail", more.day),
        ("/market/trade", more.last_trade(line)),
        ("/market/detail/merged", market.merged(line)),
        ("/market/tickers", market.spot_tickers),
        ("/market/depth", market.depth(line)),
        ("/market/history/trade", market.trades(line)),
        ("/market/history/kline", market.candles(line)),
        ("/market/history/candles", market.candles(line, 1000)),
    )
    for path, answer in prices:
        yield path, Route(Style.SPOT, read, answer, private=False, whole=True)


def _spot_private() -> Iterator[tuple[str, str, Route]]:
    read, write = limits.SPOT_READ, limits.SPOT_TRADE
    queries: Answers = (
        ("/v1/account/accounts", spot.accounts),
        ("/v1/account/accounts/{id}/balance", spot.balance),
        ("/v1/order/openOrders", spot.open_orders),
        ("/v1/order/orders", spot.past_orders),
        ("/v1/order/history", spot.late_orders),
        ("/v1/order/orders/getClientOrder", spot.order_by_client),
        ("/v1/order/orders/{id}", spot.order),
        ("/v1/order/orders/{id}/matchresults", spot.order_fills),
        ("/v1/order/matchresults", spot.fills),
    )
    for path, answer in queries:
        yield "GET", path, Route(Style.SPOT, read, answer)
    newer: Answers = (
        ("/v2/user/uid", spot.user),
        ("/v2/user/api-key", spot.keys),
        ("/v2/reference/transact-fee-rate", spot.fees),
    )
    for path, answer in newer:
        yield "GET", path, Route(Style.SPOT_NEW, read, answer)
    yield "GET", "/v1/account/history", Route(Style.SPOT, read, batches.history)
    yield "GET", "/v2/account/ledger", Route(Style.SPOT_NEW, read, spot.ledger, whole=True)
    commands: Answers = (
        ("/v1/order/orders/place", spot.place),
        ("/v1/order/orders/{id}/submitcancel", spot.cancel),
        ("/v1/order/orders/submitCancelClientOrder", spot.cancel_by_client),
        ("/v1/order/orders/batchCancelOpenOrders", spot.cancel_open),
        ("/v1/order/batch-orders", batches.place_many),
        ("/v1/order/orders/batchcancel", batches.cancel_many),
        ("/v1/futures/transfer", spot.futures_transfer),
    )
    for path, answer in commands:
        yield "POST", path, Route(Style.SPOT, write, answer, trades=True)
    yield "POST", "/v2/algo-orders/cancel-all-after", Route(Style.SPOT_NEW, write, spot.dead_man, trades=True)
    yield "POST", "/v2/account/transfer", Route(Style.SPOT_NEW, write, spot.transfer, trades=True)


_EXCHANGES = {
    symbols.LINEAR: ("/linear-swap-ex/market", "/linear-swap-api/v1/swap", "linear_swap"),
    symbols.COIN_SWAP: ("/swap-ex/market", "/swap-api/v1/swap", "swap"),
    symbols.COIN_FUTURES: ("/market", "/api/v1/contract", ""),
}


def _contract_public() -> Iterator[tuple[str, Route]]:
    style, read, data = Style.CONTRACT, limits.PUBLIC, limits.MARKET
    yield "/heartbeat", Route(style, read, more.heartbeat, private=False, whole=True)
    yield "/api/v1/timestamp", Route(style, read, facts.contract_time, private=False, whole=True)
    for line, (ex, api, name) in _EXCHANGES.items():
        for path, answer in (
            ("detail/merged", market.merged(line)),
            ("depth", market.depth(line)),
            ("history/trade", market.trades(line)),
            ("history/kline", market.candles(line)),
            ("bbo", market.touches(line)),
        ):
            yield f"{ex}/{path}", Route(style, data, answer, private=False, whole=True)
        for path, answer in (("trade", more.last_trade(line)), ("detail/batch_merged", more.tickers(line))):
            yield f"{ex}/{path}", Route(style, data, answer, private=False, whole=True)
        yield f"/v2{ex}/detail/batch_merged", Route(style, data, more.tickers(line), private=False, whole=True)
        yield f"{api}_price_limit", Route(style, read, more.price_limits(line), private=False)
        yield f"{api}_open_interest", Route(style, read, more.interests(line), private=False)
        yield f"{api}_contract_info", Route(style, read, facts.contract_list(line), private=False)
        wanted = "symbol" if line == symbols.COIN_FUTURES else "contract_code"
        yield f"{api}_index", Route(style, read, facts.index(line, wanted), private=False)
        for path, answer in _courses(line, name):
            yield f"/index/market/history/{path}", Route(style, data, answer, private=False, whole=True)
        yield f"{api}_his_open_interest", Route(style, read, settlements.interests(line), private=False)
        yield f"{api}_settlement_records", Route(style, read, settlements.records(line), private=False)
        yield f"{api}_estimated_settlement_price", Route(style, read, settlements.estimates(line), private=False)
        yield f"{api}_api_state", Route(style, read, terms.states(line), private=False)
        isolated = MarginMode.ISOLATED if line == symbols.LINEAR else None
        yield f"{api}_adjustfactor", Route(style, read, terms.factors(line, isolated), private=False)
        if line != symbols.COIN_FUTURES:
            yield f"{api}_funding_rate", Route(style, read, facts.funding(line), private=False)
            every = facts.funding(line, many=True)
            yield f"{api}_batch_funding_rate", Route(style, read, every, private=False)
            yield f"{api}_historical_funding_rate", Route(style, read, facts.past_funding(line), private=False)
    cross = terms.factors(symbols.LINEAR, MarginMode.CROSS)
    yield "/linear-swap-api/v1/swap_cross_adjustfactor", Route(style, read, cross, private=False)
    newer = Style.CONTRACT_NEW
    yield "/v5/market/open_interest", Route(newer, limits.V5_MARKET, settlements.newer_interest, private=False)
    yield "/v5/market/settlement_history", Route(newer, limits.V5_MARKET, settlements.newer_records, private=False)
    yield "/v5/market/funding_rate", Route(newer, limits.V5_MARKET, facts.newer_funding, private=False)
    yield "/v5/market/funding_rate_history", Route(newer, limits.V5_MARKET, facts.newer_past_funding, private=False)


def _courses(line: str, name: str) -> Answers:
    """Return the endpoints of prices that nobody trades at; the older futures have words of their own."""
    marks, basis = courses.candles(line, "mark_price"), courses.basis(line)
    if not name:
        return ("mark_price_kline", marks), ("index", courses.candles(line, "index")), ("basis", basis)
    premium = courses.candles(line, "premium_index")
    return (f"{name}_mark_price_kline", marks), (f"{name}_premium_index_kline", premium), (f"{name}_basis", basis)


def _linear() -> Iterator[tuple[str, str, Route]]:
    style, order, setting = Style.CONTRACT_NEW, limits.V5_TRADE, limits.V5_SETTING
    commands: Answers = (
        ("order", linear.place),
        ("cancel_order", linear.cancel),
        ("cancel_all_orders", linear.cancel_all),
        ("cancel-after", partial(linear.dead_man, symbols.LINEAR)),
        ("batch_orders", many.place_many),
        ("cancel_batch_orders", many.cancel_many),
        ("position", many.close),
        ("position_all", many.close_all),
    )
    for path, answer in commands:
        yield "POST", f"/v5/trade/{path}", Route(style, order, answer, trades=True)
    queries: Answers = (
        ("order", linear.order),
        ("order/opens", linear.open_orders),
        ("order/details", linear.fills),
        ("order/history", linear.past_orders),
        ("position/opens", linear.positions),
    )
    for path, answer in queries:
        yield "GET", f"/v5/trade/{path}", Route(style, order, answer)
    yield "POST", "/v5/position/lever", Route(style, setting, linear.set_leverage, trades=True)
    yield "GET", "/v5/position/lever", Route(style, setting, terms.leverage)
    yield "POST", "/v5/position/mode", Route(style, setting, linear.set_mode, trades=True)
    yield "GET", "/v5/position/mode", Route(style, setting, linear.mode)
    yield "GET", "/v5/account/balance", Route(style, setting, linear.balance)
    yield "GET", "/v5/account/bills", Route(style, setting, linear.bills)
    fees = partial(linear.fees, symbols.LINEAR)
    yield "POST", "/linear-swap-api/v1/swap_fee", Route(Style.CONTRACT, limits.READ, fees)


def _first() -> Iterator[tuple[str, str, Route]]:
    """Yield the first interface of linear contracts; whatever it only reads, it reads by POST too."""
    style, read, write = Style.CONTRACT, limits.READ, limits.TRADE
    switch = partial(linear.dead_man, symbols.LINEAR)
    yield "POST", "/linear-swap-api/v1/linear-cancel-after", Route(style, write, switch, trades=True)
    both = {"swap_cross": First(symbols.LINEAR, MarginMode.CROSS), "swap": First(symbols.LINEAR, MarginMode.ISOLATED)}
    for word, first in both.items():
        writes: Answers = (
            ("order", first.place),
            ("batchorder", first.place_many),
            ("cancel", first.cancel),
            ("cancelall", first.cancel_all),
            ("lightning_close_position", first.close),
            ("switch_lever_rate", first.set_leverage),
            ("switch_position_mode", first.set_mode),
        )
        for name, answer in writes:
            yield "POST", f"/linear-swap-api/v1/{word}_{name}", Route(style, write, answer, trades=True)
        reads: Answers = (
            ("v1/{}_order_info", first.orders),
            ("v1/{}_order_detail", first.order_with_fills),
            ("v1/{}_openorders", first.open_orders),
            ("v1/{}_hisorders", first.past_pages),
            ("v1/{}_matchresults", first.fill_pages),
            ("v1/{}_position_info", first.positions),
            ("v1/{}_account_info", first.accounts),
            ("v1/{}_account_position_info", first.accounts_and_positions),
            ("v1/{}_available_level_rate", first.leverages),
            ("v3/{}_hisorders_exact", first.past_exact),
            ("v3/{}_matchresults_exact", first.fills),
        )
        for path, answer in reads:
            yield "POST", f"/linear-swap-api/{path.format(word)}", Route(style, read, answer)
        yield "GET", f"/linear-swap-api/v1/{word}_position_side", Route(style, read, first.mode)
        for name, answer in (("hisorders", first.past_list), ("matchresults", first.fill_list)):
            yield "POST", f"/linear-swap-api/v3/{word}_{name}", Route(style, read, answer, whole=True)
    for word, first in both.items():
        limit = terms.position_limits(symbols.LINEAR, first.margin)
        yield "POST", f"/linear-swap-api/v1/{word}_position_limit", Route(style, read, limit)
    limits_of_orders = terms.order_limits(symbols.LINEAR)
    yield "POST", "/linear-swap-api/v1/swap_order_limit", Route(style, read, limits_of_orders)
    cross = both["swap_cross"]
    yield "POST", "/linear-swap-api/v1/swap_financial_record", Route(style, read, cross.records)
    yield "POST", "/linear-swap-api/v3/swap_financial_record_exact", Route(style, read, cross.records)
    yield "POST", "/linear-swap-api/v3/swap_financial_record", Route(style, read, cross.record_list, whole=True)
    yield "GET", "/linear-swap-api/v3/unified_account_info", Route(style, read, cross.whole_account, whole=True)


def _coins() -> Iterator[tuple[str, str, Route]]:
    style, read, write = Style.CONTRACT, limits.READ, limits.TRADE
    for line, api, word in (
        (symbols.COIN_SWAP, "/swap-api", "swap"),
        (symbols.COIN_FUTURES, "/api", "contract"),
    ):
        coins = Lists(line)
        writes: Answers = (
            (f"v1/{word}_order", coins.place),
            (f"v1/{word}_batchorder", coins.place_many),
            (f"v1/{word}_cancel", coins.cancel),
            (f"v1/{word}_cancelall", coins.cancel_all),
            (f"v1/{word}-cancel-after", partial(linear.dead_man, line)),
            (f"v1/{word}_switch_lever_rate", coins.set_leverage),
            ("v1/swap_lightning_close_position" if word == "swap" else "v1/lightning_close_position", coins.close),
        )
        for name, answer in writes:
            yield "POST", f"{api}/{name}", Route(style, write, answer, trades=True)
        reads: Answers = (
            (f"v1/{word}_order_info", coins.orders),
            (f"v1/{word}_order_limit", terms.order_limits(line)),
            (f"v1/{word}_position_limit", terms.position_limits(line)),
            (f"v1/{word}_available_level_rate", terms.leverages(line)),
            (f"v1/{word}_openorders", coins.open_orders),
            (f"v1/{word}_position_info", coins.positions),
            (f"v1/{word}_account_info", coins.accounts),
            (f"v1/{word}_fee", partial(linear.fees, line)),
            (f"v1/{word}_order_detail", coins.order_with_fills),
            (f"v1/{word}_hisorders", coins.past_pages),
            (f"v1/{word}_matchresults", coins.fill_pages),
            (f"v1/{word}_financial_record", coins.record_pages),
            (f"v1/{word}_account_position_info", coins.accounts_and_positions),
            (f"v3/{word}_hisorders_exact", coins.past_orders),
            (f"v3/{word}_matchresults_exact", coins.fills),
            (f"v3/{word}_financial_record_exact", coins.records),
        )
        for name, answer in reads:
            yield "POST", f"{api}/{name}", Route(style, read, answer)
        wrapped: Answers = (
            (f"v3/{word}_hisorders", coins.past_list),
            (f"v3/{word}_matchresults", coins.fill_list),
            (f"v3/{word}_financial_record", coins.record_list),
        )
        for name, answer in wrapped:
            yield "POST", f"{api}/{name}", Route(style, read, answer, whole=True)


def routes() -> Routes:
    """Return all endpoints."""
    found: Routes = {(SPOT, "GET", path): route for path, route in _spot_public()}
    found |= {(CONTRACT, "GET", path): route for path, route in _contract_public()}
    found |= {(SPOT, method, path): route for method, path, route in _spot_private()}
    for private in (_linear(), _first(), _coins()):
        found |= {(CONTRACT, method, path): route for method, path, route in private}
    return found


_NUMBER = re.compile(r"/(\d{1,20})(?=/|$)")


def lookup(table: Routes, host: str, method: str, path: str) -> tuple[Route | None, str, tuple[str, ...]]:
    """Return the endpoint of a path, its template and the numbers in the path; None for no such endpoint.

    A slash at the end does not matter; the heartbeat is even documented with one.
    """
    template = _NUMBER.sub("/{id}", path.rstrip("/"))
    return table.get((host, method, template)), template, tuple(_NUMBER.findall(path))
