"""Reads YAML as helm reads it, into plain JSON values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

LARGEST = 1_000_000  # values in one document; a few nested aliases could make it billions


class Broken(ValueError):
    """No YAML; the text names the line."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


class _Loader(yaml.CSafeLoader):
    """YAML 1.1 without the parts that helm's reader does not know: dates and numbers to base 60."""

    yaml_implicit_resolvers = {  # noqa: RUF012 PyYAML's own declaration
        first: [
            (tag, regexp)
            for tag, regexp in resolvers
            if tag.rpartition(":")[2] not in ("timestamp", "int", "float")
        ]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"[-+]?(?:0b[01][01_]*|0o?[0-7][0-7_]*|0|[1-9][0-9_]*|0x[0-9a-fA-F][0-9a-fA-F_]*)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"(?:[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def load(text: str) -> Any:
    """One document. Raises `Broken`."""
    documents = list(load_all(text))
    if len(documents) > 1:
        raise Broken("several documents where one is expected")
    return documents[0] if documents else None


def load_all(text: str) -> Iterator[Any]:
    """All documents of a stream. Raises `Broken`."""
    left = [LARGEST]
    try:
        for document in yaml.load_all(text, _Loader):
            yield _plain(document, left)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Broken(str(error.problem or error.context), mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        raise Broken(str(error).splitlines()[0]) from None
    except RecursionError:
        raise Broken("nested too deeply") from None
    except ValueError as error:
        raise error if isinstance(error, Broken) else Broken(str(error)) from None


def _plain(value: Any, left: list[int]) -> Any:
    """As JSON has it: keys are texts, no sets, no bytes, no infinite numbers."""
    left[0] -= 1
    if left[0] < 0:
        raise Broken(f"over {LARGEST:,} values")
    if isinstance(value, dict):
        return {_key(key): _plain(item, left) for key, item in value.items()}
    if isinstance(value, (list, set, tuple)):
        return [_plain(item, left) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _key(key: Hashable) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str)
