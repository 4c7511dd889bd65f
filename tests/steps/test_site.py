"""Site settings: each by the hub's own rule, before it would refuse to start."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.findings import Status
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.core.view import View
from cocalc_tui.steps.site import STEP
from tests.steps.builders import judge, sound, values, view

SSO = Probe.of("file", path="sso.yaml", masked=True)
SOFTWARE = Probe.of("file", path="soft.yaml", masked=True)


def site(**answers: Any) -> View:
    return view({}, {f"site.{k}": v for k, v in answers.items()})


def file(field: str, text: str, **document: Any) -> View:
    probe = SSO if field == "sso" else SOFTWARE
    seen = {"exists": True, "text": text, "sha256": "x", "error": None, **document}
    return view({probe: seen}, {f"site.{field}": probe.text("path")})


def test_sound() -> None:
    sound(STEP)


@pytest.mark.parametrize(
    ("name", "given", "status", "said"),
    [
        ("settings", site(), Status.PASS, "defaults"),
        ("settings", site(name=""), Status.PASS, "defaults"),
        ("settings", site(name="A", email_signup="no"), Status.PASS, "2 settings valid"),
        ("settings", site(help_email="nobody"), Status.FAIL, "help_email must be an e-mail"),
        ("settings", site(email_signup="maybe"), Status.FAIL, "exactly yes or no"),
        ("settings", site(default_quotas="{cpu: 1}"), Status.FAIL, "JSON"),
        ("settings", site(max_upgrades='{"cpus": 1}'), Status.FAIL, "no part cpus"),
        ("pitfalls", site(), Status.PASS, "agree"),
        ("pitfalls", site(verify_emails=True), Status.WARN, "no mail"),
        (
            "pitfalls",
            view({}, {"site.anonymous_signup": "yes", "admin.registration_token": SecretRef("env", "T")}),
            Status.WARN,
            "registration token",
        ),
        ("sso", site(), Status.SKIPPED, "no file"),
        ("sso", file("sso", "google: {conf: {type: oauth2}}"), Status.PASS, "1 entries"),
        ("sso", file("sso", "Google: {conf: {type: oauth2}}"), Status.FAIL, "lower-case"),
        ("sso", file("sso", "a: 1\na: 2\n"), Status.FAIL, "line 2"),
        ("sso", file("sso", "", exists=False), Status.FAIL, "does not exist"),
        ("sso", file("sso", "", error="permission denied"), Status.FAIL, "permission denied"),
        ("software", site(), Status.SKIPPED, "no file"),
        ("software", file("software", "default: a\nenvironments: {a: {tag: '1'}}"), Status.PASS, "soft.yaml"),
        ("software", file("software", "default: a\nenvironments: {a: {}}"), Status.FAIL, "no tag"),
    ],
)
def test_judgement(name: str, given: View, status: Status, said: str) -> None:
    found = judge(STEP, name, given)
    assert found.status is status, found
    assert said in found.summary


def test_only_answered_settings_are_written() -> None:
    assert values(STEP, site()) == {}
    given = site(
        name="yes", email_signup=False, share_server="on", default_quotas='{"cpu":1}', datastore="no"
    )
    assert values(STEP, given) == {
        "global.settings.site_name": "yes",
        "global.settings.email_signup": "no",
        "global.settings.share_server": "yes",
        "global.settings.default_quotas": '{"cpu":1}',
        "global.datastore.enabled": False,
    }


def test_files_go_where_their_secrets_are_safe() -> None:
    given = file("sso", "google: {conf: {type: oauth2}}")
    assert values(STEP, given) == {"global.sso": SecretRef("file", "sso.yaml", document=True)}
    software = file("software", "default: a\nenvironments: {a: {tag: '1'}}")
    assert values(STEP, software) == {
        "global.software": {"default": "a", "environments": {"a": {"tag": "1"}}}
    }
    assert values(STEP, file("software", "a: [")) == {}


def test_the_screen_says_at_once_what_is_wrong() -> None:
    email, signup = STEP.field("help_email"), STEP.field("email_signup")
    assert email
    assert signup
    assert email.check
    assert signup.check
    assert email.check("x", site(help_email="x"))
    assert email.check("a@b.de", site(help_email="a@b.de")) is None
    assert signup.check("true", site(email_signup="true")) is None


def test_summary() -> None:
    assert STEP.summary
    assert STEP.summary(site(name="Acme CoCalc")) == "Acme CoCalc, 1 setting valid"
