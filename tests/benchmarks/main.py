"""The command behind tests/benchmarks/run."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from tests.benchmarks.result import Result, table, write

ALL = ("startup", "paint", "checking", "silence", "scale", "stalls", "events", "memory")


def main() -> int:
    """1 where a budget was not kept."""
    parser = argparse.ArgumentParser("tests/benchmarks/run", description="Runs the benchmarks.")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    options = parser.parse_args()
    unknown = set(options.names) - set(ALL)
    if unknown or (options.write and options.names):
        parser.error(f"no such benchmark: {unknown}" if unknown else "--write wants all benchmarks")
    results: list[Result] = []
    for name in options.names or ALL:
        for result in import_module(f"tests.benchmarks.{name}").benchmark():
            results.append(result)
            sign = "kept" if result.kept else "NOT KEPT"
            print(
                f"{result.what}: {result.ours} ({result.other}): {result.found}, {result.budget}, {sign}",
                file=sys.stderr,
            )
    print(table(results))
    if options.write:
        write(results)
    return 0 if all(each.kept for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
