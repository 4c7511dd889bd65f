"""Charts made for a test."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

REDIS: dict[str, str] = {
    "Chart.yaml": (
        "apiVersion: v2\nname: redis\nversion: 18.1.0\nappVersion: 7.2.1\n"
        "dependencies:\n"
        "  - {name: common, version: 2.x.x, repository: 'oci://registry.example.com/charts'}\n"
        "  - {name: exporter, version: 1.0.0, repository: '', alias: metrics}\n"
    ),
    "values.yaml": "arch: replication\nauth: {enabled: yes, password: ''}\n# @param replicas\nreplicas: 3\n",
    "templates/config.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-redis}\n"
        "data: {replicas: {{ .Values.replicas | quote }}}\n"
    ),
}


def make(folder: Path, files: Mapping[str, str]) -> Path:
    """Writes files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def pack(path: Path, files: Mapping[str, str]) -> Path:
    """A sub-chart as `helm dependency build` leaves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def git(folder: Path, *arguments: str) -> str:
    """Runs git without the user's own configuration."""
    env = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    name = ["-c", "user.name=T", "-c", "user.email=t@example.edu", "-c", "init.defaultBranch=master"]
    command = ["git", "-C", str(folder), *name, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()
