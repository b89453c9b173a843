"""Each fault by name, against a dialect that echoes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from basisdesk.domain.errors import Refusal
from basisdesk.sim.contract import Close, Frame, HttpAnswer, HttpCall
from basisdesk.sim.faults import FAULTS, SECOND, Switch, switch_of
from basisdesk.sim.faulty import ABNORMAL, CUT, Faulty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START = 1_700_000_000 * SECOND


class Echo:
    """Answers with what it was asked, sends back what it is sent, and remembers when."""

    def __init__(self) -> None:
        self.origins: Mapping[str, Sequence[str]] = {"all": ("https://echo.example",)}
        self.out: list[Frame | Close] = []
        self.seen: list[tuple[str, int]] = []
        self.due: int | None = None
        self.refuse = False

    def http(self, call: HttpCall, now: int) -> HttpAnswer:
        self.seen.append((f"{call.method} {call.path}", now))
        return HttpAnswer(200, f'{{"n":{len(self.seen)}}}'.encode())

    def opened(self, socket: int, call: HttpCall, now: int) -> HttpAnswer | None:
        return HttpAnswer(401, b"") if self.refuse else None

    def receive(self, socket: int, frame: bytes, now: int) -> None:
        self.seen.append((frame.decode(), now))
        self.out.append(Frame(socket, frame, "book BTC"))

    def closed(self, socket: int, now: int) -> None:
        self.seen.append((f"closed {socket}", now))

    def take(self) -> list[Frame | Close]:
        out, self.out = self.out, []
        return out

    def next_deadline(self) -> int | None:
        return self.due

    def advance(self, now: int) -> None:
        self.seen.append(("advance", now))

    def exhaust(self, now: int, until: int) -> None:
        self.seen.append((f"exhaust {(until - now) // SECOND}", now))

    def expire(self, now: int) -> None:
        self.seen.append(("expire", now))


class Bench:
    """A faulty echo with one open socket."""

    def __init__(self) -> None:
        self.echo = Echo()
        self.exchange: list[tuple[str, Switch | None]] = []
        self.wire = Faulty(self.echo, lambda name, switch: self.exchange.append((name, switch)))
        assert self.wire.opened(1, call(), START) is None
        self.wire.advance(START)

    def on(self, fault: str, **terms: object) -> None:
        self.wire.switch(Switch(fault=fault, **terms), START)  # type: ignore[arg-type]

    def frames(self, *bodies: str, topic: str = "book BTC") -> list[bytes]:
        self.echo.out += [Frame(1, body.encode(), topic) for body in bodies]
        return [item.body for item in self.wire.take() if isinstance(item, Frame)]


def call(method: str = "GET", path: str = "/time") -> HttpCall:
    return HttpCall(host="all", authority="echo", method=method, path=path, query="", headers={}, body=b"")


def test_without_faults_everything_passes() -> None:
    bench = Bench()
    assert bench.wire.http(call(), START).body == b'{"n":2}'
    assert (bench.wire.hold(call(), START), bench.wire.late(call("POST"), START)) == (0, 0)
    bench.wire.receive(1, b"hello", START)
    assert [item.body for item in bench.wire.take() if isinstance(item, Frame)] == [b"hello"]
    bench.wire.closed(1, START)
    bench.wire.closed(1, START)
    assert [what for what, _ in bench.echo.seen].count("closed 1") == 1
    assert bench.wire.origins == bench.echo.origins
    assert bench.wire.active() == []


def test_a_refused_handshake_opens_nothing() -> None:
    bench = Bench()
    bench.echo.refuse = True
    refusal = bench.wire.opened(2, call(), START)
    assert refusal is not None
    assert refusal.status == 401
    bench.wire.closed(2, START)
    assert "closed 2" not in [what for what, _ in bench.echo.seen]


def test_a_dropped_request_is_never_performed_and_has_no_answer() -> None:
    bench = Bench()
    bench.on("drop", topic="change POST", count=1)
    before = len(bench.echo.seen)
    assert bench.wire.http(call("POST", "/order"), START) == CUT
    assert len(bench.echo.seen) == before
    assert bench.wire.http(call("POST", "/order"), START).status == 200


@pytest.mark.parametrize(("fault", "status"), [("lost-reply", 0), ("5xx-after-accept", 503)])
def test_an_order_is_performed_although_the_answer_is_none(fault: str, status: int) -> None:
    bench = Bench()
    bench.on(fault)
    assert bench.wire.http(call(), START).status == 200  # reads are answered
    assert bench.wire.http(call("POST", "/order"), START).status == status
    assert bench.echo.seen[-1] == ("POST /order", START)


@pytest.mark.parametrize(
    "method", ["buy", "edit", "cancel_all", "close_position", "submit_transfer_between_subaccounts"]
)
def test_a_change_may_come_as_a_get(method: str) -> None:
    bench = Bench()
    bench.on("lost-reply", count=1)
    assert bench.wire.http(call(path="/api/v2/private/get_positions"), START).status == 200
    assert bench.wire.http(call(path=f"/api/v2/private/{method}"), START).status == 0
    assert [said for said, _ in bench.echo.seen][-1].endswith(method)


def test_delays_of_requests_before_and_after_they_are_performed() -> None:
    bench = Bench()
    bench.on("delay", topic="change POST", seconds=3)
    bench.on("slow-ack", seconds=2)
    assert bench.wire.hold(call("POST"), START) == 3 * SECOND
    assert bench.wire.hold(call("GET"), START) == 0
    assert bench.wire.late(call("POST"), START) == 2 * SECOND
    assert bench.wire.late(call("GET"), START) == 0


def test_malformed_answers_and_frames_are_cut_in_the_middle() -> None:
    bench = Bench()
    bench.on("malformed", topic="read")
    bench.on("malformed", topic="book")
    assert bench.wire.http(call(), START).body == b'{"n'
    assert bench.frames('{"a":1}') == [b'{"a']


def test_frames_are_dropped_duplicated_delayed_and_left_out_of_a_book() -> None:
    bench = Bench()
    bench.on("drop", count=1)
    bench.on("duplicate", count=2)
    assert bench.frames("a", "b") == [b"b", b"b"]
    assert bench.frames("c", "d") == [b"c", b"c", b"d"]
    bench.on("sequence-gap", count=1)
    assert bench.frames("e", topic="trades BTC") == [b"e"]
    assert bench.frames("f", "g") == [b"g"]
    bench.on("delay", seconds=2, count=1)
    assert bench.frames("h", "i") == [b"i"]
    assert bench.wire.next_deadline() == START + 2 * SECOND
    bench.wire.advance(START + 2 * SECOND)
    assert bench.frames() == [b"h"]


def test_control_frames_and_pings_are_spared_unless_named() -> None:
    bench = Bench()
    bench.on("drop")
    assert bench.frames("ack", topic="control") == [b"ack"]
    bench.echo.out.append(Frame(1, b"", "book BTC", ping=True))
    assert len(bench.wire.take()) == 1
    bench.on("drop", topic="control")
    assert bench.frames("ack", topic="control") == []


def test_a_frame_changes_places_with_the_next_one() -> None:
    bench = Bench()
    bench.on("reorder", count=1)
    assert bench.frames("a", "b", "c") == [b"b", b"a", b"c"]
    bench.on("reorder", count=2)
    assert bench.frames("d", "e", "f") == [b"d", b"f", b"e"]
    bench.on("reorder", count=1)
    assert bench.frames("g") == []
    assert bench.frames("h") == [b"h", b"g"]


def test_a_snapshot_is_one_that_was_true_before() -> None:
    bench = Bench()
    assert bench.frames("old", topic="snapshot BTC") == [b"old"]
    bench.on("stale-snapshot", count=1)
    assert bench.frames("new", topic="snapshot BTC") == [b"old"]
    assert bench.frames("newer", topic="snapshot BTC") == [b"newer"]
    first = bench.wire.http(call(path="/depth"), START).body
    bench.on("stale-snapshot", count=1)
    assert bench.wire.http(call(path="/depth"), START).body == first
    assert bench.wire.http(call(path="/depth"), START).body != first


def test_a_checksum_is_not_the_books_own() -> None:
    bench = Bench()
    bench.on("checksum")
    assert bench.frames('{"checksum":-5}') == [b'{"checksum":-4}']


def test_half_open_sockets_neither_speak_nor_listen() -> None:
    bench = Bench()
    bench.on("half-open", lasts=5)
    bench.wire.receive(1, b"hello", START)
    assert bench.frames("a") == []
    assert ("hello", START) not in bench.echo.seen
    bench.wire.advance(START + 5 * SECOND)
    assert bench.frames("b") == [b"b"]
    assert bench.wire.active() == []


def test_every_socket_is_cut() -> None:
    bench = Bench()
    bench.on("cut")
    assert bench.wire.take() == [Close(1, ABNORMAL, "")]
    bench.on("duplicate")
    bench.echo.out.append(Close(1))
    assert bench.wire.take() == [Close(1)]


def test_what_clients_send_is_lost_or_late() -> None:
    bench = Bench()
    bench.on("drop", topic="inbound", count=1)
    bench.wire.receive(1, b"a", START)
    bench.on("delay", topic="inbound", seconds=1, count=2)
    bench.wire.receive(1, b"b", START)
    assert bench.wire.opened(2, call(), START) is None
    bench.wire.receive(2, b"c", START)
    bench.wire.closed(2, START)
    bench.wire.advance(START + SECOND)
    assert [what for what, _ in bench.echo.seen if len(what) == 1] == ["b"]


def test_a_clock_that_is_off_shifts_every_time_the_venue_sees() -> None:
    bench = Bench()
    bench.echo.due = START + 10 * SECOND
    bench.on("clock-offset", seconds=-4)
    bench.wire.http(call(), START)
    assert bench.echo.seen[-1][1] == START - 4 * SECOND
    assert bench.wire.next_deadline() == START + 14 * SECOND


def test_faults_of_dialect_and_exchange_are_passed_on_and_end() -> None:
    bench = Bench()
    bench.on("expire")
    bench.on("rate-limit", lasts=30)
    bench.on("rate-limit")
    assert [what for what, _ in bench.echo.seen[-3:]] == ["expire", "exhaust 30", "exhaust 1"]
    bench.on("adl")
    bench.on("reject", lasts=3)
    bench.on("drop", lasts=3)
    assert [name for name, _ in bench.exchange] == ["adl", "reject"]
    bench.wire.advance(START + 3 * SECOND)
    assert bench.exchange[-1] == ("reject", None)
    bench.on("partial")
    bench.wire.clear()
    assert bench.wire.active() == []
    assert ("partial", None) in bench.exchange


def test_one_fault_is_turned_off_and_the_others_stay() -> None:
    bench = Bench()
    bench.on("drop")
    bench.on("reject", count=3)
    bench.on("maintenance")
    bench.wire.clear("reject")
    assert [name for name, switch in bench.exchange if switch is None] == ["reject"]
    assert [switch.fault for switch in bench.wire.active()] == ["drop", "maintenance"]
    bench.wire.clear("drop")
    assert [switch.fault for switch in bench.wire.active()] == ["maintenance"]


def test_a_fault_of_the_exchange_that_has_struck_is_no_longer_on() -> None:
    spent: list[str] = []
    wire = Faulty(Echo(), lambda _name, _switch: None, 0, lambda name: name in spent)
    wire.switch(Switch(fault="reject", count=1), START)
    assert [switch.fault for switch in wire.active()] == ["reject"]
    spent.append("reject")
    assert wire.active() == []


@pytest.mark.parametrize("fault", ["lost-reply", "5xx-after-accept"])
def test_an_answer_to_an_order_over_a_socket_is_lost_too(fault: str) -> None:
    bench = Bench()
    bench.on(fault, count=1)
    assert bench.frames("a", topic="account") == [b"a"]
    assert bench.frames("b", topic="control") == [b"b"]
    assert bench.frames("c", "d", topic="reply") == [b"d"]


def test_an_answer_to_an_order_over_a_socket_is_late_too() -> None:
    bench = Bench()
    bench.on("slow-ack", seconds=2, count=1)
    assert bench.frames("a", "b", topic="reply") == [b"b"]
    bench.wire.advance(START + 2 * SECOND)
    assert bench.frames() == [b"a"]


def test_a_fault_of_the_exchange_that_is_switched_on_again_lasts_as_the_second_time_says() -> None:
    bench = Bench()
    bench.on("maintenance", lasts=1)
    bench.on("maintenance", lasts=5)
    assert [switch.lasts for switch in bench.wire.active()] == [5]
    bench.wire.advance(START + 2 * SECOND)
    assert [switch is None for _, switch in bench.exchange] == [False, False]
    bench.wire.advance(START + 5 * SECOND)
    assert bench.exchange[-1] == ("maintenance", None)


def test_the_catalogues_id_of_an_ended_listen_key_ends_listen_keys() -> None:
    found = switch_of(b'{"fault":"PS1"}')
    assert isinstance(found, Switch)
    assert found.fault == "expire"


def test_a_share_strikes_some_and_an_ended_fault_none() -> None:
    bench = Bench()
    bench.on("drop", share=0.5)
    got = bench.frames(*(f"{number}" for number in range(400)))
    assert 120 < len(got) < 280
    bench.wire.clear()
    bench.on("drop", lasts=1)
    assert bench.wire.http(call(), START + 2 * SECOND) != CUT


def test_the_document_tells_of_every_fault_what_the_simulator_tells() -> None:
    text = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
    rows = [f"| `{fault.name}` | {', '.join(fault.ids)} | {fault.text} |" for fault in FAULTS.values()]
    assert [line for line in text.splitlines() if line.startswith("| `") and line in rows] == rows
    assert all(f"| `{name}` |" in text for name in Switch.__struct_fields__)


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_is_switched_on_by_name_and_by_the_catalogues_id(name: str) -> None:
    switch = switch_of(f'{{"fault":"{name}","seconds":1}}'.encode())
    assert isinstance(switch, Switch)
    assert switch.fault == name
    by_id = [switch_of(f'{{"fault":"{number}","seconds":1}}'.encode()) for number in FAULTS[name].ids]
    for number, found in zip(FAULTS[name].ids, by_id, strict=True):
        assert isinstance(found, Switch)
        assert number in FAULTS[found.fault].ids


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"{", "malformed", "JSON"),
        (b'{"fault":"dorp"}', "unknown_fault", "drop"),
        (b'{"fault":"HALF-OPENED"}', "unknown_fault", "did you mean half-open"),
        (b'{"fault":"drop","topic":"orders"}', "topic", "'orders'"),
        (b'{"fault":"XX99"}', "unknown_fault", "GET /faults lists them"),
        (b'{"fault":"delay"}', "seconds", "delay needs seconds"),
        (b'{"fault":"slow-ack","seconds":0}', "seconds", "slow-ack needs seconds"),
        (b'{"fault":"CK1"}', "seconds", "clock-offset needs seconds"),
        (b'{"fault":"drop","share":0}', "share", "0"),
        (b'{"fault":"drop","count":0}', "count", "at least 1"),
        (b'{"fault":"drop","lasts":0}', "lasts", "above 0"),
        (b'{"fault":"drop","often":1}', "malformed", "often"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(body: bytes, code: str, words: str) -> None:
    refusal = switch_of(body)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert words in refusal.message
