"""Why the controller of a workload makes no pods, or has given up: conditions and events of its owners."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cocalc_tui.core.cause import Cause, cleaned
from cocalc_tui.core.raw import Raw, about, condition, event_time, name, namespace, number, text, value

LEVEL = "pod-security.kubernetes.io/enforce"
_BELOW = {"restricted": "baseline", "baseline": "privileged"}


def creation_cause(workload: str, owner: Raw, kind: str, events: Sequence[Raw]) -> Cause | None:
    """The cause of an owner (ReplicaSet, StatefulSet, DaemonSet, Job) that is not allowed to make pods."""
    told = [e for e in about(events, kind, owner) if e.get("reason") == "FailedCreate"]
    failure = condition(owner, "ReplicaFailure")
    message = text(told[-1], "message") if told else ""
    if failure.get("status") == "True" and failure.get("reason") == "FailedCreate":
        message = message or text(failure, "message")
    if not message or _complete(owner, kind) or _made_since(owner, kind, events, told):
        return None
    summary, remedy, detail = _read(workload, cleaned(message), namespace(owner))
    return Cause(workload, summary, remedy, detail)


def _complete(owner: Raw, kind: str) -> bool:
    """Whether it has all its pods; events outlive what they tell of."""
    if kind == "DaemonSet":
        wanted = number(owner, "status", "desiredNumberScheduled")
        return 0 < wanted <= number(owner, "status", "currentNumberScheduled")
    return kind != "Job" and number(owner, "status", "replicas") >= number(
        owner, "spec", "replicas", default=1
    )


def _made_since(owner: Raw, kind: str, events: Sequence[Raw], told: Sequence[Raw]) -> bool:
    """Whether a pod could be made after the last refusal."""
    made = [e for e in about(events, kind, owner) if e.get("reason") == "SuccessfulCreate"]
    return bool(made and told and event_time(made[-1]) > event_time(told[-1]))


def _read(workload: str, message: str, space: str) -> tuple[str, str, str]:
    level = re.search(r'violates PodSecurity "(\w+)[^"]*": (.*)', message)
    if level:
        below = _BELOW.get(level.group(1), "privileged")
        return (
            f"blocked by pod security level {level.group(1)}",
            f"Lower the level: kubectl label namespace {space} {LEVEL}={below} --overwrite",
            level.group(2),
        )
    quota = re.search(r"exceeded quota: ([^,\s]+), requested: (\S+), used: (\S+), limited: (\S+)", message)
    if quota:
        called, asked, used, limit = quota.groups()
        kind, most = asked.partition("=")[0], limit.rpartition("=")[2]
        return (
            f"quota {called} is used up: {used.replace('=', ' ')} of {most}",
            f"Raise {kind} in the ResourceQuota {called} of namespace {space}, or free what uses it.",
            message,
        )
    unset = re.search(r"failed quota: ([^:\s]+): must specify (.*)", message)
    if unset:
        return (
            f"quota {unset.group(1)} wants {unset.group(2)} for every container",
            f"Set {unset.group(2)} for the containers of {workload}, or add a LimitRange to {space}.",
            message,
        )
    account = re.search(r'serviceaccount "([^"]*)" not found', message, re.IGNORECASE)
    if account:
        return (
            f"ServiceAccount {account.group(1)} does not exist",
            f"Create the ServiceAccount {account.group(1)} in namespace {space} for {workload}.",
            message,
        )
    silent = re.search(r'failed calling webhook "([^"]*)"', message)
    if silent:
        return (
            f"admission webhook {silent.group(1)} does not answer",
            f"Start what serves the webhook {silent.group(1)}, or remove its webhook configuration.",
            message,
        )
    refused = re.search(r'admission webhook "([^"]*)" denied the request:? ?(.*)', message)
    if refused:
        return (
            f"admission webhook {refused.group(1)} refuses the pods",
            f"Change {workload} as the webhook {refused.group(1)} wants it, or exempt {space} from it.",
            refused.group(2) or message,
        )
    if re.search(r"(maximum|minimum) \S+ usage per|LimitRange|limit to request ratio", message):
        return (
            "pods do not fit the LimitRange of the namespace",
            f"Change the resources of {workload}, or the LimitRange of namespace {space}.",
            message,
        )
    rank = re.search(r"no PriorityClass with name (\S+) was found", message)
    if rank:
        return (
            f"PriorityClass {rank.group(1)} does not exist",
            f"Create the PriorityClass {rank.group(1)}, or correct priorityClassName of {workload}.",
            message,
        )
    return (
        "its pods cannot be created",
        f"Mend what is refused: kubectl -n {space} get events --field-selector reason=FailedCreate",
        message,
    )


def given_up(workload: str, found: Raw, kind: str) -> Cause | None:
    """A workload whose controller stopped trying or was told to wait; for when no pod tells why."""
    space, called = namespace(found), name(found)
    if kind == "Job":
        return _job(workload, found, space, called)
    if kind != "Deployment":
        return None
    progress = condition(found, "Progressing")
    if progress.get("reason") == "ProgressDeadlineExceeded" and progress.get("status") == "False":
        limit = number(found, "spec", "progressDeadlineSeconds", default=600)
        return Cause(
            workload,
            f"no progress for {limit} seconds",
            f"See its pods and events: kubectl -n {space} describe deployment {called}",
            cleaned(text(progress, "message")),
        )
    if value(found, "spec", "paused") is True:
        return Cause(
            workload,
            "its rollout is paused",
            f"Let it go on: kubectl -n {space} rollout resume deployment {called}",
        )
    return None


def _job(workload: str, found: Raw, space: str, called: str) -> Cause | None:
    failed = condition(found, "Failed") or condition(found, "FailureTarget")
    again = f"Delete the job to run it again: kubectl -n {space} delete job {called}"
    if failed.get("status") == "True":
        message = cleaned(text(failed, "message"))
        if failed.get("reason") == "DeadlineExceeded":
            limit = number(found, "spec", "activeDeadlineSeconds")
            told = f"job was stopped: it ran longer than its limit of {limit} s"
            return Cause(workload, told, again, message)
        return Cause(workload, "job failed as often as it may", again, message)
    if value(found, "spec", "suspend") is True:
        return Cause(
            workload,
            "job is suspended",
            f'Let it run: kubectl -n {space} patch job {called} -p \'{{"spec":{{"suspend":false}}}}\'',
        )
    return None
