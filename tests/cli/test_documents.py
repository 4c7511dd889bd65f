"""Every JSON document of the commands is valid by its schema, whatever the world is like."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.cli.harness import SCHEMAS, Person


def validate(document: Any, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.v1.json").read_text())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(document)


@pytest.mark.parametrize("world", ["gke", "broken"])
def test_each_document_is_valid(person: Person, world: str) -> None:
    for command in ("check", "status", "plan"):
        ran = person.run("--world", world, command, "-o", "json")
        validate(ran.document, command)
        assert ran.document["cluster"]["rehearsal"] is True
    person.run("--world", world, "plan", "--out", "plan.json")
    validate(json.loads((person.folder / "plan.json").read_text()), "plan")


def test_a_check_ends_as_its_worst_finding_says(person: Person) -> None:
    codes = {"pass": 0, "skipped": 0, "warn": 4, "fail": 3, "unknown": 6}
    for world in ("gke", "broken"):
        ran = person.run("--world", world, "check", "-o", "json")
        assert ran.code == codes[ran.document["worst"]]


def test_each_event_of_an_apply_is_valid_and_a_second_writes_nothing(person: Person) -> None:
    first, second = (person.gke("apply", "--yes", "-o", "json") for _ in range(2))
    assert first.code == 0
    for event in (*first.events, *second.events):
        validate(event, "apply-event")
    assert first.events[-1]["event"] == "summary"
    assert first.events[-1]["writes"] > 0
    assert (second.code, second.events[-1]["writes"]) == (0, 0)
    states = {s["id"]: s["state"] for s in person.gke("status", "-o", "json").document["steps"]}
    assert set(states.values()) <= {"ready", "partial"}


def test_a_refused_apply_still_ends_in_a_summary(person: Person) -> None:
    ran = person.gke("apply", "-o", "json")
    assert ran.code == 2
    (event,) = ran.events
    validate(event, "apply-event")
    assert (event["event"], event["writes"], event["exit"]) == ("summary", 0, 2)


def test_explain_is_valid(person: Person) -> None:
    for target in ((), ("database",), ("database.tls",), ("database.password",)):
        validate(person.run("explain", *target, "-o", "json").document, "explain")
