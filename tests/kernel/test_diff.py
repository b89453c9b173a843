import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import Book

WORD = rb'"[ !#-\[\]-~]*"'
NUMBER = rb"(?:0|[1-9][0-9]{0,17})"
DECIMAL = rb'"([0-9]+(?:\.[0-9]*)?)"'
LEVEL = rb"\[" + DECIMAL + rb"," + DECIMAL + rb"\]"
INNER = LEVEL.replace(rb"([", rb"(?:[")
LIST = rb"\[(?:" + INNER + rb"(?:," + INNER + rb")*)?\]"
MEMBER = rb"(?:" + WORD + rb":(?:" + WORD + rb"|" + NUMBER + rb"),)"
FRAME = re.compile(
    rb'\{"stream":' + WORD + rb',"data":\{(' + MEMBER + rb'*)"b":(' + LIST + rb'),"a":(' + LIST + rb")\}\}", re.DOTALL
)
USUAL = (
    b'{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161261734,"s":"BTCUSDT","U":11,"u":20,"pu":10,'
    b'"b":[["99.50","3"],["99","0.00"]],"a":[["101.25","7.5"]]}}'
)
Side = list[tuple[float, float]]


def side(text: bytes) -> Side | None:
    """The levels of a list of the usual shape, None when a number needs more care than the usual."""
    pairs = re.findall(LEVEL, text)
    for price, size in pairs:
        if any(len(number) > 18 or int(number.replace(b".", b"")) >= 1 << 53 for number in (price, size)):
            return None
        if float(price) == 0:
            return None
    return [(float(price), float(size)) for price, size in pairs]


def reference(frame: bytes) -> tuple[int, int, Side, Side] | None:
    """Its id, the id that it follows, and levels, read slowly; None when the frame has not the usual shape."""
    match = FRAME.fullmatch(frame)
    if match is None:
        return None
    members = json.loads(b"[" + re.sub(rb"(" + WORD + rb"):([^,\"]+|" + WORD + rb"),", rb"[\1,\2],", match[1]) + b"0]")
    ids = [(key, value) for key, value in members[:-1] if key in {"U", "u", "pu"}]
    data = dict(ids)
    bids, asks = side(match[2]), side(match[3])
    if any(isinstance(value, str) for _, value in ids) or not {"U", "u"} <= data.keys():
        return None
    if any(key == "b" for key, _ in members[:-1]) or bids is None or asks is None:
        return None
    return data["u"], data.get("pu", data["U"] - 1), bids, asks


def filled() -> Book:
    book = Book()
    book.snapshot(b'[["99","1"],["98","2"]]', b'[["101","1"],["102","2"]]', 1, 10)
    return book


def seen(book: Book) -> tuple[object, ...]:
    return book.levels(0, 99), book.levels(1, 99), book.sequence, book.seen, book.updated, book.bid, book.ask


def agree(frame: bytes, before: int = 10) -> None:
    told = reference(frame)
    book, wanted = filled(), filled()
    last = book.follow(frame, before, 5)
    if told is None or told[1] != before:
        assert last == -1
    else:
        assert last == told[0]
        wanted.update_levels(told[2], told[3], 5, told[0])
        data = json.loads(frame)["data"]
        assert [(float(price), float(size)) for price, size in data["b"]] == told[2]
        assert data["u"] == last
    assert seen(book) == seen(wanted)


def test_a_usual_frame_that_follows_is_applied() -> None:
    book = filled()
    assert book.follow(USUAL, 10, 5) == 20
    assert book.levels(0, 9) == [(99.5, 3.0), (98.0, 2.0)]
    assert book.levels(1, 9) == [(101.0, 1.0), (101.25, 7.5), (102.0, 2.0)]
    assert (book.sequence, book.seen, book.updated, book.bid_size) == (20, 5, 5, 3.0)


def test_a_usual_frame_that_does_not_follow_changes_nothing() -> None:
    for before in (9, 11, -1, 20):
        book = filled()
        assert book.follow(USUAL, before, 5) == -1
        assert seen(book) == seen(filled())


def test_without_the_id_before_the_first_id_tells_what_it_follows() -> None:
    spot = USUAL.replace(b'"pu":10,', b"")
    assert filled().follow(spot, 10, 5) == 20
    assert filled().follow(spot, 11, 5) == -1
    assert filled().follow(spot.replace(b'"U":11', b'"U":0'), -1, 5) == 20


def test_empty_lists_are_usual_and_move_no_level() -> None:
    book = filled()
    assert book.follow(b'{"stream":"","data":{"U":12,"u":12,"pu":10,"b":[],"a":[]}}', 10, 5) == 12
    assert (book.updated, book.seen, book.sequence) == (1, 5, 12)


@pytest.mark.parametrize("cut", range(len(USUAL)))
def test_a_frame_cut_short_anywhere_is_left_alone(cut: int) -> None:
    agree(USUAL[:cut])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"}}", b"}} "),
        (b"}}", b"}}}"),
        (b"}}", b',"x":1}}'),
        (b"}}", b'},"x":1}'),
        (b'"u":20', b'"u":-20'),
        (b'"u":20', b'"u":020'),
        (b'"u":20', b'"u":20.0'),
        (b'"u":20', b'"u":null'),
        (b'"u":20', b'"u":"20"'),
        (b'"u":20', b'"u":"20","u":20'),
        (b'"u":20', b'"u":19,"u":20'),
        (b'"u":20', b'"u":999999999999999999'),
        (b'"u":20', b'"u":1000000000000000000'),
        (b'"u":20', b'"u":18446744073709551636'),
        (b'"u":20', b'"v":20'),
        (b'"U":11,"u":20,"pu":10', b'"u":20'),
        (b'"U":11,', b""),
        (b'"pu":10', b'"pv":10'),
        (b'"pu":10', b'"qu":10'),
        (b'"pu":10', b'"pu":null'),
        (b'"pu":10', b'"pu":-1'),
        (b'"pu":10', b'"pu":0,"pu":10'),
        (b'"s":"BTCUSDT"', b'"s":"BTC\\u0055SDT"'),
        (b'"s":"BTCUSDT"', '"s":"币USDT"'.encode()),
        (b'"s":"BTCUSDT"', b'"s":"BTC\nUSDT"'),
        (b'"s":"BTCUSDT"', b'"s":"BTC\x7fUSDT"'),
        (b'"s":"BTCUSDT"', b'"s":{"x":1}'),
        (b'"s":"BTCUSDT"', b'"s":"BTCUSDT","b":[["1","1"]],"a":[]'),
        (b'"s":"BTCUSDT"', b'"s":"BTCUSDT","b":"x"'),
        (b'"s":"BTCUSDT"', b'"s":"BTCUSDT","a":"x"'),
        (b'"s":"BTCUSDT"', b'"s":"BTCUSDT","":0'),
        (b'"e"', b' "e"'),
        (b'"data":{', b'"data": {'),
        (b'"data":{', b'"data":{},"data":{'),
        (b'"data":{', b'"x":1,"data":{'),
        (b'"3"', b'"3","more"'),
        (b'"3"', b"3"),
        (b'"3"', b'"-3"'),
        (b'"3"', b'"3."'),
        (b'"3"', b'".3"'),
        (b'"3"', b'"9007199254740992"'),
        (b'"3"', b'"9007199254740991"'),
        (b'"3"', b'"0000000000000000003"'),
        (b'"99.50"', b'"0.00"'),
        (b'"99.50"', b'"0"'),
        (b'"99.50"', b'"1e2"'),
        (b'"101.25"', b'"0"'),
        (b',["99","0.00"]', b",[]"),
        (b',["99","0.00"]', b","),
        (b',["99","0.00"]', b' ,["99","0.00"]'),
        (b',"a":', b',"x":0,"a":'),
    ],
)
def test_other_shapes_are_left_alone_and_equal_meanings_are_equal(old: bytes, new: bytes) -> None:
    assert old in USUAL
    agree(USUAL.replace(old, new, 1))


IDS = st.integers(0, 30)
DECIMALS = st.from_regex(r"[0-9]{1,9}(\.[0-9]{0,8})?", fullmatch=True)
LEVELS = st.lists(st.tuples(DECIMALS, DECIMALS), max_size=6)
EXTRA = st.dictionaries(st.sampled_from(["e", "E", "T", "s", "ps", "x"]), st.one_of(IDS, st.just("BTC")), max_size=4)


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    data: dict[str, object] = dict(draw(EXTRA))
    data["U"] = draw(st.sampled_from([11, 10, 0]))
    data["u"] = draw(IDS)
    if draw(st.booleans()):
        data["pu"] = draw(st.sampled_from([10, 9]))
    data["b"], data["a"] = draw(LEVELS), draw(LEVELS)
    return json.dumps({"stream": "x@depth", "data": data}, separators=(",", ":")).encode()


@settings(deadline=None, max_examples=200)
@given(frames())
@example(USUAL)
def test_the_usual_shape_is_read_as_a_slow_reader_reads_it(frame: bytes) -> None:
    agree(frame)


@settings(deadline=None, max_examples=500)
@given(frames(), st.data())
def test_a_frame_damaged_anywhere_is_read_the_same_or_left_alone(frame: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(frame) - 1))
    gone = data.draw(st.integers(0, 3))
    put = data.draw(st.sampled_from([b"", b'"', b"[", b"]", b"{", b"}", b",", b":", b".", b" ", b"0", b"\\", b"\xff"]))
    agree(frame[:at] + put + frame[at + gone :])


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60))
def test_random_bytes_are_left_alone(frame: bytes) -> None:
    agree(frame)
