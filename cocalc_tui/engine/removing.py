"""What `remove` takes away: what this tool created, in reverse order, never data unless it is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cocalc_tui.core.action import MANAGED_BY, MANAGER, Action, Apply, Helm, Label
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import NAMESPACE, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM
from cocalc_tui.core.release import newest, topic_of
from cocalc_tui.core.sql import Sql
from cocalc_tui.engine.judging import Judged
from cocalc_tui.errors import CocalcError
from cocalc_tui.ports import World

DATA = (PERSISTENT_VOLUME_CLAIM, PERSISTENT_VOLUME)


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that goes away, by undoing the action that made it; `data` where files go with it."""

    action: Action
    what: str
    data: bool = False


def removals(judged: Judged, only: frozenset[str]) -> tuple[list[Removal], list[str]]:
    """What would go, last made first, and what is kept with the reason.

    Claims go only where the step `storage` is named; the namespace only where it is named and no claim of
    it would be kept.
    """
    view = judged.view
    gone: list[Removal] = []
    kept: list[str] = []
    for action in reversed(view.wanted):
        if only and action.step not in only:
            continue
        match action:
            case Helm():
                record = newest(view.objects(topic_of(view)))
                if record and record.inputs:
                    gone.append(Removal(action, f"release {action.release} in {action.namespace}"))
                elif record:
                    kept.append(f"release {action.release}: somebody else installed it")
            case HelmAddon():
                if newest(view.objects(action.records)):
                    gone.append(Removal(action, f"release {action.release} in {action.namespace}"))
            case Apply():
                _object(judged, action, only, gone, kept)
            case Sql() if not action.statements:
                kept.append(f"{action.target}: role and database hold data; drop them by hand")
            case Label() if _labelled(judged, action):
                gone.append(Removal(action, f"labels of node {action.node}"))
            case _:
                pass
    return gone, kept


def _object(
    judged: Judged, action: Apply, only: frozenset[str], gone: list[Removal], kept: list[str]
) -> None:
    live = judged.view.object(action.topic)
    if live is None:
        return
    if live["metadata"].get("labels", {}).get(MANAGED_BY) != MANAGER:
        kept.append(f"{action.target}: somebody else made it")
    elif action.kind in DATA and "storage" not in only:
        kept.append(f"{action.target}: it holds data; name it with --only storage to remove it")
    elif action.kind == NAMESPACE and not {"namespace", "storage"} <= only:
        kept.append(f"{action.target}: it would take the data along; name --only namespace storage")
    else:
        gone.append(Removal(action, action.target, action.kind in (*DATA, NAMESPACE)))


def _labelled(judged: Judged, action: Label) -> bool:
    planned = next((p for p in judged.plan.actions if p.id == action.id), None)
    return planned is not None and planned.verb == "keep"


async def remove(world: World, gone: Sequence[Removal], say: Callable[[Removal, str], None]) -> int:
    """Removes one after the other; gives how many failed. `say` is told each with its error, or nothing."""
    failed = 0
    for removal in gone:
        try:
            match removal.action:
                case (
                    Helm(release=release, namespace=namespace)
                    | HelmAddon(release=release, namespace=namespace)
                ):
                    await world.helm.uninstall(release, namespace)
                case Apply() as action:
                    await world.cluster.delete(action.kind, action.name, action.namespace)
                case Label() as action:
                    none = dict.fromkeys(action.labels)
                    await world.cluster.label(Label(action.id, action.step, action.why, action.node, none))
                case _:
                    continue
        except CocalcError as error:
            failed += 1
            say(removal, error.message)
        else:
            say(removal, "")
    return failed
