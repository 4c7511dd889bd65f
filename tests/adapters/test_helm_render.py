from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.adapters.helm import distil
from cocalc_tui.adapters.helm.command import Command, private_files
from cocalc_tui.adapters.helm.render import Renderer, probe_render
from cocalc_tui.adapters.secrets_hash import text_hash
from cocalc_tui.adapters.vault import Vault
from cocalc_tui.core.topics import Probe
from tests.adapters.charts import REDIS, make

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: small\nversion: 0.1.0\n",
    "values.yaml": "replicas: 1\nname: ''\npassword: ''\ndebug: false\n",
    "values.schema.json": '{"properties": {"replicas": {"type": "integer"}, "debug": {"type": "boolean"}}}',
    "templates/objects.yaml": (
        '{{ if not .Values.name }}{{ fail "name is required" }}{{ end }}\n'
        "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Values.name }}}\n"
        "stringData: {password: {{ .Values.password | quote }}}\n"
        'data: {other: {{ b64enc "open" }}}\n'
        "---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.name }}-config}\n"
        'data:\n  line: {{ printf "password=%s" .Values.password | quote }}\n'
        "  kube: {{ .Capabilities.KubeVersion.Version }}\n"
        "{{ if .Values.debug }}  broken: {{ .Values.none.at.all }}{{ end }}\n"
    ),
    "templates/hook.yaml": (
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: setup\n"
        "  annotations: {helm.sh/hook: pre-install}\n"
        "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n"
    ),
    "templates/tests/test.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: test, annotations: {helm.sh/hook: test}}\n"
        "spec: {containers: [{name: a, image: b}]}\n"
    ),
    "templates/NOTES.txt": "Look at {{ .Values.name }} with {{ .Values.password }}\n",
}
GOOD = "name: one\npassword: set-elsewhere\n"


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    return make(tmp_path / "small", CHART)


def question(chart: Path, text: str = GOOD, **other: Any) -> Probe:
    arguments: dict[str, Any] = {"path": "/home/me/my-values.yaml", "release": "small", "namespace": "ns"}
    return Probe.of("render", chart=str(chart), text=text, **(arguments | other))


def render(helm: Path, probe: Probe, vault: Vault | None = None, version: str = "") -> Mapping[str, Any]:
    renderer = Renderer(Command(str(helm)), vault or Vault(), lambda: version)
    seen = asyncio.run(probe_render(probe, renderer))
    json.dumps(seen)
    return seen


def test_objects_without_the_values_of_secrets(helm: Path, chart: Path) -> None:
    vault = Vault()
    entries = (("password", vault.remember("mail.password", "hunter2-täst")),)
    seen = render(helm, question(chart, entries=entries), vault, "v1.29.3")
    assert seen["error"] is None
    objects = {o["kind"]: o for o in seen["objects"]}
    assert set(objects) == {"Secret", "ConfigMap", "Job"}
    assert objects["Secret"]["data"] == {
        "other": f"sha256:{text_hash('open')}",
        "password": f"sha256:{text_hash('hunter2-täst')}",
    }
    assert "stringData" not in objects["Secret"]
    assert objects["ConfigMap"]["data"]["kube"] == "v1.29.3"
    assert "hunter2" not in json.dumps(seen, ensure_ascii=False)
    assert base64.b64encode("hunter2-täst".encode()).decode() not in json.dumps(seen)


def test_the_digest_is_of_what_is_rendered(helm: Path, chart: Path) -> None:
    first = render(helm, question(chart))["digest"]
    assert render(helm, question(chart, "# other comment\n" + GOOD))["digest"] == first
    assert render(helm, question(chart, GOOD + "password: x\n"))["digest"] != first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "small/templates/objects.yaml: name is required"),
        ("name: a\ndebug: yes\n", "small/templates/objects.yaml line 14: .Values.none.at.all: nil pointer"),
        ("name: a\nreplicas: many\n", "the chart's schema refuses"),
        ("name: a\n\tb: c\n", "/home/me/my-values.yaml: yaml: line 2: found a tab"),
        ("name: '{'\n", "small/templates/objects.yaml: yaml: line"),
    ],
)
def test_an_error_is_one_sentence_with_its_place(helm: Path, chart: Path, text: str, words: str) -> None:
    seen = render(helm, question(chart, text))
    assert words in seen["error"]
    assert "\n" not in seen["error"]
    assert "cocalc-tui-" not in seen["error"]
    assert (seen["objects"], seen["digest"]) == ([], None)


def test_what_lint_says(helm: Path, chart: Path) -> None:
    assert render(helm, question(chart))["lint"] == []
    said = render(helm, question(chart, "name: a\nreplicas: many\n"))["lint"]
    assert any("replicas" in line for line in said)
    make(chart, {"Chart.yaml": "apiVersion: v2\nname: small\nversion: not.a.version\n"})
    assert any("version" in line for line in render(helm, question(chart))["lint"])


def test_a_chart_without_its_dependencies(helm: Path, tmp_path: Path) -> None:
    seen = render(helm, question(make(tmp_path / "redis", REDIS), ""))
    assert "missing in charts/ directory: common, exporter" in seen["error"]


def test_a_template_that_calls_another(helm: Path, chart: Path) -> None:
    make(chart, {"templates/_help.tpl": '{{ define "deep" }}{{ fail "too deep" }}{{ end }}'})
    make(chart, {"templates/more.yaml": '{{ include "deep" . }}'})
    assert render(helm, question(chart))["error"].endswith("too deep")


def test_the_practice_chart(helm: Path) -> None:
    seen = render(helm, question(Path("assets/practice-chart"), "{}"))
    assert "is required" in seen["error"]


def test_no_chart_and_no_helm(helm: Path, tmp_path: Path) -> None:
    assert "is no chart" in render(helm, question(tmp_path))["error"]
    assert "does not exist" in render(tmp_path / "helm", question(make(tmp_path / "c", CHART)))["error"]


def test_one_question_is_rendered_once(chart: Path, helm: Path, tmp_path: Path) -> None:
    counting = tmp_path / "helm"
    counting.write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/calls\nexec {helm} "$@"\n')
    counting.chmod(0o755)

    async def run() -> None:
        renderer = Renderer(Command(str(counting)), Vault(), lambda: "")
        probe = question(chart)
        first, second = await asyncio.gather(renderer.render(probe), renderer.render(probe))
        assert first is second
        assert await renderer.render(probe) is first
        make(chart, {"values.yaml": CHART["values.yaml"] + "# changed\n"})
        assert await renderer.render(probe) is not first
        await renderer.close()

    asyncio.run(run())
    assert sorted((tmp_path / "calls").read_text().split()) == ["lint", "lint", "template", "template"]


def test_a_late_asker_leaves_the_rendering_to_the_next(chart: Path, helm: Path, tmp_path: Path) -> None:
    slow = tmp_path / "helm"
    slow.write_text(f'#!/bin/sh\nsleep 0.5\nexec {helm} "$@"\n')
    slow.chmod(0o755)

    async def run() -> Mapping[str, Any]:
        renderer = Renderer(Command(str(slow)), Vault(), lambda: "")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await probe_render(question(chart), renderer)
        return await probe_render(question(chart), renderer)

    assert asyncio.run(run())["error"] is None


def test_secrets_reach_helm_by_private_files_alone(chart: Path, tmp_path: Path) -> None:
    spy = tmp_path / "helm"
    spy.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"log = open({str(tmp_path / 'log')!r}, 'a')\n"
        "files = [a for a in sys.argv if a.endswith('.yaml')]\n"
        "mode = lambda f: oct(os.stat(f).st_mode & 0o777)\n"
        "modes = [mode(f) + mode(os.path.dirname(f)) for f in files]\n"
        "print(sys.argv, sorted(os.environ.items()), modes, file=log)\n"
    )
    spy.chmod(0o755)
    vault = Vault()
    entries = (("password", vault.remember("mail.password", "hunter2-täst")),)
    render(spy, question(chart, entries=entries), vault)
    log = (tmp_path / "log").read_text()
    assert "hunter2" not in log
    assert "['0o6000o700', '0o6000o700']" in log
    assert not list(Path("/dev/shm").glob(f"cocalc-tui-{os.getpid()}-*"))


def test_what_a_killed_process_left_is_swept() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    where = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
    left = where / f"cocalc-tui-{gone.pid}-left"
    left.mkdir(mode=0o700)
    (left / "secret.yaml").write_text("password: x")
    with private_files({"a.yaml": "x"}):
        assert not left.exists()


def test_private_files_go_with_the_program(tmp_path: Path) -> None:
    with private_files({"a.yaml": "x"}) as files:
        path = files["a.yaml"]
        assert path.read_text() == "x"
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("WARNING: Kubernetes configuration file is group-readable\nError: UPGRADE FAILED: a", "a"),
        ('Error: failed to create resource: admission webhook "v": b', 'admission webhook "v": b'),
        ("W1124 15:00:00.000000  warnings.go:70] unknown field\nError: INSTALLATION FAILED: c", "c"),
        (
            "Error: values don't meet the specifications of the schema(s):\nx:\n- at '/a': got b\n- at '/c'",
            "the chart's schema refuses at '/a': got b; at '/c'",
        ),
        ("", "helm failed without a word"),
    ],
)
def test_distilling(text: str, said: str) -> None:
    assert distil.message(text) == said


def test_importing_helm_runs_nothing() -> None:
    program = (
        "import sys, cocalc_tui.adapters.helm.upgrade\n"
        "print({'kubernetes', 'httpx', 'psycopg'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
