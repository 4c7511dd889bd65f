"""The step storage: class, reclaim policy and names."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.answers import Source
from cocalc_tui.core.findings import Status
from cocalc_tui.steps.storage import STEP
from tests.steps.builders import judge, sound, view
from tests.steps.storage_objects import (
    BOTH,
    LATE,
    NFS,
    ODD,
    RWX,
    SMB,
    STANDARD,
    claim,
    of_class,
    seen,
)


def test_it_is_declared_whole() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("classes", "detected"),
    [
        ((STANDARD, RWX), "standard-rwx"),
        ((STANDARD, RWX, NFS), "nfs"),
        ((STANDARD,), ""),
        ((ODD,), ""),
        ((SMB,), ""),
        ((RWX, LATE), ""),
        ((), ""),
    ],
)
def test_the_class_is_detected_where_there_is_no_doubt(classes: tuple[Any, ...], detected: str) -> None:
    assert seen(*classes).text("storage.class") == detected


def test_a_claim_that_is_there_tells_the_class() -> None:
    found = seen(STANDARD, RWX, NFS, data=claim("projects-data", of="old"))
    assert found.text("storage.class") == "old"
    answer = found.answer("storage.class")
    assert answer is not None
    assert answer.source is Source.DETECTED


def test_the_class_is_asked_only_for_a_claim_to_be_made() -> None:
    field = STEP.field("class")
    assert field is not None
    assert field.needed(seen(RWX))
    assert not field.needed(seen(RWX, **BOTH))
    assert not field.needed(seen(RWX, create="none"))
    assert not field.needed(view(steps=(STEP,)))


def test_choices_say_what_each_class_can_do() -> None:
    field = STEP.field("class")
    assert field is not None
    assert field.choices is not None
    rows = {c.value: (c.fits, c.note, c.detail) for c in field.choices(seen(STANDARD, RWX, NFS, ODD, SMB))}
    assert rows == {
        "standard": (False, "ReadWriteOnce only", "Persistent Disk, deletes data"),
        "standard-rwx": (True, "ReadWriteMany", "Filestore, deletes data"),
        "nfs": (True, "ReadWriteMany", "NFS in the cluster, keeps data"),
        "scratch": (None, "not known", "provisioner acme.edu/scratch"),
        "azurefile": (False, "not usable", "Azure Files over SMB, deletes data"),
    }


@pytest.mark.parametrize(
    ("classes", "answers", "status"),
    [
        ((STANDARD, RWX), {}, Status.PASS),
        ((STANDARD, RWX), {"class": "standard"}, Status.FAIL),
        ((STANDARD, SMB), {"class": "azurefile"}, Status.FAIL),
        ((STANDARD, RWX), {"class": "gone"}, Status.FAIL),
        ((ODD,), {"class": "scratch"}, Status.WARN),
        ((STANDARD,), {}, Status.FAIL),
        ((RWX, LATE), {}, Status.FAIL),
        ((), {}, Status.FAIL),
        ((), {"create": "none"}, Status.SKIPPED),
        ((STANDARD,), {**BOTH}, Status.SKIPPED),
    ],
)
def test_class(classes: tuple[Any, ...], answers: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "class", seen(*classes, **answers)).status is status


def test_a_class_that_cannot_is_met_with_those_that_can() -> None:
    assert "standard-rwx" in judge(STEP, "class", seen(STANDARD, RWX, **of_class("standard"))).remedy
    assert "nfs-ganesha" in judge(STEP, "class", seen(STANDARD)).remedy


@pytest.mark.parametrize(
    ("classes", "more", "status", "words"),
    [
        ((NFS,), {}, Status.PASS, "Retain"),
        ((RWX,), {}, Status.PASS, "Delete"),
        ((RWX,), {"create": "chart"}, Status.WARN, "helm uninstall"),
        ((), {}, Status.SKIPPED, "needs a class"),
        (
            (RWX,),
            {**BOTH, "volumes": {"pv-projects-data": "Retain", "pv-projects-software": "Retain"}},
            Status.PASS,
            "Retain",
        ),
        (
            (RWX,),
            {**BOTH, "volumes": {"pv-projects-data": "Retain", "pv-projects-software": "Delete"}},
            Status.PASS,
            "Delete",
        ),
    ],
)
def test_reclaim(classes: tuple[Any, ...], more: dict[str, Any], status: Status, words: str) -> None:
    verdict = judge(STEP, "reclaim", seen(*classes, **more))
    assert verdict.status is status
    assert words in verdict.summary


def test_the_volume_to_keep_is_named() -> None:
    volumes = {"pv-projects-data": "Retain", "pv-projects-software": "Delete"}
    assert (
        "kubectl patch pv pv-projects-software"
        in judge(STEP, "reclaim", seen(RWX, **BOTH, volumes=volumes)).detail
    )


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({}, Status.PASS),
        ({"software_claim": "projects-data"}, Status.FAIL),
        ({"data_claim": "Projects"}, Status.FAIL),
    ],
)
def test_names(answers: dict[str, Any], status: Status) -> None:
    assert judge(STEP, "names", seen(RWX, **answers)).status is status


def test_equal_names_make_nothing() -> None:
    assert STEP.actions(seen(RWX, software_claim="projects-data")) == ()
    field = STEP.field("software_claim")
    assert field is not None
    assert field.check is not None
    assert "differ" in str(field.check("projects-data", seen(RWX)))
