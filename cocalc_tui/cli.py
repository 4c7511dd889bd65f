"""The command line (design, part 2). Imports nothing heavy: `--help` answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Container

EXIT_CODES = {
    0: "pass, done",
    2: "usage, unreadable answers, unknown step",
    3: "a check or an action failed",
    4: "warnings only, or something is left for a person",
    5: "the plan is stale, or another operator holds the lease",
    6: "something could not be determined",
    130: "interrupted",
}

GLOBALS: tuple[tuple[str, str, str], ...] = (
    ("--kubeconfig", "FILE", "kubeconfig to use (default: KUBECONFIG, then ~/.kube/config)"),
    ("--context", "NAME", "context of the kubeconfig"),
    ("--namespace", "NAME", "namespace of CoCalc (default: cocalc)"),
    ("--chart", "DIR", "the chart's folder, or the checkout that contains it as cocalc/"),
    ("--values", "FILE", "values file, read and edited in place (default: my-values.yaml)"),
    ("--answers", "FILE", "answers file"),
    ("--world", "NAME|FILE", "a rehearsal world or a snapshot instead of a cluster"),
    ("--state-dir", "DIR", "where answers and rehearsal worlds are kept"),
    ("--log-file", "FILE", "write a log, redacted"),
)

FOLDERS = ("kustomize", "argocd", "flux")
EXPORTS = ("values", "script", *FOLDERS, "rights", "report", "answers")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Asks for the width itself: argparse would import half of the archive formats for that."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size().columns
    except (ValueError, OSError):
        return 80


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # the base never returns either
        print(f"{self.prog}: {message}\nSee `{self.prog} --help`.", file=sys.stderr)
        raise SystemExit(2)


def _duration(text: str) -> float:
    """A time in seconds, above zero and finite."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _globals(parser: argparse.ArgumentParser, *, top: bool) -> None:
    group = parser.add_argument_group("global options (before or after the command)")
    default = None if top else argparse.SUPPRESS
    for name, metavar, text in GLOBALS:
        group.add_argument(name, metavar=metavar, default=default, help=text)
    group.add_argument(
        "--set",
        metavar="STEP.FIELD=VALUE",
        action="append",
        default=[] if top else argparse.SUPPRESS,
        dest="set" if top else "set_after",
        help="answer one field (repeatable)",
    )
    group.add_argument(
        "--plain",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
        help="no full screen: one line a change",
    )


def _output(sub: argparse.ArgumentParser, *kinds: str) -> None:
    sub.add_argument("-o", "--output", choices=kinds, default="text", help="form of the output")


def _only(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--only", action="append", nargs="+", metavar="STEP", default=[])


def _timeout(sub: argparse.ArgumentParser, text: str) -> None:
    sub.add_argument("--timeout", type=_duration, default=15.0, metavar="S", help=text)


def _check(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("targets", nargs="*", metavar="STEP|STEP.CHECK")
    _output(sub, "text", "json", "junit")
    _timeout(sub, "end within S seconds")
    sub.add_argument("--watch", action="store_true", help="go on, and tell each change")


def _status(sub: argparse.ArgumentParser) -> None:
    _output(sub, "text", "json")


def _plan(sub: argparse.ArgumentParser) -> None:
    _only(sub)
    _output(sub, "text", "json")
    sub.add_argument("--out", metavar="FILE", help="write the plan for `apply FILE`")
    _timeout(sub, "look for at most S seconds")


def _apply(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("planfile", nargs="?", metavar="PLANFILE")
    _only(sub)
    sub.add_argument("--yes", action="store_true", help="do not ask")
    _output(sub, "text", "json")
    _timeout(sub, "look for at most S seconds")


def _export(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("kind", choices=EXPORTS)
    sub.add_argument("--out", metavar="PATH", help="a file, or - for standard output; a folder's name")
    sub.add_argument("--force", action="store_true", help="overwrite what was not written by us")


def _explain(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("target", nargs="?", metavar="STEP|STEP.CHECK|STEP.FIELD")
    _output(sub, "text", "json")


def _remove(sub: argparse.ArgumentParser) -> None:
    _only(sub)
    sub.add_argument("--yes", action="store_true", help="do not ask")


def _snapshot(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--out", metavar="FILE", required=True)
    sub.add_argument("--force", action="store_true", help="overwrite an existing file")


def _rehearse(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", nargs="?", metavar="WORLD")
    sub.add_argument("--list", action="store_true", help="list the worlds")
    sub.add_argument("--reset", action="store_true", help="forget what was done in the world")


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "check": ("judge every prerequisite, change nothing", _check),
    "status": ("the state of every step", _status),
    "plan": ("show every change, make none", _plan),
    "apply": ("make the changes of the plan", _apply),
    "export": ("write what was generated: values, script, GitOps folders, rights, report, answers", _export),
    "explain": ("why a step is needed, what its checks look at, what its fields mean", _explain),
    "remove": ("remove what this tool created; never data volumes unless named", _remove),
    "snapshot": ("a redacted picture of the cluster, usable as a world", _snapshot),
    "rehearse": ("the full screen on a practice cluster; nothing needed", _rehearse),
}


def parser(commands: Container[str] = COMMANDS.keys()) -> argparse.ArgumentParser:
    """The whole command line; options of a command only where it is among `commands`, which saves time."""
    from cocalc_tui import __version__

    codes = "\n".join(f"  {code:<4} {text}" for code, text in EXIT_CODES.items())
    top = _Parser(
        prog="cocalc-tui",
        description="From an empty Kubernetes cluster to a running CoCalc. No command: the full screen.",
        epilog=f"exit codes:\n{codes}\n\nNo cluster yet? Look around with: cocalc-tui rehearse",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    _globals(top, top=True)
    top.add_argument("--version", action="version", version=f"cocalc-tui {__version__}")
    subs = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, (text, options) in COMMANDS.items():
        sub = subs.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            allow_abbrev=False,
            formatter_class=_Help,
        )
        if name in commands:
            _globals(sub, top=False)
            options(sub)
    return top


def main(argv: list[str] | None = None) -> int:
    """The console command; gives the exit code."""
    given = sys.argv[1:] if argv is None else argv
    arguments = parser(given).parse_args(given)
    from cocalc_tui.commands import run

    return run(arguments)
