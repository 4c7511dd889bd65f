"""A cluster, a database and a registry on this machine, and the command that is measured on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from tests.benchmarks.registry import Registry
from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres

ROOT = Path(__file__).parents[2]
CHART = ROOT / "assets" / "practice-chart"
KEY = {
    "type": "service_account",
    "project_id": "bench",
    "private_key_id": "1",
    "private_key": "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----\n",
    "client_email": "bench@bench.example",
    "token_uri": "https://bench.example/token",
}


class Site:
    """Everything that CoCalc needs, with nothing installed yet."""

    def __init__(self, nodes: int = 3) -> None:
        self._nodes = nodes
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cocalc-bench-")))
            self.database = stack.enter_context(Postgres())
            self.registry = stack.enter_context(Registry())
            self.plane = stack.enter_context(ControlPlane(self._nodes))
            self._stack = stack.pop_all()
        self.credentials = self.folder / "regcred.json"
        self.credentials.write_text(json.dumps(KEY))
        self.values = self.folder / "my-values.yaml"
        self.answer(self.database.port, self.registry.port)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._stack.close()

    def answer(self, database: int, registry: int) -> None:
        """Writes the answers file: at which ports database and registry are."""
        answers = {
            "namespace": {"name": "cocalc"},
            "tools": {"helm": str(self.plane.helm), "kubectl": str(self.plane.kubectl)},
            "nodes": {"layout": "minimal"},
            "registry": {"server": f"127.0.0.1:{registry}", "credentials": str(self.credentials)},
            "storage": {"class": "nfs", "data_size": "10Gi", "software_size": "5Gi"},
            "database": {
                "host": self.database.host,
                "port": database,
                "user": self.database.user,
                "password": {"env": "BENCH_DB_PASSWORD"},
            },
            "site": {"name": "Bench", "help_email": "help@bench.example"},
        }
        self.answers = self.folder / "answers.yaml"
        self.answers.write_text(yaml.safe_dump({"version": 1, "answers": answers}))

    @property
    def environment(self) -> dict[str, str]:
        """With the secret that the answers refer to."""
        return {
            **os.environ,
            "BENCH_DB_PASSWORD": self.database.password,
            "KUBECONFIG": str(self.plane.kubeconfig),
        }

    def arguments(self, *more: str) -> list[str]:
        """Of an interpreter: `cocalc-tui` with this site's answers."""
        options = {
            "--answers": self.answers,
            "--chart": CHART,
            "--values": self.values,
            "--state-dir": self.folder / "state",
        }
        given = [str(part) for pair in options.items() for part in pair]
        return ["-m", "cocalc_tui", *given, *more]

    def run(self, *arguments: str, kubeconfig: Path | None = None) -> Ran:
        """One command, timed."""
        environment = self.environment | ({"KUBECONFIG": str(kubeconfig)} if kubeconfig else {})
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *self.arguments(*arguments)],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return Ran(done.returncode, time.perf_counter() - began, done.stdout, done.stderr)

    def install(self) -> None:
        """Everything that the plan has; raises `RuntimeError` where that fails."""
        done = self.run("apply", "--yes")
        if done.code not in (0, 4):
            raise RuntimeError(f"apply: exit {done.code}\n{done.out}{done.err}")


class Ran:
    """How a command ended."""

    def __init__(self, code: int, seconds: float, out: str, err: str) -> None:
        self.code = code
        self.seconds = seconds
        self.out = out
        self.err = err
