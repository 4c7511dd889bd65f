"""What makes the two claims, and the volumes behind them where those are static."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.core import claim_checks, nfs_volumes, storage_classes
from cocalc_tui.core.action import Action, Apply, Wait, labelled
from cocalc_tui.core.claims import claim_manifest, class_name, larger, requested, unfit
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.storage_view import CLASSES, PARTS, bound, chosen, claim_name, creator, live
from cocalc_tui.core.view import View


def actions(view: View) -> Sequence[Action]:
    """The claims that are absent or our own, and the wait until their volumes are there."""
    differ = claim_checks.names(claim_name(view, "data"), claim_name(view, "software"))
    if creator(view) != "tool" or differ.status == "fail":
        return ()
    found = [a for part in PARTS for a in _part(view, part)]
    at_once = nfs_volumes.given(view) or storage_classes.binding(chosen(view)) == "Immediate"
    if found and not bound(view) and at_once:
        checks = tuple(f"storage.{part}" for part in PARTS)
        after = tuple(a.id for a in found)
        why = "The release needs volumes that are there."
        return (*found, Wait("storage.bound", "storage", why, "claims bound", checks, 300, after))
    return found


def _part(view: View, part: str) -> list[Apply]:
    """The volume before its claim."""
    claim = _claim(view, part)
    manifest = nfs_volumes.volume_manifest(view, part) if nfs_volumes.fits(view, part) else None
    if manifest is None:
        return [claim] if claim else []
    why = "A directory of the NFS server, kept for one claim. Its files survive the claim."
    volume = Apply(f"storage.{part}-volume", "storage", why, labelled(manifest))
    return [volume, claim] if claim else [volume]


def _claim(view: View, part: str) -> Apply | None:
    """A claim as it is wanted. What can never change stays as it is: the class, and a size once larger."""
    now, kind, size = live(view, part), view.text("storage.class"), view.text(f"storage.{part}_size")
    static = nfs_volumes.fits(view, part)
    if now is not None:
        if not ours(now) or unfit(now):
            return None
        kind = class_name(now)
        found = storage_classes.by_name(view.objects(CLASSES), kind)
        grows = found is not None and storage_classes.expands(found)
        size = larger(requested(now), size) if grows else requested(now)
    if not static and (not kind or (now is None and view.seen(CLASSES) and chosen(view) is None)):
        return None
    why = (
        "Holds all files of the projects." if part == "data" else "Software that all projects share at /ext."
    )
    manifest = claim_manifest(claim_name(view, part), view.namespace, "" if static else kind, size)
    if static:
        manifest["spec"]["volumeName"] = nfs_volumes.volume_name(view, part)
    return Apply(f"storage.{part}", "storage", why, labelled(manifest))
