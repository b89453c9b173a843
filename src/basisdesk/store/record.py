"""One record of a recording: a frame, a REST answer, a connection made, or something sent; all with time and line."""

from __future__ import annotations

import msgspec

STAMPED = "stamped"
JSON_LINES = "jsonl"


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A message received on a connection."""

    at: int
    line: int
    conn: str
    data: bytes


class Reply(msgspec.Struct, frozen=True, gc=False):
    """The body of a REST answer; `url` is empty where the format does not keep it."""

    at: int
    line: int
    conn: str
    url: str
    data: bytes


class Connect(msgspec.Struct, frozen=True, gc=False):
    """A connection to `addr` was made."""

    at: int
    line: int
    conn: str
    addr: str


class Sent(msgspec.Struct, frozen=True, gc=False):
    """What the recorder sent on a connection; `addr` is empty where it was not kept."""

    at: int
    line: int
    conn: str
    addr: str
    data: bytes


Record = Frame | Reply | Connect | Sent
