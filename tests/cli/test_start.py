"""The command line answers at once and loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"textual", "kubernetes", "psycopg", "httpx", "keyring"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a fresh process, telling which modules it loaded."""
    code = (
        "import sys\nfrom cocalc_tui.cli import main\n"
        "try: code = main(sys.argv[1:])\nexcept SystemExit as end: code = end.code\n"
        "print('LOADED', *sorted({m.partition('.')[0] for m in sys.modules}), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def loaded(done: subprocess.CompletedProcess[str]) -> set[str]:
    """The top-level modules that the process loaded."""
    line = next(x for x in reversed(done.stderr.splitlines()) if x.startswith("LOADED"))
    return set(line.split()[1:])


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("check", "--help"), ("apply", "-h")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 0
    assert not loaded(done) & (HEAVY | {"yaml", "ruamel", "asyncio"})


def test_explain_and_rehearsal_load_no_client() -> None:
    for arguments in (("explain",), ("--world", "gke", "status")):
        assert not loaded(run(*arguments)) & {"textual", "kubernetes", "psycopg", "httpx"}


@pytest.mark.parametrize(
    "arguments", [("--nonsense",), ("chekc",), ("export", "nonsense"), ("check", "-o", "xml"), ("snapshot",)]
)
def test_usage_errors_end_in_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_no_terminal_says_so() -> None:
    done = run()
    assert done.returncode == 2
    assert "terminal" in done.stderr
