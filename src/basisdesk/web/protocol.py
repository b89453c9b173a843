"""What a browser may say, and how it is answered.

A message is one JSON object with exactly one of the keys ``watch``, ``unwatch``, ``place``, ``cancel`` and ``thaw``.
Anything else is answered with one sentence that names the problem, and reaches neither the hub nor the desk.
Orders are checked here for shape only; sizes, steps and limits are the engine's to judge.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from basisdesk.domain.errors import UsageError, nearest
from basisdesk.domain.order import SpreadOrderRequest, SpreadOrderType
from basisdesk.domain.spread import spread_legs
from basisdesk.domain.stream import Cancel, Command, Place, Thaw, Unwatch, Watch

ALWAYS = ("desk", "markets", "matrix", "orders", "fills", "positions", "log")
WATCHABLE = ("ladder", "details", "candles")
SOURCES = ("LAST", "BID", "ASK")
LONGEST_MESSAGE = 8 * 1024
_LONGEST_TOPIC = 300
_VERBS = ("watch", "unwatch", "place", "cancel", "thaw")
_FIELDS = tuple(field.name for field in msgspec.structs.fields(SpreadOrderRequest))
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_PERIOD = re.compile(r"[1-9][0-9]{0,3}[smhd]", re.ASCII)
_LARGEST_DIGITS = 38


def read_message(text: str) -> Command:
    """Turn what a browser sent into a command for the hub.

    Raises:
        UsageError: it is none; the sentence says why.
    """
    if len(text.encode()) > LONGEST_MESSAGE:
        raise UsageError(f"the message has {len(text.encode())} bytes; the limit is {LONGEST_MESSAGE}")
    verb, body = _verb(_json(text))
    match verb:
        case "watch":
            return Watch(_topic(body))
        case "unwatch":
            return Unwatch(_topic(body))
        case "place":
            return _place(body)
        case "cancel":
            return Cancel(*_named("cancel", body, "order_id", "the text shown with the order"))
        case _:
            return Thaw(*_named("thaw", body, "symbol", "the symbol of a frozen market"))


def key_of(text: str) -> str | None:
    """Return the key that a refused order or cancel carried, so that its page knows which one was refused."""
    try:
        message = _json(text)
    except UsageError:
        return None
    bodies = message.values() if isinstance(message, dict) else ()
    keys = [body.get("key") for body in bodies if isinstance(body, dict)]
    return next((key for key in keys if isinstance(key, str) and _KEY.fullmatch(key)), None)


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UsageError(f"the message is not JSON: {error}") from error


def _verb(message: Any) -> tuple[str, Any]:
    if not isinstance(message, dict) or len(message) != 1:
        raise UsageError(f"a message is an object with exactly one of {', '.join(_VERBS)}")
    ((verb, body),) = message.items()
    if verb not in _VERBS:
        raise UsageError(f"unknown message {_shown(verb)}{nearest(verb, _VERBS)}; known are {', '.join(_VERBS)}")
    return verb, body


def _topic(topic: Any) -> str:
    if not isinstance(topic, str) or len(topic) > _LONGEST_TOPIC:
        raise UsageError(f"a topic is a text of at most {_LONGEST_TOPIC} characters")
    kind, _, rest = topic.partition(":")
    if topic in ALWAYS:
        raise UsageError(f"topic {topic} is always sent and need not be watched")
    if kind not in WATCHABLE or not rest:
        raise UsageError(
            f"unknown topic {_shown(topic)}{nearest(kind, WATCHABLE)}; watch ladder:, details: or candles:"
        )
    if kind == "candles":
        rest = _candle_spread(topic, rest)
    spread_legs(rest)
    return topic


def _candle_spread(topic: str, rest: str) -> str:
    spread, source, period = [*rest.rsplit(":", 2), "", ""][:3]
    if source not in SOURCES:
        raise UsageError(
            f"{_shown(topic)} names no source: write candles:SPREAD:SOURCE:PERIOD with {', '.join(SOURCES)}"
        )
    if not _PERIOD.fullmatch(period):
        raise UsageError(f"{_shown(period)} is no candle period: write a number and s, m, h or d, such as 1s or 5m")
    return spread


def _place(body: Any) -> Place:
    fields = _object("place", body, ("key", "request"))
    request = fields["request"]
    if not isinstance(request, dict):
        raise UsageError(f"place: request is an object with {', '.join(_FIELDS)}")
    _known("request", request, _FIELDS)
    try:
        order = msgspec.convert(request, SpreadOrderRequest)
    except msgspec.ValidationError as error:
        raise UsageError(f"the order is refused: {str(error).replace('`', '')}") from error
    _check_order(order)
    return Place(_key(fields["key"]), order)


def _check_order(order: SpreadOrderRequest) -> None:
    spread_legs(order.spread)
    for name, value in (("size", order.size), ("trigger", order.trigger)):
        if value is None:
            continue
        if not value.is_finite():
            raise UsageError(f"{name} {value} is refused: it must be a finite number")
        if len(value.as_tuple().digits) > _LARGEST_DIGITS or abs(value.adjusted()) > _LARGEST_DIGITS:
            raise UsageError(f"{name} is refused: it has more than {_LARGEST_DIGITS} digits")
    if order.size <= 0:
        raise UsageError(f"size {order.size} is refused: it must be above zero")
    if order.type is SpreadOrderType.AUTO_TRIGGER and order.trigger is None:
        raise UsageError("an auto_trigger order needs a trigger price")
    if order.type is SpreadOrderType.MARKET and order.trigger is not None:
        raise UsageError("a market order takes no trigger price; use auto_trigger")


def _named(verb: str, body: Any, name: str, what: str) -> tuple[str, str]:
    """Return the key, and the text that says which one is meant."""
    fields = _object(verb, body, ("key", name))
    text = fields[name]
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_TOPIC:
        raise UsageError(f"{verb}: {name} is {what}")
    return _key(fields["key"]), text


def _object(verb: str, body: Any, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise UsageError(f"{verb} takes an object with {' and '.join(names)}")
    _known(verb, body, names)
    for name in names:
        if name not in body:
            raise UsageError(f"{verb} misses {name}")
    return body


def _known(where: str, body: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in body:
        if name not in names:
            raise UsageError(f"{where}: unknown key {_shown(name)}{nearest(name, names)}; known are {', '.join(names)}")


def _key(key: Any) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise UsageError("key is 8 to 64 letters, digits, - or _, drawn anew for each order")
    return key


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}...")  # noqa: PLR2004 (a readable sentence)
