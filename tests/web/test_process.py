"""The real process: what it prints, what it refuses, and that it ends when told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import uvicorn

from basisdesk.web.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def start(tmp_path: Path, **change: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "XDG_STATE_HOME": str(tmp_path),
        "BASISDESK_BUS": str(tmp_path / "bus"),
        "BASISDESK_PORT": "0",
        **change,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "basisdesk.web"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_prints_its_address_answers_there_and_ends_when_told(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
        assert (answer.status, answer.read()) == (200, b'{"live": true}')
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{address}/readyz", timeout=10)
    assert refusal.value.code == 503
    refusal.value.close()
    process.terminate()
    _, errors = process.communicate(timeout=10)
    assert "Traceback" not in errors
    assert (tmp_path / "basisdesk" / "web.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"BASISDESK_HOST": "0.0.0.0"}, "loopback only"),
        ({"BASISDESK_PORT": "none"}, "is no port"),
        ({"BASISDESK_BUS": ""}, "BASISDESK_BUS is not set"),
    ],
)
def test_a_wrong_configuration_is_one_sentence_and_exit_code_3(
    tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    process = start(tmp_path, **change)
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, output) == (3, "")
    assert errors.startswith("error: ")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(tmp_path, BASISDESK_PORT=str(port))
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 3
    assert f"http://127.0.0.1:{port} cannot be opened" in errors


def test_a_state_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    process = start(tmp_path, XDG_STATE_HOME=str(tmp_path / "file"))
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 3
    assert "web.key cannot be used" in errors


def test_main_answers_with_an_exit_code_and_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "environ", {"BASISDESK_BUS": "/x", "BASISDESK_HOST": "10.0.0.1"})
    assert main() == 3
    assert "10.0.0.1 is refused" in capsys.readouterr().err


def test_main_serves_on_the_socket_that_it_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[int] = []

    def serve(_server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        served.extend(each.getsockname()[1] for each in sockets)

    monkeypatch.setattr(uvicorn.Server, "run", serve)
    for name, value in {"BUS": "/x", "PORT": "0", "HOST": "::1"}.items():
        monkeypatch.setenv(f"BASISDESK_{name}", value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main() == 0
    assert capsys.readouterr().out == f"terminal on http://[::1]:{served[0]}\n"
    (tmp_path / "basisdesk" / "web.key").write_text("short")
    assert main() == 3
    assert "damaged" in capsys.readouterr().err
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("BASISDESK_HOST", "127.0.0.1")
        monkeypatch.setenv("BASISDESK_PORT", str(taken.getsockname()[1]))
        assert main() == 3
    assert "set BASISDESK_PORT" in capsys.readouterr().err
