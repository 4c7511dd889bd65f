"""The values file: proven before it is written, and never written against the user's own hand."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core import values_view
from cocalc_tui.core.action import WriteFile, WriteSecrets
from cocalc_tui.core.facts import Unreachable
from cocalc_tui.core.findings import State, Status
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.core.wish import Candidate, Wish
from cocalc_tui.steps.values import STEP
from tests.steps.builders import judge, sound, view

CHART: dict[str, Any] = {
    "found": True,
    "path": "/c",
    "name": "cocalc",
    "values": {
        "global": {"database": {"host": "", "port": 5432}, "settings": {}, "setup_admin": {"password": ""}},
        "storage": {"create": True},
    },
    "schema": {"properties": {"storage": {"properties": {"create": {"type": "boolean"}}}}},
    "subcharts": {},
    "digest": "d",
}
PW = SecretRef("env", "PW")
WISHES = (
    Wish("database", "host", (Candidate("global.database.host", "practice"),), "db"),
    Wish("site", "email_signup", (Candidate("global.settings.email_signup"),), "yes"),
)
SECRET = Wish("admin", "password", (Candidate("global.setup_admin.password", "practice"),), PW)
LOST = Wish("database", "name", (Candidate("global.database.name", "practice"),), "x")
RENDER: dict[str, Any] = {"objects": [{}, {}], "lint": [], "error": None, "digest": "r"}
DRY: dict[str, Any] = {"accepted": 2, "refused": [], "namespace": "cocalc"}
PATH = "my-values.yaml"


def file(text: str | None, **document: Any) -> dict[str, Any]:
    exists = text is not None
    return {
        "exists": exists,
        "text": text or "",
        "sha256": "base" if exists else "",
        "error": None,
        **document,
    }


def seen(
    text: str | None = None,
    *,
    wishes: tuple[Wish, ...] = WISHES,
    chart: Any = CHART,
    render: Any = RENDER,
    dry: Any = DRY,
    overrides: dict[str, Any] | None = None,
    **document: Any,
) -> View:
    answers: dict[str, Any] = {"chart.directory": "/c"} if chart else {}
    answers["values.overrides"] = overrides or {}
    facts: dict[Any, Any] = {
        Probe.of("cluster"): {"uid": "u", "version": "v1.34.4"},
        Probe.of("file", path=PATH): file(text, **document),
    }
    if chart:
        facts[Probe.of("chart", directory="/c")] = chart
    first = view(facts, answers, wishes=wishes)
    proofs = ((values_view.render(first), render), (values_view.dry_run(first), dry))
    facts |= {probe: fact for probe, fact in proofs if probe}
    return view(facts, answers, wishes=wishes)


def written() -> str:
    result = values_view.wanted(seen())
    assert result
    return result.text


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("readable", seen(), Status.PASS, "not there yet"),
        ("readable", seen("a: 1\n"), Status.PASS, PATH),
        ("readable", seen("a:\n\tb: 1\n"), Status.FAIL, "line 2: a tab"),
        ("readable", seen("a: 1\na: 2\n"), Status.FAIL, "line 2: the key a is there twice"),
        ("readable", seen("", error="cannot be read: permission denied"), Status.FAIL, "permission denied"),
        ("written", seen(), Status.FAIL, "is absent, 2 keys to write"),
        ("written", seen("a: 1\n"), Status.FAIL, "2 to add"),
        ("written", seen(written()), Status.PASS, "2 keys of ours"),
        ("written", seen(written(), wishes=WISHES[:1]), Status.FAIL, "1 to take away"),
        ("written", seen("a: [\n"), Status.SKIPPED, "can be read"),
        ("keys", seen(), Status.PASS, "known to the chart"),
        ("keys", seen(chart=None), Status.SKIPPED, "place of database.host"),
        ("keys", seen(wishes=(*WISHES, LOST)), Status.WARN, "no known place for database.name"),
        ("keys", seen("globl: {a: 1}\n"), Status.WARN, "does not know globl"),
        ("keys", seen(overrides={"global.databas": 1}), Status.WARN, "global.databas"),
        ("keys", seen(overrides={"global.database.host": {"from": "mail.port"}}), Status.WARN, "mail.port"),
        ("keys", seen("a: [\n"), Status.SKIPPED, "can be read"),
        ("hand", seen(), Status.PASS, "no value"),
        ("hand", seen("global: {database: {host: other}}\n"), Status.WARN, "global.database.host"),
        ("hand", seen("a: [\n"), Status.SKIPPED, "can be read"),
        ("types", seen(), Status.PASS, "type"),
        ("types", seen("storage: {create: 'no'}\n"), Status.FAIL, "storage.create must be of type boolean"),
        ("types", seen("global: {settings: {theming: yes}}\n"), Status.FAIL, "theming must be a quoted text"),
        ("types", seen("global: {database: {port: [1]}}\n"), Status.FAIL, "must not be a list"),
        ("types", seen(chart=None), Status.SKIPPED, "chart"),
        ("lint", seen(), Status.PASS, "lint passes"),
        ("lint", seen(render={**RENDER, "lint": ["[INFO] icon is recommended"]}), Status.PASS, "passes"),
        ("lint", seen(render={**RENDER, "lint": ["[ERROR] global.database.host: bad"]}), Status.FAIL, "bad"),
        ("lint", seen(chart=None), Status.SKIPPED, "chart"),
        ("template", seen(), Status.PASS, "2 objects"),
        (
            "template",
            seen(render={**RENDER, "error": "global.database.host is required"}),
            Status.FAIL,
            "required",
        ),
        ("template", seen("a: [\n"), Status.SKIPPED, "can be read"),
        ("dry-run", seen(), Status.PASS, "accepts 2 objects"),
        ("dry-run", seen(render={**RENDER, "error": "x"}), Status.SKIPPED, "renders"),
        (
            "dry-run",
            seen(
                dry={
                    "accepted": 1,
                    "refused": [{"object": "Ingress/hub", "message": "snippet is not allowed"}],
                }
            ),
            Status.FAIL,
            "Ingress/hub: snippet",
        ),
        ("dry-run", seen(chart=None), Status.SKIPPED, "chart"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_a_refused_value_is_traced_to_its_step() -> None:
    found = judge(STEP, "template", seen(render={**RENDER, "error": "x: global.database.host is required"}))
    assert "global.database.host (step database)" in found.remedy


def test_states() -> None:
    assert judge(STEP, "written", seen()).state is State.ABSENT
    assert judge(STEP, "written", seen("a: 1\n")).state is State.PARTIAL


def test_a_difference_names_both_values_and_the_line_but_no_secret() -> None:
    found = judge(STEP, "hand", seen("global: {database: {host: other}}\n"))
    assert "'other' in line 1, the answer is 'db'" in found.detail
    wish = Wish("mail", "password", (Candidate("global.settings.email_smtp_password"),), "ours")
    hidden = judge(STEP, "hand", seen("global: {settings: {email_smtp_password: canary}}\n", wishes=(wish,)))
    assert "canary" not in hidden.detail + hidden.summary


def test_actions() -> None:
    (action,) = STEP.actions(seen("a: 1\n"))
    assert isinstance(action, WriteFile)
    assert (action.path, action.base_sha256) == (PATH, "base")
    assert action.text.startswith("a: 1\n")
    first, second = STEP.actions(seen(wishes=(*WISHES, SECRET)))
    assert isinstance(first, WriteFile)
    assert isinstance(second, WriteSecrets)
    assert (second.path, second.entries) == ("my-values.secret.yaml", (("global.setup_admin.password", PW),))
    assert "PW" not in first.text
    assert STEP.actions(seen(written())), "the end state is wanted when it is there already, too"
    assert STEP.actions(seen(render=Unreachable("helm is missing")))


@pytest.mark.parametrize(
    "given",
    [
        seen("a: [\n"),
        seen(render={**RENDER, "error": "x"}),
        seen(render={**RENDER, "lint": ["[ERROR] x"]}),
        seen(dry={"accepted": 0, "refused": [{"object": "a", "message": "b"}]}),
        seen(wishes=()),
        seen("global: {settings: {theming: yes}}\n"),
    ],
)
def test_nothing_is_written_that_was_refused(given: View) -> None:
    assert not STEP.actions(given)


def test_without_a_chart_nothing_is_taken_away() -> None:
    given = seen(written(), chart=None)
    (action,) = STEP.actions(given)
    assert isinstance(action, WriteFile)
    assert action.text == written()


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        ("my-values.yaml", "my-values.secret.yaml"),
        ("/a.b/x.yml", "/a.b/x.secret.yaml"),
        ("conf/values", "conf/values.secret.yaml"),
    ],
)
def test_the_second_file_lies_beside_the_first(path: str, secret: str) -> None:
    assert values_view.secret_path(view({}, {"values.path": path})) == secret


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(seen(written())) == "2 keys of ours in my-values.yaml"
    changed = seen(written().replace("host: db", "host: other"))
    assert STEP.summary(changed) == "2 keys of ours in my-values.yaml, 1 changed by hand"
