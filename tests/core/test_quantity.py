"""Quantities of Kubernetes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.core.quantity import amount, cores, gigabytes, positive


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", Fraction(1, 2)),
        ("2", Fraction(2)),
        ("1.5", Fraction(3, 2)),
        ("8Gi", Fraction(8 * 2**30)),
        ("98831908Ki", Fraction(98831908 * 1024)),
        ("100G", Fraction(10**11)),
        ("1k", Fraction(1000)),
        ("1e3", Fraction(1000)),
        ("12E2", Fraction(1200)),
        ("1E", Fraction(10**18)),
        ("250n", Fraction(1, 4_000_000)),
        ("-1Ki", Fraction(-1024)),
        (3, Fraction(3)),
    ],
)
def test_amounts_are_exact(text: object, value: Fraction) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "Gi", "10GB", "1,5", "ten", "1 Gi", "1KI", None, "1e999"])
def test_what_is_no_quantity(text: object) -> None:
    assert amount(text) is None


@given(st.integers(0, 10**12), st.sampled_from(["", "Ki", "Mi", "Gi", "k", "M", "G", "m"]))
def test_every_number_with_a_suffix_is_read(number: int, suffix: str) -> None:
    value = amount(f"{number}{suffix}")
    assert value is not None
    assert (value == 0) is (number == 0)


@given(st.integers(1, 10**6))
def test_binary_suffixes_are_1024_of_the_next(number: int) -> None:
    assert amount(f"{number}Gi") == amount(f"{number * 1024}Mi") == amount(f"{number * 2**20}Ki")


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    assert amount(text) is None or isinstance(amount(text), Fraction)


def test_sizes_of_fields() -> None:
    assert positive("100Gi") is None
    assert "above zero" in str(positive("0"))
    assert "such as" in str(positive("much"))


def test_amounts_are_shown_as_the_guide_counts() -> None:
    assert gigabytes(Fraction(8 * 10**9)) == "8 GB"
    assert gigabytes(Fraction(8 * 2**30)) == "8.6 GB"
    assert gigabytes(Fraction(98831908 * 1024)) == "101 GB"
    assert cores(Fraction(2)) == "2"
    assert cores(Fraction(1930, 1000)) == "1.9"
