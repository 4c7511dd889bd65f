"""Probes of a rehearsal, answered from the world's data in the words of the real ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cocalc_tui.adapters.chart.errors import Unreadable
from cocalc_tui.adapters.chart.probe import EMPTY, locate
from cocalc_tui.adapters.chart.read import read_chart
from cocalc_tui.adapters.deploy_key import probe_deploy_key
from cocalc_tui.adapters.files import Files
from cocalc_tui.adapters.rehearsal import certificates, names, postgres, registry, smtp
from cocalc_tui.adapters.rehearsal.cluster import SILENCE
from cocalc_tui.adapters.rehearsal.databases import Databases
from cocalc_tui.adapters.rehearsal.recorded import Recorded
from cocalc_tui.adapters.rehearsal.releases import MemoryHelm
from cocalc_tui.adapters.rehearsal.repository import MemoryRepository
from cocalc_tui.adapters.rehearsal.silence import Silent
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Denied, Object, Observation, Seen, Unreachable
from cocalc_tui.core.kinds import KINDS, NAMESPACE, Kind
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused

ALL = [{"verbs": ["*"], "groups": ["*"], "resources": ["*"], "names": []}]
OF_SERVER = ("cluster", "rules", "access", "dry-run")


class Probes:
    """Answers one probe after another; what a snapshot recorded comes first."""

    def __init__(
        self,
        world: Mapping[str, Any],
        helm: MemoryHelm,
        databases: Databases,
        vault: Vault,
        files: Files,
        git: MemoryRepository,
    ) -> None:
        cluster = helm.cluster
        self.world = world
        self.git = git
        self.cluster = cluster
        self.helm = helm
        self._answers: dict[str, Callable[[Probe], Object | Awaitable[Object]]] = {
            "cluster": self._cluster,
            "rules": self._rules,
            "access": self._access,
            "tools": self._tools,
            "secret": vault.probe_secret,
            "credentials": vault.probe_credentials,
            "file": files.probe_file,
            "secret-values": files.probe_secret_values,
            "chart": self._chart,
            "deploy-key": probe_deploy_key,
            "git-access": git.access,
            "checkout": git.checkout,
            "git-remote": git.news,
            "registry": lambda p: registry.answer(world, vault, p),
            "postgres": lambda p: postgres.answer(databases.now(), vault, p),
            "postgres-admin": lambda p: postgres.answer_admin(databases.now(), vault, p),
            "certificate": lambda p: certificates.answer(vault, p),
            "dns": lambda p: names.answer(world, p),
            "smtp": lambda p: smtp.answer(world, vault, p),
            "release": helm.probe_release,
            "render": helm.probe_render,
            "dry-run": helm.probe_dry_run,
        }
        self._recorded = Recorded(world)

    async def answer(self, probe: Probe, timeout: float) -> Observation:
        """The observation of one probe within a time in seconds."""
        recorded = self._recorded.document(probe)
        if recorded is not None:
            return Seen((recorded,), at=self.cluster.simulation.clock())
        if unseen := self.cluster.faults.unseen.get(str(probe)):
            return unseen
        found = self._answers.get(probe.kind)
        if found is None:
            return Unreachable(f"a rehearsal has no answer to the question {probe.kind}")
        if probe.kind in OF_SERVER and self.cluster.faults.silent:
            await asyncio.sleep(timeout)
            return Unreachable(SILENCE)
        if probe.kind in OF_SERVER and self.cluster.faults.login:
            return Denied(self.cluster.faults.login)
        if probe.kind in OF_SERVER:
            self.cluster.enter()
        try:
            document = found(probe)
            if isinstance(document, Awaitable):
                document = await document
        except Silent as silent:
            await asyncio.sleep(timeout)
            return Unreachable(str(silent))
        except Refused as refused:
            return Unreachable(refused.message)
        return Seen((document,), at=self.cluster.simulation.clock())

    def _cluster(self, probe: Probe) -> Object:
        self.cluster.requests += 1
        about = self.world.get("cluster") or {}
        system = self.cluster.store.find(NAMESPACE, "kube-system")
        ends = about.get("login_ends_in")
        return {
            "uid": system["metadata"]["uid"] if system else None,
            "version": about.get("version", "v1.33.5"),
            "server": about.get("server", "https://192.0.2.1"),
            "context": about.get("context", self.world["world"]),
            "user": self.cluster.faults.user,
            "expires_at": self.cluster.simulation.clock() + ends if ends is not None else None,
            "clock_skew": float(about.get("clock_skew", 0.0)),
            "platform_hints": list(about.get("platform_hints") or ()),
        }

    def _rules(self, probe: Probe) -> Object:
        self.cluster.requests += 1
        rules = self.world.get("rules") or ALL
        return {"rules": rules, "incomplete": bool(self.cluster.faults.forbidden)}

    def _access(self, probe: Probe) -> Object:
        self.cluster.requests += 1
        plural = probe.text("resource")
        kind = next((k for k in KINDS if k.plural == plural), Kind(probe.text("group"), "v1", plural, plural))
        reason = self.cluster.faults.refusal(probe.text("verb"), kind, probe.text("namespace") or None)
        return {"allowed": not reason, "reason": reason}

    def _tools(self, probe: Probe) -> Object:
        tools: dict[str, Any] = {}
        for name in ("helm", "kubectl", "git", "ssh"):
            known = (self.world.get("tools") or {}).get(name)
            given = probe.text(name)
            if known and given in ("", known["path"]):
                tools[name] = {"error": None, **known}
            else:
                error = f"{given} does not exist" if given else f"{name} is not on PATH"
                tools[name] = {"path": None, "version": None, "error": error}
        return tools

    async def _chart(self, probe: Probe) -> Object:
        """Any folder, as the real probe reads it; git is not asked."""
        return await asyncio.to_thread(self._read, probe)

    def _read(self, probe: Probe) -> Object:
        try:
            folder = locate(probe.text("directory"))
        except Unreadable as error:
            return {**EMPTY, "error": str(error)}
        found = {**EMPTY, "found": True, "path": str(folder), "git": self.git.of_chart(folder)}
        return {**found, **read_chart(folder)}
