"""The same row, its numbers spelled as text and its text as numbers, says the same; null says nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from tests.venues.test_patience import NOW, SWAPS, desk_of

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Fill, OrderUpdate, Position
from basisdesk.domain.ask import OrderRef
from basisdesk.domain.outcome import Done
from basisdesk.venues import lenient

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.ask import Ask
    from basisdesk.venues.trading import Reply

Fields = dict[str, Any]


class Row(msgspec.Struct):
    """A row as a venue might document it."""

    name: str
    at: int
    size: Decimal
    sure: bool = False
    note: str = "none"
    inner: list[dict[str, str]] = []
    rest: msgspec.Raw = msgspec.Raw(b"")


ROW = b'{"name":"7","at":1700000000000,"size":"0.10","sure":true,"note":"n","inner":[{"a":"1"}]}'
ODD = b'{"name":7,"at":"1700000000000","size":0.10,"sure":"true","note":null,"inner":[{"a":1,"b":null}]}'


@pytest.mark.parametrize("read", [lenient.reader(Row), lambda text: lenient.decode(text, Row)])
def test_values_in_the_other_shape_are_read_digit_by_digit(read: Callable[[bytes], Row]) -> None:
    assert read(ODD) == msgspec.structs.replace(read(ROW), note="none")
    assert str(read(ODD).size) == "0.10"
    assert read(b'{"name":12345678901234567890123,"at":"5","size":1e-7}').name == "12345678901234567890123"
    for wrong in (b"{}", b"[]", b'{"name":true,"at":1,"size":1}', b'{"name":"n","at":"soon","size":1}', b"{"):
        with pytest.raises(msgspec.DecodeError):
            read(wrong)


def respelled(value: Any) -> Any:
    """Return JSON with numbers as text, and text that is a number as one."""
    if isinstance(value, dict):
        return {name: respelled(each) for name, each in value.items()} | {"notTold": None}
    if isinstance(value, list):
        return [respelled(each) for each in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return json.loads(value)
    return value


BINANCE_ORDER: Fields = {
    "orderId": 91, "symbol": "BTCUSDT", "status": "PARTIALLY_FILLED", "clientOrderId": "77", "price": "50000.1",
    "origQty": "1.5", "executedQty": "0.5", "timeInForce": "GTC", "type": "LIMIT", "reduceOnly": False, "side": "BUY",
    "positionSide": "BOTH", "updateTime": 1700000000123,
}  # fmt: skip
BINANCE_FILL: Fields = {
    "buyer": True, "commission": "0.07", "commissionAsset": "USDT", "id": 698759, "maker": False, "orderId": 91,
    "price": "7819.01", "qty": "0.002", "side": "BUY", "positionSide": "BOTH", "symbol": "BTCUSDT",
    "time": 1700000000123,
}  # fmt: skip
BYBIT_ORDER: Fields = {
    "orderId": "u-1", "orderLinkId": "77", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01",
    "price": "50000.1", "orderStatus": "PartiallyFilled", "avgPrice": "50000", "cumExecQty": "0.002",
    "reduceOnly": False, "createdTime": "1700000000123", "updatedTime": "1700000000125",
}  # fmt: skip
BYBIT_FILL: Fields = {
    "symbol": "BTCUSDT", "orderLinkId": "77", "side": "Buy", "orderId": "u-1", "execTime": "1700000000123",
    "feeCurrency": "USDT", "isMaker": False, "execFee": "0.07", "execId": "e1", "execPrice": "50000.1",
    "execType": "Trade", "execQty": "0.002",
}  # fmt: skip
OKX_ORDER: Fields = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "ordId": "9001", "clOrdId": "77", "px": "50000.1", "sz": "2",
    "side": "buy", "posSide": "net", "tdMode": "cross", "ordType": "limit", "state": "partially_filled",
    "accFillSz": "1", "avgPx": "50000.1", "reduceOnly": "false", "cTime": "1700000000100", "uTime": "1700000000131",
}  # fmt: skip
OKX_FILL: Fields = {
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "ordId": "9001", "clOrdId": "77", "tradeId": "55", "billId": "8",
    "fillSz": "1", "fillPx": "50000.1", "side": "buy", "posSide": "net", "execType": "T", "fee": "-0.1",
    "feeCcy": "USDT", "ts": "1700000000131", "fillTime": "1700000000131",
}  # fmt: skip
DERIBIT_ORDER: Fields = {
    "order_id": "BTC-9001", "order_state": "open", "order_type": "limit", "instrument_name": "BTC-PERPETUAL",
    "creation_timestamp": 1700000000000, "last_update_timestamp": 1700000000001, "direction": "buy",
    "price": 50000.5, "label": "77", "reduce_only": False, "amount": 30.0, "filled_amount": 10.0,
    "average_price": 50000.5, "time_in_force": "good_til_cancelled", "is_liquidation": False,
}  # fmt: skip
DERIBIT_FILL: Fields = {
    "trade_id": "BTC-1", "instrument_name": "BTC-PERPETUAL", "timestamp": 1700000000000, "order_id": "BTC-9001",
    "order_type": "limit", "direction": "buy", "price": 50000.5, "amount": 10.0, "liquidity": "T", "fee": 0.0000001,
    "fee_currency": "BTC", "label": "77",
}  # fmt: skip
ENVELOPES: dict[str, Callable[[list[Fields]], Any]] = {
    "binance": lambda rows: rows,
    "bybit": lambda rows: {"retCode": 0, "result": {"list": rows, "nextPageCursor": ""}, "time": 1700000000000},
    "okx": lambda rows: {"code": "0", "msg": "", "data": rows},
    "deribit": lambda rows: {"jsonrpc": "2.0", "result": rows},
}
LINES = {"binance": "usdm", "bybit": "linear", "okx": "public", "deribit": "public"}
ROWS = [
    ("binance", BINANCE_ORDER, BINANCE_FILL), ("bybit", BYBIT_ORDER, BYBIT_FILL), ("okx", OKX_ORDER, OKX_FILL),
    ("deribit", DERIBIT_ORDER, DERIBIT_FILL),
]  # fmt: skip


def heard(venue: str, ask: Ask, body: Any) -> Reply:
    reply = desk_of(venue).hear(ask, 200, body)
    assert reply.outcome == Done()
    return reply


@pytest.mark.parametrize(("venue", "order", "fill"), ROWS)
def test_orders_and_fills_are_read_however_their_numbers_are_spelled(venue: str, order: Fields, fill: Fields) -> None:
    wrap = ENVELOPES[venue]
    opened = asks.AskOpenOrders(LINES[venue], SWAPS[venue])
    plain = heard(venue, opened, wrap([order])).updates
    assert isinstance(plain[0], OrderUpdate)
    assert plain[0].filled > 0
    assert heard(venue, opened, wrap([respelled(order)])).updates == plain
    filled = asks.AskFills(line=LINES[venue], symbol=SWAPS[venue])
    told = {"trades": [fill], "has_more": False} if venue == "deribit" else [fill]
    other = {"trades": [respelled(fill)], "has_more": False} if venue == "deribit" else [respelled(fill)]
    expected = heard(venue, filled, wrap(told)).updates  # type: ignore[arg-type]
    assert isinstance(expected[0], Fill)
    assert heard(venue, filled, wrap(other)).updates == expected  # type: ignore[arg-type]


PUSHES: dict[str, tuple[str, Callable[[Fields], Any], Fields]] = {
    "bybit": ("linear", lambda row: {"topic": "order", "creationTime": 1, "data": [row]}, BYBIT_ORDER),
    "okx": ("public", lambda row: {"arg": {"channel": "orders", "uid": "1"}, "data": [row]}, OKX_ORDER),
    "deribit": (
        "public",
        lambda row: {
            "method": "subscription",
            "params": {"channel": "user.changes.any.any.raw", "data": {"orders": [row], "trades": [], "positions": []}},
        },
        DERIBIT_ORDER,
    ),
}


@pytest.mark.parametrize("venue", PUSHES)
def test_pushes_are_read_however_their_numbers_are_spelled(venue: str) -> None:
    line, wrap, row = PUSHES[venue]
    row = row | ({"category": "linear"} if venue == "bybit" else {})
    told = []
    for each in (row, respelled(row)):
        desk = desk_of(venue)
        (private,) = desk.trading.privates([line], desk.session)
        private.connected(NOW)
        told.append(private.receive(json.dumps(wrap(each)).encode(), NOW))
        assert private.undecoded == 0
    assert told[0] == told[1] != []


def test_funding_terms_may_lack_their_bounds() -> None:
    desk = desk_of("binance")
    rows = [{"symbol": "BTCUSDT", "fundingIntervalHours": 4, "adjustedFundingRateCap": None}]
    (terms,) = (
        each.instrument  # type: ignore[union-attr]
        for each in desk.hear(asks.AskInstruments("usdm", "funding"), 200, rows).updates
        if each.instrument.symbol == SWAPS["binance"]  # type: ignore[union-attr]
    )
    assert (terms.funding_interval, terms.funding_cap, terms.funding_floor) == (4, None, None)


def test_a_position_is_read_however_its_numbers_are_spelled() -> None:
    row = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "pos": "-3", "posSide": "net", "avgPx": "5", "uTime": "1"}
    for each in (row, row | {"pos": -3, "avgPx": 5, "uTime": 1, "liqPx": None, "mgnMode": None}):
        told = heard("okx", asks.AskPositions("public"), ENVELOPES["okx"]([each])).updates[0]
        assert isinstance(told, Position)
        assert (told.size, told.entry, told.at) == (Decimal(-3), Decimal(5), 1_000_000)


def test_an_order_that_is_asked_for_by_id_is_read_so_too() -> None:
    ask = asks.AskOrder(OrderRef(symbol=SWAPS["binance"], client_id="77"))
    assert heard("binance", ask, respelled(BINANCE_ORDER)).updates == heard("binance", ask, BINANCE_ORDER).updates
