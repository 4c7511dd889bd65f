"""The real world: one cluster, and the programs, files and servers around it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from cocalc_tui.adapters.certificate import probe_certificate
from cocalc_tui.adapters.chart import probe_chart
from cocalc_tui.adapters.deploy_key import probe_deploy_key
from cocalc_tui.adapters.dns import DnsProbe
from cocalc_tui.adapters.files import Files
from cocalc_tui.adapters.git_checkout import probe_checkout
from cocalc_tui.adapters.git_news import probe_remote
from cocalc_tui.adapters.git_ssh import probe_access
from cocalc_tui.adapters.helm.command import Command
from cocalc_tui.adapters.helm.dry_run import probe_dry_run
from cocalc_tui.adapters.helm.installed import probe_release
from cocalc_tui.adapters.helm.render import Renderer, probe_render
from cocalc_tui.adapters.helm.upgrade import HelmRunner
from cocalc_tui.adapters.kube.cluster import KubeCluster
from cocalc_tui.adapters.kube.contexts import contexts, location
from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.kube.trouble import unseen
from cocalc_tui.adapters.postgres import probe_postgres
from cocalc_tui.adapters.postgres_admin import SqlRunner, probe_postgres_admin
from cocalc_tui.adapters.registry import probe_registry
from cocalc_tui.adapters.repository import Repository
from cocalc_tui.adapters.smtp import probe_smtp
from cocalc_tui.adapters.tools import probe_tools
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.answers import Answers
from cocalc_tui.core.facts import Object, Observation, Seen, Unreachable
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import CocalcError

Ask = Callable[[Probe, float], Awaitable[Observation | Object]]
VERSION_PATIENCE = 3.0  # seconds for the version that charts may render by

# Who was silent, by kind of probe
ASKED: Mapping[str, Callable[[Probe], str]] = {
    "certificate": lambda probe: probe.text("cert_file"),
    "chart": lambda probe: probe.text("directory"),
    "checkout": lambda probe: probe.text("directory"),
    "dns": lambda probe: f"DNS of {probe.text('name')}",
    "file": lambda probe: probe.text("path"),
    "git-access": lambda probe: probe.text("repo"),
    "git-remote": lambda probe: probe.text("repo"),
    "postgres": lambda probe: f"{probe.text('host')}:{probe.text('port', '5432')}",
    "postgres-admin": lambda probe: f"{probe.text('host')}:{probe.text('port', '5432')}",
    "registry": lambda probe: probe.text("server"),
    "release": lambda probe: "helm",
    "render": lambda probe: "helm",
    "secret-values": lambda probe: probe.text("path"),
    "smtp": lambda probe: f"{probe.text('server')}:{probe.text('port')}",
}


class RealWorld:
    """Implements the port `World`. Every probe ends within its time."""

    rehearsal = False
    speed = 1.0

    def __init__(
        self, cluster: KubeCluster, vault: Vault, kubeconfig: str | None, known: Sequence[str]
    ) -> None:
        self.cluster = cluster
        self.name = cluster.context.name
        self.contexts = known
        self.examples = Answers()
        self.vault = vault
        self.files = Files(self.vault)
        self.git = Repository()
        files = location(kubeconfig)
        self._command = Command(kubeconfig=files, context=self.name if files else "")
        self.helm = HelmRunner(self._command, self.vault)
        self.sql = SqlRunner(self.vault)
        self._version = ""
        self._asked_version = False
        self._renderer = Renderer(self._command, self.vault, lambda: self._version)
        self._asks: Mapping[str, Ask] = {
            "access": self._access,
            "certificate": lambda probe, timeout: probe_certificate(probe, timeout, self.vault),
            "chart": probe_chart,
            "cluster": self._cluster,
            "checkout": probe_checkout,
            "credentials": self._in_thread(self.vault.probe_credentials),
            "deploy-key": self._in_thread(probe_deploy_key),
            "dns": DnsProbe(),
            "dry-run": self._dry_run,
            "file": self._in_thread(self.files.probe_file),
            "git-access": probe_access,
            "git-remote": probe_remote,
            "postgres": lambda probe, timeout: probe_postgres(probe, timeout, self.vault),
            "postgres-admin": lambda probe, timeout: probe_postgres_admin(probe, timeout, self.vault),
            "registry": lambda probe, timeout: probe_registry(probe, timeout, self.vault),
            "release": lambda probe, timeout: probe_release(probe, timeout, self._command, self.vault),
            "render": self._render,
            "rules": lambda probe, timeout: cluster.probe_rules(probe.text("namespace"), timeout),
            "secret": self._in_thread(self.vault.probe_secret),
            "secret-values": self._in_thread(self.files.probe_secret_values),
            "smtp": lambda probe, timeout: probe_smtp(probe, timeout, self.vault),
            "tools": self._tools,
        }

    @classmethod
    async def open(cls, kubeconfig: str | None = None, context: str | None = None) -> RealWorld:
        """Reads the kubeconfig; talks to nobody yet. Raises `UsageError` where it names no such context."""
        vault = Vault()
        known = await asyncio.to_thread(contexts, kubeconfig)
        cluster = await asyncio.to_thread(KubeCluster.connect, kubeconfig, context, vault.fill)
        return cls(cluster, vault, kubeconfig, tuple(each.name for each in known))

    async def probe(self, probe: Probe, timeout: float) -> Observation:
        """Tries one probe within a time in seconds."""
        ask = self._asks.get(probe.kind)
        if ask is None:
            raise ValueError(f"no such probe: {probe.kind}")
        began = time.monotonic()
        try:
            async with asyncio.timeout(timeout):
                answer = await ask(probe, timeout)
        except TimeoutError:
            who = ASKED.get(probe.kind, str)(probe) or probe.kind
            took = round(time.monotonic() - began, 1)
            return Unreachable(f"{who} was silent for {took:g} s, asked from this machine")
        except CocalcError as error:
            return unseen(error)
        return Seen((answer,), time.time()) if isinstance(answer, Mapping) else answer

    async def close(self) -> None:
        """Ends connections, threads and programs that still run."""
        await self._renderer.close()
        await self.cluster.close()

    def _in_thread(self, look: Callable[[Probe], Object]) -> Ask:
        """Files and keyrings may hang: on a thread that nobody waits for at the end."""

        async def ask(probe: Probe, timeout: float) -> Object:
            return await in_thread(lambda stop: look(probe), timeout, probe.kind)

        return ask

    async def _tools(self, probe: Probe, timeout: float) -> Object:
        """The helm that was found is the one that is run."""
        seen = await probe_tools(probe, timeout)
        self._command.program = seen["helm"]["path"] or ""
        return seen

    async def _cluster(self, probe: Probe, timeout: float) -> Observation:
        seen = await self.cluster.probe_cluster(timeout)
        if isinstance(seen, Seen):
            self._version = str(seen.objects[0]["version"])
        return seen

    async def _access(self, probe: Probe, timeout: float) -> Observation:
        namespace = probe.text("namespace") or None
        what = (probe.text("verb"), probe.text("group"), probe.text("resource"), namespace)
        return await self.cluster.probe_access(*what, timeout=timeout)

    async def _render(self, probe: Probe, timeout: float) -> Object:
        await self._know_version(timeout)
        return await probe_render(probe, self._renderer)

    async def _dry_run(self, probe: Probe, timeout: float) -> Observation:
        await self._know_version(timeout)
        return await probe_dry_run(probe, self._renderer, self.cluster)

    async def _know_version(self, timeout: float) -> None:
        """Asks once; a cluster that does not answer is no reason not to render."""
        if not self._version and not self._asked_version:
            await self._cluster(Probe.of("cluster"), min(timeout / 2, VERSION_PATIENCE))
            self._asked_version = True
