"""Who is asking: signatures, tokens, scopes, and how much one may ask.

A request over HTTP is signed (``deri-hmac-sha256``), bears a token (``Bearer``), or the key itself (``Basic``); a
connection logs in once with ``public/auth``.
How late a signature may be is not documented; half a minute is taken here.
Limits are pools that refill: credits for most calls, separate ones for orders, for the list of instruments and for
subscriptions; whoever is over one is told 10028, and a connection ends.
Followed: https://docs.deribit.com/articles/authentication, /articles/access-scope and /articles/rate-limits.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from basisdesk.sim.contract import Exchange, Login
from basisdesk.sim.dialects.deribit.rows import NS_PER_MS
from basisdesk.sim.dialects.deribit.rpc import Wrong
from basisdesk.sim.dialects.signatures import hex_signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from basisdesk.sim.contract import HttpCall
    from basisdesk.sim.dialects.deribit.rpc import Params

SECOND = 1_000_000_000
WINDOW_MS = 30_000
TOKEN_S = 31_536_000
"""A year, as the venue's sample answer says; a scope may ask for less."""

WRITES = "read_write"
SCHEME = "deri-hmac-sha256 "
POOLS = {
    "credits": (50_000.0, 10_000.0),
    "matching": (20.0, 5.0),
    "cancel_all": (20.0, 5.0),
    "instruments": (50.0, 1.0),
    "subscribe": (10.0, 3.3),
}
"""Pool to what it holds and what comes back in a second."""


def unauthorized(reason: str) -> Wrong:
    """Return the failure of an unknown caller."""
    return Wrong(13009, "unauthorized", reason)


@dataclass(slots=True)
class Pool:
    """What is left, as of when."""

    left: float
    at: int


@dataclass(slots=True)
class Limits:
    """Pools by name and owner (an account, an address); `until` is when nothing at all is left before."""

    pools: dict[tuple[str, str], Pool] = field(default_factory=dict)
    until: int = 0

    def spend(self, name: str, owner: str, units: float, now: int) -> None:
        """Take units; `Wrong` where there are not enough."""
        most, refill = POOLS[name]
        pool = self.pools.setdefault((name, owner), Pool(most, now))
        pool.left = min(most, pool.left + (now - pool.at) * refill / SECOND)
        pool.at = now
        if now < self.until or pool.left < units:
            raise Wrong(10028, "too_many_requests")
        pool.left -= units


@dataclass(slots=True)
class Token:
    """A token's owner and end (ns)."""

    login: Login
    until: int


@dataclass(slots=True)
class Gate:
    """Keys and tokens of a venue; `chance` makes the tokens."""

    exchange: Exchange
    chance: Random
    access: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, Token] = field(default_factory=dict)

    def expire(self) -> None:
        """End every token."""
        self.access.clear()
        self.refresh.clear()

    def auth(self, params: Params, now: int) -> tuple[Token, dict[str, object]]:
        """Answer ``public/auth``: the token, and what is said of it."""
        grant = params.choice("grant_type", ("client_credentials", "client_signature", "refresh_token"))
        if grant == "client_credentials":
            login = self._key(params.text("client_id"))
            if params.text("client_secret") != login.credentials.secret:
                raise Wrong(13004, "invalid_credentials")
        elif grant == "client_signature":
            login = self._signed(params, now)
        else:
            old = self.refresh.pop(params.text("refresh_token"), None)
            if old is None or self.exchange.login(old.login.credentials.key) is None:
                raise Wrong(13009, "unauthorized", "invalid_token")
            login = old.login
        asked = dict(word.partition(":")[::2] for word in params.text("scope", "").split())
        login = narrowed(login, asked)
        lives = int(asked["expires"]) if asked.get("expires", "").isdecimal() else TOKEN_S
        token = Token(login, now + lives * SECOND)
        names = [f"{self.chance.getrandbits(192):048x}" for _ in range(2)]
        self.access[names[0]] = self.refresh[names[1]] = token
        told: dict[str, object] = {
            "access_token": names[0], "refresh_token": names[1], "expires_in": lives, "token_type": "bearer",
            "scope": scope(login, asked.get("session", "")), "enabled_features": [],
        }  # fmt: skip
        return token, told | ({"state": params.text("state")} if params.has("state") else {})

    def _signed(self, params: Params, now: int) -> Login:
        login = self._key(params.text("client_id"))
        stamp, nonce = params.whole("timestamp"), params.text("nonce", "")
        text = f"{stamp}\n{nonce}\n{params.text('data', '')}"
        if params.text("signature") != sign(login.credentials.secret, text):
            raise Wrong(13004, "invalid_credentials")
        _fresh(stamp, now)
        return login

    def _key(self, key: str) -> Login:
        login = self.exchange.login(key)
        if login is None:
            raise Wrong(13004, "invalid_credentials")
        return login

    def bearer(self, token: str, now: int) -> Login:
        """Return whose token this is."""
        found = self.access.get(token)
        if found is None or now >= found.until or self.exchange.login(found.login.credentials.key) is None:
            raise unauthorized("invalid_token")
        return found.login

    def caller(self, call: HttpCall, now: int) -> Login:
        """Return who sent a request over HTTP."""
        header = call.headers.get("authorization", "")
        if header.startswith("Bearer "):
            return self.bearer(header.removeprefix("Bearer "), now)
        if header.startswith("Basic "):
            return self._basic(header.removeprefix("Basic "))
        if not header.lower().startswith(SCHEME):
            raise unauthorized("missing_authorization")
        parts = dict(part.strip().partition("=")[::2] for part in header[len(SCHEME) :].split(","))
        login = self.exchange.login(parts.get("id", ""))
        if login is None or not parts.get("ts", "").isdecimal():
            raise unauthorized("invalid_credentials")
        path = f"{call.path}?{call.query}" if call.query else call.path
        text = f"{parts['ts']}\n{parts.get('nonce', '')}\n{call.method}\n{path}\n{call.body.decode(errors='replace')}\n"
        if parts.get("sig") != sign(login.credentials.secret, text):
            raise unauthorized("invalid_signature")
        _fresh(int(parts["ts"]), now)
        return login

    def _basic(self, text: str) -> Login:
        try:
            key, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise unauthorized("invalid_credentials") from None
        login = self._key(key)
        if secret != login.credentials.secret:
            raise Wrong(13004, "invalid_credentials")
        return login


def sign(secret: str, text: str) -> str:
    """Return the signature of a text."""
    return hex_signature(secret, text)


def _fresh(stamp: int, now: int) -> None:
    if abs(stamp - now // NS_PER_MS) > WINDOW_MS:
        raise unauthorized("invalid_timestamp")


def narrowed(login: Login, asked: Mapping[str, str]) -> Login:
    """Return a login with no more rights than a token was asked for; a scope that is not named stays as it is."""
    rights = login.permissions
    trade, moves = (asked.get(word, WRITES) == WRITES for word in ("trade", "wallet"))
    return replace(login, permissions=replace(rights, trade=rights.trade and trade, withdraw=rights.withdraw and moves))


def scope(login: Login, session: str = "") -> str:
    """Return a key's rights in the venue's words; there is none for moving money but not out of the venue."""
    rights = login.permissions
    words = ["account:read", "trade:read_write" if rights.trade else "trade:read"]
    words.append("wallet:read_write" if rights.withdraw else "wallet:read")
    return " ".join([f"session:{session}" if session else "connection", "mainaccount", *words])


def check_scope(login: Login, needed: str) -> None:
    """Refuse a method that the key may not call."""
    if needed and needed not in scope(login).split():
        raise Wrong(13021, "forbidden", f"scope {needed} is missing")
