"""The Deployments and Services of the practice chart, after each chart's files/workloads.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cocalc_tui.adapters.rehearsal.chart_values import Values, as_text, lookup, to_json, yaml_of

Object = dict[str, Any]
DATABASE = {
    "PGDATABASE": "name",
    "PGHOST": "host",
    "PGPORT": "port",
    "PGSSLMODE": "sslmode",
    "PGUSER": "user",
}
SERVICE_NODES = {
    "nodeAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 1,
                "preference": {
                    "matchExpressions": [{"key": "cocalc-role", "operator": "In", "values": ["services"]}]
                },
            }
        ]
    }
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template of one chart sees: the release and that chart's values."""

    release: str
    namespace: str
    values: Values

    @property
    def shared(self) -> Values:
        """The block `global`."""
        shared: Values = self.values["global"]
        return shared

    def labels(self, group: str, name: str) -> Object:
        """Labels of an object and of its pods."""
        return {
            "group": group,
            "run": name,
            "app.kubernetes.io/part-of": "cocalc",
            "app.kubernetes.io/instance": self.release,
            "app.kubernetes.io/managed-by": "Helm",
        }

    def object(self, api: str, kind: str, group: str, name: str, **rest: Any) -> Object:
        """An object with its metadata; `annotations` go there, all else beside it."""
        metadata = {"name": name, "namespace": self.namespace, "labels": self.labels(group, name)}
        if annotations := rest.pop("annotations", None):
            metadata["annotations"] = annotations
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}

    def image(self, name: str, tag: str) -> str:
        """Full name of an image."""
        return f"{self.shared['imageRegistry']}/{name}:{tag}"


def claim(name: str) -> Object:
    """A volume that is a claim."""
    return {"persistentVolumeClaim": {"claimName": name}}


@dataclass(frozen=True, slots=True)
class Group:
    """What the Deployments of one chart have in common; `folder` is that of the chart."""

    name: str
    folder: str
    account: str
    image: str
    values: Values


def workloads(scope: Scope, group: Group) -> Iterator[Object]:
    """Every Deployment of one chart, and the Service of each that has a port."""
    for row in yaml_of(f"{group.folder}files/workloads.yaml"):
        yield _deployment(scope, group, row)
        if port := row.get("port"):
            ports = [{"name": "http", "port": port, "targetPort": "http"}]
            spec = {"selector": {"run": row["name"]}, "ports": ports}
            yield scope.object("v1", "Service", group.name, row["name"], spec=spec)


def _deployment(scope: Scope, group: Group, row: Mapping[str, Any]) -> Object:
    name, shared, values = row["name"], scope.shared, group.values
    container: Object = {
        "name": name,
        "image": group.image,
        "args": [name],
        "envFrom": [{"configMapRef": {"name": "cocalc-settings"}}],
        "env": list(_environment(shared, row, values)),
        "resources": lookup(values, row["resources"])
        if "resources" in row
        else values.get("resources") or {},
    }
    if group.name == "hub":
        container["envFrom"].append({"secretRef": {"name": "cocalc-setup", "optional": True}})
    if "port" in row:
        container["ports"] = [{"name": "http", "containerPort": row["port"]}]
        container["readinessProbe"] = {"tcpSocket": {"port": "http"}}
    pod: Object = {
        "serviceAccountName": group.account,
        "imagePullSecrets": shared.get("imagePullSecrets"),
        "affinity": SERVICE_NODES,
        "containers": [container],
    }
    if mounts := row.get("mounts"):
        container["volumeMounts"] = mounts
        volumes = dict.fromkeys(mount["name"] for mount in mounts)
        pod["volumes"] = [{"name": volume, **_volume(scope, volume)} for volume in volumes]
    checksum = sha256(to_json(shared.get("settings")).encode()).hexdigest()
    metadata = {"labels": scope.labels(group.name, name), "annotations": {"checksum/settings": checksum}}
    spec = {
        "replicas": lookup(values, row["replicas"]) if "replicas" in row else 1,
        "selector": {"matchLabels": {"run": name}},
        "template": {"metadata": metadata, "spec": pod},
    }
    return scope.object("apps/v1", "Deployment", group.name, name, spec=spec)


def _environment(shared: Values, row: Mapping[str, Any], values: Values) -> Iterator[Object]:
    database = shared["database"]
    for name, key in DATABASE.items():
        yield {"name": name, "value": as_text(database.get(key))}
    password = {"name": database.get("secretName"), "key": "postgresql-password"}
    yield {"name": "PGPASSWORD", "valueFrom": {"secretKeyRef": password}}
    yield {"name": "DEBUG", "value": values.get("debug") or ""}
    yield {"name": "COCALC_SHARED_FILES_PATH", "value": shared.get("shared_files_path") or ""}
    for name, path in sorted(row.get("env", {}).items()):
        yield {"name": name, "value": as_text(lookup(values, path))}


def _volume(scope: Scope, name: str) -> Object:
    storage = scope.shared["storage"]
    match name:
        case "data" | "software":
            return claim(storage[name]["claimName"])
        case "persist":
            persist = scope.values["persist"]
            own = persist["backend"] == "disk"
            return claim(persist["claimName"] if own else storage["data"]["claimName"])
        case "sso":
            return {"secret": {"secretName": "cocalc-sso", "optional": True}}
        case _:
            return {"configMap": {"name": name, "optional": True}}
