"""Where addresses lead, and the rules of the tree about TLS."""

import ast
from pathlib import Path

import pytest

from basisdesk.shell.live.routes import Routes, origin_of
from basisdesk.shell.live.transport import NotSent

SOURCE = Path(__file__).resolve().parents[3] / "src"


def test_without_a_map_an_address_stands_for_itself() -> None:
    assert Routes().url("wss://a.example:9443/x?y=1") == "wss://a.example:9443/x?y=1"


def test_a_mapped_origin_keeps_its_path_and_query_untouched() -> None:
    routes = Routes({"https://API.venue.example:443": "http://127.0.0.1:80/", "wss://s.example": "ws://[::1]:9"})
    assert routes.url("https://api.venue.example/a%2Fb?c=%20&d") == "http://127.0.0.1:80/a%2Fb?c=%20&d"
    assert routes.url("wss://s.example/ws?k=v#x") == "ws://[::1]:9/ws?k=v#x"


def test_a_mapped_desk_goes_nowhere_else() -> None:
    with pytest.raises(NotSent, match="not among the addresses"):
        Routes({"https://a.example": "http://localhost:1"}).url("https://b.example/")


def test_a_map_may_be_left_open_on_purpose() -> None:
    routes = Routes({"https://a.example": "http://localhost:1"}, closed=False)
    assert routes.url("https://b.example/") == "https://b.example/"


@pytest.mark.parametrize(
    "address",
    [
        "http://api.venue.example/", "ws://10.0.0.1/", "http://192.168.1.1:8080/x", "ws://[2001:db8::1]/", "http://0.0.0.0/",
        "http://127.0.0.1.example/", "http://localhost.example/", "http://user@10.1.1.1/",
    ],
)  # fmt: skip
def test_only_this_machine_may_be_spoken_to_without_tls(address: str) -> None:
    with pytest.raises(NotSent, match="without TLS"):
        Routes().url(address)
    with pytest.raises(NotSent, match="without TLS"):
        Routes({"https://a.example": address})


@pytest.mark.parametrize(
    "address", ["ftp://a.example/", "file:///etc/passwd", "a.example", "https://[::1/", "https://"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NotSent, match="no address"):
        origin_of(address)


def loosened(tree: ast.Module) -> list[str]:
    """Every way in which the tree would speak TLS without verifying it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"ssl", "verify", "verify_ssl", "check_hostname"}:
            if isinstance(node.value, ast.Constant) and node.value.value is False:
                found.append(f"{node.arg}=False")
        elif isinstance(node, ast.Attribute) and node.attr in {
            "CERT_NONE",
            "CERT_OPTIONAL",
            "_create_unverified_context",
        }:
            found.append(node.attr)
        elif isinstance(node, ast.Assign):
            found += [
                f"{target.attr} is set"
                for target in node.targets
                if isinstance(target, ast.Attribute) and target.attr in {"check_hostname", "verify_mode"}
            ]
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_in_the_tree_turns_verification_off(path: Path) -> None:
    assert loosened(ast.parse(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    ["get(ssl=False)", "get(verify=False)", "x = ssl.CERT_NONE", "c.check_hostname = False", "c.verify_mode = 0"],
)
def test_the_search_for_it_finds_each_way(source: str) -> None:
    assert loosened(ast.parse(source))
