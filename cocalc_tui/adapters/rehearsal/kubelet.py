"""What a node does with a pod: mount, pull, start, ready; or why it cannot (as recorded on real nodes)."""

from __future__ import annotations

import hashlib

from cocalc_tui.adapters.rehearsal.failing import behaviour, config_problem, mount_problem
from cocalc_tui.adapters.rehearsal.images import missing_pull_secrets, pull_problem
from cocalc_tui.adapters.rehearsal.moment import Moment, condition
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.core.kinds import NODE, POD

KUBELET = "kubelet"
MOUNT = 0.6
PULL = 4.0
START = 0.8
READY = 4.0
RETRY = 12.0


def reconcile(moment: Moment) -> None:
    """Moves every scheduled pod one step on where its time has come."""
    for pod in moment.moving(POD):
        phase = pod.get("status", {}).get("phase", "Pending")
        if pod["metadata"].get("deletionTimestamp") or phase in ("Succeeded", "Failed"):
            continue
        name = pod["spec"].get("nodeName")
        if name and moment.store.find(NODE, name) is not None:
            _step(moment, pod)


def _step(moment: Moment, pod: Object) -> None:
    if not pod["status"].get("startTime"):
        moment.status(pod, startTime=moment.stamp, containerStatuses=_waiting(pod, "ContainerCreating", ""))
        return
    if not moment.elapsed(pod, "mounted", MOUNT):
        return
    if problem := mount_problem(moment, pod):
        moment.event(pod, "FailedMount", problem, KUBELET, warning=True)
        _set(moment, pod, "Pending", _waiting(pod, "ContainerCreating", ""))
        return
    if not moment.store.timers.get(f"{pod['metadata']['uid']}/pulled") and not _pulled(moment, pod):
        return
    if problem := config_problem(moment, pod):
        moment.event(pod, "Failed", f"Error: {problem}", KUBELET, warning=True)
        _set(moment, pod, "Pending", _waiting(pod, "CreateContainerConfigError", problem))
        return
    if moment.elapsed(pod, "started", START):
        _run(moment, pod)


def _pulled(moment: Moment, pod: Object) -> bool:
    """Pulls the images of a pod; remembers when they are there."""
    images = [c["image"] for c in pod["spec"]["containers"]]
    for image in images:
        moment.event(pod, "Pulling", f'Pulling image "{image}"', KUBELET)
    for name in missing_pull_secrets(moment, pod):
        lost = f"Unable to retrieve some image pull secrets ({name})"
        text = f"{lost}; attempting to pull the image may not succeed."
        moment.event(pod, "FailedToRetrieveImagePullSecret", text, KUBELET, warning=True)
    if not moment.elapsed(pod, "pull", PULL * (0.5 + _spread(pod))):
        return False
    for image in images:
        problem = pull_problem(moment, pod, image)
        if problem:
            _not_pulled(moment, pod, image, problem)
            return False
        moment.event(pod, "Pulled", f'Successfully pulled image "{image}"', KUBELET)
    moment.store.timers[f"{pod['metadata']['uid']}/pulled"] = moment.now
    return True


def _not_pulled(moment: Moment, pod: Object, image: str, problem: str) -> None:
    """ErrImagePull and ImagePullBackOff take turns for ever; both name the cause."""
    moment.event(pod, "Failed", f'Failed to pull image "{image}": {problem}', KUBELET, warning=True)
    if not moment.elapsed(pod, "backoff", RETRY):
        moment.event(pod, "Failed", "Error: ErrImagePull", KUBELET, warning=True)
        _set(moment, pod, "Pending", _waiting(pod, "ErrImagePull", problem))
        return
    moment.event(pod, "BackOff", f'Back-off pulling image "{image}"', KUBELET)
    text = f'Back-off pulling image "{image}": ErrImagePull: {problem}'
    _set(moment, pod, "Pending", _waiting(pod, "ImagePullBackOff", text))
    if moment.elapsed(pod, "retry", 4 * RETRY):
        moment.restart(pod, "backoff")
        moment.restart(pod, "retry")


def _run(moment: Moment, pod: Object) -> None:
    meta = pod["metadata"]
    found = behaviour(moment, pod)
    if found.get("crash") is not None:
        _crash(moment, pod, int(found["crash"]))
        return
    for container in pod["spec"]["containers"]:
        moment.event(pod, "Started", f"Started container {container['name']}", KUBELET)
    if pod["spec"].get("restartPolicy") != "Always":
        if moment.elapsed(pod, "completed", START):
            ended = {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": moment.stamp}}
            _set(moment, pod, "Succeeded", _containers(pod, ended, ready=False))
        return
    states = [c.get("state", {}) for c in pod["status"].get("containerStatuses") or [{}]]
    since = states[0].get("running", {}).get("startedAt") or moment.stamp
    running = {"running": {"startedAt": since}}
    ready = not found.get("unready") and moment.elapsed(pod, "ready", READY * (0.4 + 0.6 * _spread(pod)))
    if found.get("unready"):
        moment.event(pod, "Unhealthy", f"Readiness probe failed: {found['unready']}", KUBELET, warning=True)
    address = f"10.60.{int(_spread(pod) * 250)}.{int(meta['uid'][:2], 16) or 1}"
    _set(moment, pod, "Running", _containers(pod, running, ready=ready), podIP=address)


def _crash(moment: Moment, pod: Object, code: int) -> None:
    """Crashes a few times with a growing back-off, then stays in CrashLoopBackOff."""
    meta, name = pod["metadata"], pod["spec"]["containers"][0]["name"]
    round_ = sum(moment.elapsed(pod, f"crash-{n}", 10 * 2**n) for n in range(5))
    ended = {
        "terminated": {
            "exitCode": code,
            "reason": "Error",
            "startedAt": moment.stamp,
            "finishedAt": moment.stamp,
        }
    }
    where = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
    wait = ("10s", "20s", "40s", "1m20s", "2m40s", "5m0s")[round_]
    text = f"back-off {wait} restarting failed container={name} pod={where}"
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": text}}
    old = pod["status"].get("containerStatuses", [{}])[0]
    if old.get("restartCount") == round_ + 1 and "lastState" in old:
        return
    moment.event(
        pod, "BackOff", f"Back-off restarting failed container {name} in pod {where}", KUBELET, warning=True
    )
    statuses = [
        {**s, "restartCount": round_ + 1, "lastState": ended} for s in _containers(pod, waiting, ready=False)
    ]
    _set(moment, pod, "Running", statuses)


def _set(moment: Moment, pod: Object, phase: str, statuses: list[Object], **more: str) -> None:
    ready = all(s["ready"] for s in statuses)
    names = ", ".join(s["name"] for s in statuses if not s["ready"])
    reason, text = ("", "") if ready else ("ContainersNotReady", f"containers with unready status: [{names}]")
    at = moment.stamp
    conditions = [
        condition("PodScheduled", True, pod, at),
        condition("Initialized", True, pod, at),
        condition("ContainersReady", ready, pod, at, reason, text),
        condition("Ready", ready, pod, at, reason, text),
    ]
    moment.status(pod, phase=phase, conditions=conditions, containerStatuses=statuses, **more)


def _waiting(pod: Object, reason: str, message: str) -> list[Object]:
    state = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    return _containers(pod, state, ready=False)


def _containers(pod: Object, state: Object, *, ready: bool) -> list[Object]:
    return [
        {
            "name": c["name"],
            "image": c["image"],
            "ready": ready,
            "started": "running" in state,
            "restartCount": 0,
            "state": state,
        }
        for c in pod["spec"]["containers"]
    ]


def _spread(pod: Object) -> float:
    """A number between 0 and 1 that differs from pod to pod, so that not all move at once."""
    return hashlib.sha256(pod["metadata"]["name"].encode()).digest()[0] / 255
