"""The README of an exported folder: what to do with it, and what it leaves to a person."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.render.gitops import Bundle

PREPARE = "prepare.sh"


def readme(bundle: Bundle, tool: str, files: dict[str, str], steps: Sequence[str]) -> dict[str, str]:
    """The files with their README, and with a script for what the tool itself does not do."""
    ways = list(steps)
    if preparation := bundle.preparation():
        files = {**files, PREPARE: preparation}
        ways.insert(
            0,
            f"Run `./{PREPARE}` once: node labels, add-ons and database roles are no objects that {tool} "
            "should own, because it would take them away with the folder.",
        )
    lines = [f"<!-- {bundle.mark} -->", f"# CoCalc with {tool}", ""]
    lines += [f"{number}. {way.strip()}" for number, way in enumerate(ways, 1)]
    lines += [
        "",
        "No exported file holds a secret. Deleting a claim deletes its data unless its volume is retained.",
        "`cocalc-tui check` judges the result, whoever made it.",
    ]
    if tool != "Flux":
        lines.append(
            f"With {tool} helm keeps no record of a release, so the step release stays absent there; "
            "do not apply it too."
        )
    return {**files, "README.md": "\n".join(lines) + "\n"}
