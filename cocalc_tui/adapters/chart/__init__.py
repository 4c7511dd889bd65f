"""Reads a Helm chart: the vendor's checkout, or any other."""

from cocalc_tui.adapters.chart.probe import probe_chart

__all__ = ["probe_chart"]
