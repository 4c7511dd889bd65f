"""Static volumes on an NFS server: two PersistentVolumes that only our claims can bind to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cocalc_tui.core.claims import RWX
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import State, Verdict, failed, passed, skipped
from cocalc_tui.core.kinds import PERSISTENT_VOLUME
from cocalc_tui.core.ownership import ours
from cocalc_tui.core.storage_view import PARTS, claim_name, creator, live
from cocalc_tui.core.topics import Need, Topic
from cocalc_tui.core.view import View


def server(view: View) -> str:
    """The NFS server, empty where volumes come from a class."""
    return _answer(view, "storage.nfs_server")


def path(view: View) -> str:
    """The exported directory."""
    return _answer(view, "storage.nfs_path").rstrip("/")


def _answer(view: View, field: str) -> str:
    """Claims that the chart makes, or a person, have no volumes of ours."""
    return view.text(field).strip() if creator(view) == "tool" else ""


def given(view: View) -> bool:
    """Whether the volumes are to be static ones."""
    return bool(server(view) and path(view))


def directory(view: View, part: str) -> str:
    """Where a claim's files are on the server."""
    return f"{path(view)}/{claim_name(view, part)}"


def volume_name(view: View, part: str) -> str:
    """Volumes belong to no namespace, so theirs is part of their name."""
    return f"{view.namespace}-{claim_name(view, part)}"


def topic(view: View, part: str) -> Topic:
    """The volume itself."""
    return Topic(PERSISTENT_VOLUME, name=volume_name(view, part))


def volume(view: View, part: str) -> Object | None:
    """The volume as it is, None where it is absent or was not seen."""
    return view.object(topic(view, part))


def needs_volumes(view: View) -> Iterable[Need]:
    """Both volumes, where they are to be static."""
    return tuple(topic(view, part) for part in PARTS) if given(view) else ()


def fits(view: View, part: str) -> bool:
    """Whether a claim is absent, or made for the static volume."""
    now = live(view, part)
    return given(view) and (now is None or now["spec"].get("volumeName") == volume_name(view, part))


def volume_manifest(view: View, part: str) -> dict[str, Any] | None:
    """A volume as it is wanted; None where one is there that differs in what can never change."""
    now = volume(view, part)
    if now is not None and (not ours(now) or elsewhere(now, view, part)):
        return None
    size = view.text(f"storage.{part}_size")
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": volume_name(view, part)},
        "spec": {
            "capacity": {"storage": now["spec"]["capacity"]["storage"] if now else size},
            "accessModes": [RWX],
            "volumeMode": "Filesystem",
            "persistentVolumeReclaimPolicy": "Retain",
            "claimRef": {"namespace": view.namespace, "name": claim_name(view, part)},
            "nfs": {"server": server(view), "path": directory(view, part)},
        },
    }


def elsewhere(now: Object, view: View, part: str) -> str:
    """Where a volume points to, if not to where it should."""
    of = now["spec"].get("nfs") or {}
    wanted = (server(view), directory(view, part))
    if (of.get("server"), of.get("path")) == wanted:
        return ""
    return f"{of['server']}:{of['path']}" if of else "no NFS server"


def judge(view: View) -> Verdict:
    """Whether the volumes name the server that was answered, and are free for their claims."""
    if not server(view) and not path(view):
        return skipped("volumes come from a class")
    if not given(view):
        missing = "nfs_path" if server(view) else "nfs_server"
        return failed(
            f"storage.{missing} is not answered", f"Answer storage.{missing} too.", state=State.PARTIAL
        )
    for part in PARTS:
        found = volume(view, part)
        where = elsewhere(found, view, part) if found else ""
        if found and where:
            return failed(
                f"{volume_name(view, part)} points to {where}",
                "Answer storage.nfs_server and storage.nfs_path as it has them, or name other claims.",
                detail="Where a volume points to can never be changed.",
                state=State.FOREIGN,
            )
        if found and found.get("status", {}).get("phase") == "Released":
            patch = """--type json -p '[{"op": "remove", "path": "/spec/claimRef/uid"}]'"""
            return failed(
                f"{volume_name(view, part)} still belongs to a claim that was deleted",
                f"Free it for its new claim: kubectl patch pv {volume_name(view, part)} {patch}",
                detail="Its files are kept.",
                state=State.PARTIAL,
            )
    return passed(f"volumes on {server(view)}:{path(view)}", on_the_server(view))


def on_the_server(view: View) -> str:
    """What must be so on the server, which nobody here can see."""
    directories = " ".join(directory(view, part) for part in PARTS)
    return (
        "Only a pod can try the server. Both directories must be there and belong to UID and GID 2001, and "
        "root must keep its rights. As root on the server:\n"
        f"mkdir -p {directories}\n"
        f"chown 2001:2001 {directories}\n"
        f"echo '{path(view)} *(rw,no_root_squash,no_subtree_check)' >> /etc/exports && exportfs -ra"
    )


def valid_server(value: str, view: View) -> str | None:
    """A bare host name or address."""
    if re.fullmatch(r"[A-Za-z0-9_.:-]+", value) and ":/" not in value:
        return None
    return "use a bare host name or IP address; its directory is the other answer"


def valid_path(value: str, view: View) -> str | None:
    """An absolute path that needs no quotes."""
    if re.fullmatch(r"/[A-Za-z0-9._@/-]+", value) and ".." not in value:
        return None
    return "use the absolute path of the exported directory, such as /export/cocalc"
