"""StorageClasses as they are seen, and which of them CoCalc can use."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import State, Verdict, failed, passed, skipped, warned
from cocalc_tui.core.provisioners import Ability, ability, forces_owner
from cocalc_tui.core.step import Choice

NONE_FITS = (
    "Install storage that can do ReadWriteMany, such as the NFS provisioner "
    "nfs-ganesha-server-and-external-provisioner, then choose its class."
)


def name(found: Object) -> str:
    """The class's name."""
    return str(found["metadata"]["name"])


def of(found: Object) -> Ability:
    """What the class can do."""
    return ability(str(found.get("provisioner", "")), found.get("parameters"))


def by_name(classes: Sequence[Object], wanted: str) -> Object | None:
    """The class of that name."""
    return next((c for c in classes if name(c) == wanted), None)


def retains(found: Object) -> bool:
    """Whether the data of a deleted claim is kept."""
    return bool(found.get("reclaimPolicy", "Delete") == "Retain")


def binding(found: Object | None) -> str:
    """When it makes a volume: Immediate or WaitForFirstConsumer; empty where the class was not seen."""
    return str(found.get("volumeBindingMode", "Immediate")) if found else ""


def expands(found: Object) -> bool:
    """Whether its claims can grow."""
    return bool(found.get("allowVolumeExpansion"))


def choice(found: Object) -> Choice:
    """The class as an entry of the drop-down."""
    can = of(found)
    note = {True: "ReadWriteMany", False: "ReadWriteOnce only", None: "not known"}[can.rwx]
    if can.flaw:
        note = "not usable"
    elif _forces(found):
        note = "another owner than 2001"
    keeps = "" if can.rwx is None else ", keeps data" if retains(found) else ", deletes data"
    return Choice(name(found), can.fits, note, can.what + keeps)


def suggestion(classes: Sequence[Object]) -> str:
    """The class that is meant if nobody says: the only one that fits, lets files belong to 2001, retains."""
    fit = [c for c in classes if of(c).fits]
    free = [c for c in fit if not _forces(c)]
    retaining = [c for c in free if retains(c)]
    for group in (fit, free, retaining):
        if len(group) == 1:
            return name(group[0])
    return ""


def judge(classes: Sequence[Object], wanted: str) -> Verdict:
    """Whether a class can be used; without one, whether there is one to choose."""
    fit = [name(c) for c in classes if of(c).fits]
    advice = f"Choose one that can, as storage.class: {', '.join(fit[:3])}." if fit else NONE_FITS
    if not wanted:
        if fit:
            return failed("no class is chosen", advice, state=State.ABSENT)
        told = (
            f"none of {len(classes)} classes is known to do ReadWriteMany" if classes else "there is no class"
        )
        return failed(told, NONE_FITS, state=State.ABSENT)
    found = by_name(classes, wanted)
    if found is None:
        return failed(f"class {wanted} is absent", advice, state=State.ABSENT)
    can = of(found)
    if can.flaw:
        return failed(f"{wanted} ({can.what}) cannot be used: {can.flaw}", advice)
    if can.rwx is False:
        return failed(f"{wanted} ({can.what}) cannot do ReadWriteMany", advice)
    if can.rwx is None:
        return warned(
            f"it is not known whether {wanted} can do ReadWriteMany",
            f"Ask the documentation of {found.get('provisioner')} for ReadWriteMany before you apply this "
            "step.",
            detail=f"{can.what}.",
        )
    return passed(f"{wanted} can do ReadWriteMany", f"{can.what}. {can.mind}".strip())


def reclaim(found: Object | None, volumes: Sequence[Object], claims: int, create: str) -> Verdict:
    """What becomes of the files when a claim is deleted; bound volumes count before their class."""
    risky = [v for v in volumes if v.get("spec", {}).get("persistentVolumeReclaimPolicy") != "Retain"]
    later = len(volumes) < claims
    if later and found is None and not risky:
        return skipped("needs a class")
    if not risky and not (later and found is not None and not retains(found)):
        return passed("Retain, data survives the claim")
    volume = name(risky[0]) if risky else "VOLUME"
    command = f"""kubectl patch pv {volume} -p '{{"spec":{{"persistentVolumeReclaimPolicy":"Retain"}}}}'"""
    if create == "chart":
        return warned(
            "Delete: helm uninstall would delete all files",
            f"Once the claims are bound, keep their volumes: {command}",
        )
    return passed(
        "Delete: who deletes a claim deletes its files",
        f"Nothing here deletes a claim unasked. To keep the files even then: {command}",
    )


def growth(found: Object | None) -> Verdict:
    """Whether claims can grow; that they cannot is worth knowing, and no fault."""
    if found is None:
        return skipped("needs a class")
    if expands(found):
        return passed("claims of this class can grow")
    return passed("claims of this class cannot grow", "Choose sizes for some years to come.")


def owners(found: Object | None, fixes: bool) -> Verdict:
    """Whether files can belong to UID 2001, as far as the class tells."""
    forced = _forces(found) if found else ""
    if found and forced:
        return warned(
            f"{name(found)} gives all files another owner than 2001",
            'Use a class with the parameters uid: "2001" and gid: "2001"; this one\'s are shown by '
            f"kubectl get sc {name(found)} -o yaml",
            detail=forced,
        )
    return skipped(f"tried when a project first starts; fix_permissions is {'on' if fixes else 'off'}")


def _forces(found: Object) -> str:
    return forces_owner(str(found.get("provisioner", "")), found.get("parameters"))
