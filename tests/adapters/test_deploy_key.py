"""The key on disk: made once, private from its first byte, as ssh-keygen reads it."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from cocalc_tui.adapters.deploy_key import make_key, probe_deploy_key
from cocalc_tui.core import ssh
from cocalc_tui.core.action import MakeKey
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused


def make(path: Path, comment: str = "cocalc-prod") -> None:
    make_key(MakeKey("k", "deploy-key", "why", str(path), comment))


def look(path: Path) -> Object:
    return probe_deploy_key(Probe.of("deploy-key", path=str(path)))


def keygen(*arguments: str) -> str:
    return subprocess.run(
        ["ssh-keygen", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_made_as_ssh_keygen_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    assert look(path)["exists"] is False
    make(path)
    seen = look(path)
    assert (seen["type"], seen["mode"], seen["encrypted"], seen["error"]) == (
        "ssh-ed25519",
        0o600,
        False,
        None,
    )
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(f"{path}.pub").stat().st_mode) == 0o644
    assert keygen("-y", "-f", str(path)).split()[:2] == str(seen["public"]).split()[:2]
    assert Path(f"{path}.pub").read_text().strip() == seen["public"]
    assert str(seen["public"]).endswith(" cocalc-prod")
    assert str(seen["fingerprint"]) in keygen("-l", "-f", str(path))


def test_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make(path)
    before = path.read_bytes()
    make(path, "another")
    assert path.read_bytes() == before
    other = tmp_path / "notes"
    other.write_text("mine")
    with pytest.raises(Refused, match="left as it is"):
        make(other)
    assert other.read_text() == "mine"


def test_a_public_half_without_its_key_is_left(tmp_path: Path) -> None:
    beside = tmp_path / "key.pub"
    beside.write_text("ssh-ed25519 AAAA of somebody\n")
    with pytest.raises(Refused, match="without its key"):
        make(tmp_path / "key")
    assert not (tmp_path / "key").exists()
    assert beside.read_text() == "ssh-ed25519 AAAA of somebody\n"


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        make(tmp_path / "key")
    assert not (tmp_path / "elsewhere").exists()


def test_keys_of_others_are_told(tmp_path: Path) -> None:
    keygen("-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", str(tmp_path / "rsa"))
    keygen("-q", "-t", "ed25519", "-N", "secret words", "-f", str(tmp_path / "locked"))
    keygen("-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "open"))
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "open.pub").unlink()
    assert look(tmp_path / "rsa")["type"] == "ssh-rsa"
    assert look(tmp_path / "locked")["encrypted"] is True
    assert look(tmp_path / "open")["mode"] == 0o644
    assert str(look(tmp_path / "open")["public"]).startswith("ssh-ed25519 ")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-----BEGIN RSA PRIVATE KEY-----\nx\n"])
def test_what_is_no_key_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    assert "no private key" in str(look(tmp_path / "key")["error"])
    assert "regular file" in str(look(tmp_path)["error"])


def test_a_cut_key_is_no_key(tmp_path: Path) -> None:
    make(tmp_path / "key")
    lines = (tmp_path / "key").read_text().splitlines()
    (tmp_path / "key").write_text("\n".join([lines[0], lines[1], lines[-1]]))
    assert "no private key" in str(look(tmp_path / "key")["error"])


def test_the_private_half_is_in_no_fact(tmp_path: Path) -> None:
    make(tmp_path / "key")
    body = "".join((tmp_path / "key").read_text().splitlines()[1:-1])
    assert body[-80:] not in repr(look(tmp_path / "key"))


def test_the_built_in_keys_have_the_published_fingerprints(tmp_path: Path) -> None:
    host = ssh.host_of("git@github.com:sagemathinc/cocalc-cloud-helm.git")
    assert host
    (tmp_path / "known").write_text(ssh.known_hosts(host, ssh.GITHUB_KEYS))
    shown = [line.split()[1] for line in keygen("-l", "-f", str(tmp_path / "known")).splitlines()]
    assert tuple(shown) == ssh.GITHUB_FINGERPRINTS
