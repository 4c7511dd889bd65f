"""Secrets of this run: from the environment, from files, from the keyring, from memory."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import assert_never

from cocalc_tui.adapters import credentials
from cocalc_tui.adapters.secrets_hash import docker_config_hash, text_hash
from cocalc_tui.core.facts import Object
from cocalc_tui.core.redact import MASK, pattern
from cocalc_tui.core.secret import DockerConfigSlot, PlainSlot, Secret, SecretRef, Slot
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError

SERVICE = "cocalc-tui"
LARGEST = 1 << 20  # bytes of a Secret that the API server takes
_pattern = lru_cache(maxsize=4)(pattern)


_process: set[str] = set()


def known_values() -> frozenset[str]:
    """Every secret value that any vault of this process revealed or was given, for logs and crash reports."""
    return frozenset(_process | {part for value in _process for part in _parts(value)})


class Vault:
    """Reveals secrets to adapters and knows every value that must not be shown."""

    def __init__(self) -> None:
        self._memory: dict[SecretRef, str] = {}
        self._revealed: dict[SecretRef, str] = {}
        self._learned: set[str] = set()
        self._typed: Counter[str] = Counter()

    def remember(self, name: str, value: str) -> SecretRef:
        """Keeps a typed secret in memory and gives a reference that is new for each value."""
        for ref, known in self._memory.items():
            if known == value and ref.name.partition("#")[0] == name:
                return ref
        self._typed[name] += 1
        ref = SecretRef("memory", f"{name}#{self._typed[name]}")
        self._memory[ref] = value
        _process.add(value)
        return ref

    def reveal(self, ref: SecretRef) -> Secret:
        """The value behind a reference; may block. Raises `UsageError` where there is none.

        Of a file, one line end at its end is not part of the secret: editors and `echo` add it.
        """
        value = self._read(ref)
        self._revealed[ref] = value
        _process.add(value)
        return Secret(value)

    def learn(self, values: Iterable[str]) -> None:
        """More values that must not be shown: the secrets inside a document."""
        found = set(values)
        self._learned |= found
        _process.update(found)

    def fill(self, slot: Slot) -> str:
        """The value of a Secret's key."""
        match slot:
            case PlainSlot():
                return self.reveal(slot.ref).reveal()
            case DockerConfigSlot():
                return json.dumps({"auths": self._auths(slot.ref, slot.server, slot.username, slot.email)})
            case _:
                assert_never(slot)

    def known_values(self) -> frozenset[str]:
        """Every secret value of this run, and the secret parts of those that are documents."""
        whole = {*self._memory.values(), *self._revealed.values(), *self._learned}
        return frozenset(whole | {part for value in whole for part in _parts(value)})

    def redact(self, text: str) -> str:
        """The text without any secret of this run."""
        found = _pattern(self.known_values())
        return found.sub(MASK, text) if found else text

    def probe_secret(self, probe: Probe) -> Object:
        """Probe `secret`."""
        try:
            value = self.reveal(_ref(probe)).reveal()
        except UsageError as error:
            return {"sha256": None, "length": 0, "edges": False, "error": error.message}
        edges = value != value.strip()
        return {"sha256": text_hash(value), "length": len(value), "edges": edges, "error": None}

    def probe_credentials(self, probe: Probe) -> Object:
        """Probe `credentials`."""
        ref, server = _ref(probe), probe.text("server")
        empty = {"sha256": None, "kind": None, "account": "", "project": "", "error": None, "line": None}
        try:
            found = credentials.parse(self.reveal(ref).reveal(), probe.text("username"))
        except UsageError as error:
            return {**empty, "error": error.message}
        except credentials.Malformed as error:
            return {**empty, "error": str(error), "line": error.line or None}
        login = {server: {"username": found.username, "password": found.password}}
        return {
            **empty,
            "sha256": docker_config_hash(login),
            "kind": found.kind,
            "account": found.account,
            "project": found.project,
        }

    def _auths(self, ref: SecretRef, server: str, username: str, email: str) -> dict[str, dict[str, str]]:
        user, password = credentials.docker_login(self.reveal(ref).reveal(), username)
        entry = {"username": user, "password": password}
        if email:
            entry["email"] = email
        entry["auth"] = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {server: entry}

    def _read(self, ref: SecretRef) -> str:
        match ref.source:
            case "env":
                value = os.environ.get(ref.name)
                if value is None:
                    raise UsageError(
                        f"the environment variable {ref.name} is not set",
                        f"Export {ref.name}, then start again.",
                    )
                if any("\ud800" <= c <= "\udfff" for c in value):
                    raise UsageError(f"the environment variable {ref.name} is no UTF-8 text", "Set it anew.")
                return value
            case "file":
                return _of_file(Path(ref.name).expanduser())
            case "keyring":
                return _of_keyring(ref.name)
            case "memory":
                if ref not in self._memory:
                    raise UsageError("a typed secret lasts only until you quit", "Type it again.")
                return self._memory[ref]
            case _:
                assert_never(ref.source)


def _ref(probe: Probe) -> SecretRef:
    ref = probe.get("ref")
    if not isinstance(ref, SecretRef):
        raise TypeError(f"a probe {probe.kind} needs a secret reference")
    return ref


def _of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist", "Give the path of an existing file.") from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise UsageError(f"{path} cannot be read: {reason}", "Give a file that you may read.") from None
    if len(raw) > LARGEST:
        raise UsageError(f"{path} is over 1 MiB: it is no secret", "Give the file that holds the secret.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no UTF-8 text", "Give the file that holds the secret.") from None
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")


def _of_keyring(name: str) -> str:
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        value = keyring.get_password(SERVICE, name)
    except NoKeyringError:
        remedy = "Give the secret by an environment variable or a file."
        raise UsageError("this host has no keyring", remedy) from None
    except KeyringError as error:
        remedy = "Unlock the keyring, or give the secret by an environment variable or a file."
        raise UsageError(f"the keyring did not answer: {error}", remedy) from None
    if value is None:
        remedy = f"Store it with: keyring set {SERVICE} {name}"
        raise UsageError(f"the keyring has no entry {name} of {SERVICE}", remedy)
    return value


def _parts(value: str) -> list[str]:
    """The secret texts inside a JSON document."""
    if not value.lstrip().startswith("{"):
        return []
    try:
        document = json.loads(value)
    except ValueError:
        return []
    keys = ("private_key", "private_key_id", "password", "client_secret")
    return [document[key] for key in keys if isinstance(document.get(key), str)]
