"""The practice chart without helm gives what helm gives."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cocalc_tui.adapters.rehearsal.render import ChartRefused, lint, merge, render
from tests.adapters.render_cases import BAD, GOOD, parsed

CHART = Path(__file__).parents[2] / "assets/practice-chart/cocalc"
HOST = "--set=global.database.host=db"
# Helm's lint deletes such a default, its template keeps the null and refuses it: we side with the template
NULL_IN_SUBCHART = "hub: {debug: null}"

pytestmark = pytest.mark.testbed


def by_name(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named = {f"{item['kind']}/{item['metadata']['name']}": item for item in objects}
    assert len(named) == len(objects)
    return named


def run(helm: Path, command: str, text: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    values = folder / "values.yaml"
    values.write_text(text, "utf-8")
    name = ["rel"] if command == "template" else []
    arguments = [str(helm), command, *name, str(CHART), "--namespace", "ns", "--values", str(values), *more]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_same_objects_as_helm(text: str, helm: Path, tmp_path: Path) -> None:
    theirs = run(helm, "template", text, tmp_path)
    assert theirs.returncode == 0, theirs.stderr
    objects = [item for item in yaml.safe_load_all(theirs.stdout) if item]
    assert by_name(render(parsed(text), release="rel", namespace="ns")) == by_name(objects)
    assert lint(parsed(text)) == []
    assert run(helm, "lint", text, tmp_path, "--strict").returncode == 0


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_refuses_what_helm_refuses(text: str, helm: Path, tmp_path: Path) -> None:
    theirs = run(helm, "lint", text, tmp_path)
    assert theirs.returncode == 1, theirs.stdout
    complaints = lint(parsed(text))
    assert complaints
    for complaint in complaints:
        path = complaint.split(":")[0]
        assert f"/{path.replace('.', '/')}'" in theirs.stdout or path == "global.sso"
    with pytest.raises(ChartRefused):
        render(parsed(text), release="rel", namespace="ns")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{}", "global.database.host"),
        (
            "global: {database: {host: db}, storage: {software: {claimName: projects-data}}}",
            "global.storage.software.claimName",
        ),
    ],
)
def test_rules_of_the_templates_name_the_key(text: str, key: str, helm: Path, tmp_path: Path) -> None:
    theirs = run(helm, "template", text, tmp_path)
    (complaint,) = lint(parsed(text))
    assert key in complaint
    assert theirs.returncode == 1
    assert complaint in theirs.stderr


@pytest.mark.parametrize("text", [NULL_IN_SUBCHART, "hub: null", "global: null"])
def test_null_where_a_block_is_needed(text: str, helm: Path, tmp_path: Path) -> None:
    host = [] if "global" in text else [HOST]
    theirs = run(helm, "template", text, tmp_path, *host)
    assert theirs.returncode == 1
    assert "is required" not in theirs.stderr
    with pytest.raises(ChartRefused) as refused:
        render(parsed(GOOD["defaults and the host"]) | parsed(text), release="rel", namespace="ns")
    assert "is required" not in str(refused.value)


def test_a_refused_password_is_not_shown(helm: Path, tmp_path: Path) -> None:
    text = f"global: {{database: {{host: db}}, setup_admin: {{password: {'hunter2' * 10}}}}}"
    assert "hunter2" not in "".join(lint(parsed(text)))
    assert "hunter2" not in run(helm, "lint", text, tmp_path).stdout


def test_merge_has_helms_rules() -> None:
    defaults = {"a": {"b": 1, "c": [1, 2]}, "d": "x", "e": {"f": 1}}
    once = merge(defaults, {"a": {"c": [3]}, "d": None}, {"a": {"g": 2}, "e": None})
    assert once == {"a": {"b": 1, "c": [3], "g": 2}}
    # a null that a later file takes back gives the defaults again
    assert merge(defaults, {"e": None}, {"e": {"h": 1}}) == {**defaults, "e": {"f": 1, "h": 1}}
    assert defaults == {"a": {"b": 1, "c": [1, 2]}, "d": "x", "e": {"f": 1}}


def test_equal_values_give_equal_objects() -> None:
    values = parsed(GOOD["settings"])
    first = render(values, release="rel", namespace="ns")
    assert first == render(values, release="rel", namespace="ns")
    assert values == parsed(GOOD["settings"])
