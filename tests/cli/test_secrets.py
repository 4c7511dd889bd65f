"""A canary in every secret field, searched for wherever the commands leave anything."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cocalc_tui.core.redact import forms
from tests.cli.harness import ROOT, Person, Ran
from tests.whole.bench import Desk

# with signs that every way of escaping touches
CANARY = {k: f"CNRY{k}x7Q&\"'zz" for k in ("db", "adm", "tok", "key", "sso", "soft", "mail")}
KEY = {
    "type": "service_account",
    "project_id": "p",
    "private_key": f"-----BEGIN PRIVATE KEY-----\n{CANARY['key']}\n-----END PRIVATE KEY-----\n",
    "client_email": "pull@p.iam.gserviceaccount.com",
}
SSO = {"google": {"conf": {"type": "google", "clientID": "id-1", "clientSecret": CANARY["sso"]}, "info": {}}}
SOFTWARE = {
    "default": "a",
    "groups": ["g"],
    "environments": {"a": {"tag": "1", "pullSecret": CANARY["soft"]}},
}
ENV = {"C_DB": CANARY["db"], "C_ADM": CANARY["adm"], "C_MAIL": CANARY["mail"]}
COMMANDS = (
    ("check",),
    ("check", "-o", "json"),
    ("plan", "--out", "plan.json"),
    ("plan", "-o", "json"),
    ("apply", "--yes", "-o", "json"),
    ("check", "-o", "junit"),
    ("export", "values", "--out", "values.txt"),
    ("export", "script"),
    ("export", "report"),
    ("export", "report", "--out", "report.md"),
    ("export", "answers"),
    ("snapshot", "--out", "snapshot.json"),
)
ON_CLUSTER = (COMMANDS[1], COMMANDS[2], COMMANDS[4], COMMANDS[8], COMMANDS[11])


def write(folder: Path) -> dict[str, Any]:
    """The files, and the answers that name them."""
    (folder / "regcred.json").write_text(json.dumps(KEY))
    (folder / "sso.yaml").write_text(yaml.safe_dump(SSO))
    (folder / "software.json").write_text(json.dumps(SOFTWARE))
    (folder / "token").write_text(CANARY["tok"] + "\n")
    return {
        "registry": {"credentials": str(folder / "regcred.json")},
        "database": {"password": {"env": "C_DB"}},
        "site": {"sso": str(folder / "sso.yaml"), "software": str(folder / "software.json")},
        "mail": {"password": {"env": "C_MAIL"}},
        "admin": {
            "email": "admin@example.edu",
            "password": {"env": "C_ADM"},
            "registration_token": {"file": str(folder / "token")},
        },
    }


def leaks(texts: Mapping[str, str], canaries: Mapping[str, str]) -> list[str]:
    """Which canary stands in which text, however it is escaped."""
    return [
        f"{name} in {where}"
        for where, text in texts.items()
        for name, canary in canaries.items()
        if f"CNRY{name}" in text or any(form in text for form in forms(canary) if len(form) > 7)
    ]


def left_behind(folder: Path, own: set[str]) -> dict[str, str]:
    """Every file below a folder, apart from those that a person put there."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.name not in own]
    return {str(p.relative_to(folder)): p.read_text("utf-8", "replace") for p in paths}


OWN = {"regcred.json", "sso.yaml", "software.json", "token", "world.yaml", "my-values.secret.yaml"}


def everywhere(
    run: Callable[..., Ran], folder: Path, commands: Sequence[tuple[str, ...]] = COMMANDS
) -> dict[str, str]:
    """What the commands say, and every file that they leave."""
    texts = {}
    for number, command in enumerate(commands):
        ran = run("--log-file", str(folder / f"log{number}"), *command)
        texts[" ".join(command)] = ran.out + ran.err
    return {**texts, **left_behind(folder, OWN)}


def installed(folder: Path) -> Any:
    """The second values file: the only place where secrets may be, and only their owner may read it."""
    (path,) = folder.rglob("my-values.secret.yaml")
    assert path.stat().st_mode & 0o077 == 0
    return yaml.safe_load(path.read_text())["global"]


def test_in_a_rehearsal(person: Person) -> None:
    world = yaml.safe_load((ROOT / "assets/worlds/gke.yaml").read_text())
    world["secrets"] |= {"database-password": CANARY["db"], "mail-password": CANARY["mail"]}
    world["files"]["regcred.json"] = json.dumps(KEY)
    person.file("world.yaml", yaml.safe_dump(world))
    person.file("answers.yaml", yaml.safe_dump({"version": 1, "answers": write(person.folder)}))
    options = ("--world", "world.yaml", "--answers", "answers.yaml")

    def run(*arguments: str) -> Ran:
        return person.run(*options, *arguments, **ENV)

    texts = everywhere(run, person.folder)
    assert leaks(texts, CANARY) == []
    found = installed(person.state)
    assert found["sso"] == SSO
    assert found["software"] == SOFTWARE
    states = {s["id"]: s["state"] for s in run("status", "-o", "json").document["steps"]}
    assert (states["site"], states["values"], states["release"]) == ("ready", "ready", "ready")


class Arguments(threading.Thread):
    """Collects the arguments of every process while commands run."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.seen: set[str] = set()

    def run(self) -> None:
        while not self.over.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue


def test_on_a_real_cluster(desk: Desk) -> None:
    given: dict[str, Any] = desk.given
    for step, fields in write(desk.folder).items():
        given[step] = {**given.get(step, {}), **fields}
    given["mail"] |= {
        "backend": "smtp",
        "server": "127.0.0.1",
        "port": 9,
        "from": "a@example.edu",
        "login": "a",
    }
    desk.answers.write_text(yaml.safe_dump({"version": 1, "answers": given}))
    desk.more = {**ENV, "C_DB": desk.server.password}
    arguments = Arguments()
    arguments.start()

    def run(*command: str) -> Ran:
        done = desk.run(*command)
        return Ran(done.code, done.out, done.err)

    texts = everywhere(run, desk.folder, ON_CLUSTER)
    arguments.over.set()
    arguments.join()
    assert any("helm" in line and "upgrade" in line for line in arguments.seen)
    texts |= {"arguments": "\n".join(arguments.seen)}
    assert leaks(texts, CANARY | {"db": desk.server.password}) == []
    assert installed(desk.folder)["sso"] == SSO
    secret = desk.get("secret", "cocalc-sso", "-n", "cocalc")["data"]["sso.json"]
    assert json.loads(base64.b64decode(secret)) == SSO


def test_a_secret_that_cannot_be_had_is_told_by_name(person: Person) -> None:
    keyring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    for given, said in (
        ("env:NOWHERE", "NOWHERE is not set"),
        ("file:nowhere", "nowhere does not exist"),
        ("keyring:mine", "no keyring"),
    ):
        ran = person.gke("--set", f"database.password={given}", "check", "database", "-o", "json", **keyring)
        assert ran.code == 3
        assert said in ran.finding("database.password")["summary"]
