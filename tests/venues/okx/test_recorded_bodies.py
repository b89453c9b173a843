"""Recorded and documented bodies of paths and channels that the desk does not use: none is taken for something else."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from basisdesk.domain import ask as asks
from basisdesk.domain.account import Fill, Funding, OrderUpdate, ServerTime
from basisdesk.domain.ask import NewOrder, OrderType, Place
from basisdesk.domain.order import Side
from basisdesk.domain.outcome import Done, Rejected, RetryLater, Unknown
from basisdesk.kernel.book import VALID
from basisdesk.venues.okx import VENUE
from basisdesk.venues.trading import Request, Response

if TYPE_CHECKING:
    from pathlib import Path

    from tests.venues.okx.conftest import Stage

    from basisdesk.venues.trading import Reply, Session, Trading

pytestmark = pytest.mark.recordings

NOW = 1_700_000_000_000_000_000
SWAP = "okx:BTC/USDT:USDT"
PLACE = Place(
    NewOrder(symbol=SWAP, side=Side.BUY, type=OrderType.LIMIT, client_id="t1", size=Decimal(2), price=Decimal(50000))
)
CANCEL = asks.Cancel(asks.OrderRef(symbol=SWAP, venue_id="12345"))
FOREIGN: list[tuple[str, asks.Ask]] = [
    ("http_get_orders_algo_history", asks.AskOpenOrders("public")),
    ("http_get_spread_trades", asks.AskFills(line="public")),
    ("http_get_candlesticks", asks.AskTime("public")),
    ("http_get_option_summary", asks.AskFunding(SWAP)),
]


def told(trading: Trading, session: Session, recordings: Path, name: str, ask: asks.Ask) -> Reply:
    body = (recordings / "nautilus" / "okx" / f"{name}.json").read_bytes()
    request = trading.encode(ask, session, NOW)
    assert isinstance(request, Request)
    return trading.decode(request, Response(200, body, {}, NOW), session)


@pytest.mark.parametrize(("name", "ask"), FOREIGN)
def test_bodies_of_other_paths_are_not_taken_for_answers(
    trading: Trading, session: Session, recordings: Path, name: str, ask: asks.Ask
) -> None:
    reply = told(trading, session, recordings, name, ask)
    assert isinstance(reply.outcome, Unknown | RetryLater)
    assert reply.updates == ()


def test_settled_funding_is_told_with_its_time(trading: Trading, session: Session, recordings: Path) -> None:
    reply = told(trading, session, recordings, "http_get_funding_rate_history", asks.AskFunding(SWAP))
    assert reply.outcome == Done()
    assert [type(update) for update in reply.updates] == [Funding]
    rows = json.loads((recordings / "nautilus" / "okx" / "http_get_funding_rate_history.json").read_text())["data"]
    times = [int(row["fundingTime"]) for row in rows]
    assert times[0] - times[1] == 8 * 3_600_000


def test_the_index_body_tells_at_least_the_time(trading: Trading, session: Session, recordings: Path) -> None:
    (update,) = told(trading, session, recordings, "http_get_index_price", asks.AskTime("public")).updates
    assert update == ServerTime(1_746_942_707_815 * 10**6)


def test_algo_orders_that_wait_keep_their_own_ids_out_of_ours(
    trading: Trading, session: Session, recordings: Path
) -> None:
    name = "http_get_orders_algo_pending_attached_oco"
    updates = told(trading, session, recordings, name, asks.AskOpenOrders("public")).updates
    orders = [update for update in updates if isinstance(update, OrderUpdate)]
    assert [order.client_id for order in orders] == [""]
    assert all(order.symbol == "okx:ETH/USDT:USDT" for order in orders)


def test_acknowledgements_of_algo_orders(trading: Trading, session: Session, recordings: Path) -> None:
    assert told(trading, session, recordings, "http_cancel_algo_order_response", CANCEL).outcome == Done()
    placed = told(trading, session, recordings, "http_place_algo_order_response", PLACE)
    assert [update.venue_id for update in placed.updates if isinstance(update, OrderUpdate)] == [""]


def test_a_refusal_inside_an_accepted_envelope(trading: Trading, session: Session, recordings: Path) -> None:
    reply = told(trading, session, recordings, "http_place_algo_order_rejected", PLACE)
    assert isinstance(reply.outcome, Rejected)
    assert reply.outcome.code == "51000"


def test_an_update_without_a_snapshot_makes_no_book(recordings: Path, stage: Stage) -> None:
    stage.hear((recordings / "nautilus" / "okx" / "ws_books_update.json").read_bytes())
    assert stage.state("BTC-USDT") != VALID
    assert stage.feed.undecoded == 0


def test_pushes_of_options_are_read_and_those_of_spreads_counted(
    trading: Trading, session: Session, recordings: Path
) -> None:
    (stream,) = trading.privates(["public"], session)[:1]
    folder = recordings / "nautilus" / "okx"
    fill, order = stream.receive((folder / "ws_orders_option.json").read_bytes(), NOW)
    assert isinstance(fill, Fill)
    assert isinstance(order, OrderUpdate)
    assert (fill.price, fill.size, fill.venue_id) == (Decimal("0.0325"), Decimal(1), order.venue_id)
    assert stream.undecoded == 0
    assert stream.receive((folder / "ws_sprd_orders.json").read_bytes(), NOW) == []
    assert stream.undecoded == 1


@pytest.mark.parametrize("kind", ["okx_spot_depth_btcusdt", "okx_spot_ticker_btcusdt", "okx_spot_trades_btcusdt"])
def test_rest_bodies_are_no_frames_and_no_instruments(recordings: Path, stage: Stage, kind: str) -> None:
    body = gzip.decompress((recordings / "rest_20260208" / f"{kind}.json.gz").read_bytes())
    assert json.loads(body)["code"] == "0"
    stage.hear(body)
    assert (stage.feed.undecoded, stage.ear.markets) == (1, {})
    with pytest.raises(Exception, match="is an instrument"):
        VENUE.decode_instruments("public", body)
