"""Signatures.

Four lines are signed: method, host, path, and the sorted and percent-encoded query with the key, the method, the
version and the time in it; a body is not signed.
The time is written to the second in UTC and must be within five minutes of the venue's clock, which is what limits how
long a request can be accepted.
Sockets are logged in with the same four lines; spot's newer one spells the names in small letters and says version 2.1.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#authentication and .../#authentication-on-websocket.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from basisdesk.venues.signatures import base64_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.venues.trading import Credentials

SECOND = 1_000_000_000
LIFE = 300 * SECOND
METHOD = "HmacSHA256"


def timestamp(now: int) -> str:
    """Return a time (ns) as the venue wants it: ``2023-11-14T22:13:20``."""
    return datetime.fromtimestamp(now // SECOND, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")


def signed_at(query: str) -> int:
    """Return when (ns, to the second) a request with this query was signed, 0 where it was not."""
    stamps = parse_qs(query).get("Timestamp", [])
    return int(datetime.fromisoformat(f"{stamps[0]}Z").timestamp()) * SECOND if stamps else 0


def query_of(parameters: Mapping[str, str]) -> str:
    """Return parameters sorted by name and percent-encoded, with capital hexadecimals and no plus signs."""
    return "&".join(f"{quote(name, safe='')}={quote(parameters[name], safe='')}" for name in sorted(parameters))


def signature(secret: str, method: str, host: str, path: str, query: str) -> str:
    """Return the signature of a request in Base64."""
    return base64_signature(secret, f"{method}\n{host.lower()}\n{path}\n{query}")


def signed_query(
    credentials: Credentials, method: str, host: str, path: str, parameters: Mapping[str, str], now: int
) -> str:
    """Return the whole query of a REST request, the signature last."""
    query = query_of({**parameters, **_stamp(credentials.key, now)})
    return f"{query}&Signature={quote(signature(credentials.secret, method, host, path, query), safe='')}"


def contract_login(credentials: Credentials, host: str, path: str, now: int) -> dict[str, str]:
    """Return the frame that logs a contract socket in."""
    stamp = _stamp(credentials.key, now)
    signed = signature(credentials.secret, "GET", host, path, query_of(stamp))
    return {"op": "auth", "type": "api", **stamp, "Signature": signed}


def spot_login(credentials: Credentials, host: str, path: str, now: int) -> dict[str, object]:
    """Return the frame that logs the spot socket of version 2 in."""
    stamp = {
        "accessKey": credentials.key,
        "signatureMethod": METHOD,
        "signatureVersion": "2.1",
        "timestamp": timestamp(now),
    }
    signed = signature(credentials.secret, "GET", host, path, query_of(stamp))
    return {"action": "req", "ch": "auth", "params": {"authType": "api", **stamp, "signature": signed}}


def _stamp(key: str, now: int) -> dict[str, str]:
    return {
        "AccessKeyId": key,
        "SignatureMethod": METHOD,
        "SignatureVersion": "2",
        "Timestamp": timestamp(now),
    }
