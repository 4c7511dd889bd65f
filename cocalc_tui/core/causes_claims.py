"""Why a PersistentVolumeClaim gets no volume."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cocalc_tui.core.cause import Cause, cleaned
from cocalc_tui.core.provisioners import ability
from cocalc_tui.core.raw import (
    Raw,
    about,
    event_time,
    moment,
    name,
    named,
    namespace,
    newest,
    table,
    text,
    texts,
    value,
)

RWX = "ReadWriteMany"
CHOSEN = "volume.kubernetes.io/selected-node"
DEFAULT = "storageclass.kubernetes.io/is-default-class"
WAITS = ("WaitForFirstConsumer", "WaitForPodScheduled")
PATIENCE = 15.0
_MODES = re.compile(
    r"access ?mode|ReadWriteMany|ReadWriteOnce|MULTI_NODE|SINGLE_NODE|capabilit", re.IGNORECASE
)
_NO_CLASS = re.compile(r'storageclass\S* "([^"]*)" not found', re.IGNORECASE)


def claim_cause(
    claim: Raw, events: Sequence[Raw], storage_classes: Sequence[Raw] | None, *, now: float | None = None
) -> Cause | None:
    """The cause of a claim that is not bound; None if it is bound, still young or waits for its first pod.

    `storage_classes` is None where they could not be listed. `now` is Unix time in seconds.
    """
    mine = about(events, "PersistentVolumeClaim", claim)
    phase = text(claim, "status", "phase") or "Pending"
    if phase == "Lost":
        return _cause(
            claim,
            "has lost its volume",
            f"Bring back the PersistentVolume {text(claim, 'spec', 'volumeName')} of the claim.",
        )
    if phase != "Pending" or not name(claim):
        return None
    wanted = value(claim, "spec", "storageClassName")
    classes = storage_classes or ()
    found = named(classes, wanted) if isinstance(wanted, str) else _default(classes)
    last = mine[-1] if mine else {}
    return (
        _no_class(claim, wanted, last, found, storage_classes is not None)
        or _cannot_share(claim, found, mine)
        or _failing(claim, mine)
        or _silent(claim, mine, found, newest(events, (claim,)) if now is None else now)
    )


def _default(classes: Sequence[Raw]) -> Raw | None:
    return next((c for c in classes if value(c, "metadata", "annotations", DEFAULT) == "true"), None)


def _no_class(claim: Raw, wanted: object, last: Raw, found: Raw | None, listed: bool) -> Cause | None:
    message = text(last, "message")
    missing = _NO_CLASS.search(message)
    gone = missing.group(1) if missing else wanted if listed and found is None and wanted else ""
    if gone and found is None:
        return _cause(
            claim,
            f"waits for StorageClass {gone}, which does not exist",
            f"Create the StorageClass {gone}, or {_again(claim)} with a class that exists.",
            message,
        )
    if last.get("reason") == "FailedBinding" and not wanted and found is None:
        if wanted == "":
            return _cause(
                claim,
                "asks for no class, and no PersistentVolume fits",
                f"Create a PersistentVolume for the claim {name(claim)}, or {_again(claim)} with a class.",
                message,
            )
        return _cause(
            claim,
            "names no storage class, and the cluster has no default",
            f"Choose a class as storage.class and {_again(claim)}, or mark a default: kubectl annotate "
            f"storageclass NAME {DEFAULT}=true",
            message,
        )
    return None


def _cannot_share(claim: Raw, found: Raw | None, mine: Sequence[Raw]) -> Cause | None:
    """A class that is known not to do ReadWriteMany, or whose provisioner says so."""
    if RWX not in texts(claim, "spec", "accessModes"):
        return None
    refused = [e for e in mine if e.get("reason") == "ProvisioningFailed"]
    message = text(refused[-1], "message") if refused else ""
    known = ability(text(found, "provisioner"), _parameters(found)) if found else None
    if not (known and known.rwx is False) and not _MODES.search(message):
        return None
    kind = text(claim, "spec", "storageClassName") or name(found)
    what = f" ({known.what})" if known and known.rwx is False else ""
    return _cause(
        claim,
        f"waits for ever: class {kind}{what} cannot do {RWX}",
        f"Choose a class that can as storage.class, and {_again(claim)}.",
        message,
    )


def _failing(claim: Raw, mine: Sequence[Raw]) -> Cause | None:
    last = mine[-1] if mine else {}
    if last.get("reason") != "ProvisioningFailed":
        return None
    kind = text(claim, "spec", "storageClassName")
    said = cleaned(text(last, "message"))
    return _cause(
        claim,
        f"gets no volume: the provisioner of class {kind} fails",
        f"Mend what the provisioner reports: kubectl -n {namespace(claim)} describe pvc {name(claim)}",
        said,
    )


def _silent(claim: Raw, mine: Sequence[Raw], found: Raw | None, now: float) -> Cause | None:
    """Nobody makes the volume: a provisioner that works tells at once that it has begun."""
    last = mine[-1] if mine else {}
    later = text(found, "volumeBindingMode") == "WaitForFirstConsumer"
    if last.get("reason") in WAITS or (later and not value(claim, "metadata", "annotations", CHOSEN)):
        return None
    made = moment(value(claim, "metadata", "creationTimestamp"))
    waited = max(now, event_time(last)) - made if made is not None else 0.0
    if waited < PATIENCE or any(e.get("reason") == "Provisioning" for e in mine):
        return None
    told = re.search(r"external provisioner '([^']*)'", text(last, "message"))
    who = told.group(1) if told else text(found, "provisioner")
    if not who:
        return None
    if who == "kubernetes.io/no-provisioner":
        kind = text(claim, "spec", "storageClassName")
        return _cause(
            claim,
            f"waits for a PersistentVolume of class {kind}, and none is free",
            f"Create a PersistentVolume of class {kind} that fits the claim {name(claim)}.",
            text(last, "message"),
        )
    return _cause(
        claim,
        f"waits for provisioner {who}, which does not answer",
        f"Install or start the provisioner {who}, whose pods must run in this cluster.",
        text(last, "message"),
        persistent=waited > 120,
    )


def _parameters(found: Raw) -> dict[str, str]:
    return {str(k): str(v) for k, v in table(found, "parameters").items()}


def _again(claim: Raw) -> str:
    return f"make the claim again (kubectl -n {namespace(claim)} delete pvc {name(claim)})"


def _cause(claim: Raw, summary: str, remedy: str, detail: str = "", persistent: bool = True) -> Cause:
    called = f"PersistentVolumeClaim/{name(claim)}"
    return Cause(
        called,
        f"PersistentVolumeClaim {name(claim)} {summary}",
        remedy,
        cleaned(detail),
        persistent=persistent,
    )
