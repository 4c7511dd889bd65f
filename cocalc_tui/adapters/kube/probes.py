"""Who am I, where am I, and what may I do: the probes that the API server answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cocalc_tui.adapters.kube import expiry
from cocalc_tui.adapters.kube.contexts import IN_CLUSTER, Context
from cocalc_tui.adapters.kube.listing import METADATA, path_of
from cocalc_tui.adapters.kube.request import Reply, Request
from cocalc_tui.adapters.kube.threads import Stop
from cocalc_tui.adapters.kube.trouble import not_json
from cocalc_tui.core.kinds import NAMESPACE
from cocalc_tui.errors import Refused

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client

AUTHORIZATION = "/apis/authorization.k8s.io/v1"
AUTHENTICATION = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
HOSTS = ((".azmk8s.io", "AKS"), (".eks.amazonaws.com", "EKS"), (".gke.goog", "GKE"))
VERSIONS = (("-gke.", "GKE"), ("-eks-", "EKS"), ("+k3s", "k3s"))


@dataclass(frozen=True, slots=True)
class Access:
    """One thing that one may or may not do; `resource` may name a subresource (`pods/log`)."""

    verb: str
    group: str
    resource: str
    namespace: str | None = None


def version(client: Client, stop: Stop) -> Reply:
    """The server's version, with its clock."""
    request = Request("asking for the version", "/version")
    reply = client.reply(request, stop)
    _text(request, reply.body, "gitVersion")
    return reply


def uid(client: Client, stop: Stop) -> str | None:
    """The uid of kube-system, which names the cluster; None where it may not be read."""
    path = path_of(NAMESPACE, None, "kube-system")
    request = Request("reading namespace kube-system", path, accept=METADATA.format(""))
    try:
        found = client.json(request, stop)
    except Refused as error:
        if error.code in (403, 404):
            return None
        raise
    return _text(request, found, "metadata", "uid")


def user(client: Client, stop: Stop) -> str:
    """Whom the server takes us for; the kubeconfig's name for it where the server is too old to say."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    request = Request("asking who this is", AUTHENTICATION, "POST", body=body)
    try:
        found = client.json(request, stop)
    except Refused as error:
        if error.code == 401:
            raise
        return client.login.context.user
    return _text(request, found, "status", "userInfo", "username")


def document(client: Client, reply: Reply, who: str, cluster: str | None) -> dict[str, Any]:
    """The document of the probe `cluster`."""
    context = client.login.context
    settings = client.login.client().configuration
    git = str(reply.body.get("gitVersion", ""))
    return {
        "uid": cluster,
        "version": git,
        "server": settings.host,
        "context": context.name,
        "user": who,
        "expires_at": _expires(context, settings),
        "clock_skew": _skew(reply),
        "platform_hints": list(_hints(git, settings.host, context)),
    }


def rules(client: Client, namespace: str, stop: Stop) -> dict[str, Any]:
    """The document of the probe `rules`."""
    status = _review(
        client, "selfsubjectrulesreviews", "SelfSubjectRulesReview", {"namespace": namespace}, stop
    )
    return {
        "rules": [
            {
                "verbs": rule.get("verbs") or [],
                "groups": rule.get("apiGroups") or [],
                "resources": rule.get("resources") or [],
                "names": rule.get("resourceNames") or [],
            }
            for rule in status.get("resourceRules") or ()
        ],
        "incomplete": bool(status.get("incomplete")),
    }


def access(client: Client, what: Access, stop: Stop) -> dict[str, Any]:
    """The document of the probe `access`."""
    plural, _, sub = what.resource.partition("/")
    asked = {"verb": what.verb, "group": what.group, "resource": plural}
    asked |= {"subresource": sub} if sub else {}
    asked |= {"namespace": what.namespace} if what.namespace else {}
    status = _review(
        client, "selfsubjectaccessreviews", "SelfSubjectAccessReview", {"resourceAttributes": asked}, stop
    )
    return {"allowed": bool(status.get("allowed")), "reason": str(status.get("reason") or "")}


def _review(client: Client, plural: str, kind: str, spec: dict[str, Any], stop: Stop) -> dict[str, Any]:
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    request = Request("asking for rights", f"{AUTHORIZATION}/{plural}", "POST", body=body)
    status = client.json(request, stop).get("status")
    if not isinstance(status, dict):
        raise not_json(request.asked)
    return status


def _text(request: Request, document: Any, *keys: str) -> str:
    """A text deep in an answer that must be there."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    if not isinstance(document, str):
        raise not_json(request.asked)
    return document


def _expires(context: Context, settings: Any) -> float | None:
    """None where it is not known, and where a plugin renews the login by itself."""
    if context.plugin or context.name == IN_CLUSTER:
        return None
    token = settings.api_key.get("BearerToken")
    if token:
        return expiry.of_token(token)
    return expiry.of_certificate(settings.cert_file) if settings.cert_file else None


def _skew(reply: Reply) -> float | None:
    """Seconds by which the server's clock is ahead of ours; its header tells whole seconds only."""
    with suppress(ValueError, TypeError):
        there = parsedate_to_datetime(reply.date).timestamp() + 0.5
        return round(there - (reply.sent + reply.received) / 2, 1)
    return None


def _hints(git: str, server: str, context: Context) -> Iterator[str]:
    host = urlsplit(server).hostname or ""
    for mark, name in VERSIONS:
        if mark in git:
            yield f"the version {git} is one of {name}"
    for mark, name in HOSTS:
        if host.endswith(mark):
            yield f"the server's name ends in {mark}, as {name} gives it"
    if context.name == "minikube":
        yield "the context is named minikube"
