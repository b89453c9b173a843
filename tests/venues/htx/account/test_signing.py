"""Signatures: the worked examples of the venue's own rules."""

from __future__ import annotations

from typing import Any

import pytest

from basisdesk.venues.htx.account.sign import contract_login, query_of, signature, signed_query, spot_login, timestamp
from basisdesk.venues.trading import Credentials

KEY, SECRET = "demoKey000000000000000000000000001", "demoSecret00000000000000000000000001"
NOW = 1_700_000_000_999_999_999
CREDENTIALS = Credentials(KEY, SECRET)


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("api.huobi.pro", "/v1/order/orders/place", "xtb0ruIudikwOdiIG1sc90s3Ec%2FYBp7uprWlU0%2BWXqA%3D"),
        ("api.hbdm.vn", "/linear-swap-api/v1/swap_cross_order", "shjlL9AJxmLbTTMXgD4kXrJqcylpt6Y%2BYxel3cPhwm0%3D"),
    ],
)
def test_a_post_is_signed_with_host_and_path(host: str, path: str, expected: str) -> None:
    query = signed_query(CREDENTIALS, "POST", host, path, {}, NOW)
    assert query.endswith(f"&Signature={expected}")
    assert "Timestamp=2023-11-14T22%3A13%3A20" in query


def test_the_spot_socket_is_logged_in_with_version_two_point_one() -> None:
    login: dict[str, Any] = spot_login(CREDENTIALS, "api.huobi.pro", "/ws/v2", NOW)
    assert login["action"] == "req"
    assert login["ch"] == "auth"
    assert login["params"]["signature"] == "Z3tntR4jBYLm7Q1gl6VPNhdRTcO3J3OY9lWSo66sqmA="
    assert login["params"]["signatureVersion"] == "2.1"


def test_a_contract_socket_is_logged_in_with_version_two() -> None:
    login = contract_login(CREDENTIALS, "api.hbdm.com", "/linear-swap-notification", NOW)
    assert login["op"] == "auth"
    assert login["Signature"] == "1Rk92vNRD17sVcw/xl8rP0uq2P5Kdnkrn/JJXa6ofyI="


def test_parameters_are_sorted_by_byte_and_percent_encoded() -> None:
    assert query_of({"b": "a b+c", "A": "1:2/3", "a": "ü"}) == "A=1%3A2%2F3&a=%C3%BC&b=a%20b%2Bc"


def test_the_host_is_signed_in_small_letters() -> None:
    assert signature("s", "GET", "API.huobi.pro", "/a", "") == signature("s", "GET", "api.huobi.pro", "/a", "")


def test_a_time_is_written_to_the_second() -> None:
    assert timestamp(NOW) == "2023-11-14T22:13:20"
