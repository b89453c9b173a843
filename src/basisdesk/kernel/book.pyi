# ruff: noqa: PYI021 (compiled sources have no docstrings that tools read; the stub is their page)
"""Order book of one market: two sorted arrays, a state with a name, and a unit.

Prices are quote money per base coin; sizes are in the venue's unit (coin or contracts).
`multiplier` and `inverse` say what one unit is worth, so that depth can be walked in coin or in quote face:
base = size * multiplier (linear, spot), base = size * multiplier / price (inverse), face = size * multiplier (inverse).
Times are integer nanoseconds UTC.
"""

from typing import Final

from typing_extensions import Buffer

from basisdesk.kernel.changes import Changes

# Sync states, as ints for the hot path.  STALE and CROSSED are derived, never set by a feed.
WAITING: Final[int]  # no snapshot yet
VALID: Final[int]
CROSSED: Final[int]  # best bid at or above best ask
GAPPED: Final[int]  # an update is missing
STALE: Final[int]  # nothing heard of this market for longer than `stale_after`
MISMATCHED: Final[int]  # the venue's checksum disagrees
EMPTY: Final[int]  # in sync, but a side has no level
CLOSED: Final[int]  # disconnected

def state_name(state: int) -> str:
    """Name a person can read: "valid", "crossed", "gapped", "stale", "waiting for snapshot", ..."""

class Book:
    """Sorted levels of one market.

    A side holds unique prices; size 0 removes.
    An update either applies whole or raises ValueError and changes nothing.
    """

    multiplier: float
    inverse: bool
    stale_after: int  # ns; 0 means never
    seen: int  # ns, when this market was last heard of
    updated: int  # ns, when a level last changed
    sequence: int  # venue's id of the last update applied
    last: float  # last trade price, NaN before the first
    last_size: float
    bid: float  # best bid price, NaN when there is none
    bid_size: float
    ask: float
    ask_size: float

    def __init__(self, multiplier: float = 1.0, inverse: bool = False, stale_after: int = 0) -> None: ...
    def snapshot(self, bids: Buffer, asks: Buffer, now: int, sequence: int) -> None:
        """Replace the book by JSON text of levels, `[["price","size",...],...]`; numbers may be quoted or not.

        Levels may come in any order; of equal prices the last counts.  Extra columns of a level are skipped.
        Becomes VALID (then CROSSED or EMPTY are derived).
        Raises ValueError, changing nothing, on text that is not a list of levels, or a price or size that is not a
        finite number, a price <= 0 or a size < 0.
        """
    def update(self, bids: Buffer, asks: Buffer, now: int, sequence: int) -> int:
        """Apply JSON text of changed levels (size 0 removes); return how many were given.  Raises as `snapshot`.

        The sync state stays as it is: levels that arrive while it is not VALID do not make it so.
        """
    def follow_changes(self, changes: Changes, frame: bytes, last: int, now: int) -> int:
        """Read a frame and apply its levels when it is the change that follows the one with id `last`.

        Where the channel names no id before, ids grow by 1; an id before may lie behind `last`, the change then covers
        more than is missing.
        A change without its `extra`, where the channel has one, follows nothing.
        Return 0 for any other frame, which changes nothing, 1 when it was applied, 2 when the book is crossed by then.
        """
    def update_from(self, changes: Changes, now: int, sequence: int) -> int:
        """Apply the levels of the frame that `changes` has read; return how many were given."""
    def follow(self, frame: bytes, before: int, now: int) -> int:
        """Apply a whole depth frame when it has the usual shape and follows update `before`; return its own id.

        The usual shape is `{"stream":"..","data":{..,"U":1,"u":2,"pu":0,..,"b":[["1.5","2"]],"a":[]}}` without white
        space; it follows `pu`, or `U` - 1 where there is no `pu`.  Levels are pairs of quoted digits.
        Returns -1, changing nothing, for any other frame: it says nothing against the frame.
        """
    def snapshot_levels(
        self, bids: list[tuple[float, float]], asks: list[tuple[float, float]], now: int, sequence: int
    ) -> None:
        """As `snapshot`, from numbers."""
    def update_levels(
        self, bids: list[tuple[float, float]], asks: list[tuple[float, float]], now: int, sequence: int
    ) -> int:
        """As `update`, from numbers."""
    def front(self, bid: float, bid_size: float, ask: float, ask_size: float, now: int, sequence: int) -> bool:
        """Show a newer touch, told on a faster path than the depth, until an update has its id or a later one.

        Levels better than the touch are hidden, the touch itself stands for the level at its price; `levels`, `walk`,
        `size_at` and composed depth see the same.  Ignored while not VALID, and when the depth, or the touch shown, is
        at this id already or beyond.  True when the touch moved in price or size.
        Raises ValueError for a price or size that is not finite and above zero, and for bid >= ask.
        """
    def trade(self, price: float, size: float, now: int) -> None:
        """Note the last trade."""
    def mark_state(self, state: int) -> None:
        """Set the sync state: WAITING, GAPPED, MISMATCHED or CLOSED drop every level; VALID keeps them.

        Raises ValueError for the derived states.
        """
    def state(self, now: int) -> int:
        """The state now: the sync state, else EMPTY, CROSSED or STALE, else VALID.  `now` 0 skips the age test."""
    def mid(self) -> float:
        """Middle of the touch, NaN without both sides."""
    def depth(self, side: int) -> int:
        """Number of levels; side 0 is bids, 1 is asks."""
    def levels(self, side: int, count: int) -> list[tuple[float, float]]:
        """The best `count` levels, best first, as (price, size in the venue's unit)."""
    def size_at(self, side: int, price: float) -> float:
        """Size at exactly this price, 0 where there is none."""
    def walk(self, side: int, size: float, unit: int = 0) -> tuple[float, float, float]:
        """Walk the side from its best level: (average price, worst price, size covered).

        unit 0: `size` in the venue's unit; 1: in base coin; 2: in quote face (inverse only).
        The average is the price achieved, money paid per coin received: the arithmetic mean weighted by coin, which is
        the harmonic mean weighted by contracts or face of an inverse book.
        (NaN, NaN, 0) when the side is empty; covered < size when depth ends first.
        Raises ValueError for a size that is not above zero, an unknown side or unit, or unit 2 of a book not inverse.
        """
