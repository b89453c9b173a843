"""Which feed speaks for a connection: the two product lines have nothing in common on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.venues.bigone.contracts import ContractFeed
from basisdesk.venues.bigone.hosts import known_line
from basisdesk.venues.bigone.spot import SpotFeed
from basisdesk.venues.bigone.symbols import SPOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from basisdesk.venues.contract import Channel, Feed, Sink


def feed_of(line: str, codes: Sequence[str], channels: Iterable[Channel], sink: Sink) -> Feed:
    """Make a feed of a line; a contract feed is for one address, whose codes and channels `hosts.stream_of` tells.

    Raises:
        DecodeError: there is no such line.
    """
    return SpotFeed(codes, channels, sink) if known_line(line) == SPOT else ContractFeed(codes, channels, sink)
