"""Whether a claim is there, fits, and is bound or waits for a good reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cocalc_tui.core.claims import FIRST_CONSUMER, class_name, last_event, phase, size, unfit
from cocalc_tui.core.facts import Object
from cocalc_tui.core.findings import State, Verdict, absent, failed, passed, skipped
from cocalc_tui.core.names import object_name
from cocalc_tui.core.ownership import HELM, helm_deletes, made_by
from cocalc_tui.core.provisioners import Ability


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with what surrounds it. `create` says who makes it: tool, chart or none.

    `ability` and `binding` are those of the class that it names; `field` is the one with its name.
    """

    name: str
    namespace: str
    field: str
    create: str
    live: Object | None
    ability: Ability | None
    binding: str
    events: Sequence[Object] = ()


def judge(claim: Claimed) -> Verdict:
    """The verdict about one claim."""
    if claim.live is None:
        return _absent(claim)
    why = unfit(claim.live)
    if why:
        return failed(
            f"{claim.name} cannot be used: {why}",
            f"Give another name as {claim.field}, or delete the claim if it holds nothing: {_delete(claim)}",
            detail="Access mode, volume mode and class of a claim can never be changed.",
            state=State.FOREIGN,
        )
    owner = _owner(claim, claim.live)
    if owner:
        return owner
    if phase(claim.live) == "Bound":
        of = f", class {class_name(claim.live)}" if class_name(claim.live) else ""
        return passed(f"{claim.name} bound, {size(claim.live)}", f"ReadWriteMany, Filesystem{of}.")
    return _unbound(claim, claim.live)


def _absent(claim: Claimed) -> Verdict:
    told = f"{claim.name} is absent"
    if claim.create == "chart":
        return skipped(f"{told}: the chart will make it")
    if claim.create == "none":
        return absent(
            told,
            f"Create the claim in {claim.namespace} yourself (ReadWriteMany, Filesystem), or answer tool to "
            "storage.create.",
        )
    return absent(told, "Apply this step to create it.")


def _owner(claim: Claimed, live: Object) -> Verdict | None:
    """Claims of a chart and of somebody else do not mix: helm refuses the one and deletes the other."""
    if claim.create == "chart" and made_by(live) != HELM:
        return failed(
            f"{claim.name} is there and not helm's, so the chart cannot make it",
            "Answer tool to storage.create: the claim is then used as it is.",
            state=State.FOREIGN,
        )
    if claim.create != "chart" and helm_deletes(live):
        return failed(
            f"{claim.name} was made by the chart, and helm would delete it with its files",
            "Answer chart to storage.create, or keep it: kubectl -n "
            f"{claim.namespace} annotate pvc {claim.name} helm.sh/resource-policy=keep",
            detail="Without storage.create the chart no longer renders the claim, and helm deletes what it "
            "no longer renders.",
            state=State.FOREIGN,
        )
    return None


def _unbound(claim: Claimed, live: Object) -> Verdict:
    event = last_event(claim.events, claim.name)
    said = " ".join(str(event.get("message", "")).split())
    look = f"See its events: kubectl -n {claim.namespace} describe pvc {claim.name}"
    if phase(live) == "Lost":
        return failed(
            f"{claim.name} has lost its volume", f"Bring its PersistentVolume back. {look}", detail=said
        )
    kind = class_name(live)
    if claim.ability and claim.ability.fits is False:
        return failed(
            f"{claim.name} waits for ever: class {kind} cannot do ReadWriteMany",
            f"Choose another storage.class, delete the claim and apply this step: {_delete(claim)}",
            detail=said,
            cause="storage.class",
        )
    if event.get("reason") == "ProvisioningFailed":
        return failed(
            f"{claim.name} gets no volume: {said[:120]}",
            f"Mend what the provisioner of class {kind} reports. {look}",
            detail=said,
        )
    if claim.binding == FIRST_CONSUMER or event.get("reason") == "WaitForFirstConsumer":
        return passed(
            f"{claim.name} waits for its first pod",
            f"Class {kind} makes a volume only when a pod uses the claim. That is not a fault.",
        )
    return failed(
        f"{claim.name} is not bound yet",
        f"Wait for the provisioner of class {kind}. {look}" if kind else f"Wait for its volume. {look}",
        detail=said,
        state=State.PARTIAL,
    )


def _delete(claim: Claimed) -> str:
    return f"kubectl -n {claim.namespace} delete pvc {claim.name}"


def names(data: str, software: str) -> Verdict:
    """Whether both names are valid and differ."""
    if data == software:
        return failed(
            f"both claims are named {data}",
            "Give different names as storage.data_claim and storage.software_claim.",
            detail="The chart mounts the one at a project's home and the other at /ext.",
        )
    wrong = next((n for n in (data, software) if object_name(n)), None)
    if wrong:
        return failed(f"{wrong} is no name for a claim", f"For {wrong}, {object_name(wrong)}.")
    return passed(f"{data} and {software}")
