"""The wanted checkout, and the commits to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.core import checkout, updates
from cocalc_tui.core.action import Action, Git
from cocalc_tui.core.chart_view import directory
from cocalc_tui.core.step import Choice
from cocalc_tui.core.view import View


def actions(view: View) -> Sequence[Action]:
    key = checkout.key_path(view)
    state = checkout.checkout(view).get("state")
    if not checkout.needed(view) or not key or state not in checkout.OPEN:
        return ()
    goal = checkout.target(view)
    first = not checkout.checkout(view).get("commit")
    newest = str(checkout.access(view).get("commit") or "") if first else ""
    return (
        Git(
            "chart.checkout",
            "chart",
            "The chart is fetched with the deploy key, as the guide has it, so that it can be updated.",
            directory(view),
            checkout.repo(view),
            checkout.branch(view),
            key,
            view.text("deploy-key.host_fingerprint"),
            goal or newest,
            () if first else updates.lines(view),
        ),
    )


def commits(view: View) -> Sequence[Choice]:
    """The newest commit of the branch, and those that were before this one."""
    news = checkout.news(view)
    if not news:
        return ()
    incoming = news.get("incoming") or ()
    subject = incoming[0]["subject"] if incoming else "what is here"
    found = [Choice(checkout.LATEST, True, subject, "\n".join(updates.lines(view)))]
    found += [
        Choice(each["commit"][:12], None, f"{each['date']} {each['subject']}")
        for each in (*incoming, *(news.get("earlier") or ()))
    ]
    return found


def from_checkout(name: str) -> Callable[[View], str | None]:
    """What the given checkout says of itself."""

    def detect(view: View) -> str | None:
        return str(checkout.own_git(view).get(name) or "") or None if checkout.needed(view) else None

    return detect
