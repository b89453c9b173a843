"""Public requests, each from its parameters to its rows.

Followed: https://www.okx.com/docs-v5/en/#order-book-trading-market-data and #public-data-rest-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basisdesk.domain.instrument import Kind
from basisdesk.sim.course import Course
from basisdesk.sim.dialects.okx import facts, lending, quotes
from basisdesk.sim.dialects.okx.errors import CodeError
from basisdesk.sim.dialects.okx.feeds import candles_of
from basisdesk.sim.dialects.okx.names import LISTED, family_of, type_of
from basisdesk.sim.dialects.okx.params import Params, count, one_of, required, when, word
from basisdesk.sim.dialects.okx.rules import SPANS
from basisdesk.sim.dialects.okx.text import ms, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.sim.contract import SimMarket
    from basisdesk.sim.dialects.okx.office import Office

Rows = list[Any]
CONTRACTS = ("SWAP", "FUTURES", "OPTION")
KEPT_PREMIUMS = 3 * 1440


def _named(office: Office, params: Params) -> SimMarket:
    return office.names.find(required(params, "instId"))


def _chosen(office: Office, params: Params, kinds: tuple[str, ...] = LISTED) -> list[SimMarket]:
    """Return the markets of a type, family and code, each where it is named."""
    kind = one_of(params, "instType", kinds)
    family = word(params, "instFamily") or word(params, "uly")
    code = word(params, "instId")
    if code and type_of(office.names.find(code).instrument) != ("SPOT" if kind == "MARGIN" else kind):
        raise CodeError("51015")
    return [
        market
        for market in office.names.of_type(kind)
        if code in {"", market.instrument.code} and family in {"", family_of(market.instrument)}
    ]


def time(_office: Office, _params: Params, now: int) -> Rows:
    """The clock."""
    return [{"ts": ms(now)}]


def instruments(office: Office, params: Params, now: int) -> Rows:
    """Instruments of one type, without those delivered."""
    kind = word(params, "instType")
    return [
        quotes.terms(market.instrument, office.names.numbers[market.instrument.code], kind, now)
        for market in _chosen(office, params)
        if not quotes.is_over(market.instrument, now)
    ]


def ticker(office: Office, params: Params, now: int) -> Rows:
    """One ticker."""
    return [quotes.ticker(_named(office, params), now)]


def tickers(office: Office, params: Params, now: int) -> Rows:
    """Tickers of one type."""
    return [quotes.ticker(market, now) for market in _chosen(office, params, ("SPOT", *CONTRACTS))]


def books(office: Office, params: Params, now: int) -> Rows:
    """The book: one level a side unless more are asked for."""
    market = _named(office, params)
    return [quotes.levels(market, count(params, "sz", 1, 400)) | {"ts": ms(now), "seqId": market.sequence}]


def books_full(office: Office, params: Params, now: int) -> Rows:
    """The whole book: levels of price, size and number of orders."""
    row = quotes.levels(_named(office, params), count(params, "sz", 1, 5000))
    return [{side: [[price, size, orders] for price, size, _, orders in row[side]] for side in row} | {"ts": ms(now)}]


def trades(office: Office, params: Params, _now: int) -> Rows:
    """The latest trades, newest first."""
    market = _named(office, params)
    return [quotes.trade(market, printed) for printed in reversed(market.trades[-count(params, "limit", 100, 500) :])]


def history_trades(office: Office, params: Params, _now: int) -> Rows:
    """Trades before one, newest first; `after` and `before` are ids (type 1) or times (type 2)."""
    market = _named(office, params)
    by_time = one_of(params, "type", ("1", "2"), "1") == "2"
    after, before = when(params, "after"), when(params, "before")
    found = []
    for printed in reversed(market.trades):
        mark = printed.at if by_time else printed.trade_id * 1_000_000
        if (not after or mark < after) and (not before or mark > before):
            found.append(quotes.trade(market, printed))
    return found[: count(params, "limit", 100, 100)]


def candles(office: Office, params: Params, now: int) -> Rows:
    """Candles newest first; `after` means older than, `before` newer than."""
    return _candles(office, _named(office, params), params, now)


def mark_candles(office: Office, params: Params, now: int) -> Rows:
    """Candles of a mark price, without volume."""
    return _candles(office, _named(office, params), params, now, Course.MARK)


def index_candles(office: Office, params: Params, now: int) -> Rows:
    """Candles of an index, without volume, as a contract on it knows them."""
    market = office.names.indices().get(required(params, "instId"))
    if market is None:
        raise CodeError("51001")
    return _candles(office, market, params, now, Course.INDEX)


def _candles(
    office: Office, market: SimMarket, params: Params, now: int, course: Course | None = None
) -> list[list[str]]:
    """Return candles of trades, or of a price, newest first."""
    name, most = word(params, "bar", "1m"), count(params, "limit", 100, 300)
    if name not in SPANS or (course is not None and name == "1s"):
        raise CodeError("51000", "bar")
    span, before = SPANS[name], when(params, "before")
    after = since = min(when(params, "after") or now + 1, now + 1)
    for _ in range(most):
        since = span.around(since - 1)[0]
    if before >= after:
        return []
    found = candles_of(office.exchange, market, course, span, max(before + 1, since, 1), most + 1)
    kept = [each for each in found if before < each.begins < after][-most:]
    return [
        quotes.candle(each, now, market.instrument) if course is None else quotes.bare_candle(each, now)
        for each in reversed(kept)
    ]


def mark_price(office: Office, params: Params, now: int) -> Rows:
    """Marks of one type, or of one market, for which other clients name no type."""
    if not word(params, "instType") and word(params, "instId"):
        return [quotes.mark(_named(office, params), now)]
    return [quotes.mark(market, now) for market in _chosen(office, params, ("MARGIN", *CONTRACTS))]


def index_tickers(office: Office, params: Params, now: int) -> Rows:
    """Indices, one or those in one quote currency."""
    name, quote = word(params, "instId"), word(params, "quoteCcy")
    if not name and not quote:
        raise CodeError("50015", "instId", "quoteCcy")
    found = {
        index: market
        for index, market in office.names.indices().items()
        if name in {"", index} and quote in {"", index.partition("-")[2]}
    }
    if not found:
        raise CodeError("51001")
    return [quotes.index(index, market, now) for index, market in found.items()]


def funding_rate(office: Office, params: Params, now: int) -> Rows:
    """Funding of one perpetual, or of ANY."""
    code = required(params, "instId")
    swaps = [market for market in office.names.by_symbol.values() if market.instrument.kind is Kind.PERPETUAL]
    found = [market for market in swaps if code in {"ANY", market.instrument.code}]
    if not found:
        raise CodeError("51001")
    return [quotes.funding(market, now) for market in found]


def funding_history(office: Office, params: Params, _now: int) -> Rows:
    """Past settlements newest first."""
    market = _named(office, params)
    after, before = when(params, "after"), when(params, "before")
    found = [row for row in market.settled if (not after or row[0] < after) and row[0] > before]
    return [quotes.settlement(market, row) for row in reversed(found[-count(params, "limit", 400, 400) :])]


def premium_history(office: Office, params: Params, now: int) -> Rows:
    """Premiums of a perpetual, minute by minute, newest first."""
    market = _named(office, params)
    if market.instrument.kind is not Kind.PERPETUAL:
        raise CodeError("51000", "instId")
    after, before = when(params, "after") or now + 1, when(params, "before")
    found = candles_of(office.exchange, market, Course.PREMIUM, SPANS["1m"], 0, KEPT_PREMIUMS)
    rows = [
        {"instId": market.instrument.code, "premium": text(round(each.close, 10)), "ts": ms(each.begins)}
        for each in reversed(found)
        if before < each.begins < after
    ]
    return rows[: count(params, "limit", 100, 100)]


def open_interest(office: Office, params: Params, now: int) -> Rows:
    """Open interest of one type."""
    return [quotes.interest(market, now) for market in _chosen(office, params, CONTRACTS)]


def price_limit(office: Office, params: Params, now: int) -> Rows:
    """The prices between which orders may be."""
    return [quotes.price_limit(_named(office, params), now, office.exchange.rules.price_band)]


def status(_office: Office, _params: Params, _now: int) -> Rows:
    """Maintenance that is announced: none."""
    return []


PUBLIC: dict[str, Callable[[Office, Params, int], Rows]] = {
    "public/position-tiers": facts.position_tiers,
    "public/delivery-exercise-history": facts.deliveries,
    "public/estimated-price": facts.estimated_price,
    "public/underlying": facts.underlying,
    "public/convert-contract-coin": facts.converted,
    "public/interest-rate-loan-quota": lending.quota,
    "public/premium-history": premium_history,
    "public/time": time,
    "public/instruments": instruments,
    "public/mark-price": mark_price,
    "public/funding-rate": funding_rate,
    "public/funding-rate-history": funding_history,
    "public/open-interest": open_interest,
    "public/price-limit": price_limit,
    "market/ticker": ticker,
    "market/tickers": tickers,
    "market/books": books,
    "market/books-full": books_full,
    "market/trades": trades,
    "market/history-trades": history_trades,
    "market/candles": candles,
    "market/history-candles": candles,
    "market/mark-price-candles": mark_candles,
    "market/history-mark-price-candles": mark_candles,
    "market/index-candles": index_candles,
    "market/history-index-candles": index_candles,
    "market/index-tickers": index_tickers,
    "system/status": status,
}
