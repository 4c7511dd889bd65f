from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.chart import probe_chart
from cocalc_tui.core.topics import Probe
from tests.adapters.charts import REDIS, git, make, pack

COCALC = {
    "Chart.yaml": "apiVersion: v2\nname: cocalc\nversion: 2.11.4\nappVersion: '2.11'\n",
    "values.yaml": "# values of CoCalc\nglobal:\n  settings: {}\n",
    "values.schema.json": '{"type": "object"}',
    "charts/hub/Chart.yaml": "apiVersion: v2\nname: hub\nversion: 0.1.0\n",
    "charts/hub/values.yaml": "debug: ''\n",
    "charts/_old/Chart.yaml": "name: old\n",
}


def look(directory: Path) -> Mapping[str, Any]:
    seen = asyncio.run(probe_chart(Probe.of("chart", directory=str(directory)), 20))
    json.dumps(seen)
    return seen


def test_the_checkout_and_the_chart_itself_are_the_same(tmp_path: Path) -> None:
    chart = make(tmp_path / "cocalc", COCALC)
    seen = look(tmp_path)
    assert seen == look(chart)
    assert seen["error"] is None
    assert (seen["path"], seen["name"], seen["version"], seen["app_version"]) == (
        str(chart),
        "cocalc",
        "2.11.4",
        "2.11",
    )
    assert seen["values_text"].startswith("# values of CoCalc")
    assert (seen["values"], seen["schema"]) == ({"global": {"settings": {}}}, {"type": "object"})
    assert seen["subcharts"] == {"hub": {"values_text": "debug: ''\n", "values": {"debug": ""}}}
    assert (seen["git"], seen["missing_dependencies"]) == (None, [])


def test_the_digest_is_of_names_and_contents_alone(tmp_path: Path) -> None:
    chart = make(tmp_path / "cocalc", COCALC)
    before = look(chart)["digest"]
    make(chart, {"my-values.yaml": "a: 1", "my-values.secret.yaml": "b: 1", ".git/index": "x"})
    assert look(chart)["digest"] == before
    (chart / "values.yaml").touch()
    assert look(chart)["digest"] == before
    make(chart, {"templates/new.yaml": ""})
    after = look(chart)["digest"]
    assert after != before
    (chart / "templates/new.yaml").rename(chart / "templates/other.yaml")
    assert look(chart)["digest"] not in (before, after)


def test_the_practice_chart() -> None:
    seen = look(Path("assets/practice-chart"))
    assert (seen["name"], seen["error"]) == ("cocalc", None)
    assert {"hub", "static", "manage"} <= set(seen["subcharts"])


def test_a_chart_that_is_not_cocalc(tmp_path: Path) -> None:
    chart = make(tmp_path / "redis", REDIS)
    pack(chart / "charts/exporter-1.0.0.tgz", {"exporter/Chart.yaml": "name: exporter\n"})
    seen = look(chart)
    assert (seen["name"], seen["error"], seen["schema"]) == ("redis", None, None)
    assert seen["values"]["auth"] == {"enabled": True, "password": ""}
    assert seen["missing_dependencies"] == ["common"]
    assert seen["subcharts"] == {"metrics": {"values_text": "", "values": {}}}


def test_dependencies_of_the_first_chart_format(tmp_path: Path) -> None:
    files = {"Chart.yaml": "apiVersion: v1\nname: old\nversion: 1\n"}
    files["requirements.yaml"] = "dependencies: [{name: db, version: 1}]\n"
    assert look(make(tmp_path, files))["missing_dependencies"] == ["db"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"values.yaml": "a: 1\nb:\n\t- c\n"}, "values.yaml line 3: found character"),
        ({"values.yaml": "- a\n"}, "values.yaml line 1: a mapping is expected"),
        ({"Chart.yaml": "name: [\n"}, "Chart.yaml line 2: "),
        ({"values.schema.json": '{\n"a": }'}, "values.schema.json line 2: Expecting value"),
        ({"charts/hub/values.yaml": "a: b: c"}, "charts/hub/values.yaml line 1: mapping values"),
        ({"charts/db-1.tgz": "no archive"}, "charts/db-1.tgz: no chart archive"),
    ],
)
def test_a_broken_part_is_named_with_its_line(tmp_path: Path, files: dict[str, str], words: str) -> None:
    seen = look(make(tmp_path, {**COCALC, **files}))
    assert words in seen["error"]
    assert seen["found"]


def test_bytes_and_sizes_that_no_chart_has(tmp_path: Path) -> None:
    chart = make(tmp_path, COCALC)
    (chart / "values.yaml").write_bytes(b"a: 1\nb: \xff\n")
    assert look(chart)["error"] == "values.yaml line 2: no UTF-8 text"
    with (chart / "values.yaml").open("wb") as file:
        file.truncate(1 << 30)
    assert look(chart)["error"] == "values.yaml is over 16 MiB"


def test_odd_things_in_the_folder_do_no_harm(tmp_path: Path) -> None:
    chart = make(tmp_path, COCALC)
    before = look(chart)["digest"]
    (chart / "loop").symlink_to(chart)
    (chart / "self").symlink_to("self")
    os.mkfifo(chart / "pipe")
    (chart / "image.bin").write_bytes(bytes(range(256)))
    (chart / os.fsdecode(b"name-\xff")).write_text("x")
    seen = look(chart)
    assert seen["error"] is None
    assert seen["digest"] not in (None, before)


def test_what_is_no_chart_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "self").symlink_to("self")
    assert look(tmp_path / "none")["error"] == f"{tmp_path}/none does not exist"
    assert look(tmp_path / "file")["error"].endswith("is a file: a chart is a folder with Chart.yaml")
    assert "is no chart" in look(tmp_path)["error"]
    assert look(tmp_path / "self")["found"] is False


def test_a_checkout(tmp_path: Path) -> None:
    upstream, here = tmp_path / "upstream", tmp_path / "here"
    make(upstream / "cocalc", COCALC)
    git(upstream, "init", "-q")
    git(upstream, "add", "-A")
    git(upstream, "commit", "-q", "-m", "first")
    git(tmp_path, "clone", "-q", "-o", "github", str(upstream), str(here))
    make(upstream, {"news": "x"})
    git(upstream, "add", "-A")
    git(upstream, "commit", "-q", "-m", "second")
    git(here, "fetch", "-q", "github")
    git(here, "config", "core.sshCommand", "ssh -i key")
    git(here, "config", "core.fsmonitor", "touch ran; false")
    git(here, "remote", "set-url", "github", "https://user:hunter2@example.com/helm.git")
    make(here, {"my-values.yaml": ""})
    seen = look(here)["git"]
    assert seen == {
        "commit": git(here, "rev-parse", "HEAD"),
        "branch": "master",
        "dirty": False,
        "remote": "https://example.com/helm.git",
        "ssh_command": "ssh -i key",
        "behind": 1,
        "error": None,
    }
    assert look(here / "cocalc")["git"] == seen
    assert not (here / "ran").exists()
    make(here / "cocalc", {"values.yaml": ""})
    git(here, "checkout", "-q", "--detach")
    again = look(here)["git"]
    assert (again["dirty"], again["branch"]) == (True, None)


def test_a_checkout_before_its_first_commit(tmp_path: Path) -> None:
    git(make(tmp_path, COCALC), "init", "-q")
    seen = look(tmp_path)["git"]
    assert (seen["commit"], seen["branch"], seen["remote"], seen["behind"]) == (None, "master", None, None)
