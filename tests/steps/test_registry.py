"""The step registry."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.action import Apply
from cocalc_tui.core.facts import Unreachable
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.kinds import SECRET
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Topic
from cocalc_tui.core.view import View
from cocalc_tui.steps.registry import STEP, TYPE, login_probe, slot
from tests.steps.builders import OURS, judge, sound, values, view

HERE = Topic(SECRET, "cocalc", "regcred")
GIVEN = {"registry.credentials": "/k/regcred.json"}
BASE = view(answers=GIVEN, steps=(STEP,))
LOGIN = login_probe(BASE)
SLOT = slot(BASE)
assert SLOT is not None
FILE = SLOT.probe()
KEY = {
    "sha256": "abc",
    "kind": "service-account",
    "account": "x@p.iam",
    "project": "p",
    "error": None,
    "line": None,
}
BAD = {**KEY, "sha256": None, "error": "it is empty", "line": 3}


def secret(sha: str = "abc", labels: dict[str, str] | None = None, kind: str = TYPE) -> dict[str, Any]:
    meta = {"name": "regcred", "namespace": "cocalc", "labels": labels or {}}
    return {"metadata": meta, "type": kind, "data": {".dockerconfigjson": f"sha256:{sha}"}}


def seen(live: list[Any], file: Any = KEY, login: Any = None, **answers: str) -> View:
    facts = {HERE: live, FILE: file, LOGIN: login or {"ok": True, "detail": "", "error": None}}
    return view(facts, {**GIVEN, **answers}, steps=(STEP,))


def bare(live: list[Any]) -> View:
    return view({HERE: live}, steps=(STEP,))


def test_it_is_declared_whole() -> None:
    sound(STEP)


def test_the_reference_is_the_files_path() -> None:
    assert FILE.get("ref") == SecretRef("file", "/k/regcred.json")
    other = view(answers={"registry.credentials": SecretRef("env", "REGCRED")}, steps=(STEP,))
    found = slot(other)
    assert found is not None
    assert found.ref == SecretRef("env", "REGCRED")


@pytest.mark.parametrize(
    ("live", "file", "status"),
    [
        ([], KEY, Status.PASS),
        ([], {**KEY, "kind": "plain", "account": ""}, Status.PASS),
        ([], BAD, Status.FAIL),
        ([secret()], BAD, Status.WARN),
    ],
)
def test_credentials(live: list[Any], file: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "credentials", seen(live, file)).status is status


def test_a_malformed_file_is_told_with_its_line() -> None:
    assert (
        "/k/regcred.json cannot be used: it is empty (line 3)"
        in judge(STEP, "credentials", seen([], BAD)).summary
    )


def test_with_the_secret_in_the_cluster_nothing_is_asked() -> None:
    there = bare([secret()])
    assert judge(STEP, "credentials", there).status is Status.SKIPPED
    assert judge(STEP, "login", there).status is Status.SKIPPED
    assert judge(STEP, "secret", there).status is Status.PASS
    field = STEP.field("credentials")
    assert field is not None
    assert not field.needed(there)
    assert field.needed(bare([]))
    assert STEP.actions(there) == ()
    assert STEP.people(there) == ()
    assert STEP.people(bare([]))[0].who == "SageMath"


@pytest.mark.parametrize(
    ("live", "status", "state"),
    [
        ([], Status.FAIL, State.ABSENT),
        ([secret()], Status.PASS, None),
        ([secret(labels=OURS)], Status.PASS, None),
        ([secret("old", OURS)], Status.FAIL, State.PARTIAL),
        ([secret("old")], Status.FAIL, State.FOREIGN),
        ([secret(kind="Opaque")], Status.FAIL, State.FOREIGN),
    ],
)
def test_secret(live: list[Any], status: Status, state: State | None) -> None:
    verdict = judge(STEP, "secret", seen(live))
    assert (verdict.status, verdict.state) == (status, state)


def test_an_absent_secret_warns_of_the_namespace_trap() -> None:
    assert "-n default" in judge(STEP, "secret", bare([])).detail


@pytest.mark.parametrize(
    ("live", "file", "acts"),
    [
        ([], KEY, True),
        ([secret(labels=OURS)], KEY, True),
        ([secret("old", OURS)], KEY, True),
        ([secret("old")], KEY, True),
        ([secret()], KEY, False),
        ([secret(kind="Opaque")], KEY, False),
        ([secret(labels=OURS)], BAD, False),
    ],
)
def test_actions(live: list[Any], file: dict[str, Any], acts: bool) -> None:
    found = STEP.actions(seen(live, file))
    assert bool(found) is acts
    if found:
        (action,) = found
        assert isinstance(action, Apply)
        assert action.manifest["type"] == TYPE
        assert action.manifest["metadata"]["namespace"] == "cocalc"
        assert "data" not in action.manifest
        assert action.slots == (SLOT,)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"ok": True, "detail": "token", "error": None}, Status.PASS),
        ({"ok": False, "detail": "", "error": "401 Unauthorized"}, Status.FAIL),
        (Unreachable("connection refused, from this machine"), Status.WARN),
    ],
)
def test_login(answer: Any, status: Status) -> None:
    assert judge(STEP, "login", seen([], login=answer)).status is status


def test_a_login_that_found_no_way_is_still_asked_again() -> None:
    assert LOGIN in tuple(STEP.needs(seen([], login=Unreachable("refused"))))


def test_a_bad_file_is_not_tried() -> None:
    assert judge(STEP, "login", seen([], BAD)).status is Status.SKIPPED


def test_the_name_is_written_only_if_it_differs() -> None:
    assert values(STEP, bare([])) == {}
    named = view(answers={"registry.secret_name": "pull"}, steps=(STEP,))
    assert values(STEP, named) == {"global.imagePullSecrets": [{"name": "pull"}]}


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("europe-docker.pkg.dev", True),
        ("localhost:5000", True),
        ("registry.example.edu/cocalc", True),
        ("https://europe-docker.pkg.dev", False),
        ("a b", False),
    ],
)
def test_server(value: str, good: bool) -> None:
    field = STEP.field("server")
    assert field is not None
    assert field.check is not None
    assert (field.check(value, BASE) is None) is good
