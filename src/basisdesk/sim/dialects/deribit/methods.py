"""Every method that is simulated: what runs it, which right it needs, and what it costs.

Methods that there are at the venue and not here answer that they are not implemented, never something else.
Followed: https://docs.deribit.com/api-reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from basisdesk.sim.contract import Exchange, Login
from basisdesk.sim.dialects.deribit import account, cancels, lists, market, summaries, trading
from basisdesk.sim.dialects.deribit.rpc import Params
from basisdesk.sim.dialects.deribit.trading import Office

Public = Callable[[Exchange, Params, int], object]
Run = Callable[[Office, Login, Params, int], object]
CREDITS = 500.0
TRADES = "trade:read_write"
MOVES = "wallet:read_write"


class Method(NamedTuple):
    """A private method: what runs it, the scope it needs (nothing for reading), and the pool it takes from."""

    run: Run
    scope: str = ""
    pool: str = "credits"
    units: float = CREDITS


PUBLIC: dict[str, Public] = {
    "public/get_book_summary_by_currency": summaries.get_book_summary_by_currency,
    "public/get_book_summary_by_instrument": summaries.get_book_summary_by_instrument,
    "public/get_contract_size": summaries.get_contract_size,
    "public/get_currencies": market.get_currencies,
    "public/get_delivery_prices": market.get_delivery_prices,
    "public/get_funding_chart_data": summaries.get_funding_chart_data,
    "public/get_funding_rate_history": market.get_funding_rate_history,
    "public/get_funding_rate_value": market.get_funding_rate_value,
    "public/get_index_price": market.get_index_price,
    "public/get_announcements": lists.get_announcements,
    "public/get_expirations": lists.get_expirations,
    "public/get_index_chart_data": lists.get_index_chart_data,
    "public/get_index_price_names": lists.get_index_price_names,
    "public/get_mark_price_history": lists.get_mark_price_history,
    "public/get_supported_index_names": lists.get_index_price_names,
    "public/get_trade_volumes": lists.get_trade_volumes,
    "public/get_instrument": market.get_instrument,
    "public/get_instruments": market.get_instruments,
    "public/get_last_trades_by_currency": summaries.get_last_trades_by_currency,
    "public/get_last_trades_by_currency_and_time": summaries.get_last_trades_by_currency,
    "public/get_last_trades_by_instrument": market.last_trades,
    "public/get_last_trades_by_instrument_and_time": market.last_trades,
    "public/get_order_book": market.get_order_book,
    "public/get_order_book_by_instrument_id": lists.get_order_book_by_instrument_id,
    "public/get_time": market.get_time,
    "public/get_tradingview_chart_data": market.get_tradingview_chart_data,
    "public/status": market.status,
    "public/test": market.test,
    "public/ticker": market.ticker,
}


def _orders(run: Run, pool: str = "matching") -> Method:
    return Method(run, TRADES, pool, 1.0)


PRIVATE: dict[str, Method] = {
    "private/buy": _orders(trading.buy),
    "private/sell": _orders(trading.sell),
    "private/edit": _orders(trading.edit),
    "private/edit_by_label": _orders(trading.edit_by_label),
    "private/cancel": _orders(cancels.cancel),
    "private/cancel_by_label": _orders(cancels.cancel_by_label),
    "private/cancel_all": _orders(cancels.cancel_all, "cancel_all"),
    "private/cancel_all_by_instrument": _orders(cancels.cancel_all_by_instrument, "cancel_all"),
    "private/cancel_all_by_currency": _orders(cancels.cancel_all_by_currency, "cancel_all"),
    "private/cancel_all_by_currency_pair": _orders(cancels.cancel_all_by_currency_pair, "cancel_all"),
    "private/cancel_all_by_kind_or_type": _orders(cancels.cancel_all_by_kind_or_type, "cancel_all"),
    "private/close_position": _orders(trading.close_position),
    "private/get_order_state": Method(trading.get_order_state),
    "private/get_order_state_by_label": Method(trading.get_order_state_by_label),
    "private/get_open_orders": Method(trading.get_open_orders),
    "private/get_open_orders_by_currency": Method(trading.get_open_orders_by_currency),
    "private/get_open_orders_by_instrument": Method(trading.get_open_orders_by_instrument),
    "private/get_open_orders_by_label": Method(trading.get_open_orders_by_label),
    "private/get_order_history_by_currency": Method(trading.get_order_history_by_currency),
    "private/get_order_history_by_instrument": Method(trading.get_order_history_by_instrument),
    "private/get_account_summaries": Method(account.get_account_summaries),
    "private/get_account_summary": Method(account.get_account_summary),
    "private/get_subaccounts": Method(account.get_subaccounts),
    "private/get_subaccounts_details": Method(account.get_subaccounts_details),
    "private/get_trigger_order_history": Method(trading.get_trigger_order_history),
    "private/get_positions": Method(account.get_positions),
    "private/get_position": Method(account.get_position),
    "private/get_user_trades_by_currency": Method(account.get_user_trades_by_currency),
    "private/get_user_trades_by_currency_and_time": Method(account.get_user_trades_by_currency),
    "private/get_user_trades_by_instrument": Method(account.get_user_trades_by_instrument),
    "private/get_user_trades_by_instrument_and_time": Method(account.get_user_trades_by_instrument),
    "private/get_user_trades_by_order": Method(account.get_user_trades_by_order),
    "private/get_transaction_log": Method(account.get_transaction_log),
    "private/get_transfers": Method(account.get_transfers),
    "private/submit_transfer_between_subaccounts": Method(account.submit_transfer_between_subaccounts, MOVES),
    "private/submit_transfer_to_subaccount": Method(account.submit_transfer_between_subaccounts, MOVES),
}
ELSEWHERE = frozenset(
    f"public/{name}"
    for name in (
        "exchange_token", "fork_token", "get_apr_history", "get_block_rfq_trades", "get_combo_details",
        "get_combo_ids", "get_combos", "get_historical_volatility", "get_last_settlements_by_currency",
        "get_last_settlements_by_instrument", "get_volatility_index_data",
    )
) | frozenset(
    f"private/{name}"
    for name in (
        "cancel_quotes", "change_margin_model", "create_combo", "get_access_log", "get_leg_prices", "get_margins",
        "get_mmp_config", "get_mmp_status", "get_order_margin_by_ids", "get_settlement_history_by_currency",
        "get_settlement_history_by_instrument", "get_user_locks", "list_api_keys", "mass_quote", "move_positions",
        "reset_mmp", "set_mmp_config", "set_self_trading_config", "simulate_portfolio",
    )
)  # fmt: skip
"""Methods of the venue that a client may look for and that are not simulated."""

SOCKET_ONLY = (
    "public/hello",
    "public/subscribe",
    "public/unsubscribe",
    "public/unsubscribe_all",
    "private/subscribe",
    "private/unsubscribe",
    "private/unsubscribe_all",
    "public/set_heartbeat",
    "public/disable_heartbeat",
    "private/logout",
    "private/enable_cancel_on_disconnect",
    "private/disable_cancel_on_disconnect",
)
LISTING = "public/get_instruments"
