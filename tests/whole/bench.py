"""One person's desk: an answers file, a folder and the command, before a cluster seen through a proxy."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres
from tests.testbed.proxy import ApiProxy

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "assets" / "practice-chart"
ADMIN_PASSWORD = "canary-Adm1n pass"
INGRESS_CLASS = {  # of a controller that the test bed does not run
    "apiVersion": "networking.k8s.io/v1",
    "kind": "IngressClass",
    "metadata": {"name": "nginx"},
    "spec": {"controller": "example.org/practice"},
}
KEY = {
    "type": "service_account",
    "project_id": "practice",
    "private_key": "-----BEGIN PRIVATE KEY-----\ncanary-of-the-registry\n-----END PRIVATE KEY-----\n",
    "client_email": "pull@practice.iam.gserviceaccount.com",
}


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Documents, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        """The last event of an apply."""
        return self.events[-1]

    @property
    def document(self) -> dict[str, Any]:
        """The one document."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Desk:
    """Runs `cocalc-tui` as a person does, in `folder`."""

    plane: ControlPlane
    proxy: ApiProxy
    server: Postgres
    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.regcred.write_text(json.dumps(KEY, indent=2) + "\n")
        self.plane.run("kubectl", "apply", "-f", "-", stdin=json.dumps(INGRESS_CLASS))
        self.answers.write_text(yaml.safe_dump({"version": 1, "answers": self.given}))

    @property
    def regcred(self) -> Path:
        """The credentials from the vendor."""
        return self.folder / "regcred.json"

    @property
    def answers(self) -> Path:
        """The answers file."""
        return self.folder / "answers.yaml"

    @property
    def values(self) -> Path:
        """The values file."""
        return self.folder / "my-values.yaml"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be found nowhere."""
        return (self.server.password, ADMIN_PASSWORD, "canary-of-the-registry")

    @property
    def given(self) -> dict[str, Any]:
        """What the answers file holds."""
        return {
            "namespace": {"name": "cocalc"},
            "nodes": {"layout": "minimal"},
            "registry": {"credentials": str(self.regcred), "email": "ops@example.edu"},
            "storage": {"class": "nfs", "data_size": "10Gi", "software_size": "5Gi"},
            "database": {
                "host": self.server.host,
                "port": self.server.port,
                "user": self.server.user,
                "password": {"env": "DB_PASSWORD"},
            },
            "site": {"name": "Practice: a site", "help_email": "help@example.edu"},
            "admin": {"email": "admin@example.edu", "password": {"env": "ADMIN_PASSWORD"}},
        }

    @property
    def environment(self) -> dict[str, str]:
        """What the person has set."""
        tools = f"{self.plane.helm.parent}:{self.plane.kubectl.parent}:/usr/bin:/bin"
        return {
            "PATH": tools,
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "KUBECONFIG": str(self.proxy.kubeconfig),
            "DB_PASSWORD": self.server.password,
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
            **self.more,
        }

    def command(self, *arguments: str, answers: bool = True) -> list[str]:
        """The whole command line."""
        options = ["--state-dir", str(self.folder / "state"), "--chart", str(CHART)]
        if answers:
            options += ["--answers", str(self.answers)]
        return [sys.executable, "-m", "cocalc_tui", *options, *arguments]

    def start(self, *arguments: str, answers: bool = True) -> subprocess.Popen[str]:
        """The command, running."""
        return subprocess.Popen(
            self.command(*arguments, answers=answers),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, answers: bool = True, patience: float = 60) -> Ran:
        """The command, to its end."""
        process = self.start(*arguments, answers=answers)
        try:
            out, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Ran(process.returncode, out, err)

    def apply(self, *arguments: str, answers: bool = True) -> Ran:
        """`apply --yes -o json`."""
        return self.run("apply", "--yes", "-o", "json", *arguments, answers=answers)

    def get(self, *what: str) -> dict[str, Any]:
        """What kubectl shows."""
        found: dict[str, Any] = json.loads(
            self.plane.run("kubectl", "get", *what, "-o", "json", "--show-managed-fields")
        )
        return found

    def releases(self) -> list[dict[str, Any]]:
        """What helm shows."""
        found: list[dict[str, Any]] = json.loads(
            self.plane.run("helm", "list", "--all", "--namespace", "cocalc", "--output", "json")
        )
        return found

    def give_ingress_address(self) -> None:
        """What an ingress controller does; the test bed has none."""
        for ingress in self.get("ingress", "-n", "cocalc")["items"]:
            status = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.9"}]}}}
            name = ingress["metadata"]["name"]
            patch = ["--subresource=status", "--type=merge", "-p", json.dumps(status)]
            self.plane.run("kubectl", "patch", "ingress", name, "-n", "cocalc", *patch)


def text_of(secret: Mapping[str, Any], key: str) -> str:
    """A value of a Secret."""
    return base64.b64decode(secret["data"][key]).decode()


def managers(obj: Mapping[str, Any]) -> set[str]:
    """Who holds fields of an object."""
    return {entry["manager"] for entry in obj["metadata"].get("managedFields", ())}


def state_of(desk: Desk) -> dict[str, Any]:
    """Everything that an installation leaves in its namespace, without what differs from run to run."""
    kinds = "secrets,pvc,configmaps,serviceaccounts,services,deployments,ingresses,roles,rolebindings"
    listed = desk.get(kinds, "-n", "cocalc")["items"] + [desk.get("namespace", "cocalc")]
    found = {}
    for obj in listed:
        meta = obj["metadata"]
        if obj["kind"] == "Secret" and obj["type"] == "helm.sh/release.v1":
            continue
        if meta["name"] in ("kube-root-ca.crt", "default"):
            continue
        body = {k: v for k, v in obj.items() if k not in ("metadata", "status", "apiVersion", "kind")}
        for moved in ("clusterIP", "clusterIPs", "volumeName"):
            (body.get("spec") or {}).pop(moved, None)
        if body.get("type") == "kubernetes.io/dockerconfigjson":
            body["data"] = json.loads(text_of(obj, ".dockerconfigjson"))
        body["labels"] = meta.get("labels", {})
        body["managers"] = sorted(managers(obj) & {"cocalc-tui", "helm", "kubectl"})
        found[f"{obj['kind']}/{meta['name']}"] = body
    return found
