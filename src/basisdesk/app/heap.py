"""Keeps the garbage collector from holding the desk up.

What a desk builds while it starts (instruments, markets, decoders, modules) stays until it ends, some 80,000 objects
for the demo; a full collection looks at all of them, which takes 50 ms, and then a click or a hedge waits.
Frozen, they are left out, and a collection sees only what came since.
An order makes some hundreds of objects while it is decided and sent, and nearly all are gone right after: collections
are spaced so that they hardly ever fall into that.
What is there is moved onto large pages, too (`pages`).
"""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

from basisdesk.app.pages import gather

if TYPE_CHECKING:
    from collections.abc import Iterator


YOUNG = 20_000
"""So many objects more than there were bring a collection of the young ones; Python's own number is 700."""


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    """Within the block, leave out of collections whatever is there when it begins, and collect the young less often.

    Garbage is collected first.
    """
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gather()
    gc.set_threshold(YOUNG, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
