"""Which connections markets need, and how a feed sees the desk through its port."""

from basisdesk.kernel.book import Book
from basisdesk.shell.live.plan import plan
from basisdesk.shell.live.port import Port
from basisdesk.venues import VENUES, venue_named
from basisdesk.venues.contract import Channel, Market, Report, Trouble

ALL = (Channel.BOOK, Channel.TICKER, Channel.TRADES, Channel.CARRY)


def test_channels_under_one_address_share_a_connection() -> None:
    plans = plan(venue_named("binance"), "usdm", ["BTCUSDT"], ALL)
    assert [(one.url, one.channels, one.writes_books) for one in plans] == [
        ("wss://fstream.binance.com/public/stream", (Channel.BOOK, Channel.TICKER), True),
        ("wss://fstream.binance.com/market/stream", (Channel.TRADES, Channel.CARRY), False),
    ]
    assert plans[0].name == "usdm book+ticker of BTCUSDT"


def test_many_markets_are_spread_over_connections() -> None:
    codes = [f"X{number}USDT" for number in range(250)]
    plans = plan(venue_named("binance"), "spot", codes, ALL, markets=100)
    assert [len(one.codes) for one in plans] == [100, 100, 50]
    assert [code for one in plans for code in one.codes] == codes
    assert len({one.name for one in plans}) == 3


def test_where_the_address_subscribes_each_stream_is_a_connection_and_one_writes_the_book() -> None:
    plans = plan(venue_named("bigone"), "contract", ["BTCUSD", "ETHUSD"], ALL)
    writers = [one for one in plans if one.writes_books]
    assert [one.codes for one in writers] == [("BTCUSD",), ("ETHUSD",)]
    assert all(Channel.BOOK in one.channels for one in writers)
    assert len({one.url for one in plans}) == len(plans) == 6


def test_without_the_book_one_connection_of_a_market_still_writes_its_touch() -> None:
    plans = plan(venue_named("bigone"), "contract", ["BTCUSD"], [Channel.TICKER, Channel.CARRY])
    assert [one.writes_books for one in plans] == [True, False]


def test_no_codes_are_one_connection_for_every_market() -> None:
    (one,) = plan(venue_named("okx"), "public", [], [Channel.BOOK])
    assert one.codes == ()
    assert one.name == "public book of all markets"


def test_every_venue_has_a_plan_in_which_each_book_has_one_writer() -> None:
    for venue in VENUES.values():
        for line in venue.lines:
            codes = [one.code for one in venue.well_known() if one.market == line][:3]
            plans = plan(venue, line, codes, ALL)
            written = [code for one in plans if one.writes_books for code in one.codes]
            assert sorted(written) == sorted(codes)
            assert {channel for one in plans for channel in one.channels} == set(ALL)


class Desk:
    def __init__(self) -> None:
        self.known = Market("x:A/B", "spot", "AB", Book())
        self.said: list[object] = []

    def market(self, line: str, code: str) -> Market | None:
        return self.known if (line, code) == ("spot", "AB") else None

    def touched(self, market: Market, now: int) -> None:
        self.said.append(("touched", market, now))

    def traded(self, market: Market, now: int, price: float, size: float, buy: bool, trade_id: str) -> None:
        self.said.append(("traded", market, now, price, size, buy, trade_id))

    def carried(self, market: Market, now: int) -> None:
        self.said.append(("carried", market, now))

    def report(self, report: Report) -> None:
        self.said.append(report)


def test_the_writer_of_a_book_has_the_market_itself() -> None:
    desk = Desk()
    port = Port(desk, writes_books=True)
    assert port.market("spot", "AB") is port.market("spot", "AB") is desk.known
    assert port.market("spot", "CD") is None
    assert port.markets == [desk.known]
    port.touched(desk.known, 5)
    assert desk.said == [("touched", desk.known, 5)]


def test_others_have_a_twin_whose_book_is_nobodys() -> None:
    desk = Desk()
    desk.known.book.snapshot_levels([(1.0, 2.0)], [(3.0, 4.0)], 1, 1)
    port = Port(desk, writes_books=False)
    twin = port.market("spot", "AB")
    assert twin is not None
    assert port.market("spot", "AB") is twin
    twin.book.mark_state(7)
    port.touched(twin, 5)
    assert desk.known.book.bid == 1.0
    assert desk.said == []
    port.traded(twin, 6, 2.5, 1.0, True, "t1")  # noqa: FBT003 (the sink's own order)
    port.carried(twin, 7)
    assert desk.said == [("traded", desk.known, 6, 2.5, 1.0, True, "t1"), ("carried", desk.known, 7)]
    assert desk.known.book.last == 2.5
    assert (twin.tally, twin.carry, twin.daily, twin.candles) == (
        desk.known.tally,
        desk.known.carry,
        desk.known.daily,
        desk.known.candles,
    )


def test_reports_that_mean_the_connection_is_over_hang_up() -> None:
    desk = Desk()
    port = Port(desk, writes_books=True)
    port.report(Report(1, Trouble.SILENT, "", "nobody listens yet"))
    ended: list[str] = []
    port.hang_up = ended.append
    port.report(Report(1, Trouble.GAP, "x:A/B", "missing"))
    port.report(Report(1, Trouble.SILENT, "x:A/B", "asking again"))
    port.report(Report(1, Trouble.SILENT, "", "no pong"))
    port.report(Report(1, Trouble.SHUTDOWN, "x:A/B", "connect again"))
    assert ended == ["no answer: no pong", "venue asks to reconnect: connect again"]
    assert len(desk.said) == 5
