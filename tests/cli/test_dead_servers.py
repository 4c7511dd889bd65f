"""Servers that are not there, say nothing, or refuse: unknown, soon, and nothing changed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.harness import Person, one_message
from tests.cli.test_documents import validate
from tests.testbed.oldpg import OldPostgres
from tests.testbed.postgres import Postgres
from tests.whole.bench import Desk

SOON = 3.5  # seconds beyond a server that refuses at once, which leaves the rest of five to a busy machine
OF_CLUSTER = ("cluster.reachable", "cluster.login", "cluster.version", "nodes.ready", "namespace.exists")


def leading_to(port: int, path: Path, **user: str) -> Path:
    cluster = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dead",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user or {"token": "t"}}],
        "contexts": [{"name": "dead", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(json.dumps(document))
    return path


def statuses(document: Any) -> dict[str, str]:
    return {f["id"]: f["status"] for f in document["findings"]}


def test_no_kubeconfig(person: Person) -> None:
    ran = person.run("check")
    assert ran.code == 2
    assert "cocalc-tui rehearse" in one_message(ran)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--kubeconfig", "nowhere"), "nowhere"),
        (("--kubeconfig", "kubeconfig", "--context", "nobody"), "nobody"),
        (("--kubeconfig", "broken"), "broken"),
        (("--world", "nowhere"), "gke"),
    ],
)
def test_a_name_that_is_not_there(person: Person, arguments: tuple[str, ...], word: str) -> None:
    leading_to(1, person.folder / "kubeconfig")
    person.file("broken", "{")
    for command in (("check",), ("status",), ("apply", "--yes")):
        ran = person.run(*arguments, *command)
        assert ran.code == 2
        assert word in one_message(ran)


@pytest.mark.parametrize("kind", ["silent", "refusing"])
def test_a_dead_server_is_unknown_within_five_seconds(
    person: Person, kind: str, silent_port: int, refusing_port: int
) -> None:
    port = silent_port if kind == "silent" else refusing_port
    config = str(leading_to(port, person.folder / "kubeconfig"))
    arguments = ("check", "cluster", "nodes", "namespace", "-o", "json")
    beginning = time.monotonic()
    refused = str(leading_to(refusing_port, person.folder / "refusing"))
    assert person.run("--kubeconfig", refused, *arguments).code == 6
    begun = time.monotonic()
    ran = person.run("--kubeconfig", config, *arguments)
    took = (time.monotonic() - begun) - (begun - beginning)
    assert ran.code == 6
    validate(ran.document, "check")
    assert ran.document["cluster"]["uid"] is None
    found = statuses(ran.document)
    assert {found[name] for name in OF_CLUSTER} == {"unknown"}
    assert took < SOON
    assert person.run("--kubeconfig", config, "status").code == 6


def test_nothing_is_tried_where_the_cluster_was_not_seen(desk: Desk, refusing_port: int) -> None:
    config = str(leading_to(refusing_port, desk.folder / "dead"))
    ran = desk.run("--kubeconfig", config, "check", "-o", "json")
    assert ran.code == 6, [f for f in ran.document["findings"] if f["status"] == "fail"]
    ran = desk.run("--kubeconfig", config, "apply", "--yes")
    assert ran.code == 6
    assert len(ran.err.splitlines()) == 2
    assert "nothing was changed" in ran.err
    assert not desk.values.exists()


def test_an_expired_login_says_what_to_do(desk: Desk) -> None:
    desk.proxy.fault(status=401, times=None)
    ran = desk.run("check", "cluster", "nodes", "-o", "json")
    assert ran.code == 6
    found = {f["id"]: f for f in ran.document["findings"]}
    for name in ("cluster.reachable", "nodes.ready"):
        assert found[name]["status"] == "unknown"
        assert "login expired" in found[name]["summary"]
        assert found[name]["remedy"].startswith("Log in again")
    assert desk.run("apply", "--yes").code == 6
    assert desk.proxy.writes == 0


LISTS = {
    "/nodes": ("nodes.ready", "list nodes"),
    "/storageclasses": ("storage.class", "list storageclasses"),
    "/namespaces[?]": ("namespace.exists", "list namespaces"),
    "/persistentvolumeclaims": ("storage.data", "list persistentvolumeclaims"),
    "/secrets[?].*regcred": ("registry.secret", "list secrets"),
    "/deployments": ("verify.hub", "list deployments"),
    "/ingresses": ("verify.ingress", "list ingresses"),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_forbidden_list_is_unknown_and_names_the_right(desk: Desk, path: str) -> None:
    check, right = LISTS[path]
    verb, resource = right.split()
    said = f'{resource} is forbidden: User "ada" cannot {verb} resource "{resource}" in API group ""'
    desk.proxy.fault(status=403, path=path, verb="GET", times=None, message=said)
    ran = desk.run("check", "-o", "json")
    (found,) = [f for f in ran.document["findings"] if f["id"] == check]
    assert found["status"] == "unknown"
    assert f"user ada may not {right}" in found["summary"]
    assert "rights" in found["remedy"]


def database(desk: Desk, *arguments: str) -> dict[str, Any]:
    ran = desk.run(*arguments, "check", "database", "-o", "json")
    return {f["id"].partition(".")[2]: f for f in ran.document["findings"]} | {"code": ran.code}


def test_wrong_databases(desk: Desk, silent_port: int, refusing_port: int, postgres: Postgres) -> None:
    desk.more = {"WRONG": "not-the-one", "SPACE": postgres.password + " "}
    found = database(desk, "--set", "database.password=env:WRONG")
    assert (found["code"], found["login"]["status"]) == (3, "fail")
    assert "wrong password" in found["login"]["summary"]
    found = database(desk, "--set", "database.password=env:SPACE")
    assert (found["code"], found["password"]["status"]) == (3, "fail")
    assert "white space" in found["password"]["summary"]
    found = database(desk, "--set", "database.password=env:NOT_SET")
    assert "NOT_SET is not set" in found["password"]["summary"]
    for host, port in (("127.0.0.1", silent_port), ("127.0.0.1", refusing_port), ("no.invalid", 5432)):
        found = database(desk, "--set", f"database.host={host}", "--set", f"database.port={port}")
        assert found["reachable"]["status"] == "unknown"
        assert f"{host}:{port}" in found["reachable"]["summary"]
        assert found["version"]["status"] == "unknown"
    with OldPostgres(postgres, "10.23") as old:
        found = database(desk, "--set", f"database.port={old.port}")
    assert (found["code"], found["version"]["status"]) == (3, "fail")
    assert "10.23" in found["version"]["summary"]
