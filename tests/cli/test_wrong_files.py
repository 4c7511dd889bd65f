"""Files that are wrong, missing or in the way, and full disks: told by name and line; nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.harness import Person, one_message

CREDENTIALS = {
    "no JSON": (b"not json\nat all\n", "service account key, which is JSON"),
    "a list": (b"[1]", "no object"),
    "a text": (b'"x"', "no object"),
    "nothing": (b"", "empty"),
    "no text": (b"\x00\xff\xfe", "UTF-8"),
    "half of it": (b'{"a": 1,\n b}', "line 2"),
    "no key": (b'{"type": "service_account"}', "lacks client_email and private_key"),
    "too much": (b"a" * 2_000_000, "over 1 MiB"),
}
VALUES = {
    "a tab": (b"global:\n\tx: 1\n", "line 2: a tab"),
    "a key twice": (b"global: {}\nglobal: {}\n", "line 2: the key global is there twice"),
    "one word": (b"hello\n", "line 1"),
    "a list": (b"- a\n", "line 1"),
    "broken": (b"global: [\n", "line"),
    "two documents": (b"a: 1\n---\nb: 2\n", "line 2: a second document"),
    "no text": (b"\x00\xff", "UTF-8"),
    "too much": (b"# x\n" * 2_500_000, "MiB"),
}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credentials(person: Person, name: str) -> None:
    content, said = CREDENTIALS[name]
    path = person.file("regcred.json", content)
    ran = person.gke("--set", f"registry.credentials={path}", "check", "registry", "-o", "json")
    assert ran.code == 3
    found = ran.finding("registry.credentials")
    assert found["status"] == "fail"
    assert str(path) in found["summary"]
    assert said in found["summary"]
    assert ran.finding("registry.login")["status"] == "skipped"


@pytest.mark.parametrize(("path", "said"), [(".", "directory"), ("nowhere", "does not exist")])
def test_no_credentials(person: Person, path: str, said: str) -> None:
    ran = person.gke("--set", f"registry.credentials={path}", "check", "registry", "-o", "json")
    assert said in ran.finding("registry.credentials")["summary"]


@pytest.mark.parametrize("name", VALUES)
def test_a_values_file_that_cannot_be_edited_stays_as_it_is(person: Person, name: str) -> None:
    content, said = VALUES[name]
    path = person.file("v.yaml", content)
    ran = person.gke("--values", "v.yaml", "check", "values", "-o", "json")
    assert ran.code == 3
    bad = [f for f in ran.document["findings"] if f["status"] == "fail"]
    assert any("v.yaml" in f["summary"] and said in f["summary"] for f in bad), bad
    if name not in ("a tab", "a key twice"):
        return
    done = person.gke("--values", "v.yaml", "apply", "--yes", "-o", "json")
    assert done.code == 4
    assert any(left["step"] == "values" for left in done.events[-1]["left_for_a_person"])
    assert path.read_bytes() == content


def test_a_folder_as_values_file(person: Person) -> None:
    ran = person.gke("--values", ".", "check", "values", "-o", "json")
    assert ran.code == 3
    assert "folder" in ran.finding("values.readable")["summary"]


def test_line_ends_of_a_values_file_stay(person: Person) -> None:
    path = person.file("v.yaml", b"# mine\r\nglobal:\r\n  mine: 1\r\n")
    assert person.gke("--values", "v.yaml", "apply", "--yes").code in (0, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[0] == b"# mine\r\n"
    assert all(line.endswith(b"\r\n") for line in lines)
    assert b"  mine: 1\r\n" in lines


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", 2, "not a plan file"),
        (b"\xff", 2, "not a plan file"),
        (b"[]", 2, "not a plan file"),
        (b'{"schema": "cocalc-tui/plan/v1", "cluster": 5, "only": 7}', 2, "not a plan file"),
        (b'{"schema": "cocalc-tui/plan/v1", "cluster": {}}', 5, "another cluster"),
    ],
)
def test_a_wrong_plan_file(person: Person, content: bytes, code: int, said: str) -> None:
    person.file("p.json", content)
    ran = person.gke("apply", "--yes", "p.json")
    assert ran.code == code
    assert said in one_message(ran)


def test_a_stale_plan_and_one_of_another_cluster(person: Person) -> None:
    assert person.gke("plan", "--out", "p.json").code == 0
    whole = (person.folder / "p.json").read_text()
    person.file("half.json", whole[: len(whole) // 2])
    assert person.gke("apply", "--yes", "half.json").code == 2
    other = person.run("--world", "broken", "apply", "--yes", "p.json")
    assert (other.code, "another cluster" in one_message(other)) == (5, True)
    assert person.gke("apply", "--yes", "--only", "namespace").code == 0
    stale = person.gke("apply", "--yes", "p.json")
    assert stale.code == 5
    assert "moved since" in one_message(stale)


@pytest.mark.parametrize(
    "command", [("plan", "--out"), ("export", "answers", "--out"), ("snapshot", "--out")]
)
def test_a_file_of_somebody_else_is_not_overwritten(person: Person, command: tuple[str, ...]) -> None:
    mine = person.file("mine", "# notes for cocalc-tui\nversion: 1\n")
    ran = person.gke(*command, "mine")
    assert ran.code == 2
    assert "mine exists" in ran.err
    assert mine.read_text().startswith("# notes")
    assert [person.gke(*command, "ours").code for _ in range(2)] == [0, 0]
    assert person.gke(*command, "nowhere/ours").code == 2
    assert person.gke(*command, ".").code == 2


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A file system without any room; only root can make one, others get a folder that is read-only."""
    folder = tmp_path / "full"
    folder.mkdir()
    if os.geteuid() == 0:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", folder], check=True)
        with suppress(OSError):
            (folder / "filler").write_bytes(b"x" * 8192)
    else:
        folder.chmod(0o500)
    yield folder
    if os.geteuid() == 0:
        subprocess.run(["umount", folder], check=True)
    else:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_full_disk(person: Person, full: Path) -> None:
    for command in (("plan",), ("snapshot",), ("export", "report")):
        ran = person.gke(*command, "--out", str(full / "x"))
        assert ran.code == 3
        assert str(full) in ran.err
    ran = person.run("--state-dir", str(full / "state"), "--world", "gke", "apply", "--yes")
    assert ran.code == 3
    assert str(full) in one_message(ran)
    values = full / "my-values.yaml"
    ran = person.gke("--values", str(values), "apply", "--yes", "-o", "json")
    assert ran.code == 3
    (failed,) = [e for e in ran.events if e["event"] == "failed" and "my-values.yaml" in e["message"]]
    assert "nothing was changed" in failed["message"]
    assert failed["remedy"]
    assert not [p for p in full.rglob("*") if p.is_file() and p.name != "filler"]


def test_a_log_file_and_a_state_folder_that_cannot_be(person: Person) -> None:
    assert "--log-file" in one_message(person.gke("--log-file", "nowhere/x", "check"))
    person.file("a-file", "x")
    ran = person.run("--state-dir", "a-file", "--world", "gke", "check")
    assert ran.code == 3
    assert "--state-dir" in one_message(ran)


def test_two_kubeconfigs(person: Person) -> None:
    for name in ("a", "b"):
        cluster = {"name": name, "cluster": {"server": "https://127.0.0.1:1"}}
        context = {"name": name, "context": {"cluster": name, "user": name}}
        document = {"apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context]}
        document["users"] = [{"name": name, "user": {"token": "t"}}]
        person.file(name, json.dumps(document))
    both = {"KUBECONFIG": f"{person.folder}/a:{person.folder}/b"}
    ran = person.run("--context", "b", "check", "cluster", "-o", "json", **both)
    assert (ran.code, ran.document["cluster"]["context"]) == (6, "b")
    assert "a, b" in person.run("--context", "c", "check", **both).err
