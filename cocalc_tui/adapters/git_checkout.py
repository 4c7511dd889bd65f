"""The checkout of the vendor's repository, made as the setup guide makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.files import reason
from cocalc_tui.adapters.git import Git, without_login
from cocalc_tui.adapters.git_ssh import Remote, expanded, host_key_changed, is_denied, pin, said
from cocalc_tui.adapters.process import Result
from cocalc_tui.core import action as actions
from cocalc_tui.core import ssh
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused

FETCH_WITHIN = 600.0  # seconds; the repository is small, the line may be slow
LOCAL_WITHIN = 60.0
MOST_DIRTY = 50
HOST = "Compare the key with what the host's owner publishes; confirm it by deploy-key.host_fingerprint."


def root_of(directory: str) -> Path:
    """The checkout's top folder: the folder itself, or its parent where that holds it as the chart."""
    path = Path(expanded(directory))
    inside = not (path / ".git").exists() and (path.parent / ".git").exists() and path.is_dir()
    return path.parent if inside else path


async def probe_checkout(probe: Probe, timeout: float) -> Object:
    """Probe `checkout`: files only, no network."""
    directory = probe.text("directory")
    empty: dict[str, Any] = dict.fromkeys(
        ("commit", "branch", "remote", "ssh_command", "upstream", "error"), None
    )
    empty |= {"dirty": [], "key_set": False}
    root = await asyncio.to_thread(root_of, directory)
    try:
        state = await asyncio.to_thread(_folder, root)
    except OSError as error:
        return {**empty, "state": "broken", "error": f"{root} cannot be read: {reason(error)}"}
    if state != "checkout":
        return {**empty, "state": state}
    git = Git(root, timeout)
    known, top = await git.ask("rev-parse", "--show-toplevel")
    if not known:
        return {**empty, "state": "broken", "error": top.removeprefix("fatal: ")}
    (sound, commit), branch, status, remote, command, upstream = await asyncio.gather(
        git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}"),
        git.tell("symbolic-ref", "--short", "--quiet", "HEAD"),
        git.ask("status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all"),
        git.tell("config", "--get", "remote.github.url"),
        git.tell("config", "--local", "--get", "core.sshCommand"),
        git.tell("rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}"),
    )
    key = ssh.key_of(command)
    found = {
        **empty,
        "state": "checkout",
        "commit": commit if sound else None,
        "branch": branch or None,
        "dirty": [entry[2:].strip() for entry in status[1].split("\0") if entry][:MOST_DIRTY],
        "remote": without_login(remote) or None,
        "ssh_command": command or None,
        "key_set": bool(key) and expanded(key) == expanded(probe.text("key", "/")),
        "upstream": upstream or None,
    }
    if not sound:
        unborn = branch and not await git.tell("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        if unborn and not await asyncio.to_thread((root / ".git/refs/heads" / branch).exists):
            return {**found, "state": "unborn", "dirty": []}
        return {**found, "state": "broken", "error": "its current commit cannot be read"}
    if not status[0]:
        return {**found, "state": "broken", "dirty": [], "error": status[1].removeprefix("fatal: ")}
    return found


def _folder(root: Path) -> str:
    if not root.exists():
        return "broken" if root.is_symlink() else "absent"
    if not root.is_dir():
        return "folder"
    if (root / ".git").exists():
        return "checkout"
    return "folder" if any(root.iterdir()) else "empty"


async def check_out(action: actions.Git, line: Callable[[str], None]) -> None:
    """Implements the port. Each part is done only where it is not so yet, so that it can go on anywhere."""
    remote = Remote(action.repo, expanded(action.key), action.host_fingerprint)
    known = await remote.host_key(LOCAL_WITHIN)
    if known and known.state != "pinned":
        raise Refused(f"the host key of {remote.host.shown if remote.host else ''} is {known.state}", HOST)
    if known:
        await asyncio.to_thread(pin, remote, known)
    root = await asyncio.to_thread(root_of, action.directory)
    try:
        await asyncio.to_thread(root.mkdir, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{root} cannot be made: {reason(error)}", "Give another chart.directory.") from None
    git = Work(Git(root, LOCAL_WITHIN))
    if not (root / ".git").exists():
        await git.do("init", "--quiet", f"--initial-branch={action.branch}")
        line(f"made an empty repository in {root}")
    if known:
        await git.do("config", "--local", "core.sshCommand", ssh.ssh_command(remote.key))
    url = f"remote.{action.remote}"
    await git.do("config", "--local", f"{url}.url", action.repo)
    await git.do("config", "--local", f"{url}.fetch", f"+refs/heads/*:refs/remotes/{action.remote}/*")
    tracking = f"refs/remotes/{action.remote}/{action.branch}"
    line(f"fetching {action.branch} from {action.repo}")
    with remote.environment(known, LOCAL_WITHIN) as env:
        result = await fetch(Git(root, FETCH_WITHIN, env), action.repo, action.branch, tracking)
    if result.code:
        if host_key_changed(result):
            raise Refused(f"the host key of {action.repo} is another one than expected", HOST)
        remedy = "Let the vendor grant access." if is_denied(result) else "Look at the repository by hand."
        raise Refused(f"{action.repo} could not be fetched: {said(result)}", remedy)
    await _move(git, action, tracking, line)
    await git.do("branch", "--quiet", f"--set-upstream-to={action.remote}/{action.branch}", action.branch)


async def fetch(git: Git, repo: str, branch: str, tracking: str) -> Result:
    """Fetches one branch; a branch that was rewritten is taken as it is now."""
    spec = f"+refs/heads/{branch}:{tracking}"
    return await git.result(
        "-c", "gc.auto=0", "-c", "maintenance.auto=false", "fetch", "--quiet", "--no-tags",
        "--no-recurse-submodules", "--", repo, spec,
    )  # fmt: skip


async def _move(git: Work, action: actions.Git, tracking: str, line: Callable[[str], None]) -> None:
    """To the wanted commit: forward by fast-forward, else back, with what only was here kept as a branch."""
    head = await git.git.tell("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head and not action.commit:
        return
    goal = await git.git.tell("rev-parse", "--verify", "--quiet", f"{action.commit or tracking}^{{commit}}")
    if not goal:
        raise Refused(
            f"there is no commit {action.commit} in {action.repo}", "Choose another chart.commit, or latest."
        )
    if not head:
        await git.do("checkout", "--quiet", "-B", action.branch, goal)
    elif goal != head:
        if (await git.git.ask("merge-base", "--is-ancestor", head, goal))[0]:
            await git.do("merge", "--quiet", "--ff-only", goal)
        else:
            if not (await git.git.ask("merge-base", "--is-ancestor", head, tracking))[0]:
                await git.do("branch", "--force", f"before-{goal[:7]}", head)
                line(f"kept what was here as the branch before-{goal[:7]}")
            await git.do("reset", "--quiet", "--keep", goal)
    line(f"{action.branch} is at {goal[:7]}")


class Work:
    """Commands that must succeed."""

    def __init__(self, git: Git) -> None:
        self.git = git

    async def do(self, *arguments: str) -> None:
        """Runs one. Raises `Refused` with what git said."""
        result = await self.git.result(*arguments)
        if result.code == 0:
            return
        text = result.err
        if "would be overwritten" in text or "not uptodate" in text or "Could not reset" in text:
            files = [f.strip() for f in text.splitlines() if f.startswith("\t")]
            named = ", ".join(files[:3]) or said(result)
            raise Refused(
                f"files were changed in the checkout: {named}; nothing was moved",
                "Keep your changes in my-values.yaml and undo those: git status shows them.",
            )
        raise Refused(f"git {arguments[0]} failed: {said(result)}", "Look at it by hand: git status")
