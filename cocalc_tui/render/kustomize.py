"""A folder for `kustomize build --enable-helm`."""

from __future__ import annotations

from typing import Any

from cocalc_tui.render.gitops import SECRET_VALUES, VALUES, Bundle, many
from cocalc_tui.render.gitops_readme import readme


def kustomize(bundle: Bundle) -> dict[str, str]:
    """The files of the folder, by name."""
    release, objects = bundle.release, bundle.objects()
    chart: dict[str, Any] = {
        "name": bundle.chart,
        "releaseName": release.release,
        "namespace": release.namespace,
        "includeCRDs": True,
        "valuesFile": VALUES,
    }
    if bundle.version:
        chart["kubeVersion"] = bundle.version
    if bundle.secret_values:
        chart["additionalValuesFiles"] = [SECRET_VALUES]
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(objects),
        "helmGlobals": {"chartHome": "charts"},
        "helmCharts": [chart],
    }
    files = {
        **objects,
        "kustomization.yaml": bundle.commented(many([document])),
        VALUES: bundle.commented(bundle.values),
        "secrets.sh": bundle.secrets(file=True),
        ".gitignore": bundle.commented(f"charts/\n{SECRET_VALUES}\n"),
    }
    steps = [
        (
            f"Link the chart, which is private and not part of this folder: "
            f"`mkdir -p charts && ln -s /path/of/checkout/{bundle.chart} charts/{bundle.chart}`. "
            f"It is kept in {bundle.repo}, branch {bundle.branch}."
        ),
        "Make the Secrets: `./secrets.sh`, with the environment variables that it asks for. "
        + (f"It also writes {SECRET_VALUES}, which git ignores." if bundle.secret_values else ""),
        (
            "Build and apply: `kustomize build --enable-helm . | kubectl apply --server-side -f -`. "
            "kustomize needs helm 3 on the PATH."
        ),
    ]
    return readme(bundle, "kustomize", files, steps)
