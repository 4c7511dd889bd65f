"""An add-on with the real helm: from a chart repository on loopback, from a folder, and from nowhere."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cocalc_tui.adapters.helm.command import Command
from cocalc_tui.adapters.helm.upgrade import HelmRunner
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.helm_addon import HelmAddon
from cocalc_tui.errors import Refused, UsageError
from tests.adapters.charts import make
from tests.testbed.bed import ControlPlane

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: extra\nversion: 1.2.3\n",
    "values.yaml": "word: none\n",
    "templates/map.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {word: {{ .Values.word }}}\n"
    ),
}


@pytest.fixture
def repository(control_plane: ControlPlane, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A chart repository: its URL and its folder."""
    chart, folder = make(tmp_path / "extra", CHART), tmp_path / "repository"
    helm = str(control_plane.helm)
    subprocess.run([helm, "package", str(chart), "-d", str(folder)], check=True, capture_output=True)
    subprocess.run([helm, "repo", "index", str(folder)], check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def addon(source: str, namespace: str) -> HelmAddon:
    return HelmAddon("a", "ingress", "", "extra", namespace, "extra", source, "1.2.3", "word: told\n")


def install(plane: ControlPlane, action: HelmAddon) -> tuple[int, list[str]]:
    told: list[str] = []
    runner = HelmRunner(Command(str(plane.helm), str(plane.kubeconfig)), Vault())
    return asyncio.run(runner.upgrade(action, told.append)), told


def test_from_a_repository_and_from_its_folder(
    control_plane: ControlPlane, repository: tuple[str, Path]
) -> None:
    url, folder = repository
    revision, told = install(control_plane, addon(url, "addon-made-here"))
    assert revision == 1
    assert told[-1] == "Release extra revision 1 is deployed"
    assert install(control_plane, addon(str(folder), "addon-made-here"))[0] == 2


def test_a_repository_that_is_not_there(control_plane: ControlPlane, repository: tuple[str, Path]) -> None:
    with pytest.raises(Refused) as refused:
        install(control_plane, addon("http://127.0.0.1:1", "addon-nowhere"))
    assert "Give a chart repository" in refused.value.remedy
    with pytest.raises(UsageError, match=r"no chart extra 1\.2\.3"):
        install(control_plane, addon(str(repository[1].parent / "none"), "addon-nowhere"))
