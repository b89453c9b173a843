"""A right to withdraw is found however a venue spells it, and never taken for absent where nothing is told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from basisdesk.domain.account import Permissions
from basisdesk.domain.ask import AskPermissions
from basisdesk.venues import VENUES
from basisdesk.venues.trading import Credentials, Request, Response, Session

NOW = 1_700_000_000_000_000_000
BINANCE = {"enableReading": True, "enableSpotAndMarginTrading": True, "enableFutures": True, "ipRestrict": False}
WALLET = {"Spot": ["SpotTrade"], "Wallet": ["AccountTransfer"]}


def bybit(permissions: Any, **more: Any) -> Any:
    return {"retCode": 0, "retMsg": "", "result": {"readOnly": 0, "userID": 7, "permissions": permissions, **more}}


def okx(rights: str) -> Any:
    return {
        "code": "0",
        "msg": "",
        "data": [{"uid": "7", "acctLv": "2", "posMode": "net_mode", "perm": rights, "ip": ""}],
    }


def deribit(scope: str) -> Any:
    token = {"access_token": "a", "refresh_token": "r", "expires_in": 900, "token_type": "bearer", "scope": scope}
    return {"jsonrpc": "2.0", "result": token}


def htx(rights: str) -> Any:
    return {
        "code": 200,
        "data": [{"accessKey": "demoKey", "permission": rights, "ipAddresses": "", "status": "normal"}],
    }


CASES: list[tuple[str, Any, bool | None, bool | None]] = [  # venue, answer, may withdraw, may trade
    ("binance", BINANCE | {"enableWithdrawals": True}, True, True),
    ("binance", BINANCE | {"enableWithdrawals": False, "enableSpotAndMarginTrading": False}, False, True),
    ("bybit", bybit(WALLET), False, True),
    ("bybit", bybit(WALLET | {"Wallet": ["Withdraw"]}), True, True),
    ("bybit", bybit(WALLET | {"Wallet": ["AccountTransfer", "withdrawal"]}, readOnly=1), True, False),
    ("bybit", bybit(WALLET | {"Earn": ["EarnWithdraw"]}), True, True),
    ("bybit", bybit({"Spot": ["SpotTrade"]}), None, True),
    ("bybit", bybit(WALLET | {"Wallet": None}), None, True),
    ("okx", okx("read_only,trade"), False, True),
    ("okx", okx("read_only,withdraw,trade"), True, True),
    ("okx", okx("read_only, Trade, Withdraw"), True, True),
    ("okx", okx(""), None, None),
    ("deribit", deribit("account:read trade:read_write wallet:read"), False, True),
    ("deribit", deribit("account:read trade:read wallet:none"), False, False),
    ("deribit", deribit("account:read_write trade:read_write wallet:read_write"), True, True),
    ("deribit", deribit("trade:read_write wallet:write"), True, True),
    ("deribit", deribit("trade:read_write"), None, True),
    ("htx", htx("readOnly,trade"), False, True),
    ("htx", htx("readOnly, trade, withdraw"), True, True),
    ("htx", htx("readOnly,Withdraw"), True, False),
]  # fmt: skip


@pytest.mark.parametrize(("venue", "answer", "withdraw", "trade"), CASES)
def test_what_a_key_may_do_is_read_safely(venue: str, answer: Any, withdraw: bool | None, trade: bool | None) -> None:
    trading = VENUES[venue].trading
    assert trading is not None
    session = Session(Credentials("demoKey", "demoSecret", "demoPass"))
    session.learned |= {"user": "7"}
    request = trading.encode(AskPermissions(), session, NOW)
    assert isinstance(request, Request)
    reply = trading.decode(request, Response(200, json.dumps(answer).encode(), {}, NOW), session)
    (told,) = [each for each in reply.updates if isinstance(each, Permissions)]
    assert (told.withdraw, told.trade) == (withdraw, trade)
