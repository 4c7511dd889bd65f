"""Builds the adapters and hands them to the engine; everything heavy is imported when it is needed."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.adapters.alive import alive
from cocalc_tui.adapters.state import append_journal, load_answers, run_folder, save_answers
from cocalc_tui.core.answers import Answers, Source
from cocalc_tui.core.facts import Seen
from cocalc_tui.core.redact import redact
from cocalc_tui.core.step import Step
from cocalc_tui.engine.answers_file import dump, merge, parse, parse_set, with_source
from cocalc_tui.engine.lease import Holder
from cocalc_tui.engine.progress import Progress
from cocalc_tui.errors import Refused, UsageError
from cocalc_tui.options import Options
from cocalc_tui.ports import World

if TYPE_CHECKING:
    from cocalc_tui.engine.session import Session


async def open_world(options: Options, context: str | None = None) -> World:
    """The world that the options name; `context` overrides theirs.

    Raises `UsageError` where it does not exist.
    """
    if options.world:
        from cocalc_tui.adapters.rehearsal.world import RehearsalWorld

        try:
            return RehearsalWorld.open(options.world, options.state_path)
        except OSError as error:
            raise Refused(
                f"the state directory {options.state_path} cannot be used: {(error.strerror or '').lower()}",
                "Free some space there, or give another one with --state-dir.",
            ) from error
    from cocalc_tui.adapters.world import RealWorld

    return await RealWorld.open(options.kubeconfig, context or options.context)


def given_answers(options: Options, steps: Sequence[Step]) -> Answers:
    """What the user gave on the command line and in the answers file. Raises `UsageError`."""
    from_file = Answers()
    if options.answers:
        try:
            text = Path(options.answers).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise UsageError(f"{options.answers}: {reason}", "Name a readable answers file.") from error
        from_file = parse(text, steps, options.answers)
    given = merge(from_file, parse_set(options.set, steps))
    shortcuts = (
        ("cluster", "context", options.context),
        ("namespace", "name", options.namespace),
        ("chart", "directory", options.chart),
        ("values", "path", options.values),
    )
    for step, field, value in shortcuts:
        if value is not None:
            given = given.put(step, field, value, Source.SET)
    return given


def with_examples(given: Answers, world: World) -> Answers:
    """The user's answers over the world's examples."""
    return merge(with_source(world.examples, Source.EXAMPLE), given) if world.examples.given else given


def operator() -> str:
    """Who is at work, for the bar and the Lease: user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid{os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def holder() -> Holder:
    """This process as a holder of the Lease."""
    return Holder(operator(), socket.gethostname(), os.getpid(), alive)


async def kept_answers(session: Session, options: Options) -> None:
    """Adds what an earlier run of this cluster and namespace was given, and keeps a journal of this one.

    Both are only a comfort: no state comes from them.
    """
    folder = await _folder(session, options)
    if folder is None:
        return
    session.journal = _journal(folder)
    text = load_answers(folder)
    if not text:
        return
    try:
        kept = parse(text, session.steps, "kept answers", Source.KEPT)
    except UsageError:
        return
    session.given = merge(kept, session.given)
    await session.judge_now()


async def keep_answers(session: Session, options: Options) -> None:
    """Keeps the answers of this run, without secrets."""
    folder = await _folder(session, options)
    if folder:
        save_answers(folder, dump(session.given, session.steps, at_least=Source.KEPT))


def _journal(folder: Path) -> Callable[[Progress], None]:
    """Writes what an apply tells into the journal, for people to read; redacted."""
    who = operator()

    def told(progress: Progress) -> None:
        if progress.event in ("started", "finished", "failed", "summary"):
            at = datetime.fromtimestamp(progress.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            line = f"{at} {who} {progress.event} {progress.step} {progress.message}"
            append_journal(folder, redact(" ".join(line.split()), known_values()))

    return told


async def _folder(session: Session, options: Options) -> Path | None:
    from cocalc_tui.engine.judging import CLUSTER  # not before the first paint

    seen = await session.known(CLUSTER)
    uid = seen.objects[0].get("uid") if isinstance(seen, Seen) and seen.objects else None
    return run_folder(options.state_path, str(uid), session.judged.view.namespace) if uid else None


def known_values() -> set[str]:
    """Every secret value that this process has revealed, for redaction."""
    from cocalc_tui.adapters import vault

    return set(vault.known_values())


def list_worlds() -> list[tuple[str, str]]:
    """Names and titles of the bundled rehearsal worlds."""
    from cocalc_tui.adapters.rehearsal.world import list_worlds as listed

    return list(listed())


def reset_world(name: str, options: Options) -> None:
    """Forgets what was done in a rehearsal world. Raises `UsageError` where there is none of that name."""
    from cocalc_tui.adapters.rehearsal.world import RehearsalWorld

    RehearsalWorld.reset(name, options.state_path)


def contexts(options: Options) -> list[str]:
    """The contexts of the kubeconfig; none where it cannot be read."""
    from cocalc_tui.adapters.kube.contexts import contexts as listed

    try:
        return [c.name for c in listed(options.kubeconfig)]
    except UsageError:
        return []
