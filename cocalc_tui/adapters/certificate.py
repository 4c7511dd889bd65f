"""Looks into a certificate and its key, as the files of the user hold them."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cocalc_tui.adapters.kube.threads import in_thread
from cocalc_tui.adapters.postgres import AUTHORITIES
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.facts import Object
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.topics import Probe
from cocalc_tui.errors import UsageError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
EMPTY: dict[str, Any] = {
    "error": None,
    "key_error": None,
    "subject": None,
    "issuer": None,
    "names": [],
    "not_before": None,
    "not_after": None,
    "key_matches": None,
    "chain": None,
    "count": 0,
    "hashes": [],
    "key_hashes": [],
}


async def probe_certificate(probe: Probe, timeout: float, vault: Vault) -> Object:
    """Probe `certificate`."""
    return await in_thread(lambda stop: examine(probe, vault, trusted()), timeout, "certificate")


def examine(probe: Probe, vault: Vault, roots: Sequence[bytes]) -> Object:
    """What the two files hold; blocks. `roots` are the authorities that browsers are taken to know."""
    ref, found = probe.get("ref"), {**EMPTY}
    try:
        text = vault.reveal(SecretRef("file", probe.text("cert_file"))).reveal()
    except UsageError as error:
        return {**found, "error": error.message}
    found |= _certificate(text, roots)
    if not isinstance(ref, SecretRef):
        return {**found, "key_error": "no key is given"}
    try:
        return {**found, **_key(text, vault.reveal(ref).reveal())}
    except UsageError as error:
        return {**found, "key_error": error.message}


def _certificate(text: str, roots: Sequence[bytes]) -> dict[str, Any]:
    from cryptography import x509

    if "PRIVATE KEY" in text:
        return {"error": "the file holds a private key beside the certificate"}
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
        leaf = chain[0]
        names = _names(leaf)
    except ValueError as error:
        return {"error": f"the file holds no PEM certificate: {str(error).splitlines()[0]}"}
    return {
        "subject": leaf.subject.rfc4514_string(),
        "issuer": leaf.issuer.rfc4514_string(),
        "names": names,
        "not_before": leaf.not_valid_before_utc.timestamp(),
        "not_after": min(c.not_valid_after_utc for c in chain).timestamp(),
        "chain": _chain(chain, roots),
        "count": len(chain),
        "hashes": _hashes(text),
    }


def _names(leaf: Certificate) -> list[str]:
    from cryptography import x509

    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*found.get_values_for_type(x509.DNSName)]


def _chain(chain: Sequence[Certificate], roots: Sequence[bytes]) -> str:
    """`complete`, `self-signed`, `disordered`, `private` (ends in an own root) or `incomplete`."""
    last = chain[-1]
    known = any(by == last or _signed(last, by) for by in _candidates(last, roots))
    if len(chain) == 1 and last.issuer == last.subject:
        return "complete" if known else "self-signed"
    if not all(_signed(one, by) for one, by in pairwise(chain)):
        return "disordered"
    if known:
        return "complete"
    return "private" if last.issuer == last.subject else "incomplete"


def _candidates(one: Certificate, roots: Sequence[bytes]) -> list[Certificate]:
    """Of many authorities only those whose name is the issuer's are worth parsing."""
    from cryptography import x509

    issuer = one.issuer.public_bytes()
    return [x509.load_der_x509_certificate(root) for root in roots if issuer in root]


def _signed(one: Certificate, by: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _key(text: str, key_text: str) -> dict[str, Any]:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    found = {"key_hashes": _hashes(key_text)}
    try:
        key = load_pem_private_key(key_text.encode(), None)
    except TypeError:
        return {**found, "key_error": "the key is protected by a passphrase, which the controller has not"}
    except (ValueError, UnsupportedAlgorithm):
        return {**found, "key_error": "the file holds no PEM private key"}
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    own = key.public_key().public_bytes(*form)
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
        return {**found, "key_matches": chain[0].public_key().public_bytes(*form) == own}
    except (ValueError, UnsupportedAlgorithm):
        return found


def _hashes(text: str) -> list[str]:
    """Of a text as it is given and as kubectl keeps it, with the line end at its end."""
    return [f"sha256:{sha256(t.encode()).hexdigest()}" for t in (text, text + "\n")]


@cache
def trusted() -> tuple[bytes, ...]:
    """The authorities that this machine trusts, as DER; blocks."""
    files = (ssl.get_default_verify_paths().cafile, *AUTHORITIES)
    found = next((Path(f) for f in files if f and Path(f).is_file()), None)
    try:
        return der(found.read_text("ascii", "replace")) if found else ()
    except OSError:
        return ()


def der(text: str) -> tuple[bytes, ...]:
    """The certificates of a PEM text, not looked into: a machine may trust some that are malformed."""
    return tuple(ssl.PEM_cert_to_DER_cert(block) for block in PEM.findall(text))
