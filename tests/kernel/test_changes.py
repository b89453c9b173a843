import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import Book
from basisdesk.kernel.changes import ABSENT, Changes

Members = list[tuple[str, Any]]
Side = list[tuple[float, float]]

ACTED = (
    b'{"method":"subscription","params":{"channel":"book.X.100ms","data":{"type":"change","timestamp":1622627435737,'
    b'"before":31479598064,"name":"X","last":31479598217,"bids":[["delete",99.0,0.0],["new",98.5,254870.0]],'
    b'"asks":[["change",101.25,7.5]]}}}'
)
BARE = (
    b'{"ch":"market.X","tick":{"asks":[[101.25,75]],"bids":[[99,0],[98.5,5.33E-4]],"event":"update","extra":-99893,'
    b'"last":13006328,"open":true,"shut":false,"none":null,"ratio":-0.5e+3},"ts":1622711368355}'
)
QUOTED = (
    b'{"arg":{"channel":"books"},"action":"update","data":[{"asks":[["101.25","7.5","0","4"]],"bids":[["99","0","0",'
    b'"0"]],"ts":"1652459226","extra":-855196043}]}'
).replace(b'{"channel":"books"}', b'"books"')


def acted() -> Changes:
    return Changes(
        (b"params", b"data"),
        (b"bids", b"asks"),
        (b"last", b"before", b""),
        kind=(b"type", b"change", 2),
        acted=True,
    )


def bare() -> Changes:
    sides = (b"bids", b"asks")
    return Changes((b"tick",), sides, (b"last", b"before", b"extra"), kind=(b"event", b"update", 1), optional=True)


def quoted() -> Changes:
    sides, kind = (b"bids", b"asks"), (b"action", b"update", 0)
    return Changes((b"data",), sides, (b"last", b"before", b"extra"), kind=kind, listed=True)


SHAPES = {"acted": (acted, ACTED), "bare": (bare, BARE), "quoted": (quoted, QUOTED)}


def one(members: Members, key: str, default: object = None) -> Any:
    """The last value of a key, as any decoder takes it."""
    return dict(members).get(key, default)


def meaning(shape: str, frame: bytes) -> tuple[object, object, object, Side, Side]:
    """What a general decoder reads; it fails where the frame is no change of the shape."""
    whole = json.loads(frame, object_pairs_hook=list)
    paths = {"acted": ["params", "data"], "bare": ["tick"], "quoted": ["data"]}
    content = whole
    for key in paths[shape]:
        content = one(content, key)
    if shape == "quoted":
        (content,) = content
    kinds = {
        "acted": ("type", content, "change"),
        "bare": ("event", content, "update"),
        "quoted": ("action", whole, "update"),
    }
    key, members, word = kinds[shape]
    assert one(members, key) == word
    sides = []
    for name in ("bids", "asks"):
        rows = one(content, name, [] if shape == "bare" else None)
        if shape == "acted":
            assert all(row[0] in {"new", "change", "delete"} for row in rows)
            rows = [[row[1], 0.0 if row[0] == "delete" else row[2]] for row in rows]
        sides.append([(float(row[0]), float(row[1])) for row in rows])
    ids = [one(content, key, ABSENT) for key in ("last", "before", "extra")]
    return ids[0], ids[1], ABSENT if shape == "acted" else ids[2], sides[0], sides[1]


def filled() -> Book:
    book = Book()
    book.snapshot(b'[["99","1"],["98","2"]]', b'[["101","1"],["102","2"]]', 1, 10)
    return book


def seen(book: Book) -> tuple[object, ...]:
    return book.levels(0, 99), book.levels(1, 99), book.sequence, book.seen, book.updated, book.bid, book.ask


def agree(shape: str, frame: bytes) -> bool:
    """Whether the frame is read; then it must mean what a general decoder says, and move a book alike."""
    changes = SHAPES[shape][0]()
    if not changes.read(frame):
        return False
    last, before, extra, bids, asks = meaning(shape, frame)
    assert (changes.last, changes.before, changes.extra) == (last, before, extra)
    book, wanted = filled(), filled()
    assert book.update_from(changes, 5, changes.last) == len(bids) + len(asks)
    wanted.update_levels(bids, asks, 5, changes.last)
    assert seen(book) == seen(wanted)
    return True


@pytest.mark.parametrize("shape", SHAPES)
def test_a_usual_frame_is_read(shape: str) -> None:
    assert agree(shape, SHAPES[shape][1])


def test_what_was_read_before_is_forgotten() -> None:
    changes = bare()
    assert changes.read(BARE)
    assert changes.read(b'{"tick":{"event":"update"}}')
    assert (changes.last, changes.before, changes.extra) == (ABSENT, ABSENT, ABSENT)
    book = filled()
    assert book.update_from(changes, 5, 11) == 0
    assert (book.sequence, book.seen, book.updated) == (11, 5, 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_frame_cut_short_anywhere_is_left_alone(shape: str) -> None:
    changes, frame = SHAPES[shape][0](), SHAPES[shape][1]
    assert not any(changes.read(frame[:cut]) for cut in range(len(frame)))
    assert not changes.read(frame + b" ")
    assert not changes.read(frame + b"}")


@pytest.mark.parametrize(
    ("shape", "old", "new", "read"),
    [
        ("acted", b'"type":"change","timestamp":1622627435737,', b'"type":"change",', True),
        ("acted", b'"type":"change"', b'"type":"snapshot"', False),
        ("acted", b'"type":"change"', b'"type":"changf"', False),
        ("acted", b'"type":"change"', b'"type":"change","type":"change"', False),
        ("acted", b'"type":"change"', b'"type":null', False),
        ("acted", b'"type":"change",', b"", False),
        ("acted", b'"params":{', b'"type":"change","params":{', True),
        ("acted", b'"method":"subscription"', b'"method": "subscription"', False),
        ("acted", b'"method":"subscription"', b'"method":"sub\\u0073cription"', False),
        ("acted", b'"method":"subscription"', b'"method":{}', False),
        ("acted", b'"method":"subscription",', b'"method":"subscription","bids":1,', True),
        ("acted", b'"method":"subscription",', b"", True),
        ("acted", b'"method"', b"method", False),
        ("acted", b'"params":{', b'"params":[', False),
        ("acted", b'"params"', b'"param"', False),
        ("acted", b'"data":{', b'"data":[{', False),
        ("acted", b'"data":{', b'"data" {', False),
        ("acted", b'"data":{', b'"data":{},"data":{', False),
        ("acted", b'"last":31479598217', b'"last":null', False),
        ("acted", b'"last":31479598217', b'"last":-1', False),
        ("acted", b'"last":31479598217', b'"last":1.0', False),
        ("acted", b'"last":31479598217', b'"last":1000000000000000000', False),
        ("acted", b'"last":31479598217', b'"last":8,"last":9', True),
        ("acted", b'"last":31479598217', b'"last" :9', False),
        ("acted", b'"before":31479598064', b'"before":"1"', False),
        ("acted", b'"before":31479598064,', b"", True),
        ("acted", b'"asks":[', b'"asks":[],"asks":[', False),
        ("acted", b'"asks":[', b'"bids":[],"asks":[', False),
        ("acted", b',"asks":[["change",101.25,7.5]]', b"", False),
        ("acted", b'"asks":[["change",101.25,7.5]]', b'"asks":[]', True),
        ("acted", b'"asks":[["change",101.25,7.5]]', b'"asks":null', False),
        ("acted", b'"asks":[["change",101.25,7.5]]', b'"asks":{"change":1}', False),
        ("acted", b'["change",101.25,7.5]', b'["change",1.25e2,75E-1]', True),
        ("acted", b'["change",101.25,7.5]', b'["chance",101.25,7.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["old",101.25,7.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["change","101.25","7.5"]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,7.5,1]', False),
        ("acted", b'["change",101.25,7.5]', b"[101.25,7.5]", False),
        ("acted", b'["change",101.25,7.5]', b'["new" ,101.25,7.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,-7.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["delete",101.25,-7.5]', True),
        ("acted", b'["change",101.25,7.5]', b'["change",0.0,7.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,1e999]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,1e]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",0101.25,7.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,.5]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,7.]', False),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,0]', True),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,9007199254740993]', True),
        ("acted", b'["change",101.25,7.5]', b'["change",101.25,0.1234567890123456789]', True),
        ("acted", b'["change",101.25,7.5]]', b'["change",101.25,7.5]}', False),
        ("acted", b'["change",101.25,7.5]]', b'["change",101.25,7.5],]', False),
        ("acted", b'["change",101.25,7.5]]', b'["change",101.25,7.5]', False),
        ("bare", b'"bids":[[99,0],[98.5,5.33E-4]],', b"", True),
        ("bare", b"[101.25,75]", b'["101.25","75"]', True),
        ("bare", b"[101.25,75]", b'["101.25",75]', False),
        ("bare", b"[101.25,75]", b"[ 101.25,75]", False),
        ("bare", b"[101.25,75]", b"{101.25,75}", False),
        ("bare", b'"extra":-99893', b'"extra":99893', True),
        ("bare", b'"extra":-99893', b'"extra":--99893', False),
        ("bare", b'"extra":-99893,', b"", True),
        ("bare", b'"event":"update"', b'"event":"update","":1', True),
        ("bare", b'"ts":1622711368355', b'"ts":{"x":1}', False),
        ("bare", b'"ts":1622711368355', b'"ts":01', False),
        ("bare", b'"ts":1622711368355', b'"event":"none"', True),
        ("bare", b"true", b"trie", False),
        ("bare", b"false", b"falsy", False),
        ("bare", b"null", b"nil,", False),
        ("bare", b'"ratio":-0.5e+3', b'"ratio":+0.5', False),
        ("bare", b',"ts":1622711368355}', b',"tick":0}', False),
        ("quoted", b'"data":[{', b'"data":{', False),
        ("quoted", b"}]}", b"},{}]}", False),
        ("quoted", b'"action":"update"', b'"action":"snapshot"', False),
        ("quoted", b'"action":"update",', b"", False),
        ("quoted", b'"ts":"1652459226"', b'"action":"x"', True),
        ("quoted", b'["99","0","0","0"]', b"[99,0]", True),
        ("quoted", b'["99","0","0","0"]', b'["99","0","0",0]', False),
    ],
)  # fmt: skip
def test_other_shapes_are_left_alone_and_equal_meanings_are_equal(
    shape: str, old: bytes, new: bytes, read: bool
) -> None:
    frame = SHAPES[shape][1]
    assert old in frame
    assert agree(shape, frame.replace(old, new, 1)) is read


WHOLE = (b"[[99,1]]", b"[[101.25,1]]")
COUNTING = (b"tick",), (b"bids", b"asks"), (b"last", b"", b"extra"), (b"event", b"update", 1)
COUNTED = b'{"tick":{"bids":[[99,0],[%s,3]],"asks":[],"event":"update","extra":-7,"last":%d}}'


@pytest.mark.parametrize(
    ("last", "price", "taken"),
    [(8, b"98.5", 1), (8, b"101.25", 2), (8, b"102", 2), (7, b"98.5", 0), (9, b"98.5", 0), (2**63 - 1, b"98.5", 0)],
)
def test_a_book_takes_the_change_whose_id_is_the_next(last: int, price: bytes, taken: int) -> None:
    book, told = Book(), Changes(*COUNTING)
    book.snapshot(*WHOLE, 1, 8)
    assert book.follow_changes(told, COUNTED % (price, 9), last, 5) == taken
    assert (book.bid, book.updated, book.sequence) == ((float(price), 5, 9) if taken else (99.0, 1, 8))
    assert told.extra == -7


@pytest.mark.parametrize(("old", "new"), [(b'"extra":-7,', b""), (b'"update"', b'"snapshot"'), (b"[[", b"[[ ")])
def test_a_book_leaves_a_change_alone_that_lacks_something(old: bytes, new: bytes) -> None:
    book = Book()
    book.snapshot(*WHOLE, 1, 8)
    frame = COUNTED % (b"98", 9)
    assert book.follow_changes(Changes(*COUNTING), frame.replace(old, new, 1), 8, 5) == 0
    assert (book.bid, book.sequence) == (99.0, 8)
    assert book.follow_changes(Changes(*COUNTING), frame, 8, 5) == 1


@pytest.mark.parametrize(
    ("before", "own", "last", "taken"), [(8, 9, 8, 1), (6, 9, 8, 1), (9, 10, 8, 0), (6, 8, 8, 0), (None, 9, 8, 0)]
)
def test_a_book_takes_the_change_that_names_the_id_before_it(
    before: int | None, own: int, last: int, taken: int
) -> None:
    book, told = Book(), Changes((b"tick",), (b"bids", b"asks"), (b"last", b"before", b""))
    book.snapshot(*WHOLE, 1, 8)
    named = b"" if before is None else b'"before":%d,' % before
    frame = b'{"tick":{%s"last":%d,"bids":[],"asks":[[101.25,5]]}}' % (named, own)
    assert book.follow_changes(told, frame, last, 5) == taken
    assert (book.ask_size, book.sequence) == ((5.0, own) if taken else (1.0, 8))


NUMBERS = st.one_of(
    st.integers(1, 10**12),
    st.floats(1e-9, 1e12),
    st.decimals(1, 10**6, places=8).map(float),
)
LEVELS = st.lists(st.tuples(st.sampled_from(["new", "change", "delete"]), NUMBERS, NUMBERS), max_size=6)
IDS = st.integers(0, 10**18 - 1)


@st.composite
def frames(draw: st.DrawFn, shape: str) -> bytes:
    content: dict[str, object] = {"last": draw(IDS), "note": draw(st.sampled_from(["x", 1, -2.5, None, True]))}
    content["bids"], content["asks"] = (
        [list(row) if shape == "acted" else list(row[1:]) for row in draw(LEVELS)] for _ in range(2)
    )
    if draw(st.booleans()):
        content["before"], content["extra"] = draw(IDS), draw(IDS)
    if shape != "quoted":
        content["event" if shape == "bare" else "type"] = "update" if shape == "bare" else "change"
    content = {key: content[key] for key in draw(st.permutations(list(content)))}
    whole: dict[str, object] = {"n": draw(IDS), "ts": "now"}
    match shape:
        case "acted":
            whole["params"] = {"channel": "x", "data": content}
        case "bare":
            whole["tick"] = content
        case _:
            whole |= {"action": "update", "data": [content]}
    whole = {key: whole[key] for key in draw(st.permutations(list(whole)))}
    return json.dumps(whole, separators=(",", ":")).encode()


@pytest.mark.parametrize("shape", SHAPES)
@settings(deadline=None, max_examples=100)
@given(st.data())
def test_members_may_stand_in_any_order(shape: str, data: st.DataObject) -> None:
    assert agree(shape, data.draw(frames(shape)))


@pytest.mark.parametrize("shape", SHAPES)
@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_frame_damaged_anywhere_is_read_the_same_or_left_alone(shape: str, data: st.DataObject) -> None:
    frame = data.draw(st.one_of(frames(shape), st.just(SHAPES[shape][1])))
    at = data.draw(st.integers(0, len(frame) - 1))
    agree(
        shape,
        frame[:at]
        + data.draw(
            st.sampled_from([b"", b'"', b"[", b"]", b"{", b"}", b",", b":", b"-", b"0", b"e", b"\x00", b"\xff"])
        )
        + frame[at + 1 :],
    )


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=80))
@example(b"{")
@example(b'{"tick":')
def test_any_bytes_are_read_the_same_or_left_alone(frame: bytes) -> None:
    agree("bare", frame)
