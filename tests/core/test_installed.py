"""What a release was installed with: masked, as answers, as the rest of a values file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.core.installed import answer, masked, remainder, secrets_of
from cocalc_tui.core.redact import MASK
from cocalc_tui.core.values import Setting, parse
from cocalc_tui.core.wish import Candidate


@pytest.mark.parametrize(
    "key",
    [
        *("password", "setup_registration_token", "email_smtp_password", "sendgrid_key", "apiKey", "secret"),
        *("clientSecret", "passphrase", "credentials", "secret_key", "accessKey"),
    ],
)
def test_a_key_that_names_a_secret_masks_its_value(key: str) -> None:
    assert masked({"a": {key: "canary"}}) == {"a": {key: MASK}}
    assert masked({key: ["canary", {"x": "canary"}]}) == {key: [MASK, {"x": MASK}]}


@pytest.mark.parametrize(
    "key", ["secretName", "existingSecret", "claimName", "monkey", "tokens_per_day", "imagePullSecrets"]
)
def test_other_keys_stay(key: str) -> None:
    assert masked({key: "shown", "list": [{key: 1}]}) == {key: "shown", "list": [{key: 1}]}


@pytest.mark.parametrize(
    "text", ["-----BEGIN RSA PRIVATE KEY-----\nabc", "postgres://cocalc:canary@db/x", "redis://a:b@c"]
)
def test_a_text_that_is_a_secret_by_its_form_is_masked(text: str) -> None:
    assert masked({"harmless": text}) == {"harmless": MASK}


def test_single_sign_on_is_masked_whole() -> None:
    found = masked({"global": {"sso": {"google": {"conf": {"clientID": "canary", "on": True}}}}})
    assert found == {"global": {"sso": {"google": {"conf": {"clientID": MASK, "on": True}}}}}


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        ("db", "text", "db"),
        (5433, "number", 5433),
        (5433.0, "number", 5433),
        (2024, "text", "2024"),
        (True, "flag", "yes"),
        (False, "flag", "no"),
        ("no", "flag", "no"),
        (True, "text", None),
        ("", "text", None),
        (MASK, "text", None),
        ({"a": 1}, "text", None),
        (["a"], "text", None),
        (None, "text", None),
    ],
)
def test_an_answer_from_the_release(value: Any, kind: str, wanted: Any) -> None:
    paths = (Candidate("a.no"), Candidate("a.b"))
    assert answer(paths, kind, {"a": {"b": value}}) == wanted


def test_the_remainder_is_what_no_setting_gives() -> None:
    installed = {
        "global": {"settings": {"site_name": "A", "dns": "yes"}, "setup_admin": {"password": MASK}},
        "mine": {"list": [1, {"x": "no"}], "empty": {}, "hidden": [{"password": MASK}]},
    }
    text = remainder(installed, [Setting("global.settings.site_name", "B", "site")])
    assert parse(text) == {
        "global": {"settings": {"dns": "yes"}},
        "mine": {"list": [1, {"x": "no"}], "empty": {}},
    }
    assert remainder({"a": 1}, [Setting("a", 1, "site")]) == ""


keys = st.sampled_from(["a", "b.c", "password", "token", "name", "sso", "yes", "3"])
leaves = st.none() | st.booleans() | st.integers(-9, 99) | st.text("ab :'\"\\\n#yéno", max_size=6)
trees = st.dictionaries(
    keys,
    st.recursive(leaves, lambda t: st.lists(t, max_size=2) | st.dictionaries(keys, t, max_size=3)),
    max_size=4,
)


@given(trees)
def test_remainder_and_secrets_together_are_everything(values: dict[str, Any]) -> None:
    shown, secret = masked(values), secrets_of(values)
    assert together(parse(remainder(shown, [])), secret) == without_empty(values)
    assert MASK not in remainder(shown, [])


def together(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    return {k: together(one.get(k, {}), other[k]) if k in other else one[k] for k in {**one, **other}}


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Mappings that hold nothing but what was taken out are left out with it, on both sides."""
    return values
