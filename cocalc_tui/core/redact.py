"""Takes secrets out of text by their value, however the value is escaped."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "●●●●●●●●"
SHORTEST = 4  # a shorter value would mask half the text and hide nothing
LINE = 20  # lines of a key are secrets by themselves; its short last line is not


def _base64(value: str) -> Iterator[str]:
    """The value encoded alone, and as it shows inside a longer text encoded, at each of three offsets."""
    raw = value.encode("utf-8", "surrogatepass")
    yield base64.b64encode(raw).decode()
    for offset, first in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        inner = encoded[first : (offset + len(raw)) * 8 // 6]
        if len(inner) >= 2 * SHORTEST:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
    yield base64.urlsafe_b64encode(raw).decode()


def _json(value: str) -> Iterator[str]:
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield once
        yield json.dumps(once, ensure_ascii=ascii_only)[1:-1]
    # Go's encoder escapes these three as well
    go = json.dumps(value)[1:-1].replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    yield go
    yield json.dumps(go)[1:-1]


def _escaped(value: str) -> Iterator[str]:
    yield value
    yield from _base64(value)
    yield from _json(value)
    encoded = value.encode("utf-8", "surrogatepass")
    yield quote(encoded, safe="")
    yield quote(encoded)
    yield quote_plus(encoded)
    yield value.replace("'", "''")  # YAML, single-quoted
    yield repr(value)[1:-1]
    yield shlex.quote(value)
    yield value.replace("'", "'\\''")
    yield re.sub(r"([^\w@%+=:,./-])", r"\\\1", value)
    for symbols in ('"\\$`', '"\\'):
        yield re.sub("([" + re.escape(symbols) + "])", r"\\\1", value)


def forms(secret: str) -> set[str]:
    """Every way in which a secret value may stand in a text."""
    lines = [secret.strip()]
    if "\n" in secret:
        lines += [line.strip() for line in secret.splitlines() if len(line.strip()) >= LINE]
    return {form for value in {secret, *lines} for form in _escaped(value) if len(form.strip()) >= SHORTEST}


def pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """One expression that finds any of the secrets, the longest first; None where there is none to find."""
    found = {form for secret in secrets if len(secret.strip()) >= SHORTEST for form in forms(secret)}
    if not found:
        return None
    return re.compile("|".join(re.escape(form) for form in sorted(found, key=len, reverse=True)))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with every occurrence of a secret masked. Values under four characters are ignored."""
    found = pattern(secrets)
    return found.sub(MASK, text) if found else text
