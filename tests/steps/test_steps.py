"""Every step is whole: it teaches, it is in its place, and what it depends on comes before it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cocalc_tui.core.answers import Answers
from cocalc_tui.core.facts import Facts
from cocalc_tui.core.step import Step
from cocalc_tui.core.topics import Topic
from cocalc_tui.engine.judging import judge
from cocalc_tui.steps import STEPS
from tests.steps.builders import sound

GUIDE = Path("../shared/setup-guide.txt")
ORDER = """tools cluster nodes deploy-key chart namespace registry storage database ingress dns tls
mail site admin values release verify"""
each = pytest.mark.parametrize("step", STEPS, ids=lambda s: s.id)


def test_order() -> None:
    assert [s.id for s in STEPS] == ORDER.split()


def test_one_file_each() -> None:
    files = {p.stem for p in Path("cocalc_tui/steps").glob("*.py")} - {"__init__"}
    assert files == {s.id.replace("-", "_") for s in STEPS}


@each
def test_whole(step: Step) -> None:
    sound(step)
    assert step.title
    assert step.title[0].isupper()
    names = [s.id for s in STEPS]
    for before in step.after:
        assert names.index(before) < names.index(step.id)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", f.name) for f in step.fields)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", c.id) for c in step.checks)
    texts = [step.why, *(f.help for f in step.fields), *(c.explain for c in step.checks)]
    assert all(t.rstrip().endswith((".", ":", "}.")) for t in texts), texts
    assert not any(re.search(r"!|\bplease\b|successfully", t, re.IGNORECASE) for t in texts)


@each
def test_guide_headings(step: Step) -> None:
    if not GUIDE.exists():
        assert all(step.guide)
        return
    lines = {line.strip().rstrip("#").casefold() for line in GUIDE.read_text().splitlines()}
    for heading in step.guide:
        for part in heading.split(": "):
            assert part.rstrip("#").casefold() in lines, heading


def test_nothing_seen_is_never_a_pass_of_what_needs_it() -> None:
    judged = judge(STEPS, Facts(), Answers())
    for step in judged.steps:
        for finding in step.findings:
            check = next(c for c in step.step.checks if f"{step.id}.{c.id}" == finding.check)
            if tuple(check.needs(judged.view)):
                assert finding.verdict.status == "unknown", finding


def test_every_topic_is_bounded() -> None:
    judged = judge(STEPS, Facts(), Answers())
    for need in judged.needs:
        if isinstance(need, Topic):
            assert need.namespace or need.name or need.selector or not need.kind.namespaced, need
            if need.kind.name == "Secret":
                assert need.name or need.metadata_only, need


def test_all_questions_of_an_empty_cluster() -> None:
    judged = judge(STEPS, Facts(), Answers())
    assert {"database.host", "database.password"} <= set(judged.plan.questions)
