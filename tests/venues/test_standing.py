"""Published counts of connections that stand at once, and what one connection may subscribe to."""

from pathlib import Path

import pytest

from basisdesk.shell.live.plan import plan
from basisdesk.shell.live.rest import CONNECTIONS
from basisdesk.venues import VENUES, venue_named
from basisdesk.venues.budget import Berths
from basisdesk.venues.contract import Channel
from basisdesk.venues.trading import Credentials, Session, Standing

DOCUMENTS = Path(__file__).parents[2] / "docs" / "venues"
PUBLISHED = {
    "bigone": [("account", 5)],
    "binance": [],
    "bybit": [("ip", 1000), ("ip", 1000), ("ip", 1000)],
    "deribit": [("ip", 32), ("account", 16)],
    "htx": [("account", 10), ("account", 30)],
    "okx": [("account", 30)],
}
COUNTED = {
    "bigone": [1],
    "binance": [],
    "bybit": [1, 1, 1],
    "deribit": [3, 2],
    "htx": [1, 3],
    "okx": [2],
}
"""How many of one public connection a line and all of the account's each count holds."""


def standing(venue: str) -> tuple[Standing, ...]:
    trading = VENUES[venue].trading
    assert trading is not None
    return trading.standing


@pytest.mark.parametrize("venue", VENUES)
def test_the_counts_are_those_published_and_stand_in_the_document(venue: str) -> None:
    assert [(limit.scope, limit.most) for limit in standing(venue)] == PUBLISHED[venue]
    document = (DOCUMENTS / f"{venue}.md").read_text()
    for limit in standing(venue):
        assert f"| {limit.name} | {limit.most:,} |" in document


@pytest.mark.parametrize("venue", VENUES)
def test_every_connection_of_a_desk_is_counted_where_the_venue_counts_it(venue: str) -> None:
    found = VENUES[venue]
    assert found.trading is not None
    session = Session(credentials=Credentials("key", "secret", "words"))
    public = [line.stream_url for line in found.lines.values()]
    lines = tuple(found.trading.capabilities)
    private = [stream.url(0) or "" for stream in found.trading.privates(lines, session)]
    private += [entry.url for line in lines if (entry := found.trading.entry(line, session)) is not None]
    berths = Berths(standing(venue))
    assert berths.take(public) == ""
    assert berths.take(private, account=True) == ""
    assert berths._held == COUNTED[venue]


@pytest.mark.parametrize("venue", VENUES)
def test_a_hundred_markets_a_line_and_the_account_have_room_at_once(venue: str) -> None:
    found = VENUES[venue]
    berths = Berths(standing(venue), CONNECTIONS)
    for line in found.lines.values():
        codes = [f"X{number}USDT" for number in range(100)]
        assert berths.take([one.url for one in plan(found, line.name, codes, list(Channel))]) == ""
    assert berths.take([line.stream_url for line in found.lines.values()], account=True) == ""


@pytest.mark.parametrize(
    ("venue", "line", "channels", "most"),
    [
        ("binance", "spot", [Channel.BOOK, Channel.TICKER, Channel.TRADES], 204),
        ("binance", "usdm", [Channel.BOOK, Channel.TICKER], 307),
        ("binance", "usdm", [Channel.BOOK], 614),
        ("binance", "coinm", list(Channel), 122),
        ("bybit", "linear", [Channel.BOOK], 504),
        ("bybit", "linear", list(Channel), 188),
        ("okx", "public", list(Channel), 1000),
    ],
)
def test_markets_are_packed_to_three_fifths_of_what_a_connection_may_subscribe_to(
    venue: str, line: str, channels: list[Channel], most: int
) -> None:
    codes = [f"X{number:03}USDT" for number in range(1000)]
    plans = plan(venue_named(venue), line, codes, channels, markets=10_000)
    assert [code for one in plans for code in one.codes] == codes
    assert len(plans[0].codes) == most
    assert max(len(one.codes) for one in plans) == most
