import base64
import bz2
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basisdesk.domain.errors import RecordingError
from basisdesk.store import recording_lines
from basisdesk.store.recording import JSON_LINES, STAMPED, Connect, Frame, Record, Reply, Sent, open_recording
from basisdesk.store.recording_lines import read_batches, read_body

AT = 1_700_000_000_000_000_000
DEPTH = b'{"stream":"btcusdt@depth","data":{}}'
SNAPSHOT = b'{"lastUpdateId":1,"bids":[["1","2"]],"asks":[["3","4"]]}'


def stamped(*messages: bytes, start: int = AT, step: int = 1_000) -> bytes:
    return b"".join(b"%d %s\n" % (start + number * step, message) for number, message in enumerate(messages))


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def read(path: Path) -> tuple[list[Record], RecordingError | None]:
    records: list[Record] = []
    try:
        for record in open_recording(path).records():
            records.append(record)  # noqa: PERF402 (what came before the error counts)
    except RecordingError as error:
        return records, error
    return records, None


def lines(*objects: dict[str, object]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_stamped_recording_gives_frames_and_the_rest_snapshot(tmp_path: Path, pack: type[bytes]) -> None:
    path = written(tmp_path / "any.name", pack(stamped(DEPTH, SNAPSHOT, DEPTH)))
    assert open_recording(path).form == STAMPED
    assert read(path) == (
        [Frame(AT, 1, "", DEPTH), Reply(AT + 1_000, 2, "", "", SNAPSHOT), Frame(AT + 2_000, 3, "", DEPTH)],
        None,
    )


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_json_lines_give_every_kind_of_record(tmp_path: Path, pack: type[bytes]) -> None:
    data = lines(
        {"t": "header", "format": 2},
        {"t": "config", "config": {}},
        {"t": "connect", "conn": "a", "ts": 1700000000.25, "addr": "wss://x"},
        {"t": "send", "conn": "a", "ts": 1700000000.5, "addr": "wss://x", "data": "hello"},
        {"t": "http", "conn": "h", "ts": 1700000000.75, "url": "https://y", "data": "{}"},
        {"t": "recv", "conn": "a", "ts": 1700000001.000001, "data": "é"},
        {"t": "recv", "conn": "a", "ts": 1700000001.5, "b64": base64.b64encode(b"\0\xff").decode()},
    )
    path = written(tmp_path / "r", pack(data))
    assert open_recording(path).form == JSON_LINES
    records, error = read(path)
    assert error is None
    assert records == [
        Connect(AT + 250_000_000, 3, "a", "wss://x"),
        Sent(AT + 500_000_000, 4, "a", "wss://x", b"hello"),
        Reply(AT + 750_000_000, 5, "h", "https://y", b"{}"),
        Frame(AT + 1_000_001_000, 6, "a", "é".encode()),
        Frame(AT + 1_500_000_000, 7, "a", b"\0\xff"),
    ]


def test_times_in_json_lines_are_exact_to_the_microsecond_of_the_recorder(tmp_path: Path) -> None:
    text = b'{"t":"recv","conn":"a","ts":1618677372.1768699,"data":"1"}\n'
    records, _ = read(written(tmp_path / "r", text))
    assert records[0].at == 1_618_677_372_176_870_000


def test_time_that_runs_backwards_is_held_and_the_order_kept(tmp_path: Path) -> None:
    data = b"%d {}\n%d {}\n%d {}\n" % (AT, AT - 5, AT + 1)
    records, _ = read(written(tmp_path / "r", data))
    assert [(record.at, record.line) for record in records] == [(AT, 1), (AT, 2), (AT + 1, 3)]
    data = lines(*({"t": "recv", "conn": "a", "ts": ts, "data": ""} for ts in (1700000001.0, 1700000000.0)))
    records, _ = read(written(tmp_path / "s", data))
    assert [record.at for record in records] == [AT + 1_000_000_000] * 2


def test_blank_lines_line_ends_of_windows_and_a_byte_order_mark_are_taken(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf\r\n%d  {}\r\n\r\n%d {}" % (AT, AT + 1)
    records, error = read(written(tmp_path / "r", data))
    assert error is None
    assert [(record.line, record.data) for record in records if isinstance(record, Frame)] == [(2, b"{}"), (4, b"{}")]


def test_a_message_that_is_no_json_inside_its_braces_is_left_to_the_decoder(tmp_path: Path) -> None:
    records, error = read(written(tmp_path / "r", stamped(b"{}", b"{nonsense}", b"{}")))
    assert error is None
    assert [record.data for record in records if isinstance(record, Frame)][1] == b"{nonsense}"


def test_a_truncated_gzip_gives_every_whole_line_and_one_error_naming_file_and_line(tmp_path: Path) -> None:
    import random

    noise = random.Random(1)
    messages = [b'{"stream":"s","data":"%d"}' % noise.getrandbits(256) for _ in range(4_000)]
    whole = gzip.compress(stamped(*messages))
    path = written(tmp_path / "cut.gz", whole[: len(whole) // 2])
    records, error = read(path)
    assert error is not None
    assert 1_000 < len(records) < 3_000
    assert [record.data for record in records if isinstance(record, Frame)] == messages[: len(records)]
    assert (error.file, error.line, error.detail) == (str(path), len(records) + 1, "the gzip stream is cut off here")
    assert str(error) == f"{path}, line {len(records) + 1}: the gzip stream is cut off here"


@given(at=st.integers(10, 3_000), noise=st.binary(min_size=1, max_size=50))
def test_a_damaged_gzip_gives_a_prefix_and_at_most_one_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    messages = [b'{"stream":"s","data":"%d"}' % (number * 7_919) for number in range(2_000)]
    data = bytearray(gzip.compress(stamped(*messages), mtime=0))
    at %= len(data)
    damaged = bytes(data[:at] + noise + data[at + len(noise) :])
    records, error = read(written(tmp_path_factory.mktemp("damage") / "d.gz", damaged))
    if error is not None:
        assert error.line == len(records) + 1
        assert str(error).startswith(error.file)


def test_a_second_gzip_member_and_padding_are_read(tmp_path: Path) -> None:
    one, two = stamped(DEPTH), stamped(DEPTH, start=AT + 1)
    path = written(tmp_path / "r", gzip.compress(one, mtime=0) + gzip.compress(two) + b"\0" * 100)
    records, error = read(path)
    assert (len(records), error) == (2, None)


@pytest.mark.parametrize(
    "message", [b"[1]", b'{"stream":"x","data":{', b"pong", b'{"stream":"x","data":{}}x', b"\xff\x00"]
)
def test_a_damaged_message_behind_a_sound_stamp_is_left_to_the_feed(tmp_path: Path, message: bytes) -> None:
    path = written(tmp_path / "r", stamped(DEPTH) + b"%d %b\n" % (AT + 1, message) + stamped(DEPTH, start=AT + 2))
    records, error = read(path)
    assert error is None
    assert [record.data for record in records if isinstance(record, Frame)][1] == message
    assert len(records) == 3


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        (b"garbage", "does not begin with a receive time"),
        (b"12345 {}\n", "is not in nanoseconds"),
        (b"4000000000000000000 {}\n", "the receive time 4000000000000000000 is not in nanoseconds since 1970, between"),
        (b'%d {"stream":"x","data":{}' % AT, "the last line is cut off"),
        (b"%d\n" % AT, "the line is cut off"),
    ],
)
def test_a_damaged_stamped_line_ends_the_recording_there(tmp_path: Path, tail: bytes, says: str) -> None:
    path = written(tmp_path / "r", stamped(DEPTH, DEPTH) + tail)
    records, error = read(path)
    assert len(records) == 2
    assert error is not None
    assert error.line == 3
    assert says in error.detail


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        (b'{"t":"recv","conn":', "cannot be read"),
        (b"nonsense\n", "cannot be read"),
        (b'{"conn":"a"}\n', "missing required field `t`"),
        (b'{"t":"recv","conn":"a","data":""}\n', "has no time"),
        (b'{"t":"recv","conn":"a","ts":1700000001}\n', "neither data nor b64"),
        (b'{"t":"recv","conn":"a","ts":1700000001,"b64":"*"}\n', "b64 cannot be decoded"),
        (b'{"t":"dance","conn":"a","ts":1700000001}\n', "unknown kind 'dance'"),
        (b'{"t":"%s","ts":1700000001}\n' % (b"x" * 99), f"unknown kind {'x' * 40!r}"),
        (b'{"t":"recv","conn":"a","ts":1e300,"data":""}\n', "is no time"),
        (b'{"t":"recv","conn":"a","ts":4000000000,"data":""}\n', "ts 4000000000 is no time"),
    ],
)
def test_a_damaged_json_line_ends_the_recording_there(tmp_path: Path, tail: bytes, says: str) -> None:
    path = written(tmp_path / "r", lines({"t": "recv", "conn": "a", "ts": 1700000000, "data": ""}) + tail)
    records, error = read(path)
    assert len(records) == 1
    assert error is not None
    assert error.line == 2
    assert says in error.detail


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"time,bid,ask\n1,2,3\n",
        b"\x89PNG\r\n\x1a\n\0\0",
        b'{"timezone":"UTC","symbols":[]}',
        b"[1,2]",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"# a title\n", mtime=0),
        b"\x1f\x8b\x08 this is no gzip",
    ],
)
def test_a_foreign_file_is_one_error_that_names_it(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path / "foreign", data)
    with pytest.raises(RecordingError) as raised:
        open_recording(path)
    assert str(raised.value).startswith(f"{path}, line 1: ")


@pytest.mark.parametrize(
    ("data", "by"),
    [
        (b"\x28\xb5\x2f\xfd\x04\x00", "zstd"), (b"\xfd7zXZ\x00\x00\x04", "xz"), (bz2.compress(b"x"), "bzip2"),
        (b"PK\x03\x04\x14\x00", "zip"), (gzip.compress(b"a.jsonl".ljust(257, b"\0") + b"ustar  \0x\n", mtime=0), "tar"),
    ],
    ids=["zstd", "xz", "bzip2", "zip", "tar"],
)  # fmt: skip
def test_what_is_packed_otherwise_says_by_what_and_what_to_do(tmp_path: Path, data: bytes, by: str) -> None:
    path = written(tmp_path / "packed", data)
    with pytest.raises(RecordingError, match=f"is packed by {by}, and recordings are read plain or gzip: unpack it"):
        open_recording(path)


@pytest.mark.parametrize("size", [2, 7, 64, 1 << 16])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_are_whole_however_the_file_is_cut_into_portions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: type[bytes], size: int
) -> None:
    monkeypatch.setattr(recording_lines, "CHUNK", size)
    text = b"\xef\xbb\xbfa\n\n" + b"b" * 300 + b"\r\nc"
    path = written(tmp_path / "r", pack(text))
    batches = list(read_batches(path, "r"))
    assert [line for lines, _ in batches for line in lines] == [b"a", b"", b"b" * 300 + b"\r", b"c"]
    assert [last for _, last in batches].index(True) == len(batches) - 1


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"nothing\.gz: there is no such file"):
        open_recording(tmp_path / "nothing.gz")
    with pytest.raises(RecordingError, match="is a folder"):
        open_recording(tmp_path)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "r", stamped(DEPTH))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RecordingError, match="cannot be read: Permission denied"):
        open_recording(path)


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_lines, "LONGEST", 100_000)
    path = written(tmp_path / "r", stamped(DEPTH) + b"x" * 400_000)
    records, error = read(path)
    assert len(records) == 1
    assert error is not None
    assert (error.line, "longer than" in error.detail) == (2, True)


def test_progress_adds_up_to_the_size_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "r", gzip.compress(stamped(*[DEPTH] * 50_000)))
    read_sizes: list[int] = []
    count = sum(1 for _ in open_recording(path).records(read_sizes.append))
    assert count == 50_000
    assert sum(read_sizes) == path.stat().st_size


def test_a_body_is_read_whole_plain_or_packed(tmp_path: Path) -> None:
    body = b'{\n "a": 1\n}'
    assert read_body(written(tmp_path / "a", body), "a") == body
    assert read_body(written(tmp_path / "b", gzip.compress(body, mtime=0)), "b") == body


def test_batches_hold_lines_without_ends(tmp_path: Path) -> None:
    path = written(tmp_path / "r", b"a\nb\nc")
    assert list(read_batches(path, "r")) == [([b"a", b"b"], False), ([b"c"], True)]
