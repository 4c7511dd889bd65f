"""The command lines of the control plane."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

from tests.testbed import build
from tests.testbed.objects import ANNOTATION
from tests.testbed.pki import Authority
from tests.testbed.process import Service, free_ports

SERVICES = "10.96.0.0/16"
PODS = "10.124.0.0/16"
STAGES = Path(__file__).with_name("stages.yaml")


@dataclass(frozen=True, slots=True)
class Ports:
    etcd: int
    peer: int
    api: int
    manager: int
    scheduler: int
    kwok: int

    @classmethod
    def free(cls) -> Ports:
        return cls(*free_ports(6))


@dataclass(frozen=True, slots=True)
class Layout:
    folder: Path
    programs: dict[str, Path]
    authority: Authority
    ports: Ports
    configs: dict[str, Path]

    def service(self, name: str, *flags: str) -> Service:
        """Its state is thrown away, so it is not asked politely to end."""
        command = [str(self.programs[name]), *flags]
        return Service(name, command, self.folder / f"{name}.log", ends_with=signal.SIGKILL)


def services(layout: Layout) -> list[Service]:
    """In the order they start; they wait for each other."""
    return [_etcd(layout), _api_server(layout), _manager(layout), _scheduler(layout), _kwok(layout)]


def _etcd(layout: Layout) -> Service:
    client = f"http://127.0.0.1:{layout.ports.etcd}"
    peer = f"http://127.0.0.1:{layout.ports.peer}"
    return layout.service(
        "etcd",
        f"--data-dir={layout.folder / 'etcd'}",
        "--unsafe-no-fsync",
        "--log-level=warn",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
    )


def _api_server(layout: Layout) -> Service:
    pki = layout.authority
    return layout.service(
        "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{layout.ports.etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",  # it refuses to publish a loopback address
        f"--secure-port={layout.ports.api}",
        f"--service-cluster-ip-range={SERVICES}",
        f"--tls-cert-file={pki.server_cert}",
        f"--tls-private-key-file={pki.server_key}",
        f"--client-ca-file={pki.ca_file}",
        f"--token-auth-file={layout.folder / 'tokens.csv'}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki.accounts_key}",
        f"--service-account-signing-key-file={pki.accounts_key}",
        "--max-requests-inflight=0",
    )


def _manager(layout: Layout) -> Service:
    pki = layout.authority
    return layout.service(
        "kube-controller-manager",
        f"--kubeconfig={layout.configs['system:kube-controller-manager']}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={layout.ports.manager}",
        f"--cert-dir={layout.folder / 'manager'}",
        "--use-service-account-credentials=true",
        # A busy machine delays kwok's heartbeats, and kwok never makes a pod ready again.
        "--node-monitor-grace-period=1h",
        f"--service-account-private-key-file={pki.accounts_key}",
        f"--root-ca-file={pki.ca_file}",
        f"--cluster-signing-cert-file={pki.ca_file}",
        f"--cluster-signing-key-file={pki.ca_key}",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={PODS}",
        f"--service-cluster-ip-range={SERVICES}",
        "--enable-hostpath-provisioner=true",
        "--pvclaimbinder-sync-period=2s",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    )


def _scheduler(layout: Layout) -> Service:
    return layout.service(
        "kube-scheduler",
        f"--kubeconfig={layout.configs['system:kube-scheduler']}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={layout.ports.scheduler}",
        f"--cert-dir={layout.folder / 'scheduler'}",
    )


def _kwok(layout: Layout) -> Service:
    return layout.service(
        "kwok",
        f"--kubeconfig={layout.configs['kwok']}",
        f"--config={layout.programs[build.STAGES]}",
        f"--config={STAGES}",
        "--manage-all-nodes=false",
        f"--manage-nodes-with-annotation-selector={ANNOTATION}=fake",
        f"--server-address=127.0.0.1:{layout.ports.kwok}",
        "--node-ip=127.0.0.1",
        "--cidr=10.124.0.0/16",
    )
