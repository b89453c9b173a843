"""What a frame begins with, which names its channel, read off before anything is decoded.

A text that was inflated comes with its frame: gzip ends with the length of the text, so that anything that stands
behind the end of the compression shows.
What inflated it may have left wide registers in use, in which case every other calculation of the thread takes several
times as long until somebody says that they are not needed any more; that is said here.
"""

from __future__ import annotations

import cython


def head_of(text: bytes, start: cython.Py_ssize_t, frame: bytes):
    if cython.compiled:  # pragma: no cover (plain Python has no registers)
        basisdesk_narrow()  # noqa: F821 (declared in heads.pxd)
    if len(frame) < 4 or last_number(frame, len(frame)) != len(text):
        return b""
    return text[: quote_from(text, len(text), start)]


def quote_from(text, length, at):
    # Where the first quote from `at` on stands, or 0.
    while at < length:
        if text[at] == 34:
            return at
        at += 1
    return 0


def last_number(frame, length):
    # The last four bytes, the lowest first.
    i: cython.Py_ssize_t
    value: cython.ulonglong = 0
    for i in range(1, 5):
        value = value << 8 | frame[length - i]
    return value
