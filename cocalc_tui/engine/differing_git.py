"""What a key and a checkout mean now."""

from __future__ import annotations

from cocalc_tui.core import ssh
from cocalc_tui.core.action import Git, MakeKey
from cocalc_tui.core.plan import NOT_SEEN, Planned
from cocalc_tui.core.view import View, why_unseen


def repository(action: MakeKey | Git, view: View) -> Planned:
    """The verb and the difference of an action on the user's side of the repository."""
    if not view.seen(action.probe):
        return Planned(action, "create", blocked=NOT_SEEN + why_unseen(view.get(action.probe)))
    seen = view.result(action.probe)
    if isinstance(action, MakeKey):
        diff = f"{action.path}  (0600, ed25519)\n{action.path}.pub  (0644, {action.comment})"
        if seen.get("exists"):
            return Planned(action, "keep", diff=_all(" ", diff))
        return Planned(action, "create", diff=_all("+", diff))
    wanted = f"remote {action.remote} {action.repo}\ncore.sshCommand {ssh.ssh_command(action.key)}"
    commit = str(seen.get("commit") or "")
    if not commit:
        at = f"{action.branch} at {action.commit[:12] or 'its newest commit'}"
        return Planned(action, "create", diff=_all("+", f"{wanted}\n{at}"))
    lines = []
    if not (seen.get("remote") == action.repo and seen.get("key_set")):
        lines = [_all("+", wanted)]
    if action.commit and not commit.startswith(action.commit):
        lines += [f"-{action.branch} at {commit[:12]}", f"+{action.branch} at {action.commit[:12]}"]
        lines += [f" {line}" for line in action.news]
    if not lines:
        return Planned(action, "keep", diff=_all(" ", f"{wanted}\n{action.branch} at {commit[:12]}"))
    return Planned(action, "update", diff="\n".join(lines))


def _all(mark: str, text: str) -> str:
    return "\n".join(mark + line for line in text.splitlines())
