"""The other objects of the practice chart, one function for each file of its templates."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from cocalc_tui.adapters.rehearsal.chart_values import as_text, text_of, to_json
from cocalc_tui.adapters.rehearsal.chart_workloads import Object, Scope, claim

NGINX = "nginx.ingress.kubernetes.io/"
RBAC = "rbac.authorization.k8s.io"
KEEP = {"helm.sh/resource-policy": "keep"}
ON_UPGRADE = {
    "helm.sh/hook": "post-upgrade",
    "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
}
HUB_RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
MANAGE_RULES = [
    {
        "apiGroups": [""],
        "resources": ["pods", "pods/log"],
        "verbs": ["get", "list", "watch", "create", "patch", "delete"],
    },
    {
        "apiGroups": [""],
        "resources": ["configmaps", "secrets"],
        "verbs": ["get", "create", "update", "delete"],
    },
]
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]


def settings(scope: Scope) -> Iterator[Object]:
    """Site settings, first administrator, single sign-on and software environments."""
    shared = scope.shared
    data = {f"COCALC_SETTING_{key.upper()}": as_text(value) for key, value in shared["settings"].items()}
    yield scope.object("v1", "ConfigMap", "hub", "cocalc-settings", data=data)
    admin = shared["setup_admin"]
    setup = {
        "COCALC_SETUP_ADMIN_EMAIL": admin.get("email"),
        "COCALC_SETUP_ADMIN_PASSWORD": admin.get("password"),
        "COCALC_SETUP_ADMIN_NAME": admin.get("name"),
        "COCALC_SETUP_REGISTRATION_TOKEN": shared.get("setup_registration_token"),
    }
    if any(value for key, value in setup.items() if not key.endswith("_NAME")):
        yield _secret(scope, "cocalc-setup", {key: value for key, value in setup.items() if value})
    if sso := shared.get("sso"):
        yield _secret(scope, "cocalc-sso", {"sso.json": to_json(sso)})
    if software := shared.get("software"):
        yield scope.object(
            "v1", "ConfigMap", "hub", "software-envs", data={"software.json": to_json(software)}
        )


def storage(scope: Scope) -> Iterator[Object]:
    """The two claims, if the chart is to make them."""
    wanted = scope.values["storage"]
    if wanted.get("create"):
        for part in ("data", "software"):
            name = scope.shared["storage"][part]["claimName"]
            yield _claim(
                scope,
                "storage",
                name,
                mode="ReadWriteMany",
                kind=wanted.get("class"),
                size=wanted["size"][part],
            )


def network_policy(scope: Scope) -> Iterator[Object]:
    """What project pods may reach, and who may reach them."""
    services = [{"key": "group", "operator": "In", "values": ["hub", "manage", "ssh-gateway"]}]
    egress: list[Any] = [
        {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
        {"to": [{"podSelector": {"matchLabels": {"group": "hub"}}}]},
        {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": PRIVATE}}]},
    ]
    spec = {
        "podSelector": {"matchLabels": {"run": "project"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {"matchExpressions": services}}]}],
        "egress": [*egress, *(scope.values["networkPolicy"].get("allowProjectEgress") or [])],
    }
    yield scope.object("networking.k8s.io/v1", "NetworkPolicy", "manage", "project", spec=spec)


def account(scope: Scope, name: str, rules: list[Any]) -> Iterator[Object]:
    """A ServiceAccount with rights in the namespace."""
    yield scope.object(
        "v1", "ServiceAccount", name, name, imagePullSecrets=scope.shared.get("imagePullSecrets")
    )
    yield scope.object(f"{RBAC}/v1", "Role", name, name, rules=rules)
    role = {"apiGroup": RBAC, "kind": "Role", "name": name}
    yield scope.object(
        f"{RBAC}/v1", "RoleBinding", name, name, roleRef=role, subjects=[_subject(scope, name)]
    )


def hub_ingress(scope: Scope) -> Iterator[Object]:
    """The Ingress of the hub: sticky, patient, and without /metrics."""
    notes = {
        f"{NGINX}affinity": "cookie",
        f"{NGINX}affinity-mode": "persistent",
        f"{NGINX}session-cookie-name": "cocalc_hub",
        f"{NGINX}proxy-read-timeout": "3600",
        f"{NGINX}proxy-send-timeout": "3600",
    }
    if scope.shared["networkingConfiguration"].get("hideMetrics"):
        notes[f"{NGINX}server-snippet"] = text_of("charts/hub/files/hide-metrics.conf")
    yield ingress(scope, "hub", "/", "hub-proxy", notes)


def ingress(scope: Scope, name: str, path: str, service: str, notes: dict[str, str]) -> Object:
    """One Ingress; its host is the domain of the site without scheme and port."""
    wanted = scope.shared["ingress"]
    host = (scope.shared["settings"].get("dns") or "").removeprefix("http://").split(":")[0]
    annotations = {f"{NGINX}proxy-body-size": "64m", **notes}
    if issuer := wanted["tls"].get("issuer"):
        annotations["cert-manager.io/cluster-issuer"] = issuer
    backend = {"service": {"name": service, "port": {"name": "http"}}}
    rule: Object = {"http": {"paths": [{"path": path, "pathType": "Prefix", "backend": backend}]}}
    spec: Object = {"rules": [rule]}
    if class_name := wanted.get("className"):
        spec["ingressClassName"] = class_name
    if secret := wanted["tls"].get("secretName"):
        spec["tls"] = [{"secretName": secret, **({"hosts": [host]} if host else {})}]
    if host:
        rule["host"] = host
    return scope.object("networking.k8s.io/v1", "Ingress", name, name, annotations=annotations, spec=spec)


def persist(scope: Scope) -> Iterator[Object]:
    """The claim of Conat's own disk."""
    wanted = scope.values["persist"]
    if wanted["backend"] == "disk":
        kind = wanted.get("storageClass") or None
        yield _claim(scope, "hub", wanted["claimName"], mode="ReadWriteOnce", kind=kind, size=wanted["size"])


def project(scope: Scope) -> Iterator[Object]:
    """The template of a project pod, and the image of projects."""
    pod = to_json(_project_pod(scope))
    yield scope.object("v1", "ConfigMap", "manage", "project-pod", data={"pod.json": pod})
    tag = scope.values["project"]["tag"]
    data = {"image": scope.image("project", tag), "tag": tag}
    yield scope.object("v1", "ConfigMap", "manage", "project-image", data=data)


def prepull(scope: Scope) -> Iterator[Object]:
    """The prepull service with its rights on nodes."""
    if not scope.values["prepull"].get("enabled"):
        return
    shared, wanted = scope.shared, scope.values["project"]
    pull, taint = shared.get("imagePullSecrets"), wanted["dedicatedProjectNodesTaint"]
    yield scope.object("v1", "ServiceAccount", "prepull", "prepull", imagePullSecrets=pull)
    cluster = f"cocalc-prepull-{scope.namespace}"
    labels = scope.labels("prepull", "prepull")
    everywhere = {"apiVersion": f"{RBAC}/v1", "metadata": {"name": cluster, "labels": labels}}
    verbs = ["get", "list", "watch", "patch", "update"]
    yield {
        **everywhere,
        "kind": "ClusterRole",
        "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": verbs}],
    }
    role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": cluster}
    yield {
        **everywhere,
        "kind": "ClusterRoleBinding",
        "roleRef": role,
        "subjects": [_subject(scope, "prepull")],
    }
    base = {"serviceAccountName": "prepull", "imagePullSecrets": pull}
    container = {
        "name": "prepull",
        "image": scope.image("project", wanted["tag"]),
        "args": ["prepull"],
        "env": [{"name": "COCALC_PROJECT_TAINT", "value": taint}],
    }
    pod = {
        **base,
        "nodeSelector": _node_label(wanted),
        "tolerations": [{"operator": "Exists"}],
        "containers": [container],
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec: Object = {"selector": {"matchLabels": {"run": "prepull"}}, "template": template}
    yield scope.object("apps/v1", "DaemonSet", "prepull", "prepull", spec=spec)
    label = wanted["dedicatedProjectNodesLabel"]
    reset = {
        "name": "kubectl",
        "image": scope.image("kubectl", shared["kubectl"]),
        "args": ["taint", "node", "-l", label, f"{taint}-init=false:NoExecute", "--overwrite"],
    }
    pod = {**base, "restartPolicy": "Never", "containers": [reset]}
    template = {"metadata": {"labels": scope.labels("prepull", "prepull-reset")}, "spec": pod}
    spec = {"backoffLimit": 3, "template": template}
    yield scope.object("batch/v1", "Job", "prepull", "prepull-reset", annotations=ON_UPGRADE, spec=spec)


def _project_pod(scope: Scope) -> Object:
    values, shared = scope.values, scope.shared
    wanted = values["project"]
    home = {"name": "home", "mountPath": "/home/user", "subPath": "projects/{project_id}"}
    debug = {"name": "DEBUG", "value": wanted.get("debug") or ""}
    containers: list[Object] = [
        {
            "name": "project",
            "image": "{PROJECT_IMAGE}",
            "env": [debug, {"name": "EXT", "value": "/ext"}],
            "volumeMounts": [home, {"name": "software", "mountPath": "/ext", "readOnly": True}],
        }
    ]
    if shared["datastore"].get("enabled"):
        image = scope.image("datastore", wanted["tag"])
        root = {"privileged": True, "runAsUser": 0}
        containers.append({"name": "datastore", "image": image, "securityContext": root})
    spec: Object = {
        "automountServiceAccountToken": False,
        "restartPolicy": "Never",
        "imagePullSecrets": shared.get("imagePullSecrets"),
        "securityContext": {"runAsUser": 2001, "runAsGroup": 2001, "fsGroup": 2001},
        "containers": containers,
        "volumes": [
            {"name": "home", **claim(shared["storage"]["data"]["claimName"])},
            {"name": "software", **claim(shared["storage"]["software"]["claimName"])},
        ],
    }
    if name := wanted.get("serviceAccountName"):
        spec["serviceAccountName"] = name
    if values["prepull"].get("enabled"):
        spec["nodeSelector"] = _node_label(wanted)
        spec["tolerations"] = [{"key": wanted["dedicatedProjectNodesTaint"], "operator": "Exists"}]
    if wanted.get("fixPermissionsInit"):
        owner = {
            "name": "fix-permissions",
            "image": "{PROJECT_IMAGE}",
            "command": ["chown", "2001:2001", "/home/user"],
            "securityContext": {"runAsUser": 0, "runAsGroup": 0},
            "volumeMounts": [home],
        }
        spec["initContainers"] = [owner]
    labels = {"run": "project", "project_id": "{project_id}", "project_tag": "{PROJECT_TAG}"}
    metadata = {"name": "project-{project_id}", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _node_label(wanted: Object) -> dict[str, str]:
    name, _, value = wanted["dedicatedProjectNodesLabel"].partition("=")
    return {name: value}


def _subject(scope: Scope, name: str) -> Object:
    return {"kind": "ServiceAccount", "name": name, "namespace": scope.namespace}


def _secret(scope: Scope, name: str, texts: dict[str, str]) -> Object:
    data = {key: b64encode(text.encode()).decode() for key, text in texts.items()}
    return scope.object("v1", "Secret", "hub", name, type="Opaque", data=data)


def _claim(scope: Scope, group: str, name: str, *, mode: str, kind: str | None, size: str) -> Object:
    spec: Object = {
        "accessModes": [mode],
        "volumeMode": "Filesystem",
        "resources": {"requests": {"storage": size}},
    }
    if kind is not None:
        spec["storageClassName"] = kind
    return scope.object("v1", "PersistentVolumeClaim", group, name, annotations=KEEP, spec=spec)
