"""How helm is called: its path, its environment, its private files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.adapters.alive import alive
from cocalc_tui.adapters.process import Result, run, unchanged
from cocalc_tui.adapters.tools import find

PREFIX = "cocalc-tui-"


@dataclass(slots=True)
class Command:
    """One helm and the cluster it talks to; an empty `kubeconfig` leaves that to helm's own search.

    `program` is empty for the first on PATH; it follows what the probe `tools` found.
    """

    program: str = ""
    kubeconfig: str = ""
    context: str = ""

    async def run(
        self,
        *arguments: str,
        timeout: float,
        line: Callable[[str], None] | None = None,
        redact: Callable[[str], str] = unchanged,
    ) -> Result:
        """Runs helm. Raises `UsageError` where there is none, `Unreached` where it is late."""
        argv = [find("helm", self.program), *arguments]
        return await run(argv, timeout=timeout, env=self._environment(), line=line, redact=redact)

    def _environment(self) -> Mapping[str, str]:
        """Which cluster, told by the environment: an argument would show in every process list."""
        chosen = {"KUBECONFIG": self.kubeconfig, "HELM_KUBECONTEXT": self.context}
        return {"HELM_DEBUG": "false", **{key: value for key, value in chosen.items() if value}}


@contextmanager
def private_files(contents: Mapping[str, str]) -> Iterator[dict[str, Path]]:
    """Files that only we can read, for as long as helm needs them; in memory where the system has that."""
    memory = Path("/dev/shm")  # noqa: S108 the folder made in it is private
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    _sweep(where or Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=where) as folder:
        paths = {}
        for name, text in contents.items():
            paths[name] = Path(folder, name)
            paths[name].touch(mode=0o600)
            paths[name].write_text(text, encoding="utf-8")
        yield paths


def _sweep(where: Path) -> None:
    """Removes what a process of ours left that was killed while helm read its files."""
    for folder in where.glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and folder.lstat().st_uid == os.getuid() and not alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
