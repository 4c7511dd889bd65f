"""Helm without helm: installs the practice chart, and only that, into a rehearsal cluster."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.chart.digest import digest
from cocalc_tui.adapters.chart.errors import Unreadable
from cocalc_tui.adapters.chart.probe import locate
from cocalc_tui.adapters.files import Files, entries_of
from cocalc_tui.adapters.rehearsal import render as practice
from cocalc_tui.adapters.rehearsal.addons import addon_objects
from cocalc_tui.adapters.rehearsal.admission import denied
from cocalc_tui.adapters.rehearsal.cluster import MemoryCluster
from cocalc_tui.adapters.rehearsal.installing import Installation
from cocalc_tui.adapters.rehearsal.store import Object, stamp
from cocalc_tui.adapters.yaml_load import Broken, load
from cocalc_tui.core.action import Helm
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.core.installed import masked, secrets_of
from cocalc_tui.core.kinds import NAMESPACE
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused

BETWEEN = 0.3
AT_ONCE = 8
ONLY_OURS = "a rehearsal installs only the practice chart that comes with this program"
REMEDY = "Use a real cluster for this chart, or leave chart.directory as the rehearsal gives it."


class MemoryHelm:
    """Installs releases (`ports.HelmRunner`), and answers the probes `render` and `dry-run`."""

    def __init__(self, cluster: MemoryCluster, files: Files, practice_chart: str) -> None:
        self.cluster = cluster
        self.files = files
        self._practice_chart = Path(practice_chart)

    async def upgrade(self, action: Helm | HelmAddon, line: Callable[[str], None]) -> int:
        """`helm upgrade --install`; gives the revision."""
        if isinstance(action, HelmAddon):
            manifests = addon_objects(self.cluster, action)
            return await self._install(action, manifests, f"{action.chart}-{action.version}", {}, line)
        self._must_be_practice(action.chart)
        values = [_values(Path(name)) for name in action.values_files]
        if action.carry:
            values.insert(
                0, secrets_of(self._installed(action.namespace, action.release).get("values") or {})
            )
        try:
            manifests = await asyncio.to_thread(
                practice.render,
                practice.merge({}, *values),
                release=action.release,
                namespace=action.namespace,
            )
        except practice.ChartRefused as refused:
            raise Refused(f"helm: {_schema(refused)}", "Correct these values, then apply again.") from refused
        # a Secret is kept as hashes, anything else as it is: the world's file must hold no secret
        manifests = [m if m["kind"] == "Secret" else self.files.without_secrets([m])[0] for m in manifests]
        kept = masked(practice.merge({}, *values))
        return await self._install(action, manifests, self._chart_name(), kept, line)

    async def _install(
        self,
        action: Helm | HelmAddon,
        manifests: list[Object],
        chart: str,
        values: Mapping[str, Any],
        line: Callable[[str], None],
    ) -> int:
        if self.cluster.faults.silent:
            raise Refused("helm: Kubernetes cluster unreachable")
        store = self.cluster.store
        installation = Installation(self.cluster, action, chart)
        with self.cluster.exclusive:
            self.cluster.enter()
            revision = installation.begin(manifests, line)
            kept = {"revision": revision, "values": values}
            store.extra.setdefault("installed", {})[f"{action.namespace}/{action.release}"] = kept
            self.cluster.saved()
        try:
            for begin in range(0, len(manifests), AT_ONCE):
                self._put(installation, manifests[begin : begin + AT_ONCE])
                await asyncio.sleep(BETWEEN / self.cluster.simulation.speed)
        except Refused as refused:
            with self.cluster.exclusive:
                self.cluster.enter()
                installation.end("failed")
                self.cluster.saved()
            first = "INSTALLATION FAILED" if revision == 1 else "UPGRADE FAILED"
            raise Refused(f"helm: {first}: {refused.message}", refused.remedy, refused.code) from refused
        with self.cluster.exclusive:
            self.cluster.enter()
            installation.forget_missing(manifests)
            installation.end("deployed")
            self.cluster.simulation.advance()
            self.cluster.saved()
        for text in (
            f"NAME: {action.release}",
            f"LAST DEPLOYED: {stamp(store.time)}",
            f"NAMESPACE: {action.namespace}",
            "STATUS: deployed",
            f"REVISION: {revision}",
            f"{len(manifests)} objects of the chart {chart}",
        ):
            line(text)
        return revision

    async def uninstall(self, release: str, namespace: str) -> None:
        """`helm uninstall`."""
        action = Helm("uninstall", "release", "", release, namespace, str(self._practice_chart), (), "")
        with self.cluster.exclusive:
            self.cluster.enter()
            Installation(self.cluster, action, self._chart_name()).undo()
            self.cluster.writes += 1
            self.cluster.saved()

    async def probe_release(self, probe: Probe) -> Mapping[str, Any]:
        """Probe `release`: only the newest revision is known."""
        found = self._installed(probe.text("namespace"), probe.text("release"))
        known = found.get("revision") == probe.get("revision")
        values = found["values"] if known else {}
        return {"found": known, "revision": probe.get("revision"), "values": values}

    def _installed(self, namespace: str, release: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (
            self.cluster.store.extra.get("installed", {}).get(f"{namespace}/{release}") or {}
        )
        return found

    async def probe_render(self, probe: Probe) -> Mapping[str, Any]:
        """Probe `render`."""
        return await asyncio.to_thread(self._rendered, probe)

    async def probe_dry_run(self, probe: Probe) -> Mapping[str, Any]:
        """Probe `dry-run`: every rendered object shown to the server."""
        namespace = probe.text("namespace")
        here = self.cluster.store.find(NAMESPACE, namespace)
        tried = namespace if here and not here["metadata"].get("deletionTimestamp") else "default"
        refused: list[dict[str, str]] = []
        accepted = 0
        try:
            manifests = await asyncio.to_thread(self._manifests, probe)
        except (Broken, Refused, practice.ChartRefused) as error:
            refused.append({"object": "chart", "message": str(error)})
            manifests = []
        for manifest in manifests:
            meta = manifest["metadata"]
            where = {"namespace": tried} if "namespace" in meta else {}
            moved = {**manifest, "metadata": {**meta, **where}}
            kind = self.cluster.writer.kind(moved)
            try:
                self._admit(moved)
                self.cluster.writer.apply(kind, moved, "helm", force=True, dry_run=True)
                accepted += 1
            except Refused as error:
                refused.append({"object": f"{kind.name}/{meta['name']}", "message": error.message})
        return {"accepted": accepted, "refused": refused, "namespace": tried}

    def _rendered(self, probe: Probe) -> Mapping[str, Any]:
        empty: dict[str, Any] = {"objects": [], "lint": [], "error": None, "digest": None}
        try:
            self._must_be_practice(probe.text("chart"))
            complaints = practice.lint(self._wanted(probe))
            if complaints:
                return {**empty, "lint": complaints, "error": "; ".join(complaints)}
            objects = [_bare(o) for o in self._manifests(probe)]
        except Broken as error:
            return {**empty, "error": f"{Path(probe.text('path')).name}: {error}"}
        except (Refused, practice.ChartRefused) as error:
            return {**empty, "error": str(error)}
        digest_of = hashlib.sha256(json.dumps(objects, sort_keys=True).encode()).hexdigest()
        return {**empty, "objects": self.files.without_secrets(objects), "digest": digest_of}

    def _manifests(self, probe: Probe) -> list[Object]:
        self._must_be_practice(probe.text("chart"))
        names = {"release": probe.text("release"), "namespace": probe.text("namespace")}
        return practice.render(self._wanted(probe), **names)

    def _must_be_practice(self, chart: str) -> None:
        try:
            same = digest(locate(chart)) == digest(self._practice_chart)
        except (OSError, Unreadable) as error:
            raise Refused(f"helm: {error}", REMEDY) from error
        if not same:
            raise Refused(ONLY_OURS, REMEDY)

    def _put(self, installation: Installation, manifests: list[Object]) -> None:
        with self.cluster.exclusive:
            self.cluster.enter()
            try:
                for manifest in manifests:
                    self._admit(manifest)
                    installation.put(manifest)
            finally:
                self.cluster.saved()

    def _admit(self, manifest: Object) -> None:
        if words := denied(self.cluster.simulation.world, manifest):
            raise Refused(words, "Allow snippets in the controller, or set hideMetrics to false.", code=400)

    def _wanted(self, probe: Probe) -> dict[str, Any]:
        text = probe.text("text")
        values = load(text) or {}
        if not isinstance(values, dict):
            raise Broken("values must be a mapping")
        return practice.merge({}, values, self.files.secret_values(entries_of(probe)))

    def _chart_name(self) -> str:
        about = load((self._practice_chart / "Chart.yaml").read_text("utf-8"))
        return f"{about['name']}-{about['version']}"


def _values(path: Path) -> dict[str, Any]:
    try:
        found = load(path.expanduser().read_text("utf-8"))
    except OSError as error:
        raise Refused(f"helm: open {path}: {(error.strerror or '').lower()}") from error
    except Broken as error:
        raise Refused(
            f"helm: failed to parse {path}: {error}", "Correct the file, then apply again."
        ) from error
    return found or {}


def _schema(refused: practice.ChartRefused) -> str:
    lines = "\n".join(f"- {line}" for line in str(refused).splitlines())
    return (
        f"values don't meet the specifications of the schema(s) in the following chart(s):\ncocalc:\n{lines}"
    )


def _bare(manifest: Object) -> Object:
    return (
        {k: v for k, v in manifest.items() if k not in ("data", "stringData")}
        if manifest["kind"] == "Secret"
        else manifest
    )
