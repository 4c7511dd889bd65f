from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.adapters.yaml_load import Broken, load, load_all


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("'yes'", "yes"),
        ("0777", 0o777),
        ("0x1f", 31),
        ("1_000", 1000),
        ("08", 8.0),
        ("1e3", 1000.0),
        (".inf", "inf"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"),
        ("10Gi", "10Gi"),
        ("~", None),
        ("!!binary aGk=", "hi"),
        ("{2: a, true: b, null: c}", {"2": "a", "true": "b", "null": "c"}),
        ("", None),
    ],
)
def test_a_value_is_what_helm_makes_of_it(text: str, value: Any) -> None:
    assert load(text) == value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb:\n\t- x\n", 3),
        ("a: b: c", 1),
        ("a: 1\nb: *nowhere", 2),
        ("? [a]\n: b", 1),
        ("a: !!python/object:os.system x", 1),
        ("[ " * 3000, 1),
        ("a: \0", 0),
        ("a: 1\n---\nb: 2", 0),
    ],
)
def test_what_is_no_yaml_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Broken) as caught:
        load(text)
    assert caught.value.line == line


def test_nested_aliases_do_not_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, 10)]
    with pytest.raises(Broken, match="over 1,000,000 values"):
        load("\n".join(lines))


def test_a_stream_of_documents() -> None:
    assert list(load_all("a: 1\n---\n---\nb: 2\n")) == [{"a": 1}, None, {"b": 2}]
