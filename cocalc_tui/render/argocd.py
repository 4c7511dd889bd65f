"""A folder for Argo CD: one Application, and the objects that come before it."""

from __future__ import annotations

import shlex

from cocalc_tui.core.shell import KUBECTL_APPLY
from cocalc_tui.render.gitops import VALUES, Bundle, inserted
from cocalc_tui.render.gitops_readme import readme

HOME = "argocd"
CREDENTIALS = "cocalc-chart-repo"
MARKER = "@VALUES@"


def argocd(bundle: Bundle) -> dict[str, str]:
    """The files of the folder, by name."""
    release, objects = bundle.release, bundle.objects()
    source = {
        "repoURL": bundle.repo,
        "path": bundle.chart,
        "targetRevision": bundle.branch,
        "helm": {"releaseName": release.release, "valuesObject": MARKER},
    }
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": release.release, "namespace": HOME},
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": release.namespace},
            "sources": [source],
            "syncPolicy": {"syncOptions": ["ServerSideApply=true"]},
        },
    }
    files = {
        **objects,
        "application.yaml": bundle.commented(inserted(application, bundle.values, MARKER)),
        VALUES: bundle.commented(bundle.values),
        "secrets.sh": bundle.secrets(_credentials(bundle)),
    }
    before = " ".join(f"-f {name}" for name in objects)
    steps = [
        (
            "Make the Secrets: `./secrets.sh`, with the variables that it asks for; DEPLOY_KEY is "
            f"the file of the private key that opens {bundle.repo}."
        ),
        (
            f"Apply what comes before the release: `kubectl apply --server-side {before}`, "
            "or keep these files in a repository of your own and add it to the Application's sources."
        ),
        "Apply the Application: `kubectl apply --server-side -f application.yaml`, then sync it.",
    ]
    if bundle.secret_values:
        paths = ", ".join(path for path, _ in bundle.secret_values.entries)
        steps.append(
            f"Argo CD takes no values from a Secret, so these are left out: {paths}. Give them by a plugin "
            "for secrets that your Argo CD has, or enter them in CoCalc's own admin settings."
        )
    return readme(bundle, "Argo CD", files, steps)


def _credentials(bundle: Bundle) -> list[str]:
    if bundle.repo.startswith(("https://", "http://")):
        return []
    return [
        (
            f"echo {shlex.quote('the deploy key for Argo CD')}\n"
            f"kubectl create secret generic {CREDENTIALS} --namespace {HOME} \\\n"
            f"  --from-literal=type=git --from-literal=url={shlex.quote(bundle.repo)} \\\n"
            '  --from-file=sshPrivateKey="${DEPLOY_KEY:?set DEPLOY_KEY first}" \\\n'
            "  --dry-run=client --output yaml |\n"
            "  kubectl label --local --output yaml -f - argocd.argoproj.io/secret-type=repository |\n"
            f"  {KUBECTL_APPLY}"
        )
    ]
