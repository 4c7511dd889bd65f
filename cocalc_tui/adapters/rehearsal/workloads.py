"""From a Deployment to its pods: replica sets, stateful sets, daemon sets, jobs and their statuses."""

from __future__ import annotations

import hashlib
import json

from cocalc_tui.adapters.rehearsal.moment import Moment, condition, owned_by, owns
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.core.kinds import (
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    NODE,
    POD,
    REPLICA_SET,
    SERVICE_ACCOUNT,
    STATEFUL_SET,
)

HASH = "pod-template-hash"
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
OBSERVED_AFTER = 0.2


def deployments(moment: Moment) -> None:
    """One replica set for each template; older ones are scaled down once the new one is ready."""
    for owner in moment.moving(DEPLOYMENT):
        meta, spec = owner["metadata"], owner["spec"]
        if not moment.elapsed(owner, f"observed-{meta['generation']}", OBSERVED_AFTER):
            continue
        wanted = spec.get("replicas", 1)
        short = _short(json.dumps(spec["template"], sort_keys=True), 9)
        sets = [s for s in moment.select(REPLICA_SET, meta["namespace"]) if owns(owner, s)]
        new = next((s for s in sets if s["metadata"]["labels"].get(HASH) == short), None)
        if new is None:
            _replica_set(moment, owner, short, len(sets) + 1)
        elif new["spec"]["replicas"] != wanted:
            moment.store.save({**new, "spec": {**new["spec"], "replicas": wanted}})
        elif new.get("status", {}).get("readyReplicas", 0) >= wanted:
            for old in sets:
                if old is not new and old["spec"]["replicas"]:
                    moment.store.save({**old, "spec": {**old["spec"], "replicas": 0}})


def replica_sets(moment: Moment) -> None:
    """As many pods as each replica set wants."""
    for owner in moment.moving(REPLICA_SET):
        _scale(moment, owner, owner["spec"]["replicas"])


def other_owners(moment: Moment) -> None:
    """Pods of stateful sets, daemon sets and jobs."""
    for owner in moment.moving(STATEFUL_SET):
        count = owner["spec"].get("replicas", 1)
        _named(moment, owner, {f"{owner['metadata']['name']}-{n}": None for n in range(count)})
    for owner in moment.moving(DAEMON_SET):
        selector = (owner["spec"]["template"]["spec"].get("nodeSelector") or {}).items()
        nodes = [n for n in moment.select(NODE) if selector <= n["metadata"].get("labels", {}).items()]
        name, uid = owner["metadata"]["name"], owner["metadata"]["uid"]
        wanted = {f"{name}-{_short(uid + n['metadata']['name'], 5)}": n["metadata"]["name"] for n in nodes}
        _named(moment, owner, wanted)
    for owner in moment.moving(JOB):
        if not owner.get("status", {}).get("conditions"):
            _named(
                moment, owner, {f"{owner['metadata']['name']}-{_short(owner['metadata']['uid'], 5)}": None}
            )


def statuses(moment: Moment) -> None:
    """The statuses of everything that owns pods, a step behind as on a real cluster."""
    for kind in (REPLICA_SET, STATEFUL_SET):
        for owner in moment.moving(kind):
            pods = _pods(moment, owner)
            counts = {"replicas": len(pods), "readyReplicas": _ready(pods), "availableReplicas": _ready(pods)}
            moment.status(owner, observedGeneration=owner["metadata"]["generation"], **counts)
    for owner in moment.moving(DAEMON_SET):
        pods = _pods(moment, owner)
        fields = {
            "desiredNumberScheduled": len(pods),
            "currentNumberScheduled": len(pods),
            "numberReady": _ready(pods),
        }
        more = {"numberAvailable": _ready(pods), "updatedNumberScheduled": len(pods), "numberMisscheduled": 0}
        moment.status(owner, observedGeneration=owner["metadata"]["generation"], **fields, **more)
    for owner in moment.moving(JOB):
        done = sum(p["status"].get("phase") == "Succeeded" for p in _pods(moment, owner))
        if done and not owner.get("status", {}).get("conditions"):
            found = condition("Complete", True, owner, moment.stamp, "CompletionsReached")
            moment.status(owner, succeeded=done, completionTime=moment.stamp, conditions=[found])
    for owner in moment.moving(DEPLOYMENT):
        if moment.elapsed(owner, f"observed-{owner['metadata']['generation']}", OBSERVED_AFTER):
            _deployment_status(moment, owner)


def _deployment_status(moment: Moment, owner: Object) -> None:
    meta, wanted = owner["metadata"], owner["spec"].get("replicas", 1)
    sets = [s for s in moment.select(REPLICA_SET, meta["namespace"]) if owns(owner, s)]
    if not sets:
        return
    new = max(sets, key=lambda s: int(s["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))
    updated = len(_pods(moment, new))
    total = sum(len(_pods(moment, s)) for s in sets)
    ready = sum(_ready(_pods(moment, s)) for s in sets)
    fresh = _ready(_pods(moment, new))
    enough = ready >= wanted - wanted // 4
    done = fresh >= wanted and total == fresh
    limit = owner["spec"].get("progressDeadlineSeconds", 600)
    late = not done and moment.elapsed(owner, f"deadline-{meta['generation']}-{fresh}", limit)
    name = f'ReplicaSet "{new["metadata"]["name"]}"'
    at = moment.stamp
    available = (
        ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        if enough
        else ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    )
    if late:
        progressing = ("ProgressDeadlineExceeded", f"{name} has timed out progressing.")
    elif done:
        progressing = ("NewReplicaSetAvailable", f"{name} has successfully progressed.")
    else:
        progressing = ("ReplicaSetUpdated", f"{name} is progressing.")
    conditions = [
        condition("Available", enough, owner, at, *available),
        condition("Progressing", not late, owner, at, *progressing),
    ]
    refused = next(
        (c for c in new.get("status", {}).get("conditions", []) if c["type"] == "ReplicaFailure"), None
    )
    if refused:
        conditions.append(refused)
    counts = {
        "replicas": total,
        "updatedReplicas": updated,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(wanted - ready, 0),
    }
    moment.status(owner, observedGeneration=meta["generation"], conditions=conditions, **counts)


def _replica_set(moment: Moment, owner: Object, short: str, revision: int) -> None:
    meta, template = owner["metadata"], owner["spec"]["template"]
    labels = {**template.get("metadata", {}).get("labels", {}), HASH: short}
    body = {"metadata": {**template.get("metadata", {}), "labels": labels}, "spec": template["spec"]}
    match_labels = {**owner["spec"]["selector"].get("matchLabels", {}), HASH: short}
    name = f"{meta['name']}-{short}"
    moment.create(
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": meta["namespace"],
                "labels": labels,
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
                "ownerReferences": owned_by(owner),
            },
            "spec": {
                "replicas": owner["spec"].get("replicas", 1),
                "selector": {"matchLabels": match_labels},
                "template": body,
            },
            "status": {"replicas": 0},
        }
    )
    text = f"Scaled up replica set {name} from 0 to {owner['spec'].get('replicas', 1)}"
    moment.event(owner, "ScalingReplicaSet", text, "deployment-controller")


def _scale(moment: Moment, owner: Object, wanted: int) -> None:
    pods = _pods(moment, owner)
    for pod in sorted(pods, key=_ready_one)[: max(len(pods) - wanted, 0)]:
        moment.store.remove(pod)
    made = int(moment.store.timers.get(f"{owner['metadata']['uid']}/made", 0))
    for n in range(made, made + wanted - len(pods)):
        if not _pod(
            moment, owner, f"{owner['metadata']['name']}-{_short(owner['metadata']['uid'] + str(n), 5)}", None
        ):
            return
        moment.store.timers[f"{owner['metadata']['uid']}/made"] = n + 1


def _named(moment: Moment, owner: Object, wanted: dict[str, str | None]) -> None:
    have = {p["metadata"]["name"]: p for p in _pods(moment, owner)}
    for name, pod in have.items():
        if name not in wanted:
            moment.store.remove(pod)
    for name, node in wanted.items():
        if name not in have:
            _pod(moment, owner, name, node)


def _pod(moment: Moment, owner: Object, name: str, node: str | None) -> bool:
    namespace = owner["metadata"]["namespace"]
    template = owner["spec"]["template"]
    account = template["spec"].get("serviceAccountName") or "default"
    source = f"{owner['kind'].lower()}-controller"
    if moment.store.find(SERVICE_ACCOUNT, account, namespace) is None:
        text = (
            f'pods "{name[: name.rfind("-") + 1]}" is forbidden: error looking up service account '
            f'{namespace}/{account}: serviceaccount "{account}" not found'
        )
        moment.event(owner, "FailedCreate", f"Error creating: {text}", source, warning=True)
        found = condition("ReplicaFailure", True, owner, moment.stamp, "FailedCreate", text)
        moment.status(owner, conditions=[found])
        return False
    if owner.get("status", {}).get("conditions") and owner["kind"] == "ReplicaSet":
        moment.status(owner, conditions=[])
    meta = {
        **template.get("metadata", {}),
        "name": name,
        "namespace": namespace,
        "ownerReferences": owned_by(owner),
    }
    spec = dict(template["spec"])
    if node:
        spec["nodeName"] = node
    moment.create({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    moment.event(owner, "SuccessfulCreate", f"Created pod: {name}", source)
    return True


def _pods(moment: Moment, owner: Object) -> list[Object]:
    return [p for p in moment.select(POD, owner["metadata"]["namespace"]) if owns(owner, p)]


def _ready_one(pod: Object) -> bool:
    found = pod.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in found)


def _ready(pods: list[Object]) -> int:
    return sum(map(_ready_one, pods))


def _short(text: str, length: int) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "".join(ALPHABET[b % len(ALPHABET)] for b in digest[:length])
