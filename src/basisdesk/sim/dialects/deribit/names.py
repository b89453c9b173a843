"""Channel names: what each asks for, and which of them there are.

``raw`` needs a login; ``100ms`` and ``agg2`` gather what happened until the next tenth of a second, or the next two.
Followed: https://docs.deribit.com/articles/notifications and /subscriptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from basisdesk.sim.dialects.deribit.indices import TOPICS, market_on
from basisdesk.sim.dialects.deribit.market import KINDS, LINE, RESOLUTIONS, currencies

if TYPE_CHECKING:
    from basisdesk.sim.contract import Exchange, SimMarket

MS = 1_000_000
PERIODS = {"raw": 0, "100ms": 100 * MS, "agg2": 2_000 * MS}
GROUPS = ("none", "1", "2", "5", "10", "25", "100", "250")
DEPTHS = ("1", "10", "20")
ANY = "any"
USER = ("orders", "trades", "changes")
WORDS = {"book": 2, "ticker": 2, "trades": 2, "perpetual": 2, "incremental_ticker": 1, "quote": 1}
"""Topics of one market, and how many words follow."""


class Named(NamedTuple):
    """A channel taken apart.

    `period` is how long (ns) it gathers; `market` is the market it is about, None for many or none; `rest` are the
    words that tell more; `private` asks for a login, as `raw` does.
    """

    name: str
    topic: str
    market: SimMarket | None = None
    period: int = 0
    rest: tuple[str, ...] = ()
    private: bool = False


def named(exchange: Exchange, name: str) -> Named | None:  # noqa: PLR0911 one case a topic
    """Take a channel's name apart; None for one that there is not."""
    word, *rest = name.split(".")
    match word, rest:
        case "user", _:
            return _user(exchange, name, rest)
        case "platform_state", [] | ["public_methods_state"]:
            return Named(name, word)
        case "instrument", ["state", kind, currency] if kind in KINDS and _is_currency(exchange, currency):
            return Named(name, "instrument", rest=(currency,))
        case word, [index] if word in TOPICS:
            of = market_on(exchange, index)
            period = PERIODS["100ms" if TOPICS[word] == "index" else "agg2"]
            return None if of is None else Named(name, TOPICS[word], of, period)
        case "chart", ["trades", code, resolution] if resolution in RESOLUTIONS:
            return _of_market(exchange, name, "chart", code, "100ms", (resolution,))
        case "book", [code, group, depth, interval] if group in GROUPS and depth in DEPTHS and interval != "raw":
            return _of_market(exchange, name, "grouped", code, interval, (group, depth))
        case "trades", [kind, currency, interval] if kind in KINDS and _is_currency(exchange, currency):
            many = interval in PERIODS and currency != ANY and kind in {"future", ANY}
            return Named(name, "trades_of", None, PERIODS[interval], (currency,), interval == "raw") if many else None
        case (("incremental_ticker" | "quote"), [code]):
            return _of_market(exchange, name, word, code, "100ms" if word != "quote" else "agg0", ())
        case (("book" | "ticker" | "trades" | "perpetual"), [code, interval]):
            return _of_market(exchange, name, word, code, interval, ())
        case _:
            return None


def _of_market(
    exchange: Exchange, name: str, topic: str, code: str, interval: str, rest: tuple[str, ...]
) -> Named | None:
    market = exchange.market_of(LINE, code)
    period = 0 if interval == "agg0" else PERIODS.get(interval)
    if market is None or period is None:
        return None
    return Named(name, topic, market, period, rest, interval == "raw")


def _user(exchange: Exchange, name: str, rest: list[str]) -> Named | None:
    match rest:
        case [("orders" | "trades" | "changes") as topic, code, interval] if interval in PERIODS:
            market = exchange.market_of(LINE, code)
            return None if market is None else Named(name, topic, market, 0, (interval,), private=True)
        case [("orders" | "trades" | "changes") as topic, kind, currency, interval]:
            if interval not in PERIODS or kind not in KINDS or not _is_currency(exchange, currency):
                return None
            return Named(name, topic, None, 0, (interval, currency), private=True)
        case ["portfolio", currency] if _is_currency(exchange, currency.upper() if currency != ANY else ANY):
            return Named(name, "portfolio", rest=(currency,), private=True)
        case ["liquidation"] | ["lock"] | ["access_log"]:
            return Named(name, rest[0], private=True)
        case _:
            return None


def _is_currency(exchange: Exchange, currency: str) -> bool:
    return currency == ANY or currency in {*currencies(exchange), "USDC", "USDT"}
