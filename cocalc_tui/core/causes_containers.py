"""Why a container of a pod does not run: its own state, or how it ended last."""

from __future__ import annotations

import re

from cocalc_tui.core.cause import Cause
from cocalc_tui.core.causes_images import REASONS as IMAGE_REASONS
from cocalc_tui.core.causes_images import image_cause
from cocalc_tui.core.causes_probes import killed_by_probe, unready
from cocalc_tui.core.pod_case import YOUNG, PodCase
from cocalc_tui.core.raw import Raw, moment, number, rows, table, text, value

_CREATING = ("CreateContainerError", "RunContainerError", "StartError", "PostStartHookError")


def container_cause(case: PodCase) -> Cause | None:
    """The cause in the first container that keeps the pod back; None if no container tells one."""
    for status, init in case.statuses():
        found = _of(case, status, init)
        if found:
            return found
        if init and not _past(status):
            return None
    return None


def _past(status: Raw) -> bool:
    """Whether the containers after an init container may start: it ended well, or stays as a sidecar."""
    ended = value(status, "state", "terminated", "exitCode") == 0
    return ended or (bool(status.get("started")) and bool(status.get("ready")))


def _of(case: PodCase, status: Raw, init: bool) -> Cause | None:
    called = text(status, "name")
    waiting = table(status, "state", "waiting")
    reason, message = text(waiting, "reason"), text(waiting, "message")
    if reason in IMAGE_REASONS:
        return image_cause(case, called, reason, message)
    if reason == "CreateContainerConfigError":
        return _config(case, called, message)
    if reason in _CREATING:
        return _start(case, called, message)
    ended = table(status, "state", "terminated") or (
        table(status, "lastState", "terminated") if reason == "CrashLoopBackOff" else {}
    )
    if ended and not _well(case, ended, init):
        return _ended(case, called, status, ended, init)
    running = table(status, "state", "running")
    if running and init:
        return _endless(case, called, status, running)
    if running and not status.get("ready"):
        return _restarted(case, called, status) or unready(case, called)
    return None


def _well(case: PodCase, ended: Raw, init: bool) -> bool:
    return value(ended, "exitCode") == 0 and (init or case.mortal)


def _config(case: PodCase, called: str, message: str) -> Cause:
    gone = re.search(r'(secret|configmap) "([^"]*)" not found', message, re.IGNORECASE)
    where = f"in namespace {case.namespace}"
    if gone:
        kind = "Secret" if gone.group(1).lower() == "secret" else "ConfigMap"
        return case.cause(
            f"{kind} {gone.group(2)} does not exist",
            f"Create the {kind} {gone.group(2)} {where}, or correct the name that container {called} uses.",
            message,
            called,
        )
    key = re.search(r"couldn't find key (\S+) in (Secret|ConfigMap) (?:[^/\s]+/)?(\S+)", message)
    if key:
        return case.cause(
            f"{key.group(2)} {key.group(3)} has no key {key.group(1)}",
            f"Add the key {key.group(1)} to the {key.group(2)} {key.group(3)} {where}.",
            message,
            called,
        )
    if "runAsNonRoot" in message:
        return case.cause(
            "image runs as root, which runAsNonRoot forbids",
            f"Set securityContext.runAsUser of container {called} in {case.workload} to a user other than 0.",
            message.partition(" (pod:")[0],
            called,
        )
    return case.cause(
        "container cannot be configured",
        f"Correct what container {called} in {case.workload} asks for.",
        message,
        called,
    )


def _start(case: PodCase, called: str, message: str) -> Cause:
    lost = re.search(r'exec: "([^"]*)": (.*)', message)
    if lost and re.search(r"no such file|not found", lost.group(2)):
        return case.cause(
            f"command {lost.group(1)} is not in the image",
            f"Correct the command of container {called} in {case.workload}, or use an image that has it.",
            message,
            called,
        )
    if lost and "permission denied" in lost.group(2):
        return case.cause(
            f"command {lost.group(1)} may not be executed",
            f"Make {lost.group(1)} executable in the image of container {called}, or correct its command.",
            message,
            called,
        )
    return case.cause(
        "container cannot be started",
        f"Mend what the runtime of the node tells: {case.kubectl} describe pod {case.name}",
        message,
        called,
    )


def _ended(case: PodCase, called: str, status: Raw, ended: Raw, init: bool) -> Cause | None:
    reason, code = text(ended, "reason"), number(ended, "exitCode", default=-1)
    said = text(ended, "message")
    if reason == "OOMKilled":
        return _memory(case, called)
    if reason in _CREATING or reason == "ContainerCannotRun":
        return _start(case, called, said)
    restarts = number(status, "restartCount")
    return killed_by_probe(case, called) or _crashed(case, called, restarts, code, said, init)


def _memory(case: PodCase, called: str) -> Cause:
    limit = text(case.container(called), "resources", "limits", "memory")
    if limit:
        return case.cause(
            f"killed: over its memory limit of {limit}",
            f"Raise resources.limits.memory of container {called} in {case.workload} above {limit}.",
            case.log(called),
            called,
        )
    return case.cause(
        "killed: its node ran out of memory",
        f"Give container {called} in {case.workload} a memory request, or add a node with more memory.",
        case.log(called),
        called,
    )


def _crashed(case: PodCase, called: str, restarts: int, code: int, said: str, init: bool) -> Cause:
    log = case.log(called)
    detail = "; ".join(
        part for part in (said and f"termination message: {said.strip()}", log and f"last log: {log}") if part
    )
    denied = _permission(case, called, f"{said}\n{log}", detail)
    if denied:
        return denied
    what = f"init container {called}" if init else "container"
    previous = "" if case.mortal or not restarts else " --previous"
    read = f"Read why: {case.kubectl} logs {case.name} -c {called}{previous}"
    if code == 0:
        return case.cause(f"{what} ends at once although it must keep running", read, detail, called)
    again = f"{what} exits with code {code} again and again"
    once = f"{what} exited with code {code}"
    lasting = restarts >= 2 or (case.mortal and text(case.pod, "spec", "restartPolicy") == "Never")
    return case.cause(again if restarts else once, read, detail, called, persistent=lasting)


def _permission(case: PodCase, called: str, told: str, detail: str) -> Cause | None:
    """A container that may not write to a volume of its pod, as its log tells."""
    if "permission denied" not in told.lower():
        return None
    volumes = {text(v, "name"): v for v in rows(case.pod, "spec", "volumes")}
    for mount in rows(case.container(called), "volumeMounts"):
        path = text(mount, "mountPath").rstrip("/")
        claim = text(volumes.get(text(mount, "name")), "persistentVolumeClaim", "claimName")
        if claim and path and re.search(rf"{re.escape(path)}\b[^\n]*permission denied", told, re.IGNORECASE):
            user = value(case.container(called), "securityContext", "runAsUser")
            user = value(case.pod, "spec", "securityContext", "runAsUser") if user is None else user
            who = f"user {user}" if isinstance(user, int) else "its user"
            give = f"{user}:{user}" if isinstance(user, int) else "the container's user"
            return case.cause(
                f"{who} may not write to {path} (claim {claim})",
                f"Give the top folder of the claim {claim} to {give} on the storage server.",
                detail,
                called,
            )
    return None


def _endless(case: PodCase, called: str, status: Raw, running: Raw) -> Cause | None:
    """An init container that runs on; sidecars are meant to."""
    since = moment(running.get("startedAt"))
    sidecar = text(case.container(called), "restartPolicy") == "Always"
    if sidecar or since is None or case.now - since < YOUNG:
        return None
    minutes = int((case.now - since) // 60)
    log = case.log(called)
    return case.cause(
        f"waits for init container {called}, which does not end",
        f"See what it waits for: {case.kubectl} logs {case.name} -c {called}",
        f"running for {minutes} minutes" + (f"; last log: {log}" if log else ""),
        called,
        persistent=False,
    )


def _restarted(case: PodCase, called: str, status: Raw) -> Cause | None:
    """A container that runs for now, and was ended several times before."""
    before = table(status, "lastState", "terminated")
    if number(status, "restartCount") < 2 or not before or _well(case, before, init=False):
        return None
    return _ended(case, called, status, before, init=False)
