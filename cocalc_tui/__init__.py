"""cocalc-tui: from an empty Kubernetes cluster to a running CoCalc, in the terminal."""

__version__ = "0.1.0"
