"""`explain`: the text that help shows too."""

from __future__ import annotations

import argparse
import json

from cocalc_tui.commands.common import known_step
from cocalc_tui.core.answers import Answers
from cocalc_tui.core.facts import Facts
from cocalc_tui.core.view import View
from cocalc_tui.errors import UsageError
from cocalc_tui.options import Options
from cocalc_tui.render.documents import explain_document
from cocalc_tui.render.text import explain_text
from cocalc_tui.steps import STEPS


async def explain(arguments: argparse.Namespace, options: Options) -> int:
    """Explains all steps, one, one check or one field; looks at no cluster."""
    target: str | None = arguments.target
    steps = STEPS
    if target:
        step_id, dot, part = target.partition(".")
        known_step(step_id)
        steps = tuple(s for s in STEPS if s.id == step_id)
        names = [c.id for c in steps[0].checks] + [f.name for f in steps[0].fields]
        if dot and part not in names:
            raise UsageError(f"{step_id} has no check or field {part}", f"It has {', '.join(names)}.")
    document = explain_document(steps, View(Facts(), Answers()))
    if arguments.output == "json":
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        print(explain_text(document, target))
    return 0
