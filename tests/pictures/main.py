"""The command behind tests/pictures/make."""

from __future__ import annotations

import asyncio
import sys

from tests.pictures.drawing import FOLDER, draw
from tests.pictures.scenes import SCENES

README = FOLDER.parents[1] / "README.md"


def gallery() -> str:
    """The pictures as the README shows them."""
    lines = []
    for scene in SCENES:
        lines += [
            f"**{scene.about}**",
            "",
            f'<img src="tests/pictures/{scene.file}" alt="{scene.about}">',
            "",
        ]
    return "\n".join(lines).strip()


def main() -> int:
    """Draws all pictures, or those whose names are given."""
    chosen = [scene for scene in SCENES if not sys.argv[1:] or scene.name in sys.argv[1:]]
    if not chosen:
        print("no such picture; they are " + ", ".join(sorted({s.name for s in SCENES})), file=sys.stderr)
        return 2
    for scene in chosen:
        (FOLDER / scene.file).write_text(asyncio.run(draw(scene)), encoding="utf-8")
        print(scene.file)
    before, begin, rest = README.read_text(encoding="utf-8").partition("<!-- pictures -->\n")
    _, end, after = rest.partition("<!-- /pictures -->")
    README.write_text(f"{before}{begin}{gallery()}\n{end}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
