"""The checkout of the vendor's repository, and the deploy key that fetches it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cocalc_tui.core import chart_view, ssh
from cocalc_tui.core.answers import Source
from cocalc_tui.core.topics import Need, Probe
from cocalc_tui.core.view import View

REPO = "git@github.com:sagemathinc/cocalc-cloud-helm.git"
BRANCH = "main"
DIRECTORY = "cocalc-cloud"
CLUSTER = Probe.of("cluster")
LATEST = "latest"
# What a folder may be for a checkout to be made or continued in it
OPEN = ("absent", "empty", "unborn", "checkout")


def given(view: View) -> bool:
    """Whether somebody named the chart's folder."""
    answer = view.answer("chart.directory")
    return answer is not None and answer.source >= Source.EXAMPLE and bool(answer.value)


def needed(view: View) -> bool | None:
    """Whether this program fetches the chart; None while that was not seen.

    Not where the chart was given as a folder, or as a checkout that uses SSH in its own way.
    """
    if not given(view):
        return bool(chart_view.directory(view))
    if not view.seen(chart_view.probe(view)):
        return None
    seen = chart_view.document(view)
    if not seen.get("found"):
        return True
    return bool(ssh.key_of(str(own_git(view).get("ssh_command") or "")))


def own_git(view: View) -> Mapping[str, Any]:
    """What git says of the folder that the chart was read from."""
    seen = chart_view.document(view).get("git")
    return seen if isinstance(seen, Mapping) else {}


def repo(view: View) -> str:
    """The repository's address."""
    return view.text("chart.repo", REPO).strip() or REPO


def branch(view: View) -> str:
    """The branch."""
    return view.text("chart.branch", BRANCH).strip() or BRANCH


def host(view: View) -> str:
    """The repository's host, as the screens name it."""
    found = ssh.host_of(repo(view))
    return found.shown if found else repo(view)


def slug(view: View) -> str:
    """The cluster's context as part of a file name; empty while it was not seen."""
    context = str(view.result(CLUSTER).get("context") or "")
    return re.sub(r"[^a-z0-9]+", "-", context.lower()).strip("-")[:60].strip("-")


def key_path(view: View) -> str:
    """The private key's file, empty while that is open."""
    return view.text("deploy-key.path").strip()


def detected_path(view: View) -> str | None:
    """The key that the checkout uses, else one of this cluster's own."""
    used = ssh.key_of(str(own_git(view).get("ssh_command") or ""))
    if used:
        return used
    name = slug(view)
    return f"~/.ssh/cocalc-deploy-{name}" if name else None


def folder_needs(view: View) -> Iterable[Need]:
    """What tells whether the key is needed at all, and what it is called."""
    return (*(chart_view.needs(view) if given(view) else ()), CLUSTER)


def key_probe(view: View) -> Probe:
    """What is in the key's file."""
    return Probe.of("deploy-key", path=key_path(view))


def key_needs(view: View) -> Iterable[Need]:
    """The key, where it is needed."""
    yield from folder_needs(view)
    if needed(view) and key_path(view):
        yield key_probe(view)


def key_good(view: View) -> bool:
    """Whether the key can be tried."""
    seen = view.result(key_probe(view))
    return bool(seen.get("exists")) and not seen.get("error") and not int(seen.get("mode") or 0) & 0o077


def _remote(view: View) -> dict[str, str | None]:
    return {
        "repo": repo(view),
        "branch": branch(view),
        "key": key_path(view),
        "host_fingerprint": view.text("deploy-key.host_fingerprint").strip() or None,
    }


def access_probe(view: View) -> Probe:
    """Whether the key opens the repository."""
    return Probe.of("git-access", **_remote(view))


def access_needs(view: View) -> Iterable[Need]:
    """The attempt, once there is a key to try."""
    yield from key_needs(view)
    if needed(view) and key_path(view) and key_good(view):
        yield access_probe(view)


def access(view: View) -> Mapping[str, Any]:
    """What came of the attempt; empty where it was not made."""
    return view.result(access_probe(view))


def checkout_probe(view: View) -> Probe:
    """What is in the folder of the checkout."""
    return Probe.of("checkout", directory=chart_view.directory(view), key=key_path(view) or None)


def checkout_needs(view: View) -> Iterable[Need]:
    """The chart, and the checkout where we make it."""
    yield from chart_view.needs(view)
    if needed(view):
        yield checkout_probe(view)


def checkout(view: View) -> Mapping[str, Any]:
    """What was seen of the checkout; empty where that is not ours to look at."""
    return view.result(checkout_probe(view)) if needed(view) else {}


def same_repo(view: View) -> bool:
    """Whether the checkout is one of the repository that was asked for."""
    return str(checkout(view).get("remote") or "") == repo(view)


def news_probe(view: View) -> Probe:
    """What the vendor has that the checkout has not."""
    return Probe.of("git-remote", directory=chart_view.directory(view), **_remote(view))


def news_needs(view: View) -> Iterable[Need]:
    """The comparison, once there is a checkout and access."""
    yield from checkout_needs(view)
    if needed(view):
        yield from access_needs(view)
        if checkout(view).get("commit") and same_repo(view) and access(view).get("ok"):
            yield news_probe(view)


def news(view: View) -> Mapping[str, Any]:
    """What came of the comparison; empty where there was none."""
    return view.result(news_probe(view)) if needed(view) else {}


def target(view: View) -> str:
    """The commit that the checkout is to be at; empty for the one it is at, or for the newest at first."""
    wanted = view.text("chart.commit").strip()
    if wanted == LATEST:
        return str(news(view).get("commit") or access(view).get("commit") or "")
    return wanted
