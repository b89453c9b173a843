import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.engine.desk import D, ready, request

from basisdesk.domain.effect import Effect
from basisdesk.domain.errors import JournalError
from basisdesk.domain.event import Event, TimePassed
from basisdesk.engine import digest, fold_all, rerun
from basisdesk.store import journal as module
from basisdesk.store.journal import Journal


def story() -> list[Event | Effect]:
    desk = ready()
    perp, other = desk.market(request())
    desk.fill(perp, "1", "60010", fee=D("30.005"))
    desk.reject(other)
    hedge = desk.hedge()
    desk.fill(hedge, "1", "59990")
    desk.place(request(size="NaN"), None, "k2")
    return desk.record


def written(path: Path, values: list[Event | Effect] | None = None, seal: bool = True) -> Path:
    values = story() if values is None else values
    with Journal.open(path, "b1") as journal:
        journal.append(values)
        if seal:
            journal.seal(digest(fold_all(values)))
    return path


def alter(path: Path, *statements: str) -> None:
    base = sqlite3.connect(path)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()


def complaint(path: Path) -> str:
    with pytest.raises(JournalError) as caught, Journal.read(path) as journal:
        list(journal.records())
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.journal"


def base_of(journal: Journal) -> sqlite3.Connection:
    assert journal._base is not None
    return journal._base


def test_what_was_written_is_read_again_in_order_with_its_build(path: Path) -> None:
    values = story()
    with Journal.read(written(path, values)) as journal:
        records = list(journal.records())
    assert module._encoder.encode([record.value for record in records]) == module._encoder.encode(values)
    assert [record.seq for record in records] == list(range(1, len(values) + 1))
    assert {record.build for record in records} == {"b1"}
    assert [record.kind for record in records][:2] == ["Listed", "Listed"]
    assert [record.at for record in records] == [value.at for value in values]


def test_a_journal_folds_and_is_decided_again_to_the_sealed_state(path: Path) -> None:
    with Journal.read(written(path)) as journal:
        values = [record.value for record in journal.records()]
        assert digest(fold_all(values)) == journal.sealed()
    assert rerun(values) is None


def test_a_journal_that_was_left_open_is_whole_and_says_so(path: Path) -> None:
    with Journal.read(written(path, seal=False)) as journal:
        assert journal.sealed() is None
        assert len(list(journal.records())) == len(story())


def test_a_sealed_journal_can_be_continued_and_sealed_again(path: Path) -> None:
    written(path)
    with Journal.open(path, "b2") as journal:
        journal.append([TimePassed(7)])
        assert journal.sealed() is None
        journal.seal("again")
        assert journal.sealed() == "again"
        last = list(journal.records())[-1]
    assert (last.value, last.build, last.seq) == (TimePassed(7), "b2", len(story()) + 2)


def test_an_empty_journal_and_an_empty_file_are_begun(path: Path) -> None:
    path.touch()
    with Journal.open(path, "b1") as journal:
        assert (list(journal.records()), journal.rows, journal.sealed()) == ([], 0, None)


def test_a_journal_can_be_kept_in_memory() -> None:
    with Journal.open(None, "b1") as journal:
        assert (list(journal.records()), journal.rows, journal.sealed()) == ([], 0, None)
        journal.append([TimePassed(1)])
        assert journal.sealed() is None
        journal.seal("d1", 2)
        assert (journal.sealed(), journal.rows) == ("d1", 2)
        assert [record.value for record in journal.records()] == [TimePassed(1)]
        assert [(record.seq, record.at, record.build) for record in journal.records()] == [(1, 1, "b1")]
        assert journal.sealed() == "d1"


def test_a_row_that_was_edited_is_named(path: Path) -> None:
    alter(written(path), "UPDATE journal SET body = CAST(replace(body, '60010', '60011') AS BLOB) WHERE seq = 7")
    assert "row 7: the checksum is wrong" in complaint(path)


@pytest.mark.parametrize("column", ["at = at + 1", "kind = 'Claim'", "build = 'b9'", "body = 'text'", "at = 'noon'"])
def test_every_column_is_under_the_checksum(path: Path, column: str) -> None:
    alter(written(path), f"UPDATE journal SET {column} WHERE seq = 3")
    assert "row 3: the checksum is wrong" in complaint(path)


def test_a_journal_that_is_closed_in_the_middle_of_reading_is_left_in_order(path: Path) -> None:
    with Journal.open(written(path), "b1") as journal:
        next(journal.records())
        journal.append([TimePassed(1)])


def test_a_removed_row_is_named(path: Path) -> None:
    alter(written(path), "DELETE FROM journal WHERE seq = 4")
    assert "row 4: the row is missing, the next one is 5" in complaint(path)


def test_a_removed_row_is_found_when_the_rest_is_renumbered(path: Path) -> None:
    alter(written(path), "DELETE FROM journal WHERE seq = 4", "UPDATE journal SET seq = seq - 1 WHERE seq > 4")
    assert "row 4: the checksum is wrong" in complaint(path)


def test_rows_removed_at_the_end_are_noticed(path: Path) -> None:
    rows = len(story()) + 1
    alter(written(path), f"DELETE FROM journal WHERE seq > {rows - 2}")
    assert f"{rows} rows were written and {rows - 2} are there" in complaint(path)


def test_two_rows_that_changed_places_are_found(path: Path) -> None:
    alter(
        written(path),
        "UPDATE journal SET seq = 99 WHERE seq = 2",
        "UPDATE journal SET seq = 2 WHERE seq = 3",
        "UPDATE journal SET seq = 3 WHERE seq = 99",
    )
    assert "row 2: the checksum is wrong" in complaint(path)


def test_a_row_of_another_schema_is_named(path: Path) -> None:
    alter(written(path), "UPDATE journal SET schema = 2 WHERE seq = 5")
    assert "row 5: written under schema 2, this program reads 1" in complaint(path)


@pytest.mark.parametrize(("version", "words"), [(2, "newer"), (0, "older")])
def test_a_journal_of_another_schema_is_refused_for_reading_and_writing(path: Path, version: int, words: str) -> None:
    alter(written(path), f"PRAGMA user_version = {version}")
    assert words in complaint(path)
    with pytest.raises(JournalError, match=words):
        Journal.open(path, "b1")


def test_a_body_that_this_program_does_not_know_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Known:
        def encode(self, _value: object) -> bytes:
            return b'{"type":"Teleported","at":1}'

    with monkeypatch.context() as patch:
        patch.setattr(module, "_encoder", Known())
        written(path, [TimePassed(1)], seal=False)
    assert "row 1: TimePassed of build b1 cannot be read by this program" in complaint(path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"this is a letter, not a journal\n" * 100)
    assert "is not a journal" in complaint(path)
    with pytest.raises(JournalError, match="is not a journal"):
        Journal.open(path, "b1")
    assert list(path.parent.iterdir()) == [path]


def test_a_database_that_is_no_journal_is_refused_and_left_alone(path: Path) -> None:
    alter(path, "CREATE TABLE trades (id INTEGER)")
    before = path.read_bytes()
    assert "not a journal" in complaint(path)
    with pytest.raises(JournalError, match="not a journal"):
        Journal.open(path, "b1")
    assert path.read_bytes() == before


def test_a_journal_whose_program_died_while_beginning_it_holds_nothing_and_is_begun_again(path: Path) -> None:
    path.touch()
    assert "holds nothing" in complaint(path)
    written(path)
    path.with_name(f"{path.name}-journal").touch()  # what SQLite leaves when it dies inside its first transaction
    assert "holds nothing" in complaint(path)


def test_a_file_that_is_not_there_cannot_be_read(path: Path) -> None:
    assert "there is no such journal" in complaint(path)
    assert not path.exists()


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be written: No such file"):
        Journal.open(tmp_path / "nowhere" / "desk.journal", "b1")


def test_a_torn_file_is_damaged(path: Path) -> None:
    written(path, [TimePassed(at) for at in range(500)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "the journal is damaged" in complaint(path)


@pytest.mark.parametrize("statement", ["DROP TABLE head", "DELETE FROM head", "DROP TABLE journal"])
def test_a_journal_without_its_tables_or_head_is_damaged(path: Path, statement: str) -> None:
    alter(written(path), statement)
    assert "damaged" in complaint(path)


def test_a_second_writer_is_refused_and_told_who_writes(path: Path) -> None:
    with Journal.open(path, "b1") as journal:
        with pytest.raises(JournalError, match=f"is being written by process {os.getpid()}"):
            Journal.open(path, "b1")
        journal.append([TimePassed(1)])
    with Journal.open(path, "b1") as journal:
        assert journal.rows == 1
    assert list(path.parent.iterdir()) == [path]


def test_a_writer_waiting_on_a_removed_lock_file_begins_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from basisdesk.store.lock import WriteLock

    taken = WriteLock._take
    lock = Path(f"{path}.lock")

    def take_and_lose(self: WriteLock, given: Path) -> None:
        taken(self, given)
        monkeypatch.setattr(WriteLock, "_take", taken)
        lock.unlink()  # the owner before us let go between our opening and our locking

    monkeypatch.setattr(WriteLock, "_take", take_and_lose)
    held = WriteLock(path)
    with pytest.raises(JournalError, match="is being written"):
        WriteLock(path)
    held.release()
    assert not lock.exists()


def test_a_journal_can_be_read_while_it_is_written(path: Path) -> None:
    with Journal.open(path, "b1") as writer:
        writer.append([TimePassed(1)])
        with Journal.read(path) as reader:
            assert [record.value for record in reader.records()] == [TimePassed(1)]
            writer.append([TimePassed(2)])
            assert [record.at for record in reader.records()] == [1, 2]


def test_rows_that_cannot_be_written_are_not_counted(path: Path) -> None:
    with Journal.open(path, "b1") as journal:
        journal.append([TimePassed(1)])
        base = base_of(journal)
        base.execute("PRAGMA query_only = 1")
        with pytest.raises(JournalError, match="cannot be used: attempt to write a readonly database"):
            journal.append([TimePassed(2)])
        base.execute("PRAGMA query_only = 0")
        journal.append([TimePassed(3)])
        assert [record.at for record in journal.records()] == [1, 3]


def test_an_interrupt_inside_a_transaction_undoes_it_and_the_journal_goes_on(path: Path) -> None:
    class Interrupted:
        def __init__(self, base: sqlite3.Connection) -> None:
            self.execute = base.execute
            self.base = base

        @property
        def in_transaction(self) -> bool:
            return self.base.in_transaction

        def executemany(self, *_: object) -> None:
            raise KeyboardInterrupt

    with Journal.open(path, "b1") as journal:
        base = base_of(journal)
        journal._base = Interrupted(base)  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            journal.append([TimePassed(7)])
        journal._base = base
        assert (journal.rows, base.in_transaction) == (0, False)
        journal.append([TimePassed(7)])
    with Journal.read(path) as journal:
        assert [record.value for record in journal.records()] == [TimePassed(7)]


def test_a_reader_cannot_append(path: Path) -> None:
    with Journal.read(written(path)) as journal, pytest.raises(JournalError, match="readonly"):
        journal.append([TimePassed(1)])


def test_what_was_appended_survives_a_kill(path: Path) -> None:
    program = textwrap.dedent(f"""
        import os, signal
        from basisdesk.domain.event import TimePassed
        from basisdesk.store.journal import Journal
        journal = Journal.open({str(path)!r}, "b1")
        for at in range(20):
            journal.append([TimePassed(at), TimePassed(at)])
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    with Journal.read(path) as journal:
        assert len(list(journal.records())) == 40
        assert journal.sealed() is None
    with Journal.open(path, "b1") as journal:
        journal.append([TimePassed(99)])
        assert journal.rows == 41


def test_each_append_is_one_transaction_fully_synchronised(path: Path) -> None:
    with Journal.open(path, "b1") as journal:
        said: list[str] = []
        base = base_of(journal)
        base.set_trace_callback(said.append)
        journal.append(story())
        assert [word for word in said if word.startswith(("BEGIN", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT"]
        assert base.execute("PRAGMA synchronous").fetchone() == (2,)
        assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
