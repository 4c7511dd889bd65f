"""The answers file and `--set` (design, part 3): read strictly, written without secrets."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from cocalc_tui.core.answers import Answers, Source, Value
from cocalc_tui.core.secret import SecretRef
from cocalc_tui.core.step import Field, Step
from cocalc_tui.errors import UsageError

WRITE = "Write each answer as STEP: {FIELD: VALUE} below `answers:`."
THREE_WAYS = "give it as {env: NAME}, {file: PATH} or {keyring: NAME}"
SOURCES = ("env", "file", "keyring")


def parse(text: str, steps: Sequence[Step], where: str, source: Source = Source.FILE) -> Answers:
    """The answers of a file's text; `where` is its name in errors. Raises `UsageError` with the line."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "not readable as YAML"
        remedy = "Indent with spaces, never with tabs." if "\\t" in problem else WRITE
        raise UsageError(f"{where}, line {line}: {problem}", remedy) from None
    except (yaml.YAMLError, RecursionError) as error:
        words = str(error).splitlines()[0]
        raise UsageError(f"{where}: not readable as YAML: {words}", WRITE) from None
    answers = Answers()
    if root is None:
        return answers
    top = _mapping(root, where, "the file")
    _known(top, ("version", "answers"), where, "key")
    version = top.get("version")
    if version is None or _plain(version[1], where) != 1:
        line = version[1].start_mark.line + 1 if version else 1
        raise UsageError(f"{where}, line {line}: version must be 1", "Begin the file with `version: 1`.")
    if "answers" not in top or _plain(top["answers"][1], where) is None:
        return answers
    by_id = {step.id: step for step in steps}
    sections = _mapping(top["answers"][1], where, "answers")
    _known(sections, tuple(by_id), where, "step")
    for step_id, (_, node) in sections.items():
        step = by_id[step_id]
        if _plain(node, where) is None:
            continue
        fields = _mapping(node, where, f"answers.{step_id}")
        _known(fields, tuple(f.name for f in step.fields), where, f"field of {step_id}")
        for name, (_, value_node) in fields.items():
            field = step.field(name)
            value = _plain(value_node, where)
            if field is None or value is None:
                continue
            place = f"{where}, line {value_node.start_mark.line + 1}: {step_id}.{name}"
            answers = answers.put(step_id, name, _value(field, value, place), source)
    return answers


def parse_set(texts: Sequence[str], steps: Sequence[Step]) -> Answers:
    """The answers of `--set STEP.FIELD=VALUE`; a secret as `env:NAME`, `file:PATH` or `keyring:NAME`."""
    answers = Answers()
    for text in texts:
        path, equals, raw = text.partition("=")
        step_id, dot, name = path.strip().partition(".")
        if not equals or not dot:
            raise UsageError(f"--set {path}: it has no STEP.FIELD=VALUE", "Write --set STEP.FIELD=VALUE.")
        step = next((s for s in steps if s.id == step_id), None)
        if step is None:
            raise UsageError(
                f"--set {path}: there is no step {step_id}{_near(step_id, [s.id for s in steps])}",
                f"Steps are {', '.join(s.id for s in steps)}.",
            )
        field = step.field(name)
        if field is None:
            raise UsageError(
                f"--set {path}: {step_id} has no field {name}{_near(name, [f.name for f in step.fields])}",
                f"Its fields are {', '.join(f.name for f in step.fields)}.",
            )
        value: Any = raw
        if field.secret:
            source, colon, rest = raw.partition(":")
            value = {source: rest} if colon and source in SOURCES else raw
        elif field.kind == "mapping":
            try:
                value = yaml.safe_load(raw)
            except yaml.YAMLError as error:
                raise UsageError(f"--set {path}: a mapping is wanted, as YAML or JSON") from error
        answers = answers.put(step_id, name, _value(field, value, f"--set {path}", on_argv=True), Source.SET)
    return answers


def merge(*several: Answers) -> Answers:
    """All answers together; each keeps its source."""
    result = Answers()
    for answers in several:
        for (step, name), sources in answers.given.items():
            for source, value in sources.items():
                result = result.put(step, name, value, source)
    return result


def with_source(answers: Answers, source: Source) -> Answers:
    """The answers that count, all under one source."""
    result = Answers()
    for step, name in answers.given:
        found = answers.get(step, name)
        if found:
            result = result.put(step, name, found.value, source)
    return result


def dump(answers: Answers, steps: Sequence[Step], head: str = "", at_least: Source = Source.EXAMPLE) -> str:
    """The text of an answers file: what was given, secrets as references, those in memory left out."""
    document: dict[str, dict[str, Any]] = {}
    lost = []
    for step in steps:
        for field in step.fields:
            answer = answers.get(step.id, field.name)
            if answer is None or answer.source < at_least:
                continue
            value = answer.value
            if isinstance(value, SecretRef):
                if value.source == "memory":
                    lost.append(f"{step.id}.{field.name}")
                    continue
                document.setdefault(step.id, {})[field.name] = {value.source: value.name}
            else:
                document.setdefault(step.id, {})[field.name] = (
                    dict(value) if isinstance(value, Mapping) else value
                )
    text = yaml.safe_dump({"version": 1, "answers": document}, sort_keys=False, allow_unicode=True)
    notes = "".join(f"# {name}: typed, so not kept; {THREE_WAYS}\n" for name in lost)
    return head + text + notes


_Mapped = dict[str, tuple[yaml.Node, yaml.Node]]


def _mapping(node: yaml.Node, where: str, what: str) -> _Mapped:
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{where}, line {node.start_mark.line + 1}: {what} must be a mapping")
    result: _Mapped = {}
    for key, value in node.value:
        name = str(key.value)
        if name in result:
            raise UsageError(f"{where}, line {key.start_mark.line + 1}: {name} stands twice")
        result[name] = (key, value)
    return result


def _known(mapped: _Mapped, allowed: Sequence[str], where: str, what: str) -> None:
    for name, (key, _) in mapped.items():
        if name not in allowed:
            raise UsageError(
                f"{where}, line {key.start_mark.line + 1}: unknown {what} {name}{_near(name, allowed)}",
                "Allowed are " + ", ".join(allowed) + ".",
            )


def _near(name: str, allowed: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, allowed, 1, 0.5)
    return f"; nearest is {near[0]}" if near else ""


def _plain(node: yaml.Node, where: str) -> Any:
    try:
        return yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        words = getattr(error, "problem", None) or str(error)
        raise UsageError(f"{where}, line {node.start_mark.line + 1}: {words}", WRITE) from None


def _value(field: Field, value: Any, place: str, *, on_argv: bool = False) -> Value:
    if field.secret:
        if isinstance(value, Mapping) and len(value) == 1:
            source, name = next(iter(value.items()))
            if source in SOURCES and isinstance(name, str) and name:
                return SecretRef(source, name)
        ways = "env:NAME, file:PATH or keyring:NAME" if on_argv else THREE_WAYS
        raise UsageError(
            f"{place} is a secret and cannot stand here in clear",
            f"Instead of the value give {ways.removeprefix('give it as ')}.",
        )
    if field.kind == "mapping":
        if isinstance(value, Mapping):
            return dict(value)
        raise UsageError(f"{place} must be a mapping")
    if isinstance(value, Mapping | list) or value is None:
        if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
            return ",".join(str(v) for v in value)
        raise UsageError(f"{place} must be one {field.kind}, not {type(value).__name__}")
    if field.kind == "flag":
        if isinstance(value, bool) or str(value).lower() in ("yes", "no", "true", "false", "on", "off"):
            return value if isinstance(value, bool) else str(value)
        raise UsageError(f"{place} must be yes or no")
    if field.kind == "number" and not str(value).lstrip("-").isdigit():
        raise UsageError(f"{place} must be a whole number")
    return value if isinstance(value, str | int | bool) else str(value)
