"""`check` where everything takes connections and nobody ever answers."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.benchmarks.practice import CHART, KEY, ROOT
from tests.benchmarks.result import Result
from tests.testbed import kubeconfig
from tests.testbed.pki import Authority

DEADLINE = 8.0
START = 1.5  # seconds that the interpreter and its imports may take besides
OUTSIDE = (
    "cluster.reachable",
    "cluster.login",
    "cluster.version",
    "cluster.rights",
    "nodes.ready",
    "namespace.exists",
    "storage.class",
    "database.reachable",
    "database.login",
    "release.deployed",
    "verify.hub",
)


def benchmark() -> Iterator[Result]:
    """Ends in time, and calls nothing good or absent that was not seen."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "cocalc_tui", *_options(Path(name), silent.getsockname()[1])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        seconds = time.perf_counter() - began
    verdicts = {each["id"]: each["status"] for each in json.loads(done.stdout)["findings"]}
    unknown = sum(status == "unknown" for status in verdicts.values())
    lies = [check for check in OUTSIDE if verdicts.get(check) != "unknown"]
    found = f"{unknown} unknown" + (f", yet {', '.join(lies)} were judged" if lies else "")
    kept = seconds <= DEADLINE + START and not lies and done.returncode in (3, 6)
    yield Result(
        f"`check --timeout {DEADLINE:g}`, every server silent",
        f"{seconds:.1f} s",
        "not applicable",
        found,
        "within the deadline, all unknown",
        kept,
    )


def _options(folder: Path, port: int) -> list[str]:
    authority = Authority(folder / "pki")
    config = kubeconfig.write(
        folder / "kubeconfig", f"https://127.0.0.1:{port}", authority.ca_data, {"token": "none"}
    )
    key = folder / "regcred.json"
    key.write_text(json.dumps(KEY))
    password = folder / "password"
    password.write_text("silent")
    answers = {
        "registry": {"server": f"127.0.0.1:{port}", "credentials": str(key)},
        "storage": {"class": "nfs"},
        "database": {
            "host": "127.0.0.1",
            "port": port,
            "user": "cocalc",
            "password": {"file": str(password)},
        },
    }
    file = folder / "answers.yaml"
    file.write_text(yaml.safe_dump({"version": 1, "answers": answers}))
    options = {
        "--kubeconfig": config,
        "--answers": file,
        "--chart": CHART,
        "--values": folder / "my-values.yaml",
        "--state-dir": folder / "state",
        "--timeout": DEADLINE,
    }
    return ["check", *[str(part) for pair in options.items() for part in pair], "-o", "json"]
