"""Versions of tools and servers, compared by their numbers."""

from __future__ import annotations

import re

Version = tuple[int, int, int]
_NUMBERS = re.compile(r"(?<![\d.])v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?")


def version(text: object) -> Version | None:
    """The first version in a text: `v1.33.5-gke.1162000` is (1, 33, 5), `1.27` is (1, 27, 0)."""
    match = _NUMBERS.search(str(text or ""))
    if match is None:
        return None
    major, minor, patch = match.groups()
    return int(major), int(minor), int(patch or 0)


def full(value: Version) -> str:
    """All three numbers: `1.33.5`."""
    return ".".join(str(n) for n in value)


def minor(value: Version) -> str:
    """The first two numbers: `1.33`."""
    return f"{value[0]}.{value[1]}"


def skew(one: Version, other: Version) -> int | None:
    """How many minor versions lie between; None across major versions."""
    return abs(one[1] - other[1]) if one[0] == other[0] else None


def like(value: Version, example: object) -> str:
    """The version written as an example is: `1.27` asks for the minor, `v1.27.3` for all of it."""
    text = str(example or "").strip()
    prefix = "v" if text.startswith("v") else ""
    return prefix + (full(value) if text.count(".") >= 2 else minor(value))
