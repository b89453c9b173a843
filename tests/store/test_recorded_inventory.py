"""Every recorded file by its name: it is there, it can be opened, and what is inside is of the kind that its name says.

What the files tell is tried where they are read; this list says that none of them was forgotten.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.recordings

FILES = {
    "bigone": """
        contract_symbols.json expected_requests.json rest_documentation_examples.jsonl spot_asset_pairs.json
        spot_rest_responses.json ws_documentation_examples.json
    """,
    "carry_aha": """
        all_exchanges_bitcoin_8h.csv.gz binance_btc_basis_1h_2021_2024.csv.gz
        binance_btcusd_perp_1h_2020_2024.csv.gz binance_btcusd_perp_funding_2021_2024.csv.gz
        binance_btcusd_perp_funding_2023_2024.csv.gz binance_btcusdt_funding_2019_2024.csv.gz
    """,
    "carry_tchiu": """
        binance_coinm_btcusd_perp_funding_1h.csv.gz binance_spot_btcusdt_1h.csv.gz binance_usdm_btcusdt_1h.csv.gz
    """,
    "crypto_msg_parser": """
        binance.jsonl.gz bybit.jsonl.gz deribit.jsonl.gz huobi.jsonl.gz okx.jsonl.gz
    """,
    "cryptofeed": """
        binance_coinm_perp_and_quarterly_20210417.jsonl.gz binance_spot_10alts_20210417.jsonl.gz
        binance_spot_4alts_20211012.jsonl.gz binance_spot_btc_eth_dot_20210404.jsonl.gz
        binance_usdm_4alts_20210722.jsonl.gz binance_usdm_5alts_20210405.jsonl.gz
        bybit_v5_linear_and_spot_btc_doge_20260809.jsonl.gz deribit_options_20210405.jsonl.gz
        deribit_options_20210722.jsonl.gz htx_linear_swap_btcusdt_20220217.jsonl.gz
        htx_spot_7pairs_20210417.jsonl.gz htx_swap_coinm_and_linear_20220219.jsonl.gz
        okx_v5_l2tbt_mixed_20210722.jsonl.gz okx_v5_spot_future_swap_20220513.jsonl.gz
    """,
    "funding_supervik": """
        binance_btc-usdt_2020_2023.csv.gz bybit_btc-usdt_2021_2023.csv.gz htx_btc-usdt_2021_2023.csv.gz
    """,
    "funding_zushen": """
        binance_funding_2025_2026.csv.gz bybit_funding_2025_2026.csv.gz
    """,
    "hftbacktest": """
        binance_coinm_btcusd_perp_20240808.gz binance_coinm_btcusd_perp_20240809.gz binance_spot_btcusdt_20240808.gz
        binance_spot_btcusdt_20240809.gz binance_usdm_btcusdt_20240808.gz
    """,
    "instruments": """
        binance_coinm_exchangeInfo_20210417.json.gz binance_spot_exchangeInfo_20211012.json.gz
        binance_usdm_exchangeInfo_20210722.json.gz bybit_v5_linear_instruments_20260809.json.gz
        bybit_v5_spot_instruments_20260809.json.gz deribit_btc_instruments_20210722.json.gz
        deribit_eth_instruments_20210722.json.gz htx_coinm_futures_contract_info_20210417.json.gz
        htx_coinm_swap_contract_info_20220219.json.gz htx_linear_swap_contract_info_20220219.json.gz
        htx_spot_symbols_20210417.json.gz okx_v5_futures_instruments_20220513.json.gz
        okx_v5_spot_instruments_20220513.json.gz okx_v5_swap_instruments_20220513.json.gz
    """,
    "lean": """
        bybit_inverse_btcusd_1m_quote_20221213.csv.gz bybit_inverse_btcusd_1m_trade_20221213.csv.gz
        bybit_linear_btcusdt_1m_quote_20221213.csv.gz bybit_linear_btcusdt_1m_trade_20221213.csv.gz
        bybit_spot_btcusdt_1m_quote_20221213.csv.gz bybit_spot_btcusdt_1m_trade_20221213.csv.gz
    """,
    "nautilus": """
        binance_usdm_btcusdt_depth_snap_20221102.csv binance_usdm_btcusdt_depth_update_20221102.csv
        bybit_ob500_xrpusdt_20241201.jsonl.gz tardis_binance_usdm_book25_btcusdt_20200901.csv
        tardis_deribit_l2_btc_perpetual_20200401.csv
    """,
    "nautilus/binance/futures/http_json": """
        account_info_v2.json open_algo_orders.json order_response.json
    """,
    "nautilus/binance/futures/market_data_json": """
        agg_trade_stream.json book_ticker_stream.json depth_update_stream.json kline_stream_open.json
        mark_price_stream.json ticker_stream.json
    """,
    "nautilus/binance/futures/user_data_json": """
        account_update.json account_update_bnfcr.json algo_update_new.json order_update_calculated.json
        order_update_delivery.json order_update_new.json order_update_settlement.json order_update_trade.json
        trade_lite.json
    """,
    "nautilus/binance/spot/http_json": """
        account_trades_response.json avg_price_response.json book_ticker_response.json cancel_order_response.json
        depth_response.json exchange_info_response.json new_order_full_response.json open_orders_response.json
        order_response.json server_time_response.json ticker_price_response.json
    """,
    "nautilus/binance/spot/user_data_json": """
        account_position.json balance_update.json execution_report_canceled.json execution_report_new.json
        execution_report_stop_loss.json execution_report_trade.json list_status_wrapped.json
    """,
    "nautilus/binance/spot/user_data_sbe/mainnet": """
        execution_report_event_1.metadata.json execution_report_event_1.sbe execution_report_event_2.metadata.json
        execution_report_event_2.sbe manifest.json outbound_account_position_event_1.metadata.json
        outbound_account_position_event_1.sbe outbound_account_position_event_2.metadata.json
        outbound_account_position_event_2.sbe web_socket_response_1.metadata.json web_socket_response_1.sbe
        web_socket_response_2.metadata.json web_socket_response_2.sbe
    """,
    "nautilus/bybit": """
        http_get_account_info.json http_get_fee_rate.json http_get_funding_history.json
        http_get_instruments_inverse.json http_get_instruments_linear.json
        http_get_instruments_linear_symbol_type.json http_get_instruments_option_symbol_id.json
        http_get_instruments_spot.json http_get_klines_linear.json http_get_orderbook.json
        http_get_orders_history_with_duplicate.json http_get_orders_realtime_tp_sl.json
        http_get_positions_with_open_time.json http_get_wallet_balance_spot_short.json ws_account_execution.json
        ws_account_execution_adl.json ws_account_execution_fast_envelope_id.json ws_account_order.json
        ws_account_order_filled.json ws_account_order_market_if_touched.json
        ws_account_order_sell_market_if_touched.json ws_account_order_stop_loss.json
        ws_account_order_take_profit.json ws_account_position.json ws_account_position_with_open_time.json
        ws_account_wallet.json ws_account_wallet_small_order.json ws_auth_success.json ws_kline.json
        ws_order_response.json ws_orderbook_delta.json ws_orderbook_snapshot.json ws_public_trade.json
        ws_subscription_ack.json ws_ticker_linear.json ws_ticker_option.json
    """,
    "nautilus/deribit": """
        http_get_account_summaries.json http_get_combos.json http_get_expirations_btc_option.json
        http_get_instrument_option.json http_get_instruments.json http_get_instruments_option_combo.json
        http_get_last_trades_future_combo.json http_get_last_trades_option_combo.json http_get_order_book.json
        http_get_tradingview_chart_data.json ws_book_delta.json ws_book_grouped_snapshot.json ws_book_snapshot.json
        ws_error.json ws_order_cancel_response.json ws_order_sell_response.json ws_order_stop_market_response.json
        ws_quote.json ws_test_request.json ws_ticker.json ws_trades.json ws_volatility_index.json
    """,
    "nautilus/okx": """
        http_balance_detail_new_fields.json http_cancel_algo_order_response.json http_get_account_balance.json
        http_get_candlesticks.json http_get_funding_rate_history.json http_get_index_price.json
        http_get_instruments_futures.json http_get_instruments_option.json http_get_instruments_spot.json
        http_get_instruments_swap.json http_get_option_summary.json http_get_orders_algo_history.json
        http_get_orders_algo_pending_attached_oco.json http_get_orders_history.json
        http_get_orders_pending_with_attached_tp_sl.json http_get_positions.json http_get_spread_trades.json
        http_get_trade_fee_response.json http_place_algo_order_rejected.json http_place_algo_order_response.json
        http_place_order_response.json http_transaction_detail.json ws_account.json ws_bbo_tbt.json
        ws_books_snapshot.json ws_books_update.json ws_funding_rate.json ws_instruments.json ws_orders.json
        ws_orders_adl.json ws_orders_fok.json ws_orders_liquidation.json ws_orders_option.json ws_sprd_orders.json
        ws_tickers.json ws_trades.json
    """,
    "perp_arb": """
        binance_btcusdt_1h_perps.csv.gz binance_btcusdt_1h_premium_index.csv.gz
        binance_btcusdt_1h_quarterly_230929.csv.gz binance_btcusdt_1h_quarterly_231229.csv.gz
        binance_btcusdt_1h_quarterly_240329.csv.gz binance_btcusdt_1h_quarterly_240628.csv.gz
        binance_btcusdt_1h_quarterly_240927.csv.gz binance_btcusdt_1h_quarterly_241227.csv.gz
        binance_btcusdt_1h_quarterly_250328.csv.gz binance_btcusdt_1h_quarterly_250627.csv.gz
        binance_btcusdt_1h_spot.csv.gz binance_btcusdt_8h_funding_rates.csv.gz
    """,
    "rest_20260208": """
        binance_coinm_exchangeInfo.json.gz binance_spot_depth_btcusdt.json.gz binance_spot_ticker_btcusdt.json.gz
        binance_spot_trades_btcusdt.json.gz bybit_spot_depth_btcusdt.json.gz bybit_spot_ticker_btcusdt.json.gz
        bybit_spot_trades_btcusdt.json.gz bybit_v5_spot_tickers.json.gz okx_spot_depth_btcusdt.json.gz
        okx_spot_ticker_btcusdt.json.gz okx_spot_trades_btcusdt.json.gz
    """,
    "tardis_node": """
        binance.jsonl.gz bybit.jsonl.gz deribit.jsonl.gz huobi.jsonl.gz okex.jsonl.gz
    """,
}
"""Names by folder."""


def listed() -> list[tuple[str, str]]:
    return [(folder, name) for folder, names in FILES.items() for name in names.split()]


def opened(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def test_every_listed_file_is_there_once(recordings: Path) -> None:
    names = listed()
    assert len(names) == len(set(names)) == 240
    there = {(path.parent.relative_to(recordings).as_posix(), path.name) for path in recordings.rglob("*.*")}
    assert set(names) <= there


@pytest.mark.parametrize(("folder", "name"), listed())
def test_a_recorded_file_holds_what_its_name_says(recordings: Path, folder: str, name: str) -> None:
    content = opened(recordings / folder / name)
    match name.removesuffix(".gz").rpartition(".")[2]:
        case "json":
            assert isinstance(json.loads(content), dict | list)
        case "jsonl":
            rows = [json.loads(line) for line in content.splitlines()]
            assert rows
            assert all(isinstance(row, dict) for row in rows)
        case "csv":
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
            widths = {len(row) for row in rows[2:]}
            assert len(rows) > 9
            assert widths == {len(rows[1])}
        case "sbe":
            assert int.from_bytes(content[4:6], "little") == 3  # the schema of the venue's binary protocol
        case _:  # a raw stream: a stamp in nanoseconds before each message
            first, _, message = content.partition(b"\n")[0].partition(b" ")
            assert len(first) == 19
            assert isinstance(json.loads(message), dict)
