"""The journal's story told again: folded to the same state, or decided again to the same effects.

`fold_all` gives the state that a record of events and effects stands for. `rerun` is the stronger check: it gives the
events alone to a fresh machine and compares what that decides with what was recorded, so it finds a record that was
made by other rules, and any decision that depends on more than the record.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, get_args

import msgspec

from basisdesk.domain.arithmetic import precise
from basisdesk.domain.effect import Effect
from basisdesk.domain.event import Event
from basisdesk.engine.fold import fold
from basisdesk.engine.state import Rules, State, encode
from basisdesk.engine.step import step

if TYPE_CHECKING:
    from collections.abc import Iterable

_EVENTS = get_args(Event)
_encoder = msgspec.json.Encoder()


class Mismatch(msgspec.Struct, frozen=True):
    """The first place where a record and the machine differ: index in the record, what it says, what was decided."""

    index: int
    recorded: Event | Effect | None
    decided: Event | Effect | None


@precise
def fold_all(records: Iterable[Event | Effect], rules: Rules | None = None) -> State:
    """Return the state after a record of events and effects, in their order."""
    state = State(rules=rules or Rules())
    for record in records:
        fold(state, record)
    return state


def rerun(records: Iterable[Event | Effect], rules: Rules | None = None) -> Mismatch | None:
    """Decide again from the events alone; return the first difference from the record, or None when there is none."""
    state, index = State(rules=rules or Rules()), -1
    due: list[Effect] = []
    for index, record in enumerate(records):
        if isinstance(record, _EVENTS):
            if due:
                return Mismatch(index, record, due[0])
            due = step(state, record)
        elif not due or not _same(due[0], record):
            return Mismatch(index, record, due[0] if due else None)
        else:
            due = due[1:]
    return Mismatch(index + 1, None, due[0]) if due else None


def _same(one: Event | Effect, other: Event | Effect) -> bool:
    """Compare as written, because a refused size may be NaN, which equals nothing."""
    return _encoder.encode(one) == _encoder.encode(other)


def digest(state: State) -> str:
    """Return the SHA-256 of the state, in hex; equal states have equal digests."""
    return hashlib.sha256(encode(state)).hexdigest()
