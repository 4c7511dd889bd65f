"""Image pulls, answered from a world's registries; the words are containerd's."""

from __future__ import annotations

from typing import Any

from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.core.kinds import SECRET, SERVICE_ACCOUNT

DOCKER = "kubernetes.io/dockerconfigjson"


def pull_secrets(moment: Moment, pod: Object) -> list[str]:
    """The names of the pod's pull Secrets, and those of its service account."""
    named = pod["spec"].get("imagePullSecrets") or []
    if not named:
        namespace = pod["metadata"]["namespace"]
        account = moment.store.find(
            SERVICE_ACCOUNT, pod["spec"].get("serviceAccountName", "default"), namespace
        )
        named = (account or {}).get("imagePullSecrets") or []
    return [s["name"] for s in named]


def missing_pull_secrets(moment: Moment, pod: Object) -> list[str]:
    """The pull Secrets that are not there."""
    namespace = pod["metadata"]["namespace"]
    return [n for n in pull_secrets(moment, pod) if moment.store.find(SECRET, n, namespace) is None]


def pull_problem(moment: Moment, pod: Object, image: str) -> str:
    """Why an image cannot be pulled; empty if it can. A registry that the world does not know is open."""
    name, _, tag = image.rpartition(":")
    host = image.partition("/")[0]
    prefix = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
    registry: dict[str, Any] | None = moment.world.get("registries", {}).get(host)
    if registry is None:
        return ""
    logins = set(registry.get("login_hashes") or ())
    if registry.get("silent"):
        return prefix + f'failed to do request: Head "https://{host}/v2/": dial tcp: i/o timeout'
    if logins:
        found = [s for n in pull_secrets(moment, pod) if (s := _login(moment, pod, n))]
        if not found:
            return (
                prefix
                + "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"
            )
        if not logins & set(found):
            return (
                prefix + "failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden"
            )
    if any(missing in (image, name, tag) for missing in registry.get("missing") or ()):
        return f"rpc error: code = NotFound desc = {prefix}{image}: not found"
    return ""


def _login(moment: Moment, pod: Object, name: str) -> str:
    found = moment.store.find(SECRET, name, pod["metadata"]["namespace"])
    if found is None or found.get("type") != DOCKER:
        return ""
    return str(found.get("data", {}).get(".dockerconfigjson", ""))
