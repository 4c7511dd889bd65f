"""The chart: every check for every state of what was given."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.wish import Candidate, Wish
from cocalc_tui.steps.chart import STEP
from tests.steps.builders import judge, sound, view

PROBE = Probe.of("chart", directory="/c")
VALUES = {
    "global": {"settings": {"dns": ""}, "database": {"secretName": "x", "host": ""}},
    "storage": {"create": True},
}
CHART: dict[str, Any] = {
    "found": True,
    "path": "/c/cocalc",
    "name": "cocalc",
    "version": "3.8.0",
    "app_version": "3.8",
    "values": VALUES,
    "schema": None,
    "subcharts": {"hub": {"values": {}}},
    "missing_dependencies": [],
    "digest": "d",
    "git": None,
    "error": None,
}
GIT = {
    "commit": "8b21f04aaaa",
    "branch": "main",
    "dirty": False,
    "remote": "git@github.com:sagemathinc/cocalc-cloud-helm.git",
    "ssh_command": "ssh -F own",
    "behind": 0,
}
HOST = Wish("database", "host", (Candidate("global.database.host", "practice"),), "db")
PORT = Wish("database", "port", (Candidate("global.database.port", "practice"),), 5432)


FOLDER: dict[str, Any] = {"state": "folder", "commit": None, "dirty": [], "remote": None, "key_set": False}


def seen(wishes: tuple[Wish, ...] = (), **changes: Any) -> Any:
    facts = {PROBE: {**CHART, **changes}, Probe.of("checkout", directory="/c"): FOLDER}
    return view(facts, {"chart.directory": "/c"}, wishes=wishes)


def git(**changes: Any) -> Any:
    return seen(git={**GIT, **changes})


def test_sound() -> None:
    sound(STEP)
    assert STEP.field("directory")
    assert STEP.fields[0].needed(view())


def test_no_directory() -> None:
    found = judge(STEP, "found", view())
    assert (found.status, found.state) == (Status.FAIL, State.ABSENT)
    assert "--chart DIR" in found.remedy
    for name in ("readable", "dependencies", "keys", "clean", "remote", "behind"):
        assert judge(STEP, name, view()).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("found", seen(), Status.PASS, "/c/cocalc"),
        ("found", seen(found=False, error="/c is no chart"), Status.FAIL, "no chart in /c"),
        ("readable", seen(), Status.PASS, "cocalc 3.8.0, app 3.8"),
        ("readable", seen(found=False), Status.SKIPPED, ""),
        ("readable", seen(error="values.yaml line 3: a tab"), Status.FAIL, "values.yaml line 3"),
        ("dependencies", seen(), Status.PASS, "1 sub-charts"),
        ("dependencies", seen(missing_dependencies=["hub", "static"]), Status.FAIL, "hub, static"),
        ("dependencies", seen(error="x"), Status.SKIPPED, ""),
        ("keys", seen((HOST,)), Status.PASS, "every key"),
        ("keys", seen((HOST, PORT)), Status.WARN, "global.database.port"),
        ("keys", seen((HOST,), values={"replicas": 1}, subcharts={}), Status.FAIL, "none of CoCalc's keys"),
        ("keys", seen(error="x"), Status.SKIPPED, ""),
        ("clean", git(), Status.PASS, "commit 8b21f04"),
        ("clean", git(dirty=True), Status.WARN, "changes of your own"),
        ("clean", seen(), Status.SKIPPED, "not a git checkout"),
        ("clean", git(error="bad object HEAD", dirty=None), Status.WARN, "bad object HEAD"),
        ("remote", git(), Status.PASS, "sagemathinc"),
        ("remote", git(remote=""), Status.WARN, "no remote"),
        ("remote", git(ssh_command=""), Status.WARN, "core.sshCommand"),
        ("remote", git(remote="https://git.example.edu/mirror.git", ssh_command=""), Status.PASS, "mirror"),
        ("behind", git(), Status.PASS, "up to date"),
        ("behind", git(behind=1), Status.WARN, "1 commit behind"),
        ("behind", git(behind=4), Status.WARN, "4 commits behind"),
        ("behind", git(behind=None), Status.SKIPPED, "not compared"),
        ("behind", seen(), Status.SKIPPED, "not a git checkout"),
    ],
)
def test_judgement(name: str, given: Any, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(git()) == "cocalc 3.8.0, app 3.8, commit 8b21f04"
    assert STEP.summary(seen()) == "cocalc 3.8.0, app 3.8"
