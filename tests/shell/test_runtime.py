import os
import stat
import tempfile
from pathlib import Path

import pytest

from basisdesk.domain.errors import UsageError
from basisdesk.shell.runtime import runtime_folder


def test_the_folder_is_made_private_under_the_runtime_folder_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path(tempfile.mkdtemp(prefix="bd"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    folder = runtime_folder()
    assert folder == short / "basisdesk"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert runtime_folder() == folder


@pytest.mark.parametrize("given", ["", "/nowhere/at/all", "/" + "x" * 200])
def test_without_a_usable_runtime_folder_a_temporary_one_of_this_user_is_taken(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", given)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert runtime_folder() == tmp_path / f"basisdesk-{os.getuid()}"


def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"basisdesk-{os.getuid()}").mkdir(mode=0o755)
    with pytest.raises(UsageError, match="nobody else can enter"):
        runtime_folder()


def test_a_link_planted_in_its_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / f"basisdesk-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="must be a folder of yours"):
        runtime_folder()
