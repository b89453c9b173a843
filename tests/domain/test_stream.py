from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.order import Side, SpreadOrderRequest, SpreadOrderType
from basisdesk.domain.stream import (
    MAX_FRAME,
    Cancel,
    Command,
    Place,
    Publish,
    Reply,
    Said,
    Unwatch,
    Watch,
    frame_length,
    pack,
    unpack_command,
    unpack_said,
)

D = Decimal
REQUEST = SpreadOrderRequest(
    spread="a:B/C:C~a:B/C", side=Side.SELL, type=SpreadOrderType.AUTO_TRIGGER, size=D("0.10"), trigger=D("-30.5")
)
COMMANDS: list[Command] = [Watch("matrix"), Unwatch("ladder:x"), Place("k1", REQUEST), Cancel("k2", "o1")]
SAID: list[Said] = [Publish("desk", b'{"at":1}'), Reply("k1", ok=False, code="off_step", message="no")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_survives_the_socket(command: Command) -> None:
    frame = pack(command)
    assert frame_length(frame[:4]) == len(frame) - 4
    assert unpack_command(frame[4:]) == command


@pytest.mark.parametrize("said", SAID)
def test_a_publication_survives_the_socket(said: Said) -> None:
    frame = pack(said)
    assert frame_length(frame[:4]) == len(frame) - 4
    assert unpack_said(frame[4:]) == said


@pytest.mark.parametrize("length", [MAX_FRAME, 0])
def test_a_length_up_to_the_limit_is_taken(length: int) -> None:
    assert frame_length(length.to_bytes(4, "big")) == length


@pytest.mark.parametrize("length", [MAX_FRAME + 1, 2**32 - 1])
def test_a_frame_above_the_limit_is_refused_before_it_is_read(length: int) -> None:
    with pytest.raises(ValueError, match="is above the limit"):
        frame_length(length.to_bytes(4, "big"))


def test_neither_side_takes_what_only_the_other_says() -> None:
    with pytest.raises(msgspec.ValidationError):
        unpack_command(pack(SAID[0])[4:])
    with pytest.raises(msgspec.ValidationError):
        unpack_said(pack(COMMANDS[0])[4:])


@given(st.binary(max_size=200))
def test_foreign_bytes_are_a_decode_error_and_nothing_else(body: bytes) -> None:
    for unpack in (unpack_command, unpack_said):
        with pytest.raises(msgspec.DecodeError):
            unpack(body)
