"""Who may ask: signatures, tokens, basic keys, and messages that are none."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from basisdesk.sim.dialects.deribit.access import sign
from basisdesk.sim.exchange.logins import FULL
from basisdesk.sim.faults import Switch

if TYPE_CHECKING:
    from tests.sim.dialects.deribit.conftest import Stand

S = 1_000_000_000
KEY, SECRET = FULL.credentials.key, FULL.credentials.secret
METHOD = "private/get_positions"


def error(answer: tuple[int, dict[str, Any]]) -> tuple[int, int, str]:
    status, message = answer
    return status, message["error"]["code"], message["error"].get("data", {}).get("reason", "")


def signature(stand: Stand, path: str, **more: Any) -> str:
    parts = {"id": KEY, "ts": str(stand.now // 1_000_000), "nonce": "n", "secret": SECRET} | more
    signed = sign(parts["secret"], f"{parts['ts']}\n{parts['nonce']}\nGET\n{path}\n\n")
    return f"deri-hmac-sha256 id={parts['id']},ts={parts['ts']},sig={signed},nonce={parts['nonce']}"


def test_a_request_may_be_signed_with_any_nonce(stand: Stand) -> None:
    for path, query in ((f"/api/v2/{METHOD}", ""), (f"/api/v2/{METHOD}?kind=future", "kind=future")):
        assert stand.get(METHOD, query, authorization=signature(stand, path))[0] == 200


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"id": "nobody"}, "invalid_credentials"),
        ({"ts": "now"}, "invalid_credentials"),
        ({"secret": "wrong"}, "invalid_signature"),
        ({"ts": "1700000000000"}, "invalid_timestamp"),
    ],
)
def test_a_signature_must_be_right(more: dict[str, str], reason: str, stand: Stand) -> None:
    header = signature(stand, f"/api/v2/{METHOD}", **more)
    assert error(stand.get(METHOD, authorization=header)) == (401, 13009, reason)


def test_without_any_of_them_nothing_private_is_told(stand: Stand) -> None:
    assert error(stand.get(METHOD)) == (401, 13009, "missing_authorization")
    assert error(stand.get(METHOD, authorization="Bearer nothing")) == (401, 13009, "invalid_token")


def test_a_key_itself_is_taken_too(stand: Stand) -> None:
    def basic(text: str) -> str:
        return f"Basic {base64.b64encode(text.encode()).decode()}"

    assert stand.get(METHOD, authorization=basic(f"{KEY}:{SECRET}"))[0] == 200
    assert error(stand.get(METHOD, authorization=basic(f"{KEY}:wrong")))[1] == 13004
    assert error(stand.get(METHOD, authorization=basic("nobody:x")))[1] == 13004
    assert error(stand.get(METHOD, authorization="Basic ???"))[1] == 13009


def test_a_token_lives_as_long_as_it_says_and_is_renewed_once(stand: Stand) -> None:
    query = f"grant_type=client_credentials&client_id={KEY}&client_secret={SECRET}"
    _, told = stand.get("public/auth", query)
    assert told["result"]["expires_in"] == 365 * 86_400
    _, told = stand.get("public/auth", f"{query}&scope=expires:900")
    token = told["result"]
    assert (token["expires_in"], token["token_type"]) == (900, "bearer")
    assert token["scope"] == "connection mainaccount account:read trade:read_write wallet:read"
    bearer = f"Bearer {token['access_token']}"
    stand.now += 899 * S
    assert stand.get(METHOD, authorization=bearer)[0] == 200
    refresh = f"grant_type=refresh_token&refresh_token={token['refresh_token']}"
    _, renewed = stand.get("public/auth", refresh)
    stand.now += S
    assert error(stand.get(METHOD, authorization=bearer)) == (401, 13009, "invalid_token")
    assert stand.get(METHOD, authorization=f"Bearer {renewed['result']['access_token']}")[0] == 200
    assert error(stand.get("public/auth", refresh))[1] == 13009


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"grant_type=client_credentials&client_id={KEY}&client_secret=wrong", 13004),
        ("grant_type=client_credentials&client_id=nobody&client_secret=x", 13004),
        (f"grant_type=client_signature&client_id={KEY}&timestamp=1&signature=x", 13004),
        ("grant_type=password", -32602),
        ("grant_type=client_credentials", -32602),
        ("grant_type=refresh_token&refresh_token=x", 13009),
    ],
)
def test_logins_that_are_refused(query: str, code: int, stand: Stand) -> None:
    assert error(stand.get("public/auth", query))[1] == code


def test_a_revoked_key_and_an_ended_token_are_of_no_use(stand: Stand) -> None:
    _, told = stand.get("public/auth", f"grant_type=client_credentials&client_id={KEY}&client_secret={SECRET}")
    bearer = f"Bearer {told['result']['access_token']}"
    plug = stand.plug().login()
    stand.exchange.faults.switch("revoke", Switch(fault="revoke"))
    assert error(stand.get(METHOD, authorization=bearer))[1] == 13009
    assert plug.rpc(METHOD)["error"]["code"] == 13009


def test_a_token_may_come_with_the_call(stand: Stand) -> None:
    _, told = stand.get("public/auth", f"grant_type=client_credentials&client_id={KEY}&client_secret={SECRET}")
    plug = stand.plug()
    assert plug.rpc(METHOD)["error"]["code"] == 13009
    assert plug.rpc(METHOD, access_token=told["result"]["access_token"])["result"] == []
    assert plug.rpc(METHOD, access_token="x")["error"]["code"] == 13009


def test_a_body_may_stand_for_a_query(stand: Stand) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": "a", "method": "public/get_time", "params": {}}).encode()
    slashed = body.replace(b'"public', b'"/public').replace(b"{}", b"null")
    assert stand.dialect.http(stand.call("POST", "/api/v2", body=slashed), stand.now).status == 200
    for path in ("/api/v2", "/api/v2/public/get_time"):
        answer = stand.dialect.http(stand.call("POST", path, body=body), stand.now)
        assert json.loads(answer.body)["id"] == "a"
        assert answer.status == 200
    other = stand.dialect.http(stand.call("POST", "/api/v2/public/test", body=body), stand.now)
    assert json.loads(other.body)["error"]["code"] == -32600
    signed = json.dumps({"jsonrpc": "2.0", "id": 1, "method": METHOD, "params": {}}).encode()
    stamp = stand.now // 1_000_000
    text = f"{stamp}\nn\nPOST\n/api/v2/{METHOD}\n{signed.decode()}\n"
    header = f"deri-hmac-sha256 id={KEY},ts={stamp},sig={sign(SECRET, text)},nonce=n"
    answer = stand.dialect.http(
        stand.call("POST", f"/api/v2/{METHOD}", body=signed, headers={"authorization": header}), stand.now
    )
    assert json.loads(answer.body)["result"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PUT", "/api/v2/public/test", b"", -32600),
        ("GET", "/api/v1/public/test", b"", -32601),
        ("POST", "/api/v2", b"{", -32700),
        ("POST", "/api/v2", b"[]", -32600),
        ("POST", "/api/v2", b'{"method":"public/test"}', -32600),
        ("POST", "/api/v2", b"{" + b" " * 33_000 + b"}", -32600),
    ],
)
def test_what_is_no_request(method: str, path: str, body: bytes, code: int, stand: Stand) -> None:
    answer = stand.dialect.http(stand.call(method, path, body=body), stand.now)
    assert json.loads(answer.body)["error"]["code"] == code


def test_the_address_is_the_live_ones(stand: Stand) -> None:
    assert stand.dialect.origins == {"api": ("https://www.deribit.com", "wss://www.deribit.com")}


def test_used_up_limits_are_told_and_pass(stand: Stand) -> None:
    stand.dialect.exhaust(stand.now, stand.now + S)
    assert error(stand.get("public/get_time"))[:2] == (429, 10028)
    stand.now += S
    assert stand.get("public/get_time")[0] == 200
    statuses = [stand.get("public/get_time")[0] for _ in range(101)]
    assert (statuses[0], statuses[-1]) == (200, 429)
