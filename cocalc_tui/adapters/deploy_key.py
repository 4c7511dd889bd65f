"""The deploy key on disk: made once, never overwritten; its private half is read by nobody but ssh."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.files import reason
from cocalc_tui.core.action import MakeKey
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import Refused

LARGEST = 64 << 10  # bytes; a private key is a few hundred to a few thousand
MAGIC = b"openssh-key-v1\0"
BEGIN, END = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"


def fingerprint(public: bytes) -> str:
    """As `ssh-keygen -l` shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")


def probe_deploy_key(probe: Probe) -> Object:
    """Probe `deploy-key`. The public half is taken from the key itself, so that both are of one pair."""
    path = Path(probe.text("path")).expanduser()
    empty: dict[str, Any] = {
        "exists": False,
        "mode": None,
        "type": None,
        "public": "",
        "fingerprint": "",
        "encrypted": False,
        "error": None,
    }
    try:
        found = path.lstat() if path.is_symlink() and not path.exists() else path.stat()
        if not stat.S_ISREG(found.st_mode):
            return {**empty, "exists": True, "error": f"{path} is no regular file"}
        with path.open("rb") as file:
            raw = file.read(LARGEST)
    except FileNotFoundError:
        return empty
    except OSError as error:
        return {**empty, "exists": True, "error": f"{path} cannot be read: {reason(error)}"}
    seen = {**empty, "exists": True, "mode": stat.S_IMODE(found.st_mode)}
    try:
        cipher, public = _outside(raw)
    except ValueError:
        return {**seen, "error": f"{path} is no private key in OpenSSH's format"}
    kind = _string(public)[0].decode("ascii", "replace")
    comment = _comment(path, public)
    line = f"{kind} {base64.b64encode(public).decode()}" + (f" {comment}" if comment else "")
    return {
        **seen,
        "type": kind,
        "public": line,
        "fingerprint": fingerprint(public),
        "encrypted": cipher != b"none",
    }


def _outside(raw: bytes) -> tuple[bytes, bytes]:
    """The cipher and the public half, which stand unencrypted before the private one. Raises `ValueError`."""
    text = raw.decode("ascii").strip()
    if not text.startswith(BEGIN) or not text.endswith(END):
        raise ValueError("not OpenSSH's format")
    try:
        content = base64.b64decode("".join(text[len(BEGIN) : -len(END)].split()), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if not content.startswith(MAGIC):
        raise ValueError("not OpenSSH's format")
    cipher, rest = _string(content[len(MAGIC) :])
    _, rest = _string(rest)
    _, rest = _string(rest)
    if rest[:4] != b"\0\0\0\1":
        raise ValueError("more than one key")
    public, rest = _string(rest[4:])
    private, rest = _string(rest)
    if not public or not private or rest:
        raise ValueError("cut off")
    _string(public)
    return cipher, public


def _string(raw: bytes) -> tuple[bytes, bytes]:
    """A string of the SSH protocol, and what follows it."""
    length = int.from_bytes(raw[:4], "big")
    if len(raw) < 4 + length or len(raw) < 4:
        raise ValueError("cut off")
    return raw[4 : 4 + length], raw[4 + length :]


def _comment(path: Path, public: bytes) -> str:
    with suppress(OSError, ValueError, binascii.Error):
        _, encoded, comment = Path(f"{path}.pub").read_text("utf-8").strip().split(None, 2)
        if base64.b64decode(encoded) == public:
            return " ".join(comment.split())
    return ""


def make_key(action: MakeKey) -> None:
    """Writes both halves. A key that is there is kept; what else has its name is refused."""
    path = Path(action.path).expanduser()
    seen = probe_deploy_key(Probe.of("deploy-key", path=action.path))
    if seen["exists"]:
        if seen["error"]:
            raise Refused(f"{seen['error']}; it was left as it is", "Choose another deploy-key.path.")
        return
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    comment = " ".join(action.comment.split())
    beside = Path(f"{path}.pub")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if beside.exists() or beside.is_symlink():
            raise Refused(f"{beside} exists without its key; it was left as it is", "Move it away first.")
        _create(path, private, 0o600)
        _create(beside, public + f" {comment}".rstrip().encode() + b"\n", 0o644)
    except FileExistsError as error:
        raise Refused(f"{error.filename} appeared meanwhile; it was left as it is", "Look again.") from None
    except OSError as error:
        raise Refused(
            f"{error.filename or path} cannot be written: {reason(error)}",
            "Give another deploy-key.path, or yourself the right to write there.",
        ) from None


def _create(path: Path, content: bytes, mode: int) -> None:
    """A new file with this mode from its first byte; nothing of it stays where it cannot be finished."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
