"""Whether an add-on is to be installed, is there as wanted, or is somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cocalc_tui.core.action import Action, Delete, Wait
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.release import Revision, newest
from cocalc_tui.core.view import View

GONE = ("uninstalled", "superseded")


def record(view: View, addon: HelmAddon) -> Revision | None:
    """The newest revision of an add-on; None where helm has none."""
    found = newest(view.objects(addon.records))
    return None if found is None or found.status in GONE else found


def installed(
    view: View, addon: HelmAddon, *, there: bool, ready: bool, checks: Sequence[str]
) -> list[Action]:
    """The actions for an add-on; none where it is `there` and somebody else made it.

    `ready` and `checks` tell whether, and by which checks, it is waited for.
    """
    found = record(view, addon)
    if not view.seen(addon.records) or (found and not found.inputs) or (there and not found):
        return []
    actions: list[Action] = []
    if found and found.pending:
        why = f"Helm was interrupted at revision {found.number} and refuses to go on before this is gone."
        unlock = Delete(f"{addon.id}.unlock", addon.step, why, SECRET, found.secret, addon.namespace)
        actions.append(unlock)
        addon = replace(addon, after=(*addon.after, unlock.id))
    current = found is not None and found.status == "deployed" and found.inputs == addon.inputs
    actions.append(replace(addon, current=current))
    if not (current and ready):
        why = "What comes after needs it at work."
        names = tuple(f"{addon.step}.{name}" for name in checks)
        actions.append(
            Wait(f"{addon.id}.ready", addon.step, why, f"{addon.release} ready", names, addon.timeout)
        )
    return actions
