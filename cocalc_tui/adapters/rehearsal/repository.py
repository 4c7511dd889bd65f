"""The vendor's repository of a rehearsal: the practice chart, granted some time after the key was made.

Nothing leaves the machine. Keys and checkouts are really written, into the world's own folder only.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cocalc_tui.adapters import deploy_key
from cocalc_tui.adapters.git_checkout import root_of
from cocalc_tui.adapters.git_news import EMPTY
from cocalc_tui.adapters.rehearsal.definition import CHART
from cocalc_tui.core import ssh
from cocalc_tui.core.action import Git, MakeKey
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused

SUBJECT = "The practice chart"
MARK = ".practice-checkout.json"


class MemoryRepository:
    """Implements the port, and the probes of key, access and checkout.

    `git: {granted_after: S}` of the world lets S seconds of its time pass before the vendor grants access.
    """

    def __init__(self, world: Mapping[str, Any], folder: Path, clock: Callable[[], float]) -> None:
        self._after = float((world.get("git") or {}).get("granted_after", 0))
        self._speed = float(world.get("speed", 1))
        self._folder = folder
        self._clock = clock
        # Stands for a commit: any digest that is the same each time
        self._commit = hashlib.sha1(SUBJECT.encode(), usedforsecurity=False).hexdigest()

    async def make_key(self, action: MakeKey) -> None:
        """Makes a key pair in the world's folder. Raises `Refused` for any other place."""
        self._inside(action.path, "deploy-key.path")
        await asyncio.to_thread(deploy_key.make_key, action)

    async def check_out(self, action: Git, line: Callable[[str], None]) -> None:
        """Copies the practice chart into the world's folder. Raises `Refused` for any other place."""
        self._inside(action.directory, "chart.directory")
        if not self._access(action.key):
            raise Refused(
                f"{action.repo} could not be fetched: Permission denied", "Let the vendor grant it."
            )
        if action.commit and not self._commit.startswith(action.commit):
            raise Refused(f"there is no commit {action.commit} in {action.repo}", "Choose latest.")
        root = root_of(action.directory)
        await asyncio.to_thread(shutil.copytree, CHART, root / "cocalc", dirs_exist_ok=True)
        found = {
            "commit": self._commit,
            "branch": action.branch,
            "dirty": [],
            "remote": action.repo,
            "ssh_command": ssh.ssh_command(action.key),
            "upstream": f"{action.remote}/{action.branch}",
        }
        await asyncio.to_thread((root / MARK).write_text, json.dumps(found), "utf-8")
        line(f"{action.branch} is at {self._commit[:7]}")

    def access(self, probe: Probe) -> Object:
        """Probe `git-access`."""
        ok = self._access(probe.text("key"))
        host = ssh.host_of(probe.text("repo"))
        pinned = {"state": "pinned", "fingerprint": ssh.GITHUB_FINGERPRINTS[0], "type": "ssh-ed25519"}
        return {
            "ok": ok,
            "denied": not ok,
            "commit": self._commit if ok else None,
            "host": host.shown if host else None,
            "host_key": pinned if host else None,
            "error": None if ok else "git@github.com: Permission denied (publickey)",
        }

    def checkout(self, probe: Probe) -> Object:
        """Probe `checkout`."""
        root = root_of(probe.text("directory"))
        seen: dict[str, Any] = dict.fromkeys(
            ("commit", "branch", "remote", "ssh_command", "upstream", "error")
        )
        seen |= {"dirty": [], "key_set": False}
        if not root.exists():
            return {**seen, "state": "absent"}
        found = _mark(root)
        if found is None:
            filled = not root.is_dir() or any(root.iterdir())
            return {**seen, "state": "folder" if filled else "empty"}
        same = ssh.key_of(found["ssh_command"]) == probe.text("key")
        return {**seen, **found, "state": "checkout", "key_set": same}

    def of_chart(self, folder: Path) -> Object | None:
        """What the probe `chart` tells of git."""
        found = _mark(folder.parent)
        if found is None:
            return None
        kept = {k: found[k] for k in ("commit", "branch", "remote", "ssh_command")}
        return {**kept, "dirty": False, "behind": 0, "error": None}

    def news(self, probe: Probe) -> Object:
        """Probe `git-remote`: the practice chart never changes."""
        only = {"commit": self._commit, "subject": SUBJECT, "date": "2026-01-01"}
        return {**EMPTY, "commit": self._commit, "behind": 0, "ahead": 0, "earlier": [only]}

    def _access(self, key: str) -> bool:
        try:
            made = Path(key).expanduser().stat().st_mtime
        except OSError:
            return False
        return (self._clock() - made) * self._speed >= self._after

    def _inside(self, path: str, field: str) -> None:
        if not Path(path).expanduser().resolve().is_relative_to(self._folder.resolve()):
            raise Refused(
                f"a rehearsal writes nothing outside {self._folder}",
                f"Give {field} as a path in that folder.",
            )


def _mark(root: Path) -> dict[str, Any] | None:
    """What was noted of a checkout; None for any other folder."""
    try:
        found = json.loads((root / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
