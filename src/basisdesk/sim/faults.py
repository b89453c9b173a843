"""Faults by name, as the catalogue of reliability knows them.

A fault is switched on for one venue, for so many occasions or so many seconds, and then ends by itself.
`sim.faulty` puts those of the wire between a dialect and its sockets; a few are the dialect's own (`exhaust`, `expire`)
or the exchange's (`reject`, `partial`, `maintenance`, `adl`, `liquidation`, `revoke`).
"""

from __future__ import annotations

import msgspec

from basisdesk.domain.errors import Refusal, nearest

SECOND = 1_000_000_000
NAMED = 40
"""So much of a text that was sent is repeated in a refusal."""


class Fault(msgspec.Struct, frozen=True):
    """One kind of fault: its name, the ids of the catalogue that it makes happen, and what it does."""

    name: str
    ids: tuple[str, ...]
    text: str


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("drop", ("OE1", "PS2"), "what matches is lost: a request is never performed, a frame never sent"),
        Fault("delay", ("OE15", "MD12"), "what matches waits `seconds` before it is performed or sent"),
        Fault("duplicate", ("MD3", "PS3"), "a frame is sent twice"),
        Fault("reorder", ("MD3", "PS5"), "a frame is sent after the one that follows it on its socket"),
        Fault("half-open", ("MD5",), "sockets stay open, nothing comes out of them or is listened to"),
        Fault("cut", ("MD6", "PS9"), "every socket is cut"),
        Fault("lost-reply", ("OE2", "OE3"), "an order is performed, its answer is lost"),
        Fault("5xx-after-accept", ("OE4",), "an order is performed, its answer is HTTP 503; over a socket it is lost"),
        Fault("malformed", ("MD9",), "an answer or frame is cut in the middle"),
        Fault("slow-ack", ("VO4",), "an order is performed at once, its answer waits `seconds`"),
        Fault("sequence-gap", ("MD1",), "a change of a book is left out"),
        Fault("stale-snapshot", ("MD2", "PS6"), "a whole book is one that was true before"),
        Fault("checksum", ("MD11",), "a book carries a checksum that is not its own"),
        Fault("clock-offset", ("CK1",), "the venue's clock is off by `seconds`, which may be negative"),
        Fault("reject", ("OE8", "OE11"), "the venue refuses an order"),
        Fault("partial", ("OE9",), "an order fills only in part, the rest of an immediate one is cancelled"),
        Fault("maintenance", ("VO2", "VO7"), "the venue takes no orders"),
        Fault("rate-limit", ("OE14",), "every rate limit is used up"),
        Fault("expire", ("PS1",), "every listen key, token and login ends"),
        Fault("revoke", ("PS10",), "keys are no longer known"),
        Fault("adl", ("RK1",), "positions are deleveraged"),
        Fault("liquidation", ("RK3", "RK4"), "positions are liquidated"),
    )
}
"""Every fault by name."""
_TIMED = ("delay", "slow-ack", "clock-offset")
_BY_ID = {number.casefold(): fault.name for fault in reversed(FAULTS.values()) for number in fault.ids}
TOPICS = (
    "snapshot",
    "book",
    "trades",
    "ticker",
    "carry",
    "candles",
    "account",
    "reply",
    "control",
    "inbound",
    "change",
    "read",
)
"""What a topic begins with: kinds of frames (`sim.contract.Frame`), frames of the client, and requests."""


class Switch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that is on.

    Attributes:
        fault: its name, or an id of the catalogue.
        share: how many of the occasions it strikes, 0..1.
        count: ends after so many strikes; None for no such end.
        seconds: how long a delay is, or how far the clock is off.
        lasts: ends after so many seconds; None for no such end.
        topic: strikes only frames whose topic begins so, or HTTP requests for ``change`` or ``read`` followed by the
            beginning of ``METHOD path``; empty strikes whatever the fault is meant for.
    """

    fault: str
    share: float = 1.0
    count: int | None = None
    seconds: float = 0.0
    lasts: float | None = None
    topic: str = ""


def switch_of(body: bytes) -> Switch | Refusal:
    """Read a switch from JSON, with the fault's name as it is written here; a refusal says what is wrong with it.

    Names are taken in any case and with spaces for hyphens ("slow ack"), and ids for names.
    """
    try:
        asked = msgspec.json.decode(body, type=Switch)
    except msgspec.DecodeError as error:
        return Refusal("malformed", f'a fault is asked for as JSON, such as {{"fault": "drop"}}: {error}')
    name = "-".join(asked.fault.casefold().replace("_", " ").replace("-", " ").split())
    name = _BY_ID.get(name, name)
    if name not in FAULTS:
        hint = nearest(asked.fault[:NAMED], FAULTS) or ": GET /faults lists them"
        return Refusal("unknown_fault", f"there is no fault {asked.fault[:NAMED]!r}{hint}")
    return _out_of_range(asked, name) or msgspec.structs.replace(asked, fault=name)


def _out_of_range(asked: Switch, name: str) -> Refusal | None:
    if not 0 < asked.share <= 1:
        return Refusal("share", f"share is {asked.share}: give more than 0 and at most 1")
    if asked.count is not None and asked.count < 1:
        return Refusal("count", f"count is {asked.count}: give at least 1, or leave it out")
    if name in _TIMED and not asked.seconds:
        return Refusal("seconds", f"{name} needs seconds: how late things are, or how far off the clock is")
    if asked.lasts is not None and asked.lasts <= 0:
        return Refusal("lasts", f"lasts is {asked.lasts}: give seconds above 0, or leave it out")
    kind, space, _ = asked.topic.partition(" ")
    if not any(each == kind or (not space and each.startswith(kind)) for each in TOPICS):
        return Refusal("topic", f"topic is {asked.topic[:NAMED]!r}: begin it with one of {', '.join(TOPICS)}")
    return None
