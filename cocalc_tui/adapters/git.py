"""What git knows of a checkout, without any network."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from cocalc_tui.adapters.process import Result, run
from cocalc_tui.adapters.tools import find
from cocalc_tui.core.facts import Object
from cocalc_tui.errors import UsageError

# The checkout's own configuration must not make us run a program, lock a file or ask a question
QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


class Git:
    """Questions about one folder."""

    def __init__(self, folder: Path, timeout: float, env: Mapping[str, str] | None = None) -> None:
        self._command = [find("git"), "-C", str(folder), *SAFE]
        self._timeout = timeout
        self._env = {**QUIET, **(env or {})}

    async def result(self, *arguments: str) -> Result:
        """How it ended."""
        return await run([*self._command, *arguments], timeout=self._timeout, env=self._env)

    async def ask(self, *arguments: str) -> tuple[bool, str]:
        """Whether git could tell, and its answer or its complaint."""
        result = await self.result(*arguments)
        return result.code == 0, result.out.strip() if result.code == 0 else result.last_words(1)

    async def tell(self, *arguments: str) -> str:
        """Its answer; empty where it has none."""
        known, answer = await self.ask(*arguments)
        return answer if known else ""


async def look(chart: Path, timeout: float) -> Object | None:
    """The checkout that a chart's folder belongs to; None for a plain folder.

    `behind` counts what the remote's branch had more when it was last fetched; null where there is none.
    """
    roots = (chart, chart.parent)
    if not any((root / ".git").exists() for root in roots):
        return None
    empty = dict.fromkeys(("commit", "branch", "dirty", "remote", "ssh_command", "behind", "error"))
    try:
        git = Git(chart, timeout)
    except UsageError as error:
        return {**empty, "error": error.message}
    known, top = await git.ask("rev-parse", "--show-toplevel")
    if not known:
        return {**empty, "error": top.removeprefix("fatal: ")}
    commit, branch, status, named, origin, ssh = await asyncio.gather(
        git.tell("rev-parse", "--verify", "HEAD"),
        git.tell("symbolic-ref", "--short", "--quiet", "HEAD"),
        git.ask("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"),
        git.tell("config", "--get", "remote.github.url"),
        git.tell("config", "--get", "remote.origin.url"),
        git.tell("config", "--get", "core.sshCommand"),
    )
    return {
        "commit": commit or None,
        "branch": branch or None,
        "dirty": bool(status[1]) if status[0] else None,
        "remote": without_login(named or origin) or None,
        "ssh_command": ssh or None,
        "behind": await _behind(git, "github" if named else "origin", branch) if commit else None,
        "error": None if status[0] else status[1],
    }


def without_login(url: str) -> str:
    """An address without the password or token that may stand in it."""
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)


async def _behind(git: Git, remote: str, branch: str) -> int | None:
    for other in ("@{upstream}", f"refs/remotes/{remote}/{branch}", f"refs/remotes/{remote}/HEAD"):
        count = await git.tell("rev-list", "--count", f"HEAD..{other}")
        if count.isdigit():
            return int(count)
    return None
