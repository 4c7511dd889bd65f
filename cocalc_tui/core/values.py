"""The user's `my-values.yaml`: read as Helm reads it (YAML 1.1), edited in place line by line.

Our own keys end in the comment `# cocalc-tui: STEP HASH`, where HASH is of the value that we wrote: so a
value changed by hand is told from an older one of ours without any state beside the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import yaml

from cocalc_tui.core.yaml_text import canonical

HEADER = "# Values of CoCalc for helm. cocalc-tui edits the lines that bear its name; the rest is yours.\n"

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str, ...]
EntryStatus = Literal["set", "same", "updated", "hand", "removed"]


class ValuesError(ValueError):
    """The text is not what Helm takes; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of ours: its dotted path in the file, and the step that wants it."""

    path: str
    value: Any
    step: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one key. `line` counts from 1 in the new text, None for a removed key."""

    path: str
    step: str
    status: EntryStatus
    ours: Any = None
    theirs: Any = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """The text with our values in it, and what became of each key of ours."""

    text: str
    entries: tuple[Entry, ...]

    def having(self, status: EntryStatus) -> tuple[Entry, ...]:
        """The entries of one status."""
        return tuple(e for e in self.entries if e.status == status)


def split(path: str) -> Path:
    r"""The keys of a dotted path; `\.` is a dot inside a key, as for `helm --set`."""
    return tuple(part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path))


def join(path: Sequence[Any]) -> str:
    """The dotted path of keys."""
    return ".".join(str(part).replace(".", "\\.") for part in path)


def lookup(values: Mapping[str, Any], path: str) -> tuple[bool, Any]:
    """Whether a path exists, and its value."""
    found: Any = values
    for part in split(path):
        if not isinstance(found, Mapping) or part not in found:
            return False, None
        found = found[part]
    return True, found


def leaves(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every path that holds no further keys, with its value; empty mappings have none."""
    for key, value in values.items():
        path = (*above, str(key))
        if isinstance(value, Mapping):
            yield from leaves(value, path)
        else:
            yield path, value


@lru_cache(maxsize=64)
def parse(text: str) -> Mapping[str, Any]:
    """The values in a text; empty for an empty one. Raises `ValuesError`. Not to be changed."""
    root = compose(text)
    if root is None:
        return {}
    try:
        values = yaml.load(text.removeprefix("\ufeff"), Loader=Loader)  # noqa: S506 - it is a safe loader
    except yaml.YAMLError as error:
        raise _explained(error, text) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ValuesError(1, f"a value cannot be read: {error}") from None
    assert isinstance(values, dict)  # noqa: S101 - compose saw a mapping
    return values


@lru_cache(maxsize=64)
def compose(text: str) -> yaml.MappingNode | None:
    """The nodes of a text with their places; None for an empty text. Raises `ValuesError`."""
    try:
        root = yaml.compose(text.removeprefix("\ufeff"), Loader=Loader)
    except yaml.YAMLError as error:
        raise _explained(error, text) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and root.value == ""):
        return None
    if not isinstance(root, yaml.MappingNode):
        what = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        line = root.start_mark.line + 1
        raise ValuesError(line, f"the file holds {what}; a values file is a mapping, KEY: VALUE")
    _refuse_duplicates(root, (), set())
    return root


def _refuse_duplicates(node: yaml.Node, path: Path, seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _refuse_duplicates(item, (*path, str(number)), seen)
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise ValuesError(line, "a key is a list or a mapping; only plain keys are allowed")
        name = str(key.value)
        if name in lines and name != "<<":
            again = join((*path, name))
            raise ValuesError(line, f"the key {again} is there twice, first in line {lines[name]}")
        lines[name] = line
        _refuse_duplicates(value, (*path, name), seen)


def _explained(error: yaml.YAMLError, text: str) -> ValuesError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    number = mark.line + 1 if mark else 1
    lines = text.splitlines()
    for at in (number, number - 1):
        if 0 < at <= len(lines) and "\t" in re.match(r"\s*", lines[at - 1])[0]:  # type: ignore[index]
            return ValuesError(at, "a tab in the indentation; YAML allows only spaces there")
    problem = str(getattr(error, "problem", "") or error).split("\n", maxsplit=1)[0]
    if "tab" in problem or "'\\t'" in problem:
        return ValuesError(number, "a tab where YAML allows only spaces")
    if "another document" in problem or "expected a single document" in str(error):
        return ValuesError(number, "a second document begins here; a values file has only one")
    return ValuesError(number, problem)


def edit(text: str, settings: Sequence[Setting], *, remove: bool = True) -> Edited:
    """The text with our settings in it. Keys of others and changed values of ours stay as they are.

    `remove` takes away unchanged keys of ours that are no longer wanted. Raises `ValuesError`.
    """
    wanted = json.dumps([(s.path, s.value, s.step) for s in settings])
    return _edit(text, wanted, remove)


@lru_cache(maxsize=32)
def _edit(text: str, wanted: str, remove: bool) -> Edited:
    from cocalc_tui.core.values_edit import Editor  # it builds on this module

    settings = tuple(Setting(*row) for row in json.loads(wanted))
    return Editor(text, settings, remove).run()


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same to Helm; true and 1 are not."""
    return canonical(a) == canonical(b)
