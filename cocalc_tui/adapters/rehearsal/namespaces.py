"""What every namespace gets, and how one goes away."""

from __future__ import annotations

from cocalc_tui.adapters.rehearsal.moment import Moment
from cocalc_tui.core.kinds import CONFIG_MAP, NAMESPACE, SERVICE_ACCOUNT

ROOT_CA = "kube-root-ca.crt"


def reconcile(moment: Moment) -> None:
    """The service account `default` and the cluster's certificate; a deleted namespace is emptied."""
    store = moment.store
    for home in moment.moving(NAMESPACE):
        name = home["metadata"]["name"]
        if home["metadata"].get("deletionTimestamp"):
            if not moment.elapsed(home, "emptied", 2):
                continue
            for obj in list(store.all()):
                if obj["metadata"].get("namespace") == name and not obj["metadata"].get("finalizers"):
                    store.remove(obj)
            stuck = any(o["metadata"].get("namespace") == name for o in store.all())
            if not stuck and home["spec"].get("finalizers", ["kubernetes"]) == ["kubernetes"]:
                store.remove(home)
            continue
        if store.find(SERVICE_ACCOUNT, "default", name) is None:
            moment.create(
                {
                    "apiVersion": "v1",
                    "kind": "ServiceAccount",
                    "metadata": {"name": "default", "namespace": name},
                }
            )
        if store.find(CONFIG_MAP, ROOT_CA, name) is None:
            meta = {"name": ROOT_CA, "namespace": name}
            ca = {"ca.crt": "practice certificate authority\n"}
            moment.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": ca})
