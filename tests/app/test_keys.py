from pathlib import Path

import pytest

from basisdesk.app.keys import read_keys
from basisdesk.domain.errors import ConfigurationError
from basisdesk.venues.trading import Credentials


def keys_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "keys.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_keys_are_read_by_venue(tmp_path: Path) -> None:
    text = '[binance]\nkey = "k"\nsecret = "s"\n[okx]\nkey = "k2"\nsecret = "s2"\npassphrase = "p"\n'
    assert read_keys(keys_file(tmp_path, text)) == {
        "binance": Credentials("k", "s"),
        "okx": Credentials("k2", "s2", "p"),
    }


def test_without_a_file_there_are_no_keys_but_a_named_file_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert read_keys() == {}
    (tmp_path / "basisdesk").mkdir()
    keys_file(tmp_path / "basisdesk", '[htx]\nkey = "k"\nsecret = "s"\n')
    assert list(read_keys()) == ["htx"]
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml is not there"):
        read_keys(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = keys_file(tmp_path, '[okx]\nkey = "k"\nsecret = "s"\n', mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_keys(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[binance", "no TOML"),
        ('[binanse]\nkey = "k"\nsecret = "s"\n', "did you mean binance"),
        ('[kraken]\nkey = "k"\nsecret = "s"\n', "known are bigone, binance, bybit, deribit, htx, okx"),
        ('binance = "k"\n', r"write \[binance\] with key, secret, passphrase"),
        ('[okx]\nkey = "k"\nsecrte = "s"\n', "did you mean secret"),
        ('[okx]\nkey = "k"\nsecret = 5\n', "secret is no text"),
        ('[okx]\nkey = ""\nsecret = "s"\n', "key is no text"),
        ('[okx]\npassphrase = "p"\n', "lacks key and secret"),
        ('[okx]\nkey = "ZkZ\\n"\nsecret = "ZsZ"\n', "key holds a line break"),
        ('[okx]\nkey = "ZkZ"\nsecret = "Zs\\u0000Z"\n', "secret holds a line break"),
        ('[okx]\nkey = "ZkZ"\nsecret = "ZsZ"\npassphrase = """\nZpZ\n"""\n', "passphrase holds a line break"),
    ],
)
def test_what_is_wrong_is_named_without_showing_a_secret(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as refused:
        read_keys(keys_file(tmp_path, text.replace('"k"', '"ZkZ"').replace('"s"', '"ZsZ"')))
    assert "Z" not in str(refused.value).removeprefix(str(tmp_path))


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        read_keys(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(keys_file(tmp_path, "")))
    assert read_keys() == {}, "no folder for it is no file either"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_keys(path)


def test_credentials_show_nothing_of_themselves() -> None:
    shown = f"{Credentials('public-part', 'private-part', 'word')!r} {Credentials('public-part', 'private-part')}"
    assert not any(part in shown for part in ("public-part", "private-part", "word"))
