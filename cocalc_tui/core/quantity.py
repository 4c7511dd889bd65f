"""Quantities of Kubernetes: `500m`, `8Gi`, `100G`, `1e3`."""

from __future__ import annotations

import re
from fractions import Fraction

_FORM = re.compile(
    r"([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d{1,2}))?"
)
_BINARY = {suffix: Fraction(1024) ** (n + 1) for n, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))}
_DECIMAL = {
    suffix: Fraction(1000) ** n
    for suffix, n in {"n": -3, "u": -2, "m": -1, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}.items()
}
_UNITS = {**_BINARY, **_DECIMAL}
GB = 10**9


def amount(text: object) -> Fraction | None:
    """The exact amount in cores, bytes or pieces; None where the text is no quantity."""
    match = _FORM.fullmatch(str(text).strip())
    if match is None:
        return None
    sign, number, suffix, exponent = match.groups()
    value = Fraction(number) * (_UNITS[suffix] if suffix else 1)
    if exponent:
        value *= Fraction(10) ** int(exponent)
    return Fraction(-value if sign == "-" else value)


def positive(text: str, view: object = None) -> str | None:
    """The error text of a size field; None where it is a size above zero."""
    value = amount(text)
    if value is None:
        return "use a size such as 100Gi or 2Ti"
    return None if value > 0 else "the size must be above zero"


def gigabytes(value: Fraction) -> str:
    """Bytes as the guide counts them, in decimal gigabytes: `102 GB`, `7.8 GB`."""
    size = value / GB
    return f"{float(size):.1f} GB".replace(".0 GB", " GB") if size < 10 else f"{float(size):.0f} GB"


def cores(value: Fraction) -> str:
    """CPU cores: `1.9`, `4`."""
    return f"{float(value):.1f}".removesuffix(".0")
