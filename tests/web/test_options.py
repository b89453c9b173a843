import stat
from pathlib import Path

import pytest

from basisdesk.domain.errors import ConfigurationError
from basisdesk.web.options import Options, address, read_options
from basisdesk.web.secret import install_key


def test_without_more_it_listens_on_loopback_8420() -> None:
    assert read_options({"BASISDESK_BUS": "/x"}) == Options(Path("/x"), "127.0.0.1", 8420)


def test_localhost_and_both_loopbacks_are_welcome() -> None:
    hosts = ("localhost", "127.0.0.1", "127.0.0.9", "::1")
    read = [read_options({"BASISDESK_BUS": "/x", "BASISDESK_HOST": host}).host for host in hosts]
    assert read == ["127.0.0.1", "127.0.0.1", "127.0.0.9", "::1"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_any_other_address_is_refused_with_what_to_do(host: str) -> None:
    with pytest.raises(ConfigurationError, match="SSH tunnel"):
        read_options({"BASISDESK_BUS": "/x", "BASISDESK_HOST": host})


@pytest.mark.parametrize("port", ["", "-1", "65536", "http", "1e3", "٣"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(ConfigurationError, match="is no port"):
        read_options({"BASISDESK_BUS": "/x", "BASISDESK_PORT": port})


def test_without_a_bus_the_message_says_how_to_start() -> None:
    with pytest.raises(ConfigurationError, match="make demo"):
        read_options({})


def test_the_address_can_be_typed_into_a_browser() -> None:
    assert address("127.0.0.1", 8420) == "http://127.0.0.1:8420"
    assert address("::1", 1) == "http://[::1]:1"


def test_the_key_is_drawn_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "web.key"
    first = install_key(path)
    assert len(first) >= 50
    assert install_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert install_key(tmp_path / "other.key") != first


def test_a_damaged_key_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "web.key").write_text("short")
    with pytest.raises(ConfigurationError, match="damaged"):
        install_key(tmp_path / "web.key")


def test_a_state_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        install_key(tmp_path / "file" / "web.key")
