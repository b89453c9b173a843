"""Drive the whole kernel with random operations and print all that it answers.

Run by `test_modes.py` once on the compiled modules and once on their sources; both must print the same.
"""

import math
import random
import sys
from array import array
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import conftest  # type: ignore[import-not-found]  # noqa: F401, I001 (first: it chooses compiled modules or sources)

from basisdesk.kernel import bars, board, book, changes, compose, heads, replay, texts


def tried(act: Callable[[], object]) -> object:
    try:
        return act()
    except ValueError as error:
        return f"ValueError: {error}"


def number(dice: random.Random) -> str:
    return dice.choice(
        [
            f"{dice.uniform(90, 110):.1f}",
            f"{dice.randrange(900, 1100)}e-1",
            f"{dice.uniform(90, 110):.{dice.randrange(12, 25)}f}",
            f'"{dice.uniform(90, 110):.2f}"',
            f'"{dice.randrange(10**24, 10**25)}e-23"',
            dice.choice(["0", "-1", '"nan"', "1e999", "01", '"x"']) if dice.random() < 0.1 else "100",
        ]
    )


def text(dice: random.Random) -> bytes:
    levels = [
        f"[{number(dice)},{dice.choice(['0', number(dice)])}{dice.choice(['', ',4', ', ' + chr(34) + 'a' + chr(34)])}]"
        for _ in range(dice.randrange(0, 7))
    ]
    whole = "[" + ",".join(levels) + "]"
    if dice.random() < 0.1:
        at = dice.randrange(len(whole))
        whole = whole[:at] + dice.choice('[]",0.e- ') + whole[at + 1 :]
    return whole.encode()


def books(dice: random.Random, say: Callable[[object], None]) -> None:
    kept = [book.Book(0.01 * each, each > 2, 5) for each in range(1, 5)]
    told = changes.Changes((b"tick",), (b"b", b"a"), (b"u", b"", b""))
    for step in range(400):
        one, two = dice.sample(kept, 2)
        act = dice.choice([one.snapshot, one.update, one.update, one.update])
        say(tried(partial(act, text(dice), text(dice), step, 2 * step)))
        if told.read(b'{"n":-1.5e3,"tick":{"u":%d,"b":%s,"a":%s}}' % (step, text(dice), text(dice))):
            say((told.last, one.update_from(told, step, 3 * step)))
        change = b'{"tick":{"u":%d,"b":%s,"a":%s}}' % (dice.randrange(3), text(dice), text(dice))
        say((one.follow_changes(told, change, 0, step), heads.head_of(change, dice.randrange(50), change[-3:] + b"x")))
        say(heads.head_of(change, dice.randrange(60), len(change).to_bytes(4, "little")))
        if dice.random() < 0.05:
            say(tried(partial(one.mark_state, dice.randrange(9))))
        size = math.exp(dice.uniform(-8, 8))
        for side in (0, 1):
            say((one.levels(side, 50), one.depth(side), one.size_at(side, 100.0)))
            for unit in (0, 1, 2):
                say(tried(partial(one.walk, side, size, unit)))
            say(compose.compose(one, two, bool(side), dice.randrange(1, 9), 2.0, -1.0, 1.0, 1.5))
            say(compose.walk_spread(one, two, bool(side), size))
        say((one.bid, one.bid_size, one.ask, one.ask_size, one.mid(), one.state(step + 3), one.seen, one.updated))


def spellings(dice: random.Random, say: Callable[[object], None]) -> None:
    kept = book.Book()
    kept.snapshot(b"[]", b"[]", 0, 0)
    spelled = texts.Texts(b"[]", b"[]")
    for step in range(400):
        say(tried(partial(spelled.update, kept, text(dice), text(dice), step, step)))
        say(spelled.line(kept, dice.randrange(200)))


def boards(dice: random.Random, say: Callable[[object], None]) -> None:
    desk = board.Board(30)
    kept: list[bars.Bars] = []
    for market in range(5):
        desk.add_market(None)
        for other in range(market):
            kept.append(bars.Bars([7, 50], 20))
            desk.watch(desk.add_pair(market, other), kept[-1])
    for step in range(1500):
        if dice.random() < 0.1:
            desk.arm(dice.randrange(20), dice.randrange(desk.pairs), dice.random() < 0.5, dice.uniform(-2, 2))
        desk.disarm(dice.randrange(200))
        price = dice.uniform(99, 101)
        now = step * 3 - dice.randrange(10)
        say(
            desk.set_top(dice.randrange(5), now, price, price + dice.uniform(-0.1, 0.5), dice.choice([price, math.nan]))
        )
        pair = dice.randrange(desk.pairs)
        say((desk.quote(pair), desk.live(pair, now)))
    size = 3000
    say(
        replay.run(
            desk,
            array("q", range(5000, 5000 + size)),
            array("i", [dice.randrange(5) for _ in range(size)]),
            array("d", [dice.uniform(99, 101) for _ in range(size)]),
            array("d", [dice.uniform(100, 102) for _ in range(size)]),
            array("d", [dice.uniform(99, 101) for _ in range(size)]),
        )
    )
    for each in kept:
        say([each.late, *((each.count(s, p), each.rows(s, p)) for s in range(3) for p in range(2))])


def main() -> None:
    lines: list[str] = []
    books(random.Random(1), lambda answer: lines.append(repr(answer)))
    spellings(random.Random(3), lambda answer: lines.append(repr(answer)))
    boards(random.Random(2), lambda answer: lines.append(repr(answer)))
    print(Path(str(book.__file__)).suffix, *lines, sep="\n")  # noqa: T201 (its output is what is compared)


if __name__ == "__main__":
    main()
