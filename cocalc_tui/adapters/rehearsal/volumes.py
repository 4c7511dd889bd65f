"""Volume claims: which get a volume, when, and what is said about the others."""

from __future__ import annotations

from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.adapters.rehearsal.validation import quantity
from cocalc_tui.core.kinds import PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS
from cocalc_tui.core.provisioners import ability

CONTROLLER = "persistentvolume-controller"
PROVISION = 4.0
# Their own words where a driver is asked for more than it can do (drivers' sources).
MULTI = "VolumeCapabilities is invalid: specified multi writer with mount access type"
WORDS = {
    "pd.csi.storage.gke.io": f"rpc error: code = InvalidArgument desc = {MULTI}",
    "kubernetes.io/gce-pd": f"rpc error: code = InvalidArgument desc = {MULTI}",
    "ebs.csi.aws.com": "rpc error: code = InvalidArgument desc = Volume capabilities not supported",
    "disk.csi.azure.com": "rpc error: code = InvalidArgument desc = MULTI_NODE_MULTI_WRITER is not supported",
}
CANNOT = "rpc error: code = InvalidArgument desc = access mode not supported"
WAITING = (
    "Waiting for a volume to be created either by the external provisioner '{}' or manually by the system "
    "administrator. If volume creation is delayed, please verify that the provisioner is running and "
    "correctly registered."
)


def reconcile(moment: Moment) -> None:
    """Binds, provisions or explains every claim that is pending."""
    for claim in moment.moving(PERSISTENT_VOLUME_CLAIM):
        if claim.get("status", {}).get("phase", "Pending") == "Pending":
            _pending(moment, claim)
        elif claim["status"]["phase"] == "Bound":
            _resize(moment, claim)
    for volume in moment.moving(PERSISTENT_VOLUME):
        _released(moment, volume)


def _pending(moment: Moment, claim: Object) -> None:
    for volume in moment.select(PERSISTENT_VOLUME):
        if _fits(volume, claim):
            if moment.elapsed(claim, "bound", 0.5):
                _bind(moment, claim, volume)
            return
    name = claim["spec"].get("storageClassName")
    if not name:
        moment.event(
            claim,
            "FailedBinding",
            "no persistent volumes available for this claim and no storage class is set",
            CONTROLLER,
        )
        return
    found = moment.store.find(STORAGE_CLASS, name)
    if found is None:
        text = f'storageclass.storage.k8s.io "{name}" not found'
        moment.event(claim, "ProvisioningFailed", text, CONTROLLER, warning=True)
        return
    if found.get("volumeBindingMode") == "WaitForFirstConsumer" and not _consumed(moment, claim):
        text = "waiting for first consumer to be created before binding"
        moment.event(claim, "WaitForFirstConsumer", text, CONTROLLER)
        return
    _provision(moment, claim, found)


def _provision(moment: Moment, claim: Object, found: Object) -> None:
    provisioner = found["provisioner"]
    can = ability(provisioner, found.get("parameters"))
    known = moment.world.get("provisioners", {}).get(provisioner)
    shared = known["rwx"] if known else can.rwx
    moment.event(claim, "ExternalProvisioning", WAITING.format(provisioner), CONTROLLER)
    if shared is None:
        return
    source = f"{provisioner}_{provisioner.partition('.')[0]}-controller"
    name = claim["metadata"]["name"]
    text = f'External provisioner is provisioning volume for claim "{claim["metadata"]["namespace"]}/{name}"'
    moment.event(claim, "Provisioning", text, source)
    if not moment.elapsed(claim, "provisioned", PROVISION):
        return
    if "ReadWriteMany" in claim["spec"]["accessModes"] and not shared:
        words = WORDS.get(provisioner, CANNOT)
        text = f'failed to provision volume with StorageClass "{found["metadata"]["name"]}": {words}'
        moment.event(claim, "ProvisioningFailed", text, source, warning=True)
        return
    spec = claim["spec"]
    volume: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": f"pvc-{claim['metadata']['uid']}",
            "annotations": {"pv.kubernetes.io/provisioned-by": provisioner},
        },
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "persistentVolumeReclaimPolicy": found.get("reclaimPolicy", "Delete"),
            "storageClassName": found["metadata"]["name"],
            "volumeMode": spec.get("volumeMode", "Filesystem"),
            "csi": {"driver": provisioner, "volumeHandle": f"practice/{claim['metadata']['uid']}"},
        },
    }
    text = f"Successfully provisioned volume {volume['metadata']['name']}"
    moment.event(claim, "ProvisioningSucceeded", text, source)
    _bind(moment, claim, moment.create(volume))


def _bind(moment: Moment, claim: Object, volume: Object) -> None:
    meta = claim["metadata"]
    ref = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "name": meta["name"],
        "namespace": meta["namespace"],
    }
    spec = {**volume["spec"], "claimRef": {**ref, "uid": meta["uid"]}}
    moment.store.save({**volume, "spec": spec, "status": {"phase": "Bound"}})
    status = {"phase": "Bound", "accessModes": spec["accessModes"], "capacity": spec["capacity"]}
    bound = {**claim["spec"], "volumeName": volume["metadata"]["name"]}
    moment.store.save({**claim, "spec": bound, "status": status})


def _fits(volume: Object, claim: Object) -> bool:
    """Whether an available volume satisfies a claim."""
    spec, wanted = volume["spec"], claim["spec"]
    ref = spec.get("claimRef")
    if ref and (
        ref.get("uid")
        or ref["name"] != claim["metadata"]["name"]
        or ref["namespace"] != claim["metadata"]["namespace"]
    ):
        return False
    if wanted.get("volumeName") and wanted["volumeName"] != volume["metadata"]["name"]:
        return False
    return (
        volume.get("status", {}).get("phase", "Available") == "Available"
        and spec.get("storageClassName", "") == (wanted.get("storageClassName") or "")
        and set(wanted["accessModes"]) <= set(spec["accessModes"])
        and quantity(spec["capacity"]["storage"]) >= quantity(wanted["resources"]["requests"]["storage"])
    )


def _consumed(moment: Moment, claim: Object) -> bool:
    return any(
        (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim["metadata"]["name"]
        for pod in moment.select(POD, claim["metadata"]["namespace"])
        for volume in pod["spec"].get("volumes") or []
    )


def _resize(moment: Moment, claim: Object) -> None:
    wanted = claim["spec"].get("resources", {}).get("requests", {}).get("storage")
    have = claim["status"].get("capacity", {}).get("storage")
    if not wanted or not have or quantity(wanted) <= quantity(have):
        return
    found = moment.store.find(STORAGE_CLASS, claim["spec"].get("storageClassName") or "")
    volume = moment.store.find(PERSISTENT_VOLUME, claim["spec"].get("volumeName", ""))
    if (
        found
        and volume
        and found.get("allowVolumeExpansion")
        and moment.elapsed(claim, f"resized-{wanted}", 4)
    ):
        moment.store.save({**volume, "spec": {**volume["spec"], "capacity": {"storage": wanted}}})
        moment.status(claim, capacity={"storage": wanted})


def _released(moment: Moment, volume: Object) -> None:
    """A volume whose claim is gone is deleted or kept, as its reclaim policy says."""
    ref = volume["spec"].get("claimRef") or {}
    if not ref.get("uid"):
        return
    claim = moment.store.find(PERSISTENT_VOLUME_CLAIM, ref["name"], ref["namespace"])
    if claim is not None and claim["metadata"]["uid"] == ref["uid"]:
        return
    if volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete":
        moment.store.remove(volume)
    elif volume["status"].get("phase") != "Released":
        moment.status(volume, phase="Released")
