"""Private streams that are open, and an order and a fill as they tell them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from basisdesk.domain import account as facts
from basisdesk.domain.ask import OpenStream, OrderType
from basisdesk.domain.order import OrderStatus, Side
from basisdesk.domain.outcome import Done
from basisdesk.venues.binance import VENUE
from basisdesk.venues.trading import Private, Reply, Session

SPOT, USDM = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
NOW = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
AT = 1_700_000_000_123 * 1_000_000
DAY = 24 * 60 * MINUTE
D = Decimal


def stream(line: str, session: Session) -> Private:
    assert VENUE.trading is not None
    (made,) = VENUE.trading.privates([line, line], session)
    return made


def opened(line: str, session: Session) -> Private:
    """A stream that is ready."""
    made = stream(line, session)
    if line == "spot":
        made.connected(NOW)
        request = json.loads(made.to_send()[0])
        made.receive(json.dumps({"id": request["id"], "status": 200, "result": {"subscriptionId": 0}}).encode(), NOW)
    else:
        made.to_ask()
        made.replied(OpenStream(line), Reply(outcome=Done(), learned=((f"{line}.listen_key", "KEY"),)), NOW)
        made.connected(NOW)
    assert made.ready
    return made


def heard(line: str, event: dict[str, Any], session: Session) -> list[facts.Update]:
    wrapped = {"subscriptionId": 0, "event": event} if line == "spot" else event
    made = opened(line, session)
    updates = made.receive(json.dumps(wrapped).encode(), NOW)
    assert made.undecoded == 0
    return updates


REPORT = {
    "e": "executionReport", "E": 1700000000124, "s": "BTCUSDT", "c": "test-1", "S": "BUY", "o": "LIMIT", "f": "GTC",
    "q": "1.0", "p": "50000.1", "P": "0.0", "F": "0.0", "g": -1, "C": "", "x": "NEW", "X": "NEW", "r": "NONE", "i": 28,
    "l": "0.0", "z": "0.0", "L": "0.0", "n": "0", "N": None, "T": 1700000000123, "t": -1, "I": 8641984, "w": True,
    "m": False, "M": False, "O": 1700000000123, "Z": "0.0", "Y": "0.0", "Q": "0.0", "W": 1, "V": "NONE",
}  # fmt: skip
OPEN = facts.OrderUpdate(
    at=AT,
    symbol=SPOT,
    venue_id="28",
    client_id="test-1",
    status=OrderStatus.OPEN,
    side=Side.BUY,
    type=OrderType.LIMIT,
    size=D("1.0"),
    price=D("50000.1"),
)
FILL = facts.Fill(
    at=AT,
    symbol=SPOT,
    trade_id="77",
    venue_id="28",
    client_id="test-1",
    side=Side.BUY,
    price=D("50000.0"),
    size=D("0.4"),
    fee=D("0.002"),
    fee_asset="BNB",
    maker=True,
)
