import json

import msgspec
import pytest

from basisdesk.domain.order import Side, SpreadOrderRequest

ORDER = {"spread": "a:B/C:C~a:B/C", "side": "BUY", "type": "market", "size": "0.5"}


def test_sides_are_opposite_and_signed() -> None:
    assert Side.BUY.opposite is Side.SELL
    assert Side.SELL.opposite is Side.BUY
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


def test_an_order_is_read_from_json_with_exact_size() -> None:
    order = msgspec.json.decode(json.dumps(ORDER), type=SpreadOrderRequest)
    assert str(order.size) == "0.5"
    assert order.trigger is None


@pytest.mark.parametrize("change", [{"colour": "red"}, {"side": "buy"}, {"type": "limit"}, {"size": "lots"}])
def test_an_order_with_an_unknown_field_or_word_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(ORDER | change), type=SpreadOrderRequest)
