import json
import re
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basisdesk.kernel.book import Book

SPACE = rb"[ \t\n\r]*"
NUMBER = rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
QUOTED = rb'"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"'
VALUE = rb"(" + NUMBER + rb"|" + QUOTED + rb")"
COLUMN = rb'(?:"(?:[^"\\\x00-\x1f]|\\[\x00-\xff])*"|' + NUMBER + rb")"
LEVEL = SPACE.join([rb"\[", VALUE, rb",", VALUE, rb"(?:,", COLUMN, rb")*\]"])
INNER = re.sub(rb"\((?!\?)", rb"(?:", LEVEL)
TEXT = re.compile(SPACE.join([b"", rb"\[", rb"(?:" + INNER, rb"(?:,", INNER, rb")*)?\]", b""]))


def reference(text: bytes) -> list[tuple[float, float]] | None:
    """Read levels slowly and plainly; None when the text is not a list of levels."""
    if not TEXT.fullmatch(text):
        return None
    levels = [(float(price.strip(b'"')), float(size.strip(b'"'))) for price, size in re.findall(LEVEL, text)]
    good = all(0 < price < float("inf") and 0 <= size < float("inf") for price, size in levels)
    return levels if good else None


def read(text: bytes) -> list[tuple[float, float]]:
    """The levels of a snapshot of bids, best first."""
    book = Book()
    book.snapshot(text, b"[]", 1, 1)
    return book.levels(0, 1000)


def expected(levels: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return sorted(((price, size) for price, size in dict(levels).items() if size > 0), reverse=True)


def agree(text: bytes) -> None:
    levels = reference(text)
    if levels is None:
        with pytest.raises(ValueError, match=r"^levels: |must be a finite number"):
            read(text)
    else:
        assert read(text) == expected(levels)


DIGITS = st.text("0123456789", min_size=1, max_size=24)
DECIMALS = st.builds(
    lambda whole, part, exponent: whole + part + exponent,
    DIGITS,
    st.one_of(st.just(""), DIGITS.map(lambda digits: "." + digits)),
    st.one_of(st.just(""), st.integers(-330, 330).map(lambda power: f"e{power}")),
)


@settings(deadline=None, max_examples=400)
@given(DECIMALS)
def test_a_number_is_what_float_makes_of_its_text(text: str) -> None:
    value = float(text)
    quoted = f'[["1","{text}"]]'.encode()
    if value == float("inf"):
        with pytest.raises(ValueError, match="finite"):
            read(quoted)
    else:
        assert read(quoted) == ([(1.0, value)] if value > 0 else [])
    agree(f"[[{text},1]]".encode())


@pytest.mark.parametrize(
    "text",
    [
        "61737.63000000",
        "0.00000001",
        "9007199254740992",
        "9007199254740993",
        "9007199254740991e22",
        "1e23",
        "1e-22",
        "3e-23",
        "100000000000.00000000",
        "123456789012345678",
        "1234567890123456789",
        "9999999999999999990000",
        "0.1234567890123456789012345",
        "000000000000000000000012.5",
        "1.7976931348623157e308",
        "2.2250738585072011e-308",
        "5e-324",
        "1.E2",
        ".5",
        "+7",
        "4.35",
    ],
)
def test_known_hard_numbers_are_read_exactly(text: str) -> None:
    assert read(f'[["{text}","1"]]'.encode()) == [(float(text), 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b" [ ] ",
        b'[["1","2"]]',
        b"[[1,2]]",
        b'\n[ [ "1.5" ,\t2 , "more" , 0 ,-1e5,"a\\"b" ] ,[1.25,"3"]\r] ',
        b"[[1,0],[2,0.0],[3,-0]]",
        b'[["1","2","0","4"]]',
        b'[[1e0,"2E+1"]]',
        b"[[1,0e123456789],[2,3e-123456789]]",
    ],
)
def test_text_of_levels_is_taken(text: bytes) -> None:
    levels = reference(text)
    assert levels is not None
    assert read(text) == expected(levels)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"[",
        b"]",
        b"{}",
        b"null",
        b"[[]]",
        b"[[1]]",
        b"[[1,]]",
        b"[[1,2]",
        b"[[1,2],]",
        b"[,[1,2]]",
        b"[[1,2]][",
        b"[[1,2]] x",
        b"[[1 2]]",
        b"[[1,2,]]",
        b"[[1,2,null]]",
        b"[[1,2,[]]]",
        b'[[1,2,"open',
        b'[[1,2,"open\\',
        b'[[1,2,"a\nb"]]',
        b"[[1,2,01]]",
        b'[["1,2]]',
        b'[["1',
        b'[["1" "2"]]',
        b"[[1.5",
        b"[[1e",
        b"[[1e+",
        b"[[1e5",
        b'[[" 1","2"]]',
        b'[["1 ","2"]]',
        b'[["","2"]]',
        b'[["-","2"]]',
        b'[[".","2"]]',
        b'[["1e","2"]]',
        b'[["1e+","2"]]',
        b'[["1_0","2"]]',
        b'[["0x10","2"]]',
        b'[["nan","2"]]',
        b'[["inf","2"]]',
        b"[[NaN,2]]",
        b"[[01,2]]",
        b"[[+1,2]]",
        b"[[.5,2]]",
        b"[[1.,2]]",
        b"[[1.e5,2]]",
        b'[["0","2"]]',
        b'[["-1","2"]]',
        b'[["1e-400","2"]]',
        b'[["1e400","2"]]',
        b'[["1","1e400"]]',
        b'[["1","-1"]]',
        b'[["1","-1e-300"]]',
        b"[1,2]",
        b'[["1","2"]]\x00',
    ],
)
def test_anything_else_is_refused_and_changes_nothing(text: bytes) -> None:
    assert reference(text) is None
    book = Book()
    book.snapshot(b'[["100","1"]]', b'[["101","2"]]', 5, 7)
    for bids, asks in ((text, b"[]"), (b'[["99","3"]]', text)):
        with pytest.raises(ValueError, match=r"^levels: |must be a finite number"):
            book.update(bids, asks, 9, 8)
        with pytest.raises(ValueError, match=r"^levels: |must be a finite number"):
            book.snapshot(bids, asks, 9, 8)
    assert (book.levels(0, 9), book.levels(1, 9)) == ([(100.0, 1.0)], [(101.0, 2.0)])
    assert (book.seen, book.updated, book.sequence) == (5, 5, 7)


LISTS = st.lists(
    st.tuples(
        st.floats(0.001, 1e6).map(lambda number: f"{number:.4f}"),
        st.sampled_from(["0", "0.00000000", "1.5", "12", "3e-3"]),
    ),
    max_size=4,
)
EDITS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(list(b'[],"0123456789.eE+- \n\\a\x00\xff')), st.integers(0, 2)),
    max_size=3,
)


@settings(deadline=None, max_examples=600)
@given(LISTS, EDITS, st.booleans())
def test_mutated_text_is_taken_exactly_when_it_still_is_a_list_of_levels(
    levels: list[tuple[str, str]], edits: list[tuple[int, int, int]], quoted: bool
) -> None:
    plain = [[price, size, "0", 4] for price, size in levels]
    text = bytearray(json.dumps(plain).encode() if quoted else json.dumps(plain).replace('"', "").encode())
    for at, character, kind in edits:
        place = at % (len(text) + 1)
        text[place : place + (kind > 0)] = bytes([character] if kind < 2 else [])
    agree(bytes(text))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=40))
def test_random_bytes_raise_nothing_but_value_errors(text: bytes) -> None:
    agree(text)


def test_any_buffer_of_characters_is_read() -> None:
    text = b'[["1","2"]]'
    book = Book()
    for buffer in (text, bytearray(text), memoryview(text), memoryview(b"x" + text + b"x")[1:-1], array("B", text)):
        book.snapshot(buffer, b"[]", 1, 1)
        assert book.levels(0, 9) == [(1.0, 2.0)]


def test_what_is_no_buffer_is_refused() -> None:
    with pytest.raises(TypeError):
        Book().update("[]", b"[]", 1, 1)  # type: ignore[arg-type]


def test_more_levels_than_the_first_scratch_space_are_read() -> None:
    levels = [(float(price), 1.0 + price) for price in range(1, 500)]
    text = json.dumps(levels).encode()
    assert read(text) == levels[::-1]


def test_an_error_says_what_was_expected_and_where() -> None:
    with pytest.raises(ValueError, match=r"levels: , was expected at character 4"):
        Book().update(b"[[1 2]]", b"[]", 1, 1)


PLAIN = st.from_regex(
    r'\[\["[0-9]{1,9}\.[0-9]{1,8}","[0-9]{1,9}\.[0-9]{1,8}"\](,\["[0-9]{0,12}\.[0-9]{0,9}","[0-9]{1,9}\.[0-9]{1,8}"\]){1,4}\]'
)


@given(PLAIN)
def test_the_usual_shape_reads_as_every_other(text: str) -> None:
    agree(text.encode())


@given(PLAIN, st.data())
def test_the_usual_shape_damaged_anywhere_is_read_or_refused_by_the_same_rule(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from(["", '"', "[", "]", ",", ".", "e", "-", " ", "7", "99999999999999999"]))
    agree((text[:at] + put + text[at + 1 :]).encode())


@pytest.mark.parametrize(
    "second",
    [
        b'["2.5","1.25"]',
        b"[2.5,1.25]",
        b'["2","1.25"]',
        b'["2.5",1.25]',
        b'["2.5","1"]',
        b'["12345678901234567.5","1.5"]',
        b'["2.5","9007199254740993.0"]',
        b'["2.5","1.25","0","4"]',
        b'[ "2.5","1.25"]',
        b'["2.5" ,"1.25"]',
        b'["2.5","1.25" ]',
        b'[".5","1.25"]',
        b'["2.5x","1.25"]',
        b'["2.5","1.25',
        b'["2.5","',
        b'["2.5"',
        b'["2.',
        b'["2',
        b'["',
        b"[",
        b"",
        b'"',
    ],
)
def test_a_level_after_the_first_is_read_whatever_its_shape(second: bytes) -> None:
    agree(b'[["1.5","2.5"],' + second + b"]")
    agree(b'[["1.5","2.5"],' + second)
