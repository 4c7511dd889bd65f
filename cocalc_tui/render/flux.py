"""A folder for Flux: the chart's repository and a HelmRelease."""

from __future__ import annotations

import re
import shlex
from typing import Any

from cocalc_tui.core import ssh
from cocalc_tui.core.shell import KUBECTL_APPLY
from cocalc_tui.render.gitops import SECRET_VALUES, VALUES, Bundle, inserted, many
from cocalc_tui.render.gitops_readme import readme

SOURCE = "cocalc-chart"
KEY = "cocalc-chart-key"
SECRET = "cocalc-secret-values"
MARKER = "@VALUES@"


def flux(bundle: Bundle) -> dict[str, str]:
    """The files of the folder, by name."""
    release, objects = bundle.release, bundle.objects()
    meta = {"namespace": release.namespace}
    source: dict[str, Any] = {"interval": "10m", "url": url(bundle.repo), "ref": {"branch": bundle.branch}}
    if ssh.host_of(bundle.repo):
        source["secretRef"] = {"name": KEY}
    spec: dict[str, Any] = {
        "interval": "30m",
        "timeout": f"{release.timeout}s",
        "releaseName": release.release,
        "chart": {
            "spec": {
                "chart": f"./{bundle.chart}",
                "reconcileStrategy": "Revision",
                "sourceRef": {"kind": "GitRepository", "name": SOURCE},
            }
        },
    }
    if bundle.secret_values:
        spec["valuesFrom"] = [{"kind": "Secret", "name": SECRET, "valuesKey": "values.yaml"}]
    repository = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": SOURCE, **meta},
        "spec": source,
    }
    helm_release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": release.release, **meta},
        "spec": {**spec, "values": MARKER},
    }
    files = {
        **objects,
        "repository.yaml": bundle.commented(many([repository])),
        "release.yaml": bundle.commented(inserted(helm_release, bundle.values, MARKER)),
        VALUES: bundle.commented(bundle.values),
        "secrets.sh": bundle.secrets(_further(bundle), file=True),
        ".gitignore": bundle.commented(f"{SECRET_VALUES}\n"),
    }
    wanted = " ".join(f"-f {name}" for name in [*objects, "repository.yaml", "release.yaml"])
    steps = [
        (
            "Make the Secrets: `./secrets.sh`, with the variables that it asks for; DEPLOY_KEY is "
            f"the file of the private key that opens {bundle.repo}."
        ),
        (
            "Commit the YAML files, except my-values.yaml, to the repository that Flux follows, or apply "
            f"them: `kubectl apply --server-side {wanted}`."
        ),
    ]
    return readme(bundle, "Flux", files, steps)


def url(repo: str) -> str:
    """Flux takes no addresses of the form user@host:path."""
    short = re.fullmatch(r"([^/@:]+@[^/:]+):(?!//)(.+)", repo)
    return f"ssh://{short[1]}/{short[2].lstrip('/')}" if short else repo


def _further(bundle: Bundle) -> list[str]:
    namespace = shlex.quote(bundle.release.namespace)
    made = f"--namespace {namespace} --dry-run=client --output yaml"
    parts = []
    if bundle.secret_values:
        file = f'"$here"/{SECRET_VALUES}'
        parts.append(
            f"kubectl create secret generic {SECRET} --from-file=values.yaml={file} {made} |\n"
            f"  {KUBECTL_APPLY}\nrm -f {file}"
        )
    host = ssh.host_of(bundle.repo)
    if host:
        pinned = '"$(cat "${KNOWN_HOSTS:?set KNOWN_HOSTS first}")"'
        if host.github:
            pinned = shlex.quote(ssh.known_hosts(host, ssh.GITHUB_KEYS))
        parts.append(
            f"kubectl create secret generic {KEY} --from-literal=known_hosts={pinned} \\\n"
            f'  --from-file=identity="${{DEPLOY_KEY:?set DEPLOY_KEY first}}" {made} |\n'
            f"  {KUBECTL_APPLY}"
        )
    return parts
