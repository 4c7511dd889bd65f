"""Access and checkouts against a real SSH server, with the real ssh and git."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import pytest_asyncio

from cocalc_tui.adapters.deploy_key import make_key, probe_deploy_key
from cocalc_tui.adapters.git_checkout import check_out, probe_checkout
from cocalc_tui.adapters.git_news import probe_remote
from cocalc_tui.adapters.git_ssh import probe_access
from cocalc_tui.core import ssh
from cocalc_tui.core.action import Git, MakeKey
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, Unreached
from tests.adapters.ssh_git import VALUES, Server, git, serving

WITHIN = 20.0


class Customer:
    """The user's side, as the adapters are asked by the engine."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.server = server
        self.key = folder / "keys" / "deploy"
        self.folder = folder / "my checkout"
        self.confirmed = server.fingerprint
        self.lines: list[str] = []
        make_key(MakeKey("k", "deploy-key", "why", str(self.key), "test"))

    @property
    def public(self) -> str:
        """What the vendor is sent."""
        return str(probe_deploy_key(Probe.of("deploy-key", path=str(self.key)))["public"])

    def _remote(self) -> dict[str, str | None]:
        return {
            "repo": self.server.repo,
            "branch": "main",
            "key": str(self.key),
            "host_fingerprint": self.confirmed or None,
        }

    async def access(self) -> Object:
        """Probe `git-access`."""
        return await probe_access(Probe.of("git-access", **self._remote()), WITHIN)

    async def checkout(self) -> Object:
        """Probe `checkout`."""
        probe = Probe.of("checkout", directory=str(self.folder), key=str(self.key))
        return await probe_checkout(probe, WITHIN)

    async def news(self) -> Object:
        """Probe `git-remote`."""
        return await probe_remote(
            Probe.of("git-remote", directory=str(self.folder), **self._remote()), WITHIN
        )

    async def pull(self, commit: str = "") -> None:
        """Action `Git`."""
        found = Git(
            "g",
            "chart",
            "why",
            str(self.folder),
            self.server.repo,
            "main",
            str(self.key),
            self.confirmed,
            commit,
        )
        await check_out(found, self.lines.append)


@pytest_asyncio.fixture
async def us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    """A customer with a key that nobody granted yet."""
    for name in ("GIT_SSH_COMMAND", "GIT_DIR", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    async with serving(tmp_path) as server:
        yield Customer(tmp_path, server)


@pytest_asyncio.fixture
async def admitted(us: Customer) -> Customer:
    """A customer whose key was granted, with a checkout."""
    us.server.vendor.grant(us.public)
    await us.pull()
    return us


@pytest.mark.asyncio
async def test_refused_until_granted(us: Customer) -> None:
    seen: Any = await us.access()
    assert (seen["ok"], seen["denied"]) == (False, True)
    assert "Permission denied" in seen["error"]
    with pytest.raises(Refused, match="Permission denied"):
        await us.pull()
    assert (await us.checkout())["state"] == "unborn"
    us.server.vendor.grant(us.public)
    seen = await us.access()
    assert (seen["ok"], seen["commit"], seen["host_key"]["state"]) == (True, us.server.vendor.first, "pinned")
    await us.pull()
    assert (await us.checkout())["commit"] == us.server.vendor.first


@pytest.mark.asyncio
async def test_another_key_of_the_user_does_not_help(
    us: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    make_key(MakeKey("k", "deploy-key", "why", str(home / ".ssh/id_ed25519"), "own"))
    public = str(probe_deploy_key(Probe.of("deploy-key", path=str(home / ".ssh/id_ed25519")))["public"])
    (home / ".ssh/config").write_text(f"Host *\n  IdentityFile {home}/.ssh/id_ed25519\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_SSH_COMMAND", f"ssh -F {home}/.ssh/config")
    us.server.vendor.grant(public)
    assert (await us.access())["denied"] is True


@pytest.mark.asyncio
async def test_an_unknown_host_key_is_shown_and_nothing_is_tried(us: Customer) -> None:
    us.server.vendor.grant(us.public)
    us.confirmed = ""
    seen: Any = await us.access()
    expected = {"state": "unknown", "fingerprint": us.server.fingerprint, "type": "ssh-ed25519"}
    assert (seen["ok"], seen["denied"], seen["host_key"]) == (False, False, expected)
    assert us.server.vendor.served == []
    with pytest.raises(Refused, match="unknown"):
        await us.pull()
    assert not us.folder.exists()


@pytest.mark.asyncio
async def test_a_host_key_other_than_the_confirmed_one(us: Customer) -> None:
    us.server.vendor.grant(us.public)
    us.confirmed = "SHA256:" + "a" * 43
    seen: Any = await us.access()
    assert (seen["ok"], seen["host_key"]["state"]) == (False, "changed")
    assert seen["host_key"]["fingerprint"] == us.server.fingerprint


@pytest.mark.asyncio
async def test_a_changed_host_key_is_refused_until_it_is_confirmed(admitted: Customer) -> None:
    old, served = admitted.confirmed, len(admitted.server.vendor.served)
    await admitted.server.stop()
    admitted.server.key = asyncssh.generate_private_key("ssh-ed25519")
    await admitted.server.start()
    for confirmed in (old, ""):
        admitted.confirmed = confirmed
        seen: Any = await admitted.access()
        assert (seen["ok"], seen["host_key"]["state"]) == (False, "changed")
        assert seen["host_key"]["fingerprint"] == admitted.server.fingerprint
        assert "host key is changed" in (await admitted.news())["error"]
        with pytest.raises(Refused, match="host key"):
            await admitted.pull()
    assert len(admitted.server.vendor.served) == served
    admitted.confirmed = admitted.server.fingerprint
    assert (await admitted.access())["ok"] is True
    await admitted.pull()
    admitted.confirmed = ""
    assert (await admitted.access())["ok"] is True


@pytest.mark.asyncio
async def test_offline_is_unreached(us: Customer) -> None:
    await us.server.stop()
    for confirmed in (us.server.fingerprint, ""):
        us.confirmed = confirmed
        with pytest.raises(Unreached, match="refused"):
            await us.access()
    with pytest.raises(Unreached):
        await us.pull()


@pytest.mark.asyncio
async def test_another_repository_is_refused(us: Customer) -> None:
    us.server.vendor.grant(us.public)
    probe = Probe.of(
        "git-access",
        repo=us.server.repo.replace("helm", "other"),
        key=str(us.key),
        host_fingerprint=us.confirmed,
        branch="main",
    )
    seen = await probe_access(probe, WITHIN)
    assert (seen["denied"], "not found" in str(seen["error"])) == (True, True)
    gone = Probe.of(
        "git-access", repo=us.server.repo, key=str(us.key), host_fingerprint=us.confirmed, branch="stable"
    )
    assert (await probe_access(gone, WITHIN))["error"] == "the repository has no branch stable"


@pytest.mark.asyncio
async def test_the_checkout_is_the_guides(admitted: Customer) -> None:
    seen: Any = await admitted.checkout()
    assert (seen["state"], seen["branch"], seen["dirty"]) == ("checkout", "main", [])
    assert (seen["remote"], seen["upstream"], seen["key_set"]) == (admitted.server.repo, "github/main", True)
    assert seen["ssh_command"] == ssh.ssh_command(str(admitted.key))
    assert (admitted.folder / "cocalc/Chart.yaml").is_file()
    second = await asyncio.to_thread(admitted.server.vendor.release, "2", "Second")
    await asyncio.to_thread(git, admitted.folder, "pull", "-q")
    assert (await admitted.checkout())["commit"] == second


@pytest.mark.asyncio
async def test_news_update_and_back(admitted: Customer) -> None:
    vendor = admitted.server.vendor
    newer = VALUES.replace(', kucalc: "yes"', "").replace("secretName: x", "secretName: x, port: 1")
    second = await asyncio.to_thread(vendor.release, "2", "Second", newer)
    news: Any = await admitted.news()
    assert (news["commit"], news["behind"], news["ahead"]) == (second, 1, 0)
    assert [c["subject"] for c in news["incoming"]] == ["Second"]
    assert [c["subject"] for c in news["earlier"]] == ["The first chart"]
    assert (news["removed"], news["added"]) == (["global.settings.kucalc"], ["global.database.port"])
    assert news["images"] == [{"path": "hub.image.tag", "before": "1", "after": "2"}]
    await admitted.pull()
    assert (await admitted.checkout())["commit"] == vendor.first
    await admitted.pull(second)
    assert (await admitted.checkout())["commit"] == second
    await admitted.pull(vendor.first[:12])
    seen: Any = await admitted.checkout()
    assert (seen["commit"], seen["branch"], seen["upstream"]) == (vendor.first, "main", "github/main")
    with pytest.raises(Refused, match="no commit fffffff"):
        await admitted.pull("fffffff")


@pytest.mark.asyncio
async def test_local_changes_stop_a_move(admitted: Customer) -> None:
    second = await asyncio.to_thread(admitted.server.vendor.release, "2", "Second")
    values = admitted.folder / "cocalc/values.yaml"
    values.write_text("mine: 1\n")
    assert (await admitted.checkout())["dirty"] == ["cocalc/values.yaml"]
    with pytest.raises(Refused, match=r"cocalc/values\.yaml"):
        await admitted.pull(second)
    assert values.read_text() == "mine: 1\n"
    assert (await admitted.checkout())["commit"] == admitted.server.vendor.first


@pytest.mark.asyncio
async def test_a_rewritten_branch_is_told_and_what_was_here_is_kept(admitted: Customer) -> None:
    vendor = admitted.server.vendor
    other = await asyncio.to_thread(vendor.rewrite, "The first chart, rewritten")
    news: Any = await admitted.news()
    assert (news["behind"], news["ahead"], news["commit"]) == (1, 1, other)
    await admitted.pull(other)
    assert (await admitted.checkout())["commit"] == other
    kept = await asyncio.to_thread(git, admitted.folder, "rev-parse", f"before-{other[:7]}")
    assert kept == vendor.first


@pytest.mark.asyncio
async def test_a_broken_checkout_is_broken(admitted: Customer) -> None:
    (admitted.folder / ".git/refs/heads/main").write_text("0" * 39 + "1\n")
    seen: Any = await admitted.checkout()
    assert (seen["state"], bool(seen["error"])) == ("broken", True)
    (admitted.folder / ".git/HEAD").unlink()
    seen = await admitted.checkout()
    assert (seen["state"], bool(seen["error"])) == ("broken", True)


@pytest.mark.asyncio
async def test_other_folders_are_told_apart(us: Customer) -> None:
    assert (await us.checkout())["state"] == "absent"
    us.folder.mkdir()
    assert (await us.checkout())["state"] == "empty"
    (us.folder / "notes").write_text("mine")
    assert (await us.checkout())["state"] == "folder"
