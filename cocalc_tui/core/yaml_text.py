"""Values as YAML text that YAML 1.1 (Helm) and YAML 1.2 read alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "inf", "nan"])
# Allowed in JSON text, but a line break or not printable in YAML
_ESCAPED = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def canonical(value: Any) -> str:
    """JSON that is equal for equal values, and differs for 1 and true."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def short_hash(value: Any) -> str:
    """Six hex digits that tell whether a value was changed by hand."""
    return sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()[:6]


def quote(text: str) -> str:
    """Text between double quotes."""
    return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(text, ensure_ascii=False))


def inline(value: Any, *, quoted: bool = False) -> str:
    """A value on one line. Text is quoted where it could be read as anything else, or if `quoted`."""
    if isinstance(value, str):
        plain = not quoted and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else quote(value)
    if isinstance(value, Mapping):
        pairs = (f"{inline(str(k))}: {inline(v, quoted=quoted)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(v, quoted=quoted) for v in value) + "]"
    return json.dumps(value)


def block(
    key: str, value: Any, *, indent: int, width: int, note: str = "", quoted: bool = False
) -> list[str]:
    """A key with its value as lines; mappings get a line for each key. `note` ends the first line."""
    start = " " * indent + inline(key) + ":"
    tail = f"  # {note}" if note else ""
    if not isinstance(value, Mapping) or not value:
        return [f"{start} {inline(value, quoted=quoted)}{tail}"]
    lines = [start + tail]
    for name, item in value.items():
        lines += block(str(name), item, indent=indent + width, width=width, quoted=quoted)
    return lines
