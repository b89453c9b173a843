"""What the events of the private streams tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.streams import AT, FILL, NOW, OPEN, REPORT, USDM, D, heard, opened

from basisdesk.domain import account as facts
from basisdesk.domain.ask import MarginMode, OrderType, PositionSide
from basisdesk.domain.order import DoneReason, OrderStatus, Side
from basisdesk.venues.trading import Credentials, Session

if TYPE_CHECKING:
    from pathlib import Path


def test_a_spot_order_is_new_and_then_fills_with_a_fee_in_a_third_coin(session: Session) -> None:
    assert heard("spot", REPORT, session) == [OPEN]
    part = REPORT | {
        "x": "TRADE", "X": "PARTIALLY_FILLED", "l": "0.4", "z": "0.4", "L": "50000.0", "Z": "20000.0", "t": 77,
        "n": "0.002", "N": "BNB", "m": True,
    }  # fmt: skip
    assert heard("spot", part, session) == [FILL, msgspec.structs.replace(OPEN, filled=D("0.4"), average=D(50000))]


def test_a_spot_cancel_is_of_the_order_that_it_names_second(session: Session) -> None:
    event = REPORT | {"x": "CANCELED", "X": "CANCELED", "c": "cancel-1", "C": "test-1"}
    done = msgspec.structs.replace(OPEN, status=OrderStatus.DONE, reason=DoneReason.CANCELLED)
    assert heard("spot", event, session) == [done]


def test_an_amended_spot_order_has_its_new_id(session: Session) -> None:
    event = REPORT | {"x": "REPLACED", "c": "test-2", "C": "test-1"}
    assert heard("spot", event, session) == [msgspec.structs.replace(OPEN, client_id="test-2")]


def test_a_rejected_spot_order_says_why(session: Session) -> None:
    (update,) = heard("spot", REPORT | {"x": "REJECTED", "X": "REJECTED", "r": "INSUFFICIENT_BALANCES"}, session)
    assert isinstance(update, facts.OrderUpdate)
    assert (update.reason, update.refused) == (DoneReason.REJECTED, "INSUFFICIENT_BALANCES")


def test_spot_balances(session: Session) -> None:
    position = {"e": "outboundAccountPosition", "E": 1, "u": 1700000000123, "B": [{"a": "ETH", "f": "1.5", "l": "0.5"}]}
    assert heard("spot", position, session) == [
        facts.Balance(at=AT, line="spot", asset="ETH", total=D("2.0"), available=D("1.5"))
    ]
    moved = {"e": "balanceUpdate", "E": 1, "a": "BTC", "d": "-1.5", "T": 1700000000123}
    assert heard("spot", moved, session) == [
        facts.Income(
            at=AT,
            id="balance:1700000000123:BTC:-1.5",
            kind=facts.IncomeKind.TRANSFER,
            asset="BTC",
            amount=D("-1.5"),
        )
    ]


FUTURES_ORDER = {
    "s": "BTCUSDT", "c": "test-1", "S": "SELL", "o": "MARKET", "f": "GTC", "q": "0.5", "p": "0", "ap": "50000",
    "x": "TRADE", "X": "FILLED", "i": 91, "l": "0.5", "z": "0.5", "L": "50000", "N": "USDT", "n": "10.0",
    "T": 1700000000123, "t": 5, "b": "0", "a": "0", "m": False, "R": True, "wt": "CONTRACT_PRICE", "ot": "MARKET",
    "ps": "LONG", "cp": False, "rp": "3", "pP": False, "si": 0, "ss": 0, "V": "NONE", "pm": "NONE", "gtd": 0, "er": "0",
}  # fmt: skip


def test_a_futures_fill(session: Session) -> None:
    event = {"e": "ORDER_TRADE_UPDATE", "E": 1, "T": 1, "o": FUTURES_ORDER}
    fill, update = heard("usdm", event, session)
    assert fill == facts.Fill(
        at=AT,
        symbol=USDM,
        trade_id="5",
        venue_id="91",
        client_id="test-1",
        side=Side.SELL,
        price=D(50000),
        size=D("0.5"),
        fee=D("10.0"),
        fee_asset="USDT",
        maker=False,
        position=PositionSide.LONG,
    )
    assert update == facts.OrderUpdate(
        at=AT,
        symbol=USDM,
        venue_id="91",
        client_id="test-1",
        status=OrderStatus.DONE,
        reason=DoneReason.FILLED,
        side=Side.SELL,
        type=OrderType.MARKET,
        size=D("0.5"),
        filled=D("0.5"),
        average=D(50000),
        reduce_only=True,
    )


@pytest.mark.parametrize(
    ("terms", "forced"),
    [
        ({"c": "autoclose-1", "x": "TRADE"}, facts.Forced.LIQUIDATION),
        ({"c": "other", "x": "CALCULATED"}, facts.Forced.LIQUIDATION),
        ({"c": "adl_autoclose", "x": "CALCULATED"}, facts.Forced.ADL),
        ({"c": "settlement_autoclose-1"}, facts.Forced.DELIVERY),
    ],
)
def test_forced_orders_and_their_fills_are_marked(
    terms: dict[str, str], forced: facts.Forced, session: Session
) -> None:
    fill, update = heard("usdm", {"e": "ORDER_TRADE_UPDATE", "o": FUTURES_ORDER | terms}, session)
    assert isinstance(fill, facts.Fill)
    assert isinstance(update, facts.OrderUpdate)
    assert fill.forced == update.forced == forced


def test_a_fill_that_tells_no_fee_has_none(session: Session) -> None:
    order = {name: FUTURES_ORDER[name] for name in FUTURES_ORDER if name not in {"n", "N"}}
    fill, _ = heard("coinm", {"e": "ORDER_TRADE_UPDATE", "o": order | {"s": "BTCUSD_PERP"}}, session)
    assert isinstance(fill, facts.Fill)
    assert (fill.fee, fill.fee_asset) == (None, "")
    lite = {
        "e": "TRADE_LITE", "E": 1, "T": 1700000000123, "s": "BTCUSDT", "q": "1", "p": "0", "m": False, "c": "test-1",
        "S": "SELL", "L": "50000", "l": "0.5", "t": 5, "i": 91,
    }  # fmt: skip
    (early,) = heard("usdm", lite, session)
    assert early == msgspec.structs.replace(fill, symbol=USDM, position=PositionSide.NET)


def test_account_updates_of_futures(session: Session) -> None:
    event = {
        "e": "ACCOUNT_UPDATE", "E": 1, "T": 1700000000123,
        "a": {
            "m": "FUNDING_FEE",
            "B": [{"a": "USDT", "wb": "122.5", "cw": "100.1", "bc": "-0.5"}],
            "P": [
                {"s": "BTCUSDT", "pa": "-10", "ep": "6563.8", "bep": "0", "cr": "0", "up": "-14.2", "mt": "isolated",
                 "iw": "65.7", "ps": "SHORT"},
                {"s": "BTCUSDT", "pa": "0", "ep": "0.0", "up": "0", "mt": "cross", "iw": "0", "ps": "LONG"},
            ],
        },
    }  # fmt: skip
    assert heard("usdm", event, session) == [
        facts.Balance(at=AT, line="usdm", asset="USDT", total=D("122.5")),
        facts.Position(
            at=AT,
            symbol=USDM,
            size=D(-10),
            entry=D("6563.8"),
            unrealised=D("-14.2"),
            margin=D("65.7"),
            mode=MarginMode.ISOLATED,
            side=PositionSide.SHORT,
        ),
        facts.Position(at=AT, symbol=USDM, size=D(0), unrealised=D(0), mode=MarginMode.CROSS, side=PositionSide.LONG),
    ]


def test_leverage_changes_margin_calls_and_what_nobody_needs(session: Session) -> None:
    leverage = {"e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "T": 1, "ac": {"s": "BTCUSDT", "l": 25}}
    assert heard("usdm", leverage, session) == [facts.Mode(line="usdm", symbol=USDM, leverage=D(25))]
    assert heard("usdm", {"e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "T": 1, "ai": {"j": True}}, session) == []
    call = {"e": "MARGIN_CALL", "E": 1700000000123, "cw": "3.16", "p": [{"s": "BTCUSDT", "ps": "LONG", "mm": "1.6"}]}
    (warned,) = heard("usdm", call, session)
    assert isinstance(warned, facts.Warned)
    assert (warned.at, warned.symbol, warned.forced) == (AT, USDM, facts.Forced.LIQUIDATION)
    assert heard("usdm", {"e": "STRATEGY_UPDATE"}, session) == []


@pytest.mark.parametrize("line", ["spot", "usdm"])
@pytest.mark.parametrize(
    "frame", [b"", b"1", b"[]", b"{", b'{"subscriptionId":0,"event":{"e":"executionReport"}}', b'{"e":5}', b"\xff"]
)
def test_a_frame_that_cannot_be_read_is_counted(line: str, frame: bytes, session: Session) -> None:
    made = opened(line, session)
    made.receive(frame, NOW)
    bare = line == "usdm" and frame.startswith(b'{"sub')
    assert made.undecoded == (0 if bare else 1)


EVENTS = [REPORT, {"e": "ORDER_TRADE_UPDATE", "o": FUTURES_ORDER}]


@given(
    line=st.sampled_from(["spot", "usdm"]), event=st.sampled_from(EVENTS),
    cut=st.integers(0, 500), put=st.binary(max_size=3), skip=st.integers(0, 3),
)  # fmt: skip
def test_no_frame_raises(line: str, event: dict[str, Any], cut: int, put: bytes, skip: int) -> None:
    session = Session(Credentials("k", "s"))
    text = json.dumps({"subscriptionId": 0, "event": event} if line == "spot" else event).encode()
    made = opened(line, session)
    made.receive(text[:cut] + put + text[cut + skip :], NOW)
    assert made.undecoded <= 1


EXAMPLES = {
    "spot/user_data_json/account_position": "Balance Balance",
    "spot/user_data_json/balance_update": "Income",
    "spot/user_data_json/execution_report_canceled": "OrderUpdate",
    "spot/user_data_json/execution_report_new": "OrderUpdate",
    "spot/user_data_json/execution_report_stop_loss": "OrderUpdate",
    "spot/user_data_json/execution_report_trade": "Fill OrderUpdate",
    "spot/user_data_json/list_status_wrapped": "",
    "futures/user_data_json/account_update": "Balance Position Position Position",
    "futures/user_data_json/account_update_bnfcr": "Balance",
    "futures/user_data_json/algo_update_new": "",
    "futures/user_data_json/order_update_calculated": "Fill OrderUpdate",
    "futures/user_data_json/order_update_delivery": "Fill OrderUpdate",
    "futures/user_data_json/order_update_new": "OrderUpdate",
    "futures/user_data_json/order_update_settlement": "Fill OrderUpdate",
    "futures/user_data_json/order_update_trade": "Fill OrderUpdate",
    "futures/user_data_json/trade_lite": "Fill",
}


@pytest.mark.recordings
@pytest.mark.parametrize("name", EXAMPLES)
def test_events_that_others_keep_as_examples(name: str, session: Session, recordings: Path) -> None:
    event = json.loads((recordings / "nautilus/binance" / f"{name}.json").read_bytes())
    line = "spot" if name.startswith("spot") else "coinm" if "delivery" in name else "usdm"
    updates = heard(line, event.get("event", event), session)
    assert " ".join(type(update).__name__ for update in updates) == EXAMPLES[name]
