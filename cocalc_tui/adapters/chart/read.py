"""Reads what helm reads of a chart's folder: names, values, schema, sub-charts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cocalc_tui.adapters.chart.archive import read_archive
from cocalc_tui.adapters.chart.digest import digest
from cocalc_tui.adapters.chart.errors import Unreadable
from cocalc_tui.adapters.yaml_load import Broken, load

LARGEST = 16 << 20  # bytes of one file that is read whole
Source = Callable[[str], bytes | None]


def read_chart(folder: Path) -> dict[str, Any]:
    """All of the probe's document that the folder tells; `error` names the first part that is broken."""
    source = _of_folder(folder)
    errors: list[str] = []
    meta = _mapping(source, "Chart.yaml", errors)
    values_text, values = _values(source, "", errors)
    dependencies = _dependencies(meta, source, errors)
    subcharts = dict(_subcharts(folder, dependencies, errors))
    try:
        whole = digest(folder)
    except (Unreadable, OSError) as error:
        errors.append(str(error))
        whole = None
    return {
        "name": _text(meta, "name"),
        "version": _text(meta, "version"),
        "app_version": _text(meta, "appVersion"),
        "values_text": values_text,
        "values": values,
        "schema": _schema(source, errors),
        "subcharts": {name: chart for name, (_, chart) in subcharts.items()},
        "missing_dependencies": _missing(dependencies, {chart for chart, _ in subcharts.values()}),
        "digest": whole,
        "error": errors[0] if errors else None,
    }


def _of_folder(folder: Path) -> Source:
    def read(name: str) -> bytes | None:
        path = folder / name
        try:
            if not path.exists():
                return None
            if not path.is_file():
                raise Unreadable(f"{name} is no file")
            with path.open("rb") as file:
                raw = file.read(LARGEST + 1)
        except (OSError, RuntimeError) as error:
            raise Unreadable(f"{name} cannot be read: {getattr(error, 'strerror', error)}") from None
        if len(raw) > LARGEST:
            raise Unreadable(f"{name} is over {LARGEST >> 20} MiB")
        return raw

    return read


def _read(source: Source, name: str, shown: str, errors: list[str]) -> str:
    try:
        raw = source(name) or b""
        return raw.decode("utf-8-sig")
    except Unreadable as error:
        errors.append(str(error))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        errors.append(f"{shown} line {line}: no UTF-8 text")
    return ""


def _parsed(text: str, shown: str, errors: list[str]) -> dict[str, Any]:
    try:
        document = load(text)
    except Broken as error:
        errors.append(f"{shown} {error}" if error.line else f"{shown}: {error}")
        return {}
    if document is None:
        return {}
    if not isinstance(document, dict):
        errors.append(f"{shown} line 1: a mapping is expected")
        return {}
    return document


def _mapping(source: Source, name: str, errors: list[str]) -> dict[str, Any]:
    return _parsed(_read(source, name, name, errors), name, errors)


def _values(source: Source, within: str, errors: list[str]) -> tuple[str, dict[str, Any]]:
    shown = within + "values.yaml"
    text = _read(source, "values.yaml", shown, errors)
    return text, _parsed(text, shown, errors)


def _schema(source: Source, errors: list[str]) -> Any:
    text = _read(source, "values.schema.json", "values.schema.json", errors)
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        errors.append(f"values.schema.json line {error.lineno}: {error.msg}")
    except RecursionError:
        errors.append("values.schema.json: nested too deeply")
    return None


def _dependencies(meta: Mapping[str, Any], source: Source, errors: list[str]) -> list[Mapping[str, Any]]:
    listed = meta.get("dependencies")
    if listed is None and meta.get("apiVersion") == "v1":
        listed = _mapping(source, "requirements.yaml", errors).get("dependencies")
    return [d for d in listed if isinstance(d, dict)] if isinstance(listed, list) else []


def _subcharts(
    folder: Path, dependencies: list[Mapping[str, Any]], errors: list[str]
) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    """Under the key of its values (alias or name): a sub-chart's own name and its values."""
    for chart, source, within in _sources(folder, errors):
        meta = _mapping(source, "Chart.yaml", errors)
        name = _text(meta, "name") or chart
        text, values = _values(source, within, errors)
        aliases = [_text(d, "alias") or name for d in dependencies if _text(d, "name") == name]
        for key in aliases or [name]:
            yield key, (name, {"values_text": text, "values": values})


def _sources(folder: Path, errors: list[str]) -> Iterator[tuple[str, Source, str]]:
    charts = folder / "charts"
    if not charts.is_dir():
        return
    for path in sorted(charts.iterdir()):
        within = f"charts/{path.name}"
        if path.name.startswith((".", "_")):
            continue
        if (path / "Chart.yaml").is_file():
            yield path.name, _of_folder(path), f"{within}/"
        elif path.is_file() and path.suffix in (".tgz", ".gz"):
            try:
                name, files = read_archive(path)
            except Unreadable as error:
                errors.append(f"{within}: {error}")
                continue
            yield name, files.get, f"{within}: "


def _missing(dependencies: list[Mapping[str, Any]], present: set[str]) -> list[str]:
    names = [_text(d, "name") or "" for d in dependencies]
    return [name for name in dict.fromkeys(names) if name and name not in present]


def _text(meta: Mapping[str, Any], key: str) -> str | None:
    value = meta.get(key)
    return None if value is None or isinstance(value, (dict, list)) else str(value)
