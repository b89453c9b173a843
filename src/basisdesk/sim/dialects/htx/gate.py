"""Who may come in: key, signature, clock, rights.

Four lines are signed, and the host is one of them: the live names that an address stands for are taken, and the address
itself, with its port and without it: live addresses have none, so most clients sign the bare name.
Clients of others cut addresses that are not the live ones in ways of their own, and those are taken too: one signs the
whole ``ws://`` address as the path of a private socket, one signs ``http:`` as the host where the address is not https.
Followed: https://huobiapi.github.io/docs/spot/v1/en/#authentication.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote

from basisdesk.sim.dialects.htx.refuse import Style, unsigned
from basisdesk.sim.dialects.signatures import agrees, base64_signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from basisdesk.sim.contract import Exchange, HttpCall, Login

HOSTS: Mapping[str, Sequence[str]] = {
    "spot": ("api.huobi.pro", "api-aws.huobi.pro"),
    "contract": ("api.hbdm.com", "api.hbdm.vn"),
}
WINDOW = 300 * 1_000_000_000
NEWER = "2.1"
_REST = {"key": "AccessKeyId", "method": "SignatureMethod", "version": "SignatureVersion", "time": "Timestamp"}
_NEWER = {"key": "accessKey", "method": "signatureMethod", "version": "signatureVersion", "time": "timestamp"}


def admit(call: HttpCall, exchange: Exchange, style: Style, now: int) -> Login:
    """Return whose request this is.

    Raises:
        DeniedError: the key, the signature or the clock is refused.
    """
    pairs = parse_qsl(call.query, keep_blank_values=True)
    told = dict(pairs)
    _stamped(told, "2", style, now)
    login = exchange.login(told["AccessKeyId"])
    if login is None:
        raise unsigned(style, "Incorrect Access key")
    query = signed_text((name, value) for name, value in pairs if name != "Signature")
    if not any(
        agrees(signature(login.credentials.secret, call.method, host, unquote(call.path), query), told["Signature"])
        for host in hosts_of(call)
    ):
        raise unsigned(style, "Verification failure")
    return login


def admit_socket(told: Mapping[str, str], call: HttpCall, exchange: Exchange, style: Style, now: int) -> Login:
    """Return who logs a socket in with these fields; raises as `admit`."""
    spot = style is Style.SPOT
    names = _NEWER if spot else _REST
    given = {_REST[what]: told.get(name, "") for what, name in names.items()}
    given["Signature"] = told.get("signature" if spot else "Signature", "")
    _stamped(given, NEWER if spot else "2", style, now)
    login = exchange.login(given["AccessKeyId"])
    if login is None:
        raise unsigned(style, "Incorrect Access key")
    query = signed_text((names[what], given[_REST[what]]) for what in names)
    paths = (call.path, f"ws://{call.authority}{call.path}")
    secret = login.credentials.secret
    if not any(
        agrees(signature(secret, "GET", host, path, query), given["Signature"])
        for host in hosts_of(call)
        for path in paths
    ):
        raise unsigned(style, "Verification failure")
    return login


def hosts_of(call: HttpCall) -> list[str]:
    """Return the hosts that a request to this address may be signed for."""
    here = call.authority.lower()
    return [*HOSTS[call.host], here, here.partition(":")[0], "http:"]


def signature(secret: str, method: str, host: str, path: str, query: str) -> str:
    """Return what the venue signs these four lines with."""
    return base64_signature(secret, f"{method}\n{host}\n{path}\n{query}")


def signed_text(pairs: Iterable[tuple[str, str]]) -> str:
    """Return parameters as they are signed: sorted by name, percent-encoded."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(pairs))


def _stamped(told: Mapping[str, str], version: str, style: Style, now: int) -> None:
    for name in ("AccessKeyId", "SignatureMethod", "SignatureVersion", "Timestamp", "Signature"):
        if not told.get(name):
            raise unsigned(style, f"Missing {name}")
    if told["SignatureMethod"] != "HmacSHA256" or told["SignatureVersion"] != version:
        raise unsigned(style, "Incorrect signature method or version")
    try:
        signed = datetime.strptime(told["Timestamp"], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise unsigned(style, "Invalid timestamp format") from error
    if abs(int(signed.timestamp()) * 1_000_000_000 - now) > WINDOW:
        raise unsigned(style, "Invalid timestamp: it is more than 5 minutes off")
