from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cocalc_tui.adapters.files import Files, nested
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.action import WriteFile, WriteSecrets
from cocalc_tui.errors import Refused, Stale


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write(path: Path, text: str, base: str | None = None) -> WriteFile:
    return WriteFile("values", "values", "test", str(path), text, sha256(base) if base is not None else "")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_and_its_probe(tmp_path: Path) -> None:
    files, path = Files(Vault()), tmp_path / "my-values.yaml"
    action = write(path, "a: ü\n")
    assert files.probe_file(action.probe) == {"exists": False, "text": "", "sha256": "", "error": None}
    asyncio.run(files.write(action))
    seen = files.probe_file(action.probe)
    assert seen == {"exists": True, "text": "a: ü\n", "sha256": sha256("a: ü\n"), "error": None}
    asyncio.run(files.write(action))  # it is as wanted: nothing to do, though the base is older
    assert [each.name for each in tmp_path.iterdir()] == ["my-values.yaml"]


def test_an_existing_file_keeps_its_mode_and_a_link_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to("real.yaml")
    asyncio.run(Files(Vault()).write(write(link, "new", "old")))
    assert (real.read_text(), mode(real), link.is_symlink()) == ("new", 0o640, True)


def test_a_file_that_moved_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "my-values.yaml"
    path.write_text("by hand")
    for action in (write(path, "ours", "older"), write(path, "ours")):
        with pytest.raises(Stale, match="was changed meanwhile"):
            asyncio.run(Files(Vault()).write(action))
    assert path.read_text() == "by hand"


@pytest.mark.parametrize("name", ["folder", "fifo", "latin", "missing/file", "loop"])
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "latin").write_bytes(b"a: \xfc\n")
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Refused, match="nothing was changed"):
        asyncio.run(Files(Vault()).write(write(tmp_path / name, "x")))
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on the size of files, in a process of its own, stands for the full disk."""
    path = tmp_path / "my-values.yaml"
    path.write_text("old")
    program = (
        "import asyncio, resource, sys\n"
        "from cocalc_tui.adapters.files import Files\n"
        "from cocalc_tui.adapters.vault import Vault\n"
        "from cocalc_tui.core.action import WriteFile\n"
        "from cocalc_tui.errors import Refused\n"
        f"action = WriteFile('v', 'values', '', {str(path)!r}, 'x' * 100_000, {sha256('old')!r})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: asyncio.run(Files(Vault()).write(action))\n"
        "except Refused as error: print(error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program], cwd=Path.cwd(), capture_output=True, text=True, check=True
    )
    assert done.stdout == f"no space left on {tmp_path}; nothing was changed\n"
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["my-values.yaml"]


def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    """In a process of its own: root gives up the capability to write anywhere."""
    path = tmp_path / "my-values.yaml"
    path.write_text("old")
    program = (
        "import asyncio\n"
        "from cocalc_tui.adapters.files import Files\n"
        "from cocalc_tui.adapters.vault import Vault\n"
        "from cocalc_tui.core.action import WriteFile\n"
        "from cocalc_tui.errors import Refused\n"
        f"action = WriteFile('v', 'values', '', {str(path)!r}, 'new', {sha256('old')!r})\n"
        "try: asyncio.run(Files(Vault()).write(action))\n"
        "except Refused as error: print(error.message)\n"
    )
    plain = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    argv = [*(plain if os.geteuid() == 0 else []), sys.executable, "-B", "-c", program]
    tmp_path.chmod(0o555)
    done = subprocess.run(argv, cwd=Path.cwd(), capture_output=True, text=True, check=True)
    tmp_path.chmod(0o755)
    assert done.stdout == f"{path} cannot be written: permission denied; nothing was changed\n"
    assert path.read_text() == "old"


def test_secret_values(tmp_path: Path) -> None:
    vault = Vault()
    files = Files(vault)
    entries = (
        ("global.settings.email_smtp_password", vault.remember("mail.password", "yes")),
        ("global.settings.registration", vault.remember("admin.token", "it's: #1\n\t☃ 0123")),
    )
    action = WriteSecrets("s", "values", "", str(tmp_path / "my-values.secret.yaml"), entries)
    assert files.probe_secret_values(action.probe) == {"exists": False, "same": False, "error": None}
    path = Path(action.path)
    path.write_text("old: 1\n")
    assert files.probe_secret_values(action.probe)["same"] is False
    asyncio.run(files.write_secrets(action))
    assert files.probe_secret_values(action.probe) == {"exists": True, "same": True, "error": None}
    assert mode(path) == 0o600
    assert yaml.safe_load(path.read_text())["global"]["settings"] == {
        "email_smtp_password": "yes",
        "registration": "it's: #1\n\t☃ 0123",
    }


def test_dots_inside_a_key() -> None:
    assert nested([("a.b\\.c.d", "x"), ("a.e", "y")]) == {"a": {"b.c": {"d": "x"}, "e": "y"}}
