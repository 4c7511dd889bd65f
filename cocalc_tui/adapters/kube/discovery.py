"""Which kinds this server has: asked once for each group and version that is not ours by heart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.request import Request
from cocalc_tui.adapters.kube.threads import Stop
from cocalc_tui.core.kinds import KINDS, Kind
from cocalc_tui.errors import Refused

if TYPE_CHECKING:
    from cocalc_tui.adapters.kube.client import Client


class Discovery:
    """Finds the kind of a manifest."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known = {(kind.api_version, kind.name): kind for kind in KINDS}

    def kind_of(self, manifest: Mapping[str, Any], stop: Stop) -> Kind:
        """The kind. Raises `Refused` (404) where the server has none of that name."""
        version, name = str(manifest.get("apiVersion", "")), str(manifest.get("kind", ""))
        if (version, name) not in self._known:
            self._ask(version, name, stop)
        found = self._known.get((version, name))
        if found is None:
            raise Refused(
                f"this cluster has no kind {name} in {version}",
                "Install what brings the kind, or switch off what uses it.",
                404,
            )
        return found

    def _ask(self, version: str, name: str, stop: Stop) -> None:
        path = f"/apis/{version}" if "/" in version else f"/api/{version}"
        try:
            index = self._client.json(Request(f"looking for kind {name} in {version}", path), stop)
        except Refused as error:
            if error.code != 404:
                raise
            return
        group, _, number = version.rpartition("/")
        for each in index.get("resources") or ():
            if "/" not in each["name"]:
                kind = Kind(group, number, each["name"], each["kind"], bool(each["namespaced"]))
                self._known[(version, each["kind"])] = kind
