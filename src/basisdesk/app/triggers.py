"""Armed auto-triggers: from the board's touch to the engine's size-weighted question.

The board compares best prices, which costs nothing per tick; only when they reach a trigger is the order's whole size
priced and offered to the engine, which decides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from basisdesk.domain.effect import AcceptOrder, Claim, EndOrder, RefuseOrder
from basisdesk.domain.errors import UsageError
from basisdesk.domain.order import Side, SpreadOrderType

if TYPE_CHECKING:
    from basisdesk.app.room import Room
    from basisdesk.app.universe import Universe
    from basisdesk.domain.effect import Effect
    from basisdesk.domain.event import Event
    from basisdesk.kernel.board import Board
    from basisdesk.venues.contract import Market


NOISE = 1e-12
"""How far the float difference of two prices may be from the decimal one, as a share of the prices, and much more."""
LARGEST_PRICE = 1e6


class Triggers:
    """Which order waits behind which trigger of which board."""

    def __init__(self, universe: Universe, room: Room) -> None:
        self._universe = universe
        self._room = room
        self._orders: dict[int, str] = {}
        self._armed: dict[str, tuple[int, Board]] = {}
        self._unopened: dict[str, AcceptOrder] = {}
        self._count = 0
        room.told.append(self._hear)

    def fire(self, triggers: list[int], now: int) -> None:
        """The board says that these are true on the touch."""
        self._room.now = max(self._room.now, now)
        for trigger in triggers:
            order_id = self._orders.get(trigger)
            if order_id is not None:
                self._room.offer(order_id)

    def check(self, order_id: str) -> None:
        """Offer an order just taken on: its spread may be there already."""
        if order_id in self._armed:
            self._room.offer(order_id)

    def opened(self) -> None:
        """A market opened: arm what waited for it."""
        for effect in list(self._unopened.values()):
            self._arm(effect)

    def _hear(self, _event: Event, decided: list[Effect]) -> None:
        for effect in decided:
            match effect:
                case AcceptOrder() if effect.request.type is SpreadOrderType.AUTO_TRIGGER:
                    self._arm(effect)
                case Claim() | EndOrder():
                    self._disarm(effect.order_id)
                case RefuseOrder():
                    order_id = self._room.state.keys.get(effect.key)
                    if order_id is not None:
                        self._disarm(order_id)
                case _:
                    pass

    def _arm(self, effect: AcceptOrder) -> None:
        request = effect.request
        assert request.trigger is not None  # the engine refuses an auto-trigger without one
        try:
            spread = self._universe.spread(request.spread)
        except UsageError:
            self._unopened[effect.order_id] = effect  # listed, but nobody has opened both legs yet
            return
        self._unopened.pop(effect.order_id, None)
        self._count += 1
        slack = NOISE * max(float(abs(request.trigger)), *(_scale(leg) for leg in (spread.leg1, spread.leg2)))
        buy = request.side is Side.BUY
        spread.board.arm(self._count, spread.pair, buy, float(request.trigger) + (slack if buy else -slack))
        self._orders[self._count] = effect.order_id
        self._armed[effect.order_id] = self._count, spread.board

    def _disarm(self, order_id: str) -> None:
        self._unopened.pop(order_id, None)
        trigger, board = self._armed.pop(order_id, (0, None))
        if board is not None:
            board.disarm(trigger)
            del self._orders[trigger]


def _scale(market: Market) -> float:
    mid = market.book.mid()
    return LARGEST_PRICE if math.isnan(mid) else mid
