"""What a replay found, as tables for a person.

Missing figures are a dash, a minus is a minus sign, sizes say what they count, and a total line says how fast it went.
Of an order, what is unhedged and too little for any further order is called dust: it is no exposure to be acted on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from basisdesk.app.report import COUNTS, Outcome, order_rows, position_views, spread_summaries, text
from basisdesk.app.samples import COLUMNS
from basisdesk.app.sheet import Sheet, open_console
from basisdesk.domain.check import size_unit
from basisdesk.kernel.book import VALID, state_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIGURES = ("first", "last", "min", "median", "max")
_BP_DIGITS = 2


def print_tables(outcome: Outcome) -> None:
    """Write the report to stdout."""
    console = open_console()
    if outcome.desk.markets:
        _markets(outcome).print(console)
    if outcome.sampler.wanted is not None or outcome.desk.spreads:
        _spreads(outcome).print(console)
    if outcome.entries:
        _orders(outcome).print(console)
        legs = _legs(outcome)
        if legs.rows:  # a refused order has none
            legs.print(console)
    if outcome.desk.state.fills:
        _fills(outcome).print(console)
        _positions(outcome).print(console)
    console.print(_total(outcome), soft_wrap=True)


def _markets(outcome: Outcome) -> Sheet:
    names = [name.replace("_", " ") for name in COUNTS]
    sheet = Sheet(
        "Markets", ("market", "l"), *((name, "r") for name in names), ("ticker", "r"), ("book", "l"), ("orders", "l")
    )
    desk = outcome.desk
    for symbol, market in sorted(desk.markets.items()):
        tally = market.tally
        refusal = desk.refusal_of(symbol)
        state = market.book.state(desk.now)
        ticker = f"{tally.ticker_agrees:,} = / {tally.ticker_differs:,} ≠"
        sheet.add(
            symbol,
            *(f"{getattr(tally, name):,}" for name in COUNTS),
            ticker if tally.ticker_agrees or tally.ticker_differs else "-",
            "valid" if state == VALID else state_name(state),
            "taken" if refusal is None else f"refused: {refusal.message}",
        )
    return sheet


def _spreads(outcome: Outcome) -> Sheet:
    names = [period.name for period in outcome.periods]
    sheet = Sheet(
        "Spreads (sampled every 100 ms while both books are valid; bp of LEG2's mid)",
        ("spread", "l"),
        ("", "l"),
        *((name, "r") for name in _FIGURES),
        *((f"{name} candles", "r") for name in names),
    )
    for name, found in sorted(spread_summaries(outcome, COLUMNS).items()):
        places = _places(outcome, name)
        for number, key in enumerate(COLUMNS):
            digits = _BP_DIGITS if key.endswith("_bp") else places
            figures = [_figure(found[key][figure], digits) for figure in _FIGURES]
            candles = [f"{found['candles'][period]:,}" if not number else "" for period in names]
            sheet.add(name if not number else "", key.replace("_", " "), *figures, *candles, last=key == COLUMNS[-1])
    return sheet


def _places(outcome: Outcome, name: str) -> int:
    """Decimals of a spread's prices: one more than the finer tick has, for mids; 2 where no tick is known."""
    spread = outcome.desk.spreads.get(name)
    if spread is None:
        return 2
    listed = outcome.desk.instruments
    ticks = [listed[leg.symbol].tick for leg in (spread.leg1, spread.leg2) if leg.symbol in listed]
    exponents = [tick.normalize().as_tuple().exponent for tick in ticks]
    least = min((each for each in exponents if isinstance(each, int)), default=-8)
    return max(-least + 1, 1)


def _orders(outcome: Outcome) -> Sheet:
    names = ("order", "spread", "side", "type", "size", "filled", "unit", "state")
    prices = ("trigger", "displayed", "fired", "achieved")
    sheet = Sheet(
        "Orders",
        *zip(names, "llllrrll", strict=True),
        *((name, "r") for name in prices),
        ("unhedged", "r"),
        ("fees", "l"),
        ("reason", "l"),
    )
    for row in order_rows(outcome):
        sheet.add(
            row["order_id"] or row["key"],
            row["spread"],
            row["side"],
            row["type"],
            _short(row["size"]),
            _short(row["filled"]),
            row["unit"] or "",
            row["state"],
            *(_short(row[name]) for name in prices),
            _unhedged(row),
            _fees(row["fees"]),
            row["reason"],
        )
    return sheet


def _legs(outcome: Outcome) -> Sheet:
    sizes = ("sent", "filled", "unwound")
    names = ("order", "leg", "market", "side", *sizes, "unit", "average", "status", "fees", "reason")
    sheet = Sheet("Legs", *zip(names, "llllrrrlrlll", strict=True))
    for row in order_rows(outcome):
        for leg in row["legs"]:
            sheet.add(
                row["order_id"],
                str(leg["leg"]),
                leg["symbol"],
                leg["side"],
                *(_short(leg[name]) for name in sizes),
                leg["unit"],
                _short(leg["average"]),
                leg["status"] or "-",
                _fees(leg["fees"]),
                leg["message"],
            )
    return sheet


def _fills(outcome: Outcome) -> Sheet:
    names = ("time (UTC)", "order", "leg", "market", "side", "price", "size", "unit", "in coin", "fee", "asset")
    sheet = Sheet("Fills", *zip(names, "lllllrrlrrl", strict=True))
    instruments = outcome.desk.instruments
    for fill in outcome.desk.state.fills:
        sheet.add(
            _clock(fill.at),
            fill.order_id,
            str(fill.leg),
            fill.symbol,
            fill.side.value,
            _short(text(fill.price)),
            _short(text(fill.size)),
            size_unit(instruments[fill.symbol]),
            _short(text(fill.base)),
            _short(text(fill.fee)),
            fill.fee_asset,
        )
    return sheet


def _positions(outcome: Outcome) -> Sheet:
    names = (
        "position",
        "size",
        "unit",
        "entry",
        "mark",
        "PnL",
        "asset",
        "PnL in quote",
        "fees",
        "fees in quote",
        "net",
    )
    sheet = Sheet(
        "Positions (valued at the middle of the books; PnL before fees)", *zip(names, "lrlrrrlrlrr", strict=True)
    )
    for view in position_views(outcome):
        sheet.add(view.spread, _signed(view.size), view.unit, *_worth(view))
        for leg in view.legs:
            unit = size_unit(outcome.desk.instruments[leg.symbol])
            sheet.add(f"  {leg.symbol}", _signed(leg.size), unit, *_worth(leg))
    return sheet


def _worth(view: Any) -> tuple[str, ...]:  # both views of profit have these fields
    return (
        _short(text(view.entry)),
        _short(text(view.mark)),
        _signed(view.pnl),
        view.pnl_asset,
        _signed(view.pnl_quote),
        _fees({asset: text(amount) or "" for asset, amount in view.fees.items()}),
        _short(text(view.fees_quote)),
        _signed(view.net),
    )


def _total(outcome: Outcome) -> str:
    speed = outcome.frames_per_second
    pace = f" in {outcome.elapsed:.2f} s, {speed:,.0f} frames/s" if speed else ""
    errors = f"; {len(outcome.errors)} of the recordings could not be read whole" if outcome.errors else ""
    return f"{outcome.frames:,} frames over {outcome.span / 1e9:,.1f} s of market time{pace}{errors}"


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:+,.{places}f}".replace("-", "\N{MINUS SIGN}")


def _unhedged(row: Mapping[str, Any]) -> str:
    """Name dust as such: all states but INCOMPLETE promise that what is left is below the smallest order."""
    left = _short(row["unhedged"])
    return left if row["state"] == "INCOMPLETE" or not Decimal(row["unhedged"]) else f"dust {left}"


def _short(value: str | None) -> str:
    """Decimal text to at most eight places, without closing zeros and with a minus sign.

    What eight places do not show is written whole: a zero would say that there is nothing.
    """
    if value is None:
        return "-"
    whole, _, places = value.partition(".")
    kept = (places if Decimal(value) and not Decimal(f"{whole}.{places[:8]}0") else places[:8]).rstrip("0")
    return (f"{whole}.{kept}" if kept else whole).replace("-", "\N{MINUS SIGN}")


def _signed(value: Decimal | None) -> str:
    if value is None:
        return "-"
    return f"{'+' if value > 0 else ''}{_short(text(value))}"


def _fees(fees: Mapping[str, str]) -> str:
    return ", ".join(f"{_short(amount)} {asset}" for asset, amount in fees.items()) or "-"


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at // 10**9, UTC).strftime("%H:%M:%S") + f".{at // 10**6 % 1000:03d}"
