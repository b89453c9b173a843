"""Private methods that cancel: one order, those of a label, or many.

What cancels many answers how many there were, or with `detailed` each of them; `kind` and `type` leave some out.
Followed: https://docs.deribit.com/api-reference/trading and /articles/json-rpc-overview (detailed responses).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.ask import OrderRef
from basisdesk.sim.contract import Refused
from basisdesk.sim.dialects.deribit.market import LINE, currency_named, currency_of, market_of
from basisdesk.sim.dialects.deribit.rows import Row, index_of
from basisdesk.sim.dialects.deribit.rpc import Params, Wrong, invalid
from basisdesk.sim.dialects.deribit.trading import CLOSED, Office, found, label_of, living, shows

if TYPE_CHECKING:
    from basisdesk.domain.account import OrderUpdate
    from basisdesk.sim.contract import Login

TYPES = ("all", "limit", "trigger_all", "stop", "take", "trailing_stop")


def cancel(office: Office, login: Login, params: Params, now: int) -> Row:
    """Cancel an order."""
    update = found(office, login, params, now)
    answer = office.exchange.cancel(login.account, OrderRef(symbol="", venue_id=update.venue_id), now)
    if isinstance(answer, Refused):
        raise Wrong(*CLOSED)
    return office.row(answer)


def cancel_by_label(office: Office, login: Login, params: Params, now: int) -> object:
    """Cancel every order that bears a label."""
    label, currency = label_of(params), currency_of(office.exchange, params, default="any")
    mine = [update for update in living(office, login, currency) if update.client_id == label]
    return _told(office, params, _each(office, login, mine, now))


def cancel_all(office: Office, login: Login, params: Params, now: int) -> object:
    """Cancel every order."""
    return _told(office, params, office.exchange.cancel_all(login.account, LINE, "", now))


def cancel_all_by_instrument(office: Office, login: Login, params: Params, now: int) -> object:
    """Cancel every order of a market."""
    symbol = market_of(office.exchange, params).instrument.symbol
    meant = shows(params, TYPES)
    return _told(office, params, office.exchange.cancel_all(login.account, LINE, symbol, now) if meant else [])


def cancel_all_by_currency(office: Office, login: Login, params: Params, now: int) -> object:
    """Cancel every order of a currency."""
    mine = living(office, login, currency_of(office.exchange, params))
    return _told(office, params, _each(office, login, mine if shows(params, TYPES) else [], now))


def cancel_all_by_kind_or_type(office: Office, login: Login, params: Params, now: int) -> object:
    """Cancel every order of a currency or of several."""
    names = [currency_named(office.exchange, each) for each in params.several("currency")]
    mine = [update for name in dict.fromkeys(names) for update in living(office, login, name)]
    return _told(office, params, _each(office, login, mine if shows(params, TYPES) else [], now))


def cancel_all_by_currency_pair(office: Office, login: Login, params: Params, now: int) -> object:
    """Cancel every order of the markets of an index."""
    pair, markets = params.text("currency_pair"), office.exchange.markets
    if pair not in {index_of(market.instrument) for market in markets.values()}:
        raise invalid("currency_pair")
    mine = [each for each in living(office, login, "any") if index_of(markets[each.symbol].instrument) == pair]
    return _told(office, params, _each(office, login, mine if shows(params, TYPES) else [], now))


def _each(office: Office, login: Login, orders: list[OrderUpdate], now: int) -> list[OrderUpdate]:
    """Cancel orders one by one; return those that were."""
    refs = [OrderRef(symbol="", venue_id=update.venue_id) for update in orders]
    answers = [office.exchange.cancel(login.account, ref, now) for ref in refs]
    return [answer for answer in answers if not isinstance(answer, Refused)]


def _told(office: Office, params: Params, done: list[OrderUpdate]) -> object:
    return [{"order": office.row(update)} for update in done] if params.flag("detailed") else len(done)
