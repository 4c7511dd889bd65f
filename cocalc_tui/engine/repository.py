"""Keys and checkouts: acting, looking again, and what that leaves to be shown before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.core.action import Git, MakeKey, Wait
from cocalc_tui.core.plan import Left, Plan
from cocalc_tui.core.topics import Probe
from cocalc_tui.engine.session import Session

OF_GIT = ("deploy-key", "git-access", "checkout", "git-remote", "chart")
MOVED = "the chart moved, so this is another change now than was shown: look at the new plan, then apply"


async def act_on(session: Session, action: MakeKey | Git, line: Callable[[str], None]) -> None:
    """Makes a key or a checkout, then looks at everything that depends on it."""
    if isinstance(action, MakeKey):
        await session.world.git.make_key(action)
    else:
        await session.world.git.check_out(action, line)
    asked: set[Probe] = set()
    while wanted := [n for n in session.judged.needs - asked if isinstance(n, Probe) and n.kind in OF_GIT]:
        for probe in wanted:
            asked.add(probe)
            await session.refresh(probe)
        await session.judge_now()


def news(plan: Plan) -> Sequence[Left]:
    """A chart that moved changes what is to be done; nothing is done that was not shown."""
    if not any(p.verb != "keep" and not p.blocked and not isinstance(p.action, Wait) for p in plan.actions):
        return ()
    return (Left("chart", "the chart is another one now: look at the new plan, then apply again"),)
