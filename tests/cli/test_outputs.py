"""Where output goes: pipes that close, full disks, old terminals, a second Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.harness import Person

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize(
    "command", [("check",), ("status",), ("plan",), ("explain",), ("rehearse", "--list")]
)
def test_plain_ascii(person: Person, command: tuple[str, ...]) -> None:
    ran = person.gke(*command, **ASCII)
    assert ran.out.isascii()
    assert "\033" not in ran.out
    assert ran.out.strip()


@pytest.mark.parametrize("command", [("check", "-o", "json"), ("plan", "-o", "json")])
def test_json_is_json_whatever_the_terminal(person: Person, command: tuple[str, ...]) -> None:
    assert person.gke(*command, **ASCII).document["schema"].startswith("cocalc-tui/")


def test_files_are_utf8_whatever_the_terminal(person: Person) -> None:
    assert person.gke("export", "report", **ASCII).out.startswith("<!doctype html>")
    assert person.gke("check", "-o", "junit", **ASCII).out.startswith("<?xml")


def test_no_terminal(person: Person) -> None:
    for ran in (person.gke(), person.run("rehearse"), person.gke("apply")):
        assert ran.code == 2
        assert "terminal" in ran.err


def read_one_line(person: Person, *arguments: str) -> int:
    process = subprocess.Popen(
        person.command("--world", "gke", *arguments),
        cwd=person.folder,
        env=person.environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    assert process.stdout.readline()
    process.stdout.close()
    return process.wait(60)


def test_an_apply_goes_on_when_its_reader_leaves(person: Person) -> None:
    assert read_one_line(person, "apply", "--yes") in (0, 4)
    assert person.gke("apply", "--yes", "-o", "json").events[-1]["writes"] == 0


def test_a_full_disk_behind_standard_output(person: Person) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        ran = person.into(full, "--world", "gke", "check")
        assert ran.code == 3
        assert "standard output: no space left" in ran.err
        ran = person.into(full, "--world", "gke", "apply", "--yes")
    finally:
        os.close(full)
    assert "the apply goes on" in ran.err
    assert person.gke("apply", "--yes", "-o", "json").events[-1]["writes"] == 0


def begun(person: Person) -> subprocess.Popen[str]:
    """An apply that has made its first change."""
    process = subprocess.Popen(
        person.command("--world", "gke", "apply", "--yes"),
        cwd=person.folder,
        env=person.environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert any("finished" in line for line in process.stdout)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_apply_ends_at_a_safe_point_and_goes_on_later(person: Person, number: int) -> None:
    process = begun(person)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping at the next safe point" in err
    assert "apply again to continue" in out
    if number == signal.SIGINT:
        assert person.gke("apply", "--yes").code in (0, 4)
        assert person.gke("apply", "--yes", "-o", "json").events[-1]["writes"] == 0


def test_interrupted_twice_it_leaves_at_once(person: Person) -> None:
    process = begun(person)
    process.send_signal(signal.SIGINT)
    assert process.stderr
    assert "once more leaves at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert person.gke("apply", "--yes").code in (0, 4)


def test_the_log_is_written_where_it_should(person: Person) -> None:
    assert person.gke("--log-file", "log", "check").code in (0, 3, 4)
    assert Path(person.folder / "log").is_file()
