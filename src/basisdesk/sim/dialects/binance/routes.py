"""Which path is answered by what, at which weight, with which security and parameters.

The same endpoints serve HTTP and the WebSocket API; a WebSocket method names its endpoint.
Weights that depend on a parameter are written as functions of the visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from basisdesk.sim.dialects.binance import (
    account,
    batches,
    candles,
    listing,
    margins,
    market_data,
    orders,
    settings,
    wallet,
    windows,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.dialects.binance.params import Params
    from basisdesk.sim.dialects.binance.visit import Visit

NONE, KEY, SIGNED = "none", "key", "signed"
Steps = tuple[tuple[int, int], ...]
Weight = int | tuple[int, int] | Steps
"""A weight, the weights with one symbol (or a list of them) and without, or (most rows, weight) in rising order."""


class Route(NamedTuple):
    """An endpoint; `known` are its parameters.

    `orders` is how many orders it counts for: none with 0, where the counts are only told; None where not even that.
    """

    answer: Callable[[Visit], object]
    weight: Weight
    security: str
    known: tuple[str, ...]
    trades: bool = False
    transfers: bool = False
    orders: int | None = None

    def cost(self, params: Params) -> int:
        """Return what a request costs."""
        weight = self.weight
        if isinstance(weight, int):
            return weight
        first, last = weight[0], weight[-1]
        if isinstance(first, int) and isinstance(last, int):
            return first if "symbol" in params or "symbols" in params else last
        rows = params.rows()
        return next((cost for most, cost in cast("Steps", weight) if rows <= most), cast("Steps", weight)[-1][1])


def _public(answer: Callable[[Visit], object], weight: Weight, known: str = "") -> Route:
    return Route(answer, weight, NONE, tuple(known.split()))


def _private(answer: Callable[[Visit], object], weight: Weight, known: str = "") -> Route:
    return Route(answer, weight, SIGNED, tuple(known.split()))


def _trade(answer: Callable[[Visit], object], weight: Weight, known: str, count: int | None = None) -> Route:
    return Route(answer, weight, SIGNED, tuple(known.split()), trades=True, orders=count)


NEW = "symbol side type timeInForce quantity price newClientOrderId newOrderRespType selfTradePreventionMode"
SPOT_NEW = f"{NEW} quoteOrderQty strategyId strategyType stopPrice trailingDelta icebergQty"
FUTURES_NEW = (
    f"{NEW} positionSide reduceOnly stopPrice closePosition activationPrice callbackRate workingType priceProtect "
    "priceMatch goodTillDate"
)
SPOT_BOOK: Steps = ((100, 5), (500, 25), (1000, 50), (5000, 250))
BOOK: Steps = ((50, 2), (100, 5), (500, 10), (1000, 20))
CANDLES: Steps = ((99, 1), (499, 2), (1000, 5), (1500, 10))
ONE = "symbol orderId origClientOrderId"
LISTS = "orderIdList origClientOrderIdList"
PAGE = "startTime endTime limit"

SPOT: dict[tuple[str, str], Route] = {
    ("GET", "/api/v3/ping"): _public(market_data.ping, 1),
    ("GET", "/api/v3/time"): _public(market_data.clock, 1),
    ("GET", "/api/v3/exchangeInfo"): _public(
        listing.exchange_information, 20, "symbol symbols permissions showPermissionSets symbolStatus"
    ),
    ("GET", "/api/v3/depth"): _public(market_data.depth, SPOT_BOOK, "symbol limit"),
    ("GET", "/api/v3/trades"): _public(market_data.trades, 25, "symbol limit"),
    ("GET", "/api/v3/historicalTrades"): _public(market_data.old_trades, 25, "symbol limit fromId"),
    ("GET", "/api/v3/aggTrades"): _public(market_data.aggregate_trades, 4, f"symbol fromId {PAGE}"),
    ("GET", "/api/v3/klines"): _public(candles.klines, 2, f"symbol interval timeZone {PAGE}"),
    ("GET", "/api/v3/uiKlines"): _public(candles.klines, 2, f"symbol interval timeZone {PAGE}"),
    ("GET", "/api/v3/avgPrice"): _public(market_data.average_price, 2, "symbol"),
    ("GET", "/api/v3/ticker/24hr"): _public(market_data.day_ticker, (2, 80), "symbol symbols type"),
    ("GET", "/api/v3/ticker"): _public(windows.window_ticker, (4, 200), "symbol symbols type windowSize"),
    ("GET", "/api/v3/ticker/tradingDay"): _public(
        windows.day_of_trading, (4, 200), "symbol symbols type timeZone symbolStatus"
    ),
    ("GET", "/api/v3/ticker/price"): _public(market_data.price_ticker, (2, 4), "symbol symbols"),
    ("GET", "/api/v3/ticker/bookTicker"): _public(market_data.book_ticker, (2, 4), "symbol symbols"),
    ("POST", "/api/v3/order"): _trade(orders.place, 1, SPOT_NEW, 1),
    ("POST", "/api/v3/order/test"): _trade(orders.check, 1, f"{SPOT_NEW} computeCommissionRates"),
    ("DELETE", "/api/v3/order"): _trade(orders.cancel, 1, f"{ONE} newClientOrderId cancelRestrictions"),
    ("GET", "/api/v3/order"): _private(orders.ask, 4, ONE),
    ("PUT", "/api/v3/order/amend/keepPriority"): _trade(orders.amend_spot, 4, f"{ONE} newQty newClientOrderId"),
    ("POST", "/api/v3/order/cancelReplace"): _trade(
        orders.cancel_replace, 1, f"{SPOT_NEW} cancelReplaceMode cancelOrderId cancelOrigClientOrderId "
        "cancelNewClientOrderId orderRateLimitExceededMode", 1,
    ),
    ("GET", "/api/v3/order/amendments"): _private(orders.amendments, 4, "symbol orderId fromExecutionId limit"),
    ("GET", "/api/v3/openOrders"): _private(orders.open_orders, (6, 80), "symbol"),
    ("DELETE", "/api/v3/openOrders"): _trade(orders.cancel_all, 1, "symbol"),
    ("GET", "/api/v3/allOrders"): _private(orders.all_orders, 20, f"symbol orderId {PAGE}"),
    ("GET", "/api/v3/account"): _private(account.spot_account, 20, "omitZeroBalances"),
    ("GET", "/api/v3/account/commission"): _private(settings.commission, 20, "symbol"),
    ("GET", "/api/v3/myFilters"): _private(listing.own_filters, 40, "symbol"),
    ("GET", "/api/v3/rateLimit/order"): Route(settings.order_counts, 40, SIGNED, (), orders=0),
    ("GET", "/api/v3/myTrades"): _private(account.fills, 20, f"symbol orderId fromId {PAGE}"),
    ("GET", "/api/v3/openOrderList"): _private(wallet.none, 6),
    ("GET", "/api/v3/allOrderList"): _private(wallet.none, 20, f"fromId {PAGE}"),
    ("GET", "/api/v3/myPreventedMatches"): _private(
        wallet.none, 20, "symbol preventedMatchId orderId fromPreventedMatchId limit"
    ),
    ("GET", "/api/v3/myAllocations"): _private(wallet.none, 20, f"symbol fromAllocationId orderId {PAGE}"),
    ("POST", "/sapi/v1/asset/transfer"): Route(
        wallet.move, 1, SIGNED, ("type", "asset", "amount", "fromSymbol", "toSymbol"), transfers=True
    ),
    ("GET", "/sapi/v1/asset/transfer"): _private(wallet.transfers, 1, f"type current size fromSymbol toSymbol {PAGE}"),
    ("GET", "/sapi/v1/capital/config/getall"): _private(wallet.coins, 10),
    ("POST", "/sapi/v1/asset/get-funding-asset"): _private(wallet.funding_assets, 1, "asset needBtcValuation"),
    ("POST", "/sapi/v3/asset/getUserAsset"): _private(wallet.user_assets, 5, "asset needBtcValuation"),
    ("GET", "/sapi/v1/account/status"): _private(wallet.standing, 1),
    ("GET", "/sapi/v1/account/apiTradingStatus"): _private(wallet.trading_status, 1),
    ("GET", "/sapi/v1/account/apiRestrictions"): _private(wallet.rights, 1),
    ("GET", "/sapi/v1/asset/tradeFee"): _private(wallet.trade_fees, 1, "symbol"),
    ("GET", "/sapi/v1/margin/allPairs"): _private(wallet.none, 1, "symbol symbols"),
    ("GET", "/sapi/v1/margin/isolated/allPairs"): _private(wallet.none, 1, "symbol symbols"),
    ("GET", "/sapi/v1/system/status"): _public(wallet.status, 1),
}  # fmt: skip


def _futures(root: str) -> dict[tuple[str, str], Route]:
    """Return what both futures lines have."""
    return _futures_market(root) | _futures_account(root)


def _futures_market(root: str) -> dict[tuple[str, str], Route]:
    """Return the market data of both futures lines."""
    return {
        ("GET", f"{root}/ping"): _public(market_data.ping, 1),
        ("GET", f"{root}/time"): _public(market_data.clock, 1),
        ("GET", f"{root}/exchangeInfo"): _public(listing.exchange_information, 1),
        ("GET", f"{root}/depth"): _public(market_data.depth, BOOK, "symbol limit"),
        ("GET", f"{root}/trades"): _public(market_data.trades, 5, "symbol limit"),
        ("GET", f"{root}/aggTrades"): _public(market_data.aggregate_trades, 20, f"symbol fromId {PAGE}"),
        ("GET", f"{root}/historicalTrades"): Route(market_data.old_trades, 20, KEY, ("symbol", "limit", "fromId")),
        ("GET", f"{root}/klines"): _public(candles.klines, CANDLES, f"symbol interval {PAGE}"),
        ("GET", f"{root}/continuousKlines"): _public(
            candles.continuous_klines, CANDLES, f"pair contractType interval {PAGE}"
        ),
        ("GET", f"{root}/markPriceKlines"): _public(candles.mark_klines, CANDLES, f"symbol interval {PAGE}"),
        ("GET", f"{root}/premiumIndexKlines"): _public(candles.premium_klines, CANDLES, f"symbol interval {PAGE}"),
        ("GET", f"{root}/indexPriceKlines"): _public(candles.index_klines, CANDLES, f"pair interval {PAGE}"),
        ("GET", "/futures/data/basis"): _public(candles.basis, 0, f"pair contractType period {PAGE}"),
        ("GET", f"{root}/ticker/24hr"): _public(market_data.day_ticker, (1, 40), "symbol pair"),
        ("GET", f"{root}/ticker/price"): _public(market_data.price_ticker, (1, 2), "symbol pair"),
        ("GET", f"{root}/ticker/bookTicker"): _public(market_data.book_ticker, (2, 5), "symbol pair"),
        ("GET", f"{root}/premiumIndex"): _public(market_data.premium_index, (1, 10), "symbol pair"),
        ("GET", f"{root}/fundingRate"): _public(market_data.funding_history, 0, f"symbol {PAGE}"),
        ("GET", f"{root}/fundingInfo"): _public(market_data.funding_terms, 0),
        ("GET", f"{root}/openInterest"): _public(market_data.open_interest, 1, "symbol"),
    }


def _futures_account(root: str) -> dict[tuple[str, str], Route]:
    """Return orders and accounts of both futures lines."""
    return {
        ("POST", f"{root}/order"): _trade(orders.place, 0, FUTURES_NEW, 1),
        ("POST", f"{root}/order/test"): _trade(orders.check, 0, FUTURES_NEW),
        ("PUT", f"{root}/order"): _trade(orders.amend_future, 1, f"{ONE} side quantity price priceMatch", 1),
        ("DELETE", f"{root}/order"): _trade(orders.cancel, 1, ONE),
        ("POST", f"{root}/batchOrders"): _trade(batches.place, 5, "batchOrders", 5),
        ("PUT", f"{root}/batchOrders"): _trade(batches.amend, 5, "batchOrders", 5),
        ("DELETE", f"{root}/batchOrders"): _trade(batches.cancel, 1, f"symbol {LISTS} {LISTS.lower()}"),
        ("GET", f"{root}/order"): _private(orders.ask, 1, ONE),
        ("GET", f"{root}/openOrder"): _private(orders.ask, 1, ONE),
        ("GET", f"{root}/openOrders"): _private(orders.open_orders, (1, 40), "symbol pair"),
        ("DELETE", f"{root}/allOpenOrders"): _trade(orders.cancel_all, 1, "symbol"),
        ("GET", f"{root}/openAlgoOrders"): _private(wallet.none, (1, 40), "symbol algoType algoId"),
        ("GET", f"{root}/allAlgoOrders"): _private(wallet.none, 5, f"symbol algoId page {PAGE}"),
        ("DELETE", f"{root}/algoOpenOrders"): _trade(orders.cancel_no_conditional, 1, "symbol"),
        ("GET", f"{root}/allOrders"): _private(orders.all_orders, 5, f"symbol pair orderId {PAGE}"),
        ("GET", f"{root}/forceOrders"): _private(orders.force_orders, (20, 50), f"symbol autoCloseType {PAGE}"),
        ("POST", f"{root}/countdownCancelAll"): _trade(settings.dead_man, 10, "symbol countdownTime"),
        ("GET", f"{root}/userTrades"): _private(account.fills, 5, f"symbol pair orderId fromId {PAGE}"),
        ("GET", f"{root}/income"): _private(account.income, 30, f"symbol incomeType page {PAGE}"),
        ("GET", f"{root}/commissionRate"): _private(settings.commission, 20, "symbol"),
        ("POST", f"{root}/leverage"): _trade(settings.set_leverage, 1, "symbol leverage"),
        ("POST", f"{root}/marginType"): _trade(settings.set_margin, 1, "symbol marginType"),
        ("POST", f"{root}/positionMargin"): _trade(margins.adjust, 1, "symbol positionSide amount type"),
        ("GET", f"{root}/positionMargin/history"): _private(margins.history, 1, f"symbol type {PAGE}"),
        ("POST", f"{root}/positionSide/dual"): _trade(settings.set_position, 1, "dualSidePosition"),
        ("GET", f"{root}/positionSide/dual"): _private(settings.position_mode, 30),
        ("GET", f"{root}/leverageBracket"): _private(account.brackets, 1, "symbol pair"),
        ("GET", f"{root}/adlQuantile"): _private(account.adl_quantile, 5, "symbol"),
        ("POST", f"{root}/listenKey"): Route(settings.listen_key, 1, KEY, ("listenKey",)),
        ("PUT", f"{root}/listenKey"): Route(settings.keep_listen_key, 1, KEY, ("listenKey",)),
        ("DELETE", f"{root}/listenKey"): Route(settings.drop_listen_key, 1, KEY, ("listenKey",)),
    }


DELIVERED = _public(market_data.delivery_prices, 0, "pair")
USDM = _futures("/fapi/v1") | {
    ("GET", "/futures/data/delivery-price"): DELIVERED,
    ("GET", "/fapi/v2/ticker/price"): _public(market_data.price_ticker, (1, 2), "symbol"),
    ("GET", "/fapi/v2/balance"): _private(account.futures_balance, 5),
    ("GET", "/fapi/v3/balance"): _private(account.futures_balance, 5),
    ("GET", "/fapi/v2/account"): _private(account.futures_account, 5),
    ("GET", "/fapi/v3/account"): _private(account.futures_account, 5),
    ("GET", "/fapi/v2/positionRisk"): _private(account.position_risk_all, 5, "symbol"),
    ("GET", "/fapi/v3/positionRisk"): _private(account.position_risk_held, 5, "symbol"),
    ("GET", "/fapi/v1/rateLimit/order"): _private(settings.order_ceilings, 1),
    ("GET", "/fapi/v1/accountConfig"): _private(settings.account_config, 5),
    ("GET", "/fapi/v1/multiAssetsMargin"): _private(settings.assets_mode, 30),
    ("POST", "/fapi/v1/multiAssetsMargin"): _trade(settings.set_assets_mode, 1, "multiAssetsMargin"),
    ("GET", "/fapi/v1/feeBurn"): _private(settings.fee_burn, 30),
    ("GET", "/fapi/v1/symbolConfig"): _private(account.symbol_config, 5, "symbol"),
}
COINM = _futures("/dapi/v1") | {
    ("GET", "/futures/data/delivery-price"): DELIVERED,
    ("GET", "/dapi/v1/balance"): _private(account.futures_balance, 5),
    ("GET", "/dapi/v1/account"): _private(account.futures_account, 5),
    ("GET", "/dapi/v1/positionRisk"): _private(account.position_risk_all, 5, "marginAsset pair"),
    ("GET", "/dapi/v2/leverageBracket"): _private(account.brackets, 1, "symbol"),
}
ROUTES = {"spot": SPOT, "usdm": USDM, "coinm": COINM}

_SPOT_METHODS = {
    "ping": ("GET", "/api/v3/ping"),
    "time": ("GET", "/api/v3/time"),
    "exchangeInfo": ("GET", "/api/v3/exchangeInfo"),
    "depth": ("GET", "/api/v3/depth"),
    "trades.recent": ("GET", "/api/v3/trades"),
    "trades.historical": ("GET", "/api/v3/historicalTrades"),
    "trades.aggregate": ("GET", "/api/v3/aggTrades"),
    "klines": ("GET", "/api/v3/klines"),
    "uiKlines": ("GET", "/api/v3/uiKlines"),
    "avgPrice": ("GET", "/api/v3/avgPrice"),
    "ticker.24hr": ("GET", "/api/v3/ticker/24hr"),
    "ticker": ("GET", "/api/v3/ticker"),
    "ticker.tradingDay": ("GET", "/api/v3/ticker/tradingDay"),
    "ticker.price": ("GET", "/api/v3/ticker/price"),
    "ticker.book": ("GET", "/api/v3/ticker/bookTicker"),
    "order.place": ("POST", "/api/v3/order"),
    "order.test": ("POST", "/api/v3/order/test"),
    "order.cancel": ("DELETE", "/api/v3/order"),
    "order.cancelReplace": ("POST", "/api/v3/order/cancelReplace"),
    "order.amend.keepPriority": ("PUT", "/api/v3/order/amend/keepPriority"),
    "order.status": ("GET", "/api/v3/order"),
    "order.amendments": ("GET", "/api/v3/order/amendments"),
    "myFilters": ("GET", "/api/v3/myFilters"),
    "openOrders.status": ("GET", "/api/v3/openOrders"),
    "openOrders.cancelAll": ("DELETE", "/api/v3/openOrders"),
    "allOrders": ("GET", "/api/v3/allOrders"),
    "account.status": ("GET", "/api/v3/account"),
    "account.rateLimits.orders": ("GET", "/api/v3/rateLimit/order"),
    "account.commission": ("GET", "/api/v3/account/commission"),
    "myTrades": ("GET", "/api/v3/myTrades"),
    "openOrderLists.status": ("GET", "/api/v3/openOrderList"),
    "allOrderLists": ("GET", "/api/v3/allOrderList"),
    "myPreventedMatches": ("GET", "/api/v3/myPreventedMatches"),
    "myAllocations": ("GET", "/api/v3/myAllocations"),
}


def _futures_methods(root: str, balance: str, status: str, position: str) -> dict[str, tuple[str, str]]:
    return {
        "ping": ("GET", f"{root}/ping"),
        "time": ("GET", f"{root}/time"),
        "depth": ("GET", f"{root}/depth"),
        "ticker.price": ("GET", f"{root}/ticker/price"),
        "ticker.book": ("GET", f"{root}/ticker/bookTicker"),
        "order.place": ("POST", f"{root}/order"),
        "order.modify": ("PUT", f"{root}/order"),
        "order.cancel": ("DELETE", f"{root}/order"),
        "order.status": ("GET", f"{root}/order"),
        "account.balance": ("GET", balance),
        "v2/account.balance": ("GET", balance),
        "account.status": ("GET", status),
        "v2/account.status": ("GET", status),
        "account.position": ("GET", position),
        "v2/account.position": ("GET", position),
        "userDataStream.start": ("POST", f"{root}/listenKey"),
        "userDataStream.ping": ("PUT", f"{root}/listenKey"),
        "userDataStream.stop": ("DELETE", f"{root}/listenKey"),
    }


METHODS = {
    "spot": _SPOT_METHODS,
    "usdm": _futures_methods("/fapi/v1", "/fapi/v3/balance", "/fapi/v3/account", "/fapi/v3/positionRisk"),
    "coinm": _futures_methods("/dapi/v1", "/dapi/v1/balance", "/dapi/v1/account", "/dapi/v1/positionRisk"),
}
