"""ccxt against the simulated venue, unchanged but for the hosts; a failure here is a defect of the simulator."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import ccxt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.judges.conftest import Simulator

SPOT, USDM, COINM = "BTC/USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
MARKETS = (SPOT, USDM, COINM)
SIZES = {SPOT: 0.01, USDM: 0.02, COINM: 5}
HOSTS = {
    "https://api.binance.com": "spot",
    "https://fapi.binance.com": "usdm",
    "https://dapi.binance.com": "coinm",
    "wss://stream.binance.com:9443": "spot",
    "wss://stream.binance.com": "spot",
    "wss://ws-api.binance.com:443": "spot",
    "wss://ws-fapi.binance.com": "usdm",
    "wss://ws-dapi.binance.com": "coinm",
    "wss://fstream.binance.com": "usdm",
    "wss://dstream.binance.com": "coinm",
}
NAMES = (f"judge-{number}" for number in itertools.count(1))


def pointed(urls: Any, venue: Simulator) -> Any:
    """The same addresses at the simulator's hosts, at every depth of ccxt's tables."""
    if isinstance(urls, dict):
        return {name: pointed(each, venue) for name, each in urls.items()}
    for host, line in HOSTS.items():
        if isinstance(urls, str) and urls.startswith(host):
            here = venue.url("binance", line)
            return urls.replace(host, here if host.startswith("https") else here.replace("http://", "ws://"), 1)
    return urls


def client(kind: Any, venue: Simulator) -> Any:
    key = venue.key("binance")
    made = kind({"apiKey": key["key"], "secret": key["secret"], "enableRateLimit": False})
    made.urls["api"] = pointed(made.urls["api"], venue)
    return made


@pytest.fixture(scope="module")
def venue(simulator: Callable[[str], Simulator]) -> Simulator:
    return simulator("binance")


@pytest.fixture(scope="module")
def x(venue: Simulator) -> Any:
    made = client(ccxt.binance, venue)
    made.load_markets()
    return made


def far(x: Any, symbol: str, side: str = "buy") -> float:
    """A price at which an order rests."""
    last = x.fetch_ticker(symbol)["last"]
    return float(x.price_to_precision(symbol, last * (0.9 if side == "buy" else 1.1)))


def test_markets(x: Any) -> None:
    assert set(MARKETS) <= set(x.markets)
    assert x.markets[SPOT]["spot"]
    assert x.markets[USDM]["linear"]
    assert x.markets[COINM]["inverse"]
    assert x.markets[COINM]["contractSize"] == 100
    assert {market["type"] for market in x.markets.values()} == {"spot", "swap", "future"}
    assert all(market["precision"]["price"] and market["precision"]["amount"] for market in x.markets.values())
    assert "BTC" in x.fetch_currencies()
    assert abs(x.fetch_time() - x.milliseconds()) < 5000


@pytest.mark.parametrize("symbol", MARKETS)
def test_tickers_books_trades_and_candles(x: Any, symbol: str) -> None:
    ticker = x.fetch_ticker(symbol)
    assert 0 < ticker["low"] <= ticker["last"] <= ticker["high"]
    assert symbol in x.fetch_tickers([symbol])
    assert x.fetch_bids_asks([symbol])[symbol]["bid"] > 0
    book = x.fetch_order_book(symbol, 20)
    assert len(book["bids"]) == len(book["asks"]) == 20
    assert book["bids"][0][0] < book["asks"][0][0]
    assert book["nonce"] > 0
    assert x.fetch_trades(symbol, limit=5)
    candles = x.fetch_ohlcv(symbol, "1m", limit=10)
    assert 9 <= len(candles) <= 10  # the minute that runs may not have seen a trade yet
    assert {later[0] - row[0] for row, later in itertools.pairwise(candles)} == {60_000}
    assert all(low <= min(opens, close) <= max(opens, close) <= high for _, opens, high, low, close, _ in candles)


@pytest.mark.parametrize("symbol", [USDM, COINM])
def test_funding(x: Any, symbol: str) -> None:
    rate = x.fetch_funding_rate(symbol)
    assert abs(rate["fundingRate"]) < 0.01
    assert rate["fundingTimestamp"] > x.milliseconds()
    assert rate["markPrice"] > 0
    assert rate["indexPrice"] > 0
    history = x.fetch_funding_rate_history(symbol, limit=2)
    assert history[1]["timestamp"] - history[0]["timestamp"] == 8 * 3_600_000
    assert x.milliseconds() - history[1]["timestamp"] < 8 * 3_600_000
    assert all(abs(row["fundingRate"]) < 0.01 for row in history)
    assert symbol in x.fetch_funding_rates([symbol], {"subType": "inverse" if symbol == COINM else "linear"})
    assert isinstance(x.fetch_funding_intervals(), dict)


@pytest.mark.parametrize("kind", ["spot", "linear", "inverse"])
def test_balances(x: Any, kind: str) -> None:
    balance = x.fetch_balance({"type": kind} if kind == "spot" else {"type": "swap", "subType": kind})
    assert balance["BTC" if kind == "inverse" else "USDT"]["total"] > 0


@pytest.mark.parametrize("symbol", MARKETS)
def test_a_limit_order_from_birth_to_end(x: Any, symbol: str) -> None:
    name, price = next(NAMES), far(x, symbol)
    made = x.create_order(symbol, "limit", "buy", SIZES[symbol], price, {"clientOrderId": name})
    assert (made["status"], made["clientOrderId"], made["price"]) == ("open", name, price)
    by_id = x.fetch_order(made["id"], symbol)
    by_name = x.fetch_order("", symbol, {"clientOrderId": name})
    assert by_id["id"] == by_name["id"] == made["id"]
    assert (by_id["amount"], by_id["filled"], by_id["status"]) == (SIZES[symbol], 0, "open")
    assert made["id"] in [each["id"] for each in x.fetch_open_orders(symbol)]
    gone = x.cancel_order(made["id"], symbol)
    assert (gone["status"], gone["id"]) == ("canceled", made["id"])
    assert x.fetch_order(made["id"], symbol)["status"] == "canceled"
    assert made["id"] not in [each["id"] for each in x.fetch_open_orders(symbol)]
    assert made["id"] in [each["id"] for each in x.fetch_orders(symbol)]
    with pytest.raises(ccxt.OrderNotFound):
        x.cancel_order(made["id"], symbol)
    with pytest.raises(ccxt.OrderNotFound):
        x.fetch_order("1", symbol)


@pytest.mark.parametrize("symbol", MARKETS)
def test_a_market_order_fills_and_leaves_trades(x: Any, symbol: str) -> None:
    made = x.create_order(symbol, "market", "buy", SIZES[symbol], None, {"clientOrderId": next(NAMES)})
    assert made["status"] == "closed"
    assert made["filled"] == SIZES[symbol]
    again = x.fetch_order(made["id"], symbol)
    assert again["average"] > 0
    mine = [each for each in x.fetch_my_trades(symbol) if each["order"] == made["id"]]
    assert sum(each["amount"] for each in mine) == pytest.approx(SIZES[symbol])
    assert all(each["side"] == "buy" and each["fee"]["cost"] > 0 for each in mine)
    if symbol != SPOT:
        kind = {"subType": "inverse" if symbol == COINM else "linear"}
        (held,) = [each for each in x.fetch_positions([symbol], kind) if each["contracts"]]
        assert (held["side"], held["contracts"]) == ("long", SIZES[symbol])
        x.create_order(symbol, "market", "sell", SIZES[symbol], None, {"reduceOnly": True})
        assert not [each for each in x.fetch_positions([symbol], kind) if each["contracts"]]


def test_a_market_buy_by_money(x: Any) -> None:
    made = x.create_market_buy_order_with_cost(SPOT, 1000)
    assert made["status"] == "closed"
    assert made["cost"] == pytest.approx(1000, rel=0.01)


# ccxt finds the futures' own tables of errors by their live hosts, so on other hosts it knows the code but no class.
@pytest.mark.parametrize(("symbol", "words"), [(SPOT, "immediately match"), (USDM, "-5022"), (COINM, "-5022")])
def test_post_only_that_would_cross_is_refused(x: Any, symbol: str, words: str) -> None:
    ask = x.fetch_order_book(symbol, 5)["asks"][4][0]
    with pytest.raises(ccxt.ExchangeError, match=words):
        x.create_order(symbol, "limit", "buy", SIZES[symbol], ask, {"postOnly": True})


@pytest.mark.parametrize("symbol", [USDM, COINM])
def test_amend(x: Any, symbol: str) -> None:
    made = x.create_order(symbol, "limit", "buy", SIZES[symbol], far(x, symbol))
    lower = float(x.price_to_precision(symbol, made["price"] * 0.99))
    changed = x.edit_order(made["id"], symbol, "limit", "buy", SIZES[symbol] * 2, lower)
    assert changed["id"] == made["id"]
    assert x.fetch_order(made["id"], symbol)["price"] == lower
    x.cancel_all_orders(symbol)
    assert x.fetch_open_orders(symbol) == []


def test_replace_on_spot(x: Any) -> None:
    made = x.create_order(SPOT, "limit", "buy", 0.01, far(x, SPOT))
    changed = x.edit_order(
        made["id"], SPOT, "limit", "buy", 0.02, float(x.price_to_precision(SPOT, made["price"] * 0.99))
    )
    assert changed["id"] != made["id"]
    assert x.fetch_order(made["id"], SPOT)["status"] == "canceled"
    x.cancel_all_orders(SPOT)


def test_settings(x: Any) -> None:
    assert x.set_leverage(7, USDM)["leverage"] == 7
    x.set_margin_mode("isolated", "ETH/USDT:USDT")
    with pytest.raises(ccxt.MarginModeAlreadySet):
        x.set_margin_mode("isolated", "ETH/USDT:USDT")
    x.set_margin_mode("cross", "ETH/USDT:USDT")
    x.set_position_mode(hedged=True, symbol="ETH/USD:ETH")
    assert x.fetch_position_mode("ETH/USD:ETH")["hedged"]
    x.set_position_mode(hedged=False, symbol="ETH/USD:ETH")
    assert x.fetch_leverage(USDM)["longLeverage"] == 7
    assert x.fetch_trading_fee(USDM)["taker"] > 0


def test_money_moves_between_accounts(x: Any) -> None:
    before = x.fetch_balance({"type": "spot"})["USDT"]["free"]
    x.transfer("USDT", 10, "spot", "linear")
    assert x.fetch_balance({"type": "spot"})["USDT"]["free"] == before - 10
    x.transfer("USDT", 10, "linear", "spot")


@pytest.mark.parametrize(
    ("symbol", "kind", "amount", "price", "params", "words"),
    [
        (SPOT, "limit", 0.01, 1.0, {}, "NOTIONAL"),
        (SPOT, "limit", 100, 60000, {}, "insufficient balance"),
        (USDM, "limit", 900, 60000, {}, "-2019"),
        (USDM, "market", 0.01, None, {"reduceOnly": True}, "-2022"),
        (USDM, "limit", 0.001, 50000.1, {}, "-4164"),
    ],
)
def test_refusals(x: Any, symbol: str, kind: str, amount: float, price: Any, params: Any, words: str) -> None:
    with pytest.raises(ccxt.ExchangeError, match=words):
        x.create_order(symbol, kind, "buy", amount, price, params)


@pytest.mark.parametrize(("symbol", "words"), [(SPOT, "Duplicate"), (USDM, "-4116"), (COINM, "-4116")])
def test_a_duplicate_name_is_refused(x: Any, symbol: str, words: str) -> None:
    name = {"clientOrderId": next(NAMES)}
    x.create_order(symbol, "limit", "buy", SIZES[symbol], far(x, symbol), name)
    with pytest.raises(ccxt.ExchangeError, match=words):
        x.create_order(symbol, "limit", "buy", SIZES[symbol], far(x, symbol), name)
    x.cancel_all_orders(symbol)


def test_keys_and_clocks_are_checked(venue: Simulator) -> None:
    wrong = client(ccxt.binance, venue)
    wrong.secret = "wrong"
    with pytest.raises(ccxt.AuthenticationError):
        wrong.fetch_balance()
    slow = client(ccxt.binance, venue)
    slow.load_markets()
    slow.nonce = lambda: slow.milliseconds() - 60_000
    with pytest.raises(ccxt.InvalidNonce):
        slow.fetch_balance()
    reader = client(ccxt.binance, venue)
    key = venue.key("binance", "read")
    reader.apiKey, reader.secret = key["key"], key["secret"]
    reader.load_markets()
    assert reader.fetch_balance()["USDT"]["total"] > 0
    with pytest.raises(ccxt.BaseError, match="-2015"):  # ccxt takes it for a ban, because the key worked before
        reader.create_order(SPOT, "market", "buy", 0.01)
