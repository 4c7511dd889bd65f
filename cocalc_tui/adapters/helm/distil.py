"""The one sentence in what helm writes: which template, which key, which object, why."""

from __future__ import annotations

import re
from collections.abc import Iterable

NOISE = re.compile(
    r"^(WARNING: Kubernetes configuration file|[IWE]\d{4} |level=|time=|walk\.go|.*coalesce\.go"
    r"|Use --debug flag|Release \".*\" does not exist\. Installing it now|helm\.go:\d+: \[debug\])"
)
PREFIX = re.compile(
    r"^(Error: |UPGRADE FAILED: |INSTALLATION FAILED: |failed to (?:create|update) resource: "
    r"|failed to create typed patch object: )+"
)
EXECUTION = re.compile(r"^execution error at \((?P<where>[^()]+?):\d+:\d+\): (?P<what>.+)$", re.DOTALL)
TEMPLATE = re.compile(
    r"^template: (?P<file>[^:]+):(?P<line>\d+)(?::\d+)?: (?:executing \"[^\"]+\" )?"
    r"(?:at <(?P<key>.+?)>: )?(?P<what>.+)$",
    re.DOTALL,
)
PARSE = re.compile(r"^parse error at \((?P<file>[^:]+):(?P<line>\d+)\): (?P<what>.+)$", re.DOTALL)
RENDERED = re.compile(r"^YAML parse error on (?P<file>[^:]+): (?P<what>.+)$", re.DOTALL)
SCHEMA = re.compile(r"^values don't meet the specifications of the schema", re.IGNORECASE)
SEVERAL = re.compile(r"^\d+ errors? occurred:")
JSON_TO_YAML = re.compile(r"error (?:converting YAML to JSON|unmarshaling JSON): ")


def message(text: str, names: Iterable[tuple[str, str]] = ()) -> str:
    """What went wrong, from helm's standard error. `names` replace paths of ours by those of the user."""
    for ours, theirs in names:
        text = text.replace(ours, theirs)
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not NOISE.match(line)]
    start = max((i for i, line in enumerate(lines) if line.startswith("Error: ")), default=0)
    said = PREFIX.sub("", "\n".join(lines[start:])).strip()
    return _sentence(said) or "helm failed without a word"


def _sentence(said: str) -> str:
    """The innermost error: a template calls a template, and helm tells the whole way."""
    if SCHEMA.match(said):
        return _schema(said)
    if SEVERAL.match(said):
        bullets = [line.strip()[2:] for line in said.splitlines()[1:] if line.strip().startswith("* ")]
        return "; ".join(_plain(bullet) for bullet in bullets) or said.splitlines()[0]
    for known in (EXECUTION, PARSE, RENDERED):
        if found := known.match(said):
            part = found.groupdict()
            line = f" line {part['line']}" if part.get("line") else ""
            return f"{part.get('file') or part['where']}{line}: {_plain(part['what'])}"
    if found := TEMPLATE.match(said):
        key = f"{found['key']}: " if found["key"] else ""
        inner = re.search(r"error calling (?:include|tpl|template): (.+)$", found["what"], re.DOTALL)
        if inner:
            return _sentence(inner[1])
        return f"{found['file']} line {found['line']}: {key}{_plain(found['what'])}"
    return _plain(said.splitlines()[0]) if said else ""


def _plain(text: str) -> str:
    first = text.strip().splitlines()[0].removeprefix("failed to parse ") if text.strip() else ""
    return JSON_TO_YAML.sub("", first).removeprefix("error calling fail: ")


def _schema(said: str) -> str:
    """The keys that the chart's schema refuses; helm lists them a line each, under their chart's name."""
    keys = [line.strip("- \t") for line in said.splitlines()[1:] if line.strip().startswith("-")]
    return "the chart's schema refuses " + ("; ".join(keys) if keys else said.splitlines()[0])


def lint(text: str, names: Iterable[tuple[str, str]] = ()) -> list[str]:
    """The warnings and errors of `helm lint`, one a line; hints and what only praises are left out."""
    for ours, theirs in names:
        text = text.replace(ours, theirs)
    found = []
    for line in text.splitlines():
        level, _, rest = line.strip().partition(" ")
        if level in ("[WARNING]", "[ERROR]"):
            found.append(f"{level.strip('[]').lower()}: {_sentence_of_lint(rest)}")
    return list(dict.fromkeys(found))


def _sentence_of_lint(text: str) -> str:
    where, _, what = text.partition(": ")
    inner = _sentence(what.strip()) if what else ""
    return f"{where}: {inner}" if inner and where not in inner else inner or text
