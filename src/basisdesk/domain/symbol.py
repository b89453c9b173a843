"""Names of markets: the unified symbol with the venue in front.

``binance:BTC/USDT`` is spot, ``binance:BTC/USDT:USDT`` a linear perpetual (settled in the quote),
``binance:BTC/USD:BTC`` an inverse one (settled in the base), ``deribit:BTC/USD:BTC-231229`` a dated future that expires
on 2023-12-29.
A symbol says the day of expiry and no hour; venues deliver at 08:00 UTC unless their metadata says otherwise.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from basisdesk.domain.errors import UsageError
from basisdesk.domain.instrument import Kind, Margin

DELIVERY_HOUR = 8
_EXAMPLE = "write venue:BASE/QUOTE[:SETTLE[-YYMMDD]], such as binance:BTC/USDT or deribit:BTC/USD:BTC-231229"
_ASSET = r"[^\s:/~\-]+"
_PATTERN = re.compile(
    rf"(?P<venue>[a-z][a-z0-9_]*):(?P<base>{_ASSET})/(?P<quote>{_ASSET})"
    rf"(:(?P<settle>{_ASSET})(-(?P<expiry>[0-9]{{6}}))?)?"
)


class Symbol(msgspec.Struct, frozen=True):
    """The parts of a symbol; `settle` is empty for spot, `expiry` (YYMMDD) for spot and perpetuals."""

    venue: str
    base: str
    quote: str
    settle: str = ""
    expiry: str = ""

    @property
    def kind(self) -> Kind:
        """Spot, perpetual or dated."""
        if not self.settle:
            return Kind.SPOT
        return Kind.DATED if self.expiry else Kind.PERPETUAL

    @property
    def margin(self) -> Margin:
        """Spot, linear (settled in the quote) or inverse (settled in the base)."""
        if not self.settle:
            return Margin.SPOT
        return Margin.INVERSE if self.settle == self.base else Margin.LINEAR

    @property
    def text(self) -> str:
        """The symbol as one word."""
        settle = f":{self.settle}" if self.settle else ""
        expiry = f"-{self.expiry}" if self.expiry else ""
        return f"{self.venue}:{self.base}/{self.quote}{settle}{expiry}"

    def expiry_at(self, hour: int = DELIVERY_HOUR) -> int | None:
        """Return the delivery time in ns UTC at an hour of the day of expiry; None for spot and perpetuals."""
        return None if not self.expiry else _day(self.expiry) + hour * 3600 * 10**9


def parse_symbol(text: str) -> Symbol:
    """Take a symbol apart.

    Raises:
        UsageError: it is malformed, names the same coin twice, settles in a third currency, or has no such day.
    """
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a market: {_EXAMPLE}")
    symbol = Symbol(**{name: part or "" for name, part in found.groupdict().items()})
    if symbol.base == symbol.quote:
        raise UsageError(f"{text!r} has {symbol.base} on both sides: {_EXAMPLE}")
    if symbol.settle and symbol.settle not in {symbol.base, symbol.quote}:
        raise UsageError(
            f"{text!r} settles in {symbol.settle}: contracts settle in their base (inverse) or their quote (linear)"
        )
    if symbol.expiry:
        try:
            _day(symbol.expiry)
        except ValueError:
            raise UsageError(f"{text!r} expires on {symbol.expiry}, which is no day: write YYMMDD") from None
    return symbol


def expiry_text(at: int) -> str:
    """Return the YYMMDD of a time in ns UTC."""
    return datetime.fromtimestamp(at // 10**9, UTC).strftime("%y%m%d")


def _day(text: str) -> int:
    """Return midnight UTC of a YYMMDD day of this century, in ns; ValueError where there is no such day."""
    day = datetime(2000 + int(text[:2]), int(text[2:4]), int(text[4:]), tzinfo=UTC)
    return int(day.timestamp()) * 10**9
