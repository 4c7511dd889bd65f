"""`remove` takes away what this tool created, shows it first, and keeps data unless it is named."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cocalc_tui.cli import main


def run(state: Path, *arguments: str) -> int:
    """The command on the rehearsal world gke."""
    return main(["--world", "gke", "--state-dir", str(state), *arguments])


@pytest.fixture
def installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A state directory with a finished installation."""
    assert run(tmp_path, "apply", "--yes") == 0
    capsys.readouterr()
    return tmp_path


def test_everything_of_ours_goes_and_data_stays(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert run(installed, "remove") == 2
    shown = capsys.readouterr()
    assert "- remove  release cocalc" in shown.out
    assert "terminal" in shown.err
    assert run(installed, "remove", "--yes") == 0
    told = capsys.readouterr().out
    assert "removed  Secret/regcred" in told
    assert "keep    PVC/projects-data" in told
    assert "keep    Namespace/cocalc" in told
    run(installed, "status")
    states = capsys.readouterr().out
    assert "not installed" in states
    assert "projects-data bound" in states
    assert run(installed, "apply", "--yes") == 0


def test_data_goes_only_where_it_is_named(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(installed, "remove", "--yes", "--only", "release") == 0
    assert run(installed, "remove", "--yes", "--only", "storage") == 0
    told = capsys.readouterr().out
    assert "PVC/projects-data  (data is lost)" in told
    assert run(installed, "remove", "--yes", "--only", "namespace", "storage") == 0
    assert "removed  Namespace/cocalc" in capsys.readouterr().out


def test_nothing_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "remove", "--yes") == 0
    assert "nothing of ours to remove" in capsys.readouterr().out
