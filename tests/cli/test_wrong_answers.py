"""Wrong answers, on the command line and in the file: one message, exit code 2, nothing changed."""

from __future__ import annotations

import pytest

from tests.cli.harness import Person, one_message

FILES = {
    "a typo in a step": (b"version: 1\nanswers:\n  databse: {host: x}\n", ["line 3", "nearest is database"]),
    "a typo in a field": (b"version: 1\nanswers:\n  database: {hots: x}\n", ["line 3", "nearest is host"]),
    "a secret in clear": (
        b"version: 1\nanswers:\n  database: {password: hunter2}\n",
        ["line 3", "database.password", "{env: NAME}", "{file: PATH}", "{keyring: NAME}"],
    ),
    "a number as a secret": (b"version: 1\nanswers:\n  database: {password: 12345}\n", ["{env: NAME}"]),
    "two sources": (b"version: 1\nanswers:\n  database: {password: {env: A, file: b}}\n", ["{env: NAME}"]),
    "an unknown source": (b"version: 1\nanswers:\n  database: {password: {evn: A}}\n", ["{env: NAME}"]),
    "broken YAML": (b"version: 1\nanswers: {database: [\n", ["line 3"]),
    "a tab": (b"version: 1\nanswers:\n\tdatabase: {host: x}\n", ["line 3", "spaces"]),
    "a step twice": (b"version: 1\nanswers:\n  site: {}\n  site: {}\n", ["line 4", "site stands twice"]),
    "a field twice": (b"version: 1\nanswers:\n  site: {name: a, name: b}\n", ["line 3", "name stands twice"]),
    "another version": (b"version: 2\nanswers: {}\n", ["line 1", "version must be 1"]),
    "no version": (b"answers: {}\n", ["version must be 1"]),
    "a list": (b"- a\n", ["line 1", "mapping"]),
    "one word": (b"hello\n", ["line 1", "mapping"]),
    "no date": (b"version: 1\nanswers:\n  site: {name: 2026-99-01}\n", ["line 3", "month"]),
    "a tag": (b"version: 1\nanswers:\n  site: {name: !!python/object:os.system x}\n", ["line 3"]),
    "a key that is a list": (b"version: 1\nanswers:\n  site: {? [a] : b}\n", ["line 3"]),
    "an unknown alias": (b"version: 1\nanswers: *b\n", ["line 2", "alias"]),
    "two documents": (b"version: 1\nanswers: {}\n---\nversion: 1\n", ["line 3"]),
    "no number": (b"version: 1\nanswers:\n  database: {port: many}\n", ["line 3", "whole number"]),
    "a control sign": (b"version: 1\nanswers: \x01\n", ["not readable as YAML"]),
    "no text": (b"\x00\xff\xfe", ["UTF-8"]),
}

SETS = {
    "database": ["STEP.FIELD=VALUE"],
    "database.host": ["STEP.FIELD=VALUE"],
    "=1": ["STEP.FIELD=VALUE"],
    "databse.host=x": ["no step databse", "nearest is database"],
    "database.hots=x": ["no field hots", "nearest is host"],
    "database.password=hunter2": ["secret", "env:NAME, file:PATH or keyring:NAME"],
    "database.password=env:": ["secret"],
    "database.port=many": ["whole number"],
    "nodes.prepull=maybe": ["yes or no"],
    "values.overrides=5": ["mapping"],
    "values.overrides={": ["mapping"],
}


@pytest.mark.parametrize("name", FILES)
def test_an_answers_file(person: Person, name: str) -> None:
    content, words = FILES[name]
    person.file("answers.yaml", content)
    ran = person.gke("--answers", "answers.yaml", "check")
    assert ran.code == 2
    said = one_message(ran)
    assert "answers.yaml" in said
    assert not [word for word in words if word not in said], said
    assert "hunter2" not in said
    assert not person.state.exists()


@pytest.mark.parametrize(("path", "word"), [(".", "directory"), ("nowhere.yaml", "No such file")])
def test_no_answers_file(person: Person, path: str, word: str) -> None:
    ran = person.gke("--answers", path, "check")
    assert ran.code == 2
    assert word in one_message(ran)


@pytest.mark.parametrize("given", SETS)
def test_set(person: Person, given: str) -> None:
    ran = person.gke("--set", given, "check")
    assert ran.code == 2
    said = one_message(ran)
    assert not [word for word in SETS[given] if word not in said], said
    assert "hunter2" not in said


# What fits its kind, but not its field: a finding that names the field; nothing is done with it.
MISFITS = [
    ("namespace.name=UPPER", "lower-case"),
    ("namespace.name=" + "a" * 300, "63"),
    ("nodes.layout=silly", "minimal, partitioned"),
    ("storage.data_size=lots", "100Gi"),
    ("database.port=0", "65535"),
    ("release.timeout=0", "10 to 86400"),
    ("release.name=UP", "lower-case"),
    ("site.help_email=nobody", "e-mail"),
    ("site.max_upgrades={", "JSON"),
    ("storage.data_claim=projects-software", "projects-software"),
    ("storage.class=nope", "nope is absent"),
]


@pytest.mark.parametrize(("given", "said"), MISFITS, ids=[given[:40] for given, _ in MISFITS])
def test_a_value_that_does_not_fit_is_found_and_left(person: Person, given: str, said: str) -> None:
    field = given.partition("=")[0]
    ran = person.gke("--set", given, "check", "-o", "json")
    assert ran.code == 3
    told = [f for f in ran.document["findings"] if f["status"] == "fail" and field in f.get("remedy", "")]
    assert any(said in f["summary"] for f in told), told
    plan = person.gke("--set", given, "plan", "-o", "json")
    assert plan.code == 4
    assert any(field in left["what"] for left in plan.document["left_for_a_person"])


def test_needed_answers_are_asked_for_all_at_once(person: Person) -> None:
    for command in (("plan",), ("apply", "--yes"), ("export", "script")):
        ran = person.gke("--set", "database.host=", "--set", "chart.directory=", *command)
        assert ran.code == 2
        for word in ("database.host", "chart.directory", "--answers", "--set", "full screen"):
            assert word in ran.err


@pytest.mark.parametrize(
    "command", [("check",), ("explain",), ("plan", "--only"), ("apply", "--yes", "--only")]
)
def test_an_unknown_step(person: Person, command: tuple[str, ...]) -> None:
    ran = person.gke(*command, "databse")
    assert ran.code == 2
    assert "nearest is database" in one_message(ran)


def test_an_unknown_check(person: Person) -> None:
    assert "nearest is password" in one_message(person.gke("check", "database.pasword"))
    assert "password" in one_message(person.gke("explain", "database.pasword"))


@pytest.mark.parametrize("seconds", ["x", "0", "-1", "nan", "inf"])
def test_a_time_that_is_none(person: Person, seconds: str) -> None:
    ran = person.gke("check", "--timeout", seconds)
    assert ran.code == 2
    assert "number of seconds" in ran.err


def test_only_names_what_is_not_ready(person: Person) -> None:
    ran = person.gke("apply", "--yes", "--only", "release")
    assert ran.code == 2
    assert "namespace" in one_message(ran)
