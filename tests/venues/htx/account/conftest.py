"""A session that knows one market of each line, and bodies spelled as the venue spells them."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from msgspec import structs

from basisdesk.domain.errors import Refusal
from basisdesk.venues.htx import VENUE
from basisdesk.venues.trading import Credentials, Private, Reply, Request, Response, Session, Trading

if TYPE_CHECKING:
    from collections.abc import Callable

    from basisdesk.domain.account import Update
    from basisdesk.domain.ask import Ask

NOW = 1_700_000_000_000_000_000  # 2023-11-14 22:13:20
KEY, SECRET = "demoKey000000000000000000000000001", "demoSecret00000000000000000000000001"
SPOT, LINEAR, SWAP, FUTURE = "htx:BTC/USDT", "htx:BTC/USDT:USDT", "htx:BTC/USD:BTC", "htx:BTC/USD:BTC-231229"
ISOLATED_STAMPS = {"AccessKeyId", "SignatureMethod", "SignatureVersion", "Timestamp", "Signature"}


class Desk:
    """Asks the codec, and looks into what comes out."""

    def __init__(self) -> None:
        assert VENUE.trading is not None
        self.trading: Trading = VENUE.trading
        self.session = Session(credentials=Credentials(KEY, SECRET))
        self.session.know([found for found in VENUE.well_known() if found.base in {"BTC", "ETH"}])
        for code in ("BTC231229", "ETH231229", "BTC240329"):
            future = VENUE.terms_of("coin_futures", code)
            assert future is not None
            self.session.know([future])
        self.session.learned["spot_account"] = "1001"

    def limit(self, symbol: str, **changes: Any) -> None:
        """Change an instrument's terms."""
        self.session.know([structs.replace(self.session.instruments[symbol], **changes)])

    def ask(self, ask: Ask) -> Request:
        """Return the request of an ask."""
        request = self.trading.encode(ask, self.session, NOW)
        assert isinstance(request, Request), request
        return request

    def refused(self, ask: Ask) -> Refusal:
        """Return why an ask is refused."""
        refusal = self.trading.encode(ask, self.session, NOW)
        assert isinstance(refusal, Refusal), refusal
        assert refusal.message[0].isalnum() or refusal.message[0] == "'"
        return refusal

    def sent(self, ask: Ask) -> tuple[str, str, dict[str, Any]]:
        """Return method, path and parameters (of the query, or of the body where there is one)."""
        request = self.ask(ask)
        path, _, query = request.path.partition("?")
        told: dict[str, Any] = {name: text for name, text in parse_qsl(query) if name not in ISOLATED_STAMPS}
        return request.method, path, json.loads(request.body) if request.body else told

    def hear(self, ask: Ask, body: Any, status: int = 200, **headers: str) -> Reply:
        """Return what a response to an ask means."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        return self.trading.decode(self.ask(ask), Response(status, raw, told, NOW), self.session)


AUTH = {"spot": {"action": "req", "code": 200, "ch": "auth", "data": {}}}
CONTRACT_AUTH = {"op": "auth", "type": "api", "err-code": 0, "ts": 1, "data": {"user-id": "1"}}


class Wire:
    """A private connection and what goes over it."""

    def __init__(self, desk: Desk, line: str) -> None:
        (stream,) = desk.trading.privates([line, "no such line", line], desk.session)
        self.private: Private = stream
        self.line = line
        self.now = NOW

    def hear(self, message: Any) -> list[Update]:
        frame = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.private.receive(gzip.compress(frame) if self.line != "spot" else frame, self.now)

    def sent(self) -> list[Any]:
        return [json.loads(frame) for frame in self.private.to_send()]

    def open(self) -> Wire:
        self.private.connected(self.now)
        self.sent()
        self.hear(AUTH.get(self.line, CONTRACT_AUTH))
        for message in self.sent():
            if self.line == "spot":
                self.hear({"action": "sub", "code": 200, "ch": message["ch"], "data": {}})
            else:
                self.hear({"op": "sub", "cid": message["cid"], "topic": message["topic"], "ts": 1, "err-code": 0})
        assert self.private.ready
        return self


@pytest.fixture
def desk() -> Desk:
    """A desk with a key, an account number and four lines."""
    return Desk()


@pytest.fixture
def wire(desk: Desk) -> Callable[[str], Wire]:
    """Make the private connection of a line."""
    return lambda line: Wire(desk, line)
