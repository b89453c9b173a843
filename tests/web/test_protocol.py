import contextlib
import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.errors import UsageError
from basisdesk.domain.order import Sequence, Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.domain.stream import Cancel, Place, Thaw, Unwatch, Watch
from basisdesk.web.protocol import LONGEST_MESSAGE, key_of, read_message

SPREAD = "binance:BTC/USDT:USDT~binance:BTC/USDT"
KEY = "3f0c9c1e-0000-4000-8000-000000000000"
ORDER = {"spread": SPREAD, "side": "BUY", "type": "market", "size": "0.5", "sequence": "contract_first"}


def refused(message: object) -> str:
    with pytest.raises(UsageError) as refusal:
        read_message(message if isinstance(message, str) else json.dumps(message))
    return str(refusal.value)


def placed(**change: object) -> dict[str, object]:
    request = {name: value for name, value in {**ORDER, **change}.items() if value is not None}
    return {"place": {"key": KEY, "request": request}}


@pytest.mark.parametrize("topic", [f"ladder:{SPREAD}", f"details:{SPREAD}", f"candles:{SPREAD}:BID:10s"])
def test_topics_of_a_spread_can_be_watched_and_left(topic: str) -> None:
    assert read_message(json.dumps({"watch": topic})) == Watch(topic)
    assert read_message(json.dumps({"unwatch": topic})) == Unwatch(topic)


def test_an_order_is_read_with_exact_numbers() -> None:
    command = read_message(json.dumps(placed(type="auto_trigger", trigger="-12.10", size="0.29")))
    assert command == Place(
        KEY,
        SpreadOrderRequest(
            spread=SPREAD,
            side=Side.BUY,
            type=SpreadOrderType.AUTO_TRIGGER,
            size=Decimal("0.29"),
            trigger=Decimal("-12.10"),
            sequence=Sequence.CONTRACT_FIRST,
        ),
    )


def test_a_cancel_is_read() -> None:
    assert read_message(json.dumps({"cancel": {"key": KEY, "order_id": "s7"}})) == Cancel(KEY, "s7")


def test_a_thaw_is_read() -> None:
    assert read_message(json.dumps({"thaw": {"key": KEY, "symbol": "binance:BTC/USDT"}})) == Thaw(
        KEY, "binance:BTC/USDT"
    )


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("nonsense", "the message is not JSON"),
        ("[" * 5000, "the message is not JSON"),
        ([], "exactly one of watch, unwatch, place, cancel, thaw"),
        ({}, "exactly one of"),
        ({"watch": "a", "unwatch": "b"}, "exactly one of"),
        ({"wach": "x"}, "did you mean watch"),
        ({"watch": 7}, "a topic is a text"),
        ({"watch": "ladder:" + "x" * 400}, "at most 300"),
        ({"watch": "desk"}, "is always sent"),
        ({"watch": "lader:" + SPREAD}, "did you mean ladder"),
        ({"watch": "ladder:"}, "unknown topic"),
        ({"watch": "ladder:binance:BTC/USDT"}, "is not a spread"),
        ({"watch": "ladder:a~a"}, "same market on both legs"),
        ({"watch": f"candles:{SPREAD}:MID:1m"}, "names no source"),
        ({"watch": f"candles:{SPREAD}:LAST:1y"}, "no candle period"),
        ({"watch": "candles:x"}, "names no source"),
        ({"place": 3}, "place takes an object"),
        ({"place": {"key": KEY}}, "place misses request"),
        ({"place": {"key": KEY, "request": []}}, "request is an object"),
        ({"place": {"key": KEY, "request": ORDER, "sise": 1}}, "unknown key 'sise'"),
        ({"place": {"key": "short", "request": ORDER}}, "key is 8 to 64"),
        ({"place": {"key": 5, "request": ORDER}}, "key is 8 to 64"),
        (placed(sise="1"), "did you mean size"),
        (placed(side="HOLD"), "the order is refused"),
        (placed(size=None), "missing required field size"),
        (placed(size="NaN"), "size NaN is refused: it must be a finite number"),
        (placed(size="Infinity"), "must be a finite number"),
        (placed(size="0"), "size 0 is refused: it must be above zero"),
        (placed(size="-1"), "size -1 is refused"),
        (placed(size="1e999999"), "more than 38 digits"),
        (placed(size="1" * 50), "more than 38 digits"),
        (placed(type="auto_trigger"), "needs a trigger price"),
        (placed(type="auto_trigger", trigger="NaN"), "trigger NaN is refused"),
        (placed(trigger="5"), "a market order takes no trigger"),
        (placed(spread="x"), "is not a spread"),
        ({"cancel": {"key": KEY, "order_id": ""}}, "order_id is the text"),
        ({"cancel": {"key": KEY, "order_id": 7}}, "order_id is the text"),
        ({"thaw": {"key": KEY, "symbol": None}}, "symbol is the symbol of a frozen market"),
        ({"thaw": {"symbol": "binance:BTC/USDT"}}, "thaw misses key"),
        ({"cancel": {"key": KEY, "orderid": "7"}}, "did you mean order_id"),
        ({"x" * 100: 1}, "xxx..."),
    ],
)
def test_a_wrong_message_is_refused_with_a_sentence_that_names_the_problem(message: object, sentence: str) -> None:
    assert sentence in refused(message)


def test_a_message_that_is_too_long_is_refused_by_its_bytes() -> None:
    assert f"the limit is {LONGEST_MESSAGE}" in refused(json.dumps({"watch": "é" * LONGEST_MESSAGE}))


def test_the_key_of_a_refused_order_is_found_and_a_false_one_is_not() -> None:
    assert key_of(json.dumps(placed(size="0"))) == KEY
    assert key_of(json.dumps({"cancel": {"key": "../../x"}})) is None
    assert key_of("nonsense") is None
    assert key_of("[1]") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
shaped = st.fixed_dictionaries(
    {
        "place": st.fixed_dictionaries(
            {"key": st.just(KEY), "request": st.dictionaries(st.sampled_from(list(ORDER)), json_values)}
        )
    }
)


@given(st.text() | json_values.map(json.dumps) | shaped.map(json.dumps))
def test_whatever_a_browser_sends_is_a_command_or_a_refusal(text: str) -> None:
    command: object = None
    with contextlib.suppress(UsageError):
        command = read_message(text)
    assert command is None or isinstance(command, Watch | Unwatch | Place | Cancel | Thaw)
    assert command is None or msgspec.msgpack.encode(command), "what is accepted can be sent to the desk"
    assert key_of(text) in {None, KEY}
