"""Runs the real command in a process of its own, as a user without a cluster would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON on standard output."""
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        """JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def finding(self, name: str) -> dict[str, Any]:
        """One finding of `check -o json`."""
        found: dict[str, Any] = next(f for f in self.document["findings"] if f["id"] == name)
        return found


@dataclass(frozen=True)
class Person:
    """Works in `folder`, with an empty home, on the world that the command names."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def file(self, name: str, content: str | bytes) -> Path:
        """A file of this person's."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """What is set: nothing of the machine's own, but for the PATH."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **more,
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "cocalc_tui", "--state-dir", str(self.state), *arguments]

    def run(self, *arguments: str, **env: str) -> Ran:
        """The command to its end; no traceback and no crash report may come of it."""
        return self.into(subprocess.PIPE, *arguments, **env)

    def into(self, stdout: int, *arguments: str, **env: str) -> Ran:
        """As `run`, with another standard output."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        said = done.stderr.decode()
        assert "Traceback" not in said
        assert "went wrong inside" not in said, said
        return Ran(done.returncode, (done.stdout or b"").decode(), said)

    def gke(self, *arguments: str, **env: str) -> Ran:
        """On the rehearsal world gke."""
        return self.run("--world", "gke", *arguments, **env)


def one_message(ran: Ran) -> str:
    """The one message and its remedy: nothing else was said, and nothing was printed."""
    assert not ran.out
    lines = ran.err.splitlines()
    assert lines[0].startswith("cocalc-tui: "), ran.err
    assert len(lines) <= 2, ran.err
    assert all(re.match("→ .+[.]$|→ .+:", line) for line in lines[1:]), ran.err
    return ran.err
