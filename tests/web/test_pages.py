from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from asgiref import testing

from basisdesk.web import files
from basisdesk.web.asgi import application
from basisdesk.web.hub import Hub, Link

pytestmark = pytest.mark.asyncio
Communicator: Any = testing.ApplicationCommunicator  # it has no types
LOOPBACK = "127.0.0.1:8420"


class Answer(NamedTuple):
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(
    path: str, *, host: str = LOOPBACK, method: str = "GET", link: Link | None = None, since: str = ""
) -> Answer:
    hub = Hub(Path("/nowhere"))
    hub.link = link or hub.link
    headers = [(b"host", host.encode()), *([(b"if-modified-since", since.encode())] if since else [])]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers, "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 8420),
        "client": ("127.0.0.1", 1),
    }  # fmt: skip
    talk = Communicator(application(hub), scope)
    await talk.send_input({"type": "http.request", "body": b""})
    start = await talk.receive_output()
    body = await talk.receive_output()
    await talk.wait()
    return Answer(start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body["body"])


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A terminal folder with an index and one hashed asset."""
    folder = tmp_path / "terminal"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Basisdesk</title>")
    (folder / "assets/index-abc123.js").write_text("1;")
    monkeypatch.setattr(files, "TERMINAL", folder)
    return folder


async def test_the_page_is_served_with_strict_headers(built: Path) -> None:
    answer = await ask("/")
    assert (answer.status, answer.body) == (200, b"<title>Basisdesk</title>")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "access-control-allow-origin" not in {each.lower() for each in answer.headers}


async def test_hashed_assets_are_cached_for_ever_and_the_page_never(built: Path) -> None:
    asset = await ask("/assets/index-abc123.js")
    assert "javascript" in asset.headers["Content-Type"]
    assert "immutable" in asset.headers["Cache-Control"]
    assert "max-age=0" in (await ask("/")).headers["Cache-Control"]


async def test_an_unchanged_file_is_not_sent_again(built: Path) -> None:
    first = await ask("/")
    again = await ask("/", since=first.headers["Last-Modified"])
    assert (again.status, again.body) == (304, b"")


async def test_what_is_not_there_is_404_and_nothing_outside_the_folder_is_served(built: Path) -> None:
    (built.parent / "secret").write_text("key")
    assert (await ask("/", method="HEAD")).status == 200
    for path in ("/secret", "/../secret", "/assets/../../secret", "/assets/%2e%2e/%2e%2e/secret"):
        assert (await ask(path)).status == 404


@pytest.mark.parametrize("host", [LOOPBACK, "localhost:1", "[::1]:8420"])
async def test_loopback_names_are_answered(built: Path, host: str) -> None:
    assert (await ask("/", host=host)).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.4:8420", "a b"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/assets/index-abc123.js"])
async def test_any_other_name_is_refused_even_for_files(built: Path, host: str, path: str) -> None:
    answer = await ask(path, host=host)
    assert answer.status == 400
    assert b"Basisdesk" not in answer.body
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_without_a_build_the_page_says_which_command_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "TERMINAL", tmp_path / "none")
    answer = await ask("/")
    assert answer.status == 503
    assert b"npm ci && npm run build" in answer.body


async def test_health_is_about_the_process_and_readiness_about_the_desk(built: Path) -> None:
    assert (await ask("/healthz")).json() == {"live": True}
    gone = await ask("/readyz", link=Link(desk=False, reason="no desk listens"))
    assert (gone.status, gone.json()) == (503, {"ready": False, "reason": "no desk listens"})
    there = await ask("/readyz", link=Link(desk=True))
    assert (there.status, there.json()) == (200, {"ready": True, "reason": ""})
