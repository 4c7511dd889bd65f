"""Secrets travel as references; only adapters reveal them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn

from cocalc_tui.core.topics import Probe

SourceOfSecret = Literal["env", "file", "keyring", "memory"]


@dataclass(frozen=True, slots=True, order=True)
class SecretRef:
    """Where a secret value comes from: an environment variable, a file, the keyring, this run's memory.

    A `document` is YAML or JSON, and goes into a values file as the mapping that it is.
    """

    source: SourceOfSecret
    name: str
    document: bool = False

    def __str__(self) -> str:
        if self.source == "memory":
            return "in memory until you quit"
        return {"env": "from ", "file": "from file ", "keyring": "from keyring "}[self.source] + self.name

    def probe(self) -> Probe:
        """The question about its value: `{sha256, length, edges}` (edges: white space at an end)."""
        return Probe.of("secret", ref=self)


class Secret:
    """A secret value that hides itself in `repr`, `str` and JSON; `reveal()` is for adapters."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(●●●●●●●●)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied into another process")


@dataclass(frozen=True, slots=True)
class PlainSlot:
    """A Secret's key whose value is the secret itself."""

    key: str
    ref: SecretRef

    def probe(self) -> Probe:
        """The question that gives the wanted value's hash."""
        return self.ref.probe()


@dataclass(frozen=True, slots=True)
class DockerConfigSlot:
    """The `.dockerconfigjson` of an image pull Secret (setup guide, "Private docker registry").

    The password is the content of the credentials file. Its hash is taken over server, user name and
    password only, so that a Secret made by `kubectl create secret docker-registry` compares equal.
    """

    ref: SecretRef
    server: str
    username: str
    email: str = ""
    key: str = ".dockerconfigjson"

    def probe(self) -> Probe:
        """The question that gives the wanted value's hash: `{sha256, kind, account, error}`."""
        return Probe.of(
            "credentials", ref=self.ref, server=self.server, username=self.username, email=self.email
        )


Slot = PlainSlot | DockerConfigSlot
