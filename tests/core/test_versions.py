"""Versions of tools and servers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.core.versions import full, like, minor, skew, version


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v1.33.5-gke.1162000", (1, 33, 5)),
        ("v3.19.2+gabc1.2.3", (3, 19, 2)),
        ("git version 2.47.3", (2, 47, 3)),
        ("OpenSSH_9.2p1 Debian-2+deb12u3", (9, 2, 0)),
        ("1.27", (1, 27, 0)),
        ("v4.0.0-rc.1", (4, 0, 0)),
    ],
)
def test_versions_are_found(text: str, value: tuple[int, int, int]) -> None:
    assert version(text) == value


@pytest.mark.parametrize("text", ["", None, "latest", "3"])
def test_what_is_no_version(text: object) -> None:
    assert version(text) is None


@given(st.tuples(st.integers(0, 99), st.integers(0, 999), st.integers(0, 99999)))
def test_versions_survive_writing(value: tuple[int, int, int]) -> None:
    assert version(full(value)) == version("v" + full(value) + "-x") == value
    assert version(minor(value)) == (*value[:2], 0)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    found = version(text)
    assert found is None or len(found) == 3


def test_skew_counts_minor_versions() -> None:
    assert skew((1, 27, 3), (1, 28, 0)) == skew((1, 28, 0), (1, 27, 3)) == 1
    assert skew((1, 27, 3), (2, 27, 3)) is None


@pytest.mark.parametrize(
    ("example", "written"),
    [
        ("1.27", "1.33"),
        ("1.27.3", "1.33.5"),
        ("v1.27.3", "v1.33.5"),
        ("v1.27", "v1.33"),
        (None, "1.33"),
        ("", "1.33"),
    ],
)
def test_a_version_is_written_as_the_chart_does(example: object, written: str) -> None:
    assert like((1, 33, 5), example) == written
