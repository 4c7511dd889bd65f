"""The pieces of the adapter that need no server."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from cocalc_tui.adapters.kube import expiry
from cocalc_tui.adapters.kube.listing import path_of
from cocalc_tui.adapters.kube.nodes import merged
from cocalc_tui.adapters.kube.objects import cleaned
from cocalc_tui.adapters.kube.request import Request
from cocalc_tui.adapters.kube.trouble import refusal, unseen
from cocalc_tui.adapters.secrets_hash import data_hashes, docker_config_hash, text_hash
from cocalc_tui.core.facts import Denied, Unreachable
from cocalc_tui.core.kinds import CONFIG_MAP, SECRET
from cocalc_tui.errors import Refused, Unreached


def status(code: int, message: str, **more: Any) -> bytes:
    return json.dumps({"kind": "Status", "code": code, "message": message, **more}).encode()


@pytest.mark.parametrize(
    ("cannot", "told"),
    [
        ('get resource "secrets" in API group "" in the namespace "c"', "get secrets in namespace c"),
        (
            'list resource "ingressclasses" in API group "networking.k8s.io" at the cluster scope',
            "list ingressclasses.networking.k8s.io",
        ),
        (
            'list resource "nodes" in API group "" at the cluster scope: requires ["a.b"].',
            'list nodes (requires ["a.b"])',
        ),
        (
            'list resource "nodes" in API group "" at the cluster scope: RBAC: not found',
            "list nodes",
        ),
    ],
)
def test_a_refusal_says_who_may_not_do_what(cannot: str, told: str) -> None:
    error = refusal("asking", 403, status(403, f'this is forbidden: User "system:ann" cannot {cannot}'))
    assert isinstance(error, Refused)
    assert error.message == f"asking: user system:ann may not {told}"
    assert unseen(error) == Denied(error.message)


def test_another_reason_is_told_as_it_is() -> None:
    error = refusal("asking", 403, status(403, 'pods "p" is forbidden: exceeded quota: q'))
    assert error.message == 'asking: pods "p" is forbidden: exceeded quota: q'


@pytest.mark.parametrize("code", [429, 500, 503, 504])
def test_a_server_in_trouble_is_unreachable(code: int) -> None:
    error = refusal("asking", code, status(code, "etcd is away."))
    assert isinstance(error, Unreached)
    assert unseen(error) == Unreachable(f"asking: the server answered {code}, etcd is away")


def test_a_web_page_in_place_of_a_status_is_cut_short() -> None:
    error = refusal("asking", 502, b"<html>" + b"x" * 10_000)
    assert len(error.message) < 700


@pytest.mark.parametrize("days", [1, 400, 365 * 60])
def test_the_end_of_a_certificate(tmp_path: Path, days: int) -> None:
    end = datetime.fromtimestamp(1_800_000_000 + days * 86_400, UTC)
    leaf = trustme.CA().issue_cert("a.example", not_after=end)
    path = tmp_path / "cert.pem"
    leaf.cert_chain_pems[0].write_to_path(path)
    assert expiry.of_certificate(str(path)) == end.timestamp()


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_has_no_end(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cert.pem"
    path.write_text(content)
    assert expiry.of_certificate(str(path)) is None
    assert expiry.of_certificate(str(tmp_path / "absent")) is None


def test_the_end_of_a_token() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 17}).encode()).decode().rstrip("=")
    assert expiry.of_token(f"Bearer a.{claims}.b") == 17
    assert [expiry.of_token(text) for text in ("Bearer opaque", "Basic eA==", "a.b.c", "")] == [None] * 4


@pytest.mark.parametrize(
    ("present", "wanted", "after"),
    [
        ([], [("k", "v", "NoSchedule")], [("k", "v", "NoSchedule")]),
        ([("k", "v", "NoSchedule")], [("k", "v", "NoSchedule")], [("k", "v", "NoSchedule")]),
        ([("k", "old", "NoSchedule")], [("k", "v", "NoSchedule")], [("k", "v", "NoSchedule")]),
        (
            [("k", "v", "NoExecute")],
            [("k", "v", "NoSchedule")],
            [("k", "v", "NoExecute"), ("k", "v", "NoSchedule")],
        ),
        (
            [("theirs", "", "NoExecute"), ("k", "v", "NoSchedule")],
            [("k", "", "")],
            [("theirs", "", "NoExecute")],
        ),
    ],
)
def test_taints_of_others_stay(
    present: list[tuple[str, str, str]], wanted: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    def taints(of: list[tuple[str, str, str]]) -> list[dict[str, str]]:
        return [{"key": k, "effect": e} | ({"value": v} if v else {}) for k, v, e in of]

    assert merged(list(taints(present)), tuple(wanted)) == taints(after)


def test_no_name_leads_to_another_path() -> None:
    assert path_of(CONFIG_MAP, "a/../../b", "c?d") == "/api/v1/namespaces/a%2F..%2F..%2Fb/configmaps/c%3Fd"


@pytest.mark.parametrize(
    ("method", "path", "query", "writes"),
    [
        ("GET", "/api/v1/nodes", {}, False),
        ("PATCH", "/api/v1/nodes/n", {}, True),
        ("PATCH", "/api/v1/nodes/n", {"dryRun": "All"}, False),
        ("PUT", "/apis/coordination.k8s.io/v1/namespaces/c/leases/cocalc-tui", {}, False),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {}, False),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {}, False),
        ("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}, False),
        ("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {}, False),
    ],
)
def test_what_counts_as_a_write(method: str, path: str, query: dict[str, str], writes: bool) -> None:
    assert Request("asking", path, method, query).writes is writes


def test_nothing_of_a_secret_s_values_is_kept() -> None:
    meta = {
        "name": "s",
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "canary", "mine": "kept"},
        "managedFields": [{"manager": "m", "operation": "Apply", "fieldsV1": {"f:data": {}}, "time": "t"}],
    }
    found = {
        "metadata": meta,
        "data": {"k": base64.b64encode(b"canary").decode()},
        "stringData": {"k": "canary"},
    }
    kept = cleaned(found, SECRET)
    assert kept == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "annotations": {"mine": "kept"},
            "managedFields": [{"manager": "m", "operation": "Apply"}],
        },
        "data": {"k": "sha256:" + text_hash("canary")},
    }
    assert set(cleaned(found, SECRET, metadata_only=True)) == {"apiVersion", "kind", "metadata"}


def test_a_docker_configuration_is_compared_by_what_logs_in() -> None:
    auth = base64.b64encode(b"u:p:q").decode()
    forms: list[dict[str, str]] = [
        {"username": "u", "password": "p:q"},
        {"auth": auth},
        {"username": "u", "password": "p:q", "email": "e@f.g", "auth": auth},
    ]
    assert len({docker_config_hash({"r": form}) for form in forms}) == 1
    assert docker_config_hash({"r": forms[0]}) != docker_config_hash({"s": forms[0]})
    whole = base64.b64encode(json.dumps({"auths": {"r": forms[2]}}, indent=3).encode()).decode()
    assert data_hashes({"data": {".dockerconfigjson": whole}}) == {
        ".dockerconfigjson": "sha256:" + docker_config_hash({"r": forms[0]})
    }


@pytest.mark.parametrize("value", ["bm90IEpTT04=", "W10=", "eyJhdXRocyI6IDF9", "not base64", ""])
def test_a_broken_docker_configuration_still_has_a_hash(value: str) -> None:
    assert data_hashes({"data": {".dockerconfigjson": value}})[".dockerconfigjson"].startswith("sha256:")


def test_the_package_is_imported_only_to_connect() -> None:
    code = (
        "import sys; import cocalc_tui.adapters.kube.cluster, cocalc_tui.adapters.kube.contexts; "
        "print([m for m in ('kubernetes', 'urllib3', 'requests') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
