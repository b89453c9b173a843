"""The one tree of errors.

Three kinds of trouble are told apart everywhere:

* our bug: any other exception; it is raised and it stops the program;
* the venue's misbehaviour: never an exception past a codec, always an event or a counter;
* a refusal: a value (`Refusal`) with a reason a person can act on.

The exceptions below end a command with one clear sentence::

    BasisdeskError
    ├── UsageError          a wrong option, symbol, size or file given by the operator
    ├── ConfigurationError  a wrong key or value in a configuration
    ├── VenueError          a venue, or the simulator in its place, that cannot be reached or tells nothing
    ├── RecordingError      a recording that is truncated, corrupt or foreign; names file and line
    ├── JournalError        a journal that is damaged or from another schema
    └── DecodeError         a frame or body that is not what the venue documents
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class BasisdeskError(Exception):
    """Root of every error that is reported to a person as one sentence."""


class UsageError(BasisdeskError):
    """The operator gave something that cannot be used."""


class ConfigurationError(BasisdeskError):
    """A configuration key or value is wrong."""


class VenueError(BasisdeskError):
    """A venue, the network before it, or a simulator in its place did not do what a command needs."""


class RecordingError(BasisdeskError):
    """A recording is truncated, corrupt or foreign.

    Attributes:
        file: the recording as it was named.
        line: the first line that could not be read, 0 where the file could not be opened at all.
        detail: what is wrong, without the place.
    """

    def __init__(self, detail: str, file: str = "", line: int = 0) -> None:
        place = f"{file}, line {line}: " if line else f"{file}: " if file else ""
        super().__init__(place + detail)
        self.file = file
        self.line = line
        self.detail = detail


class JournalError(BasisdeskError):
    """A journal is damaged, or was written under another schema."""


class DecodeError(BasisdeskError):
    """A frame or body does not have the shape that the venue documents."""


class Refusal(msgspec.Struct, frozen=True):
    """Something that was asked for and will not be done.

    Attributes:
        code: a stable word for programs, such as ``below_minimum``.
        message: one sentence with the value, the limit and what to do.
    """

    code: str
    message: str


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` for the known words closest to `word` in any case, or an empty text.

    A word that is wrong in nothing but its case means one thing only.
    """
    folded = {each.casefold(): each for each in sorted(known)}
    wanted = word.casefold()
    close = [wanted] if wanted in folded else get_close_matches(wanted, folded, n=3, cutoff=0.5)
    matches = [folded[each] for each in close]
    return f" (did you mean {' or '.join(matches)}?)" if matches else ""
