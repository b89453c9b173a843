"""What one depth of a market tells."""

from decimal import Decimal

from msgspec.structs import replace
from tests.sim.exchange.hall import LINEAR

from basisdesk.kernel.book import Book
from basisdesk.sim.contract import SimMarket
from basisdesk.sim.dialects.bybit.books import DepthTopic


def test_levels_are_spelled_anew_on_other_terms() -> None:
    book = Book(1.0, inverse=False)
    book.snapshot_levels([(100.5, 1.0), (100.0, 2.0)], [(101.0, 3.0)], 1, 1)
    market = SimMarket(LINEAR, book)
    topic = DepthTopic(market, 50)
    assert topic.delta() is None
    assert topic.snapshot()["b"] == [["100.5", "1.000"], ["100.0", "2.000"]]
    market.instrument = replace(LINEAR, tick=Decimal("0.25"))
    told = topic.delta()
    assert told is not None
    assert told["a"] == [["101.0", "0"], ["101.00", "3.000"]]
