"""The answers file is read strictly: each mistake is named with its line, and no secret passes in clear."""

from __future__ import annotations

import pytest
import yaml

from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.step import Field, Step
from cocalc_tui.engine.answers_file import dump, merge, parse, parse_set
from cocalc_tui.errors import UsageError

STEPS = (
    Step(
        "database",
        "Database",
        "Base",
        "why",
        fields=(
            Field("host", "Host", "help"),
            Field("port", "Port", "help", kind="number"),
            Field("password", "Password", "help", kind="secret"),
        ),
    ),
    Step(
        "site",
        "Site",
        "Site",
        "why",
        fields=(
            Field("signup", "Sign-up", "help", kind="flag"),
            Field("quotas", "Q", "help", kind="mapping"),
        ),
    ),
)


def test_values_and_references() -> None:
    text = """
version: 1
answers:
  database: {host: db.example.edu, port: 5432, password: {env: PW}}
  site: {signup: yes, quotas: {cpu: 1}}
"""
    answers = parse(text, STEPS, "a.yaml")
    found = answers.get("database", "password")
    assert found is not None
    assert (found.value, found.source) == (SecretRef("env", "PW"), Source.FILE)
    assert answers.get("site", "signup").value is True  # type: ignore[union-attr]  # it was given
    assert dict(answers.get("site", "quotas").value) == {"cpu": 1}  # type: ignore[union-attr,arg-type]  # it was given


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("version: 1\nanswers:\n  databse: {}\n", 3, "nearest is database"),
        ("version: 1\nanswers:\n  database:\n    hots: x\n", 4, "nearest is host"),
        ("version: 1\nanswers:\n  database:\n    password: hunter22\n", 4, "secret"),
        ("version: 1\nanswers:\n  database:\n    password: {plain: hunter22}\n", 4, "secret"),
        ("version: 1\nanswers:\n  database:\n    port: many\n", 4, "whole number"),
        ("version: 1\nanswers:\n  site:\n    signup: perhaps\n", 4, "yes or no"),
        ("version: 2\nanswers: {}\n", 1, "version must be 1"),
        ("answers: {}\n", 1, "version must be 1"),
        ("version: 1\nanswers:\n  database: [\n", 4, ""),
        ("version: 1\nanswers:\n  database: {host: a}\n  database: {host: b}\n", 4, "twice"),
        ("version: 1\nanswers:\n\tdatabase: x\n", 3, ""),
        ("- version\n", 1, "must be a mapping"),
    ],
)
def test_each_mistake_names_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, STEPS, "a.yaml")
    assert f"a.yaml, line {line}" in caught.value.message
    assert said in caught.value.message + caught.value.remedy
    assert "hunter22" not in caught.value.message + caught.value.remedy


@pytest.mark.parametrize("text", ["", "# nothing\n", "version: 1\n", "version: 1\nanswers:\n  site:\n"])
def test_an_empty_file_answers_nothing(text: str) -> None:
    assert parse(text, STEPS, "a.yaml") == Answers()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("database.host", "STEP.FIELD=VALUE"),
        ("host=x", "STEP.FIELD=VALUE"),
        ("databas.host=x", "nearest is database"),
        ("database.hst=x", "nearest is host"),
        ("database.password=hunter22", "secret"),
        ("site.quotas=[", "mapping"),
    ],
)
def test_set_is_as_strict(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_set([text], STEPS)
    assert said in caught.value.message
    assert "hunter22" not in caught.value.message + caught.value.remedy


def test_precedence_and_empty_is_an_answer() -> None:
    low = parse("version: 1\nanswers: {database: {host: low}}", STEPS, "a")
    high = parse_set(["database.host="], STEPS)
    found = merge(high, low).get("database", "host")
    assert found is not None
    assert (found.value, found.source) == ("", Source.SET)


def test_dump_reads_back_and_leaves_memory_out() -> None:
    answers = parse_set(["database.host=h", "database.password=env:PW", "site.signup=no"], STEPS)
    again = parse(dump(answers, STEPS), STEPS, "again")
    assert again.get("database", "password").value == SecretRef("env", "PW")  # type: ignore[union-attr]  # it was dumped
    typed = answers.put("database", "password", SecretRef("memory", "database.password#1"), Source.YOU)
    text = dump(typed, STEPS)
    assert "password" not in yaml.safe_load(text)["answers"]["database"]
    assert "database.password: typed" in text
