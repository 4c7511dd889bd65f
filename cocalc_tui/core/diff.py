"""Whether a live object already is as wanted, and what differs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml

_SUFFIX = {"": Decimal(1), "m": Decimal("0.001")}
_SUFFIX |= {p: Decimal(1000) ** (n + 1) for n, p in enumerate("kMGTP")}
_SUFFIX |= {f"{p}i": Decimal(1024) ** (n + 1) for n, p in enumerate("KMGTP")}
_QUANTITY = re.compile(r"([0-9.]+)([a-zA-Z]*)")


def same(wanted: Any, live: Any) -> bool:
    """Whether every leaf that is wanted is so in the live value; what the server added does not count.

    Quantities are compared by amount (`1Gi` is `1024Mi`); lists must have the same length and order.
    """
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(same(v, live.get(k)) for k, v in wanted.items())
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return (
            isinstance(live, Sequence)
            and not isinstance(live, str)
            and len(wanted) == len(live)
            and all(same(w, x) for w, x in zip(wanted, live, strict=True))
        )
    if wanted == live:
        return True
    return _amount(wanted) is not None and _amount(wanted) == _amount(live)


def _amount(value: Any) -> Decimal | None:
    match = _QUANTITY.fullmatch(str(value)) if isinstance(value, str | int) else None
    if not match or match[2] not in _SUFFIX:
        return None
    try:
        return Decimal(match[1]) * _SUFFIX[match[2]]
    except InvalidOperation:
        return None


def restrict(live: Any, wanted: Any) -> Any:
    """The part of the live value that the wanted one speaks about, for showing."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return {k: restrict(live[k], v) for k, v in wanted.items() if k in live}
    return live


def as_yaml(value: Any) -> str:
    """A value as block YAML, keys in their order."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100) if value else ""


def unified(before: str, after: str, context: int = 2) -> str:
    """The unified difference of two texts without the file head."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=context)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))
