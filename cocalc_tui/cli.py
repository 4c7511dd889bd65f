"""The command line (design, part 2). Imports nothing heavy: `--help` answers at once."""

from __future__ import annotations

import argparse
import sys

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

EXPORTS = ("values", "script", "rights", "report", "answers")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # the base never returns either
        print(f"{self.prog}: {message}\nSee `{self.prog} --help`.", file=sys.stderr)
        raise SystemExit(2)


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


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from cocalc_tui import __version__

    codes = "\n".join(f"  {code:<4} {text}" for code, text in EXIT_CODES.items())
    top = _Parser(
        prog="cocalc-tui",
        description="From an empty Kubernetes cluster to a running CoCalc. No command: the full screen.",
        epilog=f"exit codes:\n{codes}\n\nNo cluster yet? Look around with: cocalc-tui rehearse",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _globals(top, top=True)
    top.add_argument("--version", action="version", version=f"cocalc-tui {__version__}")
    subs = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        sub = subs.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
        )
        _globals(sub, top=False)
        return sub

    def output(sub: argparse.ArgumentParser, *kinds: str) -> None:
        sub.add_argument("-o", "--output", choices=kinds, default="text", help="form of the output")

    check = add("check", "judge every prerequisite, change nothing")
    check.add_argument("targets", nargs="*", metavar="STEP|STEP.CHECK")
    output(check, "text", "json", "junit")
    check.add_argument("--timeout", type=float, default=15.0, metavar="S", help="end within S seconds")
    check.add_argument("--watch", action="store_true", help="go on, and tell each change")
    output(add("status", "the state of every step"), "text", "json")
    plan = add("plan", "show every change, make none")
    plan.add_argument("--only", action="append", nargs="+", metavar="STEP", default=[])
    output(plan, "text", "json")
    plan.add_argument("--out", metavar="FILE", help="write the plan for `apply FILE`")
    plan.add_argument("--timeout", type=float, default=15.0, metavar="S", help="look for at most S seconds")
    apply = add("apply", "make the changes of the plan")
    apply.add_argument("planfile", nargs="?", metavar="PLANFILE")
    apply.add_argument("--only", action="append", nargs="+", metavar="STEP", default=[])
    apply.add_argument("--yes", action="store_true", help="do not ask")
    output(apply, "text", "json")
    apply.add_argument("--timeout", type=float, default=15.0, metavar="S", help="look for at most S seconds")
    export = add("export", "write what was generated: values, script, rights, report, answers")
    export.add_argument("kind", choices=EXPORTS)
    export.add_argument("--out", metavar="PATH", help="a file, or - for standard output")
    export.add_argument("--force", action="store_true", help="overwrite a file that was not written by us")
    explain = add("explain", "why a step is needed, what its checks look at, what its fields mean")
    explain.add_argument("target", nargs="?", metavar="STEP|STEP.CHECK|STEP.FIELD")
    output(explain, "text", "json")
    remove = add("remove", "remove what this tool created; never data volumes unless named")
    remove.add_argument("--only", action="append", nargs="+", metavar="STEP", default=[])
    remove.add_argument("--yes", action="store_true", help="do not ask")
    snapshot = add("snapshot", "a redacted picture of the cluster, usable as a world")
    snapshot.add_argument("--out", metavar="FILE", required=True)
    snapshot.add_argument("--force", action="store_true", help="overwrite an existing file")
    rehearse = add("rehearse", "the full screen on a practice cluster; nothing needed")
    rehearse.add_argument("name", nargs="?", metavar="WORLD")
    rehearse.add_argument("--list", action="store_true", help="list the worlds")
    rehearse.add_argument("--reset", action="store_true", help="forget what was done in the world")
    return top


def main(argv: list[str] | None = None) -> int:
    """The console command; gives the exit code."""
    arguments = parser().parse_args(argv)
    from cocalc_tui.commands import run

    return run(arguments)
