"""Heads: what stands before the quote that ends a channel's name, where the frame is all of one compression."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.kernel.heads import head_of

TEXT = b'{"ch":"market.BTC-USDT.bbo","tick":{}}'


def test_the_head_ends_before_the_first_quote_from_the_start_on() -> None:
    frame = gzip.compress(TEXT, mtime=0)
    assert head_of(TEXT, 7, frame) == b'{"ch":"market.BTC-USDT.bbo'
    assert head_of(TEXT, 0, frame) == b"{"
    assert head_of(TEXT, 36, frame) == b""
    assert head_of(TEXT, 99, frame) == b""


@pytest.mark.parametrize(
    "frame",
    [b"", b"abc", gzip.compress(TEXT + b" ", mtime=0), gzip.compress(TEXT, mtime=0) + b"x"],
    ids=["empty", "short", "another length", "something behind"],
)
def test_a_frame_that_does_not_end_with_the_length_has_no_head(frame: bytes) -> None:
    assert head_of(TEXT, 7, frame) == b""


@given(st.binary(max_size=600), st.integers(0, 700), st.binary(max_size=3))
def test_any_text_has_the_head_that_python_finds(text: bytes, start: int, behind: bytes) -> None:
    frame = gzip.compress(text, mtime=0) + behind
    whole = frame[-4:] == len(text).to_bytes(4, "little")
    assert head_of(text, start, frame) == (text[: max(text.find(b'"', start), 0)] if whole else b"")
