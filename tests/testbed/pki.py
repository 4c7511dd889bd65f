"""Certificates and keys of one control plane."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SERVER_NAMES = (
    "127.0.0.1",
    "10.96.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


class Authority:
    """Signs the API server's certificate, and client certificates for any user and group."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ca = trustme.CA(organization_name="cocalc-tui test bed")
        self.ca_file = folder / "ca.crt"
        self.ca_key = folder / "ca.key"
        self._ca.cert_pem.write_to_path(self.ca_file)
        self._ca.private_key_pem.write_to_path(self.ca_key)
        self.server_cert, self.server_key = self.server(folder, "server", *SERVER_NAMES)
        self.accounts_key = folder / "accounts.key"
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.accounts_key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def server(self, folder: Path, name: str, *hosts: str) -> tuple[Path, Path]:
        """The files of a certificate chain and its key."""
        made = self._ca.issue_cert(*hosts, common_name=hosts[0])
        cert, key = folder / f"{name}.crt", folder / f"{name}.key"
        cert.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        made.private_key_pem.write_to_path(key)
        return cert, key

    def client(self, user: str, group: str = "testbed") -> dict[str, str]:
        """The user entry of a kubeconfig; Kubernetes reads the user and group from the subject."""
        made = self._ca.issue_cert("client.invalid", common_name=user, organization_name=group)
        return {
            "client-certificate-data": b64encode(made.cert_chain_pems[0].bytes()).decode(),
            "client-key-data": b64encode(made.private_key_pem.bytes()).decode(),
        }

    @property
    def ca_data(self) -> str:
        return b64encode(self.ca_file.read_bytes()).decode()
