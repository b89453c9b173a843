"""What requests name: lines, markets and orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basisdesk.domain.errors import Refusal
from basisdesk.venues.binance.hosts import LINES

if TYPE_CHECKING:
    from basisdesk.domain.ask import OrderRef
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Session

_ROOTS = {"spot": "/api/v3", "usdm": "/fapi/v1", "coinm": "/dapi/v1"}


def root(line: str) -> str:
    """Return the beginning of a line's usual paths."""
    return _ROOTS[line]


def refuse_line(line: str) -> Refusal | None:
    """Refuse a line that the venue does not have."""
    if line in LINES:
        return None
    return Refusal("unknown_line", f"binance has no product line {line[:40]!r}: use one of {', '.join(LINES)}")


def refuse_spot(line: str, what: str) -> Refusal | None:
    """Refuse what futures alone have, and lines that are none."""
    if line == "spot":
        return Refusal("unsupported", f"binance spot has no {what}: ask usdm or coinm")
    return refuse_line(line)


def market_of(symbol: str, session: Session, line: str = "") -> Instrument | Refusal:
    """Return the market of a symbol; refused where it is not known, or not one of `line`."""
    refusal = refuse_line(line) if line else None
    if refusal is not None:
        return refusal
    if not symbol:
        return Refusal("symbol_needed", f"binance {line} does this for one market at a time: name the symbol")
    market = session.instruments.get(symbol)
    if market is None or market.venue != "binance":
        return Refusal(
            "unknown_symbol", f"{symbol[:60]!r} is not a known market of binance: load its instruments first"
        )
    if line and market.market != line:
        return Refusal("unknown_symbol", f"{symbol} is a market of {market.market}, not of {line}: name that line")
    return market


def order_name(ref: OrderRef) -> tuple[str, str | int] | Refusal:
    """Return the parameter that names an order: the venue's id where it is known, else ours."""
    if ref.venue_id:
        if ref.venue_id.isascii() and ref.venue_id.isdigit():
            return ("orderId", int(ref.venue_id[:20]))
        return Refusal("bad_order_id", f"{ref.venue_id[:60]!r} is no order id of binance: these are whole numbers")
    if ref.client_id:
        return ("origClientOrderId", ref.client_id)
    return Refusal("no_order_id", f"an order on {ref.symbol} is named by the venue's id or by the client id: give one")
