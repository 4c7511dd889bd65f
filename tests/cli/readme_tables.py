"""The tables of README.md that say what the code says: `python -m tests.cli.readme_tables` writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cocalc_tui.cli import COMMANDS, EXIT_CODES, GLOBALS
from cocalc_tui.steps import STEPS
from cocalc_tui.wiring import list_worlds

README = Path(__file__).parents[2] / "README.md"
TO_COME = {
    "deploy-key": "a deploy key for the chart's private repository, and cloning it",
    "ingress": "an Ingress controller",
    "loadbalancer": "a load balancer on bare metal",
    "dns": "the domain's record",
    "tls": "certificates",
    "ssh-gateway": "the SSH gateway",
    "mail": "the mail server",
}
"""Steps of the setup guide that may not be here yet."""


def exit_codes() -> str:
    """What a command ends with."""
    return "\n".join(
        ["| code | means |", "|---|---|", *(f"| {code} | {text} |" for code, text in EXIT_CODES.items())]
    )


def commands() -> str:
    """All commands."""
    rows = [f"| `cocalc-tui {name}` | {text} |" for name, (text, _) in COMMANDS.items()]
    return "\n".join(["| command | does |", "|---|---|", "| `cocalc-tui` | the full screen |", *rows])


def options() -> str:
    """The options that every command takes, before or after its name."""
    rows = [f"| `{name} {metavar.replace('|', ' or ')}` | {text} |" for name, metavar, text in GLOBALS]
    more = [
        "| `--set STEP.FIELD=VALUE` | answer one field (repeatable) |",
        "| `--plain` | no full screen: a dialogue, line by line |",
    ]
    return "\n".join(["| option | means |", "|---|---|", *rows, *more])


def steps() -> str:
    """All steps with their fields and checks."""
    rows = [
        f"| **{step.title}**<br>`{step.id}` | {step.why} | {_codes(f.name for f in step.fields)}"
        f" | {_codes(c.id for c in step.checks)} |"
        for step in STEPS
    ]
    return "\n".join(["| step | why | asks for | checks |", "|---|---|---|---|", *rows])


def worlds() -> str:
    """The practice clusters."""
    rows = [f"| `{name}` | {title} |" for name, title in list_worlds()]
    return "\n".join(["| world | is |", "|---|---|", *rows])


def not_yet() -> str:
    """What of the setup guide has no step yet."""
    missing = [f"{text} (`{name}`)" for name, text in TO_COME.items() if name not in {s.id for s in STEPS}]
    if not missing:
        return "- Every prerequisite of the setup guide has its step."
    return "- These prerequisites have no step yet and are done by hand: " + ", ".join(missing) + "."


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


TABLES = {
    "exit codes": exit_codes,
    "commands": commands,
    "options": options,
    "steps": steps,
    "worlds": worlds,
    "not yet": not_yet,
}


def filled(text: str) -> str:
    """The README with its tables as they should be. Raises `LookupError` where one has no place."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise LookupError(f"README.md has no {begin} … {end}")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
