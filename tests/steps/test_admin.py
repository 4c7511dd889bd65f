"""The first administrator: address and password together, or neither."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.findings import Status
from cocalc_tui.core.release import topic_of
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.view import View
from cocalc_tui.steps.admin import STEP
from tests.steps.builders import judge, sound, values, view

PW, TOKEN = SecretRef("env", "PW"), SecretRef("env", "TOKEN")
GOOD = {"sha256": "aa", "length": 12, "edges": False, "error": None}
UNSET = {"sha256": "", "length": 0, "edges": False, "error": "PW is not set"}
RELEASE = {
    "metadata": {"name": "sh.helm.release.v1.cocalc.v1", "labels": {"version": "1", "status": "deployed"}}
}


def admin(secret: Any = GOOD, *, installed: bool = False, **answers: Any) -> View:
    given = {f"admin.{k}": v for k, v in answers.items()}
    facts: dict[Any, Any] = {PW.probe(): secret, TOKEN.probe(): secret, topic_of(view()): ()}
    if installed:
        facts[topic_of(view())] = [RELEASE]
    return view(facts, given)


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("both", admin(), Status.PASS, "none wanted"),
        ("both", admin(email="a@b.de", password=PW), Status.PASS, "a@b.de"),
        ("both", admin(email="a@b.de"), Status.FAIL, "no password for a@b.de"),
        ("both", admin(password=PW), Status.FAIL, "no address"),
        ("both", admin(email="a@b.de", installed=True), Status.PASS, "first start"),
        ("address", admin(), Status.SKIPPED, "no address"),
        ("address", admin(email="a@b.de"), Status.PASS, "a@b.de"),
        ("address", admin(email="ada"), Status.FAIL, "e-mail address"),
        ("password", admin(), Status.SKIPPED, "no password"),
        ("password", admin(password=PW), Status.PASS, "12 characters"),
        ("password", admin({**GOOD, "length": 7}, password=PW), Status.FAIL, "7 characters"),
        ("password", admin({**GOOD, "length": 65}, password=PW), Status.FAIL, "65 characters"),
        ("password", admin({**GOOD, "length": 64}, password=PW), Status.PASS, "64 characters"),
        ("password", admin({**GOOD, "edges": True}, password=PW), Status.FAIL, "white space"),
        ("password", admin(UNSET, password=PW), Status.FAIL, "PW is not set"),
        ("password", admin(UNSET, password=PW, installed=True), Status.SKIPPED, "not needed again"),
        ("token", admin(), Status.SKIPPED, "no token"),
        ("token", admin({**GOOD, "length": 3}, registration_token=TOKEN), Status.PASS, "set"),
        ("token", admin({**GOOD, "length": 0}, registration_token=TOKEN), Status.FAIL, "empty"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_values() -> None:
    whole = admin(email=" a@b.de ", password=PW, name="Ada", registration_token=TOKEN)
    assert values(STEP, whole) == {
        "global.setup_admin.email": "a@b.de",
        "global.setup_admin.name": "Ada",
        "global.setup_admin.password": PW,
        "global.setup_registration_token": TOKEN,
    }
    assert values(STEP, admin()) == {}
    assert values(STEP, admin(name="Ada")) == {}
    assert values(STEP, admin(UNSET, email="a@b.de", password=PW)) == {"global.setup_admin.email": "a@b.de"}


def test_nothing_of_it_has_a_public_key() -> None:
    wishes = STEP.values(admin(email="a@b.de", password=PW, registration_token=TOKEN))
    assert all(c.confidence != "documented" for w in wishes for c in w.candidates)


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(admin(email="a@b.de", password=PW)) == "a@b.de"
