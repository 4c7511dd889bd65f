"""The two shared volumes (setup guide, "Storage")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.core import claim_checks, nfs_volumes, storage_classes
from cocalc_tui.core.claims import class_name
from cocalc_tui.core.findings import Check, Verdict
from cocalc_tui.core.kinds import EVENT
from cocalc_tui.core.names import object_name
from cocalc_tui.core.quantity import positive
from cocalc_tui.core.step import Choice, Field, Step
from cocalc_tui.core.storage_actions import actions
from cocalc_tui.core.storage_checks import by_class, growth, names, reclaim, usable_class, write_access
from cocalc_tui.core.storage_view import (
    CLASSES,
    PARTS,
    PATHS,
    claim_name,
    class_needed,
    creator,
    detect_class,
    detect_create,
    live,
    needs_choice,
    needs_claim,
    needs_claims,
    needs_class,
    needs_reclaim,
)
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Wish


def claim(part: str) -> Callable[[View], Verdict]:
    """The judgement of one claim."""

    def judge(view: View) -> Verdict:
        found = live(view, part)
        of = storage_classes.by_name(view.objects(CLASSES), class_name(found))
        return claim_checks.judge(
            claim_checks.Claimed(
                claim_name(view, part),
                view.namespace,
                f"storage.{part}_claim",
                creator(view),
                found,
                storage_classes.of(of) if of else None,
                storage_classes.binding(of),
                view.objects(Topic(EVENT, view.namespace)),
            )
        )

    return judge


def values(view: View) -> Sequence[Wish]:
    def wish(field: str, value: object) -> Wish:
        return Wish("storage", field, PATHS[field], value)

    by_chart = creator(view) == "chart"
    found = [wish("create", by_chart)]
    found += [wish(f"{part}_claim", claim_name(view, part)) for part in PARTS]
    texts = ("class", *(f"{part}_size" for part in PARTS)) if by_chart else ()
    given = ((field, view.text(f"storage.{field}")) for field in (*texts, "shared_files_path"))
    found += [wish(field, value) for field, value in given if value]
    return [*found, wish("fix_permissions", True)] if view.flag("storage.fix_permissions") else found


def different(value: str, view: View) -> str | None:
    """A valid name that is not the data claim's."""
    if value == claim_name(view, "data"):
        return "the two claims must differ, and this is the name of the data claim"
    return object_name(value)


def by_tool(view: View) -> bool:
    """Whether claims are made at all, so that sizes matter."""
    return creator(view) != "none"


STEP = Step(
    id="storage",
    title="Storage",
    group="Base",
    why="Projects and hubs mount the same files at once, so the volumes must allow ReadWriteMany.",
    guide=("Storage", "Projects Data", "Projects Software", "Install NFS Server"),
    after=("namespace",),
    fields=(
        Field(
            "class",
            "Class",
            "The StorageClass that both volumes are made of. Its provisioner must be able to do "
            "ReadWriteMany: one file system, mounted by pods on several nodes at once.",
            kind="choice",
            choices=lambda view: tuple(storage_classes.choice(c) for c in view.objects(CLASSES)),
            # a class that is not there is the check's affair: it may be created in a moment
            check=lambda value, view: None,
            detect=detect_class,
            needed=lambda view: class_needed(view) and by_class(view),
            shown=by_class,
            needs=needs_class,
            paths=PATHS["class"],
        ),
        Field(
            "create",
            "Create",
            "Who makes the two claims. tool (recommended by the guide: beforehand), chart: helm, which also "
            "deletes them with the release, none: you, by hand.",
            kind="choice",
            default="tool",
            choices=lambda view: (
                Choice("tool", note="here, before the release", detail="survive the release"),
                Choice("chart", note="by helm", detail="deleted with the release"),
                Choice("none", note="by you", detail="must be there"),
            ),
            detect=detect_create,
            needs=needs_claims,
        ),
        Field(
            "data_claim",
            "Data claim",
            "Name of the claim for the files of all projects.",
            default="projects-data",
            check=object_name,
            paths=PATHS["data_claim"],
        ),
        Field(
            "data_size",
            "Data size",
            "How much the projects' files may take. Most classes can grow it later, none can shrink it.",
            kind="size",
            default="100Gi",
            check=positive,
            shown=by_tool,
            paths=PATHS["data_size"],
        ),
        Field(
            "software_claim",
            "Software claim",
            "Name of the claim for software that all projects share; not the same as the data claim.",
            default="projects-software",
            check=different,
            paths=PATHS["software_claim"],
        ),
        Field(
            "software_size",
            "Software size",
            "How much the shared software may take, seen by all projects at /ext.",
            kind="size",
            default="50Gi",
            check=positive,
            shown=by_tool,
            paths=PATHS["software_size"],
        ),
        Field(
            "nfs_server",
            "NFS server",
            "Host name or address of an NFS server of your own. The two volumes are then directories of it, "
            "and no class is needed.",
            check=nfs_volumes.valid_server,
            shown=lambda view: creator(view) == "tool",
            placeholder="volumes come from the class",
        ),
        Field(
            "nfs_path",
            "NFS path",
            "The directory that the NFS server exports. Each claim has a directory of its name in it.",
            check=nfs_volumes.valid_path,
            needed=lambda view: bool(nfs_volumes.server(view)),
            shown=lambda view: bool(nfs_volumes.server(view)),
            placeholder="/export/cocalc",
        ),
        Field(
            "fix_permissions",
            "Fix permissions",
            "Lets a container that runs as root give a project's files to UID 2001 before each start. "
            "Answer yes if projects fail with Permission denied; NFS must then be exported with "
            "no_root_squash.",
            kind="flag",
            default=False,
            paths=PATHS["fix_permissions"],
        ),
        Field(
            "shared_files_path",
            "Shared files",
            "Path schema of published files. Leave it empty: the guide calls it untested.",
            placeholder="not set: the chart's own",
            paths=PATHS["shared_files_path"],
        ),
    ),
    checks=(
        Check(
            "class",
            "Class",
            "Pods on several nodes write to the same files, which is the access mode ReadWriteMany. Disks "
            "of clouds cannot do it: a claim on such a class stays Pending for ever, or binds and then "
            "fails.",
            usable_class,
            needs_choice,
        ),
        Check(
            "reclaim",
            "Reclaim",
            "The reclaim policy says what becomes of the files when a claim is deleted: Retain keeps them, "
            "Delete deletes them at once.",
            reclaim,
            needs_reclaim,
        ),
        Check(
            "names",
            "Names",
            "CoCalc mounts two claims, one for the files of projects and one for software. Their names must "
            "differ, says the setup guide.",
            names,
            lambda view: (),
        ),
        Check(
            "data",
            "Data claim",
            "The claim for the files of all projects must be ReadWriteMany and a file system, and bound, or "
            "wait for its first pod where the class makes volumes only then.",
            claim("data"),
            needs_claim("data"),
            counts=True,
        ),
        Check(
            "software",
            "Software claim",
            "The claim for shared software must be ReadWriteMany and a file system, and bound, or wait for "
            "its first pod where the class makes volumes only then.",
            claim("software"),
            needs_claim("software"),
            counts=True,
        ),
        Check(
            "nfs",
            "NFS volumes",
            "Volumes on an NFS server are bound to their claims alone and are kept when a claim goes. Where "
            "a volume points to can never be changed.",
            nfs_volumes.judge,
            nfs_volumes.needs_volumes,
        ),
        Check(
            "growth",
            "Growth",
            "A claim can only grow if its class allows volume expansion. Where it does not, the size must "
            "last for years, or the files must be moved one day.",
            growth,
            lambda view: (CLASSES,),
        ),
        Check(
            "write-access",
            "Write access",
            "Projects run as UID and GID 2001 and must be able to write. Only a pod can try that, so it is "
            "known when a project first starts: if it ends in Permission denied, answer yes to "
            "fix_permissions.",
            write_access,
            lambda view: (CLASSES,),
        ),
    ),
    actions=actions,
    values=values,
    needs=needs_class,
    summary=lambda view: ", ".join(claim(part)(view).summary for part in PARTS),
)
