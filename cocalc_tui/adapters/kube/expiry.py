"""When a login ends, as far as the client's own certificate or token tells."""

from __future__ import annotations

import base64
import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

TIME = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}  # UTCTime, GeneralizedTime


def of_token(authorization: str) -> float | None:
    """The `exp` of a bearer token that is a JWT, as Unix time in seconds."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(claims["exp"])
    except (ValueError, KeyError, TypeError):
        return None


def of_certificate(path: str) -> float | None:
    """The end of the first certificate of a PEM file, as Unix time in seconds."""
    try:
        text = Path(path).read_text(encoding="ascii", errors="ignore")
        first = text[text.index("-----BEGIN CERTIFICATE-----") :].partition("-----END CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert(first[0] + first[1])
        return _not_after(der)
    except (OSError, ValueError, IndexError):
        return None


def _not_after(der: bytes) -> float:
    """RFC 5280, 4.1: Certificate > tbsCertificate > [version], serial, algorithm, issuer, validity."""
    _, start, _ = _element(der, 0)
    _, at, _ = _element(der, start)
    tag, _, end = _element(der, at)
    if tag == 0xA0:  # the version is there in all but the oldest
        at = end
    for _ in ("serial", "algorithm", "issuer"):
        _, _, at = _element(der, at)
    _, at, _ = _element(der, at)
    _, _, at = _element(der, at)  # notBefore
    tag, start, end = _element(der, at)
    return datetime.strptime(der[start:end].decode(), TIME[tag]).replace(tzinfo=UTC).timestamp()


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Tag, and where the content of a DER element begins and ends."""
    length = der[at + 1]
    start = at + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(der[start : start + size], "big")
        start += size
    return der[at], start, start + length
