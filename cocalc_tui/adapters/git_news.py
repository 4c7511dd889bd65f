"""What the vendor's branch has that the checkout has not, told as commits and as values."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from cocalc_tui.adapters.git import Git
from cocalc_tui.adapters.git_checkout import fetch, root_of
from cocalc_tui.adapters.git_ssh import Remote, host_key_changed, is_denied, said
from cocalc_tui.adapters.yaml_load import Broken, load
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe

MOST = 100  # commits and values that are told
LONGEST = 120  # characters of a value
VALUES = re.compile(r"^(?:cocalc/)?(?:charts/(?P<sub>[^/]+)/)?values\.yaml$")
IMAGE = re.compile(r"(^|\.)(tag|image|repository|appVersion)$|(Tag|Image)$")
EMPTY: dict[str, Any] = {
    "commit": None,
    "behind": None,
    "ahead": None,
    "incoming": [],
    "earlier": [],
    "added": [],
    "removed": [],
    "changed": [],
    "images": [],
    "denied": False,
    "error": None,
}


async def probe_remote(probe: Probe, timeout: float) -> Object:
    """Probe `git-remote`: fetches the branch beside the checkout's own, which stays as it is."""
    remote = Remote.of(probe)
    branch = probe.text("branch", "main")
    tracking = f"refs/remotes/github/{branch}"
    root = await asyncio.to_thread(root_of, probe.text("directory"))
    known = await remote.host_key(timeout)
    if known and known.state != "pinned":
        return {**EMPTY, "error": f"the host key is {known.state}"}
    with remote.environment(known, timeout) as env:
        result = await fetch(Git(root, timeout, env), remote.repo, branch, tracking)
    if result.code:
        if host_key_changed(result):
            return {**EMPTY, "error": "the host key is changed"}
        return {**EMPTY, "denied": is_denied(result), "error": said(result)}
    git = Git(root, timeout)
    tip, counts, incoming, earlier, before, after = await asyncio.gather(
        git.tell("rev-parse", "--verify", tracking),
        git.tell("rev-list", "--left-right", "--count", f"HEAD...{tracking}"),
        _commits(git, f"HEAD..{tracking}"),
        _commits(git, "HEAD"),
        _values(git, "HEAD"),
        _values(git, tracking),
    )
    ahead, _, behind = counts.partition("\t")
    changed = [
        {"path": path, "before": before[path], "after": after[path]}
        for path in after
        if path in before and before[path] != after[path]
    ]
    return {
        **EMPTY,
        "commit": tip or None,
        "behind": int(behind or 0),
        "ahead": int(ahead or 0),
        "incoming": incoming,
        "earlier": earlier,
        "added": [path for path in after if path not in before][:MOST],
        "removed": [path for path in before if path not in after][:MOST],
        "changed": changed[:MOST],
        "images": [each for each in changed if IMAGE.search(each["path"])],
    }


async def _commits(git: Git, which: str) -> list[Object]:
    text = await git.tell("log", "--no-color", f"--max-count={MOST}", "--format=%H%x1f%cs%x1f%s", which, "--")
    parts = [line.split("\x1f", 2) for line in text.splitlines()]
    return [{"commit": p[0], "date": p[1], "subject": p[2]} for p in parts if len(p) == 3]


async def _values(git: Git, commit: str) -> dict[str, str]:
    """All default values of a commit's chart, by their path as my-values.yaml has it."""
    listed = await git.tell("ls-tree", "-r", "--name-only", "-z", commit)
    files = [(name, found) for name in listed.split("\0") if (found := VALUES.match(name))]
    texts = await asyncio.gather(*(git.tell("show", f"{commit}:{name}") for name, _ in files))
    values: dict[str, str] = {}
    for (_, found), text in zip(files, texts, strict=True):
        try:
            document = load(text)
        except Broken:
            continue
        _flatten(document, found["sub"] or "", values)
    return values


def _flatten(value: Any, path: str, into: dict[str, str]) -> None:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            name = str(key).replace(".", "\\.")
            _flatten(inner, f"{path}.{name}" if path else name, into)
    elif path:
        text = "" if value is None else str(value)
        into[path] = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
