"""A listen key that ends is asked for again, once an attempt, until there is one."""

from __future__ import annotations

from basisdesk.domain.ask import OpenStream
from basisdesk.domain.outcome import Done, Unknown
from basisdesk.venues.binance.private import FuturesStream
from basisdesk.venues.trading import Reply, Session

START = 1_700_000_000_000_000_000
OPEN = OpenStream("usdm")


def test_an_expired_key_is_asked_for_again_and_a_failed_ask_waits_for_the_next_attempt() -> None:
    stream = FuturesStream("usdm", Session())
    assert stream.to_ask() == [OPEN]
    stream.replied(OPEN, Reply(outcome=Done(), learned=(("usdm.listen_key", "k1"),)), START)
    stream.connected(START)
    assert stream.to_ask() == []
    stream.receive(b'{"e":"listenKeyExpired","E":1700000000000}', START + 1)
    stream.disconnected(START + 1)
    assert stream.to_ask() == [OPEN]
    assert stream.to_ask() == []  # under way
    stream.replied(OPEN, Reply(outcome=Unknown("timeout")), START + 2)
    assert stream.to_ask() == []
    assert stream.url(START + 3) is None
    assert stream.to_ask() == [OPEN]
    stream.replied(OPEN, Reply(outcome=Done(), learned=(("usdm.listen_key", "k2"),)), START + 4)
    url = stream.url(START + 4)
    assert url is not None
    assert "k2" in url
