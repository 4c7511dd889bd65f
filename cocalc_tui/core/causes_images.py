"""Why an image cannot be pulled: read from the runtime's message, whose words differ between runtimes.

ErrImagePull and ImagePullBackOff alternate for ever and mean the same; a wrong tag and a wrong repository
look alike (`not found`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from cocalc_tui.core.cause import Cause
from cocalc_tui.core.pod_case import PodCase
from cocalc_tui.core.raw import rows, text

REASONS = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
)
HUB = "docker.io"
_REFUSED = re.compile(
    r"\b40[13]\b|unauthorized|forbidden|denied|insufficient_scope|authorization failed|"
    r"failed to authorize|authentication required|no basic auth credentials",
    re.IGNORECASE,
)


class Asked(NamedTuple):
    """The image that was asked for, and where."""

    image: str
    host: str
    node: str
    container: str
    workload: str


class Answer(NamedTuple):
    """What one kind of message means."""

    pattern: str
    summary: Callable[[Asked], str]
    remedy: Callable[[Asked], str]
    persistent: bool = True


_ANSWERS = (
    Answer(
        r"no such host|server misbehaving|name resolution",
        lambda a: f"registry host {a.host} is not known to the node",
        lambda a: f"Correct the host in {a.image}, or make the nodes resolve {a.host}.",
    ),
    Answer(
        r"HTTP response to HTTPS client",
        lambda a: f"registry {a.host} speaks HTTP where HTTPS was expected",
        lambda a: f"Give {a.host} a TLS certificate, or allow HTTP for it in the runtime of each node.",
    ),
    Answer(
        r"x509|certificate|tls: ",
        lambda a: f"certificate of registry {a.host} is not trusted by the node",
        lambda a: f"Make each node trust the authority that signed the certificate of {a.host}.",
    ),
    Answer(
        r"connection refused",
        lambda a: f"registry {a.host} refuses connections",
        lambda a: f"Start the registry at {a.host}, or correct host and port in {a.image}.",
        persistent=False,
    ),
    Answer(
        r"no route to host|network is unreachable",
        lambda a: f"no route from the node to registry {a.host}",
        lambda a: f"Open the network from the nodes to {a.host}, or correct the host in {a.image}.",
        persistent=False,
    ),
    Answer(
        r"timeout|timed out|deadline exceeded|connection reset|\bEOF\b",
        lambda a: f"registry {a.host} does not answer in time",
        lambda a: f"Open the network (or the proxy) from the nodes to {a.host}.",
        persistent=False,
    ),
    Answer(
        r"\b429\b|toomanyrequests|too many requests|rate limit",
        lambda a: f"registry {a.host} limits the number of pulls",
        lambda a: f"Wait, or give the pods a pull Secret with an account at {a.host}.",
        persistent=False,
    ),
    Answer(
        r"no match for platform|no matching manifest|exec format error",
        lambda _: "image is not built for the node's architecture",
        lambda a: f"Use an image of {a.image} that has the node's architecture, or a node of type amd64.",
    ),
    Answer(
        r"no space left",
        lambda _: "no disk space for the image on the node",
        lambda a: f"Free disk space under /var/lib/containerd on node {a.node}.",
    ),
    Answer(
        r"not found|manifest unknown|does not exist|name unknown",
        lambda _: "image not found in the registry",
        lambda a: f"Correct the tag or repository of {a.image}: the registry does not tell which is wrong.",
    ),
    Answer(
        r"\b50[0234]\b",
        lambda a: f"registry {a.host} answers with a server error",
        lambda a: f"Wait until the registry {a.host} works again, or ask who runs it.",
        persistent=False,
    ),
)


def host_of(image: str) -> str:
    """The registry that an image name stands for."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else HUB


def image_cause(case: PodCase, called: str, reason: str, message: str) -> Cause:
    """The cause of a container that waits for its image."""
    image = text(case.container(called), "image")
    asked = Asked(image or "the image", host_of(image), case.node or "NODE", called, case.workload)
    message = _told(case, called, message)
    if reason == "InvalidImageName":
        return case.cause(
            f"image name is not valid: {image}",
            f"Correct the image name of container {called} in {case.workload}.",
            message,
            called,
        )
    if reason == "ErrImageNeverPull":
        return case.cause(
            "image is not on the node, and its pull policy is Never",
            f"Set imagePullPolicy of container {called} in {case.workload} to IfNotPresent.",
            message,
            called,
        )
    for answer in _ANSWERS:
        if answer.pattern.startswith("not found") and _REFUSED.search(message):
            return _refused(case, called, asked, message)
        if re.search(answer.pattern, message, re.IGNORECASE):
            return case.cause(answer.summary(asked), answer.remedy(asked), message, called, answer.persistent)
    return case.cause(
        "image cannot be pulled",
        f"See the events of the pull: {case.kubectl} describe pod {case.name}",
        message or reason,
        called,
        persistent=False,
    )


def _told(case: PodCase, called: str, message: str) -> str:
    """The message with its reason; older kubelets tell it only in the event of the last attempt."""
    if ":" in message.replace("Back-off pulling image", "").partition('" ')[2] or "rror" in message:
        return message
    pulls = [e for e in case.of_container(called) if text(e, "message").startswith("Failed to pull image")]
    return text(pulls[-1], "message") if pulls else message


def _refused(case: PodCase, called: str, asked: Asked, message: str) -> Cause:
    lost = re.search(
        r"image pull secrets \(([^)]*)\)", text(case.last("FailedToRetrieveImagePullSecret"), "message")
    )
    named = (text(s, "name") for s in rows(case.pod, "spec", "imagePullSecrets"))
    secrets = ", ".join(filter(None, named))
    if lost:
        return case.cause(
            f"pull Secret {lost.group(1)} does not exist",
            f"Create the Secret {lost.group(1)} for {asked.host} in namespace {case.namespace}.",
            message,
            called,
        )
    if not secrets:
        account = text(case.pod, "spec", "serviceAccountName") or "default"
        return case.cause(
            "no registry credentials: the pull was refused",
            f"Name a Secret with credentials for {asked.host} in the imagePullSecrets of {case.workload} "
            f"or of the ServiceAccount {account}.",
            message,
            called,
        )
    return case.cause(
        f"registry refused the credentials of Secret {secrets}",
        f"Put credentials for {asked.host} that may pull {asked.image} into the Secret {secrets} "
        f"of namespace {case.namespace}.",
        message,
        called,
    )
