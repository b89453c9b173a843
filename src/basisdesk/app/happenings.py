"""The desk's log as the terminal shows it: one line for each thing a person would want to know of.

Lines come from what the feeds report and from what the engine hears and decides; the newest are kept.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from basisdesk.domain import effect as effects
from basisdesk.domain import event as events
from basisdesk.domain.stream import LogRow
from basisdesk.engine.gate import frozen_because
from basisdesk.engine.view import shown
from basisdesk.venues.contract import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Event
    from basisdesk.venues.contract import Report

LINES = 200
_GOOD = (Trouble.RESYNCED,)


class Happenings:
    """The newest lines; `count` tells how many there ever were."""

    def __init__(self, is_exposed: Callable[[str], bool]) -> None:
        """`is_exposed` says of an order whether what it leaves unhedged could be traded, or is dust."""
        self.count = 0
        self._is_exposed = is_exposed
        self._lines: deque[LogRow] = deque(maxlen=LINES)

    def rows(self) -> list[LogRow]:
        """Newest first."""
        return list(reversed(self._lines))

    def say(self, at: int, level: str, text: str) -> None:
        """Add a line; `level` is info, warning or error."""
        self.count += 1
        self._lines.append(LogRow(at=at, level=level, text=text))

    def report(self, report: Report) -> None:
        """Take what a feed reports."""
        level = "info" if report.trouble in _GOOD else "warning"
        where = f"{report.symbol}: " if report.symbol else ""
        detail = f" ({report.detail})" if report.detail else ""
        self.say(report.at, level, f"{where}{report.trouble.value}{detail}")

    def heard(self, event: Event, decided: list[Effect]) -> None:
        """Take what the engine heard and what it decided."""
        match event:
            case events.LegRejected():
                self.say(event.at, "warning", f"{event.client_id}: rejected by the venue: {event.message}")
            case events.LegUnknown():
                self.say(event.at, "warning", f"{event.client_id}: not known what became of it: {event.message}")
            case events.LegFilled():
                text = f"{event.client_id}: {_read(event.size)} filled at {_read(event.price)}"
                self.say(event.at, "info", text)
            case events.ExternalSeen():
                self.say(event.at, "error", frozen_because(event.symbol, event.message))
            case events.Thawed():
                self.say(event.at, "info", f"{event.symbol} is traded again")
            case _:
                pass
        for effect in decided:
            self._decided(effect)

    def _decided(self, effect: Effect) -> None:
        match effect:
            case effects.AcceptOrder(request=request):
                trigger = "" if request.trigger is None else f" at {_read(request.trigger)}"
                kind = request.type.value.replace("_", "-")
                what = f"{request.side.value} {_read(request.size)} of {request.spread}, {kind}{trigger}"
                self.say(effect.at, "info", f"order {effect.order_id}: {what}")
            case effects.RefuseOrder():
                self.say(effect.at, "warning", f"refused: {effect.refusal.message}")
            case effects.Claim():
                self.say(effect.at, "info", f"order {effect.order_id} goes out, spread {_read(effect.displayed)}")
            case effects.EndOrder():
                exposed = bool(effect.residual) and self._is_exposed(effect.order_id)
                what = "unhedged" if exposed else "left, too little to trade"
                left = f", {_read(effect.residual)} {what}" if effect.residual else ""
                level = "warning" if exposed else "info"
                self.say(effect.at, level, f"order {effect.order_id} ended: {effect.reason}{left}")
            case _:
                pass


def _read(value: Decimal) -> str:
    """Return a number for people: in thousands, no long tail of a quotient, no zeros behind it, a real minus sign."""
    text = f"{shown(value):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")
