"""`basisdesk venues` and `basisdesk markets`: what venues can do, how they are, and what can be traded there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.app.codes import UNREACHED
from basisdesk.app.reach import reach
from basisdesk.app.sheet import Sheet, open_console
from basisdesk.app.talk import Talk
from basisdesk.app.visit import PATIENCE, visiting
from basisdesk.app.watching import Watching
from basisdesk.domain.arithmetic import plain
from basisdesk.domain.check import size_unit
from basisdesk.domain.instrument import Margin
from basisdesk.shell.live.health import Capability, Health
from basisdesk.venues import VENUES

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.app.visit import Visit
    from basisdesk.domain.instrument import Instrument
    from basisdesk.venues.trading import Capabilities

SECOND = 1_000_000_000
STEP = 0.1
CALM = 3 * SECOND
"""When no health has changed for this long (ns), it is shown as it is."""


def venues(
    sim: str = "",
    keys: Path | None = None,
    *,
    offline: bool = False,
    unconfirmed: bool = False,
    as_json: bool = False,
) -> int:
    """Show every venue's capabilities and, unless `offline`, its health; return the exit code.

    `unconfirmed` shows what no source confirms, with the tests that would settle it; as JSON it is always there.
    """
    health = {} if offline else asyncio.run(_health(sim, keys))
    rows = [
        {"venue": name, **_capability_row(each), "health": health.get(name)}
        for name in VENUES
        for each in capabilities_of(name)
    ]
    if as_json:
        print(msgspec.json.encode(rows).decode())  # noqa: T201 (the command's answer)
        return 0
    console = open_console()
    _capability_sheet(rows).print(console)
    if not offline:
        _health_sheet(health).print(console)
    if unconfirmed:
        _unconfirmed_sheet(rows).print(console)
    else:
        count = sum(len(row["unconfirmed"]) for row in rows)
        text = f"{count} points are not confirmed by any source: --unconfirmed shows them, as docs/venues does"
        console.print(text, soft_wrap=True)
    return 0


def markets(venue: str = "", underlying: str = "", sim: str = "", *, as_json: bool = False) -> int:
    """Show the markets of venues, those of one underlying if named; `UNREACHED` when a venue told none."""
    found, faults = asyncio.run(_instruments(sim, venue))
    wanted = underlying.upper()
    chosen = sorted((each for each in found if not wanted or each.base == wanted), key=lambda each: each.symbol)
    for fault in faults:
        Talk().say(f"error: {fault}")
    if as_json:
        print(msgspec.json.encode([_instrument_row(each) for each in chosen]).decode())  # noqa: T201 (the command's answer)
        return UNREACHED if faults else 0
    if chosen:
        _market_sheet(chosen).print(open_console())
    elif not faults:
        there = ", ".join(sorted({each.base for each in found}))
        Talk().say(f"no market has the underlying {underlying!r}: choose among {there}, or leave --underlying out")
    return UNREACHED if faults else 0


def capabilities_of(venue: str) -> list[Capabilities]:
    """Return the capabilities of a venue's lines."""
    trading = VENUES[venue].trading
    return [] if trading is None else list(trading.capabilities.values())


async def _health(sim: str, keys: Path | None) -> dict[str, dict[str, dict[str, Any]]]:
    found = reach(sim, keys)
    async with visiting(found, Watching(), keys=True) as visit:
        await visit.loaded()
        for _ in range(int(PATIENCE / STEP)):
            if all(_settled(visit, name) for name in found.venues):
                break
            await asyncio.sleep(STEP)
        return {name: {each.value: _condition(visit, name, each) for each in Capability} for name in found.venues}


def _settled(visit: Visit, venue: str) -> bool:
    """Say whether waiting longer would change nothing: all is up, nothing changes, or the venue cannot be reached."""
    live, post = visit.live, visit.live.posts[venue]
    if not post.listing.known:
        return True
    wanted = Capability if post.account is not None else (Capability.DATA,)
    conditions = [live.board.of(venue, each) for each in wanted]
    if all(condition.health is Health.UP for condition in conditions):
        return True
    return live.clock.now() - max(condition.since for condition in conditions) > CALM


def _condition(visit: Visit, venue: str, capability: Capability) -> dict[str, Any]:
    live, post = visit.live, visit.live.posts[venue]
    condition = live.board.of(venue, capability)
    if capability is Capability.DATA:
        reason = condition.reason if post.listing.known else visit.why(venue)
    else:
        reason = condition.reason if post.account is not None else "no key"
    return {
        "health": condition.health.value,
        "reason": reason,
        "age_s": round(condition.age(live.clock.now()) / SECOND, 3),
    }


async def _instruments(sim: str, venue: str) -> tuple[list[Instrument], list[str]]:
    async with visiting(reach(sim, None, venue, public=True), Watching()) as visit:
        faults = [f"{name} did not list its markets: {visit.why(name)}" for name in await visit.loaded()]
        return list(visit.live.instruments().values()), faults


def _capability_row(each: Capabilities) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(each)
    row["amend"], row["market_buy"], row["client_ids"] = each.amend.value, each.market_buy.value, each.client_ids.value
    for name in ("order_memory", "request_life"):
        span = row.pop(name)
        row[f"{name}_s"] = None if span is None else span / SECOND
    row["unconfirmed"] = [{"point": point, "test": test} for point, test in each.unconfirmed]
    return row


def _capability_sheet(rows: list[dict[str, Any]]) -> Sheet:
    names = (
        "market\nbuy",
        "amend",
        "post\nonly",
        "reduce\nonly",
        "dead man",
        "orders over",
        "client ids",
        "batch",
        "hedge\nmode",
        "unconfirmed",
    )
    sides = "lllllllrlr"
    sheet = Sheet("Capabilities", ("venue", "l"), ("line", "l"), *zip(names, sides, strict=True))
    for row in rows:
        span = row["dead_man"]
        sheet.add(
            row["venue"],
            row["line"],
            row["market_buy"],
            row["amend"],
            _yes(row["post_only"]),
            _yes(row["reduce_only"]),
            f"{span[0]}–{span[1]} s by {row['dead_man_scope']}" if span else "no",
            "WebSocket, HTTP" if row["socket_orders"] else "HTTP",
            row["client_ids"],
            f"{row['batch']}",
            _yes(row["hedge_mode"]),
            f"{len(row['unconfirmed'])}",
        )
    return sheet


def _unconfirmed_sheet(rows: list[dict[str, Any]]) -> Sheet:
    sheet = Sheet("Not confirmed by any source", ("venue", "l"), ("line", "l"), ("point", "l"), ("test", "l"))
    for row in rows:
        for place, each in enumerate(row["unconfirmed"], 1):
            sheet.add(row["venue"], row["line"], each["point"], each["test"], last=place == len(row["unconfirmed"]))
    return sheet


def _health_sheet(health: dict[str, dict[str, dict[str, Any]]]) -> Sheet:
    sheet = Sheet("Health", ("venue", "l"), ("for", "l"), ("health", "l"), ("age", "r"), ("reason", "l"))
    for venue, table in health.items():
        for place, (capability, condition) in enumerate(table.items(), 1):
            sheet.add(
                venue,
                capability,
                condition["health"].upper(),
                f"{condition['age_s']:.0f} s",
                condition["reason"] or "-",
                last=place == len(table),
            )
    return sheet


def _market_sheet(found: list[Instrument]) -> Sheet:
    sheet = Sheet(
        f"{len(found):,} markets",
        ("market", "l"),
        ("kind", "l"),
        ("margin", "l"),
        ("tick", "r"),
        ("step", "r"),
        ("minimum", "r"),
        ("size counts", "l"),
        ("min notional", "r"),
        ("contract", "r"),
        ("expiry", "l"),
        ("funding", "r"),
        ("maker/taker", "r"),
        ("orders", "l"),
    )
    for each in found:
        sheet.add(
            each.symbol,
            each.kind.value,
            each.margin.value,
            plain(each.tick),
            plain(each.step),
            plain(each.min_size),
            size_unit(each),
            f"{plain(each.min_notional)} {each.quote}" if each.min_notional else "-",
            _contract(each),
            _day(each.expiry),
            f"{each.funding_interval} h" if each.funding_interval else "-",
            f"{_bp(each.maker_fee)}/{_bp(each.taker_fee)} bp",
            "taken" if each.tradable else "refused",
        )
    return sheet


def _instrument_row(each: Instrument) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: plain(value) if isinstance(value := getattr(each, name), Decimal) else built
        for name, built in msgspec.to_builtins(each).items()
    }
    row["expiry"] = None if each.expiry is None else datetime.fromtimestamp(each.expiry / SECOND, UTC).isoformat()
    return row


def _contract(each: Instrument) -> str:
    """What one contract stands for: quote money of an inverse one, else coin."""
    if not each.sized_in_contracts:
        return "-"
    return f"{plain(each.contract_size)} {each.quote if each.margin is Margin.INVERSE else each.base}"


def _day(expiry: int | None) -> str:
    return "-" if expiry is None else f"{datetime.fromtimestamp(expiry / SECOND, UTC):%Y-%m-%d %H:%M}"


def _bp(fee: Decimal) -> str:
    return plain((fee * 10_000).normalize())


def _yes(value: object) -> str:
    return "yes" if value else "no"
