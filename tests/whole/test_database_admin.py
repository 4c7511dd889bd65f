"""A server that knows no CoCalc: role and database come with the rest, by the tool and by its script."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.testbed.bed import ControlPlane
from tests.testbed.postgres import Postgres, programs
from tests.testbed.proxy import ApiProxy
from tests.whole.bench import Desk

ADMIN = "canary-db-admin-pass"
HUB = "canary-hub's $pass"


@pytest.fixture
def bare(cluster_reset: ControlPlane, api_proxy: ApiProxy, postgres: Postgres, tmp_path: Path) -> Desk:
    """A desk whose answers name a role that is not there, and an administrator who is no superuser."""
    postgres.role("dba", ADMIN, "CREATEDB CREATEROLE")
    secrets = {"DBA_PASSWORD": ADMIN, "HUB_PASSWORD": HUB}
    desk = Desk(cluster_reset, api_proxy, postgres, tmp_path / "desk", secrets)
    answers = desk.given
    answers["database"] |= {
        "user": "hub",
        "name": "hub-data",
        "password": {"env": "HUB_PASSWORD"},
        "admin_user": "dba",
        "admin_password": {"env": "DBA_PASSWORD"},
    }
    desk.answers.write_text(yaml.safe_dump({"version": 1, "answers": answers}))
    return desk


def owner(desk: Desk) -> list[tuple[str, ...]]:
    return desk.server.run("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'hub-data'")


def test_apply_makes_role_and_database_once(bare: Desk) -> None:
    planned = bare.run("plan", "-o", "json")
    (sql,) = (a for a in planned.document["actions"] if a["kind"] == "sql")
    assert "PASSWORD (from HUB_PASSWORD)" in sql["diff"]
    assert owner(bare) == []
    first = bare.apply()
    assert first.code == 0, first.out + first.err
    assert owner(bare) == [("hub",)]
    second = bare.apply()
    assert (second.code, second.summary["writes"]) == (0, 0), second.out
    told = planned.out + planned.err + first.out + first.err + bare.values.read_text()
    assert not [s for s in (ADMIN, HUB, "dba") if s in bare.values.read_text()]
    assert not [s for s in (ADMIN, HUB) if s in told]


def test_the_exported_script_does_it_with_psql(bare: Desk) -> None:
    script = bare.folder / "install.sh"
    assert bare.run("export", "script", "--out", str(script)).code == 0
    assert not [s for s in (ADMIN, HUB) if s in script.read_text()]
    environment = bare.environment
    environment["PATH"] = f"{programs()}:{environment['PATH']}"
    for _ in range(2):
        ran = subprocess.run(
            [shutil.which("dash") or "sh", str(script)],
            cwd=bare.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert owner(bare) == [("hub",)]
    applied = bare.apply()
    assert (applied.code, applied.summary["writes"]) == (0, 0), applied.out
