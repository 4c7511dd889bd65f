"""Kinds of the Kubernetes API that the steps look at or write."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of the Kubernetes API: group, version, plural name and whether it lives in a namespace."""

    group: str
    version: str
    plural: str
    name: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """The `apiVersion` of a manifest of this kind."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The request path of the collection, or of one object."""
        base = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{base}{scope}/{self.plural}" + (f"/{name}" if name else "")


CLUSTER_ROLE = Kind("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", False)
CLUSTER_ROLE_BINDING = Kind(
    "rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", False
)
CONFIG_MAP = Kind("", "v1", "configmaps", "ConfigMap")
DAEMON_SET = Kind("apps", "v1", "daemonsets", "DaemonSet")
DEPLOYMENT = Kind("apps", "v1", "deployments", "Deployment")
EVENT = Kind("", "v1", "events", "Event")
INGRESS = Kind("networking.k8s.io", "v1", "ingresses", "Ingress")
INGRESS_CLASS = Kind("networking.k8s.io", "v1", "ingressclasses", "IngressClass", False)
JOB = Kind("batch", "v1", "jobs", "Job")
LEASE = Kind("coordination.k8s.io", "v1", "leases", "Lease")
NAMESPACE = Kind("", "v1", "namespaces", "Namespace", False)
NETWORK_POLICY = Kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
NODE = Kind("", "v1", "nodes", "Node", False)
PERSISTENT_VOLUME = Kind("", "v1", "persistentvolumes", "PersistentVolume", False)
PERSISTENT_VOLUME_CLAIM = Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
POD = Kind("", "v1", "pods", "Pod")
REPLICA_SET = Kind("apps", "v1", "replicasets", "ReplicaSet")
RESOURCE_QUOTA = Kind("", "v1", "resourcequotas", "ResourceQuota")
ROLE = Kind("rbac.authorization.k8s.io", "v1", "roles", "Role")
ROLE_BINDING = Kind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
SECRET = Kind("", "v1", "secrets", "Secret")
SERVICE = Kind("", "v1", "services", "Service")
SERVICE_ACCOUNT = Kind("", "v1", "serviceaccounts", "ServiceAccount")
STATEFUL_SET = Kind("apps", "v1", "statefulsets", "StatefulSet")
STORAGE_CLASS = Kind("storage.k8s.io", "v1", "storageclasses", "StorageClass", False)

KINDS: tuple[Kind, ...] = tuple(k for k in list(globals().values()) if isinstance(k, Kind))
_BY_NAME = {(k.api_version, k.name): k for k in KINDS}


def kind_of(api_version: str, name: str, *, namespaced: bool = True) -> Kind:
    """The kind of a manifest; an unlisted one gets the regular plural of its name."""
    known = _BY_NAME.get((api_version, name))
    if known:
        return known
    group, _, version = api_version.rpartition("/")
    lower = name.lower()
    if lower.endswith(("s", "x", "ch", "sh")):
        plural = lower + "es"
    elif lower.endswith("y") and lower[-2:-1] not in "aeiou":
        plural = lower[:-1] + "ies"
    else:
        plural = lower + "s"
    return Kind(group, version, plural, name, namespaced)
