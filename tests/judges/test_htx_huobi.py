"""huobi (a REST client of spot) against the simulated HTX, unchanged but for the address.

It signs for the address that it calls, port and all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("huobi", reason="huobi is not installed")

import itertools

from huobi import HuobiRestClient
from huobi.rest.error import HuobiRestiApiError

if TYPE_CHECKING:
    from collections.abc import Callable

PAIR = "btcusdt"


@pytest.fixture(scope="module")
def client(simulator: Callable[[str], Any]) -> Any:
    venue = simulator("htx")
    key = venue.key("htx")
    return HuobiRestClient(
        access_key=key["key"],
        secret_key=key["secret"],
        base_url=venue.url("htx", "spot"),
        request_params={"timeout": 10},
    )


@pytest.fixture(scope="module")
def account(client: Any) -> int:
    return int(next(row["id"] for row in client.accounts().data["data"] if row["type"] == "spot"))


@pytest.fixture
def order(client: Any, account: int) -> Callable[..., dict[str, Any]]:
    def terms(kind: str, amount: float, share: float = 0.0) -> dict[str, Any]:
        told = {"account_id": account, "symbol": PAIR, "type": kind, "amount": str(amount)}
        bid = client.market_detail_merged(symbol=PAIR).data["tick"]["bid"][0]
        return told | ({"price": f"{bid * share:.2f}"} if share else {})

    return terms


def test_facts_and_market_data(client: Any) -> None:
    assert PAIR in {row["symbol"] for row in client.symbols().data["data"]}
    assert {"btc", "usdt"} <= set(client.currencies().data["data"])
    candles = client.market_history_kline(symbol=PAIR, period="1min", size=60).data["data"]
    assert len(candles) == 60
    assert all(later["id"] - row["id"] == 60 for later, row in itertools.pairwise(candles))
    assert client.market_detail(symbol=PAIR).data["tick"]["close"] > 0
    book = client.market_depth(symbol=PAIR, type="step0").data["tick"]
    assert book["bids"][0][0] < book["asks"][0][0]
    assert len(client.market_history_trade(symbol=PAIR, size=5).data["data"]) == 5


def test_an_order_rests_is_found_and_cancelled(client: Any, order: Callable[..., dict[str, Any]]) -> None:
    number = client.place(**order("buy-limit", 0.01, 0.9)).data["data"]
    assert client.status(order_id=number).data["data"]["state"] == "submitted"
    client.submit_cancel(order_id=number)
    assert client.status(order_id=number).data["data"]["state"] == "canceled"
    pair = [client.place(**order("buy-limit", 0.01, share)).data["data"] for share in (0.9, 0.91)]
    assert client.batch_cancel(order_ids=pair).data["data"]["success"] == pair


def test_a_market_order_is_filled(client: Any, account: int, order: Callable[..., dict[str, Any]]) -> None:
    before = balance(client, account, "btc")
    number = client.place(**order("buy-market", 640)).data["data"]
    done = client.status(order_id=number).data["data"]
    assert done["state"] == "filled"
    amount = float(done["field-amount"])
    assert balance(client, account, "btc") - before == pytest.approx(amount * 0.998)


def balance(client: Any, account: int, coin: str) -> float:
    rows = client.balance(account_id=account).data["data"]["list"]
    return sum(float(row["balance"]) for row in rows if row["currency"] == coin)


def test_refusals_are_told(client: Any, order: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(HuobiRestiApiError, match="account-frozen-balance-insufficient-error"):
        client.place(**order("buy-limit", 900, 0.9))
    with pytest.raises(HuobiRestiApiError, match="base-record-invalid"):
        client.status(order_id=5)
