from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cocalc_tui.adapters.secrets_hash import data_hashes, text_hash
from cocalc_tui.adapters.vault import Vault, known_values
from cocalc_tui.core.redact import MASK
from cocalc_tui.core.secret import DockerConfigSlot, PlainSlot, SecretRef
from cocalc_tui.errors import UsageError

KEY = {
    "type": "service_account",
    "project_id": "cocalc-registry",
    "private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n",
    "client_email": "reader@cocalc-registry.iam.gserviceaccount.com",
}
SERVER = "europe-docker.pkg.dev"


def credentials_slot(path: Path, username: str = "_json_key") -> DockerConfigSlot:
    return DockerConfigSlot(SecretRef("file", str(path)), SERVER, username, "a@example.edu")


def test_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCALC_DB_PASSWORD", "hunter2 ")
    vault = Vault()
    ref = SecretRef("env", "COCALC_DB_PASSWORD")
    assert vault.reveal(ref).reveal() == "hunter2 "
    assert vault.probe_secret(ref.probe()) == {
        "sha256": text_hash("hunter2 "),
        "length": 8,
        "edges": True,
        "error": None,
    }
    assert vault.redact("password is hunter2 ") == f"password is {MASK}"


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COCALC_DB_PASSWORD", raising=False)
    seen = Vault().probe_secret(SecretRef("env", "COCALC_DB_PASSWORD").probe())
    assert seen["error"] == "the environment variable COCALC_DB_PASSWORD is not set"
    assert seen["sha256"] is None


@pytest.mark.parametrize(
    ("content", "value"), [("pw\n", "pw"), ("pw\r\n", "pw"), ("pw\n\n", "pw\n"), ("pw ", "pw "), ("", "")]
)
def test_one_line_end_of_a_file_is_not_part_of_the_secret(tmp_path: Path, content: str, value: str) -> None:
    (tmp_path / "pw").write_text(content, newline="")
    assert Vault().reveal(SecretRef("file", str(tmp_path / "pw"))).reveal() == value


def test_a_file_that_cannot_be_a_secret(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "huge").write_bytes(b"x" * (2 << 20))
    said = {
        "missing": "does not exist",
        "binary": "is no UTF-8 text",
        "huge": "is over 1 MiB",
        ".": "is a directory",
    }
    for name, words in said.items():
        with pytest.raises(UsageError, match=words):
            Vault().reveal(SecretRef("file", str(tmp_path / name)))


def test_typed_values_get_a_new_reference_each() -> None:
    vault = Vault()
    first, second = vault.remember("database.password", "one"), vault.remember("database.password", "two")
    assert first != second
    assert vault.remember("database.password", "one") == first
    assert vault.reveal(first).reveal() == "one"
    assert {"one", "two"} <= known_values()
    with pytest.raises(UsageError, match="lasts only until you quit"):
        Vault().reveal(first)


def test_a_host_without_a_keyring_says_so() -> None:
    program = (
        "from cocalc_tui.adapters.vault import Vault; from cocalc_tui.core.secret import SecretRef; "
        "print(Vault().probe_secret(SecretRef('keyring', 'db').probe())['error'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "/usr/bin:/bin", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        cwd=Path.cwd(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "this host has no keyring\n"


def test_an_entry_of_the_keyring(tmp_path: Path) -> None:
    """A real backend of the keyring package, in a process of its own: it is chosen once a process."""
    backend = tmp_path / "paper.py"
    backend.write_text(
        "from keyring.backend import KeyringBackend\n"
        "class Paper(KeyringBackend):\n"
        "    priority = 1\n"
        "    def get_password(self, service, username):\n"
        "        return {('cocalc-tui', 'db'): 'hunter2'}.get((service, username))\n"
        "    def set_password(self, service, username, password): ...\n"
        "    def delete_password(self, service, username): ...\n"
    )
    program = (
        "from cocalc_tui.adapters.vault import Vault; from cocalc_tui.core.secret import SecretRef\n"
        "for name in 'db', 'mail':\n"
        "    seen = Vault().probe_secret(SecretRef('keyring', name).probe())\n"
        "    print(seen['length'], seen['error'])"
    )
    env = {"PATH": "/usr/bin:/bin", "PYTHON_KEYRING_BACKEND": "paper.Paper"}
    env["PYTHONPATH"] = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["7 None", "0 the keyring has no entry mail of cocalc-tui"]


@pytest.mark.parametrize("ends", ["", "\n", "\n\n"])
def test_the_guides_command_and_we_make_the_same_secret(tmp_path: Path, ends: str) -> None:
    content = json.dumps(KEY, indent=2)
    path = tmp_path / "regcred.json"
    path.write_text(content + ends)
    slot, vault = credentials_slot(path), Vault()
    auth = base64.b64encode(f"_json_key:{content}".encode()).decode()
    kubectl = {"auths": {SERVER: {"username": "_json_key", "password": content, "auth": auth}}}
    there = {"data": {slot.key: base64.b64encode(json.dumps(kubectl).encode()).decode()}}
    seen = vault.probe_credentials(slot.probe())
    assert data_hashes(there) == {slot.key: f"sha256:{seen['sha256']}"}
    assert json.loads(vault.fill(slot))["auths"][SERVER] == {
        **kubectl["auths"][SERVER],
        "email": "a@example.edu",
    }
    assert (seen["kind"], seen["account"], seen["project"]) == (
        "service-account",
        KEY["client_email"],
        "cocalc-registry",
    )
    assert "MIIEvQ" not in vault.redact(f"{KEY['private_key']} {vault.fill(slot)} {there}")


def test_a_login_in_json_and_a_token(tmp_path: Path) -> None:
    path = tmp_path / "regcred.json"
    path.write_text('{"username": "reader", "password": "hunter2"}')
    vault = Vault()
    assert json.loads(vault.fill(credentials_slot(path)))["auths"][SERVER]["username"] == "reader"
    seen = vault.probe_credentials(credentials_slot(path).probe())
    assert (seen["kind"], seen["account"], seen["error"]) == ("plain", "reader", None)
    path.write_text("token-0123\n")
    seen = vault.probe_credentials(credentials_slot(path, "oauth2accesstoken").probe())
    assert (seen["kind"], seen["error"]) == ("plain", None)


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        ('{\n  "type": "service_account",\n  "private_key": hunter2\n}', "line 3 column 18: Expect", 3),
        ('{"type": "service_account", "client_email": "a@b"}', "lacks private_key", 1),
        ('{"type": "authorized_user"}', '"type" must be "service_account"', 1),
        ('["a"]', "it is JSON but no object", 1),
        ("\n \n", "it is empty", None),
        ("hunter2", "takes a service account key", 1),
    ],
)
def test_malformed_credentials_are_told_without_their_content(
    tmp_path: Path, content: str, words: str, line: int | None
) -> None:
    path = tmp_path / "regcred.json"
    path.write_text(content)
    seen = Vault().probe_credentials(credentials_slot(path).probe())
    assert words in seen["error"]
    assert "hunter2" not in seen["error"]
    assert (seen["line"], seen["sha256"]) == (line, None)


def test_slots_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "hunter2")
    assert Vault().fill(PlainSlot("password", SecretRef("env", "PW"))) == "hunter2"


def test_a_variable_that_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", os.fsdecode(b"\xff"))
    assert Vault().probe_secret(SecretRef("env", "PW").probe())["error"].endswith("is no UTF-8 text")
