"""Judgements on the checkout that this program makes and moves."""

from __future__ import annotations

import re

from cocalc_tui.core import checkout, updates
from cocalc_tui.core.findings import Verdict, absent, failed, passed, skipped, unknown, warned
from cocalc_tui.core.values_checks import some
from cocalc_tui.core.view import View

TAKE = "--set chart.commit=latest"


def missing(view: View, directory: str) -> Verdict | None:
    """Why there is no chart in a folder that is ours to fill; None where the folder is somebody else's."""
    seen = checkout.checkout(view)
    match seen.get("state"):
        case "absent" | "empty" | "unborn":
            granted = checkout.access(view).get("ok")
            remedy = (
                "Apply this step to fetch it." if granted else "Let the step Deploy key get access first."
            )
            return absent(
                f"no checkout in {directory} yet",
                remedy,
                detail="Or give a chart that is here already: --chart DIR",
            )
        case "broken":
            return broken(directory, str(seen.get("error") or ""))
        case _:
            return None


def broken(directory: str, error: str) -> Verdict:
    """A checkout that git cannot read."""
    return failed(
        f"git cannot read the checkout: {error}",
        f"Move it away, then apply this step to fetch it again: mv {directory} {directory}.broken",
    )


def clean(view: View) -> Verdict | None:
    """What was changed by hand in our checkout; None where that is told elsewhere."""
    seen = checkout.checkout(view)
    if seen.get("state") == "broken":
        return broken(str(view.text("chart.directory")), str(seen.get("error") or ""))
    if seen.get("state") != "checkout":
        return None
    files, commit = tuple(seen.get("dirty") or ()), str(seen.get("commit") or "")[:7]
    if files:
        return warned(
            f"commit {commit}, changed by hand: {some(files)}",
            "Keep your changes in my-values.yaml and undo those in the checkout: git status shows them.",
            detail="A changed file stops the next update.",
        )
    return passed(f"commit {commit}, clean")


def remote(view: View) -> Verdict | None:
    """Remote, key and upstream as the guide sets them; None where that is told elsewhere."""
    seen = checkout.checkout(view)
    if seen.get("state") != "checkout":
        return None
    address = str(seen.get("remote") or "")
    if not checkout.same_repo(view):
        return warned(
            f"the remote github is {address or 'absent'}, not {checkout.repo(view)}",
            "Apply this step to set it, or give chart.repo as it is.",
        )
    if not seen.get("key_set"):
        return warned(
            "core.sshCommand does not name the deploy key",
            "Apply this step to set it, or give deploy-key.path as it is.",
        )
    return passed(f"{address}, {seen.get('upstream') or 'no upstream'}")


def behind(view: View) -> Verdict | None:
    """What the vendor has that we have not; None where there is no checkout of ours."""
    if checkout.checkout(view).get("state") != "checkout":
        return None
    news = checkout.news(view)
    if not news:
        return skipped("needs access to the vendor's repository")
    if error := news.get("error"):
        return unknown(
            f"could not be compared with the vendor's: {error}",
            "Look at the step Deploy key, then look again.",
        )
    ahead, count = int(news.get("ahead") or 0), int(news.get("behind") or 0)
    told = "\n".join(updates.lines(view))
    if ahead and count:
        return warned(
            f"{_commits(ahead)} here and {_commits(count)} at the vendor's went different ways",
            f"Take the vendor's, yours are kept as a branch: {TAKE}",
            detail=told,
        )
    if ahead:
        return warned(
            f"{_commits(ahead)} that the vendor has not",
            f"Keep changes in my-values.yaml; take the vendor's, yours are kept as a branch: {TAKE}",
        )
    if not count:
        return passed("up to date")
    chosen = view.text("chart.commit").strip()
    if chosen and chosen != checkout.LATEST:
        return passed(f"at the chosen commit, {_commits(count)} behind the vendor's", told)
    lost = updates.lost_keys(view)
    vanish = f", {len(lost)} of your keys would vanish: {some(lost)}" if lost else ""
    return warned(
        f"{_commits(count)} behind the vendor's{vanish}",
        f"Look at what is new, then take it: {TAKE}",
        detail=told,
    )


def _commits(count: int) -> str:
    return f"{count} commit{'' if count == 1 else 's'}"


def commit_form(value: str, view: View) -> str | None:
    """A commit as it may be typed."""
    if value == checkout.LATEST or re.fullmatch(r"[0-9a-f]{7,40}", value):
        return None
    return "latest is wanted, or a commit in 7 to 40 hexadecimal digits"


def address_form(value: str, view: View) -> str | None:
    """A repository's address; git takes a leading dash, and `ext::`, for something else."""
    if value.startswith("-") or "::" in value or any(c.isspace() for c in value):
        return "an address of a repository is wanted, such as git@github.com:OWNER/NAME.git"
    return None


def branch_form(value: str, view: View) -> str | None:
    """A branch's name."""
    return None if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._/-]*", value) else "a name of a branch is wanted"
