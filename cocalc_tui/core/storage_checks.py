"""Judgements of the storage step about classes, and about what is the same for both claims."""

from __future__ import annotations

from cocalc_tui.core import claim_checks, nfs_volumes, storage_classes
from cocalc_tui.core.findings import Verdict, passed, skipped
from cocalc_tui.core.storage_view import CLASSES, PARTS, both, bound, chosen, claim_name, creator, volumes
from cocalc_tui.core.view import View


def usable_class(view: View) -> Verdict:
    """Whether the class can be used, where one is needed."""
    if both(view):
        return skipped("both claims are there")
    if creator(view) == "none":
        return skipped("the claims are made by hand")
    if nfs_volumes.given(view):
        return skipped("static volumes need no class")
    return storage_classes.judge(view.objects(CLASSES), view.text("storage.class"))


def reclaim(view: View) -> Verdict:
    """What becomes of the files when a claim is deleted."""
    if nfs_volumes.given(view) and not bound(view):
        return passed("Retain, data survives the claim")
    seen = [v for t in volumes(view) if (v := view.object(t))]
    return storage_classes.reclaim(chosen(view), seen, len(PARTS), creator(view))


def names(view: View) -> Verdict:
    """Whether the two names are valid and differ."""
    return claim_checks.names(claim_name(view, "data"), claim_name(view, "software"))


def write_access(view: View) -> Verdict:
    """Whether UID 2001 can write, as far as the class tells."""
    return storage_classes.owners(chosen(view), view.flag("storage.fix_permissions"))


def by_class(view: View) -> bool:
    """Whether volumes come from a class."""
    return creator(view) != "none" and not nfs_volumes.given(view)


def growth(view: View) -> Verdict:
    """Whether the claims can grow."""
    if nfs_volumes.given(view):
        return passed("as large as the file system of the server")
    return storage_classes.growth(chosen(view))
