"""Each setting has the rule by which the hub accepts or refuses it at its start."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.core.settings import RULES, problem, software_problems, sso_problems


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("site_name", ""),
        ("email_signup", "yes"),
        ("email_signup", "no"),
        ("help_email", "help@example.edu"),
        ("email_smtp_port", "465"),
        ("email_backend", ""),
        ("email_backend", "smtp"),
        ("kucalc", "onprem"),
        ("dns", "cocalc.example.edu"),
        ("dns", "http://localhost:5000"),
        ("ssh_gateway_dns", "ssh.example.edu"),
        ("default_quotas", '{"internet": true, "cpu": 1, "mem_oc": 5}'),
        ("default_quotas", {"cpu": 2}),
        ("max_upgrades", '{"memory": 32000, "always_running": 0}'),
        ("pii_retention", "30 days"),
        ("no_such_setting", 17),
    ],
)
def test_accepted(key: str, value: Any) -> None:
    assert problem(key, value) is None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("email_signup", True, "quoted text"),
        ("email_signup", "true", "exactly yes or no"),
        ("email_signup", "Yes", "exactly yes or no"),
        ("email_smtp_port", 465, "double quotes"),
        ("email_smtp_port", "smtp", "whole number"),
        ("help_email", "", "leave it out"),
        ("help_email", "help@example", "e-mail"),
        ("help_email", "a b@example.edu", "e-mail"),
        ("email_backend", "sendmail", "smtp"),
        ("dns", "https://cocalc.example.edu", "bare host"),
        ("dns", "cocalc.example.edu/base", "without a path"),
        ("ssh_gateway_dns", "", "host name"),
        ("default_quotas", "cpu: 1", "JSON"),
        ("default_quotas", "[1]", "object"),
        ("default_quotas", '{"cpus": 1}', "no part cpus"),
        ("default_quotas", '{"internet": 1}', "true or false"),
        ("max_upgrades", '{"memory": -1}', "0 or more"),
        ("samesite_remember_me", "", "strict"),
    ],
)
def test_refused(key: str, value: Any, said: str) -> None:
    assert said in (problem(key, value) or "")


def test_every_rule_judges_any_value_without_failing() -> None:
    for key in RULES:
        values: tuple[Any, ...] = ("", "x", "yes", "0", "{}", 1, None, True, [], {})
        for value in values:
            found = problem(key, value)
            assert found is None or len(found) > 8


@pytest.mark.parametrize(
    ("providers", "said"),
    [
        ([], "mapping"),
        ({"Google": {"conf": {"type": "oauth2"}}}, "lower-case"),
        ({"sign-in": {"conf": {"type": "oauth2"}}}, "taken"),
        ({"x": {}}, "conf is missing"),
        ({"x": {"conf": {"type": "ldap"}}}, "conf.type"),
        ({"x": {"conf": {"type": "oidc"}, "info": {"doNotHide": True}}}, "do_not_hide"),
    ],
)
def test_sso_refused(providers: Any, said: str) -> None:
    assert said in "; ".join(sso_problems(providers))


def test_sso_accepted() -> None:
    assert (
        sso_problems(
            {"google": {"conf": {"clientID": "x"}}, "idp": {"conf": {"type": "saml-v4"}}, "old": None}
        )
        == ()
    )


@pytest.mark.parametrize(
    ("software", "said"),
    [
        ([], "mapping"),
        ({}, "no environments"),
        ({"default": "a", "environments": {"a": {"title": "A"}}}, "no tag"),
        ({"default": "b", "environments": {"a": {"tag": "1"}}}, "not one of"),
    ],
)
def test_software_refused(software: Any, said: str) -> None:
    assert said in "; ".join(software_problems(software))


def test_software_accepted() -> None:
    assert software_problems({"default": "a", "environments": {"a": {"tag": "1"}}}) == ()
