# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""A push of changed levels, read from its first character to its last in one pass."""

from typing import Final

ABSENT: Final[int]  # stands for an id that the frame does not have

class Changes:
    """The names that a channel uses, and what the frame read last said; `Book.update_from` applies its levels.

    `last` is the id of the change and `before` the one that it follows, both 0 or above; `extra` is a further whole
    number; each is ABSENT where the frame has it not.
    """

    last: int
    before: int
    extra: int

    def __init__(
        self,
        path: tuple[bytes, ...],
        sides: tuple[bytes, bytes],
        ids: tuple[bytes, bytes, bytes],
        kind: tuple[bytes, bytes, int] = ...,
        listed: bool = False,
        acted: bool = False,
        optional: bool = False,
    ) -> None:
        """Keys of the objects around the change, of bids and asks, and of `last`, `before` and `extra` (b"": none).

        `kind` is a key, the text that it must have, and how many objects lie around it.
        `listed`: the change is alone in a list.  `acted`: levels begin with "new", "change" or "delete".
        `optional`: a side without changes may be missing.
        """
    def read(self, frame: bytes) -> bool:
        """Whether the whole frame is a change of this shape, without white space.

        False says nothing against the frame, and nothing that was read of it then means anything.
        """
