"""The values file comes back byte for byte, apart from our own lines; YAML 1.1 and 1.2 read ours alike."""

from __future__ import annotations

import io
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cocalc_tui.core.values import Edited, Setting, ValuesError, edit, lookup, parse, split

OURS = (
    Setting("global.kubectl", "1.33", "tools"),
    Setting("global.database.secretName", "postgresql-password", "database"),
    Setting("global.settings.email_signup", "yes", "site"),
    Setting("global.settings.email_smtp_port", "465", "site"),
    Setting("storage.create", False, "storage"),
    Setting("manage.project.fixPermissionsInit", True, "storage"),
    Setting(
        "global.software",
        {"default": "x", "environments": {"x": {"tag": "1.0", "groups": ["a", "no"]}}},
        "site",
    ),
)
NASTY = {
    "empty": "",
    "blank lines": "\n\n",
    "only comments": "# mine\n\n# more\n",
    "comments everywhere": (
        "# file\nglobal:\n    database:\n        host: db   # mine\n        # below host\n"
        "    # below database\n\n# next\nhub:\n    x: 'a'\n    # end of hub\n# end\n"
    ),
    "no final newline": "global:\n  a: 1",
    "windows": "global:\r\n  a: 1\r\n\r\n# c\r\nhub:\r\n  b: 2\r\n",
    "flow": "global: {a: 1, database: {host: x}}\nother: {}\n",
    "empty flow": "global: {}  # nothing yet\nstorage: {}\n",
    "flow over lines": "global: {\n  a: 1,\n  b: [1, 2],\n}\n",
    "no values": "global:\nstorage:   # later\nhub:\n  x: 1\n",
    "document markers": "---\nglobal:\n  a: 1\n...\n",
    "block scalars": (
        "global:\n  t: |\n    # no comment\n\n    more\n\nhub:\n  x: >-\n    foo\n    bar\n  y: |+\n    z\n\n"
    ),
    "anchors": "base: &b\n  secretName: mine\nglobal:\n  x: *b\nother:\n  <<: *b\n  y: 1\n",
    "letters": "global:\n  n: Zürich ☃ 😀\n  'quoted': \"x\"\n# ünd\n",
    "byte order mark": "\ufeffglobal:\n  a: 1\n",
    "lists": "a:\n- x\n- y: 1\n  z: 2\n# after\nglobal:\n  l:\n  - 1\n  -   two   # odd\n",
    "quotes and spacing": 'global:\n  a:   \'one\'\n  "b":    "two"   # three\n\n\n  c: ~\n',
    "long": "global:\n  a: " + "x " * 200 + "\n",
}


def statuses(edited: Edited) -> dict[str, str]:
    return {e.path: e.status for e in edited.entries}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_file_survives(text: str) -> None:
    before = parse(text)
    edited = edit(text, OURS)
    after = parse(edited.text)
    for setting in OURS:
        assert lookup(after, setting.path) == (True, setting.value)
    assert edit(edited.text, OURS).text == edited.text
    assert set(statuses(edit(edited.text, OURS)).values()) == {"same"}
    if "flow" not in text and "{" not in text:
        kept = [line for line in edited.text.splitlines() if line in text.splitlines()]
        assert kept == text.removeprefix("\ufeff").splitlines() or text.startswith("\ufeff")
        back = edit(edited.text, ()).text
        gone = parse(back)
        assert {k: v for k, v in before.items() if v} == {k: v for k, v in gone.items() if v}
    for entry in edited.entries:
        assert entry.line
        assert split(entry.path)[-1] in edited.text.splitlines()[entry.line - 1]


@pytest.mark.parametrize(
    "name", ["comments everywhere", "block scalars", "lists", "letters", "windows", "long"]
)
def test_taking_our_keys_away_gives_the_user_s_file_back(name: str) -> None:
    text = NASTY[name]
    assert edit(edit(text, OURS).text, ()).text == text


def test_a_changed_answer_changes_one_line() -> None:
    first = edit(NASTY["comments everywhere"], OURS).text
    changed = (*OURS[:2], Setting("global.settings.email_signup", "no", "site"), *OURS[3:])
    second = edit(first, changed)
    assert statuses(second)["global.settings.email_signup"] == "updated"
    pairs = zip(first.splitlines(), second.text.splitlines(), strict=True)
    assert [line.split("#")[0].strip() for old, line in pairs if old != line] == ['email_signup: "no"']


def test_a_changed_mapping_is_replaced_whole() -> None:
    first = edit("a: 1\n", OURS).text
    software = Setting("global.software", {"default": "y"}, "site")
    second = edit(first, (*OURS[:-1], software))
    assert lookup(parse(second.text), "global.software")[1] == {"default": "y"}
    assert parse(second.text)["a"] == 1


def test_a_hand_edit_is_reported_and_stays() -> None:
    text = edit("", OURS).text.replace('email_signup: "yes"', 'email_signup: "no"')
    edited = edit(text, OURS)
    assert edited.text == text
    hand = edited.having("hand")
    assert [(e.path, e.theirs, e.ours) for e in hand] == [("global.settings.email_signup", "no", "yes")]
    assert 'email_signup: "no"' in text.splitlines()[(hand[0].line or 0) - 1]


def test_the_user_s_own_key_is_never_overwritten() -> None:
    text = "global:\n  kubectl: '1.27'   # ours\nstorage:\n  create: false\n"
    edited = edit(text, OURS)
    assert statuses(edited)["global.kubectl"] == "hand"
    assert statuses(edited)["storage.create"] == "same"
    assert "  kubectl: '1.27'   # ours\n" in edited.text
    assert "  create: false\n" in edited.text


def test_what_was_ours_and_changed_by_hand_is_not_taken_away() -> None:
    text = edit("", OURS).text.replace('kubectl: "1.33"', 'kubectl: "1.31"')
    back = edit(text, ())
    assert 'kubectl: "1.31"' in back.text
    assert "global.kubectl" not in statuses(back)
    assert edit(text, (), remove=False).text == text


def test_a_bare_boolean_differs_from_the_text() -> None:
    edited = edit("global:\n  settings:\n    email_signup: yes\n", OURS[2:3])
    assert statuses(edited) == {"global.settings.email_signup": "hand"}


def test_below_a_list_or_an_alias_nothing_is_written() -> None:
    for text in ("global: [1]\n", "global: text\n", "b: &b {x: 1}\nglobal: *b\n"):
        edited = edit(text, OURS[:1])
        assert (edited.text, statuses(edited)) == (text, {"global.kubectl": "hand"})


def test_merged_keys_are_the_user_s() -> None:
    text = "b: &b\n  secretName: mine\nglobal:\n  database:\n    <<: *b\n"
    edited = edit(text, OURS[1:2])
    assert (edited.text, statuses(edited)) == (text, {"global.database.secretName": "hand"})


def test_an_emptied_mapping_is_not_left_as_null() -> None:
    text = edit("global:\n  database:   # our server\n    x: 1\n", OURS[1:2]).text.replace("    x: 1\n", "")
    back = edit(text, ()).text
    assert parse(back) == {"global": {"database": {}}}
    assert "# our server" in back


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a:\n  b: 1\n\tc: 2\n", 3, "tab"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice, first in line 1"),
        ("a:\n  x: 1\n  y: 2\n  x: 3\n", 4, "a.x"),
        ("- 1\n- 2\n", 1, "list"),
        ("hello\n", 1, "mapping"),
        ("a: 1\n---\nb: 2\n", 2, "document"),
        ("a: {b: 1\nc: 2\n", 2, "expected"),
        ("a: !secret x\n", 1, "tag"),
        ("? [a]\n: 1\n", 1, "plain keys"),
        ("a: *nowhere\n", 1, "alias"),
    ],
)
def test_an_unusable_file_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ValuesError) as caught:
        parse(text)
    assert (caught.value.line, said in caught.value.message) == (line, True), str(caught.value)
    with pytest.raises(ValuesError):
        edit(text, OURS)


WORDS = [
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "true",
    "Null",
    "~",
    "1.33",
    "465",
    "0123",
    "1e3",
    "0x1f",
    "1_000",
    "1:30",
    ".inf",
    "",
    " a",
    "a ",
    "#",
    "a: b",
    "- a",
    "2026-01-01",
    "{",
    "=",
    "<<",
    "!x",
    "&a",
    "*a",
    "%",
    "@",
    "`",
    "'",
    '"',
    "\\",
    "\t",
    "\x85",
    "\u2028",
    "\ufeff",
    "\x7f",
    "\x00",
    "日本",
    "😀",
]
texts = st.one_of(st.sampled_from(WORDS), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
scalars = st.one_of(texts, st.booleans(), st.integers(-(10**9), 10**9), st.none())
keys = st.one_of(
    st.sampled_from(["yes", "no", "on", "1", "1.5", "null", "a b"]),
    st.from_regex(r"[a-zA-Z][\w-]{0,8}", fullmatch=True),
)
trees = st.recursive(
    scalars, lambda t: st.one_of(st.lists(t, max_size=3), st.dictionaries(keys, t, max_size=3)), max_leaves=6
)


def read_1_2(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


@settings(max_examples=300, deadline=None)
@given(texts)
def test_settings_are_read_alike_by_both_versions(value: str) -> None:
    text = edit("", (Setting("global.settings.x", value, "site"),)).text
    assert 'x: "' in text
    assert parse(text)["global"]["settings"]["x"] == value
    assert yaml.load(text, Loader=yaml.SafeLoader)["global"]["settings"]["x"] == value
    assert read_1_2(text)["global"]["settings"]["x"] == value


@settings(max_examples=200, deadline=None)
@given(trees)
def test_any_value_is_read_alike_by_both_versions(value: Any) -> None:
    text = edit("a: 1\n", (Setting("b.c", value, "site"),)).text
    assert parse(text) == {"a": 1, "b": {"c": value}}
    assert read_1_2(text) == {"a": 1, "b": {"c": value}}
    assert edit(text, ()).text == "a: 1\n"


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, trees, max_size=4), st.integers(2, 4), st.booleans())
def test_any_file_of_a_user_survives(theirs: dict[str, Any], indent: int, flow: bool) -> None:
    text = (
        yaml.safe_dump(theirs, indent=indent, default_flow_style=flow, allow_unicode=True) if theirs else ""
    )
    edited = edit(text, OURS)
    assert edit(edited.text, OURS).text == edited.text
    for setting in OURS:
        found = lookup(parse(edited.text), setting.path)
        assert found == (True, setting.value) or statuses(edited)[setting.path] == "hand"
    if not flow:
        lines = iter(edited.text.splitlines())
        assert all(line in lines for line in text.splitlines() if line.strip() and "{}" not in line)
