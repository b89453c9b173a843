"""How often a connection asks for topics: no more than the share of what the venue takes in an hour."""

import msgspec

from basisdesk.venues.okx.capabilities import REQUESTS
from basisdesk.venues.okx.topics import BATCH, GRANT_NS, Topics

SECOND = 1_000_000_000
HOUR = 3600 * SECOND
SHARE = 288
BOOK = ("books", "BTC-USDT")


def told(frames: list[bytes]) -> list[tuple[str, int]]:
    messages = [msgspec.json.decode(frame) for frame in frames]
    return [(message["op"], len(message["args"])) for message in messages]


def test_what_waits_together_goes_together_and_ends_come_before_beginnings() -> None:
    topics = Topics()
    for number in range(BATCH + 1):
        topics.renew(("books", f"C{number}-USDT"))
    topics.renew(("books", "C0-USDT"))
    assert told(topics.take(0)) == [("unsubscribe", BATCH), ("unsubscribe", 1), ("subscribe", BATCH), ("subscribe", 1)]
    assert topics.take(0) == []
    assert topics.next_deadline() == GRANT_NS


def test_a_book_that_is_asked_for_without_end_waits_for_its_turn() -> None:
    topics = Topics()
    sent = []
    for step in range(2 * 3600):
        now = step * SECOND
        topics.renew(BOOK)
        sent += [now] * len(topics.take(now))
    assert REQUESTS.capacity * 0.6 == SHARE
    assert sent[SHARE - 1] < HOUR
    assert all(later - earlier >= HOUR for earlier, later in zip(sent, sent[SHARE:], strict=False))


def test_what_waits_for_its_turn_is_sent_when_it_comes_and_its_grant_is_waited_for_from_then() -> None:
    topics = Topics()
    for _ in range(SHARE // 2 - 1):
        topics.renew(BOOK)
        assert len(topics.take(0)) == 2
    topics.granted(BOOK)
    topics.subscribe([BOOK])
    assert told(topics.take(SECOND)) == [("subscribe", 1)]
    topics.granted(BOOK)
    topics.renew(BOOK)
    topics.renew(("tickers", "BTC-USDT"))
    assert told(topics.take(2 * SECOND)) == [("unsubscribe", 2)]
    room = topics.next_deadline()
    assert room is not None
    assert HOUR <= room <= HOUR + 10 * SECOND
    assert topics.take(room - SECOND) == []
    assert topics.overdue(room) == []
    assert told(topics.take(room)) == [("subscribe", 2)]
    assert topics.next_deadline() == room + GRANT_NS
    assert topics.overdue(room + GRANT_NS) == [(BOOK, True), (("tickers", "BTC-USDT"), True)]
    assert told(topics.take(room + GRANT_NS)) == [("subscribe", 2)]


def test_an_end_that_has_to_wait_holds_back_the_beginning_and_a_new_connection_has_its_own_count() -> None:
    topics = Topics()
    for _ in range(SHARE // 2):
        topics.renew(BOOK)
        topics.take(0)
    topics.renew(BOOK)
    assert topics.take(0) == []
    topics.clear()
    assert topics.next_deadline() is None
    topics.subscribe([BOOK])
    topics.granted(BOOK)
    assert told(topics.take(0)) == [("subscribe", 1)]
    assert topics.next_deadline() is None
