"""The credentials file of the container registry (setup guide, "Private docker registry": regcred.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

ALLOWED = 'a service account key as the vendor sends it, {"username": …, "password": …}, or a plain token'


class Malformed(ValueError):
    """The file is no credentials; `line` counts from 1, 0 where no line is to blame."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Credentials:
    """What logs in to the registry, and whose it is."""

    username: str
    password: str = field(repr=False)
    kind: Literal["service-account", "plain"]
    account: str = ""
    project: str = ""


def docker_login(text: str, username: str) -> tuple[str, str]:
    """User name and password of an image pull Secret: the file's whole content is the password.

    Trailing line ends go, as the guide's `"$(cat ./regcred.json)"` drops them. A JSON object of `username`
    and `password` gives both.
    """
    return _pair(text) or (username, text.rstrip("\n"))


def _pair(text: str) -> tuple[str, str] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if document.keys() != {"username", "password"}:
        return None
    return str(document["username"]), str(document["password"])


def parse(text: str, username: str) -> Credentials:
    """Credentials from a file's content; raises `Malformed`, which never quotes the content."""
    user, password = docker_login(text, username)
    if _pair(text):
        return Credentials(user, password, "plain", user)
    stripped = password.strip()
    if not stripped:
        raise Malformed(f"it is empty: it must hold {ALLOWED}")
    if not stripped.startswith(("{", "[", '"')):
        if username == "_json_key":
            raise Malformed("the user name _json_key takes a service account key, which is JSON", 1)
        if "\n" in stripped:
            raise Malformed(f"it has several lines and is not JSON: it must hold {ALLOWED}", 1)
        return Credentials(user, password, "plain")
    try:
        document = json.loads(stripped.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Malformed(f"{where}: {error.msg}; it must hold {ALLOWED}", error.lineno) from None
    return _account(document, user, password)


def _account(document: Any, username: str, password: str) -> Credentials:
    if not isinstance(document, dict):
        raise Malformed(f"it is JSON but no object: it must hold {ALLOWED}", 1)
    if document.get("type") != "service_account":
        raise Malformed('it is JSON but no service account key: "type" must be "service_account"', 1)
    missing = [key for key in ("client_email", "private_key") if not document.get(key)]
    if missing:
        raise Malformed("the service account key lacks " + " and ".join(missing), 1)
    return Credentials(
        username,
        password,
        "service-account",
        str(document["client_email"]),
        str(document.get("project_id") or ""),
    )
