"""Whatever a body says, reading it raises nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain import ask as asks
from basisdesk.domain.ask import OrderType
from basisdesk.domain.order import Side
from basisdesk.venues.binance import VENUE
from basisdesk.venues.trading import Credentials, Reply, Request, Response, Session

SPOT, USDM, COINM = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "binance:BTC/USD:BTC"
NOW = 1_700_000_000_000_000_000
TRADING = VENUE.trading
assert TRADING is not None
ORDER = asks.NewOrder(
    symbol=SPOT, side=Side.BUY, type=OrderType.LIMIT, client_id="test-1", size=Decimal(1), price=Decimal(50000)
)
REF = asks.OrderRef(symbol=USDM, client_id="test-1")
SPOT_ORDER = {
    "symbol": "BTCUSDT", "orderId": 28, "clientOrderId": "test-1", "transactTime": 1700000000123, "price": "50000.10",
    "origQty": "1.0", "executedQty": "0.1", "cummulativeQuoteQty": "5000.0", "status": "NEW", "type": "LIMIT",
    "side": "BUY", "fills": [
        {"price": "50000", "qty": "0.1", "commission": "0.1", "commissionAsset": "BNB", "tradeId": 5}
    ],
}  # fmt: skip
POSITION = {
    "symbol": "BTCUSDT", "positionAmt": "-0.5", "entryPrice": "50000.0", "markPrice": "49000.0", "leverage": "10",
    "unRealizedProfit": "500.0", "liquidationPrice": "0", "marginType": "isolated", "updateTime": 1700000000123,
}  # fmt: skip
TRADE = {
    "symbol": "BTCUSDT", "id": 1, "orderId": 28, "price": "50000.1", "qty": "0.5", "commission": "0.0005",
    "commissionAsset": "BTC", "time": 1700000000123, "side": "BUY",
}  # fmt: skip
LISTED = {
    "symbol": "BTCUSDT", "baseAsset": "BTC", "quoteAsset": "USDT", "marginAsset": "USDT", "status": "TRADING",
    "filters": [
        {"filterType": "PRICE_FILTER", "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "stepSize": "0.001", "minQty": "0.001", "maxQty": "1000"},
    ],
}  # fmt: skip


ASKS: list[asks.Ask] = [
    asks.Place(ORDER), asks.Cancel(REF), asks.CancelAll("spot", SPOT), asks.AskBalances("spot"),
    asks.AskBalances("usdm"), asks.AskPositions("usdm"), asks.AskFills(line="spot", symbol=SPOT),
    asks.AskIncome(line="usdm"), asks.AskFees(SPOT), asks.AskPermissions(), asks.AskInstruments("usdm"),
    asks.AskInstruments("usdm", "funding"), asks.AskFunding(COINM), asks.OpenStream("usdm"),
]  # fmt: skip
BODIES = [SPOT_ORDER, [SPOT_ORDER], [POSITION], [TRADE], {"symbols": [LISTED]}]


@given(
    ask=st.sampled_from(ASKS),
    body=st.sampled_from(BODIES),
    status=st.sampled_from([200, 200, 200, 400, 418, 429]),
    cut=st.integers(0, 600),
    put=st.binary(max_size=3),
    skip=st.integers(0, 3),
)
def test_nothing_that_comes_raises(ask: asks.Ask, body: Any, status: int, cut: int, put: bytes, skip: int) -> None:
    text = json.dumps(body).encode()
    session = Session(Credentials("k", "s"))
    session.know(VENUE.well_known())
    assert TRADING is not None
    request = TRADING.encode(ask, session, NOW)
    assert isinstance(request, Request)
    reply = TRADING.decode(request, Response(status, text[:cut] + put + text[cut + skip :], {}, NOW), session)
    assert isinstance(reply, Reply)
