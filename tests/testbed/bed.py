"""A real Kubernetes control plane on loopback, with simulated nodes.

with ControlPlane(nodes=2) as plane:
    run(env={"KUBECONFIG": plane.kubeconfig})
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.testbed import build, components, kubeconfig, objects, restore
from tests.testbed.api import Api, Object, wait_for
from tests.testbed.pki import Authority
from tests.testbed.process import Service, StateFolder

USERS = {
    "admin": "system:masters",
    "viewer": "",
    "nobody": "",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
    "kwok": "system:masters",
}


class ControlPlane:
    """etcd, API server, controller manager, scheduler and kwok. All die with the thread that calls start."""

    def __init__(self, nodes: int = 2) -> None:
        self._count = nodes
        self._programs = build.find()
        self._snapshot: restore.Snapshot | None = None
        self.version = build.kubernetes_version()
        self.services: dict[str, Service] = {}
        self.tokens = {user: secrets.token_urlsafe(24) for user in USERS}
        self.helm = self._programs["helm"]
        self.kubectl = self._programs["kubectl"]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        self._folder = StateFolder()
        self.folder = self._folder.path
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        self.authority = Authority(self.folder / "pki")
        ports = components.Ports.free()
        self.url = f"https://127.0.0.1:{ports.api}"
        self.api = Api(self.url, self.authority.ca_file, self.tokens["admin"])
        rows = [f'{self.tokens[user]},{user},{user},"{group}"' for user, group in USERS.items()]
        (self.folder / "tokens.csv").write_text("\n".join(rows) + "\n")
        configs = {user: self._config(user, {"token": self.tokens[user]}) for user in USERS}
        self.kubeconfig = configs["admin"]
        layout = components.Layout(self.folder, self._programs, self.authority, ports, configs)
        self.services = {service.name: service for service in components.services(layout)}
        for service in self.services.values():
            service.start()
        self._wait_ready()

    def _wait_ready(self) -> None:
        self._wait("the API server", lambda: self.api.answers("/readyz"))
        self.add_nodes(*(f"node-{number}" for number in range(1, self._count + 1)))
        self.api.apply(objects.storage_class("nfs"))
        self.bind("viewer", "view")
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait("the controller manager", lambda: self.api.answers(account))
        self._snapshot = restore.Snapshot.take(self.api)

    def _wait(self, what: str, look: restore.Look) -> None:
        def running_and() -> object:
            for service in self.services.values():
                service.check()
            return look()

        wait_for(what, running_and, seconds=60)

    def stop(self) -> None:
        if self.services:
            volumes = restore.host_paths(self.api)
            for service in reversed(self.services.values()):
                service.stop()
            restore.remove_host_paths(volumes)
            self.api.close()
            self.services = {}
        self._folder.remove()

    def reset(self) -> None:
        """As after start: all that was made since is gone, nodes have their labels and no taints."""
        if self._snapshot:
            self._snapshot.restore(self.api)

    # what tests add

    def add_nodes(self, *names: str, arch: str = "amd64", size: dict[str, str] | None = None) -> None:
        self.api.apply(*(objects.node(name, self.version, arch=arch, size=size) for name in names))
        for name in names:
            self._wait(f"node {name}", partial(self._node_ready, name))

    def storage_class(self, name: str, provisioner: str = objects.HOST_PATH, **options: object) -> None:
        """`nfs` is there; the default provisioner binds claims, any other name leaves them pending."""
        self.api.apply(objects.storage_class(name, provisioner, **options))  # type: ignore[arg-type]

    def namespace(self, name: str) -> None:
        self.api.apply(objects.namespace(name))
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        self._wait(f"namespace {name}", lambda: self.api.answers(account))

    def user(
        self,
        name: str,
        rules: Sequence[Object] = (),
        *,
        namespace: str | None = None,
        group: str = "testbed",
    ) -> Path:
        """The kubeconfig of a user who may do what `rules` say, in one namespace or everywhere."""
        if rules:
            self.api.apply(objects.role(name, namespace, list(rules)))
            kind = "Role" if namespace else "ClusterRole"
            self.api.apply(objects.binding(name, namespace, kind, name, name))
        return self._config(name, self.authority.client(name, group), namespace or "default")

    def bind(self, user: str, cluster_role: str, *, namespace: str | None = None) -> None:
        self.api.apply(
            objects.binding(f"{user}-{cluster_role}", namespace, "ClusterRole", cluster_role, user)
        )

    def kubeconfig_of(self, user: str) -> Path:
        """Of one of the users with a token: admin, viewer (may read), nobody (may log in)."""
        return self.folder / f"{user}.kubeconfig"

    def run(self, program: str, *arguments: str, stdin: str | None = None) -> str:
        """kubectl or helm as the administrator; what it printed."""
        command = [str(self._programs[program]), *arguments]
        environment = {"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.folder), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            command, input=stdin, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def _node_ready(self, name: str) -> bool:
        node = self.api.get(f"/api/v1/nodes/{name}")
        conditions = {one["type"]: one["status"] for one in node.get("status", {}).get("conditions", ())}
        return conditions.get("Ready") == "True" and not node["spec"].get("taints")

    def _config(self, user: str, credentials: dict[str, str], namespace: str = "default") -> Path:
        path = self.folder / f"{user.replace(':', '-')}.kubeconfig"
        return kubeconfig.write(path, self.url, self.authority.ca_data, credentials, namespace=namespace)
