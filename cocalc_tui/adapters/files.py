"""Files of the user: read whole, written atomically."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import yaml

from cocalc_tui.adapters.vault import Vault
from cocalc_tui.adapters.yaml_load import Broken, load
from cocalc_tui.core.action import WriteFile, WriteSecrets
from cocalc_tui.core.facts import Object
from cocalc_tui.core.masking import masked, secrets_in
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused, Stale, UsageError

LARGEST = 8 << 20  # bytes; a values file is a few kilobytes
HEADER = "# Secret values of CoCalc, given to helm after my-values.yaml. Keep this file private.\n"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Files:
    """Implements the port, and the probes `file` and `secret-values`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def write(self, action: WriteFile) -> None:
        """Writes atomically; `Stale` where the file is no longer what the action was made from."""
        await asyncio.to_thread(_write_unless_moved, _path(action.path), action.text, action.base_sha256)

    async def write_secrets(self, action: WriteSecrets) -> None:
        """Writes the secret values file, 0600, atomically."""
        await asyncio.to_thread(self._write_secrets, action)

    def probe_file(self, probe: Probe) -> Object:
        """Probe `file`. With `masked` the text has no secrets, and `secrets` counts them."""
        seen = look(_path(probe.text("path")))
        return self._masked(seen) if probe.get("masked") is True and not seen["error"] else seen

    def probe_secret_values(self, probe: Probe) -> Object:
        """Probe `secret-values`."""
        seen = look(_path(probe.text("path")))
        same = False
        if seen["exists"] and seen["error"] is None:
            with suppress(Broken, UsageError):
                same = load(str(seen["text"])) == self.secret_values(entries_of(probe))
        return {"exists": seen["exists"], "same": same, "error": seen["error"]}

    def secret_values(self, entries: Iterable[tuple[str, SecretRef]]) -> dict[str, Any]:
        """The values behind dotted key paths, nested. For files that helm reads, never for a screen."""
        return nested((path, secret_value(self._vault, ref)) for path, ref in entries)

    def without_secrets(self, objects: list[Any]) -> list[Any]:
        """Rendered objects as a fact may hold them."""
        shown: list[Any] = json.loads(self._vault.redact(json.dumps(objects)))
        return shown

    def _masked(self, seen: dict[str, Any]) -> dict[str, Any]:
        try:
            document = load(str(seen["text"]))
        except Broken as error:
            return {**seen, "text": "", "secrets": 0, "error": f"is neither YAML nor JSON: {error}"}
        secrets = set(secrets_in(document))
        self._vault.learn(secrets)
        text = (
            yaml.safe_dump(masked(document), allow_unicode=True, sort_keys=False) if secrets else seen["text"]
        )
        return {**seen, "text": text, "secrets": len(secrets)}

    def _write_secrets(self, action: WriteSecrets) -> None:
        text = secret_text(self.secret_values(action.entries))
        write_atomically(_path(action.path), text, mode=0o600)


def secret_value(vault: Vault, ref: SecretRef) -> Any:
    """The text behind a reference, or the mapping of a document. Raises `UsageError`."""
    text = vault.reveal(ref).reveal()
    if not ref.document:
        return text
    try:
        document = load(text)
    except Broken as error:
        raise UsageError(f"{ref.name}: {error}", "Correct the file; it is YAML or JSON.") from None
    vault.learn(secrets_in(document))
    return document


def entries_of(probe: Probe) -> tuple[tuple[str, SecretRef], ...]:
    """The argument `entries` of a probe."""
    return cast("tuple[tuple[str, SecretRef], ...]", probe.get("entries", ()))


def secret_text(values: Mapping[str, Any]) -> str:
    """The content of a secret values file. PyYAML quotes what YAML 1.1 would not read as text."""
    return HEADER + yaml.safe_dump(dict(values), allow_unicode=True, width=10_000)


def nested(entries: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Values by dotted key path as nested mappings; `\\.` is a dot inside a key, as helm's `--set` has it."""
    result: dict[str, Any] = {}
    for path, value in entries:
        *parents, last = (part.replace("\0", ".") for part in path.replace("\\.", "\0").split("."))
        inner = result
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    return result


def look(path: Path) -> dict[str, Any]:
    """A text file's content, as the probe `file` tells it."""
    absent: dict[str, Any] = {"exists": False, "text": "", "sha256": "", "error": None}
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
            return {**absent, "exists": True, "error": f"{path} is {what}"}
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return absent
    except OSError as error:
        return {**absent, "exists": True, "error": f"{path} cannot be read: {reason(error)}"}
    sha256 = hashlib.sha256(raw).hexdigest()
    if len(raw) > LARGEST:
        return {**absent, "exists": True, "error": f"{path} is over {LARGEST >> 20} MiB"}
    try:
        return {**absent, "exists": True, "text": raw.decode("utf-8"), "sha256": sha256}
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return {**absent, "exists": True, "sha256": sha256, "error": f"{path} line {line} is no UTF-8 text"}


def write_atomically(path: Path, text: str, mode: int | None = None) -> None:
    """Replaces a file's content, or leaves the old one; a symbolic link stays and its target is written.

    An existing file keeps its mode and owner unless `mode` is given. Raises `Refused`.
    """
    try:
        target = path.resolve()
        old = target.stat() if target.exists() else None
        if old and not stat.S_ISREG(old.st_mode):
            raise Refused(f"{path} is no regular file; nothing was changed", "Choose another file.")
        _replace(target, text.encode("utf-8"), mode, old)
    except OSError as error:
        if error.errno in FULL:
            message = f"no space left on {path.parent}; nothing was changed"
            raise Refused(message, "Free some space there, then go on.") from None
        if isinstance(error, FileNotFoundError):
            message = f"the folder {path.parent} does not exist; nothing was changed"
            raise Refused(message, "Create the folder, or choose another path.") from None
        message = f"{path} cannot be written: {reason(error)}; nothing was changed"
        raise Refused(message, f"Give yourself the right to write in {path.parent}.") from None


def reason(error: OSError) -> str:
    """The system's reason, in lower case, without number and path."""
    return (error.strerror or type(error).__name__).lower()


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _write_unless_moved(path: Path, text: str, base_sha256: str) -> None:
    now = look(path)
    if now["error"]:
        raise Refused(f"{now['error']}; nothing was changed", "Mend or move that file, then go on.")
    if now["exists"] and now["text"] == text:
        return
    if now["sha256"] != base_sha256:
        raise Stale(f"{path} was changed meanwhile; it was left as it is", "Look at the new plan.")
    write_atomically(path, text)


def _replace(target: Path, content: bytes, mode: int | None, old: os.stat_result | None) -> None:
    """By a new file beside it: written, on disk, then renamed over it."""
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp")
    wanted = mode if mode is not None else stat.S_IMODE(old.st_mode) if old else 0o666
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, wanted)
    try:
        with os.fdopen(handle, "wb") as file:
            if old or mode is not None:
                os.fchmod(handle, wanted)
            if old and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):  # only root may give a file away
                    os.fchown(handle, old.st_uid, old.st_gid)
            file.write(content)
            file.flush()
            os.fsync(handle)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    with suppress(OSError):  # some file systems cannot sync a folder
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
