"""Charts that are not CoCalc's are judged, not stumbled over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.harness import Person
from tests.whole.bench import Desk

REDIS = {
    "Chart.yaml": "apiVersion: v2\nname: redis\nversion: 1.0.0\n",
    "values.yaml": "auth: {enabled: true, password: ''}\nreplica: {replicaCount: 3}\n",
    "templates/deployment.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    "data: {n: {{ .Values.replica.replicaCount | quote }}}\n",
}
BROKEN = {
    "no values": ({"Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n"}, None),
    "values of the wrong kind": ({"Chart.yaml": REDIS["Chart.yaml"], "values.yaml": "- a\n"}, "values.yaml"),
    "Chart.yaml of the wrong kind": ({"Chart.yaml": "- a\n", "values.yaml": "{}\n"}, "Chart.yaml"),
    "broken Chart.yaml": ({"Chart.yaml": "a: [", "values.yaml": "{}\n"}, "Chart.yaml"),
    "no chart at all": ({"README": "x"}, "no chart"),
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize("name", BROKEN)
def test_a_chart_that_cannot_be_read(person: Person, name: str) -> None:
    files, said = BROKEN[name]
    chart = write(person.folder / "chart", files)
    ran = person.gke("--chart", str(chart), "check", "chart", "values", "-o", "json")
    assert ran.code == 3
    told = [f"{f['summary']} {f.get('detail')}" for f in ran.document["findings"] if f["status"] == "fail"]
    assert said is None or any(said in text for text in told), told


def test_charts_of_others_lack_our_keys(desk: Desk) -> None:
    write(desk.folder / "redis", REDIS)
    desk.plane.run("helm", "create", str(desk.folder / "mine"))
    for name in ("redis", "mine"):
        ran = desk.run("--chart", str(desk.folder / name), "check", "-o", "json")
        assert ran.code == 3
        found = {f["id"]: f for f in ran.document["findings"]}
        keys = found["chart.keys"]
        assert keys["status"] in ("fail", "warn")
        assert "global.database" in f"{keys['summary']} {keys.get('detail')}"
        assert keys["remedy"]
        assert desk.run("--chart", str(desk.folder / name), "apply", "--yes", "--only", "values").code == 2
