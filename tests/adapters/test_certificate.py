"""What certificate files hold, with certificates of real authorities made for the test."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from cocalc_tui.adapters.certificate import der, examine, probe_certificate
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe

HOST = "cocalc.example.edu"


class Files:
    """A certificate and a key in two files, and who is trusted."""

    def __init__(self, folder: Path) -> None:
        self.cert, self.key = folder / "site.crt", folder / "site.key"
        self.root = trustme.CA()
        self.below = self.root.create_child_ca()
        self.leaf = self.below.issue_cert(HOST, "*.other.example")
        self.write()

    def write(self, *chain: bytes, key: bytes | None = None) -> None:
        """The files; without a chain the one that the authority gives."""
        given = [blob.bytes() for blob in self.leaf.cert_chain_pems]
        self.cert.write_bytes(b"".join(chain or given))
        self.key.write_bytes(self.leaf.private_key_pem.bytes() if key is None else key)

    def look(self, *roots: trustme.CA) -> Mapping[str, Any]:
        """What is found in them."""
        trusted = [one for root in roots for one in der(root.cert_pem.bytes().decode())]
        return examine(self.probe, Vault(), trusted)

    @property
    def probe(self) -> Probe:
        """The question."""
        return Probe.of("certificate", cert_file=str(self.cert), ref=SecretRef("file", str(self.key)))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def test_a_whole_chain_and_its_key(files: Files) -> None:
    seen = files.look(files.root)
    assert (seen["error"], seen["key_error"], seen["key_matches"]) == (None, None, True)
    assert (seen["chain"], seen["names"]) == ("complete", [HOST, "*.other.example"])
    assert seen["not_before"] < datetime.now(UTC).timestamp() < seen["not_after"]


def test_the_document_holds_no_secret(files: Files) -> None:
    text = str(files.look(files.root))
    assert "PRIVATE" not in text
    body = files.key.read_text().splitlines()[1]
    assert body not in text


@pytest.mark.parametrize("end", ["", "\n"])
def test_hashes_do_not_mind_the_last_line_end(files: Files, end: str) -> None:
    text = files.cert.read_text().rstrip("\n")
    files.cert.write_text(text + end)
    assert f"sha256:{sha256(text.encode()).hexdigest()}" in files.look()["hashes"]
    assert f"sha256:{sha256((text + chr(10)).encode()).hexdigest()}" in files.look()["hashes"]


def test_how_a_chain_can_be_wrong(files: Files) -> None:
    leaf = files.leaf.cert_chain_pems[0].bytes()
    middle, root = files.below.cert_pem.bytes(), files.root.cert_pem.bytes()
    files.write(leaf)
    assert files.look(files.root)["chain"] == "incomplete"
    files.write(leaf, middle, root)
    assert files.look()["chain"] == "private"
    assert files.look(files.root)["chain"] == "complete"
    files.write(leaf, root, middle)
    assert files.look(files.root)["chain"] == "disordered"
    files.write(middle, leaf)
    seen = files.look(files.root)
    assert (seen["chain"], seen["key_matches"]) == ("disordered", False)


def test_a_self_signed_one_without_names(files: Files) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    draft = draft.not_valid_before(now - timedelta(days=9)).not_valid_after(now - timedelta(days=2))
    files.write(
        pem(draft.sign(key, hashes.SHA256())),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    )
    seen = files.look()
    assert (seen["chain"], seen["names"], seen["key_matches"]) == ("self-signed", [], True)
    assert seen["not_after"] < now.timestamp()


def test_another_key(files: Files) -> None:
    files.write(key=files.root.issue_cert("x.example").private_key_pem.bytes())
    assert files.look()["key_matches"] is False
    other = rsa.generate_private_key(65537, 2048)
    files.write(key=other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert files.look()["key_matches"] is False


def test_a_key_with_a_passphrase(files: Files) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    files.write(key=locked)
    assert "passphrase" in files.look()["key_error"]


def test_what_is_no_certificate_and_no_key(files: Files) -> None:
    files.write(b"hello", key=b"hello")
    seen = files.look()
    assert "no PEM certificate" in seen["error"]
    assert "no PEM private key" in seen["key_error"]
    files.write(files.leaf.private_key_and_cert_chain_pem.bytes())
    assert "private key beside" in files.look()["error"]


def test_files_that_are_not_there(files: Files) -> None:
    files.key.unlink()
    assert "does not exist" in files.look()["key_error"]
    files.cert.unlink()
    assert "does not exist" in files.look()["error"]
    bare = Probe.of("certificate", cert_file=str(files.cert))
    assert examine(bare, Vault(), [])["error"]


def test_against_what_this_machine_trusts(files: Files) -> None:
    seen = asyncio.run(probe_certificate(files.probe, 5, Vault()))
    assert seen["chain"] == "incomplete"
