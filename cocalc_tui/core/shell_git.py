"""The shell commands of a deploy key and a checkout, as the setup guide has them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cocalc_tui.core import ssh

if TYPE_CHECKING:
    from cocalc_tui.core.action import Git, MakeKey


def path(text: str) -> str:
    """A path as one word, its leading `~/` left for the shell."""
    return "~/" + shlex.quote(text[2:]) if text.startswith("~/") and text[2:] else shlex.quote(text)


def make_key(action: MakeKey) -> str:
    """`ssh-keygen`; a key that is there is kept."""
    key = path(action.path)
    folder = path(action.path.rpartition("/")[0] or ".")
    return (
        f"[ -e {key} ] || {{\n  (umask 077 && mkdir -p {folder})\n"
        f"  ssh-keygen -q -t ed25519 -N '' -C {shlex.quote(action.comment)} -f {key}\n}}"
    )


def check_out(action: Git) -> str:
    """`git init`, the key, the remote, the pull; run again it goes on where it ended."""
    folder, branch = path(action.directory), shlex.quote(action.branch)
    host = ssh.host_of(action.repo)
    lines = []
    if host:
        pinned = path(ssh.pin_file(action.key))
        lines += _pin(action, host, pinned)
    git = f"git -C {folder}"
    lines += [f"mkdir -p {folder}", f"[ -e {folder}/.git ] || {git} init -q -b {branch}"]
    if host:
        lines.append(f"{git} config --local core.sshCommand {shlex.quote(ssh.ssh_command(action.key))}")
    remote, repo = shlex.quote(action.remote), shlex.quote(action.repo)
    lines += [
        f"{git} remote add {remote} {repo} 2>/dev/null || {git} remote set-url {remote} {repo}",
        f"{git} fetch --no-tags {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}",
    ]
    goal = shlex.quote(action.commit) if action.commit else f"{remote}/{branch}"
    move = f"{git} merge -q --ff-only {goal} || {git} reset -q --keep {goal}" if action.commit else ":"
    lines += [
        f"if {git} rev-parse -q --verify HEAD >/dev/null; then {move}",
        f"else {git} checkout -q -B {branch} {goal}; fi",
        f"{git} branch -q --set-upstream-to={remote}/{branch}",
    ]
    return "\n".join(lines)


def _pin(action: Git, host: ssh.Host, pinned: str) -> list[str]:
    """Only keys that are known beforehand are pinned."""
    if host.github:
        keys = " ".join(shlex.quote(k) for k in ssh.known_hosts(host, ssh.GITHUB_KEYS).splitlines())
        return [f"printf '%s\\n' {keys} >{pinned}"]
    found = f"ssh-keygen -lf - | grep -qF -- {shlex.quote(action.host_fingerprint)}"
    return [
        f"[ -s {pinned} ] || ssh-keyscan -p {host.port} {shlex.quote(host.name)} | while read -r line; do",
        f"  if printf '%s\\n' \"$line\" | {found}; then printf '%s\\n' \"$line\"; fi",
        f"done >{pinned}",
        f"[ -s {pinned} ] || {{ echo 'the host key of {host.shown} is another one' >&2; exit 1; }}",
    ]
