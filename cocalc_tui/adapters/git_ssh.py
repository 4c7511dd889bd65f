"""Reaching a repository by SSH: one key, one pinned host, nobody asked."""

from __future__ import annotations

import base64
import binascii
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cocalc_tui.adapters.deploy_key import fingerprint
from cocalc_tui.adapters.git import QUIET, SAFE
from cocalc_tui.adapters.process import Result, run
from cocalc_tui.adapters.tools import find
from cocalc_tui.core import ssh
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, Unreached

SENT = re.compile(r"fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:\S+?)\.?\s")
DENIED = (
    "permission denied",
    "repository not found",
    "does not exist",
    "does not appear to be a git repository",
    "access denied",
    "not authorized",
)
UNREACHED = (
    "could not resolve",
    "connection refused",
    "connection reset",
    "connection closed",
    "connection timed out",
    "operation timed out",
    "no route to host",
    "network is unreachable",
    "kex_exchange_identification",
    "banner exchange",
    "broken pipe",
)
NOISE = (
    "fatal: could not read from remote repository",
    "please make sure you have",
    "and the repository exists",
)
State = Literal["pinned", "unknown", "changed"]


@dataclass(frozen=True, slots=True)
class HostKey:
    """What is known of a host's key: the lines that ssh may trust, and what it showed."""

    state: State
    keys: tuple[str, ...] = ()
    fingerprint: str = ""
    type: str = ""

    def document(self) -> Object:
        """As the probe tells it."""
        return {"state": self.state, "fingerprint": self.fingerprint, "type": self.type}


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository with the key that opens it."""

    repo: str
    key: str
    fingerprint: str = ""

    @classmethod
    def of(cls, probe: Probe) -> Remote:
        """What a probe asks about."""
        return cls(probe.text("repo"), expanded(probe.text("key")), probe.text("host_fingerprint"))

    @property
    def host(self) -> ssh.Host | None:
        """Its SSH host, if it has one."""
        return ssh.host_of(self.repo)

    async def host_key(self, timeout: float) -> HostKey | None:
        """The keys to trust: built in, pinned beside the key, or confirmed. None without SSH."""
        host = self.host
        if host is None:
            return None
        if host.github:
            return HostKey("pinned", ssh.GITHUB_KEYS, ssh.GITHUB_FINGERPRINTS[0], "ssh-ed25519")
        pinned = _entries(Path(ssh.pin_file(self.key)), host)
        known = {_fingerprint(key): key for key in pinned}
        if pinned and (not self.fingerprint or self.fingerprint in known):
            first = known.get(self.fingerprint, pinned[0])
            return HostKey("pinned", pinned, _fingerprint(first), first.split()[0])
        shown = await _scan(host, timeout)
        seen = (_fingerprint(shown), shown.split()[0])
        if not self.fingerprint:
            return HostKey("unknown", (), *seen)
        if seen[0] != self.fingerprint:
            return HostKey("changed", (), *seen)
        return HostKey("pinned", (shown,), *seen)

    @contextmanager
    def environment(self, known: HostKey | None, timeout: float) -> Iterator[Mapping[str, str]]:
        """What git needs in its environment to use this key and these host keys alone."""
        if known is None or self.host is None:
            yield QUIET
            return
        with tempfile.TemporaryDirectory(prefix="cocalc-tui-") as folder:
            pinned = Path(folder, "known_hosts")
            pinned.write_text(ssh.known_hosts(self.host, known.keys), "utf-8")
            command = [*ssh.ssh_arguments(self.key, str(pinned)), *_options(timeout)]
            yield {**QUIET, "GIT_SSH_COMMAND": shlex.join(command), "GIT_SSH_VARIANT": "ssh"}


def expanded(path: str) -> str:
    """An absolute path."""
    return str(Path(path).expanduser().absolute())


async def probe_access(probe: Probe, timeout: float) -> Object:
    """Probe `git-access`: `git ls-remote` with that key alone."""
    remote = Remote.of(probe)
    known = await remote.host_key(timeout)
    found: dict[str, Any] = {
        "ok": False,
        "denied": False,
        "commit": None,
        "host": remote.host.shown if remote.host else None,
        "host_key": known.document() if known else None,
        "error": None,
    }
    if known and known.state != "pinned":
        return found
    branch = f"refs/heads/{probe.text('branch', 'main')}"
    with remote.environment(known, timeout) as env:
        # The user's own git configuration may rewrite addresses or name other keys
        alone = {**env, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
        command = [find("git"), *SAFE, "ls-remote", "--", remote.repo, branch]
        result = await run(command, timeout=timeout, env=alone, cwd=Path("/"))
    if result.code == 0:
        commit = result.out.split(None, 1)[0] if result.out.strip() else None
        gone = None if commit else f"the repository has no branch {probe.text('branch', 'main')}"
        return {**found, "ok": commit is not None, "commit": commit, "error": gone}
    if changed := host_key_changed(result):
        return {**found, "host_key": changed.document(), "error": said(result)}
    return {**found, "denied": is_denied(result), "error": said(result)}


def host_key_changed(result: Result) -> HostKey | None:
    """The key that the host showed where ssh refused it."""
    text = result.err
    if "Host key verification failed" not in text and "HOST IDENTIFICATION HAS CHANGED" not in text:
        return None
    sent = SENT.search(text + "\n")
    return HostKey("changed", (), sent[2] if sent else "", sent[1] if sent else "")


def is_denied(result: Result) -> bool:
    """Whether the host refused the key. Raises `Unreached` where nobody answered."""
    text = result.err.lower()
    if any(words in text for words in DENIED):
        return True
    if any(words in text for words in UNREACHED):
        raise Unreached(f"{said(result)}, asked from this machine", "Mend the way to the repository's host.")
    return False


def said(result: Result) -> str:
    """What was said first, in a line, without git's general advice."""
    lines = [line.strip() for line in result.err.splitlines() if line.strip()]
    telling = [line for line in lines if not line.lower().startswith(NOISE) and "@@@@" not in line]
    chosen = next((line for line in telling if any(w in line.lower() for w in (*DENIED, *UNREACHED))), "")
    words = chosen or (telling[-1] if telling else result.last_words(1))
    return words.removeprefix("fatal: ").removesuffix(".")


def pin(remote: Remote, known: HostKey) -> None:
    """Keeps the trusted keys beside the deploy key, for git and for the next look."""
    host = remote.host
    path = Path(ssh.pin_file(remote.key))
    if host is None or _entries(path, host) == known.keys:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(ssh.known_hosts(host, known.keys), "utf-8")
    except OSError as error:
        why = (error.strerror or "").lower()
        raise Refused(f"{path} cannot be written: {why}", "Give yourself the right to write it.") from None


def _options(timeout: float) -> list[str]:
    pairs = {
        "BatchMode": "yes",
        "ConnectTimeout": str(max(1, int(timeout))),
        "GlobalKnownHostsFile": "/dev/null",
        "UpdateHostKeys": "no",
    }
    return ["-F", "none", *(word for name, value in pairs.items() for word in ("-o", f"{name}={value}"))]


async def _scan(host: ssh.Host, timeout: float) -> str:
    """The key that a host shows, as type and base64 text; nothing of ours is sent. Raises `Unreached`."""
    with tempfile.TemporaryDirectory(prefix="cocalc-tui-") as folder:
        shown = Path(folder, "known_hosts")
        options = {
            "StrictHostKeyChecking": "accept-new",
            "UserKnownHostsFile": f'"{shown}"',
            "HashKnownHosts": "no",
            "PreferredAuthentications": "none",
            "IdentityAgent": "none",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        where = ["-p", str(host.port), "-l", host.user, "--", host.name, "true"]
        result = await run([find("ssh"), *_options(timeout), *words, *where], timeout=timeout, env=QUIET)
        found = _entries(shown, host)
    if not found:
        raise Unreached(f"{said(result)}, asked from this machine", "Mend the way to the repository's host.")
    return found[0]


def _entries(path: Path, host: ssh.Host) -> tuple[str, ...]:
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    parts = [line.split() for line in lines]
    found = [f"{p[1]} {p[2]}" for p in parts if len(p) >= 3 and host.known_name in p[0].split(",")]
    return tuple(key for key in found if _fingerprint(key))


def _fingerprint(key: str) -> str:
    try:
        return fingerprint(base64.b64decode(key.split()[1], validate=True))
    except binascii.Error:
        return ""
