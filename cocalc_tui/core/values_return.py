"""A line of the values file that was changed by hand, given back to this tool."""

from __future__ import annotations

from typing import Any

import yaml

from cocalc_tui.core.values import ValuesError, compose, lookup, parse, split
from cocalc_tui.core.values_places import MARK, Places, is_alias
from cocalc_tui.core.yaml_text import canonical, short_hash


def give_back(text: str, path: str, step: str) -> str:
    """The text with our mark at a key, for the value that stands there: the next edit may change it.

    Raises `ValuesError` where the form of that line cannot bear a mark.
    """
    found = _entry(text, path)
    if found is None:
        raise ValuesError(1, f"{path} cannot be marked in this form of the file; change it by hand")
    key, value = found
    places = Places(text.removeprefix("\ufeff"))
    one_line = key.start_mark.line == value.start_mark.line == value.end_mark.line
    at = max(value.end_mark.index, key.end_mark.index) if one_line else key.end_mark.index
    end = places.next_line(at)
    line = places.text[at:end]
    bare = MARK.sub("", line.rstrip("\r\n")).rstrip()
    mark = f"  # cocalc-tui: {step} {short_hash(lookup(parse(text), path)[1])}"
    newline = line[len(line.rstrip("\r\n")) :]
    bom = text[: len(text) - len(places.text)]
    new = bom + places.text[:at] + bare + mark + newline + places.text[end:]
    if canonical(parse(new)) != canonical(parse(text)):
        raise ValuesError(key.start_mark.line + 1, f"{path} cannot bear a mark; change it by hand")
    return new


def _entry(text: str, path: str) -> tuple[Any, Any] | None:
    node: Any = compose(text)
    found = None
    for part in split(path):
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            return None
        found = next(((k, v) for k, v in node.value if k.value == part), None)
        if found is None or is_alias(*found):
            return None
        node = found[1]
    return found
