"""`basisdesk doctor`: can this machine trade?  Clock, reach, and what the keys may do, venue by venue.

A key that may withdraw is refused: the desk never needs that right, and a stolen key would.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from basisdesk.app.codes import FAILED, OK, UNREACHED
from basisdesk.app.reach import reach
from basisdesk.app.sheet import Sheet, open_console
from basisdesk.app.visit import visiting
from basisdesk.app.watching import Watching
from basisdesk.domain.account import Permissions
from basisdesk.domain.ask import AskPermissions
from basisdesk.domain.errors import Refusal
from basisdesk.domain.outcome import Done, Rejected
from basisdesk.shell.live.clock import ALARM

if TYPE_CHECKING:
    from pathlib import Path

    from basisdesk.app.visit import Visit
    from basisdesk.shell.live.live import Live
    from basisdesk.shell.live.post import Post

SECOND = 1_000_000_000
PATIENCE = 12.0
STEP = 0.1


def run(sim: str = "", keys: Path | None = None, venue: str = "", use: str = "trade", *, as_json: bool = False) -> int:
    """Examine; return 0 when every venue that was asked can be used, 4 when one is out of reach, else 1.

    Raises:
        UsageError: an unknown venue.
        VenueError: no simulator answers.
        ConfigurationError: the file of keys cannot be used.
    """
    rows = asyncio.run(_examine(sim, keys, venue, use))
    if as_json:
        print(msgspec.json.encode(rows).decode())  # noqa: T201 (the command's answer)
    else:
        sheet = Sheet("Doctor", ("venue", "l"), ("check", "l"), ("result", "l"), ("what", "l"))
        for row in rows:
            for place, (check, found) in enumerate(row["checks"].items(), 1):
                sheet.add(row["venue"], check, found["result"], found["what"], last=place == len(row["checks"]))
        sheet.print(open_console())
    if any(row["checks"]["reach"]["result"] == "bad" for row in rows):
        return UNREACHED
    return OK if all(row["ok"] for row in rows) else FAILED


async def _examine(sim: str, keys: Path | None, venue: str, use: str) -> list[dict[str, Any]]:
    found = reach(sim, keys, venue, use)
    async with visiting(found, Watching(), keys=True) as visit:
        await visit.loaded(PATIENCE)
        return [await _venue(visit, name) for name in found.venues]


async def _venue(visit: Visit, name: str) -> dict[str, Any]:
    post = visit.live.posts[name]
    for _ in range(int(PATIENCE / STEP)):
        if post.site.time.measured or not post.listing.known:
            break
        await asyncio.sleep(STEP)
    checks = {"reach": _reach(visit, name), "clock": _clock(post), "key": await _key(visit.live, name)}
    return {"venue": name, "ok": all(each["result"] != "bad" for each in checks.values()), "checks": checks}


def _reach(visit: Visit, name: str) -> dict[str, Any]:
    known = visit.live.posts[name].listing.known
    if known:
        return _told("good", f"{len(known):,} markets listed", markets=len(known))
    return _told("bad", visit.why(name))


def _clock(post: Post) -> dict[str, Any]:
    time = post.site.time
    if not time.measured:
        return _told("bad", "the venue did not tell its time")
    offset = round(-time.offset / SECOND, 3) + 0.0  # no minus before a zero
    words = f"this clock is {offset:+.3f} s off the venue's"
    if abs(time.offset) > ALARM:
        advice = "set it with NTP; requests are signed with the venue's time meanwhile"
        return _told("poor", f"{words}: {advice}", offset_s=offset)
    return _told("good", words, offset_s=offset)


async def _key(live: Live, name: str) -> dict[str, Any]:
    if live.posts[name].account is None:
        return _told("none", "no key: market data only")
    reply = await live.ask(name, AskPermissions())
    if isinstance(reply, Refusal):
        return _told("poor", reply.message)
    if isinstance(reply.outcome, Rejected):
        return _told(
            "bad", f"the venue refuses the key ({reply.outcome.message}): compare it with the venue's page of keys"
        )
    if not isinstance(reply.outcome, Done):
        return _told("bad", reply.outcome.message)
    rights = [update for update in reply.updates if isinstance(update, Permissions)]
    return judged(rights[0]) if rights else _told("poor", "the venue does not tell what the key may do")


def judged(rights: Permissions) -> dict[str, Any]:
    """Say whether a key with these rights may be used."""
    table = {
        "read": rights.read, "trade": rights.trade, "transfer": rights.transfer, "withdraw": rights.withdraw,
        "bound to addresses": rights.addresses,
    }  # fmt: skip
    words = ", ".join(f"{name} {_said(value)}" for name, value in table.items())
    if rights.withdraw:
        result, what = "bad", f"refused: the key may withdraw; make one without that right ({words})"
    elif rights.trade is False:
        result, what = "poor", f"the key cannot trade ({words})"
    elif rights.withdraw is None:
        result, what = "poor", f"the venue does not tell whether the key may withdraw: look at its page ({words})"
    else:
        result, what = "good", words
    return _told(result, what, rights=table)


def _said(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _told(result: str, what: str, **facts: object) -> dict[str, Any]:
    """Return what was found: in words, and its `facts` as values for programs."""
    return {"result": result, "what": what, **facts}
