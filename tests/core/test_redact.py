from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.core.redact import MASK, SHORTEST, redact

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=MASK), max_size=60)
SECRET = TEXT.filter(lambda s: len(s.strip()) >= SHORTEST)

WAYS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64 of a login": lambda s: base64.b64encode(f"user:{s}".encode()).decode(),
    "url": lambda s: quote(s, safe=""),
    "form": quote_plus,
    "json": json.dumps,
    "json, not ascii": lambda s: json.dumps(s, ensure_ascii=False),
    "json in json": lambda s: json.dumps(json.dumps({"password": s})),
    "yaml": lambda s: yaml.safe_dump({"password": s}, width=10_000, allow_unicode=True),
    "shell": shlex.quote,
    "repr": repr,
}
CANARIES = [
    "hunter2",
    'it\'s "quoted" $HOME `x` \\ & <b>',
    "päßwörd-ключ-密码",
    "tab\there and  spaces",
    "p+q/r=s&t?u",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n",
]


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_writing_a_secret_gets_through(way: str, canary: str) -> None:
    written = WAYS[way](canary)
    shown = redact(f"before {written} after", [canary])
    assert MASK in shown
    assert canary not in shown
    assert written not in shown
    assert "before" in shown
    assert "after" in shown


def test_a_key_is_masked_when_a_program_indents_it() -> None:
    key = CANARIES[-1]
    assert "MIIEvQ" not in redact("  |\n    " + key.replace("\n", "\n    "), [key])


@given(SECRET, TEXT, TEXT)
def test_the_value_itself_never_stays(secret: str, before: str, after: str) -> None:
    assert secret not in redact(before + secret + after, [secret])


@given(st.lists(SECRET, max_size=4), TEXT)
def test_what_holds_no_secret_stays_as_it_is(secrets: list[str], text: str) -> None:
    shown = redact(text, secrets)
    assert shown == text or MASK in shown


@given(TEXT, st.text(max_size=SHORTEST - 1))
def test_short_values_are_left_alone(text: str, short: str) -> None:
    assert redact(text, [short]) == text


def test_the_longest_of_two_overlapping_secrets_is_masked_whole() -> None:
    assert redact("correct-horse-battery", ["correct", "correct-horse"]) == MASK + "-battery"
