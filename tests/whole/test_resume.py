"""Nothing local is left: what the cluster shows is not asked again, and nothing is done twice."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
import yaml

from tests.whole.bench import Desk, state_of

OF_FILE = ("values",)


def states(desk: Desk, *, answers: bool = False) -> dict[str, str]:
    shown = desk.run("status", "-o", "json", answers=answers)
    assert shown.code == 0, shown.out + shown.err
    return {step["id"]: step["state"] for step in shown.document["steps"]}


def released(desk: Desk) -> Any:
    return yaml.safe_load(desk.plane.run("helm", "get", "values", "cocalc", "-n", "cocalc"))


@pytest.mark.parametrize("keep_values", [True, False], ids=["values kept", "values deleted"])
def test_without_local_files_nothing_is_asked_and_nothing_changes(desk: Desk, *, keep_values: bool) -> None:
    desk.values.write_text("# my own\nhub:\n  multiple_replicas:\n    proxy: 1\nmine: {kept: [1, two]}\n")
    assert desk.apply().code == 0
    assert released(desk)["mine"] == {"kept": [1, "two"]}
    before, objects, written = states(desk, answers=True), state_of(desk), desk.values.read_text()
    values = yaml.safe_load(written)

    shutil.rmtree(desk.folder / "state")
    (desk.folder / "my-values.secret.yaml").unlink()
    if not keep_values:
        desk.values.unlink()
    desk.more = {"DB_PASSWORD": "", "ADMIN_PASSWORD": ""}

    after = states(desk)
    assert after | dict.fromkeys(OF_FILE) == before | dict.fromkeys(OF_FILE)
    assert after["values"] == ("ready" if keep_values else "absent")

    desk.proxy.forget()
    again = desk.apply(answers=False)
    assert again.code == 0, again.out + again.err
    assert desk.proxy.writes == 0, desk.proxy.written
    assert again.summary["writes"] == (0 if keep_values else 1)
    assert yaml.safe_load(desk.values.read_text()) == values
    if keep_values:
        assert desk.values.read_text() == written
    assert state_of(desk) == objects
    assert desk.releases()[0]["revision"] == "1"


def test_a_change_from_another_machine_keeps_the_secrets_of_the_release(desk: Desk) -> None:
    assert desk.apply().code == 0
    before = released(desk)
    shutil.rmtree(desk.folder / "state")
    (desk.folder / "my-values.secret.yaml").unlink()
    desk.values.unlink()
    desk.more = {"DB_PASSWORD": "", "ADMIN_PASSWORD": ""}
    changed = desk.run("--set", "site.name=Renamed", "apply", "--yes", "-o", "json", answers=False)
    assert changed.code == 0, changed.out + changed.err
    assert not [secret for secret in desk.secrets if secret in changed.out + changed.err]
    assert desk.releases()[0]["revision"] == "2"
    after = released(desk)
    assert after["global"]["settings"].pop("site_name") == "Renamed"
    before["global"]["settings"].pop("site_name")
    assert after == before
