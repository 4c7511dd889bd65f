"""Certificates of a world, made when it is opened first: no private key lies in the program."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.certificate import der, examine
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.topics import Probe

AUTHORITY = "authority.pem"
LIFETIME = timedelta(days=90)


def write(wanted: Mapping[str, Any], folder: Path, now: float) -> None:
    """Writes NAME.crt and NAME.key of each certificate that is not there, and the authority beside them."""
    for name, about in wanted.items():
        if not (folder / f"{name}.key").exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(folder, name, about, datetime.fromtimestamp(now, UTC))


async def answer(vault: Vault, probe: Probe) -> Object:
    """Probe `certificate`: in a rehearsal the world's authority is one that browsers know."""
    return await asyncio.to_thread(_look, vault, probe)


def _look(vault: Vault, probe: Probe) -> Object:
    authority = Path(probe.text("cert_file")).expanduser().with_name(AUTHORITY)
    roots = der(authority.read_text("ascii")) if authority.is_file() else ()
    return examine(probe, vault, roots)


def _write(folder: Path, name: str, about: Mapping[str, Any], now: datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def signed(subject: str, key: Any, last: datetime, extension: x509.ExtensionType) -> x509.Certificate:
        first = min(now, last) - LIFETIME
        draft = x509.CertificateBuilder(named("Practice authority"), named(subject), key.public_key())
        draft = draft.serial_number(x509.random_serial_number()).not_valid_before(first).not_valid_after(last)
        critical = isinstance(extension, x509.BasicConstraints)
        return draft.add_extension(extension, critical=critical).sign(root, hashes.SHA256())

    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    text = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another command opened the world at the same time
        return
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    names = x509.SubjectAlternativeName([x509.DNSName(n) for n in about["names"]])
    leaf = signed(about["names"][0], own, now + timedelta(days=float(about["days"])), names)
    authority = signed(
        "Practice authority", root, now + 40 * LIFETIME, x509.BasicConstraints(ca=True, path_length=None)
    )
    (folder / f"{name}.crt").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / AUTHORITY).write_bytes(authority.public_bytes(Encoding.PEM))
