"""Clock, instruments and funding, from bodies of the venue.

The exchange information says nothing of funding, so instruments keep the funding terms that are known of them, and a
second page states the terms of all that differ from the usual; a market that is no longer on it has the usual ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from basisdesk.domain.account import Funding, ServerTime, Terms
from basisdesk.domain.ask import AskFunding, AskInstruments
from basisdesk.domain.instrument import Instrument, Kind
from basisdesk.venues.binance.instruments import FUNDING_HOURS, decode_instruments
from basisdesk.venues.binance.limits import rated, read_rates
from basisdesk.venues.binance.replies import shapes
from basisdesk.venues.binance.replies.orders import done
from basisdesk.venues.binance.replies.shapes import exact, ns
from basisdesk.venues.binance.requests.public import FUNDING, SETTLED
from basisdesk.venues.wire import UNREADABLE

if TYPE_CHECKING:
    from decimal import Decimal

    from basisdesk.venues.trading import Reply, Session


def clock(body: bytes) -> Reply:
    """Read the venue's time."""
    return done(ServerTime(ns(shapes.clock.decode(body).at)))


def instruments(ask: AskInstruments, body: bytes, session: Session) -> Reply:
    """Read the instruments of a line, or the page with their funding terms."""
    if ask.cursor == FUNDING:
        return _funding_terms(ask.line, body, session)
    found = [_with_known_funding(each, session) for each in decode_instruments(ask.line, body)]
    further = None if ask.line == "spot" else AskInstruments(ask.line, FUNDING)
    reply = done(*map(Terms, found), further=further)
    return msgspec.structs.replace(reply, capacities=_capacities(ask.line, body))


def _capacities(line: str, body: bytes) -> tuple[tuple[str, float], ...]:
    """Return what the buckets of a line hold for this account and address; limits in another shape are passed over."""
    try:
        told = rated(line, read_rates(body).rates)
    except UNREADABLE:
        return ()
    return tuple((name, float(rate.limit)) for name, rate in told)


def _with_known_funding(instrument: Instrument, session: Session) -> Instrument:
    known = session.instruments.get(instrument.symbol)
    if known is None or instrument.kind is not Kind.PERPETUAL:
        return instrument
    return _terms(instrument, known)


def _terms(instrument: Instrument, source: Instrument | shapes.FundingTerms | None) -> Instrument:
    """Return an instrument with the funding terms of `source`, the usual ones for none."""
    if source is None:
        return msgspec.structs.replace(instrument, funding_interval=FUNDING_HOURS, funding_cap=None, funding_floor=None)
    if isinstance(source, Instrument):
        interval, cap, floor = source.funding_interval, source.funding_cap, source.funding_floor
    else:
        interval, cap, floor = source.hours, _bound(source.cap), _bound(source.floor)
    return msgspec.structs.replace(instrument, funding_interval=interval, funding_cap=cap, funding_floor=floor)


def _funding_terms(line: str, body: bytes, session: Session) -> Reply:
    rows = [row for raw in shapes.funding_rows.decode(body) if (row := _funding_row(raw)) is not None]
    told = {row.code: row for row in rows if 0 < row.hours <= 24}  # noqa: PLR2004 (a day)
    perpetuals = [each for each in session.instruments.values() if each.market == line and each.kind is Kind.PERPETUAL]
    changed = [(each, _terms(each, told.get(each.code))) for each in perpetuals]
    return done(*(Terms(new) for old, new in changed if new != old))


def _bound(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else exact(rate)


def _funding_row(raw: bytes) -> shapes.FundingTerms | None:
    """Return a row of the list, None for one that cannot be read: it hides no other."""
    try:
        row = shapes.funding_row(raw)
        _bound(row.cap), _bound(row.floor)
    except UNREADABLE:
        return None
    return row


def funding(ask: AskFunding, body: bytes, session: Session) -> Reply:
    """Read the estimate of the coming settlement and ask for the last one, or read that."""
    market = session.instruments.get(ask.symbol)
    interval = market.funding_interval if market is not None else None
    cap = market.funding_cap if market is not None else None
    floor = market.funding_floor if market is not None else None
    if ask.cursor == SETTLED:
        rows = shapes.settled_rates(body)
        last = max(rows, key=lambda row: row.at, default=None)
        if last is None:
            return done()
        at = ns(last.at)
        return done(Funding(at=at, symbol=ask.symbol, settled=exact(last.rate), settled_at=at, interval=interval))
    told = _premium(body)
    rate = shapes.number(told.rate) if told.rate and told.next_at else None
    update = Funding(
        at=ns(told.at),
        symbol=ask.symbol,
        predicted=rate,
        next_at=ns(told.next_at),
        interval=interval,
        cap=cap,
        floor=floor,
    )
    return done(update, further=AskFunding(ask.symbol, SETTLED))


def _premium(body: bytes) -> shapes.PremiumIndex:
    """COIN-M answers with a list even for one symbol."""
    if body.lstrip()[:1] != b"[":
        return shapes.premium(body)
    rows = shapes.premiums(body)
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} markets where one was asked for")
    return rows[0]
