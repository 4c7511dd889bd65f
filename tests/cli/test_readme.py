"""What the README says of the code is what the code says."""

from __future__ import annotations

import re

import pytest

from cocalc_tui.cli import parser
from tests.cli.readme_tables import README, TABLES, filled

TEXT = README.read_text(encoding="utf-8")
ROOT = README.parent


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_current(name: str) -> None:
    table = TEXT.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- /{name} -->")[0]
    assert table == TABLES[name](), "write them with: python -m tests.cli.readme_tables"


def test_filling_in_changes_nothing() -> None:
    assert filled(TEXT) == TEXT


def test_links_lead_to_files() -> None:
    targets = re.findall(r"\]\((?!http|#)([^)#]+)\)", TEXT) + re.findall(r'src="([^"]+)"', TEXT)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_commands_can_be_typed_as_they_stand() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    ours = [line.split("cocalc-tui ", 1)[1].split() for line in lines if "cocalc-tui " in line]
    assert len(ours) > 5
    for words in ours:
        parser().parse_args(words)
