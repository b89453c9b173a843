"""Contracts settled in USDC: listed, traded in coin, and paid in USDC."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from basisdesk.domain.account import Balance, Fill, Income, IncomeKind, OrderUpdate, Position
from basisdesk.domain.ask import (
    AskBalances,
    AskFills,
    AskIncome,
    AskPositions,
    Cancel,
    NewOrder,
    OrderRef,
    OrderType,
    Place,
)
from basisdesk.domain.instrument import Margin
from basisdesk.domain.order import OrderStatus, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sim.dialects.deribit.conftest import Stand

D = Decimal
HOUR = 3600 * 10**9
PERP, CODE = "deribit:BTC/USDC:USDC", "BTC_USDC-PERPETUAL"


def market(name: str, size: str, side: Side = Side.BUY) -> Place:
    order = NewOrder(symbol=PERP, side=side, type=OrderType.MARKET, client_id=name, size=D(size))
    return Place(order)


def test_terms_read_back_as_they_are_listed(stand: Stand) -> None:
    listed = [each.instrument for each in stand.exchange.markets.values() if each.instrument.margin is Margin.LINEAR]
    assert {each.code for each in listed} == {CODE, "ETH_USDC-PERPETUAL", "BTC_USDC-25DEC26"}
    for each in listed:
        assert stand.session.instruments[each.symbol] == each


def test_it_is_traded_in_coin_and_paid_in_usdc(stand: Stand) -> None:
    before = {row.asset: row.total for row in stand.done(AskBalances("public")) if isinstance(row, Balance)}
    stand.done(market("m-1", "0.02"))
    (held,) = [row for row in stand.done(AskPositions("public", PERP)) if isinstance(row, Position) and row.size]
    (fill,) = [
        row for row in stand.done(AskFills(line="public", symbol=PERP, since=stand.now - HOUR)) if isinstance(row, Fill)
    ]
    assert (held.size, held.entry, fill.fee_asset) == (D("0.02"), fill.price, "USDC")
    assert fill.fee == fill.price * D("0.02") * D("0.0005")
    after = {row.asset: row.total for row in stand.done(AskBalances("public")) if isinstance(row, Balance)}
    assert after["USDC"] == before["USDC"] - fill.fee
    assert {asset: after[asset] for asset in ("BTC", "ETH")} == {asset: before[asset] for asset in ("BTC", "ETH")}
    stand.done(market("m-2", "0.02", Side.SELL))
    closed = [
        row for row in stand.done(AskFills(line="public", symbol=PERP, since=stand.now - HOUR)) if isinstance(row, Fill)
    ][-1]
    total = next(
        row.total for row in stand.done(AskBalances("public")) if isinstance(row, Balance) and row.asset == "USDC"
    )
    assert closed.fee is not None
    gain = (closed.price - fill.price) * D("0.02")
    assert abs(total - (before["USDC"] - fill.fee - closed.fee + gain)) < D("1e-6")


def test_its_rows_say_what_is_held_and_needed(stand: Stand) -> None:
    plug = stand.plug().login()
    stand.done(market("m-1", "2"))
    row = plug.rpc("private/get_position", instrument_name=CODE)["result"]
    assert (row["size"], row["size_currency"], row["direction"]) == (2, 2, "buy")
    # The curve of 1 % and 0.005 % a coin, which the bands meet at one and at five coins.
    least, most = 0.01005, 0.01025
    assert least < row["maintenance_margin"] / (row["mark_price"] * 2) < most
    assert row["initial_margin"] > row["maintenance_margin"]
    told = plug.rpc("private/get_account_summary", currency="USDC")["result"]
    assert told["maintenance_margin"] == row["maintenance_margin"]
    assert plug.rpc("private/get_account_summary", currency="BTC")["result"]["maintenance_margin"] == 0
    (listed,) = [
        each
        for each in plug.rpc("public/get_instruments", currency="USDC")["result"]
        if each["instrument_name"] == CODE
    ]
    assert (listed["instrument_type"], listed["settlement_currency"], listed["quote_currency"]) == (
        "linear", "USDC", "USDC",
    )  # fmt: skip


def test_funding_is_paid_in_usdc(stands: Callable[..., Stand]) -> None:

    stand = stands(start=1_795_262_400 * 10**9 // (24 * HOUR) * 24 * HOUR + 8 * HOUR - 50 * 10**9)
    stand.done(market("m-1", "1"))
    stand.wait(60)
    rows = [
        row
        for row in stand.done(AskIncome(line="public", symbol=PERP, since=stand.now - HOUR))
        if isinstance(row, Income)
    ]
    (paid,) = [row for row in rows if row.kind is IncomeKind.FUNDING]
    at, rate, mark = stand.exchange.markets[PERP].settled[-1]
    assert (paid.asset, paid.amount) == ("USDC", -(mark * rate / 480).quantize(D("1e-12")))
    assert at % (24 * HOUR) == 8 * HOUR


def test_an_order_rests_and_is_cancelled_by_its_id(stand: Stand) -> None:
    price = D(int(stand.exchange.markets[PERP].book.bid) - 1000)
    order = NewOrder(symbol=PERP, side=Side.BUY, type=OrderType.LIMIT, client_id="r-1", size=D("0.01"), price=price)
    (placed,) = [row for row in stand.done(Place(order)) if isinstance(row, OrderUpdate)]
    assert placed.venue_id.startswith("USDC-")
    (ended,) = [
        row
        for row in stand.done(Cancel(OrderRef(symbol=PERP, venue_id=placed.venue_id)))
        if isinstance(row, OrderUpdate)
    ]
    assert ended.status is OrderStatus.DONE
