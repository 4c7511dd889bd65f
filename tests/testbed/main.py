"""The command behind tests/testbed/up."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.testbed.bed import ControlPlane
from tests.testbed.build import Unavailable
from tests.testbed.postgres import Postgres
from tests.testbed.process import Failed

TALK = """Prints the path of a kubeconfig, and with --postgres the address of a database, then stays up until
interrupted. With a COMMAND it runs that with KUBECONFIG set, and stops."""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests/testbed/up", description=TALK)
    parser.add_argument("--nodes", type=int, default=2, metavar="N", help="simulated nodes (default: 2)")
    parser.add_argument("--postgres", action="store_true", help="a PostgreSQL server too")
    parser.add_argument("--kubeconfig", type=Path, metavar="FILE", help="write the kubeconfig there too")
    parser.add_argument("command", nargs="*", metavar="COMMAND")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    with ExitStack() as stack:
        database = stack.enter_context(Postgres()) if options.postgres else None
        plane = stack.enter_context(ControlPlane(options.nodes))
        config = plane.kubeconfig
        if options.kubeconfig:
            config = options.kubeconfig.absolute()
            shutil.copyfile(plane.kubeconfig, config)
            config.chmod(0o600)
            stack.callback(config.unlink, missing_ok=True)
        print(config, flush=True)
        if database:
            print(database.url(), flush=True)
        _say(
            f"Kubernetes {plane.version} with {options.nodes} nodes, up in {time.monotonic() - started:.1f} s"
        )
        _say(f"kubectl and helm: {plane.kubectl.parent}")
        if options.command:
            environment = os.environ | {"KUBECONFIG": str(config)}
            return subprocess.run(options.command, env=environment, check=False).returncode
        _say("Ctrl-C stops it")
        while True:
            time.sleep(1)
            for service in plane.services.values():
                service.check()


def _leave(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: what follows is the orderly stop
    raise SystemExit(0 if number == signal.SIGTERM else 130)


def _say(text: str) -> None:
    print(f"test bed: {text}", file=sys.stderr, flush=True)


def main() -> int:
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means to stay
            signal.signal(number, _leave)
    try:
        return run(options)
    except (Unavailable, Failed) as problem:
        _say(str(problem))
        return 1


if __name__ == "__main__":
    sys.exit(main())
