from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.tools import probe_tools
from cocalc_tui.core.topics import Probe


def look(within: float = 10, **given: str) -> Mapping[str, Any]:
    return asyncio.run(probe_tools(Probe.of("tools", **given), within))


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_the_real_ones(helm: Path, kubectl: Path) -> None:
    seen = look(helm=str(helm), kubectl=str(kubectl))
    for name, start in {"helm": "3.", "kubectl": "1.", "git": "2.", "ssh": ""}.items():
        assert seen[name]["error"] is None, seen[name]
        assert seen[name]["version"].startswith(start)
        assert seen[name]["version"][0].isdigit()
    assert seen["helm"]["path"] == str(helm)


def test_none_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {name: tool["error"] for name, tool in look().items()} == {
        name: f"{name} is not on PATH" for name in ("helm", "kubectl", "git", "ssh")
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo boom >&2; exit 1", "failed: boom"),
        ("echo hello", "told no version: hello"),
        ("exec sleep 60", "did not end within 1 s"),
    ],
)
def test_a_broken_program_says_how(tmp_path: Path, text: str, words: str) -> None:
    tool = script(tmp_path / "tool", text)
    seen = look(1, helm=tool, kubectl=tool, git=tool)
    for name in ("helm", "kubectl", "git"):
        assert words in seen[name]["error"]
        assert (seen[name]["path"], seen[name]["version"]) == (tool, None)


def test_a_given_path_that_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "helm").write_text("x")
    seen = look(helm=str(tmp_path / "helm"), kubectl=str(tmp_path / "none"), git=str(tmp_path))
    assert seen["helm"]["error"].endswith("helm is no program")
    assert seen["kubectl"]["error"].endswith("none does not exist")
    assert seen["git"]["error"].endswith("is no program")
