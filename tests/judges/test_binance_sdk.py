"""The venue's own clients, and python-binance, against the simulator: orders, account, and the stream of a book."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from binance.client import Client
from binance_common.configuration import ConfigurationRestAPI, ConfigurationWebSocketStreams
from binance_sdk_derivatives_trading_coin_futures.derivatives_trading_coin_futures import DerivativesTradingCoinFutures
from binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures import DerivativesTradingUsdsFutures
from binance_sdk_spot.spot import Spot

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.judges.conftest import Simulator

KINDS = {"spot": Spot, "usdm": DerivativesTradingUsdsFutures, "coinm": DerivativesTradingCoinFutures}
CODES = {"spot": "BTCUSDT", "usdm": "BTCUSDT", "coinm": "BTCUSD_PERP"}
SIZES = {"spot": 0.01, "usdm": 0.02, "coinm": 5}
LINES = list(KINDS)


def sdk(venue: Simulator, line: str) -> Any:
    key, here = venue.key("binance"), venue.url("binance", line)
    return KINDS[line](
        config_rest_api=ConfigurationRestAPI(
            api_key=key["key"], api_secret=key["secret"], base_path=here, retries=0, timeout=5000
        ),
        config_ws_streams=ConfigurationWebSocketStreams(stream_url=here.replace("http://", "ws://")),
    )


@pytest.fixture(scope="module")
def venue(simulator: Callable[[str], Simulator]) -> Simulator:
    return simulator("binance")


@pytest.mark.parametrize("line", LINES)
def test_an_order_is_placed_found_and_cancelled(venue: Simulator, line: str) -> None:
    api, code = sdk(venue, line).rest_api, CODES[line]
    book = (api.depth if line == "spot" else api.order_book)(symbol=code, limit=5).data()
    price = float(f"{float(book.bids[0][0]) * 0.9:.1f}")
    terms = {"symbol": code, "side": "BUY", "type": "LIMIT", "time_in_force": "GTC", "quantity": SIZES[line]}
    made = api.new_order(**terms, price=price, new_client_order_id=f"sdk-{line}").data()
    assert (made.status, made.client_order_id) == ("NEW", f"sdk-{line}")
    ask = api.get_order if line == "spot" else api.query_order
    assert ask(symbol=code, order_id=made.order_id).data().status == "NEW"
    remove = api.delete_order if line == "spot" else api.cancel_order
    assert remove(symbol=code, orig_client_order_id=f"sdk-{line}").data().status == "CANCELED"
    assert ask(symbol=code, orig_client_order_id=f"sdk-{line}").data().status == "CANCELED"


@pytest.mark.parametrize("line", LINES)
def test_the_account_is_told(venue: Simulator, line: str) -> None:
    api = sdk(venue, line).rest_api
    if line == "spot":
        balances = api.get_account(omit_zero_balances=True).data().balances
        assert {"USDT", "BTC"} <= {each.asset for each in balances}
        return
    ask = api.account_information_v3 if line == "usdm" else api.account_information
    told = ask().data()
    assert {"USDT", "BTC"} <= {each.asset for each in told.assets}


@pytest.mark.parametrize("line", LINES)
def test_the_book_streams(venue: Simulator, line: str) -> None:
    async def body() -> None:
        heard: asyncio.Queue[Any] = asyncio.Queue()
        connection = await sdk(venue, line).websocket_streams.create_connection()
        try:
            watch = connection.diff_book_depth if line == "spot" else connection.diff_book_depth_streams
            stream = await watch(symbol=CODES[line].lower())
            stream.on("message", heard.put_nowait)
            first = await asyncio.wait_for(heard.get(), 10)
            second = await asyncio.wait_for(heard.get(), 10)
            assert first.s == CODES[line]
            assert first.u + 1 == second.U
        finally:
            await connection.close_connection(close_session=True)

    asyncio.run(body())


def test_python_binance(venue: Simulator) -> None:
    key = venue.key("binance")
    client: Any = Client(key["key"], key["secret"], ping=False)
    client.API_URL = venue.url("binance", "spot") + "/api"
    client.FUTURES_URL = venue.url("binance", "usdm") + "/fapi"
    price = f"{float(client.get_orderbook_ticker(symbol='BTCUSDT')['bidPrice']) * 0.9:.2f}"
    made = client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price=price)
    assert client.get_order(symbol="BTCUSDT", orderId=made["orderId"])["status"] == "NEW"
    assert client.cancel_order(symbol="BTCUSDT", orderId=made["orderId"])["status"] == "CANCELED"
    assert float(client.get_asset_balance("USDT")["free"]) > 0
    sold = client.futures_create_order(symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.02")
    assert client.futures_get_order(symbol="BTCUSDT", orderId=sold["orderId"])["status"] == "FILLED"
    client.futures_create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.02")
    assert client.futures_position_information(symbol="BTCUSDT") == []
