"""Wishes go to key paths that the chart at hand has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cocalc_tui.core.resolve import ChartKeys, Unknown, chart_keys, place, resolve, unknown_keys
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.wish import Candidate, Wish

HOST = Wish(
    "database",
    "host",
    (Candidate("global.database.host", "practice"), Candidate("global.database.server", "guess")),
    "db",
)
NAME = Wish("database", "secret_name", (Candidate("global.database.secretName"),), "postgresql-password")
SIGNUP = Wish("site", "email_signup", (Candidate("global.settings.email_signup"),), False)
PASSWORD = Wish(
    "admin", "password", (Candidate("global.setup_admin.password", "practice"),), SecretRef("env", "P")
)
DEFAULTS: dict[str, Any] = {
    "global": {
        "database": {"server": "", "secretName": "x"},
        "settings": {"dns": ""},
        "setup_admin": {"password": ""},
        "sso": {},
    },
    "hub": {"resources": {"requests": {"cpu": 1}}, "extra": None},
}


def chart(values: dict[str, Any], **more: Any) -> ChartKeys:
    found = chart_keys({"found": True, "values": values, **more})
    assert found
    return found


def practice() -> ChartKeys:
    folder = Path("assets/practice-chart/cocalc")
    subs = {
        p.parent.name: {"values": yaml.safe_load(p.read_text())} for p in folder.glob("charts/*/values.yaml")
    }
    schema = json.loads((folder / "values.schema.json").read_text())
    return chart(yaml.safe_load((folder / "values.yaml").read_text()), subcharts=subs, schema=schema)


def test_the_first_candidate_that_the_chart_has() -> None:
    assert place(HOST, chart(DEFAULTS)) == "global.database.server"
    assert place(HOST, practice()) == "global.database.host"
    assert place(HOST, chart({"replicas": 1})) is None


def test_without_a_chart_only_documented_keys() -> None:
    found = resolve((HOST, NAME, SIGNUP), None, {})
    assert [s.path for s in found.settings] == ["global.database.secretName", "global.settings.email_signup"]
    assert found.unresolved == (HOST,)


@pytest.mark.parametrize(
    ("path", "has"),
    [
        ("global.database.secretName", True),
        ("global.database.port", False),
        ("global.settings.anything", True),
        ("global.sso.google.conf", True),
        ("hub.resources.limits.cpu", True),
        ("hub.extra.anything", True),
        ("hub.extras", False),
        ("nothing.at.all", False),
        ("tags.gpu", True),
    ],
)
def test_which_keys_a_chart_has(path: str, has: bool) -> None:
    assert chart(DEFAULTS).has(path) is has


def test_keys_of_sub_charts_and_of_the_schema() -> None:
    keys = practice()
    assert keys.has("manage.image.tag")
    assert keys.default("manage.image.name") == "manage"
    assert keys.has("hub.multiple_replicas.websocket")
    assert keys.rule("global.settings.email_backend")["enum"]
    assert keys.rule("global.settings.email_enabled") == {"type": "string", "enum": ["yes", "no"]}
    assert not keys.has("global.database.hots")
    own = chart({"sub": {"b": 2}}, subcharts={"sub": {"values": {"a": 1, "b": 1, "global": {"g": 1}}}})
    assert (own.default("sub.a"), own.default("sub.b"), own.default("global.g")) == (1, 2, 1)


def test_overrides_set_any_key_and_choose_the_place_of_an_answer() -> None:
    overrides = {
        "global.database.server": {"from": "database.host"},
        "hub.resources": {"limits": {"cpu": 2}},
        "global.settings.theming": True,
        "hbu.debug": "x",
        "global.x": {"from": "mail.port"},
    }
    found = resolve((HOST, NAME), chart(DEFAULTS), overrides)
    assert {s.path: (s.value, s.step) for s in found.settings} == {
        "global.database.server": ("db", "database"),
        "global.database.secretName": ("postgresql-password", "database"),
        "hub.resources.limits.cpu": (2, "values"),
        "global.settings.theming": ("yes", "values"),
        "hbu.debug": ("x", "values"),
    }
    assert [u.path for u in found.unknown] == ["hbu.debug"]
    assert found.dangling == ("mail.port",)


def test_what_lies_below_a_mapping_becomes_part_of_it() -> None:
    sso = Wish("site", "software", (Candidate("global.sso"),), {"a": {"conf": 1}})
    found = resolve((sso,), chart(DEFAULTS), {"global.sso.a.info": 2})
    assert [(s.path, s.value) for s in found.settings] == [("global.sso", {"a": {"conf": 1, "info": 2}})]


def test_site_settings_are_texts_and_secrets_go_apart() -> None:
    quotas = Wish("site", "default_quotas", (Candidate("global.settings.default_quotas"),), {"cpu": 1})
    found = resolve((SIGNUP, quotas, PASSWORD), chart(DEFAULTS), {})
    assert [s.value for s in found.settings] == ["no", '{"cpu":1}']
    assert found.secrets == (("global.setup_admin.password", SecretRef("env", "P"), "admin"),)


def test_unknown_keys_of_a_file_are_named_once_with_the_nearest() -> None:
    values = {"global": {"databse": {"host": 1, "port": 2}, "settings": {"x": 1}}, "hub": {"resorces": 1}}
    found = unknown_keys(values, practice())
    assert [u.path for u in found] == ["global.databse", "hub.resorces"]
    assert "global.database" in found[0].near
    assert "hub.resources" in found[1].near
    assert unknown_keys({}, practice()) == ()
    assert Unknown("x").near == ()


@pytest.mark.parametrize(
    "document",
    [{}, {"found": False}, {"found": True, "values": None}, {"found": True, "error": "x", "values": {}}],
)
def test_no_keys_of_what_is_no_chart(document: dict[str, Any]) -> None:
    assert chart_keys(document) is None
