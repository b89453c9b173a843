"""Microseconds to inflate one of HTX's changes, with every library that is installed; best of many passes."""

import importlib
import time
import zlib
from collections.abc import Callable

from venue_frames import load

PASSES = 60
COUNT = 1000
PIECE = 100
Inflate = tuple[Callable[..., object], tuple[int, ...]]


def libraries() -> dict[str, Inflate]:
    """Return the call of each library by its name: a function, and what follows the frame."""
    found: dict[str, Inflate] = {"zlib": (zlib.decompress, (31, 1024))}
    for name in ("isal.igzip_lib", "deflate", "zlib_ng.zlib_ng"):
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        match name:
            case "isal.igzip_lib":
                found["isal"] = (library.decompress, (library.DECOMP_GZIP, 15, 470))
            case "deflate":
                found["deflate"] = (library.gzip_decompress, ())
            case _:
                found["zlib-ng"] = (library.decompress, (31, 1024))
    return found


def measure(inflate: Callable[..., object], more: tuple[int, ...], frames: list[bytes]) -> float:
    """Return microseconds a frame: of each piece the best pass, so that other programs disturb less."""
    pieces = [frames[at : at + PIECE] for at in range(0, len(frames), PIECE)]
    best = [float("inf")] * len(pieces)
    for _ in range(PASSES):
        for at, piece in enumerate(pieces):
            started = time.perf_counter_ns()
            for frame in piece:
                inflate(frame, *more)
            best[at] = min(best[at], (time.perf_counter_ns() - started) / len(piece))
    return sum(best) / len(best) / 1000


if __name__ == "__main__":
    changes = load("htx")[0][1 : 1 + COUNT]
    for name, (inflate, more) in libraries().items():
        print(f"{name:8} {measure(inflate, more, changes):.2f}")
