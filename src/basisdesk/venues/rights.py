"""What a key may do, read from the words that venues list.

To overlook a right to withdraw is the one mistake that costs everything, so any word that speaks of withdrawing
counts, however it is spelled and whatever stands around it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BETWEEN = re.compile(r"[,;\s]+")


def rights_in(text: str) -> frozenset[str]:
    """Return the words of a list such as ``readOnly, trade``, in lower case."""
    return frozenset(_BETWEEN.split(text.lower())) - {""}


def may_withdraw(rights: Iterable[str]) -> bool:
    """Say whether one of these words lets money leave the venue."""
    return any("withdraw" in each.lower() for each in rights)
