"""helm: renders, tries and installs the chart."""
