"""From one answers file to a running release, as kubectl and helm see it."""

from __future__ import annotations

import json

import yaml

from tests.testbed.api import wait_for
from tests.whole.bench import ADMIN_PASSWORD, KEY, Desk, managers, text_of

CONTROLLERS = {"kube-controller-manager", "kube-scheduler", "helm", "kwok", "kube-apiserver"}
PASSING = ("pass", "skipped")
PRIVATE = ("regcred.json", "my-values.secret.yaml")


def test_from_one_answers_file_to_a_running_release(desk: Desk) -> None:
    planned = desk.run("plan", "-o", "json")
    assert planned.code == 0, planned.err
    assert desk.proxy.writes == 0
    verbs = {a["verb"] for a in planned.document["actions"]}
    assert verbs <= {"create", "run"}

    applied = desk.apply()
    assert applied.code == 0, applied.out + applied.err
    assert applied.summary["failed"] == 0
    assert applied.summary["left_for_a_person"] == []

    shows_the_objects(desk)
    shows_the_release(desk)

    written = desk.proxy.writes
    again = desk.apply()
    assert again.code == 0, again.out + again.err
    assert again.summary["writes"] == 0
    assert desk.proxy.writes == written, desk.proxy.written[written:]

    desk.give_ingress_address()
    checked = desk.run("check", "-o", "json")
    bad = {f["id"]: f["status"] for f in checked.document["findings"] if f["status"] not in PASSING}
    # no domain and no certificate is given; from here the vendor's registry cannot be reached
    assert set(bad) <= {"dns.name", "registry.login", "tls.mode"}, bad
    assert checked.code == 4 if bad else 0

    outputs = [ran.out + ran.err for ran in (planned, applied, again, checked)]
    kept = [path for path in desk.folder.rglob("*") if path.is_file() and path.name not in PRIVATE]
    assert desk.values in kept
    for text in outputs + [path.read_text(errors="replace") for path in kept]:
        assert not [secret for secret in desk.secrets if secret in text]


def shows_the_objects(desk: Desk) -> None:
    namespace = desk.get("namespace", "cocalc")
    assert namespace["status"]["phase"] == "Active"
    pull = desk.get("secret", "regcred", "-n", "cocalc")
    assert pull["type"] == "kubernetes.io/dockerconfigjson"
    (auth,) = json.loads(text_of(pull, ".dockerconfigjson"))["auths"].values()
    assert auth["username"] == "_json_key"
    assert json.loads(auth["password"]) == KEY
    assert auth["email"] == "ops@example.edu"
    password = desk.get("secret", "postgresql-password", "-n", "cocalc")
    assert text_of(password, "postgresql-password") == desk.server.password
    claims = desk.get("pvc", "-n", "cocalc")["items"]
    assert {c["metadata"]["name"]: c["status"]["phase"] for c in claims} == {
        "projects-data": "Bound",
        "projects-software": "Bound",
    }
    assert all(c["spec"]["accessModes"] == ["ReadWriteMany"] for c in claims)
    for mine in (namespace, pull, password, *claims):
        assert "cocalc-tui" in managers(mine)
        assert managers(mine) - {"cocalc-tui"} <= CONTROLLERS, managers(mine)


def shows_the_release(desk: Desk) -> None:
    (release,) = desk.releases()
    assert (release["status"], release["revision"]) == ("deployed", "1")
    values = yaml.safe_load(desk.plane.run("helm", "get", "values", "cocalc", "-n", "cocalc"))
    assert values["global"]["settings"]["site_name"] == "Practice: a site"
    assert values["global"]["setup_admin"]["password"] == ADMIN_PASSWORD

    def rolled_out() -> bool:
        found = desk.get("deployments", "-n", "cocalc")["items"]
        return all(d["status"].get("availableReplicas") == d["spec"]["replicas"] for d in found)

    wait_for("the rollout", rolled_out)
    for kind in ("deployments", "ingress", "services", "configmaps"):
        for made in desk.get(kind, "-n", "cocalc", "-l", "app.kubernetes.io/managed-by=Helm")["items"]:
            assert managers(made) <= CONTROLLERS, made["metadata"]["name"]
