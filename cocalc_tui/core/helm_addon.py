"""A chart of somebody else, such as an Ingress controller, installed with the values that CoCalc needs."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.topics import Topic


@dataclass(frozen=True, slots=True)
class HelmAddon:
    """`helm upgrade --install` of `chart` from `source`: a repository's URL, an `oci://` one or a folder.

    `values` is YAML text and holds no secret. `current`: the deployed revision was made from just this.
    """

    id: str
    step: str
    why: str
    release: str
    namespace: str
    chart: str
    source: str
    version: str
    values: str
    timeout: int = 300
    current: bool = False
    after: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """What it changes, as the screens name it."""
        return f"helm upgrade --install {self.release}"

    @property
    def inputs(self) -> str:
        """The digest of what it installs, kept as a label of helm's record."""
        told = json.dumps([self.chart, self.version, self.values])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def records(self) -> Topic:
        """Helm's records of it, metadata only."""
        selector = f"owner=helm,name={self.release}"
        return Topic(SECRET, self.namespace, selector=selector, metadata_only=True)

    @property
    def local(self) -> bool:
        """Whether the chart comes from a folder or file of this machine."""
        return not re.match(r"(https?|oci)://", self.source)

    def arguments(self, local: str = "") -> tuple[str, ...]:
        """How helm is told which chart; `local` is the path that was found for a folder."""
        if self.local:
            return (local or self.source,)
        if self.source.startswith("oci://"):
            whole = self.source.rstrip("/")
            if whole.rpartition("/")[2] != self.chart:
                whole += f"/{self.chart}"
            return (whole, "--version", self.version)
        return (self.chart, "--repo", self.source, "--version", self.version)
