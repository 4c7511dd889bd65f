"""Hashes that stand for secret values: the same wherever a value is looked at."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

DOCKER_CONFIG = ".dockerconfigjson"
PREFIX = "sha256:"


def text_hash(value: str) -> str:
    """SHA-256 of a text, in hex without a prefix."""
    return hashlib.sha256(value.encode()).hexdigest()


def docker_config_hash(auths: Mapping[str, Any]) -> str:
    """Of servers, user names and passwords only, in hex; so that whoever wrote the JSON compares equal."""
    logins = {server: list(_login(entry)) for server, entry in auths.items()}
    return text_hash(json.dumps(logins, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def data_hashes(secret: Mapping[str, Any]) -> dict[str, str]:
    """`sha256:HEX` for each key of a Secret's base64 `data`."""
    data = secret.get("data") or {}
    return {str(key): PREFIX + _value_hash(str(key), str(value or "")) for key, value in data.items()}


def _value_hash(key: str, value: str) -> str:
    try:
        raw = base64.b64decode(value)
    except (binascii.Error, ValueError):
        raw = value.encode()
    if key == DOCKER_CONFIG:
        try:
            return docker_config_hash(json.loads(raw)["auths"])
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # not a Docker configuration: then as any other value
    return hashlib.sha256(raw).hexdigest()


def _login(entry: Mapping[str, Any]) -> tuple[str, str]:
    """User name and password; from `auth` where they are not named."""
    user, password = entry.get("username"), entry.get("password")
    if (user is None or password is None) and entry.get("auth"):
        try:
            user, _, password = base64.b64decode(str(entry["auth"])).decode().partition(":")
        except ValueError:
            return str(user or ""), str(password or "")
    return str(user or ""), str(password or "")
