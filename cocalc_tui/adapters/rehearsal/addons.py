"""Charts of others in a rehearsal: a world lists the objects that each brings."""

from __future__ import annotations

import copy

from cocalc_tui.adapters.rehearsal.cluster import MemoryCluster
from cocalc_tui.adapters.rehearsal.store import Object
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.kinds import NAMESPACE
from cocalc_tui.errors import Refused


def addon_objects(cluster: MemoryCluster, action: HelmAddon) -> list[Object]:
    """What the chart brings; its namespace is made here, as helm does. Raises `Refused`."""
    found = (cluster.simulation.world.get("addons") or {}).get(action.chart)
    if found is None:
        raise Refused(
            f"helm: {action.chart} is not in this rehearsal", "Use a real cluster to install this chart."
        )
    if cluster.store.find(NAMESPACE, action.namespace) is None:
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": action.namespace}}
        with cluster.exclusive:
            cluster.enter()
            cluster.writer.create(NAMESPACE, manifest, "helm")
            cluster.saved()
    return copy.deepcopy(list(found))
