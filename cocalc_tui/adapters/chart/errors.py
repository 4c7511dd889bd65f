"""What is wrong with a chart."""


class Unreadable(ValueError):
    """No chart, or a part of it cannot be read; the text names file and line."""
