"""Recordings that we write are recordings that we read."""

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from basisdesk.domain.errors import RecordingError
from basisdesk.store.record import Connect, Frame, Record, Reply, Sent
from basisdesk.store.recorder import Recorder
from basisdesk.store.recording import JSON_LINES, open_recording

AT = 1_700_000_000_123_456_000
SECOND = 1_000_000_000
TEXT = '{"a":"ü \\" \\n"}'.encode()
BINARY = b"\x1f\x8b\x08\x00\xff\xfe zipped"


def read(path: Path) -> tuple[list[Record], RecordingError | None]:
    records: list[Record] = []
    try:
        for record in open_recording(path).records():
            records.append(record)  # noqa: PERF402 (what came before the error counts)
    except RecordingError as error:
        return records, error
    return records, None


def test_everything_that_happens_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl.gz"
    with Recorder(path, {"symbols": ["a:B/C"]}) as recorder:
        recorder.replied(AT, "http", "https://api.example/depth?x=1", TEXT)
        recorder.connected(AT + 1_000, "ws.1", "wss://stream.example/ws")
        recorder.sent(AT + 2_000, "ws.1", "wss://stream.example/ws", b'{"op":"subscribe"}')
        recorder.received(AT + 3_000, "ws.1", TEXT)
        recorder.received(AT + 4_000, "ws.1", BINARY)
        assert recorder.lines == 6
    assert open_recording(path).form == JSON_LINES
    records, error = read(path)
    assert error is None
    # Times are kept to the microsecond, less what a double holds of them.
    assert [round((record.at - AT) / 1_000) for record in records] == [0, 1, 2, 3, 4]
    assert [type(record) for record in records] == [Reply, Connect, Sent, Frame, Frame]
    assert [record.data for record in records if isinstance(record, Frame | Reply)] == [TEXT, TEXT, BINARY]
    assert [record.addr for record in records if isinstance(record, Connect)] == ["wss://stream.example/ws"]
    assert [record.url for record in records if isinstance(record, Reply)] == ["https://api.example/depth?x=1"]
    header = json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])
    assert header == {"t": "header", "format": 2, "symbols": ["a:B/C"]}


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "there.jsonl.gz"
    path.write_bytes(b"precious")
    with pytest.raises(RecordingError, match=r"there\.jsonl\.gz: is there already: name a new file"):
        Recorder(path, {})
    assert path.read_bytes() == b"precious"


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written: No such file or directory"):
        Recorder(tmp_path / "no" / "folder.jsonl.gz", {})
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RecordingError, match="cannot be written: Not a directory"):
        Recorder(tmp_path / "file" / "x.jsonl.gz", {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="is a folder: name a new file in it"):
        Recorder(tmp_path, {})


def test_a_disk_that_is_full_raises_nothing_and_leaves_what_was_written(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "full.jsonl.gz"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with Recorder(path, {}) as recorder:
            for number in range(200):
                recorder.received(AT + number * SECOND, "ws.1", Random(number).randbytes(500))
            taken, size = recorder.lines, recorder.size
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert recorder.fault == "cannot be written any further: File too large"
    assert path.stat().st_size == 20_000
    assert 15_000 < size <= 20_000
    records, error = read(path)
    assert error is not None
    assert 20 < taken - 4 <= len(records) < 200


def test_a_recorder_that_dies_leaves_all_but_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl.gz"
    with Recorder(path, {}) as recorder:
        for number in range(100):
            recorder.received(AT + number * SECOND // 10, "ws.1", b'{"n":%d}' % number)
        died = path.read_bytes()  # what is on the disk before anything is closed
    (tmp_path / "died.jsonl.gz").write_bytes(died)
    records, error = read(tmp_path / "died.jsonl.gz")
    assert error is not None, "it says that it ends early"
    assert len(records) >= 90
    assert records == read(path)[0][: len(records)]


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_truncated_copy_is_read_up_to_the_cut(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "new.jsonl.gz"
    with Recorder(path, {}) as recorder:
        for number in range(500):
            recorder.received(AT + number * SECOND // 10, "ws.1", b'{"n":%d}' % (number * 7919 % 1_000))
    whole, none = read(path)
    assert (len(whole), none) == (500, None)
    data = path.read_bytes()
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(data[: int(len(data) * kept)])
    records, error = read(cut)
    assert error is not None
    assert error.file == str(cut)
    assert 500 * kept * 0.7 < len(records) < 500
    assert records == whole[: len(records)]
