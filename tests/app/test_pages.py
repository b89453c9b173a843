"""Memory is moved onto large pages where the system has them; where it has not, nothing happens."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from basisdesk.app import pages

MAPS = """\
00400000-00c00000 r-xp 00000000 fe:00 5 /usr/bin/python3
01300000-01900000 rw-p 00000000 00:00 0 [heap]
10000000-10100000 rw-p 00000000 00:00 0
20000000-20400000 rw-p 00000000 00:00 0
30000000-30400000 rw-p 00000000 fe:00 7 /usr/lib/libthing.so with a space
40000000-40400000 ---p 00000000 00:00 0
50000000-58000000 rw-p 00000000 00:00 0
7ffc0000-7ffe0000 rw-p 00000000 00:00 0 [stack]
"""


class Library:
    """Stands for the system's: notes what it was asked, and refuses where it is told to."""

    def __init__(self, refused: dict[tuple[int, int], int]) -> None:
        self.asked: list[tuple[int, int, int]] = []
        self._refused = refused
        self.madvise = Advise(self._note)

    def _note(self, first: int, length: int, advice: int) -> int:
        self.asked.append((first, length, advice))
        return self._refused.get((first, advice), 0)


class Advise:
    """A function of the library, which takes the types of its arguments."""

    def __init__(self, note: object) -> None:
        self.argtypes: tuple[type, ...] = ()
        self._note = note

    def __call__(self, first: int, length: int, advice: int) -> int:
        assert len(self.argtypes) == 3
        return self._note(first, length, advice)  # type: ignore[operator,no-any-return]


@pytest.fixture
def maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "maps"
    path.write_text(MAPS)
    monkeypatch.setattr(pages, "_MAPS", path)
    return path


def library(monkeypatch: pytest.MonkeyPatch, refused: dict[tuple[int, int], int]) -> Library:
    made = Library(refused)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: made)
    return made


@pytest.mark.usefixtures("maps")
def test_whole_large_pages_of_the_heap_and_of_no_file_are_moved_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = library(monkeypatch, {})
    heap, other = (0x1400000, 0x400000), (0x20000000, 0x400000)
    assert pages.gather() == heap[1] + other[1]  # the last is within the limit alone, and too much with these
    assert made.asked == [(*heap, 14), (*heap, 25), (*other, 14), (*other, 25)]


@pytest.mark.usefixtures("maps")
def test_what_the_system_does_not_move_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    made = library(monkeypatch, {(0x1400000, 14): -1, (0x20000000, 25): -1})
    monkeypatch.setattr(pages, "MOST", 0x400000)
    assert pages.gather() == 0
    assert [(first, advice) for first, _, advice in made.asked] == [(0x1400000, 14), (0x20000000, 14), (0x20000000, 25)]


def test_nothing_happens_where_the_system_has_no_such_thing(maps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert pages.gather() == 0
    maps.unlink()
    library(monkeypatch, {})
    assert pages.gather() == 0
    held: list[bytes] = []
    monkeypatch.setattr(pages, "_held", held)
    pages.reserve()
    assert not held


def test_what_is_reserved_lies_in_one_piece_and_is_given_to_what_comes_later() -> None:
    program = """
from basisdesk.app import pages
pages.reserve(16 << 20)
largest = max(end - begin for begin, end in pages._writable())
pages.reserve(16 << 20)
again = max(end - begin for begin, end in pages._writable())
kept = [bytes(400) for _ in range(20_000)]
filled = max(end - begin for begin, end in pages._writable())
pages.gather()
print(largest >= 12 << 20, again == largest, filled == largest)
print(len(pages._held) < 100, set(kept) == {bytes(400)})
"""
    if not Path("/proc/self/maps").exists():
        pytest.skip("the system does not tell where memory lies")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 5
