"""Every method that is simulated: what runs it, which right it needs, and what it costs.

Methods that there are at the venue and not here answer that they are not implemented, never something else.
Followed: https://docs.deribit.com/api-reference.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from basisdesk.sim.contract import Exchange, Login
from basisdesk.sim.dialects.deribit import account, market, summaries, trading
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
    "public/get_index_price_names": summaries.get_index_price_names,
    "public/get_instrument": market.get_instrument,
    "public/get_instruments": market.get_instruments,
    "public/get_last_trades_by_currency": summaries.get_last_trades_by_currency,
    "public/get_last_trades_by_currency_and_time": summaries.get_last_trades_by_currency,
    "public/get_last_trades_by_instrument": market.last_trades,
    "public/get_last_trades_by_instrument_and_time": market.last_trades,
    "public/get_order_book": market.get_order_book,
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
    "private/cancel": _orders(trading.cancel),
    "private/cancel_by_label": _orders(trading.cancel_by_label),
    "private/cancel_all": _orders(trading.cancel_all, "cancel_all"),
    "private/cancel_all_by_instrument": _orders(trading.cancel_all_by_instrument, "cancel_all"),
    "private/cancel_all_by_currency": _orders(trading.cancel_all_by_currency, "cancel_all"),
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
}
SOCKET_ONLY = (
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
